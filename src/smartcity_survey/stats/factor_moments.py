"""Correlations of confirmatory factors and covariates, with respondents' influence on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.cfa import CfaFit
from smartcity_survey.stats.cfa_model import single_items
from smartcity_survey.stats.construct_moments import ConstructMoments, by_perturbation, joint_correlations
from smartcity_survey.stats.dwls import DwlsFit
from smartcity_survey.stats.errors import HeywoodCase
from smartcity_survey.stats.item_moments import ItemMoments
from smartcity_survey.stats.types import Array, BoolArray, IntArray

# Central differences of a gradient of order 1 are good to the square of this.
_DIFFERENCE = 1e-5


def factor_moments(items: ItemMoments, fit: CfaFit, membership: BoolArray) -> ConstructMoments:
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
    p = items.p
    return _moments(
        items,
        fit,
        membership,
        lambda loadings: _likelihood_influence(
            items.correlation[:p, :p], items.influence[:, :p, :p], loadings, fit.factor_corr, membership
        ),
    )


def ordinal_factor_moments(items: ItemMoments, fit: DwlsFit, membership: BoolArray) -> ConstructMoments:
    """Moments of the factors of ordered answers, from diagonally weighted least squares.

    As `factor_moments`, but `items` and `fit` rest on polychoric correlations; influence is that of weighted
    least squares: change of the correlations, weighted, on the model's derivatives.

    Raises
    ------
    HeywoodCase
    """
    p = items.p
    return _moments(
        items,
        fit,
        membership,
        lambda loadings: _least_squares_influence(
            items.influence[:, :p, :p], fit.weights, loadings, fit.factor_corr, membership
        ),
    )


def _moments(
    items: ItemMoments,
    fit: CfaFit | DwlsFit,
    membership: BoolArray,
    influence: Callable[[Array], _FactorInfluence],
) -> ConstructMoments:
    """Moments of a fit's factors, given the influence on its standardised loadings (p,) and correlations."""
    if fit.heywood.size:
        raise HeywoodCase(tuple(int(item) for item in fit.heywood))
    p, step = items.p, items.n - 1
    loadings = fit.std_loadings[np.arange(p), membership.argmax(axis=1)]
    change = influence(loadings)
    sample = _factor_correlations(
        loadings[None], fit.factor_corr[None], items.correlation[None], p, membership
    )
    perturbed = _factor_correlations(
        loadings - change.loadings / step,
        fit.factor_corr - change.factor_corr / step,
        items.correlation - items.influence / step,
        p,
        membership,
    )
    return by_perturbation(sample[0], perturbed)


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
    R: Array, influence: Array, loadings: Array, factor_corr: Array, membership: BoolArray
) -> _FactorInfluence:
    """Influence on the estimates of Sigma = L F L' + P with unit factor variances, from that on R (n, p, p).

    The estimates minimise ln|Sigma| + tr(R Sigma^-1). A small change of R moves them by the inverse of the
    second derivatives (here by differences of the exact gradient) times the change of the gradient.
    """
    p, c = membership.shape
    row, column = np.triu_indices(c, 1)

    def matrices(theta: Array) -> tuple[Array, Array, Array]:
        """Loadings (p, c), factor correlations (c, c) and the inverse of Sigma (p, p)."""
        pattern = theta[:p, None] * membership
        corr = np.eye(c)
        corr[row, column] = corr[column, row] = theta[2 * p :]
        inverse: Array = np.asarray(
            np.linalg.inv(pattern @ corr @ pattern.T + np.diag(theta[p : 2 * p])), dtype=np.float64
        )
        return pattern, corr, inverse

    def slopes(weighted: Array, pattern: Array, corr: Array) -> Array:
        """(..., q): tr(W Sigma_j) for symmetric W (..., p, p) and every parameter j."""
        by_loading = 2 * ((weighted @ (pattern @ corr)) * membership).sum(axis=-1)
        by_factor = 2 * (pattern.T @ weighted @ pattern)[..., row, column]
        by_uniqueness = np.diagonal(weighted, axis1=-2, axis2=-1)
        return np.concatenate((by_loading, by_uniqueness, by_factor), axis=-1)

    def gradient(theta: Array) -> Array:
        pattern, corr, inverse = matrices(theta)
        return slopes(inverse - inverse @ R @ inverse, pattern, corr)

    theta = np.concatenate((loadings, 1.0 - np.square(loadings), factor_corr[row, column]))
    steps = _DIFFERENCE * np.eye(len(theta))
    second = [(gradient(theta + step) - gradient(theta - step)) / (2 * _DIFFERENCE) for step in steps]
    pattern, corr, inverse = matrices(theta)
    moved = slopes(inverse @ influence @ inverse, pattern, corr)
    change = np.zeros_like(moved)
    free = _free_parameters(membership, 2, len(theta))
    change[:, free] = np.linalg.solve(np.array(second).T[np.ix_(free, free)], moved[:, free].T).T
    return _FactorInfluence.of(change[:, :p], change[:, 2 * p :], c)


def _free_parameters(membership: BoolArray, per_item: int, size: int) -> IntArray:
    """Which of `size` parameters, those of the items first, are not fixed as those of `single_items` are."""
    fixed = np.zeros(size, dtype=bool)
    fixed[: per_item * len(membership)] = np.tile(single_items(membership), per_item)
    return np.flatnonzero(~fixed)


def _least_squares_influence(
    influence: Array, weights: Array, loadings: Array, factor_corr: Array, membership: BoolArray
) -> _FactorInfluence:
    """Influence on weighted least-squares estimates of correlations l_i l_j f_ij.

    weights : (m,), of the pairs of items, lower triangle by row.
    """
    p, c = membership.shape
    i, j = np.tril_indices(p, -1)
    owner = membership.argmax(axis=1)
    between = factor_corr[owner[i], owner[j]]
    pair = np.arange(len(i))
    row, column = np.triu_indices(c, 1)
    parameter = np.zeros((c, c), dtype=np.int64)
    parameter[row, column] = parameter[column, row] = np.arange(len(row))
    jacobian = np.zeros((len(i), p + len(row)))
    jacobian[pair, i] = loadings[j] * between
    jacobian[pair, j] = loadings[i] * between
    apart = owner[i] != owner[j]
    jacobian[pair[apart], p + parameter[owner[i], owner[j]][apart]] = (loadings[i] * loadings[j])[apart]
    weighted = weights[:, None] * jacobian
    moved = influence[:, i, j] @ weighted
    change = np.zeros_like(moved)
    free = _free_parameters(membership, 1, jacobian.shape[1])
    change[:, free] = np.linalg.solve((jacobian.T @ weighted)[np.ix_(free, free)], moved[:, free].T).T
    return _FactorInfluence.of(change[:, :p], change[:, p:], c)


def _factor_correlations(
    loadings: Array, factor_corr: Array, correlation: Array, p: int, membership: BoolArray
) -> Array:
    """(B, q, q): of factors and covariates, from loadings (B, p) and correlations of factors (B, c, c) and of
    items and covariates (B, m, m)."""
    # An item that is its factor (a loading of 1) is its own score.
    left = np.where(single_items(membership), 1.0, 1.0 - np.square(loadings))
    weights = loadings / left
    scale = (weights * loadings) @ membership
    weighted = weights[:, :, None] * correlation[:, :p, p:]
    beside = np.einsum("bpd,pc->cdb", weighted, membership.astype(np.float64)) / scale.T[:, None]
    blocks = factor_corr.transpose(1, 2, 0), beside, correlation[:, p:, p:].transpose(1, 2, 0)
    return joint_correlations(*blocks).transpose(2, 0, 1)
