"""Every quantity equals what the package's own estimators give from the same answers."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("daqp", reason="the extra `reconstruct` is not installed")

from smartcity_survey.bounds.quantities import METHODS, Estimators, Method, Quantity
from smartcity_survey.reconstruct.design import Questionnaire
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.stats.core.correlations import correlation, covariance
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement.scores import (
    bartlett_score_weights,
    component_score_weights,
    mean_score_weights,
)
from smartcity_survey.stats.pls.algorithm import PlsFit, fit_pls
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.regression.least_squares import OlsFit, ols
from smartcity_survey.stats.sem.sem import SemFit, fit_sem
from tests.bounds.small_study import APART, CHAIN, ONE_OUTCOME, SCORES, Study, study

SCORE_METHODS: tuple[Method, ...] = ("mean", "component", "cfa_bartlett")
BOTH = (ONE_OUTCOME, CHAIN)


@cache
def small(regressions: tuple[tuple[int, tuple[int, ...]], ...]) -> Study:
    return study(regressions)


def pls_of(one: Study, consistent: bool) -> PlsFit:
    model = PlsModel(one.membership, one.paths, consistent=consistent)
    return fit_pls(correlation(one.items), len(one.x), model)


def sem_of(one: Study) -> SemFit:
    return fit_sem(covariance(one.items, ddof=0), len(one.x), one.membership, one.paths)


def scores_of(one: Study, method: Method) -> Array:
    if method == "mean":
        weights = mean_score_weights(one.membership)
    elif method == "component":
        sd = one.items.std(axis=0, ddof=1)
        weights = component_score_weights(correlation(one.items), sd, one.membership)
    else:
        weights = bartlett_score_weights(one.cfa)
    return np.asarray(one.items @ weights.T)


def regression_of(scores: Array, outcome: int, predictors: tuple[int, ...]) -> OlsFit:
    return ols(scores[:, outcome], scores[:, list(predictors)])


def test_covers_every_method_path_and_outcome():
    for regressions in BOTH:
        found = small(regressions).estimators.quantities
        wanted = [
            Quantity(method, SCORES[outcome], predictor)
            for method in METHODS
            for outcome, predictors in regressions
            for predictor in (*(SCORES[j] for j in predictors), "")
        ]
        assert list(found) == wanted


@pytest.mark.parametrize("regressions", BOTH)
@pytest.mark.parametrize("method", METHODS)
def test_values_are_the_estimators_own(regressions, method):
    one = small(regressions)
    s = covariance(one.x)
    for outcome, predictors in regressions:
        if method in ("pls", "plsc"):
            pls = pls_of(one, method == "plsc")
            betas, r2 = pls.path_coefficients[list(predictors), outcome], pls.r2[outcome]
        elif method == "sem":
            sem = sem_of(one).estimates
            betas, r2 = sem.beta[list(predictors), outcome], sem.r2[outcome]
        else:
            fit = regression_of(scores_of(one, method), outcome, predictors)
            betas, r2 = fit.beta, fit.r2
        for j, beta in zip(predictors, betas, strict=True):
            value = one.estimators.value(Quantity(method, SCORES[outcome], SCORES[j]), s)
            assert value == pytest.approx(beta, abs=1e-8)
        assert one.estimators.value(Quantity(method, SCORES[outcome]), s) == pytest.approx(r2, abs=1e-8)


@pytest.mark.parametrize("regressions", BOTH)
def test_outer_loadings_are_those_of_pls(regressions):
    one = small(regressions)
    found = one.estimators.outer_loadings(covariance(one.x))
    np.testing.assert_allclose(found, pls_of(one, False).loadings.sum(axis=1), atol=1e-8, rtol=0)


@pytest.mark.parametrize("regressions", BOTH)
@pytest.mark.parametrize("method", SCORE_METHODS)
def test_standard_errors_of_scores_are_those_of_least_squares(regressions, method):
    one = small(regressions)
    scores = scores_of(one, method)
    sd = scores.std(axis=0, ddof=1)
    for outcome, predictors in regressions:
        fit = regression_of(scores, outcome, predictors)
        for place, j in enumerate(predictors, start=1):
            found = one.estimators.standard_error(
                Quantity(method, SCORES[outcome], SCORES[j]), covariance(one.x), len(one.x)
            )
            assert found == pytest.approx(fit.std_err[place] * sd[j] / sd[outcome], abs=1e-8)


@pytest.mark.parametrize("regressions", BOTH)
def test_standard_errors_of_sem_are_those_of_the_expected_information(regressions):
    one = small(regressions)
    errors = sem_of(one).estimates.std_err_beta
    for outcome, predictors in regressions:
        for j in predictors:
            found = one.estimators.standard_error(
                Quantity("sem", SCORES[outcome], SCORES[j]), covariance(one.x), len(one.x)
            )
            assert found == pytest.approx(errors[j, outcome], abs=1e-6)


def test_no_standard_error_of_r2_or_plsc():
    one = small(ONE_OUTCOME)
    s = covariance(one.x)
    for quantity in (Quantity("pls", "d"), Quantity("sem", "d"), Quantity("plsc", "d", "a")):
        assert np.isnan(one.estimators.standard_error(quantity, s, len(one.x)))


@pytest.mark.parametrize("quantity", [q for m in METHODS for q in (Quantity(m, "d", "b"), Quantity(m, "c"))])
def test_slopes_are_those_of_finite_differences(quantity):
    one = small(CHAIN)
    s = covariance(one.x)
    slope = one.estimators.slope(quantity, s)
    np.testing.assert_array_equal(slope, slope.T)
    for direction in directions(s):
        expected = difference(one.estimators, lambda at: one.estimators.value(quantity, at), s, direction)
        assert (slope * direction).sum() == pytest.approx(expected, rel=1e-6, abs=1e-7)


def test_slopes_of_outer_loadings_are_those_of_finite_differences():
    one = small(CHAIN)
    s = covariance(one.x)
    slopes = one.estimators.outer_loading_slopes(s)
    for direction in directions(s):
        expected = difference(one.estimators, one.estimators.outer_loadings, s, direction)
        found = np.einsum("mij,ij->m", slopes, direction)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


def directions(s: Array) -> list[Array]:
    rng = np.random.default_rng(4)
    found = []
    for _ in range(2):
        e = rng.normal(size=s.shape)
        root = np.linalg.cholesky(s)
        found.append(root @ (e + e.T) @ root.T)
    return found


def difference(estimators, value, s, direction):
    """Central difference of order four; the factor model is solved anew at every place."""
    step, solved = 2e-4, estimators.evaluator.solved

    def at(times):
        estimators.evaluator.solved = solved
        estimators.evaluator.refresh(s + times * step * direction)
        return value(s + times * step * direction)

    found = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step)
    estimators.evaluator.solved = solved
    return found


def test_sem_is_left_out_where_missing_paths_restrict_it():
    methods = {q.method for q in small(APART).estimators.quantities}
    assert methods == set(METHODS) - {"sem"}


def without_factor_model(weights: Array, regressions: tuple[tuple[int, tuple[int, ...]], ...]) -> Estimators:
    c, p = weights.shape
    design = Questionnaire(
        n=100,
        items=tuple(f"Q{i}" for i in range(p)),
        weights=weights,
        scores=SCORES[:c],
        regressions=regressions,
        item_correlations=True,
    )
    return Estimators(Evaluator(design))


def test_without_a_factor_model_single_items_and_plsc_are_as_the_estimator_has_them():
    one = small(ONE_OUTCOME)
    # One item, two items, three items; the estimator corrects no single item for attenuation.
    columns = [one.measured[i] for i in (0, 1, 5, 2, 6, 10)]
    membership = np.array([0, 1, 1, 2, 2, 2])[:, None] == np.arange(3)
    x = one.x[:, columns]
    paths = np.zeros((3, 3), dtype=bool)
    paths[:2, 2] = True
    estimators = without_factor_model(mean_score_weights(membership), ((2, (0, 1)),))
    assert {q.method for q in estimators.quantities} == {"pls", "plsc", "mean", "component"}
    for method in ("pls", "plsc"):
        fit = fit_pls(correlation(x), len(x), PlsModel(membership, paths, consistent=method == "plsc"))
        for j in (0, 1):
            value = estimators.value(Quantity(method, "c", SCORES[j]), covariance(x))
            assert value == pytest.approx(fit.path_coefficients[j, 2], abs=1e-8)
        slope = estimators.slope(Quantity(method, "c", "a"), covariance(x))
        assert np.isfinite(slope).all()


def test_signs_are_those_that_make_the_sum_of_loadings_positive():
    # Items of a construct disagree, and the algorithm alone turns both composites round.
    r = np.eye(5)
    r[np.tril_indices(5, -1)] = [-0.5, 0.2, 0.0, -0.6, 0.5, -0.4, 0.0, 0.3, 0.5, -0.1]
    r = np.tril(r) + np.tril(r, -1).T
    membership = np.array([0, 0, 0, 1, 1])[:, None] == np.arange(2)
    paths = np.array([[False, True], [False, False]])
    estimators = without_factor_model(mean_score_weights(membership), ((1, (0,)),))
    fit = fit_pls(r, 100, PlsModel(membership, paths))
    assert estimators.value(Quantity("pls", "b", "a"), r) == pytest.approx(
        fit.path_coefficients[0, 1], abs=1e-8
    )
    np.testing.assert_allclose(estimators.outer_loadings(r), fit.loadings.sum(axis=1), atol=1e-8)
