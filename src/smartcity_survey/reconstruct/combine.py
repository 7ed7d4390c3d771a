"""Combinations of a few moves whose effects add up to what is missing (needs numba)."""

from __future__ import annotations

import numba
import numpy as np

from smartcity_survey.stats.types import Array, IntArray


def combinations(
    effect: Array, row: IntArray, value: Array, low: Array, high: Array, most: int, trials: int,
    restarts: int, hot: float, cold: float, seed: int,
) -> tuple[list[IntArray], Array]:  # fmt: skip
    """Sets of at most `most` moves, no two in one row, that bring value + sum of effects near [low, high].

    The energy is the sum of squared distances to the intervals. One set per restart, by simulated annealing.

    Parameters
    ----------
    effect : (m, t), row : (m, r) rows that each move touches, -1 for none.
    value, low, high : (t,), all in the units of the effects.

    Returns
    -------
    The sets, best first, and their energies.
    """
    sets, energies = _search(
        effect.astype(np.float32), row, value.astype(np.float32), low.astype(np.float32),
        high.astype(np.float32), most, trials, restarts, hot, cold, seed,
    )  # fmt: skip
    order = np.argsort(energies, kind="stable")
    return [sets[i][sets[i] >= 0] for i in order], energies[order]


@numba.njit(cache=True, fastmath=True)
def _energy(v, low, high):  # type: ignore[no-untyped-def]
    total = np.float32(0)
    for k in range(v.size):
        off = max(v[k] - high[k], low[k] - v[k], np.float32(0))
        total += off * off
    return total


@numba.njit(cache=True, fastmath=True)
def _search(  # type: ignore[no-untyped-def]
    effect, row, value, low, high, most, trials, restarts, hottest, cold, seed
):
    np.random.seed(seed)  # noqa: NPY002
    m, t = effect.shape
    sets = np.full((restarts, most), -1, dtype=np.int64)
    energies = np.zeros(restarts)
    v = np.empty(t, dtype=np.float32)
    for restart in range(restarts):
        v[:] = value
        chosen = np.full(most, -1, dtype=np.int64)
        best = chosen.copy()
        energy = _energy(v, low, high)
        lowest = energy
        hot = hottest
        for step in range(trials):
            temperature = hot * (cold / hot) ** (step / trials)
            slot = np.random.randint(most)  # noqa: NPY002
            old = chosen[slot]
            new = np.int64(-1)
            if old < 0 or np.random.random() < 0.9:  # noqa: NPY002
                new = np.random.randint(m)  # noqa: NPY002
                clash = False
                for q in range(most):
                    if q != slot and chosen[q] >= 0:
                        for a in row[chosen[q]]:
                            for b in row[new]:
                                if a == b and a >= 0:
                                    clash = True
                if clash:
                    continue
            there = np.float32(0)
            if old >= 0 and new >= 0:
                for k in range(t):
                    a = v[k] + effect[new, k] - effect[old, k]
                    off = max(a - high[k], low[k] - a, np.float32(0))
                    there += off * off
            elif new >= 0:
                for k in range(t):
                    a = v[k] + effect[new, k]
                    off = max(a - high[k], low[k] - a, np.float32(0))
                    there += off * off
            else:
                for k in range(t):
                    a = v[k] - effect[old, k]
                    off = max(a - high[k], low[k] - a, np.float32(0))
                    there += off * off
            rise = there - energy
            if rise > 0 and np.random.random() >= np.exp(-rise / temperature):  # noqa: NPY002
                continue
            for k in range(t):
                if new >= 0:
                    v[k] += effect[new, k]
                if old >= 0:
                    v[k] -= effect[old, k]
            chosen[slot] = new
            energy = there
            if energy < lowest:
                lowest = energy
                best[:] = chosen
        sets[restart] = best
        energies[restart] = lowest
    return sets, energies


def small_pairs(effect: Array, row: IntArray, partners: int, chunk: int = 500) -> tuple[IntArray, IntArray]:
    """For every move the `partners` others, in other rows, that nearly cancel it; each pair once."""
    norm = np.einsum("mt,mt->m", effect, effect)
    first, second = [], []
    for start in range(0, len(effect), chunk):
        part = slice(start, start + chunk)
        both = effect[part] @ effect.T
        both *= 2
        both += norm
        both[row[part, None] == row] = np.inf
        near = np.argpartition(both, partners, axis=1)[:, :partners]
        first.append(np.repeat(np.arange(start, start + len(near)), partners))
        second.append(near.ravel())
    a, b = np.concatenate(first), np.concatenate(second)
    pairs = np.unique(np.stack([np.minimum(a, b), np.maximum(a, b)], 1), axis=0)
    return pairs[:, 0], pairs[:, 1]
