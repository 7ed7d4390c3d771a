"""Importance-performance map: what matters for a construct, and how well it does already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import PlsFit


@dataclass(frozen=True, slots=True)
class ImportancePerformance:
    """Scores and effects on a scale from 0 (worst answer) to 100 (best).

    performance : (c,), mean of each construct's rescaled score.
    importance : (c,), unstandardised total effect on the target: points by which it rises with a rise of one
        point; nan for the target itself.
    item_performance : (p,), mean of each rescaled item. item_importance : (p,), the importance of the item's
        construct times the item's share in its score; nan for the target's items.
    negative_weights : whether some outer weight is negative, so that scores may leave the scale.
    """

    performance: Array
    importance: Array
    item_performance: Array
    item_importance: Array
    negative_weights: bool


def importance_performance(
    x: Array, fit: PlsFit, target: int, minimum: Array, maximum: Array, weights: Array | None = None
) -> ImportancePerformance:
    """The map for one construct, from answers x (n, p) on scales from minimum (p,) to maximum (p,).

    Outer weights are those of the unstandardised items, divided by their sum. Means and standard deviations
    take sampling weights (n,), where given.

    Ringle and Sarstedt (2016), Industrial Management & Data Systems 116, 1865-1886.
    """
    rescaled, shares = _shares(x, fit, minimum, maximum, weights)
    scores = rescaled @ shares
    sd = _sd(scores, weights)
    importance = fit.total_effects[:, target] * sd[target] / sd
    importance[target] = np.nan
    return ImportancePerformance(
        performance=np.average(scores, axis=0, weights=weights),
        importance=importance,
        item_performance=np.average(rescaled, axis=0, weights=weights),
        item_importance=(shares * np.where(shares == 0, 0.0, importance)).sum(axis=1),
        negative_weights=bool((fit.outer_weights < 0).any()),
    )


def rescaled_scores(
    x: Array, fit: PlsFit, minimum: Array, maximum: Array, weights: Array | None = None
) -> Array:
    """Construct scores (n, c) from 0 (worst answer) to 100 (best), as `importance_performance` has them."""
    rescaled, shares = _shares(x, fit, minimum, maximum, weights)
    return np.asarray(rescaled @ shares)


def _shares(
    x: Array, fit: PlsFit, minimum: Array, maximum: Array, weights: Array | None
) -> tuple[Array, Array]:
    """Rescaled items (n, p), and the share (p, c) that each has in a score."""
    rescaled = 100 * (x - minimum) / (maximum - minimum)
    raw = fit.outer_weights / _sd(rescaled, weights)[:, None]
    return rescaled, raw / raw.sum(axis=0)


def _sd(x: Array, weights: Array | None) -> Array:
    """(k,): standard deviations of x (n, k), divisor n; only their ratios matter here."""
    mean = np.average(x, axis=0, weights=weights)
    return np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weights))
