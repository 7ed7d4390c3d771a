"""Regressions beside every set of controls, against least squares one at a time and statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from smartcity_survey.stats.core.errors import LinearDependence, TooFewRows
from smartcity_survey.stats.evidence.construct_moments import ConstructMoments, score_moments
from smartcity_survey.stats.evidence.subset_regression import huber_fits, least_squares_fits, sandwich_fits
from smartcity_survey.stats.regression.least_squares import ols
from tests.stats.survey_data import BLOCKS, answered_survey

# The same least squares by normal equations here and by QR there.
EXACT = 1e-11
# Huber's iteration stops at 1e-8 here, at 1e-11 there.
ITERATED = 1e-6

PREDICTORS = np.arange(3)
CONTROLS = np.array([[False, False], [True, False], [False, True], [True, True]])


@pytest.fixture(scope="module")
def moments():
    items, covariates = answered_survey(250, 8)
    return score_moments(items @ BLOCKS, covariates)


def alone(moments, controls):
    """Outcome and explanatory variables of one set of controls, standardised."""
    z = moments.scores
    return z[:, 3], np.hstack((z[:, :3], z[:, 4:][:, controls]))


@pytest.mark.parametrize("s", range(4))
def test_least_squares(moments, s):
    classical = least_squares_fits(moments, 3, PREDICTORS, CONTROLS)
    expected = ols(*alone(moments, CONTROLS[s]))
    np.testing.assert_allclose(classical.coef[s], expected.coef[1:4], atol=EXACT)
    np.testing.assert_allclose(classical.std_err[s], expected.std_err[1:4], rtol=EXACT)
    assert classical.df[s] == expected.df_residual


@pytest.mark.parametrize("s", range(4))
def test_huber_is_that_of_statsmodels(moments, s):
    found = huber_fits(moments, 3, PREDICTORS, CONTROLS)
    y, x = alone(moments, CONTROLS[s])
    model = sm.RLM(y, sm.add_constant(x), M=sm.robust.norms.HuberT(1.345))
    expected = model.fit(tol=1e-11, maxiter=500, conv="coefs")
    np.testing.assert_allclose(found.coef[s], expected.params[1:4], atol=ITERATED)
    np.testing.assert_allclose(found.std_err[s], expected.bse[1:4], rtol=ITERATED)


def test_gross_errors_hardly_move_huber(moments):
    z = moments.scores.copy()
    z[:8, 3] += 20.0
    spoiled = score_moments(z[:, :4], z[:, 4:])
    # Back to the units of before: the errors made the outcome's standard deviation larger.
    unit = z[:, 3].std() / moments.scores[:, 3].std()
    clean, robust = (huber_fits(each, 3, PREDICTORS, CONTROLS).coef for each in (moments, spoiled))
    classical = least_squares_fits(spoiled, 3, PREDICTORS, CONTROLS)
    assert np.abs(unit * robust - clean).max() < 0.1
    assert np.abs(unit * classical.coef - clean).max() > 3 * np.abs(unit * robust - clean).max()


def test_without_outliers_huber_is_least_squares(moments):
    found = huber_fits(moments, 3, PREDICTORS, CONTROLS, tuning=10)
    classical = least_squares_fits(moments, 3, PREDICTORS, CONTROLS)
    np.testing.assert_allclose(found.coef, classical.coef, atol=1e-12)
    np.testing.assert_allclose(found.std_err, classical.std_err, rtol=1e-12)


def test_influence_predicts_fits_without_a_respondent(moments):
    whole = sandwich_fits(moments, 3, PREDICTORS, CONTROLS)
    n = len(moments.scores)
    for i in (0, 50, 249):
        y, x = (np.delete(part, i, axis=0) for part in alone(moments, CONTROLS[3]))
        change = (whole.coef[3] - ols(y, x).coef[1:4]) * (n - 1)
        np.testing.assert_allclose(change, whole.influence[i, 3], atol=0.1)


def test_sandwich_errors_are_those_of_white(moments):
    found = sandwich_fits(moments, 3, PREDICTORS, CONTROLS)
    y, x = alone(moments, CONTROLS[1])
    design = np.column_stack((np.ones(len(y)), x))
    inverse = np.linalg.inv(design.T @ design)
    residuals = y - design @ (inverse @ design.T @ y)
    white = inverse @ (design.T * residuals**2) @ design @ inverse
    expected = np.sqrt(np.diag(white)[1:4] * len(y) / (len(y) - 1))
    np.testing.assert_allclose(found.std_err[1], expected, rtol=1e-10)


def test_huber_influence_gives_its_standard_error(moments):
    found = huber_fits(moments, 3, PREDICTORS, CONTROLS)
    spread = np.sqrt(np.square(found.influence).sum(axis=0)) / len(moments.scores)
    # Huber's formula supposes equal variances, the influence does not: close, not equal.
    np.testing.assert_allclose(spread, found.std_err, rtol=0.2)


def test_latent_constructs_have_no_least_squares_of_rows(moments):
    by_respondent = moments.influence_on_products(np.eye(len(moments.correlation)))
    latent = ConstructMoments(moments.correlation, by_respondent, None)
    with pytest.raises(ValueError, match="no scores to regress"):
        least_squares_fits(latent, 3, PREDICTORS, CONTROLS)


def test_dependent_predictors_and_too_few_rows_are_refused(moments):
    z = moments.scores.copy()
    z[:, 1] = z[:, 0]
    with pytest.raises(LinearDependence):
        sandwich_fits(score_moments(z[:, :4], z[:, 4:]), 3, PREDICTORS, CONTROLS)
    few = score_moments(
        np.random.default_rng(1).normal(size=(6, 4)), np.random.default_rng(2).normal(size=(6, 2))
    )
    with pytest.raises(TooFewRows):
        sandwich_fits(few, 3, PREDICTORS, CONTROLS)
