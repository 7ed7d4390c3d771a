"""Importance-performance map: what raises an outcome most, and how far up its scale it is already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from smartcity_survey.report.figures.drawing import INK, LINES, MUTED, WIDTH, halo, number_axis, styled
from smartcity_survey.report.setting import Setting
from smartcity_survey.stats.core.types import Array

ROOM = 0.14
"""Margin around the points, as a share of their range."""
SCALE = (0.0, 100.0)
"""Of performance."""
LABEL_SIZE = 8.5
"""Points."""


@styled
def plot_importance_performance(ipma: pd.DataFrame, setting: Setting) -> Figure:
    """Two panels per outcome: performance on its whole scale, and enlarged around the constructs.

    Importance runs to the right, performance upwards. Dashed lines mark the means: what lies below and to the
    right of both is where an effort pays most.

    Parameters
    ----------
    ipma : `outcome, construct, importance, performance`.
    """
    outcomes = list(ipma["outcome"].unique())
    figure = Figure(figsize=(WIDTH, 0.4 + 3.6 * len(outcomes)), layout="constrained")
    grid = figure.subplots(len(outcomes), 2, squeeze=False, width_ratios=(1, 2.6))
    for (whole, near), outcome in zip(grid, outcomes, strict=True):
        own = ipma[ipma["outcome"] == outcome]
        _panel(whole, own, SCALE, setting)
        _panel(near, own, _around(own["performance"].to_numpy(np.float64)), setting)
        name = setting.labels.construct(outcome)
        # A line of its own above both panels, because it is wider than the first.
        whole.set_title(setting.wording.fill("figures.ipma.outcome", outcome=name) + "\n", loc="left")
        ends = [setting.wording.numbers.fixed(end, 0) for end in _ends(near)]
        near.set_title(
            setting.wording.fill("figures.ipma.enlarged", low=ends[0], high=ends[1]),
            fontweight="normal",
            loc="right",
        )
        whole.set_ylabel(setting.wording["figures.ipma.y"])
        whole.set_xlabel(" ")
        near.set_xlabel(setting.wording["figures.ipma.x"])
        _name(figure, near, own, setting)
    return figure


def _ends(axes: Axes) -> tuple[float, float]:
    low, high = axes.get_ylim()
    return float(np.floor(low)), float(np.ceil(high))


def _panel(axes: Axes, points: pd.DataFrame, limits: tuple[float, float], setting: Setting) -> None:
    x, y = points["importance"].to_numpy(np.float64), points["performance"].to_numpy(np.float64)
    axes.axvline(x.mean(), color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    axes.axhline(y.mean(), color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    axes.set_xlim(*_around(x))
    axes.set_ylim(*limits)
    for left, up, (color, marker) in zip(x, y, cycle(LINES), strict=False):
        axes.scatter(left, up, color=color, marker=marker, s=36, linewidths=0, zorder=3)
    number_axis(axes, "x", setting.wording.numbers, bins=6 if limits != SCALE else 3)
    number_axis(axes, "y", setting.wording.numbers)


def _name(figure: Figure, axes: Axes, points: pd.DataFrame, setting: Setting) -> None:
    """Every construct's name beside its point, at the side where it covers nothing."""
    figure.draw_without_rendering()  # the layout decides how large the panel is
    panel = axes.get_window_extent()
    pixel = figure.dpi / 72
    at = axes.transData.transform(points[["importance", "performance"]].to_numpy(np.float64))
    names = [setting.labels.construct(name) for name in points["construct"]]
    sizes = [(0.64 * LABEL_SIZE * len(name) * pixel, 1.3 * LABEL_SIZE * pixel) for name in names]
    inside = (panel.x0, panel.y0, panel.x1, panel.y1)
    across, up = at.mean(axis=0)
    means = [
        (across - pixel, panel.y0, across + pixel, panel.y1),
        (panel.x0, up - pixel, panel.x1, up + pixel),
    ]
    for name, (x, y), side in zip(
        names, points[["importance", "performance"]].to_numpy(), sides(at, sizes, inside, means), strict=True
    ):
        right, above = SIDES[side].offset
        shift = ScaledTranslation(right / 72, above / 72, figure.dpi_scale_trans)
        halo(
            axes, x, y, name, transform=axes.transData + shift,
            ha=SIDES[side].ha, va=SIDES[side].va, fontsize=LABEL_SIZE, color=INK, zorder=4,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """A side of a point where its label may stand: shift in points, and alignment."""

    offset: tuple[float, float]
    ha: str
    va: str


SIDES = (
    Side((6, 0), "left", "center"),
    Side((-6, 0), "right", "center"),
    Side((0, 6), "center", "bottom"),
    Side((0, -6), "center", "top"),
    Side((5, 5), "left", "bottom"),
    Side((5, -5), "left", "top"),
    Side((-5, 5), "right", "bottom"),
    Side((-5, -5), "right", "top"),
)
"""In the order in which they are tried."""
Corners = tuple[float, float, float, float]
"""x0, y0, x1, y1."""


def sides(
    points: Array, sizes: Sequence[tuple[float, float]], inside: Corners, lines: Sequence[Corners] = ()
) -> list[int]:
    """Side of each point, by its number in `SIDES`, at which its label covers least and keeps inside.

    Parameters
    ----------
    points : (p, 2) places, in the units of `sizes`.
    sizes : width and height of each label.
    inside : where all labels must stay.
    lines : what labels keep off, beside the points.
    """
    reach = 0.5 * sizes[0][1] if sizes else 0.0
    markers = [(x - reach, y - reach, x + reach, y + reach) for x, y in points]
    taken: list[Corners] = []
    chosen = []
    for number, ((x, y), (width, height)) in enumerate(zip(points, sizes, strict=True)):
        boxes = [_box(x, y, width, height, 0.7 * height, side) for side in SIDES]
        others = [*markers[:number], *markers[number + 1 :], *taken, *lines]
        cost = [
            sum(_shared(box, other) for other in others) + 5 * (width * height - _shared(box, inside))
            for box in boxes
        ]
        best = int(np.round(cost, 6).argmin())
        chosen.append(best)
        taken.append(boxes[best])
    return chosen


def _box(x: float, y: float, width: float, height: float, gap: float, side: Side) -> Corners:
    left = {"left": x + gap, "right": x - gap - width, "center": x - width / 2}[side.ha]
    low = {"bottom": y + gap, "top": y - gap - height, "center": y - height / 2}[side.va]
    return left, low, left + width, low + height


def _shared(one: Corners, other: Corners) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    up = min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0.0) * max(up, 0.0)


def _around(values: Array) -> tuple[float, float]:
    """Limits of an axis with room around its values."""
    size = float(np.ptp(values)) or abs(float(values[0])) or 1.0
    return float(values.min()) - ROOM * size, float(values.max()) + ROOM * size
