"""Scree plot: how many components stand out from chance."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smartcity_survey.report.figures.drawing import (
    BLUE,
    FAINT,
    INK,
    MUTED,
    VERMILION,
    WIDTH,
    number_axis,
    styled,
)
from smartcity_survey.report.setting import Setting

SHOWN = 20
"""Components drawn; later ones only repeat the floor."""
BEYOND, LEAST_NEAR = 4, 8
"""Components of the enlarged panel past the last that is named in numbers, and how many it has at least."""
LABEL_ROOM = 0.09
"""Share of the panel's height that a number takes."""
MOST_LEVEL = 9
"""Numbers that stand side by side; more are turned."""


@styled
def plot_scree(eigenvalues: pd.DataFrame, setting: Setting) -> Figure:
    """Eigenvalues in falling order beside those of random data; at right the region where the choice is made.

    Parameters
    ----------
    eigenvalues : columns `component, eigenvalue, parallel_mean, parallel_quantile`.
    """
    wording = setting.wording
    figure = Figure(figsize=(WIDTH, 3.5), layout="constrained")
    whole, near = figure.subplots(1, 2, width_ratios=(1, 1.35))
    above_one = int((eigenvalues["eigenvalue"] > 1).sum())
    named = min(above_one + 1, len(eigenvalues), SHOWN)
    for axes, shown in (
        (whole, eigenvalues.head(SHOWN)),
        (near, eigenvalues.head(min(SHOWN, max(named + BEYOND, LEAST_NEAR)))),
    ):
        _lines(axes, shown, setting)
        axes.set_xlabel(wording["figures.scree.x"])
        axes.set_xlim(shown["component"].iloc[0] - 0.6, shown["component"].iloc[-1] + 0.6)
        number_axis(axes, "x", wording.numbers, 0)
        number_axis(axes, "y", wording.numbers)
    whole.set_ylabel(wording["figures.scree.y"])
    whole.set_title(wording["figures.scree.whole"])
    whole.set_ylim(-0.03 * eigenvalues["eigenvalue"].max())
    near.set_title(wording["figures.scree.near"])
    near.set_xlim(1.4)
    near.set_ylim(*_decision_range(shown))
    _name_values(near, shown.iloc[1:named], setting)
    figure.legend(*whole.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def _name_values(axes: Axes, points: pd.DataFrame, setting: Setting) -> None:
    """Eigenvalues in numbers: beside their points where no line is near, below all lines elsewhere."""
    low, high = axes.get_ylim()
    rooms = LABEL_ROOM * (high - low)
    lines = points[["parallel_mean", "parallel_quantile"]].assign(kaiser=1.0)
    for (_, point), (_, others) in zip(points.iterrows(), lines.iterrows(), strict=True):
        value = point["eigenvalue"]
        free = ((others - value).abs() > rooms).all()
        place, shift, ha, va = (
            (value, (5, 2), "left", "bottom")
            if free
            else (min(value, others.min()), (0, -5), "center", "top")
        )
        axes.annotate(
            setting.wording.numbers.fixed(value, 2),
            (point["component"], place),
            shift,
            textcoords="offset points",
            ha=ha,
            va=va,
            fontsize=7,
            rotation=90 if len(points) > MOST_LEVEL else 0,
            color=INK if value > 1 else MUTED,
        )


def _lines(axes: Axes, shown: pd.DataFrame, setting: Setting) -> None:
    wording = setting.wording
    quantile = wording.numbers.percentage(100 * setting.parallel_quantile, 0)
    axes.axhline(1, color=MUTED, linewidth=0.9, linestyle=(0, (1, 2)), label=wording["figures.scree.kaiser"])
    for column, style in (("parallel_quantile", (0, (5, 2))), ("parallel_mean", (0, (2, 2)))):
        axes.plot(
            shown["component"],
            shown[column],
            color=VERMILION,
            linestyle=style,
            linewidth=1.1,
            label=wording.fill(f"figures.scree.{column}", quantile=quantile),
        )
    axes.plot(
        shown["component"],
        shown["eigenvalue"],
        color=BLUE,
        marker="o",
        markersize=4,
        label=wording["figures.scree.survey"],
    )
    axes.grid(axis="y", color=FAINT)


def _decision_range(shown: pd.DataFrame) -> tuple[float, float]:
    """Vertical range that shows where eigenvalues meet chance, with room below; the first is left out."""
    later = shown["eigenvalue"].iloc[1:]
    low = min(shown["eigenvalue"].min(), shown["parallel_mean"].min(), 1)
    high = max(later.max(), shown["parallel_quantile"].max())
    return low - 0.12 * (high - low), high + 0.12 * (high - low)
