"""PLS on stacks of correlation matrices: many samples at once, each to its own convergence.

Arrays carry the samples on their last axis (B of them), so that every operation runs along contiguous memory
and no Python loop goes over samples. Items are sorted by construct (see `pls_model.Layout`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smartcity_survey.stats.core.stacked_regression import DEPENDENT, eliminate, selection, sweep
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.pls.model import SortedModel


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
class Admissibility:
    """The first reason found against each of B samples.

    reason : (B,), a `Reason`. position : (B,), of the item or construct concerned, -1 where admissible.
    """

    reason: NDArray[np.int8]
    position: IntArray

    @classmethod
    def clean(cls, size: int) -> Admissibility:
        """Nothing found yet."""
        return cls(np.zeros(size, dtype=np.int8), np.full(size, -1, dtype=np.int64))

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Both."""
        return self.reason, self.position

    def select(self, samples: slice) -> Admissibility:
        """Views of the verdicts on some samples."""
        return Admissibility(self.reason[samples], self.position[samples])

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
        self, samples: IntArray, weights: Array, loadings: Array, construct_corr: Array, layout: SortedModel
    ) -> None:
        """Keep converged samples, each construct with the sign that makes its loadings' sum positive."""
        sums = np.add.reduceat(loadings, layout.starts, axis=0)
        sign = np.where(sums < 0, -1.0, 1.0)
        self.weights[:, samples] = weights * sign[layout.owner]
        self.loadings[:, samples] = loadings * sign[layout.owner]
        self.construct_corr[:, :, samples] = construct_corr * sign[:, None] * sign


def estimate(
    R: Array, layout: SortedModel, verdicts: Admissibility, *, tolerance: float, max_iterations: int
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
            done = pending & (change < tolerance)
            if done.any():
                result.n_iterations[samples[done]] = iteration
                result.change[samples[done]] = change[done]
                loadings = _loadings(cross, layout) * scale[layout.owner]
                result.store(samples[done], weights[:, done], loadings[:, done], corr[:, :, done], layout)
                pending &= ~done
                if not pending.any():
                    break
            inner, dependent = inner_weights(corr, layout)
            for target, guilty in dependent.items():
                verdicts.blame(Reason.DEPENDENT_PREDICTORS, target, samples[guilty & pending])
                pending &= ~guilty
            failed = pending & ~np.isfinite(change) if iteration < max_iterations else pending
            if failed.any():
                result.n_iterations[samples[failed]] = iteration
                result.change[samples[failed]] = change[failed]
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


def _cross_covariances(R: Array, weights: Array, layout: SortedModel) -> Array:
    """(c, p, B): covariance of each composite with the items that are needed, see `SortedModel.reach`."""
    if weights.shape[1] == 1:  # one product is quicker than one for every block
        return np.asarray((_by_construct(weights, layout).T @ R[:, :, 0])[:, :, None])
    cross = np.empty((len(layout.blocks), *weights.shape))
    for j, (block, first) in enumerate(zip(layout.blocks, layout.reach, strict=True)):
        np.einsum("kib,kb->ib", R[block, first:], weights[block], out=cross[j, first:])
    return cross


def _composite_covariances(cross: Array, weights: Array, layout: SortedModel) -> Array:
    """(c, c, B): covariances of the composites."""
    c, size = cross.shape[0], cross.shape[2]
    if size == 1:
        product = cross[:, :, 0] @ _by_construct(weights, layout)
        return np.asarray((product + product.T)[:, :, None] / 2)  # symmetric to the last digit
    covariances = np.empty((c, c, size))
    for j, block in enumerate(layout.blocks):
        np.einsum("ikb,kb->ib", cross[: j + 1, block], weights[block], out=covariances[: j + 1, j])
        covariances[j, :j] = covariances[:j, j]
    return covariances


def _by_construct(weights: Array, layout: SortedModel) -> Array:
    """(p, c): the weights (p, 1) of one sample, each in the column of its construct."""
    p = len(layout.owner)
    table = np.zeros((p, len(layout.blocks)))
    table[np.arange(p), layout.owner] = weights[:, 0]
    return table


def _loadings(cross: Array, layout: SortedModel) -> Array:
    """(p, B): covariance of each item with its own composite."""
    return np.concatenate([cross[j, block] for j, block in enumerate(layout.blocks)])


def inner_weights(corr: Array, layout: SortedModel) -> tuple[Array, dict[int, BoolArray]]:
    """Weight of the row composite in the inner proxy of the column composite (c, c, B).

    Path weighting takes the regression coefficients for the constructs that explain the column and the
    correlations for those it explains; factorial takes the correlations of all neighbours, centroid their
    signs. Also, by explained construct, the samples (B,) whose predictors are dependent, if any are.
    """
    if layout.scheme == "centroid":
        return np.sign(corr), {}
    if layout.scheme == "factorial":
        return corr, {}
    inner, dependent = corr.copy(), {}
    for target, predictors in layout.regressions:
        inner[predictors, target], smallest = eliminate(selection(corr, target, predictors))
        guilty = smallest < DEPENDENT
        if guilty.any():
            dependent[target] = guilty
    return inner, dependent


def _outer_estimates(cross: Array, inner: Array, inverses: dict[int, Array], layout: SortedModel) -> Array:
    """(p, B): new weights, before scaling.

    Mode A takes the items' covariances with the inner proxy of their construct, Mode B regresses it on them;
    a sum score listens to no proxy.
    """
    raw: Array = np.empty(cross.shape[1:])
    if cross.shape[2] == 1:
        linked = (inner[:, :, 0] * layout.adjacent)[:, layout.owner]
        np.einsum("ik,ik->k", cross[:, :, 0], linked, out=raw[:, 0])
    else:
        for j, block in enumerate(layout.blocks):
            first, *others = layout.neighbours[j]
            np.multiply(cross[first, block], inner[first, j], out=raw[block])
            for i in others:
                raw[block] += cross[i, block] * inner[i, j]
    for j, inverse in inverses.items():
        block = layout.blocks[j]
        raw[block] = np.einsum("klb,lb->kb", inverse, raw[block])
    for j in layout.sum_scores:
        raw[layout.blocks[j]] = 1.0
    return raw


def _mode_b_inverses(R: Array, layout: SortedModel, verdicts: Admissibility) -> dict[int, Array]:
    """Inverse item correlations (k, k, B) of each Mode B block."""
    inverses = {}
    for j in layout.mode_b:
        block = layout.blocks[j]
        inverse = R[block, block].copy()
        smallest = sweep(inverse, inverse.shape[0])
        verdicts.blame(Reason.DEPENDENT_ITEMS, j, np.flatnonzero(smallest < DEPENDENT))
        inverses[j] = inverse
    return inverses
