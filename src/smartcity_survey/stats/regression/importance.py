"""How much each of several correlated predictors contributes to R2, over all their subsets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import require_independence
from smartcity_survey.stats.core.errors import TooManyPredictors
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

# 2^16 subsets take a fraction of a second; every further predictor doubles that.
MOST_PREDICTORS = 16
CHUNK = 4096
# Gains in R2 that differ by less are equal up to rounding, and neither predictor dominates.
TIE = 1e-12


@dataclass(frozen=True, slots=True)
class RelativeImportance:
    """Contributions of k predictors to the R2 of one outcome.

    r2 : of all predictors together.
    lmg : (k,), R2 gained by the predictor, averaged over all orders of entry (Lindeman, Merenda &
        Gold 1980; Kruskal 1987): its Shapley value, and the general dominance weight. Adds up to r2.
    share : (k,), lmg / r2.
    relative_weight : (k,), R2 shared out by the nearest uncorrelated predictors (Genizi 1993; Johnson 2000,
        Multivariate Behavioral Research 35, 1-19). Adds up to r2, for any number of predictors.
    gain_by_size : (k, k), row = number of other predictors already in (0 .. k-1), column = predictor;
        the average R2 it adds. The first row is its squared correlation with the outcome, the last
        its squared part correlation; column means are lmg.
    complete, conditional, general : (k, k) whether the row's predictor dominates the column's: adds
        more to every subset of the others, to subsets of every size on average, on average (Azen &
        Budescu 2003). Each implies the next.
    subset_r2 : (2^k,), of every subset; predictor j is in where bit j of the position is set.
    """

    r2: float
    lmg: Array
    share: Array
    relative_weight: Array
    gain_by_size: Array
    complete: BoolArray
    conditional: BoolArray
    general: BoolArray
    subset_r2: Array


def relative_importance(correlation: Array, outcome_correlation: Array) -> RelativeImportance:
    """Shares of R2 from the predictors' correlations (k, k) and theirs with the outcome (k,).

    Raises
    ------
    TooManyPredictors (more than 16), LinearDependence, NotPositiveDefinite.
    """
    r2 = subset_r2(correlation, outcome_correlation)
    gain_by_size = average_gains(r2)
    ahead: BoolArray = gain_by_size[:, :, None] - gain_by_size[:, None, :] > TIE
    lmg = gain_by_size.mean(axis=0)
    return RelativeImportance(
        r2=float(r2[-1]),
        lmg=lmg,
        share=lmg / r2[-1],
        relative_weight=_relative_weights(correlation, outcome_correlation),
        gain_by_size=gain_by_size,
        complete=_complete_dominance(r2),
        conditional=np.logical_and.reduce(ahead, axis=0),
        general=lmg[:, None] - lmg > TIE,
        subset_r2=r2,
    )


def _relative_weights(correlation: Array, outcome_correlation: Array) -> Array:
    """(k,): squared slopes on the nearest uncorrelated variables, led back to the predictors."""
    roots, vectors = np.linalg.eigh(correlation)
    loadings = vectors * np.sqrt(roots) @ vectors.T
    slopes = np.linalg.solve(loadings, outcome_correlation)
    return np.asarray(loadings**2 @ slopes**2)


def subset_r2(correlation: Array, outcome_correlation: Array) -> Array:
    """R2 of every subset of the predictors, (..., 2^k), from correlations (..., k, k) and (..., k).

    Leading dimensions (bootstrap draws, say) are carried along.

    Raises
    ------
    TooManyPredictors (more than 16), LinearDependence, NotPositiveDefinite.
    """
    k = outcome_correlation.shape[-1]
    if k > MOST_PREDICTORS:
        raise TooManyPredictors(k, MOST_PREDICTORS)
    matrices = correlation.reshape(-1, k, k)
    eigenvalues = np.linalg.eigvalsh(matrices)
    require_independence(matrices[np.argmin(eigenvalues[:, 0] / eigenvalues[:, -1])])
    r2 = np.empty((*outcome_correlation.shape[:-1], 2**k))
    for start in range(0, 2**k, CHUNK):
        masks = np.arange(start, min(start + CHUNK, 2**k))
        member = (masks[:, None] >> np.arange(k) & 1).astype(np.float64)
        # Predictors that are out become an identity block with nothing to explain.
        system = correlation[..., None, :, :] * (member[:, :, None] * member[:, None, :])
        system += np.eye(k) * (1 - member[:, :, None])
        explained = outcome_correlation[..., None, :] * member
        beta = np.linalg.solve(system, explained[..., None])[..., 0]
        r2[..., masks] = (beta * explained).sum(axis=-1)
    return r2


def average_gains(r2: Array) -> Array:
    """Average gain in R2 by number of predictors already in, (..., k, k), from `subset_r2` (..., 2^k).

    The mean over rows is the LMG share of each predictor.
    """
    k = _predictors(r2)
    gains = np.empty((*r2.shape[:-1], k, k))
    for predictor in range(k):
        without, size = _subsets_without(k, [predictor])
        gain = r2[..., without | 1 << predictor] - r2[..., without]
        for already in range(k):
            gains[..., already, predictor] = gain[..., size == already].mean(axis=-1)
    return gains


def _complete_dominance(r2: Array) -> BoolArray:
    k = _predictors(r2)
    dominates = np.zeros((k, k), dtype=np.bool_)
    for first in range(k):
        for second in range(first):
            without, _ = _subsets_without(k, [first, second])
            advantage = r2[without | 1 << first] - r2[without | 1 << second]
            dominates[first, second] = (advantage > TIE).all()
            dominates[second, first] = (advantage < -TIE).all()
    return dominates


def _predictors(r2: Array) -> int:
    return int(r2.shape[-1]).bit_length() - 1


def _subsets_without(k: int, predictors: list[int]) -> tuple[IntArray, IntArray]:
    """Positions and sizes of the subsets that hold none of the given predictors."""
    masks = np.arange(2**k)
    out = masks & sum(1 << predictor for predictor in predictors) == 0
    return masks[out], np.bitwise_count(masks[out]).astype(np.int64)
