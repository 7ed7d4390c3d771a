"""The last digits: what moves do to Bartlett's statistic, and the order of rows for Durbin-Watson."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.types import Array, IntArray


def bartlett(x: IntArray) -> float:
    """Bartlett's chi2 of answers (n, p)."""
    n, p = x.shape
    centred = x - x.mean(0)
    cross = centred.T @ centred
    return float(-(n - 1 - (2 * p + 5) / 6) * (np.linalg.slogdet(cross)[1] - np.log(np.diag(cross)).sum()))


def bartlett_changes(x: IntArray, row: IntArray, column: IntArray, delta: IntArray) -> Array:
    """Exact change (m,) of Bartlett's statistic by each single move: rank-two updates of the determinant."""
    n, p = x.shape
    z = x - x.mean(0)
    cross = z.T @ z
    inverse = np.linalg.inv(cross)
    zk = z @ inverse
    own = 1 - 1 / n
    kjj, kz, zkz = np.diag(inverse)[column], zk[row, column], (zk * z).sum(1)[row]
    along = delta * kz + own / 2 * kjj
    ratio = (1 + along) ** 2 - kjj * (zkz + delta * own * kz + own**2 / 4 * kjj)
    variance = np.diag(cross)[column]
    change: Array = -(n - 1 - (2 * p + 5) / 6) * (
        np.log(ratio) - np.log1p((2 * delta * z[row, column] + own) / variance)
    )
    return change


def order_for_durbin_watson(residuals: Array, low: float, high: float, rng: np.random.Generator) -> IntArray:
    """An order (n,) of rows in which the Durbin-Watson statistic of the residuals lies in [low, high].

    A random order is changed by exchanges of two rows that bring the statistic closer; nothing else depends
    on the order.
    """
    n = residuals.size
    order = rng.permutation(n)
    e = residuals[order] / np.sqrt((residuals**2).sum())
    middle = (low + high) / 2

    def around(i: int, j: int) -> float:
        places = {t for t in (i, i + 1, j, j + 1) if 1 <= t < n}
        return float(sum((e[t] - e[t - 1]) ** 2 for t in places))

    statistic = float((np.diff(e) ** 2).sum())
    while not low < statistic < high:
        i, j = (int(t) for t in rng.choice(n, 2, replace=False))
        before = around(i, j)
        e[[i, j]] = e[[j, i]]
        there = statistic + around(i, j) - before
        if abs(there - middle) < abs(statistic - middle):
            statistic = there
            order[[i, j]] = order[[j, i]]
        else:
            e[[i, j]] = e[[j, i]]
    return order
