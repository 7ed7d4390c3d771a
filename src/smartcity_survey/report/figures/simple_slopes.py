"""How a path turns with its moderator: at three values of it, and along all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smartcity_survey.report.figures.drawing import BLUE, INK, LINES, MUTED, RUST, WIDTH, number_axis, styled
from smartcity_survey.report.figures.long_labels import in_lines
from smartcity_survey.report.names import factor
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.wording import Wording
from smartcity_survey.stats.core.types import Array, BoolArray

REACH = np.array([-1.0, 1.0])
"""Values of the source between which lines are drawn, in standard deviations."""
PATH = ["source", "target", "moderator"]
ACROSS = 2
"""Panels side by side."""


@styled
def plot_simple_slopes(simple_slopes: pd.DataFrame, setting: Setting) -> Figure:
    """A panel for each moderation, a line for each value of the moderator.

    Parameters
    ----------
    simple_slopes : `source, target, moderator, moderator_at, estimate, intercept`.
    """
    moderations = list(simple_slopes.groupby(PATH, sort=False))
    figure, panels = _panels(len(moderations))
    for axes, (moderation, lines) in zip(panels, moderations, strict=True):
        _panel(axes, moderation, lines, setting)
    return figure


@styled
def plot_johnson_neyman(
    conditional_slopes: pd.DataFrame, johnson_neyman: pd.DataFrame, setting: Setting
) -> Figure:
    """A panel for each moderation: the slope of the path along its moderator, and where it differs from 0.

    Parameters
    ----------
    conditional_slopes : `source, target, moderator, moderator_at, estimate, ci_low, ci_high`.
    johnson_neyman : `source, target, moderator, differs, from_sd, to_sd`, a line for each moderation.
    """
    bands = dict(list(conditional_slopes.groupby(PATH, sort=False)))
    regions = [line for line in johnson_neyman.to_dict("records") if tuple(line[k] for k in PATH) in bands]
    figure, panels = _panels(len(regions))
    for axes, region in zip(panels, regions, strict=True):
        _band(axes, bands[tuple(region[name] for name in PATH)], region, setting)
    return figure


def region_in_words(region: Mapping[Any, Any], wording: Wording) -> str:
    """Where a path differs from 0, from a line of `johnson_neyman`."""
    ends = {name: wording.numbers.fixed(float(region[name]), 2) for name in ("from_sd", "to_sd")}
    return wording.fill(
        f"figures.johnson_neyman.{region['differs']}", low=ends["from_sd"], high=ends["to_sd"]
    )


def _panels(count: int) -> tuple[Figure, list[Axes]]:
    """A figure with so many panels, two in a row."""
    across = min(ACROSS, count)
    down = -(-count // across)
    figure = Figure(figsize=(WIDTH, 3.4 * down), layout="constrained")
    panels = list(figure.subplots(down, across, squeeze=False).ravel())
    for axes in panels[count:]:
        axes.set_visible(False)
    return figure, panels[:count]


def _differing(places: Array, region: Mapping[Any, Any]) -> list[BoolArray]:
    """The parts of the values (k,) at which the path differs from 0."""
    low, high = float(region["from_sd"]), float(region["to_sd"])
    return {
        "above": [places >= low],
        "below": [places <= high],
        "outside": [places <= low, places >= high],
        "between": [(places >= low) & (places <= high)],
        "everywhere": [np.ones(len(places), dtype=bool)],
        "nowhere": [],
    }[str(region["differs"])]


def _band(axes: Axes, band: pd.DataFrame, region: Mapping[Any, Any], setting: Setting) -> None:
    wording, labels = setting.wording, setting.labels
    at, low, high = (band[name].to_numpy(float) for name in ("moderator_at", "ci_low", "ci_high"))
    ends = [float(region[name]) for name in ("from_sd", "to_sd") if region[name] == region[name]]
    # A region ends where the band meets 0, not at the nearest of the values told.
    places = np.sort(np.concatenate([at, ends]))
    low, high = np.interp(places, at, low), np.interp(places, at, high)
    axes.fill_between(places, low, high, color=MUTED, alpha=0.25, linewidth=0)
    for part in _differing(places, region):
        axes.fill_between(places[part], low[part], high[part], color=BLUE, alpha=0.4, linewidth=0)
    axes.plot(at, band["estimate"], color=INK)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    for end in ends:
        axes.axvline(end, color=RUST, linestyle="--", linewidth=1.2)
    axes.margins(x=0)
    path = labels.path(str(region["source"]), str(region["target"]))
    told = in_lines(path, 38), in_lines(region_in_words(region, wording), 38)
    axes.set_title("\n".join(told), fontsize=8)
    moderator = factor(str(region["moderator"]), labels)
    axes.set_xlabel(in_lines(wording.fill("figures.simple_slopes.axis", construct=moderator), 34))
    axes.set_ylabel(wording["figures.johnson_neyman.slope"])
    number_axis(axes, "x", wording.numbers, bins=6)
    number_axis(axes, "y", wording.numbers)


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
