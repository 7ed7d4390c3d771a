"""Intervals of the reliability coefficients that rest on a factor model, for answers that are not normal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_robust import robust_covariance
from smartcity_survey.stats.sem.structure import Cells, Matrix

FEWEST_ITEMS = 3
"""Two items leave the loadings of a single factor open."""

STEP = 1e-20


@dataclass(frozen=True, slots=True)
class CoefficientIntervals:
    """A coefficient of c constructs, (c,) each: estimate, std_err, and the interval from low to high.

    nan where the construct has no such coefficient, and in a Heywood case.
    """

    estimate: Array
    std_err: Array
    low: Array
    high: Array


def omega_intervals(x: Array, blocks: BoolArray, level: float = 0.95) -> CoefficientIntervals:
    """McDonald's omega of c constructs, each with one factor of its own, from answers x (n, p).

    Standard errors by the delta method from the sandwich covariance of the loadings and uniquenesses;
    intervals on the scale of the logit, so that they end between 0 and 1.

    blocks : (p, c), whether the item measures the construct. Fewer than three items: nan.

    Source: Raykov & Marcoulides (2011), Introduction to Psychometric Theory, ch. 7.

    Raises
    ------
    As `fit_cfa`.
    """
    rows = []
    for block in blocks.T:
        own = x[:, block]
        if own.shape[1] < FEWEST_ITEMS:
            rows.append((np.nan,) * 4)
            continue
        fit = _fit(own, np.ones((own.shape[1], 1), dtype=bool))
        rows += _intervals(fit, own, np.ones((own.shape[1], 1), dtype=bool), _omega, level)
    return _collected(rows)


def factor_intervals(
    x: Array, blocks: BoolArray, level: float = 0.95
) -> tuple[CoefficientIntervals, CoefficientIntervals]:
    """Composite reliability and AVE of c constructs from one model of all of them, as `omega_intervals`.

    Raises
    ------
    As `fit_cfa`.
    """
    fit = _fit(x, blocks)
    return (
        _collected(_intervals(fit, x, blocks, _composite_reliability, level)),
        _collected(_intervals(fit, x, blocks, _average_variance, level)),
    )


def _fit(x: Array, blocks: BoolArray) -> CfaFit:
    return fit_cfa(covariance(x, ddof=0), len(x), blocks, scaling="unit_variance")


def _intervals(
    fit: CfaFit, x: Array, blocks: BoolArray, coefficient: Callable[[Array, Array], Array], level: float
) -> list[tuple[float, float, float, float]]:
    """Estimate, standard error and both ends for each construct."""
    cells = fit.ml.structures[0].cells
    loading = _places(cells, Matrix.LOADING, len(blocks))
    uniqueness = _places(cells, Matrix.RESIDUAL, len(blocks))
    sampling = robust_covariance(fit, x, "satorra_bentler")
    rows = []
    for j, block in enumerate(blocks.T):
        items = np.flatnonzero(block)
        if len(items) < 2 or np.isin(items, fit.heywood).any():
            rows.append((np.nan,) * 4)
            continue
        places = np.concatenate([loading[items], uniqueness[items]])
        values = np.concatenate([fit.loadings[items, j], fit.uniquenesses[items]])
        perturbed = values + 1j * STEP * np.eye(len(values))
        gradient = np.array([coefficient(*np.split(row, 2)).imag for row in perturbed]) / STEP
        estimate = float(coefficient(*np.split(values, 2)))
        std_err = float(np.sqrt(gradient @ sampling[np.ix_(places, places)] @ gradient))
        margin = special.ndtri((1 + level) / 2) * std_err / (estimate * (1 - estimate))
        low, high = special.expit(special.logit(estimate) + np.array([-margin, margin]))
        rows.append((estimate, std_err, float(low), float(high)))
    return rows


def _places(cells: Cells, matrix: Matrix, p: int) -> IntArray:
    """(p,): which parameter each item's only loading or uniqueness is; -1 where it is fixed."""
    places = np.full(p, -1)
    here = np.flatnonzero(cells.matrix == matrix)
    places[cells.row[here]] = here
    return places


def _collected(rows: list[tuple[float, float, float, float]]) -> CoefficientIntervals:
    return CoefficientIntervals(*np.array(rows, dtype=np.float64).T)


def _omega(loadings: Array, uniquenesses: Array) -> Array:
    common = loadings.sum() ** 2
    return np.asarray(common / (common + uniquenesses.sum()))


def _composite_reliability(loadings: Array, uniquenesses: Array) -> Array:
    standardised = loadings / np.sqrt(loadings**2 + uniquenesses)
    common = standardised.sum() ** 2
    return np.asarray(common / (common + (1 - standardised**2).sum()))


def _average_variance(loadings: Array, uniquenesses: Array) -> Array:
    return np.asarray((loadings**2 / (loadings**2 + uniquenesses)).mean())
