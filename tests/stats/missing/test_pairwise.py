"""Pairwise correlations against pandas, in the sample and in resamples."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.core.errors import ConstantItems, NotPositiveDefinite, TooFewRows
from smartcity_survey.stats.core.resample import correlation_stack, resampled_units
from smartcity_survey.stats.missing.pairwise import pairwise_correlation, pairwise_products
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from tests.stats.missing.data import incomplete
from tests.stats.pls.test_imputed import MODEL


def test_correlations_are_those_of_pandas() -> None:
    x = incomplete("holzinger_missing")
    np.testing.assert_allclose(pairwise_correlation(x), pd.DataFrame(x).corr().to_numpy(), atol=1e-12)


def test_resamples_have_their_own_pairwise_correlations() -> None:
    x = incomplete("holzinger_missing")
    products = pairwise_products(x)
    found, constant = correlation_stack(products.moments(products.resampled_counts(5, 0, 3)), 9)
    assert not constant.any()
    for draw, members in enumerate(resampled_units(5, 0, 3, len(x))):
        expected = pd.DataFrame(x[members]).corr().to_numpy()
        np.testing.assert_allclose(found[:, :, draw], expected, atol=1e-12)


def test_an_item_that_is_constant_in_a_resample_is_known() -> None:
    x = incomplete("holzinger_missing")[:, :3]
    products = pairwise_products(x)
    rows = np.flatnonzero(~np.isnan(x).any(axis=1))[:4]
    alike = np.flatnonzero(x[:, 0] == x[rows[0], 0])
    counts = np.zeros((1, len(x)))
    counts[0, alike] = 1
    constant = correlation_stack(products.moments(counts), 3)[1]
    assert constant[0, 0]


def test_pls_of_pairwise_correlations() -> None:
    x = incomplete("holzinger_missing")
    found = bootstrap_pls(x, MODEL, 50, seed=3, pairwise=True)
    fit = fit_pls(pd.DataFrame(x).corr().to_numpy(), len(x), MODEL)
    np.testing.assert_allclose(found.estimate.path_coefficients, fit.path_coefficients, atol=1e-9)
    members = resampled_units(3, 7, 8, len(x))[0]
    again = fit_pls(pd.DataFrame(x[members]).corr().to_numpy(), len(x), MODEL)
    np.testing.assert_allclose(found.draws.path_coefficients[7], again.path_coefficients, atol=1e-9)
    whole = x[~np.isnan(x).any(axis=1)]
    pairwise = bootstrap_pls(whole, MODEL, 20, seed=3, pairwise=True)
    usual = bootstrap_pls(whole, MODEL, 20, seed=3)
    np.testing.assert_allclose(pairwise.draws.path_coefficients, usual.draws.path_coefficients, atol=1e-9)
    with pytest.raises(ValueError, match="pairwise"):
        bootstrap_pls(x, MODEL, 20, seed=3, pairwise=True, jackknife=True)


def test_what_pairs_cannot_tell_is_refused() -> None:
    nan = np.nan
    apart = np.array([[1, nan, 2], [2, nan, 1], [3, 1, nan], [4, 2, nan], [nan, 3, 2], [nan, 5, 1.0]])
    with pytest.raises(TooFewRows):
        pairwise_correlation(apart)
    rng = np.random.default_rng(1)
    first = rng.normal(size=(90, 1)) + 0.05 * rng.normal(size=(90, 3))
    first[:30, 2] = first[30:60, 1] = first[60:, 0] = nan
    contradictory = first.copy()
    contradictory[60:, 2] *= -1  # 1-2 and 1-3 agree, 2-3 do not
    with pytest.raises(NotPositiveDefinite):
        pairwise_correlation(contradictory)
    alike = first.copy()
    alike[:30, 0] = 1.0
    with pytest.raises(ConstantItems):
        pairwise_correlation(alike)
