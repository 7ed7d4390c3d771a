"""Common factors, common method and the comparison with other packages, of weighted or clustered answers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.checks.crosscheck import crosscheck
from smartcity_survey.stages.checks.mirrored import mirrored
from smartcity_survey.stages.collection import stages
from smartcity_survey.stages.declare import Stage
from smartcity_survey.stages.factor.adequacy import evaluate_adequacy
from smartcity_survey.stages.factor.common_factors import compare_solutions
from smartcity_survey.stages.factor.components import estimate_factors
from smartcity_survey.stages.factor.factor_count import count_factors
from smartcity_survey.stages.measurement.common_method import judge_common_method
from smartcity_survey.stages.measurement.item_analysis import analyse_items
from smartcity_survey.stages.pls.pls_assessment import assess_pls
from smartcity_survey.stages.regression.other_estimators import regress_by_other_estimators
from smartcity_survey.stages.regression.random_intercept import regress_within_clusters
from smartcity_survey.stages.regression.robustness import evaluate_robustness
from smartcity_survey.stages.sem.cfa import confirm_model
from smartcity_survey.stats.core.correlations import weighted_correlation
from smartcity_survey.stats.core.significance import t_two_sided
from smartcity_survey.stats.factor.extraction import goodness_of_fit, maximum_likelihood_factors
from smartcity_survey.stats.quality.common_method import full_collinearity_vif, harman
from smartcity_survey.stats.quality.common_method import marker_adjusted_by_design as by_design
from smartcity_survey.stats.sampling.survey_design import SurveyDesign, effective_size
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.study.config import (
    CfaSection,
    CommonMethodSection,
    FactorsSection,
    PlsSection,
    RobustnessSection,
)
from tests.stages import simulated
from tests.stages.weights.drawn import WAYS, answers, design, scores
from tests.stages.weights.test_stages import MODEL, items, regression, x

FACTORS = FactorsSection(n_components=len(MODEL.names))


@cache
def solutions() -> StageResult:
    return compare_solutions(items("weighted"), FACTORS, design=design("weighted"))


def test_common_factors_are_of_weighted_correlations() -> None:
    own, tables = design("weighted"), solutions().tables
    matrix = weighted_correlation(x("weighted"), own.weights)
    factors = maximum_likelihood_factors(matrix, len(MODEL.names))
    found = tables["factor_matrix"].query("extraction == 'maximum_likelihood'").iloc[:, 2:]
    np.testing.assert_allclose(found, factors.loadings, atol=1e-9)
    line = tables["factor_solutions"].query("extraction == 'maximum_likelihood'").iloc[0]
    fit = goodness_of_fit(factors, round(effective_size(own.weights)))
    assert line["chi2"] == pytest.approx(fit.statistic, rel=1e-9)
    assert line["p"] == pytest.approx(fit.p, rel=1e-9)
    card = solutions().cards["factor_solutions"]
    assert card["weights"] == "sampling_weights"
    assert (card["n"], card["n_effective"]) == (own.n, round(effective_size(own.weights)))


def test_polychoric_components_alone_take_no_weights_and_say_so() -> None:
    lines = solutions().tables["factor_solutions"]
    of_ordered = lines["extraction"] == "polychoric_components"
    assert lines.loc[of_ordered, "status"].tolist() == ["no_weights"]
    assert set(lines.loc[~of_ordered, "status"]) <= {"converged", "heywood"}
    assert solutions().tables["polychoric_correlations"].empty


def judged(way: str) -> StageResult:
    return judge_common_method(
        answers(way),
        scores(),
        simulated.model(),
        simulated.codebook(),
        CommonMethodSection(marker=simulated.MARKER),
        "mean",
        design(way),
    )


@pytest.mark.parametrize("way", WAYS)
def test_signs_of_common_method_are_of_weighted_correlations(way: str) -> None:
    own, result, names = design(way), judged(way), list(simulated.CONSTRUCTS)
    values = scores()[names].to_numpy()
    single = harman(weighted_correlation(answers(way)[list(simulated.ITEMS)].to_numpy(float), own.weights))
    table = result.tables["common_method_bias"]
    vif = full_collinearity_vif(weighted_correlation(values, own.weights))
    np.testing.assert_allclose(table["value"], [100 * single.component, 100 * single.factor, *vif], rtol=1e-9)
    adjusted = result.tables["marker_adjusted"]
    marker = adjusted["marker_correlation"].iloc[0]
    together = np.column_stack([values, answers(way)[simulated.MARKER]])
    of_marker = weighted_correlation(together, own.weights)[-1, :-1]
    assert marker == pytest.approx(of_marker[np.abs(of_marker).argmin()], rel=1e-9)
    r = adjusted["correlation"].to_numpy()
    np.testing.assert_allclose(adjusted["adjusted_correlation"], (r - marker) / (1 - marker), rtol=1e-9)
    card = result.cards["marker_adjusted"]
    assert card["method"] == "lindell_whitney_by_design"
    assert ("weights" in card, "clusters" in card) == (way != "clustered", way != "weighted")
    assert "clusters" not in result.cards["common_method_bias"]


@pytest.mark.parametrize("way", WAYS)
def test_their_errors_are_what_moving_each_units_weight_moves(way: str) -> None:
    own, values = design(way), scores()[list(simulated.CONSTRUCTS[:2])].to_numpy()
    found = by_design(values, (np.array([0]), np.array([1])), 0.05, own)
    codes = np.arange(own.n) if own.clusters is None else own.clusters
    step, moved = 1e-5, []
    for unit in range(own.units):
        up, down = (
            weighted_correlation(values, own.weights * (1 + sign * step * (codes == unit)))[0, 1]
            for sign in (1, -1)
        )
        moved.append((up - down) / (2 * step))
    std_err = np.sqrt(own.units / (own.units - 1) * np.square(moved).sum())
    t = (weighted_correlation(values, own.weights)[0, 1] - 0.05) / std_err
    assert found.t[0] == pytest.approx(t, rel=1e-6)
    assert found.p[0] == pytest.approx(t_two_sided(t, own.units - 1), rel=1e-5)


def test_mirrored_answers_have_the_weighted_moments() -> None:
    own, frame = design("weighted"), items("weighted")
    found = mirrored(frame, own)
    assert found.shape == (2 * own.n, frame.shape[1])
    np.testing.assert_allclose(found.mean(), own.weights @ x("weighted") / own.n, rtol=1e-12)
    np.testing.assert_allclose(
        np.cov(found.T, ddof=0), weighted_covariance(x("weighted"), own, 0), rtol=1e-10
    )
    assert mirrored(frame, design("clustered")) is frame
    assert mirrored(frame, None) is frame


@cache
def results(way: str) -> dict[str, pd.DataFrame]:
    """The tables that other packages compute again."""
    frame, own = items(way), design(way)
    alone = SurveyDesign.of(own.n, own.weights) if own.weighted else None
    made: dict[str, Any] = {
        **evaluate_adequacy(frame, design=alone).tables,
        **estimate_factors(frame, MODEL, FACTORS, 1, design=alone).tables,
        **regression(way).tables,
        **confirm_model(answers(way), MODEL, CfaSection(dynamic_draws=20), 0.95, 1, design=own).tables,
    }
    return made


@pytest.mark.parametrize("way", WAYS)
def test_other_packages_agree(way: str) -> None:
    pytest.importorskip("semopy")
    result = crosscheck(items(way), scores(), results(way), MODEL, design=design(way))
    table = result.tables["crosscheck"]
    expected = {"kmo", "item_msa", "rotated_loadings", "coefficients", "standard_errors", "r2"}
    expected |= {"cfa_standardised_loadings", "cfa_chi2"}
    assert set(table["quantity"]) - {"bartlett_chi2"} == expected
    assert ("bartlett_chi2" in set(table["quantity"])) == (way == "clustered")
    assert table["agrees"].eq(True).all(), table
    card = result.cards["crosscheck"]
    assert ("weights" in card, "clusters" in card) == (way != "clustered", way != "weighted")


def test_a_result_without_its_weights_is_a_disagreement() -> None:
    pytest.importorskip("semopy")
    tables = results("weighted")
    plain = evaluate_adequacy(items("weighted")).tables
    found = crosscheck(items("weighted"), scores(), {**tables, **plain}, MODEL, design=design("weighted"))
    table = found.tables["crosscheck"].set_index("quantity")["agrees"]
    assert not table["kmo"]
    assert table["cfa_chi2"]


def weighed(name: str) -> StageResult:
    """What a stage makes of weighted answers, without clusters."""
    own, frame, codebook = design("weighted"), answers("weighted"), simulated.codebook()
    match name:
        case "common_factors":
            return solutions()
        case "factor_count":
            counted = pd.DataFrame({"rule": ["parallel_mean"], "n_components": [2]})
            return count_factors(items("weighted"), counted, 20, 1, None, own)
        case "cfa":
            return confirm_model(frame, MODEL, CfaSection(dynamic_draws=20), 0.95, 1, design=own)
        case "item_analysis":
            return analyse_items(frame, MODEL, own)
        case "pls_assessment":
            return assess_pls(frame, MODEL, codebook, PlsSection(exact_fit_draws=20), 1)
        case "regression":
            return regression("weighted")
        case "robustness":
            return evaluate_robustness(scores(), MODEL, RobustnessSection(power_draws=20), 1, own)
        case "other_estimators":
            return regress_by_other_estimators(scores(), MODEL, 0.95, "mean", 1, own)
        case "random_intercept":
            return regress_within_clusters(scores(), MODEL, 0.95, "mean", own)
    raise AssertionError(f"{name} has tables without weights: run it here")


@pytest.mark.parametrize(
    "stage", [each for each in stages().values() if each.unweighted], ids=lambda e: e.name
)
def test_what_a_stage_declares_unweighted_is_what_it_leaves_empty(stage: Stage) -> None:
    """So that `check` names all of it before a run, and nothing else."""
    assert set(stage.unweighted) <= set(stage.every_table())
    result = weighed(stage.name)
    for table, frame in result.tables.items():
        reasons = {line["reason"] for line in result.cards.get(table, {}).get("refused", [])}
        assert (frame.empty and "no_weights" in reasons) == (table in stage.unweighted), table
