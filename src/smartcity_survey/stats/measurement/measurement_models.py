"""Rivals of the model of correlated factors: a second-order factor behind them, or a bifactor model.

Their fit beside that of correlated factors tells whether constructs are one thing, or have one in common.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.errors import InvalidModel
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.sem.cfa import CfaFit
from smartcity_survey.stats.sem.cfa_model import measurement_cells, single_items
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE, StructureFit, fit_structures
from smartcity_survey.stats.sem.structure import Cells, Matrices, Matrix, Structure

_FEWEST_FACTORS = 3
_FEWEST_ITEMS = 3
_LARGEST_START = 0.95
"""Of a standardised loading that an iteration begins from."""


@dataclass(frozen=True, slots=True, eq=False)
class SecondOrder:
    """One factor behind k correlated factors. loadings : (k,), standardised, of these on it."""

    loadings: Array
    ml: StructureFit


@dataclass(frozen=True, slots=True, eq=False)
class Bifactor:
    """A general factor of all items and a specific one for each construct, all uncorrelated.

    general, specific : (p,), standardised loadings. omega_total, omega_hierarchical : of the sum of all
    items, by all factors and by the general one. scale_omega, scale_omega_hierarchical : (k,), of the sum of
    each construct's items, by both factors and by the specific one alone. ecv : share of the common variance
    that is general. puc : share of the correlations that only the general factor makes.
    """

    general: Array
    specific: Array
    omega_total: float
    omega_hierarchical: float
    scale_omega: Array
    scale_omega_hierarchical: Array
    ecv: float
    puc: float
    ml: StructureFit


def fit_second_order(measurement: CfaFit, n: int, *, tolerance: float = TOLERANCE) -> SecondOrder:
    """Fit a second-order factor of variance 1 behind the factors of a fitted measurement model.

    Bollen (1989), Structural Equations with Latent Variables, p. 313.

    Raises
    ------
    InvalidModel (fewer than three factors: nothing would restrict), UnderIdentified, NotConverged.
    """
    p, k = measurement.pattern.shape
    if k < _FEWEST_FACTORS:
        raise InvalidModel("are too few for a second-order factor", "factors", np.arange(k))
    measured = measurement_cells(measurement.pattern, "marker", measurement.markers)
    cells = Cells.join(
        measured[measured.matrix == Matrix.LOADING],
        Cells.of(Matrix.PATH, np.full(k, k), np.arange(k)),
        Cells.of(Matrix.FACTOR, np.arange(k)),
        measured[measured.matrix == Matrix.RESIDUAL],
    )
    fixed, start = Matrices.zeros(p, k + 1), Matrices.zeros(p, k + 1)
    fixed.loadings[measurement.markers, np.arange(k)] = 1.0
    fixed.factor_cov[k, k] = 1.0
    start.loadings[:, :k] = measurement.loadings
    np.fill_diagonal(start.residual_cov, measurement.uniquenesses)
    sd, begun = np.sqrt(np.diagonal(measurement.factor_cov)), _one_factor(measurement.factor_corr)
    start.paths[k, :k] = sd * begun
    start.factor_cov[np.arange(k), np.arange(k)] = sd**2 * (1 - begun**2)
    structure = Structure.unconstrained(fixed, cells)
    sample = Sample(n, measurement.sample)
    ml = fit_structures([structure], [sample], structure.values(start), tolerance=tolerance)
    found = structure.matrices(ml.theta)
    variance = np.diagonal(ml.points[0].moments.factor_cov)[:k]
    return SecondOrder(found.paths[k, :k] / np.sqrt(variance), ml)


def fit_bifactor(measurement: CfaFit, n: int, *, tolerance: float = TOLERANCE) -> Bifactor:
    """Fit a bifactor model of the items and constructs of a fitted measurement model.

    Holzinger and Swineford (1937), Psychometrika 2, 41-54; omegas and ECV: Rodriguez, Reise and Haviland
    (2016), Psychological Methods 21, 137-150.

    Raises
    ------
    InvalidModel (an item of several constructs, or a construct of fewer than three items, whose specific
    factor is not determined), UnderIdentified, NotConverged.
    """
    pattern = measurement.pattern
    p, k = pattern.shape
    few = np.flatnonzero(pattern.sum(axis=0) < _FEWEST_ITEMS)
    if few.size:
        raise InvalidModel("have too few items for a factor of their own", "factors", few)
    if (pattern.sum(axis=1) != 1).any() or single_items(pattern).any():
        raise InvalidModel("load on several factors", "items", np.flatnonzero(pattern.sum(axis=1) != 1))
    owner, items = pattern.argmax(axis=1), np.arange(p)
    both = np.column_stack([pattern, np.ones(p, dtype=bool)])
    cells = Cells.join(Cells.of(Matrix.LOADING, *np.nonzero(both)), Cells.of(Matrix.RESIDUAL, items))
    fixed, start = Matrices.zeros(p, k + 1), Matrices.zeros(p, k + 1)
    np.fill_diagonal(fixed.factor_cov, 1.0)
    # Schmid and Leiman (1957): what a second-order factor makes of the loadings.
    sd = np.sqrt(np.diagonal(measurement.factor_cov))
    own = measurement.loadings[items, owner] * sd[owner]
    begun = _one_factor(measurement.factor_corr)[owner] if k > 1 else np.full(p, 0.7)
    start.loadings[items, owner] = own * np.sqrt(1 - begun**2)
    start.loadings[:, k] = own * begun
    np.fill_diagonal(start.residual_cov, measurement.uniquenesses)
    structure = Structure.unconstrained(fixed, cells)
    sample = Sample(n, measurement.sample)
    ml = fit_structures([structure], [sample], structure.values(start), tolerance=tolerance)
    return _bifactor(ml, pattern)


def _bifactor(ml: StructureFit, pattern: BoolArray) -> Bifactor:
    """The record: standardised loadings, and omegas from the implied variances of sums."""
    p, k = pattern.shape
    matrices, implied = ml.structures[0].matrices(ml.theta), ml.points[0].moments.covariance
    general, specific = matrices.loadings[:, k], matrices.loadings[:, :k]
    by_general = pattern.T @ general
    by_specific = specific.sum(axis=0)
    variance = np.einsum("ij,ik,jk->k", implied, pattern.astype(float), pattern.astype(float))
    total = float(implied.sum())
    sizes = pattern.sum(axis=0)
    sd = np.sqrt(np.diagonal(implied))
    standard_general, standard_specific = general / sd, specific.sum(axis=1) / sd
    common = (standard_general**2).sum()
    return Bifactor(
        general=standard_general,
        specific=standard_specific,
        omega_total=float((general.sum() ** 2 + (by_specific**2).sum()) / total),
        omega_hierarchical=float(general.sum() ** 2 / total),
        scale_omega=(by_general**2 + by_specific**2) / variance,
        scale_omega_hierarchical=by_specific**2 / variance,
        ecv=float(common / (common + (standard_specific**2).sum())),
        puc=float(1 - (sizes * (sizes - 1)).sum() / (p * (p - 1))),
        ml=ml,
    )


def _one_factor(correlations: Array) -> Array:
    """(k,): loadings of one factor of correlations (k, k) to begin from, by their first component."""
    roots, vectors = np.linalg.eigh(correlations)
    loadings = vectors[:, -1] * np.sqrt(roots[-1])
    loadings *= np.sign(loadings.sum()) or 1.0
    return np.asarray(np.clip(loadings, -_LARGEST_START, _LARGEST_START))
