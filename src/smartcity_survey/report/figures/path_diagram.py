"""Path diagram of the PLS-SEM model: constructs, path coefficients with intervals, variance explained."""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from smartcity_survey.report.figures.drawing import BLUE, INK, MUTED, VERMILION, WIDTH, styled
from smartcity_survey.report.figures.path_layout import Box, Edge, Layout, box_width, lay_out
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.wording import Wording

WIDEST_BOX = 2.2
COEFFICIENT = (0.74, 0.32)
ROOM_OF_AN_ARROW = 0.14
"""Inches that each arrow's end takes on the side of a box."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in a box; sizes in points."""

    text: str
    size: float
    weight: str
    color: str

    @property
    def height(self) -> float:
        """Inches, with leading."""
        return (self.text.count("\n") + 1) * self.size * 1.45 / 72


@styled
def plot_path_diagram(
    paths: pd.DataFrame, quality: pd.DataFrame, loadings: pd.DataFrame, setting: Setting
) -> Figure:
    """The structural model from left to right; arrows that do not reach `alpha` are dashed and grey.

    Parameters
    ----------
    paths : `source, target, estimate, ci_low, ci_high, p`.
    quality : `construct, r2`.
    loadings : `construct, item, loading`.
    """
    wording, labels, alpha = setting.wording, setting.labels, setting.alpha
    lines: dict[Edge, pd.Series] = {
        (str(line["source"]), str(line["target"])): line for _, line in paths.iterrows()
    }
    names = list(dict.fromkeys(loadings["construct"]))
    across = box_width(names, list(lines), WIDTH - 0.1, WIDEST_BOX, COEFFICIENT[0])
    explained = quality.set_index("construct")["r2"].dropna()
    texts = {
        name: _texts(
            labels.construct(name),
            loadings.loc[loadings["construct"] == name, "loading"],
            explained.get(name),
            across,
            wording,
        )
        for name in names
    }
    arriving = Counter(target for _, target in lines)
    sizes = {
        name: (across, max(sum(line.height for line in own) + 0.2, ROOM_OF_AN_ARROW * (arriving[name] + 1)))
        for name, own in texts.items()
    }
    layout = lay_out(list(lines), sizes, WIDTH - 0.1, COEFFICIENT)
    figure = Figure(figsize=(layout.width + 0.1, layout.height + 0.45))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-0.05, layout.width + 0.05)
    axes.set_ylim(-0.4, layout.height + 0.05)
    axes.set_axis_off()
    largest = max(abs(line["estimate"]) for line in lines.values())
    for edge, line in lines.items():
        _arrow(axes, layout, edge, line, largest, alpha)
    for edge, line in lines.items():
        _coefficient(axes, layout.labels[edge], line, alpha, wording)
    for name, box in layout.boxes.items():
        _construct(axes, box, texts[name], endogenous=name in arriving)
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


def _texts(
    name: str, loadings: pd.Series, explained: float | None, across: float, wording: Wording
) -> list[Line]:
    """What stands in a construct's box, broken into lines that fit its width."""
    style = wording.numbers
    low, high = (style.fixed(end, 2, bounded=True) for end in (loadings.min(), loadings.max()))
    measured = (
        wording.fill("figures.path.measured", n=style.count(len(loadings)), low=low, high=high)
        if len(loadings) > 1
        else wording["figures.path.single"]
    )
    lines = [
        Line(_broken(name, 8.8, across), 8.8, "bold", INK),
        Line(_broken(measured, 6.8, across), 6.8, "normal", MUTED),
    ]
    if explained is not None:
        r2 = f"R² = {style.fixed(explained, 3, bounded=True)}"
        lines.insert(1, Line(r2, 9.5, "bold", VERMILION))
    return lines


def _broken(text: str, size: float, across: float) -> str:
    """Text in lines that fit; a letter of this typeface is about 0.68 of its size wide, even in bold."""
    return textwrap.fill(text, int(across / (0.68 * size / 72)))


def _construct(axes: Axes, box: Box, lines: list[Line], endogenous: bool) -> None:
    axes.add_patch(
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
        axes.text(
            box.x,
            y - line.height / 2,
            line.text,
            ha="center",
            va="center",
            fontsize=line.size,
            fontweight=line.weight,
            color=line.color,
            zorder=5,
        )
        y -= line.height


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
