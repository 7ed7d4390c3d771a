"""Waves: means of the constructs and paths among them over time, with their intervals."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smartcity_survey.report.figures.drawing import LINES, MUTED, WIDTH, number_axis, styled
from smartcity_survey.report.figures.long_labels import in_lines
from smartcity_survey.report.setting import Setting

SPREAD = 0.4
"""How far the lines of one panel stand apart at a wave, of the distance between two waves."""


@styled
def plot_waves(means: pd.DataFrame, paths: pd.DataFrame, setting: Setting) -> Figure:
    """A panel of construct means and one of path coefficients, the waves from left to right.

    Parameters
    ----------
    means : `construct, wave, mean, ci_low, ci_high`, waves in their order.
    paths : `source, target, wave, estimate, ci_low, ci_high`.
    """
    wording, labels = setting.wording, setting.labels
    figure = Figure(figsize=(WIDTH, 7.2), layout="constrained")
    upper, lower = figure.subplots(2, 1)
    _panel(upper, means, means["construct"].map(labels.construct), "mean", setting)
    upper.set_ylabel(wording["figures.waves.mean"])
    names = [labels.path(*path) for path in zip(paths["source"], paths["target"], strict=True)]
    _panel(lower, paths, pd.Series(names, index=paths.index), "estimate", setting)
    lower.set_ylabel(wording["figures.waves.estimate"])
    lower.axhline(0, color=MUTED, linewidth=0.9, zorder=1)
    return figure


def _panel(axes: Axes, frame: pd.DataFrame, labels: pd.Series[str], value: str, setting: Setting) -> None:
    """A line per label of the frame's lines, side by side at each wave so that no interval hides another."""
    waves, names = list(frame["wave"].unique()), list(labels.unique())
    shifts = np.linspace(-SPREAD / 2, SPREAD / 2, len(names)) if len(names) > 1 else np.zeros(1)
    for name, shift, (color, marker) in zip(names, shifts, cycle(LINES), strict=False):
        own = frame[labels == name]
        x = np.array([waves.index(wave) for wave in own["wave"]]) + shift
        axes.vlines(x, own["ci_low"], own["ci_high"], color=color, linewidth=1.6)
        axes.plot(
            x, own[value], color=color, linewidth=1, marker=marker, markersize=5, label=in_lines(name, 28, 4)
        )
    axes.set_xticks(range(len(waves)), [str(wave) for wave in waves])
    axes.set_xlim(-0.5, len(waves) - 0.5)
    number_axis(axes, "y", setting.wording.numbers)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8)
