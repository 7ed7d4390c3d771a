"""PLSpredict and CVPAT of weighted and clustered respondents."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.pls.pls_prediction import predict_answers
from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.prediction import (
    accuracy,
    loss_difference,
    predict_pls,
    random_folds,
)
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.study.config import PlsSection
from tests.stages.weights.drawn import WAYS, answers, design
from tests.stages.weights.test_stages import MODEL, x

SECTION = PlsSection(folds=5, repetitions=2)


def losses(n: int, seed: int = 3) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    actual = rng.normal(size=(n, 4))
    return actual, actual + rng.normal(0, 0.5, (n, 4)), actual + rng.normal(0, 0.7, (n, 4))


def test_whole_numbers_weigh_as_respondents_who_stand_there_several_times() -> None:
    data, model = x("weighted"), pls_model(MODEL, SECTION)
    counts = np.random.default_rng(8).integers(1, 4, len(data))
    folds = np.arange(len(data)) % 5
    found = predict_pls(data, model, folds, weights=counts.astype(float))
    repeated = predict_pls(np.repeat(data, counts, axis=0), model, np.repeat(folds, counts))
    for name in ("pls", "lm", "average"):
        np.testing.assert_allclose(
            np.repeat(getattr(found, name), counts, axis=0), getattr(repeated, name), rtol=1e-9
        )
    own = accuracy(found.actual, found.pls, found.average, counts.astype(float))
    theirs = accuracy(repeated.actual, repeated.pls, repeated.average)
    for name in ("rmse", "mae", "q2"):
        np.testing.assert_allclose(getattr(own, name), getattr(theirs, name), rtol=1e-9)


def test_without_weights_and_clusters_the_test_of_losses_is_students() -> None:
    plain = loss_difference(*losses(200))
    own = loss_difference(*losses(200), design=SurveyDesign.of(200))
    for name in ("loss", "benchmark_loss", "difference", "std_error", "t", "df", "p", "ci_low", "ci_high"):
        assert getattr(own, name) == pytest.approx(getattr(plain, name), rel=1e-12), name


@pytest.mark.parametrize("way", WAYS)
def test_errors_of_the_losses_are_those_of_the_weighted_mean(way: str) -> None:
    own = design(way)
    values = losses(own.n)
    found = loss_difference(*values, design=own)
    apart = ((values[0] - values[1]) ** 2).mean(axis=1) - ((values[0] - values[2]) ** 2).mean(axis=1)
    assert found.difference == pytest.approx(np.average(apart, weights=own.weights), rel=1e-12)
    # Binder's variance in closed form: sums by unit, whose mean is 0.
    codes = np.arange(own.n) if own.clusters is None else own.clusters
    sums = np.bincount(codes, own.weights * (apart - found.difference)) / own.weights.sum()
    units = len(sums)
    assert found.std_error == pytest.approx(np.sqrt(units / (units - 1) * (sums**2).sum()), rel=1e-12)
    assert found.df == units - 1


def test_a_cluster_is_in_one_fold() -> None:
    clusters = np.random.default_rng(1).integers(0, 20, 300)
    folds = random_folds(300, 5, 3, seed=2, clusters=clusters)
    assert folds.shape == (3, 300)
    for row in folds:
        assert pd.DataFrame({"fold": row, "cluster": clusters}).groupby("cluster").nunique().eq(1).all().all()
        assert set(row) == set(range(5))
    with pytest.raises(TooFewRows):
        random_folds(300, 21, 1, seed=2, clusters=clusters)
    np.testing.assert_array_equal(
        random_folds(300, 5, 2, seed=2), random_folds(300, 5, 2, seed=2, clusters=np.arange(300))
    )


@pytest.mark.parametrize("way", WAYS)
def test_the_stage_weighs_and_says_so(way: str) -> None:
    result = predict_answers(answers(way), MODEL, SECTION, 1, design=design(way))
    plain = predict_answers(answers(way), MODEL, SECTION, 1)
    errors, loss = result.tables["pls_predict"], result.tables["cvpat"]
    assert (errors["rmse"] != plain.tables["pls_predict"]["rmse"]).all()
    assert loss["df"].unique().tolist() == [design(way).units - 1]
    assert np.isfinite(loss[["t", "p"]]).all(axis=None)
    for name, method in (("pls_predict", "plspredict"), ("cvpat", "cvpat_by_design")):
        card = result.cards[name]
        assert card["method"] == method
        assert ("weights" in card, "clusters" in card) == (way != "clustered", way != "weighted")
        assert "not_used" not in card.values()
