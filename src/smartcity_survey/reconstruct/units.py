"""What searches combine: single moves, and a few together, by their effects on the statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.reconstruct.combine import small_pairs
from smartcity_survey.reconstruct.covariance import excess
from smartcity_survey.reconstruct.moves import Moves
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

_JITTER = 0.5
"""Spread of the log factor by which moves are preferred or passed over at random."""


@dataclass(frozen=True, slots=True)
class Linear:
    """The moves and where the tracked statistics stand, in units of each one's scale, 0 at its centre.

    moves : effects (m, t); value, low, high : (t,).
    """

    moves: Moves
    value: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Units:
    """What is combined: single moves and a few together.

    moves : what they are made of; effect : (u, t); cells : (u, 4) positions of their moves, -1 for none.
    """

    moves: Moves
    effect: Array
    cells: IntArray

    @property
    def rows(self) -> IntArray:
        """Rows (u, 4) that each unit touches, -1 for none."""
        return np.where(self.cells >= 0, self.moves.row[self.cells], -1)

    def take(self, chosen: IntArray) -> Units:
        return Units(self.moves, self.effect[chosen], self.cells[chosen])

    def joined(self, other: Units) -> Units:
        effect = np.concatenate([self.effect, other.effect])
        return Units(self.moves, effect, np.concatenate([self.cells, other.cells]))

    def chosen(self, units: IntArray) -> IntArray:
        """Positions of the moves that some units consist of."""
        flat = self.cells[units].ravel()
        return np.asarray(flat[flat >= 0])


def levelled(linear: Linear, floor: float) -> tuple[Array, Array]:
    """Effects and values in the metric in which typical moves go equally far in every direction."""
    effect = linear.moves.effect
    spread = effect.T.astype(float) @ effect / len(effect)
    root = np.linalg.inv(np.linalg.cholesky(spread + floor * np.eye(linear.value.size)))
    return effect @ root.T.astype(np.float32), root @ linear.value


def small_units(
    linear: Linear,
    aim: float,
    most: int,
    partners: int,
    idle: BoolArray,
    share: float | None,
    rng: np.random.Generator,
) -> Units:
    """Moves, pairs and pairs of pairs, with small effects or with effects that lead `aim` times the way to
    the intervals.

    idle : (m,) moves of items that no score weighs. They change nothing of what is printed most narrowly, so
    that among the smallest effects they would crowd out all others. share : of the `most` single moves, for
    them; none: they are taken like others.
    """
    moves = linear.moves
    way = -aim * excess(linear.value, linear.low, linear.high)
    ways = (np.zeros_like(way), way)
    cells = np.full((moves.row.size, 4), -1)
    cells[:, 0] = np.arange(moves.row.size)
    singles = Units(moves, moves.effect, cells)
    apart = idle & (share is not None)
    some = singles.take(np.flatnonzero(~apart))
    some = some.take(_preferred(some.effect, ways, most, rng))
    pairs = _paired(some, ways, partners)
    twice = pairs.take(_preferred(pairs.effect, ways, most // 2, rng))
    units = some.joined(pairs).joined(_paired(twice, ways, partners))
    if share is None:
        return units
    rest = singles.take(np.flatnonzero(apart))
    return units.joined(rest.take(_preferred(rest.effect, ways, int(share * most), rng)))


def _preferred(effect: Array, ways: tuple[Array, ...], most: int, rng: np.random.Generator) -> IntArray:
    """The effects nearest to either way, with some chance for those farther off."""
    chosen = []
    for way in ways:
        luck = np.exp(rng.normal(0, _JITTER, len(effect))).astype(np.float32)
        distance = np.linalg.norm(effect - way.astype(np.float32), axis=1)
        chosen.append(np.argsort(distance * luck, kind="stable")[: most // len(ways)])
    return np.unique(np.concatenate(chosen))


def _paired(units: Units, ways: tuple[Array, ...], partners: int) -> Units:
    """Pairs of units, in other rows, that together come nearest to either way."""
    parts = [np.stack(small_pairs(units.effect, way.astype(np.float32), partners), 1) for way in ways]
    a, b = np.unique(np.concatenate(parts), axis=0).T
    rows = units.rows
    clash = ((rows[a][:, :, None] == rows[b][:, None, :]) & (rows[a] >= 0)[:, :, None]).any((1, 2))
    a, b = a[~clash], b[~clash]
    cells = np.concatenate([units.cells[a], units.cells[b]], 1)
    cells = -np.sort(-cells, axis=1)[:, :4]
    return Units(units.moves, units.effect[a] + units.effect[b], cells)
