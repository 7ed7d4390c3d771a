"""The last digits: Bartlett's statistic by pairs of moves, and the order of rows for Durbin-Watson."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from smartcity_survey.stats.types import Array, IntArray

_CHUNK = 2000


def bartlett(x: Array | IntArray, covariances: Array | None = None) -> Array:
    """Bartlett's chi2 of answers (n, p), or of a stack of centred cross-products (b, p, p) of n rows each."""
    n, p = x.shape
    if covariances is None:
        centred = x - x.mean(0)
        covariances = (centred.T @ centred)[None]
    logs = np.log(np.diagonal(covariances, axis1=1, axis2=2)).sum(1)
    chi2: Array = -(n - 1 - (2 * p + 5) / 6) * (np.linalg.slogdet(covariances)[1] - logs)
    return chi2


def bartlett_pairs(
    x: IntArray,
    moves: tuple[IntArray, IntArray, IntArray],
    effect: Array,
    low: float,
    high: float,
    most: int,
) -> Iterator[tuple[int, int]]:
    """Pairs of moves in different rows that bring Bartlett's statistic into [low, high]; small effects first.

    Parameters
    ----------
    moves : row, column and delta of each, (m,).
    effect : (m, t) their effects on the other statistics.
    most : pairs tried exactly: of those whose single moves add up to it, the ones with the smallest effects.
    """
    row, column, delta = moves
    n = len(x)
    z = x - x.mean(0)
    cross = z.T @ z

    def update(target: Array, where: IntArray) -> None:
        k = np.arange(where.size)
        i, j, d = row[where], column[where], delta[where].astype(float)
        step = d[:, None] * z[i]
        np.add.at(target, (k, j), step)
        np.add.at(target.transpose(0, 2, 1), (k, j), step)
        np.add.at(target, (k, j, j), d**2 * (1 - 1 / n))

    def after(*groups: IntArray) -> Array:
        values = []
        for start in range(0, groups[0].size, _CHUNK):
            parts = [group[start : start + _CHUNK] for group in groups]
            stack = np.repeat(cross[None], parts[0].size, 0)
            for part in parts:
                update(stack, part)
            if len(parts) == 2:
                # the means moved by the first cell shift the second: -d1 d2 / n between the two columns
                a, b = parts
                both = -(delta[a] * delta[b]) / n
                k = np.arange(a.size)
                np.add.at(stack, (k, column[a], column[b]), both)
                np.add.at(stack, (k, column[b], column[a]), both)
            values.append(bartlett(x, stack))
        return np.concatenate(values)

    now = bartlett(x)[0]
    single = after(np.arange(row.size)) - now
    middle = (low + high) / 2
    order = np.argsort(single, kind="stable")
    ranked = single[order]
    first, second = [], []
    reach = 0.05
    for a in range(row.size):
        want = middle - now - single[a]
        left, right = np.searchsorted(ranked, [want - reach, want + reach])
        partners = order[left:right]
        partners = partners[(partners > a) & (row[partners] != row[a])]
        first.append(np.full(partners.size, a))
        second.append(partners)
    one, other = np.concatenate(first), np.concatenate(second)
    size = np.concatenate(
        [
            np.abs(effect[one[k : k + _CHUNK]] + effect[other[k : k + _CHUNK]]).max(1)
            for k in range(0, one.size, _CHUNK)
        ]
        or [np.zeros(0)]
    )
    small = np.argsort(size, kind="stable")[:most]
    one, other = one[small], other[small]
    chi2 = after(one, other)
    for k in np.flatnonzero((chi2 >= low) & (chi2 <= high)):
        yield int(one[k]), int(other[k])


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
