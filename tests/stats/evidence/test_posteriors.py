"""Posteriors of coefficients against the joint density on a grid, and against what they must come to."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.evidence.bayes_factor import MEDIUM_SCALE
from smartcity_survey.stats.evidence.posteriors import CoefficientPosteriors, coefficient_posteriors
from smartcity_survey.stats.regression.least_squares import OlsFit, ols

BOUND = 0.1


def standardised(x: np.ndarray) -> np.ndarray:
    return np.asarray((x - x.mean(axis=0)) / x.std(axis=0, ddof=1))


def data(n: int, effects: tuple[float, ...], seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = standardised(rng.normal(size=(n, len(effects))) @ (np.eye(len(effects)) + 0.3))
    return x, standardised(x @ np.array(effects) + rng.normal(size=n))


def posteriors(fit: OlsFit, level: float = 0.95, bound: float = BOUND) -> CoefficientPosteriors:
    return coefficient_posteriors(fit.beta, fit.vif, fit.r2, fit.n, bound, level)


def test_one_coefficient_has_the_moments_of_the_joint_density_of_slope_error_and_scale() -> None:
    """Likelihood of the answers times the prior, summed over slope, log of sigma and log of g."""
    n = 25
    x, y = data(n, (0.3,))
    fit = ols(y, x)
    found = posteriors(fit)
    slope = np.linspace(-0.9, 1.3, 441)[:, None, None]
    sigma2 = np.exp(np.linspace(-1.6, 1.6, 161))[None, :, None]
    g = np.exp(np.linspace(-4, 16, 201))[None, None, :]  # inverse gamma, of rate n scale**2 / 2
    rate, squares = n * MEDIUM_SCALE**2 / 2, float(x[:, 0] @ x[:, 0])
    residual = ((y[:, None] - x * slope[:, 0, 0]) ** 2).sum(axis=0)[:, None, None]
    # The constant, of flat prior, is integrated out: one factor sigma of the n is gone.
    log_likelihood = -(n - 1) / 2 * np.log(sigma2) - residual / (2 * sigma2)
    log_slope = -0.5 * np.log(g * sigma2) - squares * slope**2 / (2 * g * sigma2)
    log_g = -1.5 * np.log(g) - rate / g + np.log(g)
    log_density = log_likelihood + log_slope + log_g  # p(sigma2) = 1 / sigma2 is flat in its logarithm
    density = np.exp(log_density - log_density.max()).sum(axis=(1, 2))
    density /= density.sum()
    at = slope[:, 0, 0]
    mean = density @ at
    assert found.mean[0] == pytest.approx(mean, abs=2e-4)
    assert found.sd[0] == pytest.approx(np.sqrt(density @ (at - mean) ** 2), abs=2e-4)
    inside = np.interp([-BOUND, BOUND, 0], at + (at[1] - at[0]) / 2, density.cumsum())
    assert found.negligible[0] == pytest.approx(inside[1] - inside[0], abs=2e-4)
    assert found.positive[0] == pytest.approx(1 - inside[2], abs=2e-4)
    assert np.interp(found.low[0], at + (at[1] - at[0]) / 2, density.cumsum()) == pytest.approx(
        0.025, abs=2e-4
    )


def test_of_many_respondents_it_is_least_squares() -> None:
    x, y = data(20_000, (0.3, -0.2, 0.0))
    fit = ols(y, x)
    found = posteriors(fit)
    error = fit.std_err[1:] * x.std(axis=0, ddof=1) / y.std(ddof=1)
    np.testing.assert_allclose(found.mean, fit.beta, rtol=2e-3)
    np.testing.assert_allclose(found.sd, error, rtol=1e-3)
    np.testing.assert_allclose(found.high - found.low, 2 * 1.959964 * error, rtol=2e-3)
    assert found.negligible.round(6).tolist() == [0, 0, 1]


def test_coefficients_are_shrunk_and_each_interval_holds_its_share() -> None:
    x, y = data(40, (0.4, 0.1))
    fit = ols(y, x)
    found, half = posteriors(fit), posteriors(fit, level=0.5)
    assert (np.abs(found.mean) < np.abs(fit.beta)).all()
    assert (found.low < half.low).all()
    assert (half.high < found.high).all()
    # Nothing of the first lies below minus its interval's upper end, so that below that end lies its share.
    for own, share in ((found, 0.975), (half, 0.75)):
        assert posteriors(fit, bound=float(own.high[0])).negligible[0] == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(("r2", "n"), [(1.0, 50), (-0.1, 50), (0.5, 4)])
def test_refuses_what_has_no_posterior(r2: float, n: int) -> None:
    with pytest.raises(StatisticsError):
        coefficient_posteriors(np.array([0.1, 0.2]), np.ones(2), r2, n, BOUND)
