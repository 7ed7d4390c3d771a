"""The quadratic programme of one step of a walk (needs daqp)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import daqp
import numpy as np

from smartcity_survey.reconstruct.covariance import excess
from smartcity_survey.stats.core.types import Array

if TYPE_CHECKING:
    from smartcity_survey.bounds.walk import Statistics

_LEFT = (0.0, 0.3, 0.7)
"""Shares of a distance that a step may leave, where no step closes all of them."""
_PRECISION = 1e-11  # of a programme: intervals such as Bartlett's are narrow beside their statistic's slope


class Programme:
    """The quadratic programme of one step, in the span of the statistics' slopes and the way uphill."""

    def __init__(self, statistics: Statistics, slopes: Array, scale: Array, gradient: Array) -> None:
        self.statistics = statistics
        used = statistics.used
        self.scale = scale[used]
        self.low, self.high = (
            (statistics.low + statistics.margin)[used],
            (statistics.high - statistics.margin)[used],
        )
        self.length = float(np.linalg.norm(gradient))
        rows = np.vstack([slopes[used] / self.scale[:, None], gradient / max(self.length, 1e-12)])
        roots, vectors = np.linalg.eigh(rows @ rows.T)
        keep = roots > 1e-12 * roots[-1]
        self.coordinates = vectors[:, keep] * np.sqrt(roots[keep])
        self.back = (rows.T @ vectors[:, keep]) / np.sqrt(roots[keep])

    def distance(self, values: Array) -> float:
        """How far the statistics are off their intervals, in lengths of a step: the largest by its slope."""
        off = excess(values, self.statistics.low, self.statistics.high)[self.statistics.used]
        return float((np.abs(off) / self.scale).max())

    def within(self, values: Array, reach: float, price: float) -> tuple[Array | None, float]:
        """The best step of a length about `reach`, and the price of length that gives it; none: no step."""
        step = None
        price = price / reach
        for _ in range(3):
            step = self.step(values, price)
            if step is None:
                return None, price * reach
            length = float(np.linalg.norm(step))
            if length <= 1.3 * reach and (length >= 0.7 * reach or price < 1e-6):
                break
            price *= max(length, 1e-9) / reach
        return step, price * reach

    def step(self, values: Array, price: float | None) -> Array | None:
        """Uphill at a price of length, or (None) the shortest step into the intervals."""
        uphill = 0.0 if price is None else self.length / price
        # Below its interval a statistic has a positive `low`, above it a negative `high`.
        low = (self.low - values[self.statistics.used]) / self.scale
        high = (self.high - values[self.statistics.used]) / self.scale
        for left in _LEFT:
            found = self._solved(
                uphill, low - left * np.maximum(low, 0.0), high - left * np.minimum(high, 0.0)
            )
            if found is not None:
                step: Array = self.back @ found
                return step
        return None

    def _solved(self, uphill: float, low: Array, high: Array) -> Array | None:
        size = self.coordinates.shape[1]
        found, _, flag, _ = daqp.solve(
            np.eye(size),
            -self.coordinates[-1] * uphill,
            self.coordinates[:-1].copy(),
            high.copy(),
            low.copy(),
            np.zeros(len(low), dtype=np.intc),
            primal_tol=_PRECISION,
            dual_tol=_PRECISION,
        )
        if flag <= 0:
            return None
        step: Array = np.asarray(found, dtype=np.float64)
        return step
