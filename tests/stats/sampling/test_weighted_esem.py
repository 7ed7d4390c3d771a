"""All items on all factors by weights and clusters: lavaan's MLR, and what moving units' weights moves."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement.esem import Esem, fit_esem
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_esem import DesignEsem, fit_design_esem
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from tests.stats.factor_data import reference
from tests.stats.sampling.data import KINDS, design, items
from tests.stats.sampling.data import reference as answered
from tests.stats.sampling.test_pseudo_likelihood import pattern

SCALES = "ABY"


@cache
def fitted(kind: str) -> DesignEsem:
    return fit_design_esem(items(), pattern(), design(kind))


def theirs(kind: str, key: str) -> tuple[Array, Array]:
    """Loadings (18, 3) and correlations (3, 3) of lavaan's standardised solution, or their errors."""
    told: Any = reference("weighted_methods")["esem"][kind]["standardized"]
    rows = answered()["items"]
    loadings, correlations = np.full((len(rows), 3), np.nan), np.full((3, 3), np.nan)
    for left, op, right, value in zip(*(told[name] for name in ("lhs", "op", "rhs", key)), strict=True):
        if op == "=~":
            loadings[rows.index(right), SCALES.index(left)] = value
        elif op == "~~" and left in SCALES and right in SCALES:
            i, j = SCALES.index(left), SCALES.index(right)
            correlations[i, j] = correlations[j, i] = value
    return loadings, correlations


@pytest.mark.parametrize("kind", KINDS)
def test_fit_and_loadings_are_lavaans(kind: str) -> None:
    found, told = fitted(kind), reference("weighted_methods")["esem"][kind]["fit"]
    loadings, correlations = theirs(kind, "std")
    # lavaan's minimum is as near as its optimiser comes.
    np.testing.assert_allclose(found.esem.std_loadings, loadings, atol=3e-6)
    np.testing.assert_allclose(found.esem.factor_corr, correlations, atol=3e-6)
    assert found.esem.ml.chi2 == pytest.approx(told["chisq"], rel=1e-6)
    assert found.test.scaling == pytest.approx(told["chisq.scaling.factor"], rel=1e-6)
    assert found.test.chi2 == pytest.approx(told["chisq.scaled"], rel=1e-6)
    assert found.test.cfi == pytest.approx(told["cfi.robust"], abs=1e-6)
    assert found.test.rmsea == pytest.approx(told["rmsea.robust"], abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_errors_are_nearly_lavaans(kind: str) -> None:
    """Its own two ways of finding them differ by up to 4 %; ours are held to 1e-5 below."""
    found = fitted(kind).esem
    loadings, correlations = theirs(kind, "se")
    np.testing.assert_allclose(found.std_err_std_loadings, loadings, rtol=0.03)
    apart = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(found.std_err_factor_corr[apart], correlations[apart], rtol=0.03)


def test_errors_are_what_moving_each_schools_weight_moves() -> None:
    """The infinitesimal jackknife, by differences: no second derivative, border or delta is taken."""
    own, where = design("both"), pattern()[:9, :2]
    x = items()[:, :9]
    assert own.clusters is not None
    found = fit_design_esem(x, where, own).esem
    step, moved = 1e-4, []
    for school in range(own.units):
        up, down = (
            of_weights(x, own.weights * (1 + sign * step * (own.clusters == school))) for sign in (1, -1)
        )
        moved.append(
            [
                *(up.std_loadings - down.std_loadings).ravel() / (2 * step),
                (up.factor_corr - down.factor_corr)[0, 1] / (2 * step),
            ]
        )
    errors = np.sqrt(own.units / (own.units - 1) * np.square(moved).sum(axis=0))
    np.testing.assert_allclose(found.std_err_std_loadings.ravel(), errors[:-1], rtol=1e-5)
    assert found.std_err_factor_corr[0, 1] == pytest.approx(errors[-1], rel=1e-5)


def of_weights(x: Array, weights: Array) -> Esem:
    own = SurveyDesign.of(len(x), weights)
    return fit_esem(weighted_covariance(x, own, 0), own.n, pattern()[:9, :2])


def test_fewer_clusters_than_factors_are_refused() -> None:
    x = items()
    with pytest.raises(TooFewRows):
        fit_design_esem(x, pattern(), SurveyDesign.of(len(x), clusters=np.arange(len(x)) % 3))
