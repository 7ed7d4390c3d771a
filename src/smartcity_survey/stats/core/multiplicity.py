"""p-values of a family of tests, adjusted for their number."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.types import Array, IntArray


def holm(p: Array) -> Array:
    """Step-down adjusted p-values (m,), which keep the chance of any false rejection below alpha.

    Source: Holm (1979).

    Raises
    ------
    StatisticsError : a value that is no probability.
    """
    order, ranked = _ranked(p)
    stepped = np.maximum.accumulate(ranked * np.arange(len(p), 0, -1))
    return _in_order(np.minimum(stepped, 1), order)


def benjamini_hochberg(p: Array) -> Array:
    """Step-up adjusted p-values (m,), which keep the expected share of false rejections below alpha.

    Source: Benjamini & Hochberg (1995), for independent or positively dependent tests.

    Raises
    ------
    StatisticsError : a value that is no probability.
    """
    order, ranked = _ranked(p)
    stepped = np.minimum.accumulate((ranked * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    return _in_order(stepped, order)


def _ranked(p: Array) -> tuple[IntArray, Array]:
    if not ((p >= 0) & (p <= 1)).all():
        raise StatisticsError(f"not all of {p} are probabilities")
    order = np.argsort(p, kind="stable")
    return order, p[order]


def _in_order(ranked: Array, order: IntArray) -> Array:
    values = np.empty_like(ranked)
    values[order] = ranked
    return values
