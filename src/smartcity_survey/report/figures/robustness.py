"""How far the coefficients depend on choices: specification curves with their choices, and ridge traces."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from smartcity_survey.report.figures.drawing import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    SEQUENTIAL,
    SKY,
    VERMILION,
    WIDTH,
    number_axis,
    styled,
)
from smartcity_survey.report.names import option_text
from smartcity_survey.report.setting import Setting
from smartcity_survey.stages.curve_panel import CurvePanel, curve_panel

CHOICES = ("items", "exclusion", "coding", "score", "estimator", "controls")
BESIDE = 6
"""Hypotheses side by side; more of them start a new row of panels."""
BINS = 48
"""Steps along a curve for which the share of each option is shaded."""
POINTS = 240
"""Specifications drawn as points of a curve."""
COLORS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, MUTED)


@styled
def plot_specification_curve(curve: pd.DataFrame, hypotheses: pd.DataFrame, setting: Setting) -> Figure:
    """Estimates of all specifications in rising order, and below which choices they rest on.

    Parameters
    ----------
    curve : `hypothesis`, one column per choice, `estimate, std_error, confirmed`; a line per specification.
    hypotheses : `hypothesis, method, estimate`; the printed estimate is marked on its curve.
    """
    names = list(curve["hypothesis"].unique())
    choices = tuple(choice for choice in CHOICES if choice in curve)
    panels = [curve_panel(curve, name, choices) for name in names]
    published = hypotheses[hypotheses["method"] == "published"].set_index("hypothesis")["estimate"]
    rows = [range(start, min(start + BESIDE, len(names))) for start in range(0, len(names), BESIDE)]
    height = 2.3 + 0.165 * (len(panels[0].options) + len(choices))
    figure = Figure(figsize=(WIDTH, height * len(rows)), layout="constrained")
    parts = figure.subfigures(len(rows), 1, squeeze=False)[:, 0]
    for part, chosen in zip(parts, rows, strict=True):
        own = [panels[index] for index in chosen]
        titles = [names[index] for index in chosen]
        _row(part, own, titles, [published.get(title) for title in titles], setting)
    return figure


def _row(
    part: SubFigure,
    panels: list[CurvePanel],
    titles: list[str],
    published: list[float | None],
    setting: Setting,
) -> None:
    lines = len(panels[0].options)
    grid = part.subplots(
        2, len(panels), squeeze=False, sharex="col", sharey="row", height_ratios=(1.9, 0.165 * lines)
    )
    for column, (panel, title, printed) in enumerate(zip(panels, titles, published, strict=True)):
        _curve(grid[0, column], panel, printed, setting, first=column == 0)
        grid[0, column].set_title(title)
        _choices(grid[1, column], panel, setting, first=column == 0)
    grid[0, 0].set_ylabel(setting.wording["figures.specification_curve.y"])
    handles, texts = grid[0, 0].get_legend_handles_labels()
    part.legend(handles, texts, loc="outside lower center", ncols=3)


def _curve(axes: Axes, panel: CurvePanel, printed: float | None, setting: Setting, first: bool) -> None:
    wording = setting.wording
    n = panel.estimate.size
    shown = np.unique(np.linspace(0, n - 1, min(n, POINTS)).round().astype(int))
    place = (shown + 0.5) / n
    margin = 1.96 * panel.std_error[shown]
    axes.fill_between(
        place, panel.estimate[shown] - margin, panel.estimate[shown] + margin, color=FAINT, linewidth=0
    )
    axes.axhline(0, color=MUTED, linewidth=0.8)
    for confirmed, color, key in ((True, BLUE, "confirmed"), (False, "#9aa5b1", "not_confirmed")):
        chosen = panel.confirmed[shown] == confirmed
        axes.scatter(
            place[chosen],
            panel.estimate[shown][chosen],
            s=5,
            color=color,
            linewidths=0,
            zorder=3,
            label=wording[f"figures.specification_curve.{key}"],
        )
    if printed is not None:
        axes.axhline(
            printed,
            color=VERMILION,
            linewidth=1.2,
            linestyle=(0, (4, 2)),
            label=wording["figures.specification_curve.printed"],
        )
    axes.set_xlim(0, 1)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.tick_params(axis="y", length=3 if first else 0)
    axes.grid(axis="y", color=FAINT)
    axes.spines["bottom"].set_visible(False)
    number_axis(axes, "y", wording.numbers)


def _choices(axes: Axes, panel: CurvePanel, setting: Setting, first: bool) -> None:
    """Share of the specifications at each step that take an option, an option per line."""
    bins = np.array_split(np.arange(panel.estimate.size), min(BINS, panel.estimate.size))
    share = np.array([panel.chosen[:, own].mean(axis=1) for own in bins]).T
    lines = share.shape[0]
    axes.imshow(
        share,
        cmap=SEQUENTIAL,
        vmin=0,
        vmax=1,
        aspect="auto",
        extent=(0, 1, lines, 0),
        interpolation="nearest",
    )
    owners = [choice for choice, _ in panel.options]
    for line in range(1, lines):
        same = owners[line] == owners[line - 1]
        axes.axhline(line, color="white" if same else MUTED, linewidth=0.6 if same else 0.9)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0)
    axes.set_xticks([])
    axes.set_yticks(np.arange(lines) + 0.5, _option_labels(panel, setting) if first else [""] * lines)
    axes.tick_params(axis="y", labelsize=7, labelcolor=INK)


def _option_labels(panel: CurvePanel, setting: Setting) -> list[str]:
    """Each option, the first of a choice with the choice's name before it."""
    labels = []
    for position, (choice, option) in enumerate(panel.options):
        text = option_text(choice, option, setting)
        new = position == 0 or panel.options[position - 1][0] != choice
        labels.append(f"{setting.wording.value('choice', choice)}:  {text}" if new else text)
    return labels


@styled
def plot_ridge(trace: pd.DataFrame, setting: Setting) -> Figure:
    """Standardised coefficients as the ridge penalty grows, one panel per outcome.

    Parameters
    ----------
    trace : `outcome, lambda, gcv, lambda_hkb`, and `beta_<predictor>` for each predictor.
    """
    outcomes = list(trace["outcome"].unique())
    figure = Figure(figsize=(WIDTH, 3.6 * len(outcomes)), layout="constrained")
    for axes, outcome in zip(figure.subplots(len(outcomes), 1, squeeze=False)[:, 0], outcomes, strict=True):
        _ridge_panel(axes, trace[trace["outcome"] == outcome], setting)
        axes.set_title(
            setting.wording.fill("figures.coefficients.outcome", outcome=setting.labels.construct(outcome))
        )
    return figure


def _ridge_panel(axes: Axes, trace: pd.DataFrame, setting: Setting) -> None:
    wording = setting.wording
    columns = [c for c in map(str, trace.columns) if c.startswith("beta_") and trace[c].notna().any()]
    positive = trace["lambda"] > 0
    exponent = np.log10(trace.loc[positive, "lambda"])
    marks = {
        "gcv": trace["lambda"].iloc[int(trace["gcv"].to_numpy().argmin())],
        "hkb": trace["lambda_hkb"].iloc[0],
    }
    for (key, penalty), dashes in zip(marks.items(), ((4, 2), (1, 2)), strict=True):
        if penalty > 0:
            axes.axvline(
                np.log10(penalty),
                color=MUTED,
                linewidth=1,
                linestyle=(0, dashes),
                label=wording[f"figures.ridge.{key}"],
            )
    axes.axhline(0, color=MUTED, linewidth=0.8)
    for column, color in zip(columns, COLORS * len(columns), strict=False):
        name = setting.labels.construct(column.removeprefix("beta_"))
        axes.plot(exponent, trace.loc[positive, column], color=color, label=name)
    axes.set_xlabel(wording["figures.ridge.x"])
    axes.set_ylabel(wording["figures.ridge.y"])
    axes.grid(axis="y", color=FAINT)
    number_axis(axes, "y", wording.numbers)
    ticks = np.arange(np.ceil(exponent.min()), np.floor(exponent.max()) + 1)
    axes.set_xticks(ticks, [wording.numbers.compact(10.0**tick) for tick in ticks])
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
