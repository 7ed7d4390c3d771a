"""Correlations of confirmatory factors and covariates, with respondents' influence on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from smartcity_survey.stats.core.errors import HeywoodCase, NotConverged
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.evidence.construct_moments import (
    ConstructMoments,
    joined,
    parts,
)
from smartcity_survey.stats.items.held_influence import GroupedItems
from smartcity_survey.stats.items.item_moments import CorrelationInfluence, ItemMoments
from smartcity_survey.stats.sem.cfa import CfaFit
from smartcity_survey.stats.sem.cfa_model import measurement_structure, single_items
from smartcity_survey.stats.sem.dwls import DwlsFit
from smartcity_survey.stats.sem.likelihood import Sample, evaluate
from smartcity_survey.stats.sem.structure import Matrices, Matrix, Structure


def factor_moments(items: CorrelationInfluence, fit: CfaFit, membership: BoolArray) -> ConstructMoments:
    """Moments of the factors of a confirmatory analysis of the items' correlations, every item on one factor.

    Parameters
    ----------
    fit : maximum likelihood on `items.correlation` without the covariates.
    membership : (p, c), as the fit's pattern.

    Influence is that of maximum-likelihood estimates, robust to answers that are not normal (Yuan and Bentler
    2000). Correlations with covariates are those of Bartlett's scores, which are unbiased for factors
    (Skrondal and Laake 2001, Psychometrika 66, 563-575).

    Raises
    ------
    HeywoodCase
    """
    return _moments(
        items,
        fit,
        membership,
        lambda loadings: _likelihood_influence(items, loadings, fit.factor_corr, membership),
    )


def ordinal_factor_moments(
    items: ItemMoments | GroupedItems, fit: DwlsFit, membership: BoolArray
) -> ConstructMoments:
    """Moments of the factors of ordered answers, from diagonally weighted least squares.

    As `factor_moments`, but `items` and `fit` rest on polychoric correlations; influence is that of weighted
    least squares: change of the correlations, weighted, on the model's derivatives.

    Raises
    ------
    HeywoodCase
    """
    if isinstance(items, GroupedItems):
        held, p = items.whole, items.p
        influence: Callable[[slice], Array] = lambda part: held[part, :p, :p].transpose(1, 2, 0).copy()  # noqa: E731
    elif items.latent is None:
        raise ValueError("these items have product-moment correlations")
    else:
        influence = items.latent.of
    return _moments(
        items,
        fit,
        membership,
        lambda loadings: _least_squares_influence(
            influence, fit.weights, loadings, fit.factor_corr, membership
        ),
    )


def _moments(
    items: CorrelationInfluence,
    fit: CfaFit | DwlsFit,
    membership: BoolArray,
    prepare: Callable[[Array], Callable[[slice], _FactorInfluence]],
) -> ConstructMoments:
    """Moments of a fit's factors.

    prepare : from standardised loadings (p,), what gives some respondents' influence on them and on the
        correlations of factors.
    """
    if fit.heywood.size:
        raise HeywoodCase(tuple(int(item) for item in fit.heywood))
    p, step = items.p, items.n - 1
    loadings = fit.std_loadings[np.arange(p), membership.argmax(axis=1)]
    influence = prepare(loadings)
    beside = items.correlation[:, p:]
    sample = _factor_correlations(loadings[None], fit.factor_corr[None], beside[None], membership)[0]
    by_respondent = np.empty((items.n, *sample.shape))
    for part in parts(items.n, beside.size + p):
        change = influence(part)
        perturbed = _factor_correlations(
            loadings - change.loadings / step,
            fit.factor_corr - change.factor_corr / step,
            beside - items.influence_beside(part) / step,
            membership,
        )
        by_respondent[part] = (sample - perturbed) * step
    by_respondent -= by_respondent.mean(axis=0)
    groups = items.groups if isinstance(items, GroupedItems) else None
    return ConstructMoments(sample, by_respondent, None, groups=groups)


@dataclass(frozen=True, slots=True)
class _FactorInfluence:
    """Influence of n respondents on standardised loadings (n, p) and factor correlations (n, c, c)."""

    loadings: Array
    factor_corr: Array

    @classmethod
    def of(cls, loadings: Array, correlations: Array, c: int) -> _FactorInfluence:
        """From influence on loadings and on the upper triangle of correlations (n, c (c - 1) / 2)."""
        row, column = np.triu_indices(c, 1)
        factor_corr = np.zeros((len(correlations), c, c))
        factor_corr[:, row, column] = factor_corr[:, column, row] = correlations
        return cls(loadings, factor_corr)


def _likelihood_influence(
    items: CorrelationInfluence, loadings: Array, factor_corr: Array, membership: BoolArray
) -> Callable[[slice], _FactorInfluence]:
    """Influence on the estimates of Sigma = L F L' + P with unit factor variances, from that on R.

    The estimates minimise ln|Sigma| + tr(R Sigma^-1). A small change of R moves them by the inverse of the
    second derivatives times the change of the gradient.
    """
    p, c = membership.shape
    at = Matrices.zeros(p, c)
    at.loadings[:] = loadings[:, None] * membership
    at.factor_cov[:] = factor_corr
    np.fill_diagonal(at.residual_cov, 1.0 - np.square(loadings))
    structure = _without_single(membership, at)
    point = evaluate(structure, Sample(items.n, items.correlation[:p, :p]), structure.values(at))
    if point is None:
        raise NotConverged("influence on confirmatory factors", 0, np.inf)
    inverse, into = point.precision, point.precision @ at.loadings
    own = (into @ factor_corr)[:, membership.argmax(axis=1)]
    row, column = np.triu_indices(c, 1)
    left = np.hstack((own, inverse, into[:, row]))
    right = np.hstack((inverse, inverse, into[:, column]))
    cells, pair = structure.cells, np.zeros((c, c), dtype=np.int64)
    pair[row, column] = pair[column, row] = np.arange(len(row))
    free = np.where(cells.matrix == Matrix.LOADING, cells.row, p + cells.row)
    between = cells.matrix == Matrix.FACTOR
    free[between] = 2 * p + pair[cells.row[between], cells.column[between]]
    curvature = point.hessian()

    def of(part: slice) -> _FactorInfluence:
        # Changes of the gradient by loadings, uniquenesses and factor correlations.
        moved = items.influence_between(left, right, part)
        moved[:, :p] *= 2
        moved[:, 2 * p :] *= 2
        change = np.zeros_like(moved)
        change[:, free] = np.linalg.solve(curvature, moved[:, free].T).T
        return _FactorInfluence.of(change[:, :p], change[:, 2 * p :], c)

    return of


def _without_single(membership: BoolArray, at: Matrices) -> Structure:
    """The measurement model with unit factor variances, an item that is its factor fixed as it is in `at`."""
    structure = measurement_structure(membership, "unit_variance", np.zeros(0, dtype=np.int64))
    cells, single = structure.cells, single_items(membership)
    structure.fixed.loadings[single] = at.loadings[single]
    return structure.with_cells(cells[~((cells.matrix == Matrix.LOADING) & single[cells.row])])


def _free_parameters(membership: BoolArray, size: int) -> IntArray:
    """Which of `size` parameters, the items' loadings first, are not fixed as those of `single_items` are."""
    fixed = np.zeros(size, dtype=bool)
    fixed[: len(membership)] = single_items(membership)
    return np.flatnonzero(~fixed)


def _least_squares_influence(
    of_pairs: Callable[[slice], Array],
    weights: Array,
    loadings: Array,
    factor_corr: Array,
    membership: BoolArray,
) -> Callable[[slice], _FactorInfluence]:
    """Influence on weighted least-squares estimates of correlations l_i l_j f_ij.

    of_pairs : influence of some units on the correlations (p, p, rows).
    weights : (m,), of the pairs of items, lower triangle by row.
    """
    p, c = membership.shape
    i, j = np.tril_indices(p, -1)
    owner, belongs = membership.argmax(axis=1), membership.astype(np.float64)
    row, column = np.triu_indices(c, 1)
    parameter = np.zeros((c, c), dtype=np.int64)
    parameter[row, column] = parameter[column, row] = p + np.arange(len(row))
    between, pair = factor_corr[owner[i], owner[j]], np.arange(len(i))
    apart = owner[i] != owner[j]
    derivatives = (loadings[j] * between, loadings[i] * between, (loadings[i] * loadings[j])[apart])
    of_parameters = (i, j, parameter[owner[i], owner[j]][apart])
    jacobian = sparse.csr_array(
        (
            np.concatenate(derivatives),
            (np.concatenate((pair, pair, pair[apart])), np.concatenate(of_parameters)),
        ),
        shape=(len(i), p + len(row)),
    )
    curvature = (jacobian.T @ (sparse.diags_array(weights) @ jacobian)).toarray()
    weight = np.zeros((p, p))
    weight[i, j] = weight[j, i] = weights
    by_loading = weight * factor_corr[owner][:, owner] * loadings
    by_correlation = weight * np.outer(loadings, loadings)
    free = _free_parameters(membership, jacobian.shape[1])
    curvature = curvature[np.ix_(free, free)]

    def of(part: slice) -> _FactorInfluence:
        influence = of_pairs(part)
        moved = np.empty((influence.shape[2], p + len(row)))
        moved[:, :p] = (by_loading[:, None, :] @ influence)[:, 0].T
        influence *= by_correlation[:, :, None]
        sums = np.tensordot(belongs.T, belongs.T @ influence, axes=1)
        moved[:, p:] = sums[row, column].T
        change = np.zeros_like(moved)
        change[:, free] = np.linalg.solve(curvature, moved[:, free].T).T
        return _FactorInfluence.of(change[:, :p], change[:, p:], c)

    return of


def _factor_correlations(loadings: Array, factor_corr: Array, beside: Array, membership: BoolArray) -> Array:
    """(B, q, q): of factors and covariates, from loadings (B, p), correlations of factors (B, c, c) and, in
    `beside` (B, p + d, d), those of items and covariates with the covariates."""
    p = len(membership)
    # An item that is its factor (a loading of 1) is its own score.
    left = np.where(single_items(membership), 1.0, 1.0 - np.square(loadings))
    weights = loadings / left
    scale = (weights * loadings) @ membership
    weighted = weights[:, :, None] * beside[:, :p]
    factors = np.einsum("bpd,pc->bdc", weighted, membership.astype(np.float64)) / scale[:, None]
    return joined(factor_corr, factors, beside[:, p:])
