"""The methods beside PLS-SEM on the simulated survey: tables hold the core's numbers, and seminrExtras'."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stages.pls_advanced.copulas import seek_endogeneity
from smartcity_survey.stages.pls_advanced.further_methods import asks_for
from smartcity_survey.stages.pls_advanced.necessary_conditions import LEVELS, judge_necessity
from smartcity_survey.stages.pls_advanced.segments import seek_segments
from smartcity_survey.stages.pls_advanced.tetrads import check_tetrads
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import construct_scores, fit_pls
from smartcity_survey.stats.pls.ipma import importance_performance
from smartcity_survey.stats.pls_advanced.copulas import copula_regressions
from smartcity_survey.stats.pls_advanced.necessary_conditions import necessary_condition
from smartcity_survey.stats.pls_advanced.segments import find_segments
from smartcity_survey.stats.pls_advanced.tetrads import confirmatory_tetrads
from smartcity_survey.study.config import Config, PlsSection
from tests.stages import simulated
from tests.stages.pls.test_pls_assessment import pls_model

SECTION = PlsSection(further_draws=100, most_segments=2)
TARGET = simulated.CONSTRUCTS.index(simulated.OUTCOME)


def scores() -> Array:
    """(n, c): standardised scores by the core alone."""
    x = simulated.answers()[list(simulated.ITEMS)].to_numpy(dtype=float)
    fit = fit_pls(correlation(x), len(x), pls_model(simulated.model(), SECTION))
    return construct_scores(x, fit.outer_weights)


def necessity() -> dict[str, pd.DataFrame]:
    return dict(
        judge_necessity(simulated.answers(), simulated.model(), simulated.codebook(), SECTION, 1).tables
    )


def test_a_condition_is_judged_by_its_effect_and_its_p() -> None:
    """Effect sizes do not change with the scale of the scores."""
    table = necessity()["necessary_conditions"].set_index("construct")
    own = scores()
    assert list(table.index) == list(simulated.CONSTRUCTS[:TARGET])
    for place, construct in enumerate(table.index):
        found = necessary_condition(own[:, place], own[:, TARGET], 100, 1)
        assert table.loc[construct, "ce_fdh"] == pytest.approx(found.step_effect)
        assert table.loc[construct, "cr_fdh"] == pytest.approx(found.line_effect)
        assert table.loc[construct, "ce_fdh_p"] == found.step_p
        assert table.loc[construct, "ceiling_accuracy"] == pytest.approx(100 * found.line_accuracy)
        assert table.loc[construct, "necessary"] == (found.step_effect >= 0.1 and found.step_p < 0.05)


def test_importance_is_that_of_the_map() -> None:
    table = necessity()["necessary_conditions"]
    x = simulated.answers()[list(simulated.ITEMS)].to_numpy(dtype=float)
    fit = fit_pls(correlation(x), len(x), pls_model(simulated.model(), SECTION))
    ends = np.full(x.shape[1], 1.0), np.full(x.shape[1], 5.0)
    found = importance_performance(x, fit, TARGET, *ends)
    np.testing.assert_allclose(table["importance"], found.importance[:TARGET])
    np.testing.assert_allclose(table["performance"], found.performance[:TARGET])


def test_constructs_whose_scores_leave_the_scale_are_named() -> None:
    assert not necessity()["necessary_conditions"]["negative_weights"].any()
    turned = simulated.answers().copy()
    turned[simulated.ITEMS[0]] = 6 - turned[simulated.ITEMS[0]]
    result = judge_necessity(turned, simulated.model(), simulated.codebook(), SECTION, 1)
    table = result.tables["necessary_conditions"].set_index("construct")
    assert table.index[table["negative_weights"]].tolist() == [simulated.CONSTRUCTS[0]]


def test_bottlenecks_rise_with_the_outcome() -> None:
    table = necessity()["bottlenecks"]
    for _, own in table.groupby("construct"):
        assert own["outcome_level"].tolist() == list(LEVELS)
        assert (np.diff(own["required"]) >= 0).all()
        assert own["required"].between(0, 100).all()
    wanted = necessity()["necessary_conditions"]["required"]
    top = table.groupby("construct", sort=False)["required"].max()
    assert (wanted.to_numpy() <= top.to_numpy()).all()


def test_necessity_like_seminr_extras() -> None:
    seminr = pytest.importorskip("seminr", reason="seminr, the oracle, is not installed")
    extras = pytest.importorskip("seminrExtras", reason="seminrExtras, the oracle, is not installed")
    frame, model = simulated.answers(), simulated.model()
    theirs = extras.assess_nca(
        seminr.estimate_pls(
            {item: frame[item].to_numpy() for item in model.items},
            seminr.constructs(*(seminr.composite(one.name, list(one.items)) for one in model.constructs)),
            seminr.relationships(*(seminr.paths(*one) for one in model.paths)),
            inner_weights=seminr.path_weighting,
            max_it=3000,
            stop_criterion=13,
        ),
        simulated.OUTCOME,
        test_rep=0,
    ).effect_sizes
    table = necessity()["necessary_conditions"].set_index("construct")
    for row, values in zip(theirs.rows, theirs.values, strict=True):
        np.testing.assert_allclose(table.loc[row, ["ce_fdh", "cr_fdh"]].astype(float), values, atol=1e-8)


def test_tetrads_of_every_construct_that_has_some() -> None:
    found = check_tetrads(simulated.answers(), simulated.model(), SECTION, 1).tables
    tests = found["tetrad_tests"].set_index("construct")
    for construct in simulated.CONSTRUCTS:
        items = list(simulated.items_of(construct))
        own = confirmatory_tetrads(simulated.answers()[items].to_numpy(dtype=float), 100, 1)
        lines = found["tetrads"].query("construct == @construct")
        np.testing.assert_allclose(lines["value"], own.value)
        np.testing.assert_allclose(lines["ci_high"], own.high)
        np.testing.assert_allclose(lines["bca_ci_low"], own.bca_low)
        np.testing.assert_allclose(lines["bca_ci_high"], own.bca_high)
        first = own.items[0]
        assert lines["tetrad"].iloc[0] == ", ".join(items[i] for i in first)
        assert tests.loc[construct, "n_tetrads"] == len(own.value)
        assert tests.loc[construct, "vanish"] == own.vanish
        assert (tests.loc[construct, "not_vanishing"] == 0) == own.vanish


def test_copulas_of_each_predictor_and_of_all() -> None:
    table = seek_endogeneity(simulated.answers(), simulated.model(), SECTION, 1).tables["copulas"]
    own = scores()
    every = tuple(range(TARGET))
    one, all_ = copula_regressions(own[:, :TARGET], own[:, TARGET], ((2,), every), 100, 1)
    single = table.query("copulas_of == 'one'").iloc[2]
    assert single["construct"] == simulated.CONSTRUCTS[2]
    assert single["copula"] == pytest.approx(one.copula_coefficients[0])
    assert single["estimate"] == pytest.approx(one.coefficients[2])
    assert single["copula_p"] == pytest.approx(one.copula_p[0])
    together = table.query("copulas_of == 'all'")
    np.testing.assert_allclose(together["copula"], all_.copula_coefficients)
    np.testing.assert_allclose(together["copula_se"], all_.copula_se)


def test_segments_with_their_paths_and_criteria() -> None:
    found = seek_segments(simulated.answers(), simulated.model(), SECTION, 1).tables
    criteria = found["segment_criteria"].set_index("segments")
    own = find_segments(scores(), simulated.model().path_matrix(), 2, seed=1)
    assert list(criteria.index) == [1, 2]
    assert criteria.loc[2, "log_likelihood"] == pytest.approx(own.log_likelihood)
    assert criteria.loc[2, "smallest_share"] == pytest.approx(100 * own.shares.min())
    lines = found["segment_paths"].query("segment == 2")
    np.testing.assert_allclose(lines["estimate"], own.path_coefficients[1, :TARGET, TARGET], rtol=1e-6)
    np.testing.assert_allclose(lines["segment_share"], 100 * own.shares[1])


@pytest.mark.parametrize(("method", "paths"), [("tetrads", True), ("segments", True), ("tetrads", False)])
def test_only_studies_that_ask_have_them(config_content: dict[str, Any], method: str, paths: bool) -> None:
    config_content["pls"] = {method: True}
    if not paths:
        config_content["model"] |= {"paths": [], "hypotheses": {}}
    asked = asks_for("tetrads")(Config.model_validate(config_content))
    assert asked == (method == "tetrads" and paths)
