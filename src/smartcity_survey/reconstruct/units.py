"""What searches combine: single moves, and a few together, by their effects on the statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.reconstruct.moves import Moves
from smartcity_survey.stats.core.types import Array, IntArray


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
