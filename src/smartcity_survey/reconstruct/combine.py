"""Combinations of a few moves whose effects add up to what is missing (needs numba)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

from smartcity_survey.stats.core.types import Array, IntArray


def combinations(
    effect: Array, row: IntArray, value: Array, low: Array, high: Array, most: int, trials: int,
    seeds: Sequence[int], hot: float, cold: float, keep: int = 1,
) -> tuple[list[IntArray], Array]:  # fmt: skip
    """Sets of at most `most` moves, no two in one row, that bring value + sum of effects near [low, high].

    The energy is the sum of squared distances to the intervals. Simulated annealing, once per seed; of all
    sets it passes through, the `keep` best of each seed are returned.

    Parameters
    ----------
    effect : (m, t), row : (m, r) rows that each move touches, -1 for none.
    value, low, high : (t,), all in the units of the effects.

    Returns
    -------
    The sets, best first, and their energies.
    """
    floats = [part.astype(np.float32) for part in (effect, value, low, high)]

    def one(seed: int) -> tuple[IntArray, Array]:
        sets, energies = _search(floats[0], row, *floats[1:], most, trials, hot, cold, keep, seed)
        return sets, energies

    with ThreadPoolExecutor(len(seeds)) as pool:
        found = list(pool.map(one, seeds))
    sets = np.concatenate([part for part, _ in found])
    energies = np.concatenate([part for _, part in found])
    order = np.argsort(energies, kind="stable")
    order = order[np.isfinite(energies[order])]
    return [sets[i][sets[i] >= 0] for i in order], energies[order]


@numba.njit(cache=True, fastmath=True, nogil=True)
def _search(  # type: ignore[no-untyped-def]
    effect, row, value, low, high, most, trials, hot, cold, keep, seed
):
    np.random.seed(seed)  # noqa: NPY002
    m, t = effect.shape
    sets = np.full((keep, most), -1, dtype=np.int64)
    energies = np.full(keep, np.inf)
    v = value.copy()
    chosen = np.full(most, -1, dtype=np.int64)
    energy = np.float32(0)
    for k in range(t):
        off = max(v[k] - high[k], low[k] - v[k], np.float32(0))
        energy += off * off
    energies[0] = energy
    worst = keep - 1 if energy == 0 else 0  # nothing is better than 0, so others go beside it
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
        # Metropolis' rule with its random number drawn first, so that hopeless sums end early
        limit = energy - temperature * np.log(np.random.random())  # noqa: NPY002
        there = np.float32(0)
        k = 0
        while k < t and there <= limit:
            a = v[k]
            if new >= 0:
                a += effect[new, k]
            if old >= 0:
                a -= effect[old, k]
            off = max(a - high[k], low[k] - a, np.float32(0))
            there += off * off
            k += 1
        if there > limit:
            continue
        for k in range(t):
            if new >= 0:
                v[k] += effect[new, k]
            if old >= 0:
                v[k] -= effect[old, k]
        chosen[slot] = new
        energy = there
        if energy < energies[worst]:
            known = False
            for h in range(keep):
                if abs(energies[h] - energy) < 1e-6 * energy:
                    known = True
            if not known:
                sets[worst] = chosen
                energies[worst] = energy
                for h in range(keep):
                    if energies[h] > energies[worst]:
                        worst = h
    return sets, energies


def greedily(effect: Array, value: Array, row: IntArray, most: int) -> IntArray:
    """The best of the moves one by one, no two in one row, while one brings the value (t,) nearer to 0."""
    r = value.astype(np.float32)
    norm = np.einsum("mt,mt->m", effect, effect)
    free = np.ones(row.max() + 1, dtype=bool)
    chosen: list[int] = []
    for _ in range(most):
        gain = 2 * (effect @ r) + norm
        gain[~free[row]] = np.inf
        best = int(gain.argmin())
        if gain[best] >= 0:
            break
        chosen.append(best)
        free[row[best]] = False
        r += effect[best]
    return np.array(chosen, dtype=np.int64)


def small_pairs(effect: Array, aim: Array, partners: int, chunk: int = 500) -> tuple[IntArray, IntArray]:
    """For every unit the `partners` others that with it come nearest to `aim` (t,); each pair once."""
    norm = np.einsum("mt,mt->m", effect, effect) - 2 * (effect @ aim)
    found = []
    for start in range(0, len(effect), chunk):
        both = effect[start : start + chunk] @ effect.T
        both *= 2
        both += norm
        rows = np.arange(len(both))
        for _ in range(partners):
            nearest = both.argmin(1)
            both[rows, nearest] = np.inf
            found.append(np.stack([rows + start, nearest], 1))
    pairs = np.unique(np.sort(np.concatenate(found), 1), axis=0)
    return pairs[:, 0], pairs[:, 1]
