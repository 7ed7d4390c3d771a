"""Simple slopes: how a path's line turns when its moderator is low, average or high."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smartcity_survey.report.figures.drawing import LINES, WIDTH, number_axis, styled
from smartcity_survey.report.figures.long_labels import in_lines
from smartcity_survey.report.names import factor
from smartcity_survey.report.setting import Setting

REACH = np.array([-1.0, 1.0])
"""Values of the source between which lines are drawn, in standard deviations."""
ACROSS = 2
"""Panels side by side."""


@styled
def plot_simple_slopes(simple_slopes: pd.DataFrame, setting: Setting) -> Figure:
    """A panel for each moderation, a line for each value of the moderator.

    Parameters
    ----------
    simple_slopes : `source, target, moderator, moderator_at, estimate, intercept`.
    """
    moderations = list(simple_slopes.groupby(["source", "target", "moderator"], sort=False))
    across = min(ACROSS, len(moderations))
    down = -(-len(moderations) // across)
    figure = Figure(figsize=(WIDTH, 3.4 * down), layout="constrained")
    panels = figure.subplots(down, across, squeeze=False).ravel()
    for axes, (moderation, lines) in zip(panels, moderations, strict=False):
        _panel(axes, moderation, lines, setting)
    for axes in panels[len(moderations) :]:
        axes.set_visible(False)
    return figure


def _panel(axes: Axes, moderation: Iterable[object], lines: pd.DataFrame, setting: Setting) -> None:
    wording = setting.wording
    source, target, moderator = (factor(str(name), setting.labels) for name in moderation)
    codes = lines["category"] if "category" in lines else [np.nan] * len(lines)
    for (color, marker), at, code, slope, intercept in zip(
        LINES, lines["moderator_at"], codes, lines["estimate"], lines["intercept"], strict=False
    ):
        value = wording.numbers.compact(abs(float(at)))
        sign = wording.numbers.minus if at < 0 else "+" if at > 0 else ""
        label = wording.fill("figures.simple_slopes.at", value=f"{sign}{value}")
        if code == code:
            label = setting.labels.categories[str(lines["moderator"].iloc[0]), int(code)]
        axes.plot(REACH, intercept + slope * REACH, color=color, marker=marker, markersize=5, label=label)
    axes.set_xlabel(in_lines(wording.fill("figures.simple_slopes.axis", construct=source), 34))
    axes.set_ylabel(in_lines(wording.fill("figures.simple_slopes.axis", construct=target), 34))
    number_axis(axes, "x", wording.numbers, bins=4)
    number_axis(axes, "y", wording.numbers)
    axes.legend(title=in_lines(moderator, 24), fontsize=8, title_fontsize=8)
