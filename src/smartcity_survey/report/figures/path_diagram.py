"""Path diagram of the PLS-SEM model: constructs, path coefficients with intervals, variance explained."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from smartcity_survey.report.figures.drawing import BLUE, INK, MUTED, VERMILION, WIDTH, styled
from smartcity_survey.report.figures.path_layout import Box, Edge, Layout, lay_out
from smartcity_survey.report.labels import Labels
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.wording import Wording

BOX = (2.2, 0.56)
COEFFICIENT = (0.74, 0.32)
ROW = 0.78
INCHES_PER_LETTER = 0.083
"""Of the constructs' names, for breaking them into lines."""


@styled
def plot_path_diagram(
    paths: pd.DataFrame, quality: pd.DataFrame, loadings: pd.DataFrame, setting: Setting
) -> Figure:
    """The structural model from left to right; arrows that do not reach `alpha` are dashed and grey.

    Parameters
    ----------
    paths : `path` ("source -> target"), `estimate, ci_low, ci_high, p`.
    quality : `construct, r2`.
    loadings : `construct, item, loading`.
    """
    wording, labels, alpha = setting.wording, setting.labels, setting.alpha
    lines: dict[Edge, pd.Series] = {}
    for _, line in paths.iterrows():
        source, _, target = str(line["path"]).partition(" -> ")
        lines[source, target] = line
    names = list(dict.fromkeys(loadings["construct"]))
    layout = lay_out(names, list(lines), WIDTH - 0.1, BOX, COEFFICIENT, ROW)
    figure = Figure(figsize=(WIDTH, layout.height + 0.45))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-0.05, WIDTH - 0.05)
    axes.set_ylim(-0.4, layout.height + 0.05)
    axes.set_axis_off()
    largest = max(abs(line["estimate"]) for line in lines.values())
    for edge, line in lines.items():
        _arrow(axes, layout, edge, line, largest, alpha)
    for edge, line in lines.items():
        _coefficient(axes, layout.labels[edge], line, alpha, wording)
    explained = quality.set_index("construct")["r2"].dropna()
    for name, box in layout.boxes.items():
        own = loadings.loc[loadings["construct"] == name, "loading"]
        _construct(axes, box, name, own, explained.get(name), wording, labels)
    _key(axes, alpha, wording)
    return figure


def _arrow(axes: Axes, layout: Layout, edge: Edge, line: pd.Series, largest: float, alpha: float) -> None:
    curve = layout.arrows[edge]
    certain = line["p"] < alpha
    axes.add_patch(
        FancyArrowPatch(
            path=Path(curve, [Path.MOVETO, *[Path.CURVE4] * (len(curve) - 1)]),
            arrowstyle="-|>,head_length=5,head_width=2.6",
            linewidth=1.0 + 2.2 * abs(line["estimate"]) / largest if certain else 1.0,
            linestyle="-" if certain else (0, (4, 3)),
            color=_color(line, alpha),
            shrinkA=0,
            shrinkB=1,
            joinstyle="miter",
            zorder=1,
        )
    )


def _color(line: pd.Series, alpha: float) -> str:
    if line["p"] >= alpha:
        return "#8a96a3"
    return BLUE if line["estimate"] > 0 else VERMILION


def _coefficient(axes: Axes, box: Box, line: pd.Series, alpha: float, wording: Wording) -> None:
    style = wording.numbers
    axes.add_patch(
        FancyBboxPatch(
            (box.x - box.width / 2, box.y - box.height / 2),
            box.width,
            box.height,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="white",
            edgecolor="none",
            zorder=2,
        )
    )
    axes.text(
        box.x,
        box.y + 0.075,
        style.fixed(line["estimate"], 3, bounded=True),
        ha="center",
        va="center",
        fontsize=9.5,
        fontweight="bold",
        color=_color(line, alpha) if line["p"] < alpha else MUTED,
        zorder=3,
    )
    axes.text(
        box.x,
        box.y - 0.085,
        style.range(line["ci_low"], line["ci_high"], 2, bounded=True),
        ha="center",
        va="center",
        fontsize=6.8,
        color=MUTED,
        zorder=3,
    )


def _construct(
    axes: Axes,
    box: Box,
    name: str,
    loadings: pd.Series,
    explained: float | None,
    wording: Wording,
    labels: Labels,
) -> None:
    style = wording.numbers
    axes.add_patch(
        FancyBboxPatch(
            (box.x - box.width / 2, box.y - box.height / 2),
            box.width,
            box.height,
            boxstyle="round,pad=0,rounding_size=0.09",
            facecolor="#eaf3fa" if explained is None else "#fdf1e7",
            edgecolor=INK,
            linewidth=0.9,
            zorder=4,
        )
    )
    title = textwrap.fill(labels.construct(name), max(10, int(box.width / INCHES_PER_LETTER)))
    measured = wording.fill(
        "figures.path.measured",
        n=style.count(len(loadings)),
        low=style.fixed(loadings.min(), 2, bounded=True),
        high=style.fixed(loadings.max(), 2, bounded=True),
    )
    lines = [(title, 8.8, "bold", INK), (measured, 6.8, "normal", MUTED)]
    if explained is not None:
        lines.insert(1, (f"R² = {style.fixed(explained, 3, bounded=True)}", 9.5, "bold", VERMILION))
    heights = [(text.count("\n") + 1) * size * 1.45 / 72 for text, size, _, _ in lines]
    y = box.y + sum(heights) / 2
    for (text, size, weight, color), height in zip(lines, heights, strict=True):
        axes.text(
            box.x,
            y - height / 2,
            text,
            ha="center",
            va="center",
            fontsize=size,
            fontweight=weight,
            color=color,
            zorder=5,
        )
        y -= height


def _key(axes: Axes, alpha: float, wording: Wording) -> None:
    """What solid and dashed arrows mean."""
    limit = wording.numbers.fixed(alpha, 2, bounded=True)
    for x, key, dash, color in (
        (0.0, "certain", "-", BLUE),
        (WIDTH / 2, "uncertain", (0, (4, 3)), "#8a96a3"),
    ):
        axes.plot([x, x + 0.35], [-0.24, -0.24], linestyle=dash, color=color, linewidth=1.5)
        axes.text(
            x + 0.45,
            -0.24,
            wording.fill(f"figures.path.{key}", alpha=limit),
            va="center",
            fontsize=7.5,
            color=INK,
        )
