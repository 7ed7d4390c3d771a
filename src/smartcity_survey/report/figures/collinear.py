"""What predictors that go together hide: each alone and jointly, and the coefficients as ridge calms them."""

from __future__ import annotations

from itertools import cycle
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from smartcity_survey.report.figures.drawing import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    WIDTH,
    number_axis,
    styled,
)
from smartcity_survey.report.figures.long_labels import in_lines
from smartcity_survey.report.formats import formatter
from smartcity_survey.report.setting import Setting
from smartcity_survey.stats.core.types import Array

COLORS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, INK, MUTED)
MEASURES = {"zero_order": "ratio:2", "beta": "ratio:2", "lmg_share": "share:0", "vif": "fixed:1"}
"""Columns of the importance figure and how their values are written."""

NAMES = 0.46
"""Room for the predictors' names left of the lines, as a share of the width of the lines."""


@styled
def plot_importance(importance: pd.DataFrame, setting: Setting) -> Figure:
    """Every predictor alone, beside the others, and as a share of R2; the most important one on top.

    Parameters
    ----------
    importance : `outcome, predictor, zero_order, beta, lmg_share, vif`.
    """
    wording, labels = setting.wording, setting.labels
    outcomes = list(importance["outcome"].unique())
    counts = [int((importance["outcome"] == outcome).sum()) for outcome in outcomes]
    figure = Figure(figsize=(WIDTH, 0.95 * len(outcomes) + 0.3 * sum(counts)), layout="constrained")
    grid = figure.subplots(
        len(outcomes), len(MEASURES), squeeze=False, height_ratios=counts, width_ratios=(3, 3, 3, 2)
    )
    for row, outcome in zip(grid, outcomes, strict=True):
        own = importance[importance["outcome"] == outcome].sort_values("lmg_share", kind="stable")
        for axes, (measure, number_format) in zip(row, MEASURES.items(), strict=True):
            _bars(axes, own[measure].to_numpy(), number_format, setting)
            axes.set_title(in_lines(wording[f"figures.importance.{measure}"], 15), fontsize=8.5)
            axes.set_yticks(
                range(len(own)), [in_lines(labels.construct(name), 24) for name in own["predictor"]]
            )
            axes.tick_params(axis="y", length=0, labelcolor=INK, labelsize=8.5, labelleft=axes is row[0])
        if len(outcomes) > 1:
            row[0].set_ylabel(in_lines(labels.construct(outcome), 7 * len(own)), fontweight="bold")
    return figure


def _bars(axes: Axes, values: Array, number_format: str, setting: Setting) -> None:
    """Bars from zero, each with its value at its end."""
    write = formatter(number_format)
    axes.barh(range(len(values)), values, height=0.62, color=np.where(values < 0, VERMILION, BLUE))
    axes.axvline(0, color=MUTED, linewidth=0.9)
    span = max(values.max(), 0) - min(values.min(), 0)
    for position, value in enumerate(values):
        axes.annotate(
            write(setting.wording.numbers, float(value)),
            (value if value > 0 else max(value, 0), position),
            (3, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    axes.set_xlim(min(values.min(), 0) - 0.02 * span, max(values.max(), 0) + 0.34 * span)
    axes.set_xticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


@styled
def plot_ridge(trace: pd.DataFrame, setting: Setting) -> Figure:
    """Coefficients and largest VIF as the ridge penalty grows, from least squares at the left.

    Parameters
    ----------
    trace : `outcome, lambda, gcv, beta_<predictor> ..., max_vif, lambda_hkb`.
    """
    outcomes = list(trace["outcome"].unique())
    figure = Figure(figsize=(WIDTH, 4.4 * len(outcomes)), layout="constrained")
    grid = figure.subplots(
        2 * len(outcomes), 1, squeeze=False, sharex=True, height_ratios=(3.2, 1.15) * len(outcomes)
    )[:, 0]
    for outcome, upper, lower in zip(outcomes, grid[::2], grid[1::2], strict=True):
        own = trace[trace["outcome"] == outcome].dropna(axis=1, how="all")
        _trace(upper, own, setting)
        _inflation(lower, own, setting)
        if len(outcomes) > 1:
            upper.set_title(setting.labels.construct(outcome))
    return figure


def _penalties(own: pd.DataFrame) -> Array:
    """Penalties on a logarithmic axis; none at all stands a little left of the smallest."""
    penalties = own["lambda"].to_numpy(dtype=np.float64)
    return np.where(penalties > 0, penalties, penalties[penalties > 0].min() / 2)


def _trace(axes: Axes, own: pd.DataFrame, setting: Setting) -> None:
    """A line per predictor, named at the left, and the penalties that two rules recommend."""
    x = _penalties(own)
    columns = [str(column) for column in own if str(column).startswith("beta_")]
    betas = own[columns].to_numpy(dtype=np.float64)
    low, high = min(betas.min(), 0), max(betas.max(), 0)
    axes.hlines(0, x[0], x[-1], color=MUTED, linewidth=0.9)
    levels = _spread(betas[0], 0.062 * (high - low))
    for column, color, beta, level in zip(columns, cycle(COLORS), betas.T, levels, strict=False):
        axes.plot(x, beta, color=color, linewidth=1.6)
        axes.scatter(x[0], beta[0], color=color, s=14, zorder=3, linewidths=0, clip_on=False)
        name = in_lines(setting.labels.construct(column.removeprefix("beta_")), 30, 1)
        axes.annotate(
            f"{name}  {setting.wording.numbers.fixed(beta[0], 2, bounded=True)}",
            (x[0], beta[0]),
            (0.72 * x[0], level),
            ha="right",
            va="center",
            fontsize=8,
            color=INK,
            arrowprops={"arrowstyle": "-", "color": color, "linewidth": 1, "shrinkA": 1, "shrinkB": 0},
        )
    best = own["lambda"].to_numpy()[own["gcv"].to_numpy().argmin()], own["lambda_hkb"].iloc[0]
    for penalty, key, dashes in zip(best, ("gcv", "hkb"), ((5, 2), (1, 1.5)), strict=True):
        axes.axvline(
            max(float(penalty), x[0]),
            color=INK,
            linewidth=0.9,
            linestyle=(0, dashes),
            label=setting.wording[f"figures.ridge.{key}"],
        )
    axes.legend(loc="upper right", handlelength=2.2)
    axes.set_ylim(low - 0.08 * (high - low), high + 0.08 * (high - low))
    _scale(axes, "figures.ridge.y", setting, 34)


def _inflation(axes: Axes, own: pd.DataFrame, setting: Setting) -> None:
    x = _penalties(own)
    axes.plot(x, own["max_vif"], color=MUTED, linewidth=1.6)
    axes.scatter(x[0], own["max_vif"].iloc[0], color=MUTED, s=14, zorder=3, linewidths=0, clip_on=False)
    axes.set_xscale("log")
    powers = np.arange(np.ceil(np.log10(x[1]) - 1e-9), np.floor(np.log10(x[-1]) + 1e-9) + 1)
    ticks = [float(x[0]), *10.0**powers]
    axes.set_xticks(ticks, ["0", *(setting.wording.numbers.compact(tick) for tick in ticks[1:])])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(x[0] * (x[0] / x[-1]) ** NAMES, x[-1])
    axes.set_xlabel(setting.wording["figures.ridge.x"])
    axes.set_ylim(0)
    _scale(axes, "figures.ridge.vif", setting, 12)


def _scale(axes: Axes, key: str, setting: Setting, letters: int) -> None:
    """The vertical scale, its name broken into lines of that many letters, as many as its height takes."""
    axes.set_ylabel(fill(setting.wording[key], letters))
    axes.grid(axis="y", color=FAINT)
    number_axis(axes, "y", setting.wording.numbers)


def _spread(levels: Array, gap: float) -> Array:
    """Heights near `levels` that are at least `gap` apart: those too near are moved apart evenly."""
    order = np.argsort(levels, kind="stable")
    placed = levels[order].astype(np.float64)
    for _ in range(200):
        short = gap - np.diff(placed)
        if (short <= 1e-9 * gap).all():
            break
        for k in np.flatnonzero(short > 0):
            placed[k] -= short[k] / 2
            placed[k + 1] += short[k] / 2
    spread = np.empty_like(placed)
    spread[order] = placed
    return spread
