"""Coefficient plot: every predictor's effect by every method, with its interval, beside what was printed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from smartcity_survey.report.cells import records
from smartcity_survey.report.figures.drawing import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    RUST,
    VERMILION,
    WIDTH,
    halo,
    rows_down,
    styled,
)
from smartcity_survey.report.figures.long_labels import in_lines
from smartcity_survey.report.labels import Labels
from smartcity_survey.report.names import claimed_source
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.wording import Wording
from smartcity_survey.stages.evidence.hypotheses import methods_of

MARKS = {"published": (INK, "D"), "ols": (BLUE, "o"), "pls": (VERMILION, "s")}
FURTHER = ((GREEN, "^"), (PURPLE, "v"), (ORANGE, "P"), (MUTED, "X"))
"""Colour and marker of the methods; a method beside the usual three takes the next of `FURTHER`."""


@styled
def plot_coefficients(hypotheses: pd.DataFrame, setting: Setting) -> Figure | None:
    """Standardised coefficients with intervals: hypotheses down, methods side by side, one panel per outcome.

    Parameters
    ----------
    hypotheses : `hypothesis, predictor, outcome, method, estimate, ci_low, ci_high, p`; where `state` says
        that the print of a reconstruction leaves a verdict open, nothing is drawn of it: no figure where it
        leaves all open.
    """
    wording, labels = setting.wording, setting.labels
    if "state" not in hypotheses:
        hypotheses = hypotheses.assign(state="")
    hypotheses = hypotheses[hypotheses["state"] != "open"]
    if hypotheses.empty:
        return None
    if "groups" in hypotheses:  # a difference between groups is no coefficient
        of_paths = hypotheses["groups"].fillna("") == ""
        hypotheses = hypotheses[of_paths] if of_paths.any() else hypotheses
    # What the print decides without a number has no point, and a method without any no entry.
    drawn = hypotheses.groupby("method")["estimate"].transform("count") > 0
    hypotheses = hypotheses[drawn] if drawn.any() else hypotheses
    outcomes = list(hypotheses["outcome"].unique())
    methods = methods_of(hypotheses)
    lines = [hypotheses.loc[hypotheses["outcome"] == outcome, "hypothesis"].nunique() for outcome in outcomes]
    figure = Figure(
        figsize=(WIDTH, 0.85 + 0.19 * (len(methods) + 0.8) * sum(lines) + 0.35 * len(outcomes)),
        layout="constrained",
    )
    panels = figure.subplots(len(outcomes), 1, squeeze=False, sharex=True, height_ratios=lines)[:, 0]
    for axes, outcome in zip(panels, outcomes, strict=True):
        _panel(axes, hypotheses[hypotheses["outcome"] == outcome], methods, wording, labels)
        title = wording.fill("figures.coefficients.outcome", outcome=labels.construct(outcome))
        axes.set_title(in_lines(title, 48))
    levels = sorted({setting.level, setting.regression_level})
    level = " / ".join(wording.numbers.percentage(100 * one, 0) for one in levels)
    panels[-1].set_xlabel(in_lines(wording.fill("figures.coefficients.x", level=level), 52))
    handles, texts = panels[0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside lower center", ncols=min(len(methods), 4))
    return figure


def _panel(axes: Axes, lines: pd.DataFrame, methods: list[str], wording: Wording, labels: Labels) -> None:
    names = list(lines["hypothesis"].unique())
    spread = np.linspace(-0.28, 0.28, len(methods)) if len(methods) > 1 else np.zeros(1)
    further = iter(FURTHER)
    for method, shift in zip(methods, spread, strict=True):
        color, marker = MARKS.get(method) or next(further)
        chosen = lines[lines["method"] == method]
        position = np.array([names.index(name) for name in chosen["hypothesis"]]) + shift
        axes.hlines(position, chosen["ci_low"], chosen["ci_high"], color=color, linewidth=1.6)
        axes.scatter(
            chosen["estimate"],
            position,
            color=color,
            marker=marker,
            s=26,
            zorder=3,
            linewidths=0,
            label=wording.value("method", method),
        )
        if method == "published":
            _reversed_signs(axes, lines, dict(zip(chosen["hypothesis"], position, strict=True)), wording)
    for boundary in np.arange(0.5, len(names) - 0.5):
        axes.axhline(boundary, color=FAINT, linewidth=0.7)
    rows = claims_by_name(lines, labels)
    rows_down(axes, range(len(names)), rows, len(names) - 0.5, -0.5, wording.numbers)


def _reversed_signs(axes: Axes, lines: pd.DataFrame, position: Mapping[str, float], wording: Wording) -> None:
    """A word beside every printed coefficient whose sign is not that of the regression."""
    for name, printed in reversed_signs(lines).items():
        shift = ScaledTranslation(7 / 72, 0, axes.figure.dpi_scale_trans)
        halo(
            axes, printed, position[name], wording["figures.coefficients.reversed"],
            transform=axes.transData + shift, va="center", ha="left", fontsize=7.5, color=RUST, zorder=4,
        )  # fmt: skip


def reversed_signs(hypotheses: pd.DataFrame) -> dict[str, float]:
    """Printed coefficients with another sign than the regression's, by hypothesis."""
    table = hypotheses.pivot_table(index="hypothesis", columns="method", values="estimate", sort=False)
    if not {"published", "ols"} <= set(table):
        return {}
    other = table[table["published"] * table["ols"] < 0]
    return {str(name): float(value) for name, value in other["published"].items()}


def claims_by_name(hypotheses: pd.DataFrame, labels: Labels) -> list[str]:
    """What each hypothesis says to matter, and its name, in the order of the lines."""
    first = records(hypotheses.drop_duplicates("hypothesis"))
    return [f"{in_lines(claimed_source(line, labels), 44)}   {line['hypothesis']}" for line in first]
