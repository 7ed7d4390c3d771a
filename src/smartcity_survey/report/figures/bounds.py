"""What the print decides: each printed estimate beside what every other method could have found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from smartcity_survey.data.bounds import READINGS
from smartcity_survey.report.figures.coefficients import claims_by_name
from smartcity_survey.report.figures.drawing import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    VERMILION,
    WIDTH,
    rows_down,
    styled,
)
from smartcity_survey.report.setting import Setting

COLOURS = {
    "pls": VERMILION,
    "plsc": ORANGE,
    "sem": GREEN,
    "mean": BLUE,
    "component": PURPLE,
    "cfa_bartlett": MUTED,
}
BARS = ((0.15, 0.75), (0.25, 0.75), (0.75, 0.45))
"""Opacity and height of the bars, of the widest reading first."""
WIDEST = 1.0
"""Standardised coefficients beyond it are not drawn: the bar ends in an arrow there."""


@styled
def plot_bounds(
    identified_sets: pd.DataFrame, witness_paths: pd.DataFrame, hypotheses: pd.DataFrame, setting: Setting
) -> Figure:
    """One row per claim and method: the strictest set dark, the next one light, witnesses as points.

    Parameters
    ----------
    identified_sets, witness_paths, hypotheses : the stage files of these names; of the last, the printed
        estimates and those of the regression, which the print fixes.
    """
    wording = setting.wording
    sets = identified_sets[identified_sets["predictor"].fillna("") != ""]
    methods = [name for name in COLOURS if name in set(sets["method"])]
    claims = hypotheses.drop_duplicates("hypothesis").to_dict("records")
    keys = ["method", "predictor", "outcome"]
    of_sets, of_witnesses = dict(list(sets.groupby(keys))), dict(list(witness_paths.groupby(keys)))
    rows = len(methods) + 1
    figure = Figure(figsize=(WIDTH, 0.9 + 0.13 * (rows + 1) * len(claims)), layout="constrained")
    axes = figure.subplots()
    for place, claim in enumerate(claims):
        top = place * (rows + 1)
        own = hypotheses[hypotheses["hypothesis"] == claim["hypothesis"]]
        _printed(axes, top, own, setting, named=not place)
        for row, method in enumerate(methods, start=1):
            key = method, claim["predictor"], claim["outcome"]
            label = "" if place else wording.value("method", method)
            found, shown = of_sets.get(key, sets[:0]), of_witnesses.get(key, witness_paths[:0])
            _set(axes, top + row, found, shown, COLOURS[method], label)
        if place:
            axes.axhline(top - 1, color=FAINT, linewidth=0.7)
    middles = np.arange(len(claims)) * (rows + 1) + rows / 2 - 0.5
    names = claims_by_name(hypotheses, setting.labels)
    rows_down(axes, middles, names, len(claims) * (rows + 1) - 1, -1, wording.numbers)
    axes.set_xlim(-WIDEST, WIDEST)
    axes.set_xlabel(wording["figures.bounds.x"])
    _legends(figure, axes, sets, witness_paths, setting)
    return figure


def _printed(axes: Axes, y: float, own: pd.DataFrame, setting: Setting, named: bool) -> None:
    """The regression as the printed tables give it, with its interval, and the coefficient as printed."""
    wording = setting.wording
    lines = {line["method"]: line for line in own.to_dict("records")}
    level = wording.numbers.percentage(100 * setting.regression_level, 0)
    for method, filled, text in (
        ("published", False, wording["figures.bounds.published"]),
        ("ols", True, wording.fill("figures.bounds.printed", level=level)),
    ):
        if line := lines.get(method):
            axes.hlines(y, float(line["ci_low"]), float(line["ci_high"]), color=INK, linewidth=1.6)
            axes.scatter(
                [float(line["estimate"])], [y], facecolor=INK if filled else "white", edgecolor=INK,
                marker="D", s=22, zorder=4 if filled else 3, linewidths=0.9, label=text if named else "",
            )  # fmt: skip


def _legends(
    figure: Figure, axes: Axes, sets: pd.DataFrame, witness_paths: pd.DataFrame, setting: Setting
) -> None:
    """Methods by colour; below them diamonds, points and the shades of the sets."""
    wording = setting.wording
    handles, texts = axes.get_legend_handles_labels()
    marks = [place for place, handle in enumerate(handles) if isinstance(handle, PathCollection)]
    kinds: list[tuple[Any, str]] = [(handles[place], texts[place]) for place in marks]
    if surveys := witness_paths["witness"].nunique():
        point = Line2D([], [], linestyle="", marker="o", markersize=2.6, color=INK)
        kinds.append((point, wording.fill("figures.bounds.witnesses", n=wording.numbers.count(surveys))))
    for reading, (alpha, _) in zip(READINGS[::-1], BARS, strict=True):
        if reading in set(sets["reading"]):
            patch = Rectangle((0, 0), 1, 1, facecolor=INK, alpha=alpha)
            kinds.append((patch, wording[f"figures.bounds.{reading}"]))
    methods: list[tuple[Any, str]] = [
        (handles[place], texts[place]) for place in range(len(handles)) if place not in marks
    ]
    # Filled column by column, which blanks make equally long.
    blank = Line2D([], [], linestyle=""), ""
    longest = max(len(kinds), len(methods))
    columns = [column + [blank] * (longest - len(column)) for column in (kinds, methods) if column]
    figure.legend(
        *zip(*[entry for column in columns for entry in column], strict=True),
        loc="outside lower center",
        ncols=len(columns),
    )


def _set(axes: Axes, y: float, sets: pd.DataFrame, shown: pd.DataFrame, colour: str, label: str) -> None:
    """Bars of one method, the widest reading palest, with an arrow where one is cut off."""
    for reading, (alpha, height) in zip(READINGS[::-1], BARS, strict=True):
        for line in sets[sets["reading"] == reading].to_dict("records"):
            low, high = max(float(line["low"]), -WIDEST), min(float(line["high"]), WIDEST)
            axes.barh(
                y, high - low, left=low, height=height, color=colour, alpha=alpha, linewidth=0,
                label=label if reading == READINGS[0] else "",
            )  # fmt: skip
            for end, beyond, marker in (
                (-WIDEST, float(line["low"]) < -WIDEST, "<"),
                (WIDEST, float(line["high"]) > WIDEST, ">"),
            ):
                if beyond:
                    axes.scatter([end], [y], color=colour, marker=marker, s=14, clip_on=False, zorder=4)
    axes.scatter(shown["estimate"], np.full(len(shown), y), color=INK, s=5, zorder=5, linewidths=0)
