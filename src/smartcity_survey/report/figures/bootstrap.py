"""Bootstrap distributions of the path coefficients: how far the resamples of the respondents spread."""

from __future__ import annotations

from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from smartcity_survey.report.figures.drawing import BLUE, INK, MUTED, VERMILION, WIDTH, number_axis, styled
from smartcity_survey.report.names import of_several_paths
from smartcity_survey.report.setting import Setting

ACROSS = 2
"""Panels side by side."""
LETTERS = 42
"""Of a title, side by side with another."""
PALE = "#9fc5e0"
"""Bars beyond the interval."""


@styled
def plot_bootstrap_distributions(
    distributions: pd.DataFrame,
    paths: pd.DataFrame,
    setting: Setting,
    *,
    hypotheses: pd.DataFrame | None = None,
) -> Figure:
    """A histogram of the resamples for each path, its interval dark, the estimate and zero as lines.

    Parameters
    ----------
    distributions : `source, target, bin_low, bin_high, n_draws`.
    paths : `source, target, estimate, ci_low, ci_high`.
    hypotheses : `hypothesis, predictor, outcome`, whose names stand before the paths'.
    """
    wording = setting.wording
    names = claim_names(hypotheses)
    across = min(ACROSS, len(paths))
    down = -(-len(paths) // across)
    figure = Figure(figsize=(WIDTH, 1.45 * down + 0.9), layout="constrained")
    panels = figure.subplots(down, across, squeeze=False, sharex=True)
    for axes, (_, path) in zip(panels.ravel(), paths.iterrows(), strict=False):
        edge = str(path["source"]), str(path["target"])
        own = distributions[(distributions["source"] == edge[0]) & (distributions["target"] == edge[1])]
        _histogram(axes, own, path)
        title = f"{names.get(edge, '')} {setting.labels.path(*edge)}".strip()
        axes.set_title(fill(title, LETTERS if across > 1 else 2 * LETTERS), fontsize=8)
    for axes in panels.ravel()[len(paths) :]:
        axes.set_axis_off()
    for axes in panels[-1]:
        number_axis(axes, "x", wording.numbers)
        axes.set_xlabel(wording["figures.bootstrap.x"])
    level = wording.numbers.percentage(100 * setting.level, 0)
    figure.legend(
        [
            Rectangle((0, 0), 1, 1, facecolor=BLUE),
            Rectangle((0, 0), 1, 1, facecolor=PALE),
            Line2D([], [], color=VERMILION, linewidth=1.6),
            Line2D([], [], color=INK, linewidth=0.9, linestyle=(0, (3, 2))),
        ],
        [
            wording.fill("figures.bootstrap.inside", level=level),
            wording["figures.bootstrap.outside"],
            wording["figures.bootstrap.estimate"],
            wording["figures.bootstrap.zero"],
        ],
        loc="outside lower center",
        ncols=4,
    )
    return figure


def claim_names(hypotheses: pd.DataFrame | None) -> dict[tuple[str, str], str]:
    """Name of the hypothesis about each path, by (source, target); others of its ends are no path's."""
    if hypotheses is None:
        return {}
    lines = hypotheses[~hypotheses.apply(of_several_paths, axis=1).astype(bool)]
    lines = lines.drop_duplicates("hypothesis")
    return {
        (str(line["predictor"]), str(line["outcome"])): str(line["hypothesis"])
        for line in lines.to_dict("records")
    }


def _histogram(axes: Axes, own: pd.DataFrame, path: pd.Series) -> None:
    """Bars, dark where their middle lies in the interval."""
    middle = (own["bin_low"] + own["bin_high"]) / 2
    inside = middle.between(path["ci_low"], path["ci_high"])
    width = own["bin_high"] - own["bin_low"]
    for part, color in ((inside, BLUE), (~inside, PALE)):
        axes.bar(middle[part], own.loc[part, "n_draws"], width[part], color=color, linewidth=0)
    axes.axvline(path["estimate"], color=VERMILION, linewidth=1.6)
    axes.axvline(0, color=INK, linewidth=0.9, linestyle=(0, (3, 2)))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", labelcolor=MUTED)
