"""Correlations of the items as a heat map, construct by construct."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smartcity_survey.report.figures.drawing import (
    DIVERGING,
    INK,
    WIDTH,
    number_axis,
    styled,
    text_on,
)
from smartcity_survey.report.setting import Setting
from smartcity_survey.stats.core.types import Array


@styled
def plot_item_correlations(reproduced: pd.DataFrame, residual: pd.DataFrame, setting: Setting) -> Figure:
    """Correlations of items below the diagonal, their means within and between constructs above it.

    Parameters
    ----------
    reproduced, residual : `item`, then a column per item: correlations as the components give them back, and
        what is left of them; their sum is the sample's correlations.
    """
    wording, labels = setting.wording, setting.labels
    items = [str(item) for item in reproduced["item"]]
    R = observed_correlations(reproduced, residual)
    edges = block_edges([labels.owner.get(item, "") for item in items])
    p = len(items)
    figure = Figure(figsize=(WIDTH, WIDTH * 0.94 if p > 20 else 2.2 + 0.2 * p), layout="constrained")
    axes = figure.subplots()
    lower = np.ma.masked_where(~np.tri(p, dtype=bool), R)
    image = axes.pcolormesh(lower, cmap=DIVERGING, vmin=-1, vmax=1, edgecolors="white", linewidth=0.3)
    for rows in pairwise(edges):
        for columns in pairwise(edges):
            if columns[0] >= rows[0]:
                _block(axes, R, rows, columns, setting)
    axes.set_xlim(0, p)
    axes.set_ylim(p, 0)
    axes.set_aspect("equal")
    _names(axes, items, edges, setting)
    bar = figure.colorbar(image, ax=axes, shrink=0.5, aspect=24, pad=0.02)
    bar.outline.set_visible(False)
    number_axis(bar.ax, "y", wording.numbers, bins=4)
    bar.set_label(wording["figures.item_correlations.scale"])
    return figure


def observed_correlations(reproduced: pd.DataFrame, residual: pd.DataFrame) -> Array:
    """The sample's item correlations (p, p), from what the components reproduce of them and what is left."""
    items = list(reproduced["item"])
    R = reproduced[items].to_numpy(np.float64) + residual[items].to_numpy(np.float64)
    np.fill_diagonal(R, 1.0)
    return np.asarray(R, dtype=np.float64)


def block_means(R: Array, rows: tuple[int, int], columns: tuple[int, int]) -> float:
    """Mean correlation of the items of two constructs, or of the pairs of one."""
    block = R[slice(*rows), slice(*columns)]
    if rows != columns:
        return float(block.mean())
    n = len(block)
    return float((block.sum() - n) / (n * (n - 1))) if n > 1 else float("nan")


def block_edges(owners: list[str]) -> list[int]:
    """Where one construct's items end and the next one's begin, both ends of the list included."""
    inner = [place for place, (one, other) in enumerate(pairwise(owners), start=1) if one != other]
    return [0, *inner, len(owners)]


def _block(axes: Axes, R: Array, rows: tuple[int, int], columns: tuple[int, int], setting: Setting) -> None:
    """The mean of two constructs' items above the diagonal; of one construct's own within its triangle."""
    mean = block_means(R, rows, columns)
    if np.isnan(mean):
        return
    color = DIVERGING((1 + mean) / 2)
    (top, bottom), (left, right) = rows, columns
    if rows == columns:
        corners = [(place, place) for place in range(top, bottom)]
        steps = [corner for x, _ in corners for corner in ((x + 1, x), (x + 1, x + 1))]
        outline = np.array([(top + 1, top), *steps[1:-1], (bottom, bottom - 1), (bottom, top)], dtype=float)
        axes.fill(*outline.T, color=color, linewidth=0)
        x, y = right - (right - left) / 3 + 0.2, top + (bottom - top) / 3 - 0.2
    else:
        axes.fill([left, right, right, left], [top, top, bottom, bottom], facecolor=color, edgecolor="white")
        x, y = (left + right) / 2, (top + bottom) / 2
    axes.text(
        x, y, setting.wording.numbers.fixed(mean, 2, bounded=True),
        ha="center", va="center", fontsize=7, fontweight="bold" if rows == columns else "normal",
        color=text_on(color), in_layout=False,
    )  # fmt: skip


def _names(axes: Axes, items: list[str], edges: list[int], setting: Setting) -> None:
    """Item codes at the left, constructs above, white lines between constructs."""
    p = len(items)
    axes.set_yticks(np.arange(p) + 0.5, items)
    axes.tick_params(axis="y", length=0, labelsize=5.6 if p > 30 else 7, labelcolor=INK)
    axes.xaxis.tick_top()
    middles = [(one + other) / 2 for one, other in pairwise(edges)]
    owners = [setting.labels.owner.get(items[edge], "") for edge in edges[:-1]]
    names = [setting.labels.construct(name).replace(" ", "\n") for name in owners]
    axes.set_xticks(middles, names)
    axes.tick_params(axis="x", length=0, labelsize=7, labelcolor=INK)
    for edge in edges:
        axes.axhline(edge, color="white", linewidth=1.6)
        axes.axvline(edge, color="white", linewidth=1.6)
    for spine in axes.spines.values():
        spine.set_visible(False)
