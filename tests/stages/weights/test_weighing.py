"""From margins in the config to weights of the respondents kept, and what the tables tell of them."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.check.weights import weight_doubts, weight_problems
from smartcity_survey.data.disclosure import protect
from smartcity_survey.data.weighting import rake_answers
from smartcity_survey.io import StageResult
from smartcity_survey.stages.answers.clean import clean_answers
from smartcity_survey.stats.sampling.raking import Margin, rake, trim
from smartcity_survey.stats.sampling.survey_design import design_effect, effective_size
from smartcity_survey.study.codebook import CLUSTER, RAKED_FROM, WEIGHT
from smartcity_survey.study.config import CleaningSection, DisclosureSection
from smartcity_survey.study.weighting import WeightingSection
from tests.stages import simulated
from tests.stages.weights.drawn import answers

CITY = {"of": ["city"], "population": [[1, 40], [2, 35], [3, 25]]}
BANDS = {"of": ["age"], "population": [[1, 0.3], [2, 0.7]]}
JOINT = {
    "of": ["city", "age"],
    "population": [[1, 1, 90], [1, 2, 310], [2, 1, 110], [2, 2, 240], [3, 1, 100], [3, 2, 150]],
}


def section(*margins: dict[str, Any], **more: Any) -> WeightingSection:
    return WeightingSection.model_validate({"margins": margins, **more})


def share(frame: pd.DataFrame, weights: np.ndarray[Any, Any], chosen: pd.Series[bool]) -> float:
    """Of those who said where they live."""
    given = frame["city"].notna().to_numpy()
    return float(weights[chosen.to_numpy() & given].sum() / weights[given].sum())


def test_weights_give_every_margin() -> None:
    frame = simulated.answers()
    found = rake_answers(frame, simulated.codebook(), section(CITY, BANDS, JOINT, trim=None))
    w = found.answers[WEIGHT].to_numpy()
    assert w.mean() == pytest.approx(1)
    assert share(frame, w, frame["city"] == 1) == pytest.approx(0.4)
    young = frame["age"] <= 35
    assert share(frame, w, (frame["city"] == 3) & young) == pytest.approx(0.1)
    assert w[young.to_numpy()].sum() / w.sum() == pytest.approx(0.3)
    # Who did not say where they live keep their share of the sample.
    silent = frame["city"].isna().to_numpy()
    assert w[silent].sum() == pytest.approx(silent.sum())
    cells = found.margins[found.margins["demographics"] == "city, age"]
    assert cells["answers"].tolist() == ["1, 1", "1, 2", "2, 1", "2, 2", "3, 1", "3, 2", "no_answer"]
    np.testing.assert_allclose(cells["weighted_percent"][:-1], cells["population_percent"][:-1])
    assert cells["n"].sum() == len(frame)
    assert cells["sample_percent"].sum() == pytest.approx(100)
    assert found.n_trimmed == 0


def test_weights_of_the_column_are_where_raking_begins() -> None:
    frame = answers("weighted")
    found = rake_answers(frame, simulated.codebook(), section(BANDS, trim=[0.5, 2]))
    cells = (frame["age"] > 35).to_numpy().astype(np.int64)
    raked = rake(frame[WEIGHT].to_numpy(), [Margin(cells, np.array([0.3, 0.7]))])
    kept = trim(raked.weights, 0.5, 2)
    np.testing.assert_allclose(found.answers[WEIGHT], kept.weights)
    assert found.n_trimmed == kept.beyond.sum() > 0
    # What trimming leaves of the difference is told.
    lines = found.margins
    assert not np.allclose(lines["weighted_percent"], lines["population_percent"], atol=1e-6)
    # The sample is weighted by the column, though n counts respondents.
    assert not np.allclose(lines["sample_percent"], 100 * lines["n"] / lines["n"].sum(), atol=1e-6)


@pytest.mark.parametrize("weighted", [True, False])
def test_the_card_says_whether_the_sample_was_weighted_before(weighted: bool) -> None:
    frame = answers("weighted")
    found = cleaned(frame if weighted else frame.drop(columns=[WEIGHT]), section(BANDS))
    assert ("raked_from" in found.cards["raking_margins"]) == weighted


def cleaned(frame: pd.DataFrame, weighting: WeightingSection | None) -> StageResult:
    rules = CleaningSection(rules=("out_of_range",))
    return clean_answers(frame, simulated.codebook(), rules, None, weighting)


def test_the_table_of_the_design() -> None:
    result = cleaned(answers("both"), section(CITY, trim=[0.25, 4]))
    w = result.private["answers"][WEIGHT].to_numpy()
    value = result.tables["survey_design"].set_index("statistic")["value"]
    assert value["effective_n"] == pytest.approx(effective_size(w))
    assert value["design_effect"] == pytest.approx(design_effect(w))
    assert (value["smallest_weight"], value["largest_weight"]) == (w.min(), w.max())
    assert value["largest_weight"] <= 4 * (1 + 1e-9)
    sizes = answers("both")[CLUSTER].value_counts()
    assert value["n_clusters"] == len(sizes)
    assert (value["smallest_cluster"], value["largest_cluster"]) == (sizes.min(), sizes.max())
    card = result.cards["raking_margins"]
    assert (card["trimmed_above"], card["n_trimmed"]) == (4, int(card["n_trimmed"]))


def test_without_weights_nothing_is_added() -> None:
    result = cleaned(simulated.answers(), None)
    assert set(result.tables) == {"cleaning_log", "exclusions", "careless"} == set(result.cards)
    assert WEIGHT not in result.private["answers"]


def test_small_cells_of_margins_and_clusters_are_left_out() -> None:
    frame = answers("both").head(60).reset_index(drop=True)
    result = cleaned(frame, section(JOINT))
    shown = protect(result, DisclosureSection(suppress_small_cells=True, smallest_cell=5)).tables
    counts, left = result.tables["raking_margins"]["n"], shown["raking_margins"]
    assert (counts < 5).any()
    assert left["n"][counts.between(1, 4)].isna().all()
    assert left["sample_percent"][counts.between(1, 4)].isna().all()
    value = shown["survey_design"].set_index("statistic")["value"]
    assert np.isnan(value["smallest_cluster"])
    assert value["n"] == 60


def test_check_names_what_takes_no_weights_and_few_clusters(
    study: Callable[..., Path], config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    content = deepcopy(config_content)
    content["data"]["cluster"] = "school"
    content["weighting"] = {"margins": [{"of": ["city"], "population": [[1, 60], [2, 40]]}]}
    frame = survey.assign(school=[f"school {number % 8}" for number in range(len(survey))])
    checked = check_study(study(config=content, answers=frame))
    found = {str(warning) for warning in checked.warnings}
    [unweighted] = [text for text in found if "take no sampling weights and stay empty: " in text]
    named = unweighted.partition("stay empty: ")[2].partition(". ")[0].split(", ")
    assert {"blindfolding", "polychoric_correlations", "reliability_intervals", "ridge_trace"} <= {*named}
    assert not {"specification_curve", "cvpat", "crosscheck", "micom", "invariance"} & {*named}
    assert any("8 clusters: errors by so few come out too small" in text for text in found)
    assert any("10 parts of 8 clusters: predictions stay empty" in text for text in found)
    assert any("weighted by weighting.margins, worth" in line for line in checked.summary)
    content["weighting"] = {}
    checked = check_study(study(config=content, answers=frame))
    assert any("clusters are ignored by adequacy, " in str(warning) for warning in checked.warnings)


@pytest.mark.parametrize("raked", [True, False])
def test_what_can_be_done_about_large_weights_is_told_by_where_they_come_from(raked: bool) -> None:
    """`weighting.trim` cuts raked weights alone."""
    model, everybody = simulated.model(), simulated.answers()
    frame = everybody.assign(**{WEIGHT: np.where(np.arange(len(everybody)) < 3, 1e3, 1.0)})
    frame = frame.assign(**{RAKED_FROM: 1.0}) if raked else frame
    (doubt,) = weight_doubts(frame, model, "survey.csv")
    (problem,) = weight_problems(frame, model, "survey.csv")
    for told in (doubt, problem):
        assert ("weighting.trim" in told.remedy) == raked
        assert ("in the file" in told.remedy) != raked
