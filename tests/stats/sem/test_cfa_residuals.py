"""Residual covariances and their standard errors against lavaan and simulation."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_residuals import covariance_residuals
from tests.stats.factor_data import reference
from tests.stats.structural_data import blocks, factor_data, holzinger_pattern, holzinger_scores, moments

LAVAAN = 1e-8


def test_lavaan() -> None:
    expected = reference("structural_models_lavaan")["holzinger_residuals"]
    found = covariance_residuals(fit_cfa(moments(holzinger_scores()), 301, holzinger_pattern()))
    np.testing.assert_allclose(found.correlations, expected["cov"], atol=LAVAAN)
    off_diagonal = ~np.eye(9, dtype=bool)
    z = np.array(expected["cov.z"], dtype=float)
    np.testing.assert_allclose(found.z[off_diagonal], z[off_diagonal], rtol=LAVAAN)
    # The model reproduces every variance.
    assert np.isnan(np.diagonal(found.z)).all()


def test_scaling_and_units_leave_z_alone() -> None:
    x, pattern = factor_data(7, 200, (3, 4)), blocks((3, 4))
    found = covariance_residuals(fit_cfa(moments(x), 200, pattern))
    units = 10.0 ** np.arange(-3, 4)
    other = covariance_residuals(fit_cfa(moments(x * units), 200, pattern, scaling="unit_variance"))
    np.testing.assert_allclose(other.z, found.z, rtol=1e-7)
    np.testing.assert_allclose(other.correlations, found.correlations, atol=1e-9)


def test_z_of_a_right_model_spreads_by_one() -> None:
    pattern, lower = blocks((3, 3)), np.tril_indices(6, -1)
    z = np.array(
        [
            covariance_residuals(fit_cfa(moments(factor_data(seed, 400, (3, 3))), 400, pattern)).z[lower]
            for seed in range(150)
        ]
    )
    # 15 correlated residuals in each of 150 samples.
    assert np.std(z) == pytest.approx(1, abs=0.07)


def test_what_is_reproduced_in_every_sample_has_no_z() -> None:
    found = covariance_residuals(
        fit_cfa(moments(holzinger_scores()[:, :3]), 301, np.ones((3, 1), dtype=bool))
    )
    assert np.isnan(found.z).all()
    np.testing.assert_allclose(found.residuals, 0, atol=1e-10)


def test_the_variance_of_a_single_item_is_reproduced_and_its_covariances_are_tested() -> None:
    x = holzinger_scores()[:, :7]
    found = covariance_residuals(fit_cfa(moments(x), 301, blocks((3, 3, 1))))
    assert np.isnan(found.z[6, 6])
    assert found.residuals[6, 6] == pytest.approx(0, abs=1e-10)
    assert np.isfinite(found.z[6, :6]).all()
