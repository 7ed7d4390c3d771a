import numpy as np
import pytest
from scipy.stats import kruskal

from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.demographics import (
    assign_categories,
    possible_counts,
    unrelated_categories,
)

UNLUCKY = 18  # a seed whose first draw goes with a score


def test_counts_are_exact_and_the_rest_unanswered():
    frame = assign_categories({"a": {1: 3, 2: 5}, "b": {1: 10}}, 10, np.random.default_rng(1))
    assert frame["a"].value_counts().to_dict() == {2.0: 5, 1.0: 3}
    assert frame["a"].isna().sum() == 2
    assert (frame["b"] == 1).all()


def test_same_seed_gives_the_same_answers():
    counts = {"a": {1: 30, 2: 40}}
    first, again, other = (assign_categories(counts, 70, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_what_goes_with_a_score_by_chance_is_drawn_again():
    counts = {"a": {1: 12, 2: 8}}
    scores = np.random.default_rng(0).normal(size=(20, 4))

    def least(column):
        return kruskal(*(scores[column == code] for code in (1, 2))).pvalue.min()

    assert least(assign_categories(counts, 20, np.random.default_rng(UNLUCKY))["a"]) < 0.05
    frame = unrelated_categories(counts, scores, np.random.default_rng(UNLUCKY))
    assert least(frame["a"]) >= 0.05
    assert frame["a"].value_counts().to_dict() == {1.0: 12, 2.0: 8}


def test_a_count_that_cannot_be_true_gives_way_to_its_percentage():
    counts = {"job": {1: 13, 2: 8, 3: 659}, "sex": {1: 414, 2: 262}}
    percents = {"job": {1: "1.9", 2: "0.6", 3: "97.5"}, "sex": {1: "61.2", 2: "38.8"}}
    possible, corrections = possible_counts(counts, percents, 676)
    assert possible == {"job": {1: 13, 2: 4, 3: 659}, "sex": {1: 414, 2: 262}}
    (correction,) = corrections
    assert (correction.question, correction.code, correction.printed, correction.used) == ("job", 2, 8, 4)
    assert "680 of 676" in correction.reason


def test_counts_that_fit_stay_whatever_their_percentages_say():
    counts = {"sex": {1: 4, 2: 6}}
    assert possible_counts(counts, {"sex": {1: "10.0", 2: "90.0"}}, 10) == (counts, ())


def test_counts_beyond_repair_are_refused():
    with pytest.raises(SurveyError, match="12 answers from 10"):
        possible_counts({"sex": {1: 6, 2: 6}}, {"sex": {1: "60", 2: "60"}}, 10)
    with pytest.raises(SurveyError, match=r"no count out of 10 rounds to 55\.5 %"):
        possible_counts({"sex": {1: 6, 2: 6}}, {"sex": {1: "55.5", 2: "60"}}, 10)
    with pytest.raises(SurveyError, match="11 answers from 10"):
        assign_categories({"a": {1: 11}}, 10, np.random.default_rng(1))
