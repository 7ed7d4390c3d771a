"""All items on all factors, as lavaan has them (esem.R); errors by the delta method; planted loadings."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.core.errors import InvalidModel, TooFewRows
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.factor.extraction import maximum_likelihood_factors
from smartcity_survey.stats.factor.target_rotation import turned_to_zeros
from smartcity_survey.stats.measurement.esem import Esem, fit_esem
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from tests.stats.factor_data import reference
from tests.stats.pls_data import REFERENCE
from tests.stats.structural_data import blocks, holzinger, moments

INDICES = {
    "chisq": "chi2",
    "pvalue": "p",
    **{name: name for name in ("df", "cfi", "tli", "rmsea", "srmr", "aic", "bic")},
}


@cache
def answers(name: str) -> tuple[Array, BoolArray]:
    """Answers to the items of a reference, and their pattern."""
    told = reference("esem_lavaan")[name]
    frame = holzinger() if name == "holzinger" else pd.read_csv(REFERENCE / "data" / "sim676.csv")
    scales = list(dict.fromkeys(told["scale"]))
    return frame[told["items"]].to_numpy(dtype=float), np.array(
        [[s == t for t in scales] for s in told["scale"]]
    )


@cache
def fitted(name: str) -> Esem:
    x, pattern = answers(name)
    return fit_esem(moments(x), len(x), pattern)


def theirs(name: str, op: str, kind: str) -> Array:
    """(p, k) or (k, k): values or errors of lavaan's standardised solution, nan where there are none."""
    told: Any = reference("esem_lavaan")[name]
    scales, values = list(dict.fromkeys(told["scale"])), told["standardized"]
    rows = told["items"] if op == "=~" else scales
    found = np.full((len(rows), len(scales)), np.nan)
    for left, sign, right, value in zip(*(values[k] for k in ("lhs", "op", "rhs", kind)), strict=True):
        if sign == op and left in scales and right in rows:
            found[rows.index(right), scales.index(left)] = value
            if op == "~~":
                found[rows.index(left), scales.index(right)] = value
    return found


@pytest.mark.parametrize("name", ["holzinger", "survey"])
def test_fit_loadings_and_correlations_are_lavaans(name: str) -> None:
    found, told = fitted(name), reference("esem_lavaan")[name]["fit"]
    ours = fit_indices(found)
    for key, own in INDICES.items():
        assert getattr(ours, own) == pytest.approx(told[key], rel=1e-6, abs=1e-7), key
    # lavaan's minimum is as near as its optimiser comes.
    np.testing.assert_allclose(found.std_loadings, theirs(name, "=~", "std"), atol=3e-6)
    np.testing.assert_allclose(found.factor_corr, theirs(name, "~~", "std"), atol=3e-6)


@pytest.mark.parametrize("name", ["holzinger", "survey"])
def test_errors_are_lavaans_to_two_digits(name: str) -> None:
    """Its own two ways of finding them, bordered and delta, differ by as much."""
    found = fitted(name)
    np.testing.assert_allclose(found.std_err_std_loadings, theirs(name, "=~", "se"), rtol=0.018)
    apart = ~np.eye(len(found.factor_corr), dtype=bool)
    np.testing.assert_allclose(found.std_err_factor_corr[apart], theirs(name, "~~", "se")[apart], rtol=0.018)


def test_errors_are_those_of_the_delta_method() -> None:
    """Of the extraction and rotation as functions of covariances, whose errors are the normal theory's."""
    x, pattern = answers("holzinger")[0][:, :6], blocks((3, 3))
    found = fit_esem(moments(x), len(x), pattern)
    sigma = found.ml.points[0].moments.covariance
    low, high = np.tril_indices(6)

    def solved(S: Array) -> Array:
        unrotated = maximum_likelihood_factors(S / np.sqrt(np.outer(np.diag(S), np.diag(S))), 2)
        turned = turned_to_zeros(unrotated.loadings, ~pattern, n_starts=1)
        return np.append(turned.pattern.ravel(), turned.factor_correlations[1, 0])

    slopes = []
    for i, j in zip(low, high, strict=True):
        step = np.zeros((6, 6))
        step[i, j] = step[j, i] = 1e-4
        slopes.append((solved(sigma + step) - solved(sigma - step)) / 2e-4)
    spread = sigma[np.ix_(low, low)] * sigma[np.ix_(high, high)]
    spread += sigma[np.ix_(low, high)] * sigma[np.ix_(high, low)]
    errors = np.sqrt(np.einsum("ij,ik,kj->j", np.array(slopes), spread, np.array(slopes)) / len(x))
    np.testing.assert_allclose(found.std_err_std_loadings.ravel(), errors[:-1], rtol=1e-5)
    assert found.std_err_factor_corr[1, 0] == pytest.approx(errors[-1], rel=1e-5)


def test_planted_cross_loadings_are_no_longer_correlations() -> None:
    pattern, phi = blocks((6, 6)), np.array([[1.0, 0.3], [0.3, 1.0]])
    simple = 0.7 * pattern.astype(float)
    exact = fit_esem(correlated(simple, phi), 500, pattern)
    np.testing.assert_allclose(exact.std_loadings, simple, atol=1e-6)
    np.testing.assert_allclose(exact.factor_corr, phi, atol=1e-6)
    crossed = simple.copy()
    crossed[1, 1] = 0.4
    found = fit_esem(correlated(crossed, phi), 500, pattern)
    assert found.ml.chi2 == pytest.approx(0.0, abs=1e-7)
    np.testing.assert_allclose(found.std_loadings, crossed, atol=0.08)
    declared = fit_cfa(correlated(crossed, phi), 500, pattern)
    assert 0.3 < found.factor_corr[1, 0] < declared.factor_corr[1, 0] - 0.02


def correlated(loadings: Array, phi: Array) -> Array:
    """Correlations of items with these loadings on factors that correlate phi."""
    R: Array = loadings @ phi @ loadings.T
    np.fill_diagonal(R, 1.0)
    return R


def test_an_item_without_uniqueness_leaves_no_errors() -> None:
    """Correlations .9, .9 and .7 make the first loading of one factor more than 1."""
    R = np.kron(np.eye(2), np.full((3, 3), 0.5))
    np.fill_diagonal(R, 1.0)
    R[0, 1:3] = R[1:3, 0] = 0.9
    R[1, 2] = R[2, 1] = 0.7
    found = fit_esem(R, 300, blocks((3, 3)))
    assert found.heywood.tolist() == [0]
    assert not found.admissible
    assert np.isnan(found.std_err_std_loadings).all()
    assert np.isfinite(found.std_loadings).all()


def test_what_cannot_be_turned_is_refused() -> None:
    x, pattern = answers("holzinger")
    R = moments(x)
    with pytest.raises(InvalidModel, match="nothing to turn"):
        fit_esem(R[:4, :4], len(x), np.ones((4, 1), dtype=bool))
    with pytest.raises(TooFewRows):
        fit_esem(R, 9, pattern)
