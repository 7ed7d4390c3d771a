"""Tables of loadings and of HTMT ratios as heat maps that can be read number by number."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from smartcity_survey.report.figures.drawing import (
    DIVERGING,
    INK,
    MUTED,
    PAPER,
    SEQUENTIAL,
    VERMILION,
    WIDTH,
    styled,
    text_on,
)
from smartcity_survey.report.labels import Labels
from smartcity_survey.report.setting import Setting
from smartcity_survey.study.limits import limit

HTMT_LIMITS = (limit("htmt_distinct"), limit("htmt_similar"))
"""Of distinct and of similar constructs."""
MOST_NUMBERED = 15
"""Components beyond which the numbers of small loadings would run into each other, and are left out."""


@styled
def plot_loadings(loadings: pd.DataFrame, setting: Setting) -> Figure:
    """Rotated loadings, items down and components across; small ones are grey.

    Shades follow the squared loading, the share of variance, so that large ones can be told apart.

    Parameters
    ----------
    loadings : columns `item, component_1 ... component_k`, one line per item.
    """
    wording, labels = setting.wording, setting.labels
    values = loadings.drop(columns="item").to_numpy(dtype=np.float64)
    items = list(loadings["item"])
    p, k = values.shape
    figure = Figure(figsize=(WIDTH, 0.9 + 0.205 * p), layout="constrained")
    axes = figure.subplots()
    shown = np.abs(values) >= setting.suppress_below
    colors = np.where(shown[:, :, None], DIVERGING((1 + values * np.abs(values)) / 2), to_rgba(PAPER))
    axes.pcolormesh(colors, edgecolors="white", linewidth=1.2)
    for row, column in np.argwhere(shown if k > MOST_NUMBERED else np.isfinite(values)).tolist():
        large = shown[row, column]
        axes.text(
            column + 0.5,
            row + 0.52,
            wording.numbers.fixed(values[row, column], 2, bounded=True),
            ha="center",
            va="center",
            in_layout=False,
            fontsize=7.5 if large else 6.5,
            color=text_on(tuple(colors[row, column])) if large else "#8a96a3",
        )
    _grid_axes(axes, p, k)
    axes.set_xticks(np.arange(k) + 0.5, [str(number) for number in range(1, k + 1)])
    axes.set_xlabel(wording["figures.loadings.x"])
    axes.xaxis.set_label_position("top")
    _item_labels(axes, items, labels)
    _construct_rules(axes, items, labels, k)
    return figure


@styled
def plot_htmt(htmt: pd.DataFrame, setting: Setting) -> Figure:
    """HTMT ratios below the diagonal; frames mark those past the usual limits.

    Parameters
    ----------
    htmt : column `construct`, then one column per construct in the same order.
    """
    wording, labels = setting.wording, setting.labels
    names = list(htmt["construct"])
    values = htmt[names].to_numpy(dtype=np.float64)
    c = len(names)
    figure = Figure(figsize=(WIDTH, 0.9 + 0.44 * c), layout="constrained")
    axes = figure.subplots()
    for row in range(1, c):
        for column in range(row):
            value = values[row, column] if np.isfinite(values[row, column]) else values[column, row]
            color = SEQUENTIAL(value)
            past = value >= HTMT_LIMITS[0].value
            axes.add_patch(
                Rectangle(
                    (column + 0.03, row - 0.97),
                    0.94,
                    0.94,
                    facecolor=color,
                    edgecolor=VERMILION if past else "none",
                    linewidth=2 if value >= HTMT_LIMITS[1].value else 1.1,
                    linestyle="-" if value >= HTMT_LIMITS[1].value else (0, (2, 1)),
                )
            )
            axes.text(
                column + 0.5,
                row - 0.48,
                wording.numbers.fixed(value, 2, bounded=True),
                ha="center",
                va="center",
                in_layout=False,
                color=text_on(color),
                fontweight="bold" if past else "normal",
            )
    _grid_axes(axes, c - 1, c - 1)
    axes.set_yticks(np.arange(c - 1) + 0.5, [labels.construct(name) for name in names[1:]])
    axes.set_xticks(
        np.arange(c - 1) + 0.5, [labels.construct(name).replace(" ", "\n") for name in names[:-1]]
    )
    axes.tick_params(labelsize=8)
    limits = [wording.numbers.fixed(one.value, one.decimals, bounded=True) for one in HTMT_LIMITS]
    frames = [
        Rectangle((0, 0), 1, 1, facecolor="none", edgecolor=VERMILION, linewidth=1.1, linestyle=(0, (2, 1))),
        Rectangle((0, 0), 1, 1, facecolor="none", edgecolor=VERMILION, linewidth=2),
    ]
    texts = [wording.fill("figures.htmt.past", limit=limit) for limit in limits]
    axes.legend(frames, texts, loc="upper right", handlelength=1.4, handleheight=1.2)
    return figure


def _grid_axes(axes: Axes, rows: int, columns: int) -> None:
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _item_labels(axes: Axes, items: Sequence[str], labels: Labels) -> None:
    """Item code next to its row, the wording in muted type to its left."""
    axes.set_yticks(np.arange(len(items)) + 0.5, [f"{labels.items.get(item, '')}   {item}" for item in items])
    axes.tick_params(axis="y", labelsize=7.5, labelcolor=INK)


def _construct_rules(axes: Axes, items: Sequence[str], labels: Labels, width: int) -> None:
    """A thin line wherever the next item belongs to another construct."""
    for row, (before, after) in enumerate(pairwise(items), start=1):
        if labels.owner.get(before) != labels.owner.get(after):
            axes.plot([0, width], [row, row], color=MUTED, linewidth=0.8, clip_on=False)
