"""Path diagram of the PLS-SEM model: constructs, path coefficients with intervals, variance explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from smartcity_survey.report.figures.drawing import (
    BLUE,
    INK,
    MUTED,
    RUST,
    VERMILION,
    WIDTH,
    halo,
    styled,
    telling,
)
from smartcity_survey.report.figures.path_items import ItemRoom, draw_items, item_room
from smartcity_survey.report.figures.path_layout import Edge, Layout, box_width, lay_out
from smartcity_survey.report.figures.path_texts import STARS, BoxLine, Coefficient, box_lines, coefficients_of
from smartcity_survey.report.setting import Setting

WIDEST_BOX = 2.2
COEFFICIENT_HEIGHT = 0.34
ESTIMATE_SIZE, INTERVAL_SIZE = 9.0, 7.0
"""Points."""
ROOM_OF_AN_ARROW = 0.14
"""Inches that each arrow's end takes on the side of a box."""
HEAD = 0.08
"""Inches of an arrow's head."""
KEY_LINE = 0.19
"""Inches of a line of the key."""
GREY = "#7b8794"
DASHES = {"certain": "-", "uncertain": (0, (4, 3)), "open": (0, (1, 2))}


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What all parts of one diagram share."""

    axes: Axes
    layout: Layout
    setting: Setting


@styled
def plot_path_diagram(
    paths: pd.DataFrame,
    quality: pd.DataFrame,
    loadings: pd.DataFrame,
    setting: Setting,
    *,
    hypotheses: pd.DataFrame | None = None,
    identified_sets: pd.DataFrame | None = None,
) -> Figure:
    """The structural model from left to right, the estimate above each arrow and its interval below.

    Arrows that do not reach `alpha` are dashed and grey. Where the print of a reconstruction leaves a path
    open, its arrow is dotted and shows the set of values that the print allows. In the svg each arrow tells
    its numbers to whoever points at it.

    Parameters
    ----------
    paths : `source, target, estimate, ci_low, ci_high, p`.
    quality : `construct, r2`.
    loadings : `construct, item, loading`.
    hypotheses : names of the paths, and `state, low, high` of those that a reconstruction leaves open.
    identified_sets : sets of R2 of a reconstruction.
    """
    coefficients = coefficients_of(paths, hypotheses, setting)
    names = list(dict.fromkeys(loadings["construct"]))
    edges = list(coefficients)
    label = max(one.width(ESTIMATE_SIZE, INTERVAL_SIZE) for one in coefficients.values())
    room = item_room(loadings, edges) if setting.path_items else ItemRoom()
    wide = WIDTH - 0.1 - room.left - room.right
    across = box_width(names, edges, wide, WIDEST_BOX, label)
    texts = {name: box_lines(name, quality, loadings, identified_sets, across, setting) for name in names}
    arriving = Counter(target for _, target in edges)
    sizes = {
        name: (across, max(sum(line.height for line in own) + 0.2, ROOM_OF_AN_ARROW * (arriving[name] + 1)))
        for name, own in texts.items()
    }
    layout = lay_out(edges, sizes, wide, (label, COEFFICIENT_HEIGHT), room.around(sizes))
    key = _key_lines(list(coefficients.values()), setting)
    foot = KEY_LINE * len(key) + 0.1
    size = layout.width + 0.1 + room.left + room.right, layout.height + 0.05 + foot
    figure = Figure(figsize=size)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-0.05 - room.left, layout.width + 0.05 + room.right)
    axes.set_ylim(-foot, layout.height + 0.05)
    axes.set_axis_off()
    drawing = _Drawing(axes, layout, setting)
    largest = max(abs(one.estimate) for one in coefficients.values())
    for edge, one in coefficients.items():
        _arrow(drawing, edge, one, largest)
    for edge, one in coefficients.items():
        _coefficient(drawing, edge, one)
    for name in layout.boxes:
        _construct(drawing, name, texts[name], endogenous=name in arriving)
    if setting.path_items:
        draw_items(axes, layout, loadings, room, setting.wording.numbers)
    _key(axes, key, -0.05 - room.left + 0.06)
    return figure


def _arrow(drawing: _Drawing, edge: Edge, one: Coefficient, largest: float) -> None:
    """A shaft in the style of its kind, and a head that is solid in all of them."""
    curve, color = drawing.layout.arrows[edge], _color(one, VERMILION, GREY)
    width = 1.0 + 2.2 * abs(one.estimate) / largest if one.kind == "certain" else 1.1
    codes = [Path.MOVETO, *[Path.CURVE4] * (len(curve) - 1)]
    inside = curve.copy()
    inside[-1, 0] -= HEAD  # the head covers the end of the shaft, its tip is the end of the curve
    shaft = PathPatch(
        Path(inside, codes), facecolor="none", edgecolor=color, zorder=1,
        linewidth=width, linestyle=DASHES[one.kind], capstyle="butt",
    )  # fmt: skip
    (x, y), half = curve[-1], HEAD * (0.42 + 0.05 * width)
    tip = [(x - 1.2 * HEAD, y + half), (x, y), (x - 1.2 * HEAD, y - half)]
    head = Polygon(tip, facecolor=color, edgecolor="none", zorder=1)
    for patch in (shaft, head):
        drawing.axes.add_patch(patch)
        telling(patch, one.told)


def _color(one: Coefficient, negative: str, grey: str) -> str:
    if one.kind != "certain":
        return grey
    return BLUE if one.estimate > 0 else negative


def _coefficient(drawing: _Drawing, edge: Edge, one: Coefficient) -> None:
    """Estimate above the arrow, interval below it, rims in the ground's colour where an arrow crosses."""
    box = drawing.layout.labels[edge]
    for text, y, va, size, weight, color in (
        (one.above, box.y + 0.035, "bottom", ESTIMATE_SIZE, "bold", _color(one, RUST, MUTED)),
        (one.below, box.y - 0.045, "top", INTERVAL_SIZE, "normal", MUTED),
    ):
        words = halo(
            drawing.axes, box.x, y, text,
            ha="center", va=va, fontsize=size, fontweight=weight, color=color, zorder=3,
        )  # fmt: skip
        telling(words, one.told)


def _construct(drawing: _Drawing, name: str, lines: Sequence[BoxLine], endogenous: bool) -> None:
    box = drawing.layout.boxes[name]
    drawing.axes.add_patch(
        FancyBboxPatch(
            (box.x - box.width / 2, box.y - box.height / 2),
            box.width,
            box.height,
            boxstyle="round,pad=0,rounding_size=0.09",
            facecolor="#fdf1e7" if endogenous else "#eaf3fa",
            edgecolor=INK,
            linewidth=0.9,
            zorder=4,
        )
    )
    y = box.y + sum(line.height for line in lines) / 2
    for line in lines:
        drawing.axes.text(
            box.x, y - line.height / 2, line.text,
            ha="center", va="center", fontsize=line.size, fontweight=line.weight, color=line.color, zorder=5,
        )  # fmt: skip
        y -= line.height


def _key_lines(shown: Sequence[Coefficient], setting: Setting) -> list[tuple[str, str]]:
    """(kind of arrow, what it means) for the kinds that occur, then what stands beside the arrows."""
    wording = setting.wording
    limit = wording.numbers.fixed(setting.alpha, 2, bounded=True)
    level = wording.numbers.percentage(100 * setting.level, 0)
    kinds = {one.kind for one in shown}
    lines: list[tuple[str, str]] = [
        (kind, wording.fill(f"figures.path.{kind}", alpha=limit))
        for kind in ("certain", "uncertain")
        if kind in kinds
    ]
    if "open" in kinds:
        lines.append(("open", wording["figures.path.open"]))
    lines.append(("", wording.fill("figures.path.interval", level=level)))
    if any("*" in one.above + one.below for one in shown):
        limits = {
            f"p{len(mark)}": wording.numbers.fixed(p, decimals, bounded=True) for p, decimals, mark in STARS
        }
        lines[-1] = "", f"{lines[-1][1]}  {wording.fill('figures.path.stars', **limits)}"
    return lines


def _key(axes: Axes, lines: Sequence[tuple[str, str]], left: float) -> None:
    """What the kinds of arrows mean."""
    colors: Mapping[str, str] = {"certain": BLUE}
    for row, (kind, text) in enumerate(lines):
        y = -0.14 - KEY_LINE * row
        if kind:
            color = colors.get(kind, GREY)
            axes.plot([left, left + 0.35], [y, y], linestyle=DASHES[kind], color=color, linewidth=1.5)
        axes.text(left + 0.45 if kind else left, y, text, va="center", fontsize=7.5, color=INK)
