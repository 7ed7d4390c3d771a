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
from smartcity_survey.report.wording import Wording

SHOWN = 20
"""Components drawn; later ones only repeat the floor."""


@styled
def plot_scree(eigenvalues: pd.DataFrame, setting: Setting) -> Figure:
    """Eigenvalues in falling order beside those of random data; at right the region where the choice is made.

    Parameters
    ----------
    eigenvalues : columns `component, eigenvalue, parallel_mean, parallel_quantile`.
    """
    wording = setting.wording
    figure = Figure(figsize=(WIDTH, 3.5), layout="constrained")
    whole, near = figure.subplots(1, 2, width_ratios=(1, 1.25))
    shown = eigenvalues.head(SHOWN)
    for axes in (whole, near):
        _lines(axes, shown, wording)
        axes.set_xlabel(wording["figures.scree.x"])
        number_axis(axes, "x", wording.numbers, 0)
        number_axis(axes, "y", wording.numbers)
    whole.set_ylabel(wording["figures.scree.y"])
    whole.set_title(wording["figures.scree.whole"])
    whole.set_ylim(0)
    near.set_title(wording["figures.scree.near"])
    near.set_xlim(1.4, len(shown) + 0.6)
    near.set_ylim(*_decision_range(shown))
    above_one = int((eigenvalues["eigenvalue"] > 1).sum())
    for component in range(2, min(above_one + 1, len(shown)) + 1):
        value = shown["eigenvalue"].iloc[component - 1]
        near.annotate(
            wording.numbers.fixed(value, 2),
            (component, value),
            (6, 3),
            textcoords="offset points",
            fontsize=7,
            color=INK if value > 1 else MUTED,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.6},
        )
    figure.legend(*whole.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def _lines(axes: Axes, shown: pd.DataFrame, wording: Wording) -> None:
    axes.axhline(1, color=MUTED, linewidth=0.9, linestyle=(0, (1, 2)), label=wording["figures.scree.kaiser"])
    for column, style in (("parallel_quantile", (0, (5, 2))), ("parallel_mean", (0, (2, 2)))):
        axes.plot(
            shown["component"],
            shown[column],
            color=VERMILION,
            linestyle=style,
            linewidth=1.1,
            label=wording[f"figures.scree.{column}"],
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
    """Vertical range that shows where eigenvalues meet chance; the first component is left out."""
    later = shown["eigenvalue"].iloc[1:]
    low = min(shown["eigenvalue"].min(), shown["parallel_mean"].min(), 1)
    return max(0, low - 0.15), 1.12 * max(later.max(), shown["parallel_quantile"].max())
