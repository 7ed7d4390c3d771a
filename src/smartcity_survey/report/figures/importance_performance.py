"""Importance-performance map: what raises an outcome most, and how far up its scale it is already."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smartcity_survey.report.figures.drawing import FAINT, INK, LINES, MUTED, WIDTH, number_axis, styled
from smartcity_survey.report.setting import Setting

ROOM = 0.12
"""Margin around the points, as a share of their range."""
APART = 0.075
"""Smallest distance of two labels, as a share of the panel's height."""


@styled
def plot_importance_performance(ipma: pd.DataFrame, setting: Setting) -> Figure:
    """One panel per outcome: importance to the right, performance upwards, names at the right edge.

    Dashed lines mark the means: what lies below and to the right of both is where an effort pays most.

    Parameters
    ----------
    ipma : `outcome, construct, importance, performance`.
    """
    outcomes = list(ipma["outcome"].unique())
    figure = Figure(figsize=(WIDTH, 0.4 + 3.6 * len(outcomes)), layout="constrained")
    panels = figure.subplots(len(outcomes), 1, squeeze=False)[:, 0]
    for axes, outcome in zip(panels, outcomes, strict=True):
        _panel(axes, ipma[ipma["outcome"] == outcome], setting)
        axes.set_title(
            setting.wording.fill("figures.ipma.outcome", outcome=setting.labels.construct(outcome))
        )
    return figure


def _panel(axes: Axes, points: pd.DataFrame, setting: Setting) -> None:
    x, y = points["importance"].to_numpy(np.float64), points["performance"].to_numpy(np.float64)
    axes.axvline(x.mean(), color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    axes.axhline(y.mean(), color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    axes.set_xlim(*_around(x))
    axes.set_ylim(*_around(y))
    low, high = axes.get_ylim()
    heights = spread((y - low) / (high - low), APART)
    for name, left, up, height, (color, marker) in zip(
        points["construct"], x, y, heights, cycle(LINES), strict=False
    ):
        axes.scatter(left, up, color=color, marker=marker, s=42, linewidths=0, zorder=3)
        axes.annotate(
            setting.labels.construct(name),
            (left, up),
            xytext=(1.03, height),
            textcoords=axes.transAxes,
            va="center",
            fontsize=8.5,
            color=INK,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.9, "shrinkA": 1, "shrinkB": 4},
        )
    axes.set_xlabel(setting.wording["figures.ipma.x"])
    axes.set_ylabel(setting.wording["figures.ipma.y"])
    number_axis(axes, "x", setting.wording.numbers)
    number_axis(axes, "y", setting.wording.numbers)


def _around(values: np.ndarray) -> tuple[float, float]:
    """Limits of an axis with room around its values."""
    size = float(np.ptp(values)) or abs(float(values[0])) or 1.0
    return float(values.min()) - ROOM * size, float(values.max()) + ROOM * size


def spread(heights: np.ndarray, apart: float) -> np.ndarray:
    """Heights moved as little as a sweep up and a sweep down do, until no two are closer than `apart`."""
    order = np.argsort(heights, kind="stable")
    placed = heights[order].copy()
    for position in range(1, len(placed)):
        placed[position] = max(placed[position], placed[position - 1] + apart)
    # What was pushed past the top comes back down, with its neighbours.
    placed[-1] = min(placed[-1], max(1.0, heights.max()))
    for position in range(len(placed) - 2, -1, -1):
        placed[position] = min(placed[position], placed[position + 1] - apart)
    found = np.empty_like(placed)
    found[order] = placed
    return found
