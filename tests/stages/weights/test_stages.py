"""What sampling weights and clusters do to the tables of each stage that takes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.answers.describe import describe_answers
from smartcity_survey.stages.checks.crosscheck import crosscheck
from smartcity_survey.stages.factor.adequacy import evaluate_adequacy
from smartcity_survey.stages.factor.components import estimate_factors
from smartcity_survey.stages.measurement.item_analysis import analyse_items
from smartcity_survey.stages.measurement.measurement import evaluate_measurement
from smartcity_survey.stages.measurement.scores import compute_scores, score_weights
from smartcity_survey.stages.pls.pls import fit_model
from smartcity_survey.stages.regression.regression import estimate_regression
from smartcity_survey.stages.regression.robustness import evaluate_robustness
from smartcity_survey.stages.sem.cfa import BY_DESIGN, TABLES, confirm_model
from smartcity_survey.stages.sem.controlled_paths import estimate_controlled_paths
from smartcity_survey.stages.sem.dwls import ORDINAL_TABLES
from smartcity_survey.stages.sem.sem import estimate_sem
from smartcity_survey.stats.core.correlations import weighted_correlation
from smartcity_survey.stats.core.multiplicity import holm
from smartcity_survey.stats.factor.adequacy import bartlett_sphericity, kmo
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.measurement.reliability_coefficients import cronbach_alpha
from smartcity_survey.stats.measurement.scores import bartlett_score_weights
from smartcity_survey.stats.regression.collinearity import collinearity_diagnostics
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_cfa, fit_design_sem
from smartcity_survey.stats.sampling.survey_design import SurveyDesign, effective_size
from smartcity_survey.stats.sampling.weighted_moments import describe_design, weighted_covariance
from smartcity_survey.stats.sampling.weighted_regression import design_regression
from smartcity_survey.stats.sampling.weighted_residuals import design_residuals
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.study.config import (
    CfaSection,
    FactorsSection,
    PlsSection,
    RegressionSection,
    RobustnessSection,
)
from smartcity_survey.study.model import Hypothesis
from tests.stages import simulated
from tests.stages.checks.test_crosscheck import NO_RESULTS
from tests.stages.weights.drawn import WAYS, answers, design, scores

# Three items of each construct: quick, and enough of every kind of table.
KEPT = tuple(item for construct in simulated.model().constructs for item in construct.items[:3])
MODEL = simulated.model().keeping(KEPT)
OUTCOME = simulated.OUTCOME
PREDICTORS = MODEL.predictors(OUTCOME)


def items(way: str) -> pd.DataFrame:
    return answers(way)[list(MODEL.items)]


def x(way: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return items(way).to_numpy(dtype=np.float64)


def refused(result: StageResult, *tables: str, reason: str = "no_weights") -> None:
    """Tables that are empty, and whose cards say why: that they take no weights, or another reason."""
    for name in tables:
        assert result.tables[name].empty, name
        assert reason in {line["reason"] for line in result.cards[name]["refused"]}, name


def test_counts_are_of_respondents_and_percentages_of_weights() -> None:
    own, plain = design("weighted"), answers("weighted")
    result = describe_answers(plain, simulated.codebook(), own)
    unweighted = describe_answers(plain, simulated.codebook())
    table = result.tables["demographics"].set_index(["variable", "code"])
    north = (plain["city"] == 1).to_numpy()
    given = plain["city"].notna().to_numpy()
    assert table.loc[("city", 1), "n"] == north.sum()
    assert table.loc[("city", 1), "percent"] == pytest.approx(100 * own.weights[north].mean() * north.mean())
    share = 100 * own.weights[north].sum() / own.weights[given].sum()
    assert table.loc[("city", 1), "valid_percent"] == pytest.approx(share)
    pd.testing.assert_series_equal(result.tables["demographics"]["n"], unweighted.tables["demographics"]["n"])
    frequencies = result.tables["item_frequencies"].set_index(["item", "code"])
    item = simulated.ITEMS[0]
    chosen = (plain[item] == 4).to_numpy()
    assert frequencies.loc[(item, 4), "n"] == chosen.sum()
    assert frequencies.loc[(item, 4), "percent"] == pytest.approx(100 * own.weights[chosen].sum() / own.n)
    assert {result.cards[name]["weights"] for name in result.tables} == {"sampling_weights"}
    assert "weights" not in unweighted.cards["demographics"]


@pytest.mark.parametrize("way", WAYS)
def test_descriptives_have_linearised_errors(way: str) -> None:
    table = describe_answers(answers(way), simulated.codebook(), design(way)).tables["item_descriptives"]
    found = describe_design(answers(way)[list(simulated.ITEMS)].to_numpy(), design(way))
    own = table[table["item"].isin(simulated.ITEMS)]
    np.testing.assert_allclose(own["mean"], found.mean)
    np.testing.assert_allclose(own["se_mean"], found.se_mean)
    assert own["se_skewness"].isna().all()


def test_a_gap_takes_its_weight_with_it() -> None:
    frame = answers("both").copy()
    item = simulated.ITEMS[0]
    frame.loc[:9, item] = np.nan
    table = describe_answers(frame, simulated.codebook(), design("both")).tables["item_descriptives"]
    rest = np.arange(len(frame)) > 9
    found = describe_design(frame.loc[rest, [item]].to_numpy(), design("both").subset(rest))
    line = table.set_index("item").loc[item]
    assert (line["n"], line["mean"]) == (rest.sum(), pytest.approx(found.mean[0]))


def test_components_and_adequacy_are_of_weighted_correlations() -> None:
    R = weighted_correlation(x("weighted"), design("weighted").weights)
    n = round(effective_size(design("weighted").weights))
    adequacy = evaluate_adequacy(items("weighted"), None, design("weighted"))
    value = adequacy.tables["adequacy"].set_index("statistic")["value"]
    assert value["kmo"] == pytest.approx(kmo(R).overall)
    assert value["bartlett_chi2"] == pytest.approx(bartlett_sphericity(R, n).statistic)
    card = adequacy.cards["adequacy"]
    assert (card["n"], card["n_effective"], card["weights"]) == (
        len(items("weighted")),
        n,
        "sampling_weights",
    )
    section = FactorsSection(n_components=3, parallel={"draws": 10})
    factors = estimate_factors(items("weighted"), MODEL, section, 1, None, design("weighted"))
    loadings = factors.tables["rotated_loadings"].drop(columns="item").to_numpy()
    np.testing.assert_allclose(loadings, rotated_solution(R, 3).loadings, atol=1e-9)


def test_scores_and_reliability_are_of_weighted_moments() -> None:
    own, frame = design("weighted"), answers("weighted")
    result = compute_scores(frame, MODEL, PlsSection(), "mean", own)
    values = result.private["scores"][list(MODEL.names)].to_numpy()
    found = describe_design(values, own)
    np.testing.assert_allclose(result.tables["descriptives"]["mean"], found.mean)
    correlations = result.tables["score_correlations"].drop(columns="construct").to_numpy()
    np.testing.assert_allclose(correlations, weighted_correlation(values, own.weights), atol=1e-12)
    assert result.cards["descriptives"]["sampling"] == "sampling_weights"
    first = MODEL.constructs[0]
    S = weighted_covariance(frame[list(first.items)].to_numpy(), own)
    analysed = analyse_items(frame, MODEL, own)
    scales = analysed.tables["scale_statistics"].set_index("construct")
    assert scales.loc[first.name, "alpha"] == pytest.approx(cronbach_alpha(S))
    refused(analysed, "reliability_intervals")
    measured = evaluate_measurement(frame, MODEL, PlsSection()).tables["reliability"]
    assert measured.set_index("construct").loc[first.name, "cronbach_alpha"] == pytest.approx(
        cronbach_alpha(S)
    )
    assert measured["cronbach_alpha_low"].isna().all()


@pytest.mark.parametrize("method", ["component", "pls", "cfa_regression", "cfa_bartlett"])
def test_equal_weights_give_the_scores_of_none(method: Any) -> None:
    frame = simulated.answers()
    equal = SurveyDesign.of(len(frame), np.full(len(frame), 2.0))
    weighted = compute_scores(frame, MODEL, PlsSection(), method, equal).tables
    plain = compute_scores(frame, MODEL, PlsSection(), method).tables
    for name in ("score_weights", "score_agreement", "score_regressions"):
        pd.testing.assert_frame_equal(weighted[name], plain[name], rtol=1e-6)


def test_factor_scores_weigh_items_by_weighted_covariances() -> None:
    own, frame = design("weighted"), answers("weighted")
    S = weighted_covariance(x("weighted"), own, 0)
    expected = bartlett_score_weights(fit_cfa(S, own.n, MODEL.membership()))
    found = score_weights("cfa_bartlett", x("weighted"), MODEL, PlsSection(), own)
    np.testing.assert_allclose(found, expected)
    plain = compute_scores(frame, MODEL, PlsSection(), "cfa_bartlett").tables["score_weights"]
    weighted = compute_scores(frame, MODEL, PlsSection(), "cfa_bartlett", own).tables["score_weights"]
    assert not np.allclose(plain["weight"], weighted["weight"])
    R, sd = weighted_correlation(x("weighted"), own.weights), describe_design(x("weighted"), own).sd
    composites = score_weights("pls", x("weighted"), MODEL, PlsSection(), own)
    fit = fit_model(R, own.n, MODEL, PlsSection())
    np.testing.assert_allclose(composites, (fit.outer_weights / sd[:, None]).T)


def regression(way: str) -> StageResult:
    return estimate_regression(
        scores(),
        answers(way),
        MODEL,
        simulated.codebook(),
        RegressionSection(controls=("city",)),
        "mean",
        design=design(way),
    )


@pytest.mark.parametrize("way", WAYS)
def test_coefficients_have_the_errors_of_the_design(way: str) -> None:
    result = regression(way)
    z = scores()
    found = design_regression(z[OUTCOME].to_numpy(), z[list(PREDICTORS)].to_numpy(), design(way))
    table = result.tables["coefficients"]
    own = table[table["outcome"] == OUTCOME]
    for column, values in (("b", found.fit.coef), ("std_error", found.std_err), ("p", found.p)):
        np.testing.assert_allclose(own[column], values)
    assert own["hc3_p"].isna().all()
    anova = result.tables["anova"].set_index(["outcome", "source"]).loc[(OUTCOME, "regression")]
    assert (anova["f"], anova["p"]) == (pytest.approx(found.f), pytest.approx(found.f_p))
    card = result.cards["coefficients"]
    assert card["standard_errors"] == "linearised_by_design"
    assert card.get("weights") == (None if way == "clustered" else "sampling_weights")
    assert card.get("clusters") == (None if way == "weighted" else 40)


def test_what_takes_rows_for_equally_probable_is_empty_and_says_so() -> None:
    result = regression("weighted")
    refused(
        result,
        *("regression_diagnostics", "residual_statistics"),
        *("hierarchical_blocks", "hierarchical_coefficients"),
    )
    assert result.private["casewise"].empty
    # Collinearity has a weighted definition.
    collinear = result.tables["collinearity"].set_index("outcome").loc[OUTCOME]
    found = collinearity_diagnostics(scores()[list(PREDICTORS)].to_numpy(), design("weighted").weights)
    np.testing.assert_allclose(collinear["condition_index"], found.condition_indices)
    card = result.cards["collinearity"]
    assert (card["weights"], "refused" in card) == ("sampling_weights", False)
    assert not regression("clustered").tables["regression_diagnostics"].empty


def test_tables_of_independent_respondents_say_that_clusters_are_ignored() -> None:
    result = regression("clustered")
    for name in ("hierarchical_coefficients", "regression_diagnostics", "collinearity"):
        assert result.cards[name]["clusters"] == "not_used", name
    # Its errors are those of another package, of the same clusters.
    tables = {name: result.tables[name] for name in ("coefficients", "model_summary")}
    compared = crosscheck(
        items("clustered"), scores(), NO_RESULTS | tables, MODEL, design=design("clustered")
    )
    table = compared.tables["crosscheck"]
    assert set(table["quantity"]) == {"coefficients", "standard_errors", "r2"}
    assert table["agrees"].all()


def test_verdicts_after_holm_allow_for_the_design() -> None:
    claims = [Hypothesis(f"H_{name}", name, OUTCOME, "positive") for name in PREDICTORS]
    claimed = replace(MODEL, hypotheses=tuple(claims))

    def tests(own: SurveyDesign | None) -> StageResult:
        section = RobustnessSection(power_draws=20)
        return evaluate_robustness(scores(), claimed, section, 1, own)

    z, own = scores(), design("both")
    result = tests(own)
    found = design_regression(z[OUTCOME].to_numpy(), z[list(PREDICTORS)].to_numpy(), own)
    table = result.tables["hypothesis_tests"].set_index("predictor")
    p = dict(zip(PREDICTORS, found.p[1:], strict=True))
    judged = [p[name] for name in table.index]
    np.testing.assert_allclose(table["p"], judged)
    np.testing.assert_allclose(table["p_holm"], holm(np.array(judged)))
    assert table["log_bf10"].isna().all()
    refused(result, "ridge_trace", "posteriors", "power", "new_wave_size")
    joint = result.tables["joint_tests"]
    confirmed = joint[joint["verdict"] == "confirmed"].iloc[0]
    names = [name.removeprefix("H_") for name in confirmed["hypotheses"].split(", ")]
    test = found.joint_test([1 + PREDICTORS.index(name) for name in names])
    assert (confirmed["f"], confirmed["p"]) == (pytest.approx(test.statistic), pytest.approx(test.p))
    assert set(joint["errors"]) == {"linearised_by_design"}
    assert result.cards["joint_tests"]["clusters"] == 40
    clustered = tests(design("clustered"))
    refused(clustered, "posteriors", reason="no_clusters")
    assert clustered.cards["power"]["clusters"] == "not_used"
    assert clustered.cards["hypothesis_tests"]["clusters"] == 40
    # Schools answer alike: errors that allow for it are larger.
    wider = clustered.tables["hypothesis_tests"].eval("equivalence_ci_high - equivalence_ci_low")
    alone = tests(None).tables["hypothesis_tests"].eval("equivalence_ci_high - equivalence_ci_low")
    assert not np.allclose(wider, alone)


@pytest.mark.parametrize("way", WAYS)
def test_the_factor_models_are_of_the_design(way: str) -> None:
    section = CfaSection(dynamic_draws=20)
    result = confirm_model(answers(way), MODEL, section, 0.95, 1, design=design(way))
    found = fit_design_cfa(x(way), MODEL.membership(), design(way))
    value = result.tables["cfa_fit"].set_index("statistic")["value"]
    assert value["chi2"] == pytest.approx(found.cfa.chi2)
    assert value["yuan_bentler_chi2"] == pytest.approx(found.test.chi2)
    assert value["yuan_bentler_cfi"] == pytest.approx(found.test.cfi)
    errors = found.cfa.std_err_loadings[MODEL.membership()]
    np.testing.assert_allclose(result.tables["cfa_loadings"]["std_error"], errors)
    residuals = design_residuals(found.cfa, x(way), design(way))
    line = result.tables["cfa_residuals"].set_index(["item", "other"]).loc[(MODEL.items[0], MODEL.items[1])]
    assert line["residual"] == pytest.approx(residuals.residuals[0, 1])
    assert line["std_error"] == pytest.approx(residuals.std_err[0, 1])
    assert result.cards["cfa_residuals"]["standard_errors"] == "of_residuals_by_design"
    others = [name for name in (*TABLES, *ORDINAL_TABLES) if name not in BY_DESIGN]
    if way == "clustered":
        assert not result.tables["modification_indices"].empty
        assert result.cards["modification_indices"]["clusters"] == "not_used"
        assert result.cards["cfa_loadings"]["clusters"] == 40
    else:
        refused(result, *others)
    sem = estimate_sem(answers(way), MODEL, 0.95, design=design(way))
    paths = fit_design_sem(x(way), MODEL.membership(), MODEL.path_matrix(), design(way)).sem.estimates
    where = MODEL.names.index(PREDICTORS[0]), MODEL.names.index(OUTCOME)
    line = sem.tables["sem_paths"].set_index(["source", "target"]).loc[(PREDICTORS[0], OUTCOME)]
    assert (line["estimate"], line["p"]) == (pytest.approx(paths.beta[where]), pytest.approx(paths.p[where]))
    assert sem.cards["sem_paths"]["method"] == "pseudo_ml_structural_equations"


def test_paths_with_controls_are_weighted_by_both_methods() -> None:
    def paths(way: str | None) -> pd.DataFrame:
        frame = simulated.answers() if way is None else answers(way)
        own = None if way is None else design(way)
        plain = pd.DataFrame([{"source": a, "target": b, "estimate": 0.0} for a, b in MODEL.paths])
        section = PlsSection(bootstrap_draws=100)
        result = estimate_controlled_paths(
            frame, MODEL, simulated.codebook(), ("age",), section, 0.95, 1, plain, plain, own
        )
        assert result.cards["controlled_paths"].get("weights") == (own and "sampling_weights")
        return result.tables["controlled_paths"].set_index(["method", "source", "target"])

    weighted, clusters = paths("weighted"), paths("both")
    np.testing.assert_allclose(weighted["estimate"], clusters["estimate"])
    for method in ("pls", "sem"):
        assert not np.allclose(weighted.loc[method, "ci_low"], clusters.loc[method, "ci_low"])
