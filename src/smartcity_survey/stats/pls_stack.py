"""PLS on stacks of correlation matrices: many samples at once, each to its own convergence.

Arrays carry the samples on their last axis (B of them), so that every operation runs along contiguous memory
and no Python loop goes over samples. Items are sorted by construct (see `pls_model.Layout`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from smartcity_survey.stats.pls_model import Layout
from smartcity_survey.stats.types import Array, BoolArray, IntArray

# A predictor, or an item of a Mode B block, whose share of own variance is below this is a combination of
# others.
DEPENDENT = 1e-10


class Reason(IntEnum):
    """Why a sample has no admissible solution, and what the position stored beside it means."""

    ADMISSIBLE = 0
    CONSTANT_ITEM = 1  # item
    NOT_CONVERGED = 2  # construct that moved most
    DEPENDENT_ITEMS = 3  # construct in Mode B
    DEPENDENT_PREDICTORS = 4  # construct explained
    UNRELIABLE = 5  # PLSc: construct whose rho_A is not within (0, 1]
    IMPROPER = 6  # PLSc: construct explained by more than all of its variance


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The first reason found against each of B samples.

    reason : (B,), a `Reason`. position : (B,), of the item or construct concerned, -1 where admissible.
    """

    reason: NDArray[np.int8]
    position: IntArray

    @classmethod
    def clean(cls, size: int) -> Verdicts:
        """Nothing found yet."""
        return cls(np.zeros(size, dtype=np.int8), np.full(size, -1, dtype=np.int64))

    def select(self, samples: slice) -> Verdicts:
        """Views of the verdicts on some samples."""
        return Verdicts(self.reason[samples], self.position[samples])

    def blame(self, reason: Reason, position: int | IntArray, samples: IntArray) -> None:
        """Record a reason, and one position or one per sample, for those that have none so far."""
        new = self.reason[samples] == Reason.ADMISSIBLE
        self.reason[samples[new]] = reason
        self.position[samples[new]] = position[new] if isinstance(position, np.ndarray) else position


@dataclass(frozen=True, slots=True)
class Composites:
    """What the PLS algorithm finds in B samples.

    weights, loadings : (p, B), outer weights for standardised items and composites; correlations of each item
        with its own composite.
    construct_corr : (c, c, B). n_iterations : (B,). change : (B,), of the weight that moved most in the last.
    """

    weights: Array
    loadings: Array
    construct_corr: Array
    n_iterations: IntArray
    change: Array

    @classmethod
    def empty(cls, p: int, c: int, size: int) -> Composites:
        """Nothing found yet: nan, no iterations."""
        return cls(
            np.full((p, size), np.nan),
            np.full((p, size), np.nan),
            np.full((c, c, size), np.nan),
            np.zeros(size, dtype=np.int64),
            np.full(size, np.inf),
        )

    def store(
        self, samples: IntArray, weights: Array, loadings: Array, construct_corr: Array, layout: Layout
    ) -> None:
        """Keep converged samples, each construct with the sign that makes its loadings' sum positive."""
        sums = np.add.reduceat(loadings, layout.starts, axis=0)
        sign = np.where(sums < 0, -1.0, 1.0)
        self.weights[:, samples] = weights * sign[layout.owner]
        self.loadings[:, samples] = loadings * sign[layout.owner]
        self.construct_corr[:, :, samples] = construct_corr * sign[:, None] * sign


@dataclass(frozen=True, slots=True)
class Structure:
    """The structural model: path coefficients, f2 and inner VIF (c, c, B), R2 (c, B).

    f2 and VIF are nan where there is no path, R2 is nan for constructs that nothing explains.
    """

    path_coefficients: Array
    r2: Array
    f2: Array
    vif: Array


def sweep(matrix: Array, pivots: int) -> Array:
    """Sweep the first `pivots` rows of symmetric matrices (m, m, B) in place.

    With predictors before outcomes, [[X'X, X'y], [y'X, y'y]] becomes
    [[inverse of X'X, coefficients], [-coefficients', residual]]: one pass gives a regression with its VIF.
    Returns the smallest pivot (B,); a pivot of a correlation matrix is the share of a variable's variance
    that the variables before it leave. Beaton (1964); Goodnight (1979), American Statistician 33, 149-158.
    """
    smallest = np.full(matrix.shape[2], np.inf)
    for k in range(pivots):
        pivot = matrix[k, k].copy()
        np.minimum(smallest, pivot, out=smallest)
        row = matrix[k] / pivot
        column = matrix[:, k] / pivot
        matrix -= matrix[:, k, None] * row
        matrix[k] = row
        matrix[:, k] = -column
        matrix[k, k] = 1.0 / pivot
    return smallest


def estimate(
    R: Array, layout: Layout, verdicts: Verdicts, *, tolerance: float, max_iterations: int
) -> Composites:
    """Run the PLS algorithm on item correlations (p, p, B) of the samples nothing speaks against so far.

    Weights start equal, are scaled to composites of unit variance in every step, and have converged when none
    changes by `tolerance`. Each sample keeps the weights of the step in which it converged, so its result
    does not depend on the others; settled samples leave the stack once most have. Samples that fail are
    recorded in `verdicts` and keep nan.

    Wold (1982); Lohmoeller (1989), ch. 2; Hair et al. (2022), ch. 3.
    """
    result = Composites.empty(R.shape[0], len(layout.blocks), R.shape[2])
    with np.errstate(all="ignore"):
        inverses = _mode_b_inverses(R, layout, verdicts)
        samples = np.flatnonzero(verdicts.reason == Reason.ADMISSIBLE)
        if samples.size < R.shape[2]:
            R, inverses = R[:, :, samples], {j: inverse[:, :, samples] for j, inverse in inverses.items()}
        raw = np.ones((R.shape[0], samples.size))
        weights = np.zeros_like(raw)
        pending = np.ones(samples.size, dtype=bool)
        for iteration in range(1, max_iterations + 1):
            cross = _cross_covariances(R, raw, layout)
            corr = _composite_covariances(cross, raw, layout)
            scale = 1.0 / np.sqrt(np.diagonal(corr).T)
            corr *= scale[:, None] * scale
            previous, weights = weights, raw * scale[layout.owner]
            moved = np.abs(weights - previous)
            change = moved.max(axis=0)
            result.n_iterations[samples[pending]] = iteration
            result.change[samples[pending]] = change[pending]
            done = pending & (change < tolerance)
            if done.any():
                loadings = _loadings(cross, layout) * scale[layout.owner]
                result.store(samples[done], weights[:, done], loadings[:, done], corr[:, :, done], layout)
                pending &= ~done
            inner, dependent = _inner_weights(corr, layout)
            for target, guilty in dependent.items():
                verdicts.blame(Reason.DEPENDENT_PREDICTORS, target, samples[guilty & pending])
                pending &= ~guilty
            failed = pending & ~np.isfinite(change) if iteration < max_iterations else pending
            worst = layout.owner[moved[:, failed].argmax(axis=0)]
            verdicts.blame(Reason.NOT_CONVERGED, worst, samples[failed])
            pending &= ~failed
            left = np.count_nonzero(pending)
            if left == 0:
                break
            raw = _outer_estimates(cross, inner * scale[:, None], inverses, layout)
            if left <= samples.size // 4:
                R, raw, weights = R[:, :, pending], raw[:, pending], weights[:, pending]
                inverses = {j: inverse[:, :, pending] for j, inverse in inverses.items()}
                samples, pending = samples[pending], np.ones(left, dtype=bool)
    return result


def _cross_covariances(R: Array, weights: Array, layout: Layout) -> Array:
    """(c, p, B): covariance of each composite with the items that are needed, see `Layout.reach`."""
    cross = np.empty((len(layout.blocks), *weights.shape))
    for j, (block, first) in enumerate(zip(layout.blocks, layout.reach, strict=True)):
        np.einsum("kib,kb->ib", R[block, first:], weights[block], out=cross[j, first:])
    return cross


def _composite_covariances(cross: Array, weights: Array, layout: Layout) -> Array:
    """(c, c, B): covariances of the composites."""
    c, size = cross.shape[0], cross.shape[2]
    covariances = np.empty((c, c, size))
    for j, block in enumerate(layout.blocks):
        np.einsum("ikb,kb->ib", cross[: j + 1, block], weights[block], out=covariances[: j + 1, j])
        covariances[j, :j] = covariances[:j, j]
    return covariances


def _loadings(cross: Array, layout: Layout) -> Array:
    """(p, B): covariance of each item with its own composite."""
    return np.concatenate([cross[j, block] for j, block in enumerate(layout.blocks)])


def _inner_weights(corr: Array, layout: Layout) -> tuple[Array, dict[int, BoolArray]]:
    """Weight of the row composite in the inner proxy of the column composite (c, c, B).

    Path weighting takes the regression coefficients for the constructs that explain the column and the
    correlations for those it explains; factorial takes the correlations of all neighbours, centroid their
    signs. Also, for each explained construct, the samples (B,) whose predictors are dependent.
    """
    if layout.scheme == "centroid":
        return np.sign(corr), {}
    if layout.scheme == "factorial":
        return corr, {}
    inner, dependent = corr.copy(), {}
    for target, predictors in layout.regressions:
        swept, smallest = _regression(corr, target, predictors)
        inner[predictors, target] = swept[:-1, -1]
        dependent[target] = smallest < DEPENDENT
    return inner, dependent


def _outer_estimates(cross: Array, inner: Array, inverses: dict[int, Array], layout: Layout) -> Array:
    """(p, B): new weights, before scaling.

    Mode A takes the items' covariances with the inner proxy of their construct, Mode B regresses it on them.
    """
    raw = np.zeros(cross.shape[1:])
    for j, block in enumerate(layout.blocks):
        for i in layout.neighbours[j]:
            raw[block] += cross[i, block] * inner[i, j]
    for j, inverse in inverses.items():
        block = layout.blocks[j]
        raw[block] = np.einsum("klb,lb->kb", inverse, raw[block])
    return raw


def _regression(corr: Array, target: int, predictors: IntArray) -> tuple[Array, Array]:
    """The swept correlations of predictors and target (k + 1, k + 1, B), and the smallest pivot (B,)."""
    variables = np.append(predictors, target)
    swept = corr[np.ix_(variables, variables)]
    return swept, sweep(swept, len(predictors))


def _mode_b_inverses(R: Array, layout: Layout, verdicts: Verdicts) -> dict[int, Array]:
    """Inverse item correlations (k, k, B) of each Mode B block."""
    inverses = {}
    for j in layout.mode_b:
        block = layout.blocks[j]
        inverse = R[block, block].copy()
        smallest = sweep(inverse, inverse.shape[0])
        verdicts.blame(Reason.DEPENDENT_ITEMS, j, np.flatnonzero(smallest < DEPENDENT))
        inverses[j] = inverse
    return inverses


def structure(corr: Array, layout: Layout, verdicts: Verdicts) -> Structure:
    """Regress each explained construct on its predictors, from construct correlations (c, c, B).

    f2 = (R2 - R2 without the predictor) / (1 - R2) with the scores kept (Hair et al. 2022, ch. 6), which is
    coefficient^2 / (VIF (1 - R2)).
    """
    shape = corr.shape
    paths = np.zeros(shape)
    f2, vif = np.full(shape, np.nan), np.full(shape, np.nan)
    r2 = np.full(shape[1:], np.nan)
    with np.errstate(all="ignore"):
        for target, predictors in layout.regressions:
            swept, smallest = _regression(corr, target, predictors)
            coefficients, inflation = swept[:-1, -1], np.diagonal(swept[:-1, :-1]).T
            unexplained = swept[-1, -1]
            verdicts.blame(Reason.DEPENDENT_PREDICTORS, target, np.flatnonzero(smallest < DEPENDENT))
            verdicts.blame(Reason.IMPROPER, target, np.flatnonzero(unexplained < 0))
            paths[predictors, target] = coefficients
            vif[predictors, target] = inflation
            f2[predictors, target] = coefficients**2 / (inflation * unexplained)
            r2[target] = 1.0 - unexplained
    return Structure(paths, r2, f2, vif)


def rho_a(weights: Array, layout: Layout) -> Array:
    """(c, B): Dijkstra and Henseler's reliability of composites of unit variance with weights (p, B).

    With items of unit variance, w'(S - diag S)w = 1 - w'w, so the weights alone decide. nan for a single
    item. Dijkstra and Henseler (2015), MIS Quarterly 39, 297-316, eq. 3.
    """
    squares = weights**2
    length = np.add.reduceat(squares, layout.starts, axis=0)
    fourth = np.add.reduceat(squares**2, layout.starts, axis=0)
    with np.errstate(all="ignore"):
        rho: Array = length**2 * (1.0 - length) / (length**2 - fourth)
    rho[[block.stop - block.start == 1 for block in layout.blocks]] = np.nan
    return rho


def disattenuate(composites: Composites, layout: Layout, verdicts: Verdicts) -> Composites:
    """PLSc: loadings and construct correlations of common factors.

    Correlations are divided by the roots of both reliabilities, loadings are w sqrt(rho_A) / w'w; constructs
    in Mode B or with one item keep theirs. Dijkstra and Henseler (2015), eqs. 4-6.
    """
    corrected = layout.corrected
    rho = np.where(corrected[:, None], rho_a(composites.weights, layout), 1.0)
    for j in np.flatnonzero(corrected):
        verdicts.blame(Reason.UNRELIABLE, int(j), np.flatnonzero((rho[j] <= 0) | (rho[j] > 1)))
    with np.errstate(invalid="ignore"):
        root = np.sqrt(rho)
    corr = composites.construct_corr / (root[:, None] * root)
    diagonal = np.arange(len(layout.blocks))
    corr[diagonal, diagonal] = 1.0
    length = np.add.reduceat(composites.weights**2, layout.starts, axis=0)
    loadings = np.where(
        corrected[layout.owner, None],
        composites.weights * (root / length)[layout.owner],
        composites.loadings,
    )
    return Composites(composites.weights, loadings, corr, composites.n_iterations, composites.change)
