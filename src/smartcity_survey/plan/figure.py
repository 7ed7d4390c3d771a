"""The plan as a figure for a proposal: power of the paths and margin of error over the number of people."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smartcity_survey.plan.sizes import Plan
from smartcity_survey.plan.words import plan_words
from smartcity_survey.report.figures.drawing import INK, LINES, MUTED, WIDTH, number_axis, styled
from smartcity_survey.report.labels import Labels
from smartcity_survey.report.wording import load_wording
from smartcity_survey.stats.planning.sample_size import margin_of_error
from smartcity_survey.study.config import Language
from smartcity_survey.study.next_wave import PlanSection

_POINTS = 200


@styled
def plot_plan(plan: Plan, section: PlanSection, labels: Labels, language: Language) -> Figure:
    """Above a curve for each path, below the margin of error; dashed what is wanted, a line at the plan."""
    words, numbers = plan_words(language), load_wording(language).numbers
    paths = len(plan.curve) > 0
    figure = Figure(figsize=(WIDTH, 6.4 if paths else 3.4), layout="constrained")
    axes = figure.subplots(2 if paths else 1, 1, sharex=True, squeeze=False)[:, 0]
    largest = max(1.15 * plan.asked, plan.curve["n_asked"].max() if paths else 0)
    if paths:
        _power(axes[0], plan.curve, plan.power, labels)
        figure.legend(loc="outside lower left", ncols=2, fontsize=8)
        axes[0].set_ylabel(words["plan.figure_power"])
        axes[0].set_ylim(0, 1.02)
        number_axis(axes[0], "y", numbers)
    lower = axes[-1]
    share = plan.losses.analysed
    asked = np.linspace(max(largest / 40, 1.01 / share), min(largest, plan.population), _POINTS)
    margins = [
        100
        * margin_of_error(
            n * share, section.share, section.confidence_level, plan.population, plan.design_effect
        )
        for n in asked
    ]
    lower.plot(asked, margins, color=INK, linewidth=1.6)
    lower.axhline(100 * section.margin_of_error, color=MUTED, linewidth=1, linestyle="--")
    lower.set_ylabel(words["plan.figure_margin"])
    lower.set_ylim(0, min(max(margins), 5 * 100 * section.margin_of_error))
    lower.set_xlabel(words["plan.figure_asked"])
    lower.set_xlim(0, largest)
    number_axis(lower, "x", numbers)
    number_axis(lower, "y", numbers)
    for one in axes:
        one.axvline(plan.asked, color=MUTED, linewidth=1, zorder=0)
    lower.annotate(
        numbers.count(plan.asked),
        (plan.asked, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-4, -4),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=8.5,
    )
    return figure


def figure_foot(plan: Plan, language: Language, reconstruction: bool) -> str:
    """What the figure is of, for the line below it."""
    wording = load_wording(language)
    if reconstruction:
        return wording["figures.foot.reconstruction"]
    return plan_words(language)["plan.figure_foot"].format(
        n=wording.numbers.count(plan.asked),
        analysed=wording.numbers.count(round(plan.analysed)),
        draws=wording.numbers.count(plan.draws),
    )


def _power(axes: Axes, curve: pd.DataFrame, wanted: float, labels: Labels) -> None:
    for (name, own), (color, marker) in zip(
        curve.groupby(["source", "target"], sort=False), cycle(LINES), strict=False
    ):
        ends = 1.96 * own["std_error"]
        axes.fill_between(own["n_asked"], own["power"] - ends, own["power"] + ends, color=color, alpha=0.12)
        axes.plot(
            own["n_asked"],
            own["power"],
            color=color,
            marker=marker,
            markersize=4,
            linewidth=1.2,
            label=labels.path(*map(str, name)),
        )
    axes.axhline(wanted, color=MUTED, linewidth=1, linestyle="--")
