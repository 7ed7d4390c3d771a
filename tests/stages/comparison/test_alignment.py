"""Groups of the simulated survey aligned: the tables hold the core's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.io import StageResult, split_names
from smartcity_survey.stages.comparison.alignment import align_groups, asks_for_alignment
from smartcity_survey.stages.comparison.ladder import group_samples
from smartcity_survey.stats.measurement.alignment import align
from smartcity_survey.stats.sem.multigroup import Level, fit_groups
from smartcity_survey.study.config import Config, GroupsSection, ModelSection
from smartcity_survey.study.model import Model, build_model
from tests.stages import simulated
from tests.stages.refusals import refused

CITIES = (1.0, 2.0, 3.0)
PLANTED = "A2"


def model() -> Model:
    section = {"constructs": {"a": {}, "b": {}}, "paths": [{"from": ["a"], "to": "b"}]}
    return build_model(ModelSection.model_validate(section), simulated.codebook())


def found(smallest: int = 50, *, free: bool = False) -> StageResult:
    """The second city answers one item higher, as no construct would make it."""
    frame = simulated.answers().copy()
    frame.loc[frame["city"] == 2, PLANTED] += 1.5
    section = GroupsSection(variables=("city",), smallest=smallest, alignment_free=free)
    return align_groups(frame, model(), simulated.codebook(), section, 1)


def test_the_tables_hold_the_alignment() -> None:
    frame = simulated.answers().copy()
    frame.loc[frame["city"] == 2, PLANTED] += 1.5
    x = frame[list(model().items)].to_numpy(dtype=float)
    samples = group_samples(x, [(frame["city"] == city).to_numpy() for city in CITIES])
    expected = align(fit_groups(samples, model().membership(), Level.CONFIGURAL), seed=1)
    tables = found().tables
    (line,) = tables["alignment"].to_dict("records")
    assert (line["status"], line["n_groups"]) == ("converged", 3)
    assert line["intercepts_apart"] == 100 * (~expected.alike_intercepts).mean()
    means = tables["aligned_means"].set_index(["second", "construct"])
    assert means.loc[("3", "b"), "factor_difference"] == expected.factor_means[2, 1]
    assert means.loc[("2", "a"), "factor_variance"] == expected.factor_variances[1, 0]
    parameters = tables["aligned_parameters"].set_index(["item", "aligned_parameter"])
    assert split_names(parameters.loc[(PLANTED, "intercept"), "groups_apart"]) == ["2"]
    position = model().items.index(PLANTED)
    alike = expected.intercepts[[0, 2], position]
    assert parameters.loc[(PLANTED, "intercept"), "aligned_value"] == pytest.approx(alike.mean())
    np.testing.assert_array_equal(
        parameters.xs("loading", level=1)["alignment_r2"].to_numpy(), expected.r2_loadings
    )


def test_a_free_alignment_tells_the_first_groups_mean_and_its_error() -> None:
    frame = simulated.answers().copy()
    frame.loc[frame["city"] == 2, PLANTED] += 1.5
    x = frame[list(model().items)].to_numpy(dtype=float)
    samples = group_samples(x, [(frame["city"] == city).to_numpy() for city in CITIES])
    expected = align(fit_groups(samples, model().membership(), Level.CONFIGURAL), free=True, seed=1)
    result = found(free=True)
    means = result.tables["aligned_means"].set_index(["second", "construct"])
    assert means.loc[("3", "b"), "factor_difference"] == expected.factor_means[2, 1]
    for name, values in (
        ("reference_mean", expected.reference_mean),
        ("reference_se", expected.std_err_reference_mean),
    ):
        assert means.loc[("2", "a"), name] == values[0]
        assert means.loc[("3", "b"), name] == values[1]
    assert result.cards["aligned_means"]["free_reference"] == "mean_sought"
    fixed = found()
    assert "reference_mean" not in fixed.tables["aligned_means"]
    assert "free_reference" not in fixed.cards["aligned_means"]


def test_one_group_has_nothing_to_be_aligned_with() -> None:
    result = found(smallest=300)
    tables = result.tables
    assert result.cards["alignment"]["errors_and_tests"] == "normal_theory"
    assert tables["alignment"]["status"].tolist() == ["one_group"]
    assert tables["aligned_means"].empty
    for name in ("aligned_means", "aligned_parameters"):
        assert refused(result, name) == [("table", "one_group", "")]
    assert "refused" not in result.cards["alignment"]


@pytest.mark.parametrize("asked", [True, False])
def test_it_is_asked_for(config_content: dict[str, Any], asked: bool) -> None:
    groups = {"variables": ["gender"], "alignment": asked}
    assert asks_for_alignment(Config.model_validate(config_content | {"groups": groups})) == asked
    assert not asks_for_alignment(Config.model_validate(config_content | {"groups": {"alignment": True}}))
