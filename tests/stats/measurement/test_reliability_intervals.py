from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.measurement.reliability_coefficients import omega, reliability
from smartcity_survey.stats.measurement.reliability_intervals import factor_intervals, omega_intervals
from smartcity_survey.stats.sem.cfa import fit_cfa
from tests.stats.factor_data import simulated_answers, simulated_scales

# Newton's minimum is exact to rounding, and the coefficients are smooth there.
ROUNDING = 1e-12
# The standard deviation of 400 draws has a relative standard error of 1 / sqrt(800) = 3.5 %; four of them.
FEW_DRAWS = 0.14


@pytest.fixture(scope="module")
def blocks() -> BoolArray:
    scales = simulated_scales()
    return np.asarray(scales[:, None] == np.arange(scales.max() + 1))


def test_estimates_are_those_of_the_coefficients(blocks: BoolArray) -> None:
    x = simulated_answers()
    cfa = fit_cfa(covariance(x, ddof=0), len(x), blocks)
    expected = reliability(covariance(x), len(x), blocks, loadings=cfa.std_loadings)
    rho_c, ave = factor_intervals(x, blocks)
    for found, coefficient in (
        (omega_intervals(x, blocks), expected.omega),
        (rho_c, expected.rho_c),
        (ave, expected.ave),
    ):
        assert np.allclose(found.estimate, coefficient, rtol=0, atol=ROUNDING)
        assert (found.low < found.estimate).all()
        assert (found.estimate < found.high).all()
    wider = omega_intervals(x, blocks, level=0.99)
    assert (wider.low < omega_intervals(x, blocks).low).all()


def test_standard_errors_agree_with_the_bootstrap(blocks: BoolArray) -> None:
    x = simulated_answers()[:, blocks[:, 0]]
    own = np.ones((x.shape[1], 1), dtype=bool)
    draws = np.random.default_rng(1).integers(0, len(x), (400, len(x)))
    omegas = [omega(covariance(x[rows]), len(x)) for rows in draws]
    aves = [(fit_cfa(covariance(x[rows], ddof=0), len(x), own).std_loadings ** 2).mean() for rows in draws]
    assert omega_intervals(x, own).std_err[0] == pytest.approx(np.std(omegas), rel=FEW_DRAWS)
    assert factor_intervals(x, own)[1].std_err[0] == pytest.approx(np.std(aves), rel=FEW_DRAWS)


def test_two_items_leave_omega_open_but_not_the_joint_model(blocks: BoolArray) -> None:
    x, keep = simulated_answers(), np.ones(len(blocks), dtype=bool)
    keep[np.flatnonzero(blocks[:, 0])[2:]] = False
    found = omega_intervals(x[:, keep], blocks[keep])
    assert np.isnan([found.estimate[0], found.low[0]]).all()
    assert np.isfinite(found.estimate[1:]).all()
    assert np.isfinite(factor_intervals(x[:, keep], blocks[keep])[1].low).all()


def test_a_heywood_case_has_no_interval() -> None:
    x = heywood_answers()
    found = omega_intervals(x, np.ones((3, 1), dtype=bool))
    assert np.isnan(found.estimate[0])
    assert np.isnan(found.high[0])


def heywood_answers() -> Array:
    """Answers (200, 3) whose covariances only a negative uniqueness reproduces."""
    R = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, 0.7], [0.9, 0.7, 1.0]])
    noise = np.random.default_rng(2).standard_normal((200, 3))
    z = np.linalg.qr(noise - noise.mean(axis=0))[0]
    return np.asarray(z @ np.linalg.cholesky(R).T)


def test_a_single_item_has_no_interval_and_leaves_those_of_the_others(blocks: BoolArray) -> None:
    x, keep = simulated_answers(), np.ones(len(blocks), dtype=bool)
    keep[np.flatnonzero(blocks[:, 0])[1:]] = False
    x, blocks = x[:, keep], blocks[keep]
    cfa = fit_cfa(covariance(x, ddof=0), len(x), blocks)
    expected = reliability(covariance(x), len(x), blocks, loadings=cfa.std_loadings)
    for found, coefficient in zip(factor_intervals(x, blocks), (expected.rho_c, expected.ave), strict=True):
        assert np.isnan([found.estimate[0], found.std_err[0], found.low[0], found.high[0]]).all()
        np.testing.assert_allclose(found.estimate[1:], coefficient[1:], rtol=0, atol=ROUNDING)
        assert (found.low[1:] < found.estimate[1:]).all()
        assert coefficient[0] == pytest.approx(1)
