"""What every single-cell move does to every tracked statistic, to first order in the covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.reconstruct.anneal import unimodal
from smartcity_survey.reconstruct.evaluate import Jacobian
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Moves:
    """All admissible moves of one cell by one.

    row, column, delta : (m,) each; effect : (m, t) float32 changes of the tracked statistics.
    """

    row: IntArray
    column: IntArray
    delta: IntArray
    effect: Array

    def take(self, chosen: IntArray | Array) -> Moves:
        return Moves(self.row[chosen], self.column[chosen], self.delta[chosen], self.effect[chosen])


@dataclass(frozen=True, slots=True)
class Limits:
    """What no move may break: the scale, the first `frozen` rows, the ends (c,) of other rows' scores."""

    low: int
    high: int
    frozen: int
    score_low: Array
    score_high: Array


def within_ends(x: IntArray, weights: Array, limits: Limits) -> IntArray:
    """The answers with each row whose score lies beyond its ends brought back, by as few answers as will do.

    Moves keep to the ends one by one; several in one row, or weights that move, may lead beyond them.
    """
    x = x.copy()
    for row in range(limits.frozen, len(x)):
        for _ in range(x.shape[1]):
            scores = weights @ x[row]
            beyond = np.maximum(scores - limits.score_high, 0) - np.maximum(limits.score_low - scores, 0)
            worst = int(np.abs(beyond).argmax())
            if beyond[worst] == 0:
                break
            # Each answer by one step that leads this score back, where the scale has room for it.
            steps = -np.sign(beyond[worst] * weights[worst]).astype(int)
            room = (steps != 0) & (x[row] + steps >= limits.low) & (x[row] + steps <= limits.high)
            effect = np.where(room, np.abs(weights[worst]), 0.0)
            enough = effect >= abs(beyond[worst])
            column = int(np.where(enough, effect, np.inf).argmin() if enough.any() else effect.argmax())
            if effect[column] == 0:
                break
            x[row, column] += steps[column]
    return x


def admissible(x: IntArray, weights: Array, limits: Limits) -> tuple[BoolArray, BoolArray]:
    """Masks (n, p) of cells that may go up by one, and down by one."""
    p = x.shape[1]
    raw = x @ weights.T
    masks = []
    for delta in (1, -1):
        new = x + delta
        mask = (new >= limits.low) & (new <= limits.high)
        mask[: limits.frozen] = False
        for k in range(weights.shape[0]):
            there = raw[:, [k]] + delta * weights[k]
            step = delta * weights[k]
            mask &= ~((there < limits.score_low[k]) & (step < 0)) & ~(
                (there > limits.score_high[k]) & (step > 0)
            )
        for j in range(p):
            counts = np.array([(x[:, j] == a).sum() for a in range(limits.low, limits.high + 1)], dtype=float)
            if not unimodal(counts):
                continue
            for a in range(counts.size):
                b = a + delta
                if 0 <= b < counts.size:
                    counts[a] -= 1
                    counts[b] += 1
                    if not unimodal(counts):
                        mask[x[:, j] == a + limits.low, j] = False
                    counts[a] += 1
                    counts[b] -= 1
        masks.append(mask)
    return masks[0], masks[1]


def single_moves(
    x: IntArray,
    jacobian: Jacobian,
    weights: Array,
    tracked: IntArray,
    allowed: tuple[BoolArray, BoolArray],
) -> Moves:
    """Effects of all moves.

    Parameters
    ----------
    tracked : (t,) positions of the statistics.
    allowed : masks (n, p) of cells that may go up, and down.
    """
    n, p = x.shape
    z = x - x.mean(0)
    s = jacobian.covariance[tracked]
    slope_mean = jacobian.mean[tracked]
    slope3 = jacobian.third[tracked]
    slope4 = jacobian.fourth[tracked]
    u = z @ weights.T
    m2, m3 = (u**2).mean(0), (u**3).mean(0)
    rows, columns, deltas, effects = [], [], [], []
    for j in range(p):
        linear = z @ s[:, j, :].T * (2 / (n - 1))
        own = s[:, j, j] * (1 - 1 / n) / (n - 1)
        w = weights[:, j]
        for delta, mask in ((1, allowed[0][:, j]), (-1, allowed[1][:, j])):
            i = np.flatnonzero(mask)
            step = w * delta
            ui = u[i]
            d3 = ((ui + step) ** 3 - ui**3 - 3 * m2 * step) / n
            d4 = ((ui + step) ** 4 - ui**4 - 4 * m3 * step) / n
            effect = delta * linear[i] + own + (delta / n) * slope_mean[:, j] + d3 @ slope3.T + d4 @ slope4.T
            rows.append(i)
            columns.append(np.full(i.size, j))
            deltas.append(np.full(i.size, delta))
            effects.append(effect.astype(np.float32))
    return Moves(
        np.concatenate(rows), np.concatenate(columns), np.concatenate(deltas), np.concatenate(effects)
    )
