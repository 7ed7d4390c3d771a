"""Regression diagnostics: do the residuals behave as least squares supposes, and does one case decide?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import special

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
from smartcity_survey.stats.core.types import Array, IntArray

MANY = 5_000
"""Points beyond which vector files hold a cloud as an image, and one of ranks by every so many of them."""
ENDS = 200
"""Points at either end of the ranks that are drawn in any case."""
BINS = 12
"""Groups of equal size along the fitted values whose mean shows a bend or a funnel."""


@styled
def plot_diagnostics(casewise: pd.DataFrame, setting: Setting) -> Figure:
    """Four panels per outcome: residuals and their spread along the fitted values, Q-Q plot, Cook's distance.

    Parameters
    ----------
    casewise : `outcome, fitted, residual, studentised_residual, cooks_distance`, a line per respondent.
        Points carry no name or number and do not stand in the order of the file, so nobody can be told.
    """
    wording, labels = setting.wording, setting.labels
    outcomes = list(casewise["outcome"].unique())
    figure = Figure(figsize=(WIDTH, 5.6 * len(outcomes)), layout="constrained")
    parts = figure.subfigures(len(outcomes), 1, squeeze=False)[:, 0]
    for part, outcome in zip(parts, outcomes, strict=True):
        cases = casewise[casewise["outcome"] == outcome].sort_values(["fitted", "residual"])
        (top_left, top_right), (low_left, low_right) = part.subplots(2, 2)
        fitted = cases["fitted"].to_numpy()
        studentised = cases["studentised_residual"].to_numpy()
        _cloud(top_left, fitted, cases["residual"].to_numpy(), wording, "residuals", zero=True)
        _quantiles(top_right, studentised, wording)
        _cloud(low_left, fitted, np.sqrt(np.abs(studentised)), wording, "spread")
        _cooks(low_right, np.sort(cases["cooks_distance"].to_numpy())[::-1], wording)
        if len(outcomes) > 1:
            part.suptitle(labels.construct(outcome), fontweight="bold")
    return figure


def _points(axes: Axes, x: Array, y: Array) -> None:
    axes.scatter(x, y, s=7, color=BLUE, alpha=0.35, linewidths=0, rasterized=x.size > MANY)


def _drawn_ranks(n: int) -> IntArray:
    """Which of n ranks are drawn: all, or both ends and between them as many as can be told apart."""
    if n <= MANY:
        return np.arange(n)
    return np.unique(
        np.concatenate((np.linspace(0, n - 1, MANY // 2).round(), np.r_[:ENDS, n - ENDS : n]))
    ).astype(int)


def _finish(axes: Axes, wording: Wording, panel: str) -> None:
    axes.set_title(wording[f"figures.diagnostics.{panel}.title"])
    axes.set_xlabel(wording[f"figures.diagnostics.{panel}.x"])
    axes.set_ylabel(wording[f"figures.diagnostics.{panel}.y"])
    axes.grid(axis="y", color=FAINT)
    for which in ("x", "y"):
        number_axis(axes, which, wording.numbers)


def _cloud(axes: Axes, x: Array, y: Array, wording: Wording, panel: str, zero: bool = False) -> None:
    """Points with the mean of each of `BINS` groups along x."""
    _points(axes, x, y)
    if zero:
        axes.axhline(0, color=MUTED, linewidth=0.9)
    groups = [group for group in np.array_split(np.argsort(x, kind="stable"), BINS) if group.size]
    axes.plot(
        [x[group].mean() for group in groups],
        [y[group].mean() for group in groups],
        color=VERMILION,
        linewidth=1.5,
    )
    _finish(axes, wording, panel)


def _quantiles(axes: Axes, residuals: Array, wording: Wording) -> None:
    """Ordered residuals against the normal quantiles of their ranks (Blom's plotting positions)."""
    n = residuals.size
    theoretical = special.ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    drawn = _drawn_ranks(n)
    _points(axes, theoretical[drawn], np.sort(residuals)[drawn])
    ends = np.array([theoretical[0], theoretical[-1]])
    axes.plot(ends, ends, color=VERMILION, linewidth=1.3)
    _finish(axes, wording, "quantiles")


def _cooks(axes: Axes, distances: Array, wording: Wording) -> None:
    limit = 4 / distances.size
    drawn = _drawn_ranks(distances.size)
    shown = distances[drawn]
    axes.vlines(drawn + 1, 0, shown, color=np.where(shown > limit, VERMILION, BLUE), linewidth=0.7)
    axes.axhline(limit, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)))
    _finish(axes, wording, "cooks")
    axes.set_ylim(0)
    axes.annotate(
        wording.fill("figures.diagnostics.cooks.limit", limit=wording.numbers.fixed(limit, 4)),
        (1, limit),
        (-2, 3),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=7.5,
        color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
    )
