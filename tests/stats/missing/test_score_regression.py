"""Regressions of scores by incomplete items against lavaan's saturated model with defined parameters."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import ConstantItems, LinearDependence
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing.moment_information import moment_covariance, observed_information
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.missing.score_regression import regress_scores
from smartcity_survey.stats.regression.least_squares import ols
from tests.stats.missing.data import incomplete, reference


def weights(name: str) -> Array:
    """Single items x1, x5, x9, or the sums of three items each."""
    if name == "items":
        return np.eye(9, dtype=np.float64)[[0, 4, 8]]
    return np.kron(np.eye(3), np.ones(3)).astype(np.float64)


@pytest.mark.parametrize("name", ["items", "sums"])
def test_coefficients_and_both_standard_errors_are_those_of_lavaan(name: str) -> None:
    own = reference()["holzinger"]["regressions"][name]
    moments = em_moments(incomplete("holzinger_missing"))
    robust = regress_scores(moments, weights(name), moment_covariance(moments))
    normal = regress_scores(
        moments, weights(name), np.asarray(np.linalg.inv(observed_information(moments)), dtype=np.float64)
    )
    np.testing.assert_allclose([*robust.coef, robust.r2], own["est"], atol=1e-6)
    np.testing.assert_allclose(robust.std_err, own["robust_se"], atol=1e-6)
    np.testing.assert_allclose(normal.std_err, own["se"], atol=1e-6)
    np.testing.assert_array_equal(normal.coef, robust.coef)


def test_complete_rows_have_the_coefficients_of_least_squares() -> None:
    x = incomplete("holzinger_missing")
    x = x[~np.isnan(x).any(axis=1)]
    moments = em_moments(x)
    found = regress_scores(
        moments, weights("sums"), np.asarray(np.linalg.inv(observed_information(moments)), dtype=np.float64)
    )
    scores = x @ weights("sums").T
    usual = ols(scores[:, 2], scores[:, :2])
    np.testing.assert_allclose(found.coef, usual.coef, rtol=1e-8)
    for field in ("beta", "tolerance", "vif", "zero_order", "partial", "part"):
        np.testing.assert_allclose(getattr(found, field), getattr(usual, field), rtol=1e-8)
    assert found.r2 == pytest.approx(usual.r2)
    # Maximum likelihood divides by n.
    df = usual.df_residual
    np.testing.assert_allclose(found.std_err[1:], usual.std_err[1:] * np.sqrt(df / len(x)), rtol=1e-6)
    assert found.residual_sd == pytest.approx(usual.std_error_estimate * np.sqrt(df / len(x)))


def test_scores_that_do_not_vary_or_depend_are_refused() -> None:
    moments = em_moments(incomplete("holzinger_missing"))
    sampling = moment_covariance(moments)
    nothing = weights("sums").copy()
    nothing[0] = 0
    with pytest.raises(ConstantItems):
        regress_scores(moments, nothing, sampling)
    alike = weights("sums")[[0, 0, 2]]
    with pytest.raises(LinearDependence):
        regress_scores(moments, alike, sampling)
