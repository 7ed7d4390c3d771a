"""Full-information maximum likelihood against lavaan's `missing = "fiml"` and `estimator = "MLR"`."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache

import numpy as np
import pytest

from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.cfa_incomplete import (
    IncompleteCfa,
    IncompleteSem,
    fit_incomplete_cfa,
    fit_incomplete_sem,
)
from smartcity_survey.stats.sem.cfa_robust import robust_covariance, scaled_test
from smartcity_survey.stats.sem.incomplete import answered_part
from smartcity_survey.stats.sem.sem import fit_sem
from smartcity_survey.stats.sem.structure import Matrix
from tests.stats.missing.data import incomplete, reference

HOLZINGER: BoolArray = np.kron(np.eye(3), np.ones((3, 1))).astype(bool)
INDICES = {
    **{"chi2": "chisq", "df": "df", "p": "pvalue", "baseline_chi2": "baseline.chisq", "cfi": "cfi"},
    **{"tli": "tli", "nfi": "nfi", "ifi": "ifi", "rmsea": "rmsea", "rmsea_low": "rmsea.ci.lower"},
    **{"rmsea_high": "rmsea.ci.upper", "p_close": "rmsea.pvalue", "srmr": "srmr", "rmr": "rmr"},
    **{"log_likelihood": "logl", "aic": "aic", "bic": "bic", "sabic": "bic2", "n_parameters": "npar"},
    **{"mcdonald": "mfi", "ecvi": "ecvi"},
}


@cache
def holzinger() -> IncompleteCfa:
    return fit_incomplete_cfa(em_moments(incomplete("holzinger_missing")), HOLZINGER)


@cache
def survey() -> IncompleteSem:
    items = reference()["survey"]["items"]
    pattern = np.array([[name.startswith(scale) for scale in "ABY"] for name in items])
    paths = np.zeros((3, 3), dtype=bool)
    paths[0, 1] = paths[0, 2] = paths[1, 2] = True
    return fit_incomplete_sem(em_moments(incomplete("survey_missing")), pattern, paths)


def of_lavaan(name: str, kind: str, op: str, value: str) -> Array:
    """Values of lavaan's rows with an operator that are free."""
    table = reference()[name][kind]["parameters"]
    chosen = [i for i, each in enumerate(table["op"]) if each == op and table["free"][i]]
    return np.array(table[value])[chosen]


def of_ours(fit: IncompleteCfa | IncompleteSem, matrix: Matrix, values: Array) -> Array:
    return np.asarray(values[fit.likelihood.ml.structures[0].cells.matrix == matrix])


@pytest.mark.parametrize(("ours", "lavaan"), INDICES.items())
def test_fit_indices_of_the_measurement_model(ours: str, lavaan: str) -> None:
    value = asdict(fit_indices(holzinger().cfa))[ours]
    assert value == pytest.approx(reference()["holzinger"]["plain"]["fit"][lavaan], rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(("ours", "lavaan"), INDICES.items())
def test_fit_indices_of_the_structural_model(ours: str, lavaan: str) -> None:
    value = asdict(fit_indices(survey().sem))[ours]
    assert value == pytest.approx(reference()["survey"]["plain"]["fit"][lavaan], rel=1e-6, abs=1e-8)


def test_the_share_of_moments_reproduced_is_not_told() -> None:
    indices = fit_indices(holzinger().cfa)
    assert np.isnan([indices.gfi, indices.agfi, indices.pgfi]).all()


@pytest.mark.parametrize(
    ("name", "op", "matrix"),
    [
        ("holzinger", "=~", Matrix.LOADING),
        ("holzinger", "~1", Matrix.INTERCEPT),
        ("survey", "=~", Matrix.LOADING),
        ("survey", "~1", Matrix.INTERCEPT),
        ("survey", "~", Matrix.PATH),
    ],
)
def test_estimates_and_both_standard_errors(name: str, op: str, matrix: Matrix) -> None:
    fit = holzinger() if name == "holzinger" else survey()
    found = fit.likelihood
    estimates = of_ours(fit, matrix, found.ml.theta)
    observed = of_ours(fit, matrix, np.sqrt(np.diagonal(found.covariance)))
    robust = of_ours(fit, matrix, np.sqrt(np.diagonal(found.robust)))
    expected = [
        of_lavaan(name, "plain", op, "est"),
        of_lavaan(name, "plain", op, "se"),
        of_lavaan(name, "robust", op, "se"),
    ]
    if op == "~":  # lavaan's order is Y ~ A, Y ~ B, B ~ A; ours goes by the source
        expected = [values[[2, 0, 1]] for values in expected]
    for ours, theirs in zip((estimates, observed, robust), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def test_standardised_loadings_and_correlations_with_robust_errors() -> None:
    cfa = holzinger().cfa
    table = reference()["holzinger"]["robust"]["parameters"]
    loadings = [i for i, op in enumerate(table["op"]) if op == "=~"]
    own = HOLZINGER.nonzero()
    np.testing.assert_allclose(cfa.std_loadings[own], np.array(table["std"])[loadings], atol=1e-6)
    np.testing.assert_allclose(cfa.std_err_std_loadings[own], np.array(table["std_se"])[loadings], atol=1e-6)
    pairs = {(table["lhs"][i], table["rhs"][i]): i for i, op in enumerate(table["op"]) if op == "~~"}
    where = [pairs[pair] for pair in (("visual", "textual"), ("visual", "speed"), ("textual", "speed"))]
    upper = ([0, 0, 1], [1, 2, 2])
    np.testing.assert_allclose(cfa.factor_corr[upper], np.array(table["std"])[where], atol=1e-6)
    np.testing.assert_allclose(cfa.std_err_factor_corr[upper], np.array(table["std_se"])[where], atol=1e-6)


def test_standardised_paths_with_robust_errors() -> None:
    estimates = survey().sem.estimates
    table = reference()["survey"]["robust"]["parameters"]
    paths = [i for i, op in enumerate(table["op"]) if op == "~"]
    where = ([0, 1, 0], [2, 2, 1])
    np.testing.assert_allclose(estimates.beta[where], np.array(table["std"])[paths], atol=1e-6)
    np.testing.assert_allclose(estimates.std_err_beta[where], np.array(table["std_se"])[paths], atol=1e-6)


@pytest.mark.parametrize("name", ["holzinger", "survey"])
def test_the_scaled_test_is_that_of_mlr(name: str) -> None:
    found = (holzinger() if name == "holzinger" else survey()).likelihood
    own = reference()[name]["robust"]
    assert found.scaling == pytest.approx(own["scaling"], rel=1e-6)
    assert found.scaled.statistic == pytest.approx(own["chi2"], rel=1e-6)
    assert found.scaled.p == pytest.approx(own["p"], rel=1e-5)


def test_complete_answers_have_the_usual_fit() -> None:
    x = incomplete("holzinger_missing")
    x = x[~np.isnan(x).any(axis=1)]
    usual = fit_cfa(covariance(x, ddof=0), len(x), HOLZINGER)
    found = fit_incomplete_cfa(em_moments(x), HOLZINGER)
    np.testing.assert_allclose(found.cfa.loadings, usual.loadings, atol=1e-8)
    assert found.cfa.chi2 == pytest.approx(usual.chi2, rel=1e-9)
    assert (found.cfa.df, found.cfa.n) == (usual.df, usual.n)
    # Without intercepts, which complete answers do not need, the sandwich is the same.
    t = len(usual.ml.theta)
    robust = robust_covariance(usual, x, "yuan_bentler")
    np.testing.assert_allclose(found.likelihood.robust[:t, :t], robust, rtol=1e-5, atol=1e-8)
    scaled = scaled_test(usual, x, "yuan_bentler")
    assert found.likelihood.scaled.statistic == pytest.approx(scaled.chi2, rel=1e-6)


def test_paths_among_all_factors_rewrite_the_measurement_model() -> None:
    sem = survey().sem
    assert sem.restrictions is None
    assert sem.ml.chi2 == pytest.approx(sem.measurement.chi2, abs=1e-7)
    x = incomplete("survey_missing")
    x = x[~np.isnan(x).any(axis=1)]
    usual = fit_sem(covariance(x, ddof=0), len(x), sem.measurement.pattern, sem.paths)
    found = fit_incomplete_sem(em_moments(x), sem.measurement.pattern, sem.paths).sem
    np.testing.assert_allclose(found.estimates.beta, usual.estimates.beta, atol=1e-8)


def test_units_and_markers_do_not_matter() -> None:
    x = incomplete("holzinger_missing")
    other = fit_incomplete_cfa(
        em_moments(x * np.linspace(0.01, 100, 9) + 5), HOLZINGER, markers=np.array([2, 4, 7])
    )
    np.testing.assert_allclose(other.cfa.std_loadings, holzinger().cfa.std_loadings, atol=1e-7)
    assert other.cfa.chi2 == pytest.approx(holzinger().cfa.chi2, rel=1e-7)
    assert other.likelihood.scaling == pytest.approx(holzinger().likelihood.scaling, rel=1e-6)


def test_the_part_of_a_model_keeps_the_parameters_of_the_items_answered() -> None:
    structure = holzinger().cfa.ml.structures[0]
    part = answered_part(structure, np.arange(9) != 4)
    theta = np.arange(len(holzinger().cfa.ml.theta), dtype=float)
    kept = np.delete(np.arange(9), 4)
    whole, own = structure.matrices(theta), part.matrices(theta)
    np.testing.assert_array_equal(own.loadings, whole.loadings[kept])
    np.testing.assert_array_equal(own.residual_cov, whole.residual_cov[np.ix_(kept, kept)])
    np.testing.assert_array_equal(own.intercepts, whole.intercepts[kept])
    assert part.shape == (8, 3)
