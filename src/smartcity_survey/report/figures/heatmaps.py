"""Tables of loadings and of HTMT ratios as heat maps that can be read number by number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

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
    RUST,
    SEQUENTIAL,
    VERMILION,
    WIDTH,
    styled,
    text_on,
)
from smartcity_survey.report.figures.long_labels import ITEM, in_lines
from smartcity_survey.report.labels import Labels
from smartcity_survey.report.setting import Setting
from smartcity_survey.study.limits import limit

HTMT_LIMITS = (limit("htmt_distinct"), limit("htmt_similar"))
"""Of distinct and of similar constructs."""
FRAMES: tuple[dict[str, Any], ...] = (
    {"edgecolor": VERMILION, "linewidth": 1.1, "linestyle": (0, (2, 1))},
    {"edgecolor": VERMILION, "linewidth": 2, "linestyle": "-"},
)
"""Of a pair past the first and past the second of the limits."""
DROPPED = "†"
"""Beside an item that is left out of the scales."""
MOST_NUMBERED = 15
"""Components beyond which the numbers of small loadings would run into each other, and are left out."""


@styled
def plot_loadings(
    loadings: pd.DataFrame, setting: Setting, *, item_retention: pd.DataFrame | None = None
) -> Figure:
    """Rotated loadings, items down and components across; small ones are grey.

    Items stand by the component they load on most, the largest loading first. Shades follow the squared
    loading, the share of variance, so that large ones can be told apart.

    Parameters
    ----------
    loadings : columns `item, component_1 ... component_k`, one line per item.
    item_retention : `item, retained`; items that are left out of the scales are marked.
    """
    wording = setting.wording
    loadings = by_component(loadings)
    values = loadings.drop(columns="item").to_numpy(dtype=np.float64)
    items = list(loadings["item"])
    p, k = values.shape
    dropped = dropped_items(item_retention)
    texts = _item_labels(items, dropped, setting.labels)
    row_height = 0.28 if any("\n" in text for text in texts) else 0.205
    figure = Figure(figsize=(WIDTH, 0.9 + row_height * p), layout="constrained")
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
            color=text_on(tuple(colors[row, column])) if large else MUTED,
        )
    _grid_axes(axes, p, k)
    axes.set_xticks(np.arange(k) + 0.5, [str(number) for number in range(1, k + 1)])
    axes.set_xlabel(wording["figures.loadings.x"])
    axes.xaxis.set_label_position("top")
    _name_rows(axes, items, texts, dropped)
    if dropped & set(items):
        note = f"{DROPPED} {wording['figures.loadings.dropped']}"
        axes.text(k, p + 0.75, note, ha="right", va="center", fontsize=7.5, color=RUST)
    most = np.abs(values).argmax(axis=1)
    for edge in np.flatnonzero(np.diff(most)) + 1:
        axes.plot([0, k], [edge, edge], color=MUTED, linewidth=0.8, clip_on=False)
    return figure


def by_component(loadings: pd.DataFrame) -> pd.DataFrame:
    """Lines sorted by the component of an item's largest loading, and by its size there."""
    sizes = loadings.drop(columns="item").abs()
    order = pd.DataFrame({"most": sizes.to_numpy().argmax(axis=1), "size": -sizes.max(axis=1).to_numpy()})
    return loadings.iloc[order.sort_values(["most", "size"], kind="stable").index].reset_index(drop=True)


def dropped_items(item_retention: pd.DataFrame | None) -> set[str]:
    """Items that are left out of the scales."""
    if item_retention is None:
        return set()
    return set(item_retention.loc[~item_retention["retained"].astype(bool), "item"])


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
    past = set()
    for row in range(1, c):
        for column in range(row):
            value = values[row, column] if np.isfinite(values[row, column]) else values[column, row]
            reached = [place for place, one in enumerate(HTMT_LIMITS) if value >= one.value]
            past |= set(reached[-1:])
            color = SEQUENTIAL(value)
            axes.add_patch(
                Rectangle(
                    (column + 0.03, row - 0.97),
                    0.94,
                    0.94,
                    facecolor=color,
                    **(FRAMES[reached[-1]] if reached else {"edgecolor": "none"}),
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
                fontweight="bold" if reached else "normal",
            )
    _grid_axes(axes, c - 1, c - 1)
    axes.set_yticks(np.arange(c - 1) + 0.5, [in_lines(labels.construct(name), 24) for name in names[1:]])
    axes.set_xticks(np.arange(c - 1) + 0.5, [_upright(labels.construct(name)) for name in names[:-1]])
    axes.tick_params(labelsize=8)
    limits = [wording.numbers.fixed(one.value, one.decimals, bounded=True) for one in HTMT_LIMITS]
    entries = [
        (Rectangle((0, 0), 1, 1, facecolor="none", **FRAMES[place]), "past", limits[place])
        for place in sorted(past)
    ]
    if not entries:  # a figure without frames says so
        entries = [(Rectangle((0, 0), 1, 1, facecolor="none", edgecolor="none"), "none_past", limits[0])]
    axes.legend(
        [frame for frame, _, _ in entries],
        [wording.fill(f"figures.htmt.{key}", limit=limit) for _, key, limit in entries],
        loc="upper right",
        handlelength=1.4,
        handleheight=1.2,
    )
    return figure


def _upright(name: str) -> str:
    """A name word by word, as columns are narrow; a long one in lines of several words."""
    words = name.split()
    return "\n".join(words) if len(words) < 4 and max(map(len, words)) < 15 else in_lines(name, 14, 4)


def _grid_axes(axes: Axes, rows: int, columns: int) -> None:
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _item_labels(items: Sequence[str], dropped: Collection[str], labels: Labels) -> list[str]:
    """Item code next to its row, the wording to its left; items left out have a sign."""
    return [
        f"{in_lines(labels.items.get(item, ''), ITEM)}   {item}{f' {DROPPED}' if item in dropped else ''}"
        for item in items
    ]


def _name_rows(axes: Axes, items: Sequence[str], texts: Sequence[str], dropped: Collection[str]) -> None:
    """The labels of the rows; items left out have a colour."""
    axes.set_yticks(np.arange(len(items)) + 0.5, texts)
    axes.tick_params(axis="y", labelsize=7.5, labelcolor=INK)
    for item, label in zip(items, axes.get_yticklabels(), strict=True):
        if item in dropped:
            label.set_color(RUST)
