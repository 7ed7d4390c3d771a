"""Specification curves: what every defensible analysis says of each hypothesis, and which choices decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from scipy import special

from smartcity_survey.report.figures.drawing import (
    BLUE,
    INK,
    MUTED,
    SEQUENTIAL,
    VERMILION,
    WIDTH,
    number_axis,
    styled,
)
from smartcity_survey.report.figures.long_labels import in_lines
from smartcity_survey.report.names import option_text
from smartcity_survey.report.setting import Setting
from smartcity_survey.stages.evidence.curve_panel import CHOICES, CurvePanel, curve_panel, with_missing
from smartcity_survey.stats.core.types import Array, BoolArray

ACROSS = 6
"""Hypotheses side by side; further ones stand below."""
SHOWN = 120
"""Specifications drawn one by one, evenly spaced along a curve."""
BINS = 40
"""Parts of a curve whose choices are counted."""
PALE, BAND = "#a3aeb9", "#dfe5ea"
PRINTED: Mapping[str, Any] = {
    **{"color": VERMILION, "linewidth": 1, "linestyle": (0, (3, 2))},
    **{"marker": "D", "markersize": 4, "markeredgewidth": 0},
}
ROW, CURVE, HEAD = 0.148, 1.8, 0.5
"""Inches: a line of the choice panel, the curve, and the names above it."""


@styled
def plot_specification_curve(curve: pd.DataFrame, hypotheses: pd.DataFrame, setting: Setting) -> Figure:
    """One column per hypothesis: its sorted estimates, and below them how often each option is chosen there.

    Where a print leaves the answers open, which specifications confirm is open too and is not shown.

    Parameters
    ----------
    curve : the stage file `specification_curve`.
    hypotheses : `hypothesis, predictor, method, estimate`; a method `published` is marked beside the curve.
    """
    names = list(curve["hypothesis"].unique())
    choices = with_missing(CHOICES, curve.columns)
    panels = {name: curve_panel(curve, name, choices) for name in names}
    options = choice_lines(list(panels.values()))
    bands = [names[start : start + ACROSS] for start in range(0, len(names), ACROSS)]
    panel_height = ROW * (len(options) + 1)
    tight = ConstrainedLayoutEngine(w_pad=0.05, h_pad=0.03, wspace=0, hspace=0)
    figure = Figure(figsize=(WIDTH, 0.45 + (HEAD + CURVE + panel_height) * len(bands)), layout=tight)
    grid = figure.subplots(
        2 * len(bands),
        min(len(names), ACROSS),
        squeeze=False,
        height_ratios=[CURVE, panel_height] * len(bands),
    )
    limits = _limits(panels)
    claims = {name: hypotheses[hypotheses["hypothesis"] == name] for name in names}
    depth = max(_predictor(own, setting).count("\n") + 1 for own in claims.values())
    for band, (above, below) in zip(bands, zip(grid[::2], grid[1::2], strict=True), strict=True):
        for axes in (*above[len(band) :], *below[len(band) :]):
            axes.set_axis_off()
        for position, (name, top, bottom) in enumerate(zip(band, above, below, strict=False)):
            _name(top, claims[name], depth, setting)
            _curve(top, panels[name], claims[name], limits, setting)
            _choices(bottom, panels[name], options, setting)
            if position:
                top.tick_params(labelleft=False, left=False)
            else:
                _name_choices(bottom, options, setting)
                top.set_ylabel(setting.wording["figures.specification_curve.y"], fontsize=7.5)
    figure.legend(
        handles=_legend(setting, "published" in set(hypotheses["method"])),
        loc="outside lower center",
        ncols=4,
        columnspacing=1.4,
    )
    return figure


def choice_lines(panels: Sequence[CurvePanel]) -> list[tuple[str, str | None]]:
    """Lines of the choice panel: a choice, then its options. A choice with a single option shows nothing.

    An option may have no solution for one outcome and one for another: all that some panel has are there.
    """
    options = dict.fromkeys(option for panel in panels for option in panel.options)
    lines: list[tuple[str, str | None]] = []
    for choice in dict.fromkeys(choice for choice, _ in options):
        own = [option for one, option in options if one == choice]
        if len(own) > 1:
            lines += [(choice, None), *((choice, option) for option in own)]
    return lines


def _limits(panels: dict[str, CurvePanel]) -> tuple[float, float]:
    """Range of all curves with nearly all of their intervals, zero included."""
    low = min(np.quantile(panel.estimate - 2 * panel.std_error, 0.02) for panel in panels.values())
    high = max(np.quantile(panel.estimate + 2 * panel.std_error, 0.98) for panel in panels.values())
    return float(min(low, 0)), float(max(high, 0))


def _name(axes: Axes, own: pd.DataFrame, depth: int, setting: Setting) -> None:
    """A hypothesis and its predictor above the curve; the longest name of all has `depth` lines."""
    height = 4 + 9.5 * depth
    for text, level, size, weight in (
        (str(own["hypothesis"].iloc[0]), height + 12, 8.5, "bold"),
        (_predictor(own, setting), height, 7.5, "normal"),
    ):
        axes.annotate(
            text,
            (0.5, 1),
            (0, level),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=size,
            fontweight=weight,
        )


def _predictor(own: pd.DataFrame, setting: Setting) -> str:
    return in_lines(setting.labels.construct(str(own["predictor"].iloc[0])), 13, 4)


def _curve(
    axes: Axes, panel: CurvePanel, own: pd.DataFrame, limits: tuple[float, float], setting: Setting
) -> None:
    S = len(panel.estimate)
    shown = np.unique(np.linspace(0, S - 1, min(S, SHOWN)).round().astype(int))
    x, estimate = (shown + 0.5) / S, panel.estimate[shown]
    reach = float(special.ndtri(1 - setting.alpha / 2)) * panel.std_error[shown]
    axes.fill_between(x, estimate - reach, estimate + reach, color=BAND, linewidth=0)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    colors = [BLUE if yes else PALE for yes in panel.confirmed[shown]] if not setting.bounded else [MUTED]
    axes.scatter(x, estimate, s=3.2, c=colors, linewidths=0, zorder=3)
    for value in own.loc[own["method"] == "published", "estimate"]:
        axes.plot([0, 1], [value, value], markevery=[1], clip_on=False, zorder=4, **PRINTED)
    axes.set_xlim(0, 1)
    axes.set_ylim(*limits)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    number_axis(axes, "y", setting.wording.numbers)
    axes.tick_params(labelsize=7.5)


def _choices(
    axes: Axes, panel: CurvePanel, lines: Sequence[tuple[str, str | None]], setting: Setting
) -> None:
    """Share confirmed, then a line per option: the darker, the more of the specifications there take it."""
    wording = setting.wording
    shades = np.full((len(lines), min(BINS, len(panel.estimate))), np.nan)
    for row, line in enumerate(lines):
        if line[1] is not None and line in panel.options:
            shades[row] = _relative_frequency(panel.chosen[panel.options.index((line[0], line[1]))])
    axes.imshow(
        shades,
        cmap=SEQUENTIAL,
        vmin=0,
        vmax=2,
        aspect="auto",
        interpolation="nearest",
        extent=(0, 1, len(lines) + 0.5, 0.5),
    )
    axes.hlines(np.arange(0.5, len(lines) + 1), 0, 1, color="white", linewidth=1.6)
    if not setting.bounded:
        share = float(np.average(panel.confirmed, weights=panel.weight))
        axes.text(
            0.5,
            -0.1,
            wording.numbers.percentage(100 * share, 0),
            ha="center",
            va="center",
            fontsize=8,
            fontweight="bold",
            color=INK,
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(len(lines) + 0.5, -0.7)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _name_choices(axes: Axes, lines: Sequence[tuple[str, str | None]], setting: Setting) -> None:
    """Names of the lines on the left; those of choices in bold."""
    wording = setting.wording
    texts = [
        wording.value("choice", choice) if option is None else option_text(choice, option, setting)
        for choice, option in lines
    ]
    first = "" if setting.bounded else wording["columns.share_confirmed"]
    axes.set_yticks([-0.1, *range(1, len(lines) + 1)], [first, *texts])
    axes.tick_params(length=0, labelsize=7, labelcolor=INK)
    headings = [0, *(row for row, line in enumerate(lines, start=1) if line[1] is None)]
    for row in headings:
        axes.get_yticklabels()[row].set_fontweight("bold")


def _relative_frequency(chosen: BoolArray) -> Array:
    """How much more often than on the whole an option is taken in each part of the curve; 1: as often."""
    parts = np.array_split(chosen, min(BINS, len(chosen)))
    return np.asarray([part.mean() for part in parts] / chosen.mean(), dtype=np.float64)


def _legend(setting: Setting, published: bool) -> list[Line2D]:
    wording = setting.wording

    def dot(color: str, key: str) -> Line2D:
        text = wording[f"figures.specification_curve.{key}"]
        return Line2D([], [], linestyle="", marker="o", markersize=4, color=color, label=text)

    level = wording.numbers.percentage(100 * (1 - setting.alpha), 0)
    interval = wording.fill("figures.specification_curve.interval", level=level)
    dots = [dot(BLUE, "confirmed"), dot(PALE, "not_confirmed")] if not setting.bounded else []
    entries = [*dots, Line2D([], [], color=BAND, linewidth=6, label=interval)]
    printed = Line2D([0, 1], [0, 0], label=wording["figures.specification_curve.printed"], **PRINTED)
    return [*entries, printed] if published else entries
