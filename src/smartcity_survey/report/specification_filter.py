"""The specification curve by choice: which specifications stay when options are left out, and what they say.

The page draws it with a few lines of script over the numbers that stand in it, 10 to 60 kB: a plotting
library inlined (Vega-Lite with Vega takes 0.8 MB) would be larger than all figures that need it. Without
script, and in print, the figure of the same name shows all specifications.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.report.figures.specification_curve import choice_lines
from smartcity_survey.report.names import option_text
from smartcity_survey.report.setting import Setting
from smartcity_survey.stages.evidence.curve_panel import CHOICES, CurvePanel, curve_panel, with_missing

DIGITS = 5
"""Decimals of the estimates that the page carries."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A hypothesis and the numbers of all its specifications, as they are shown.

    share : that confirm, the options of each choice alike; empty where a print leaves it open.
    """

    name: str
    predictor: str
    n: str
    least: str
    median: str
    largest: str
    share: str


@dataclass(frozen=True, slots=True)
class SpecificationFilter:
    """Options that can be left out, a line for each hypothesis, and the numbers behind them.

    Attributes
    ----------
    choices : each choice with its options; an option by its position among all.
    curves : in the order of the hypotheses.
    data : JSON that the script of the page reads.
    shares : whether there are shares.
    """

    choices: tuple[tuple[str, tuple[tuple[int, str], ...]], ...]
    curves: tuple[Curve, ...]
    data: str
    shares: bool


def specification_filter(tables: Mapping[str, pd.DataFrame], setting: Setting) -> SpecificationFilter | None:
    """The filter of a study; None where it has no specifications, or no choice between any."""
    curve, summary = tables.get("specification_curve"), tables.get("specification_summary")
    if curve is None or summary is None or curve.empty:
        return None
    every = with_missing(CHOICES, curve.columns)
    panels = {str(name): curve_panel(curve, str(name), every) for name in curve["hypothesis"].unique()}
    lines = choice_lines(list(panels.values()))
    options = [line for line in lines if line[1] is not None]
    if not options:
        return None
    position = {option: index for index, option in enumerate(options)}
    predictors = dict(zip(summary["hypothesis"].astype(str), summary["predictor"].astype(str), strict=True))
    choices = tuple(
        (
            setting.wording.value("choice", choice),
            tuple(
                (position[one, option], option_text(one, str(option), setting))
                for one, option in options
                if one == choice
            ),
        )
        for choice in dict.fromkeys(choice for choice, _ in options)
    )
    return SpecificationFilter(
        choices,
        tuple(_curve(name, predictors.get(name, ""), panel, setting) for name, panel in panels.items()),
        _data(list(panels.values()), position, setting),
        not setting.bounded,
    )


def _curve(name: str, predictor: str, panel: CurvePanel, setting: Setting) -> Curve:
    style = setting.wording.numbers
    ends = (panel.estimate.min(), np.median(panel.estimate), panel.estimate.max())
    least, median, largest = (style.fixed(float(value), 3, bounded=True) for value in ends)
    share = float(np.average(panel.confirmed, weights=panel.weight))
    return Curve(
        name,
        setting.labels.construct(predictor),
        style.count(len(panel.estimate)),
        least,
        median,
        largest,
        "" if setting.bounded else style.percentage(100 * share, 0),
    )


def _data(
    panels: Sequence[CurvePanel], position: Mapping[tuple[str, str | None], int], setting: Setting
) -> str:
    """Numbers for the script: of each curve its estimates in rising order, and what each specification takes.

    `sets` are lists of options, `taken` gives of each specification the set of each choice. Where a print
    leaves open which specifications confirm, neither that nor their weights are in the page.
    """
    sets: dict[tuple[int, ...], int] = {}
    curves = []
    for panel in panels:
        own: dict[str, Any] = {"estimate": np.round(panel.estimate, DIGITS).tolist()}
        taken = []
        for choice in dict.fromkeys(choice for choice, _ in position):
            rows = [
                (position[option], chosen)
                for option, chosen in zip(panel.options, panel.chosen, strict=True)
                if option[0] == choice and option in position
            ]
            found = [tuple(at for at, chosen in rows if chosen[s]) for s in range(len(panel.estimate))]
            taken.append([sets.setdefault(one, len(sets)) for one in found])
        own["taken"] = taken
        if not setting.bounded:
            own["confirmed"] = panel.confirmed.astype(int).tolist()
            own["weight"] = [float(f"{weight:.6g}") for weight in panel.weight / panel.weight.max()]
        curves.append(own)
    style = setting.wording.numbers
    numbers = {
        "decimal": style.decimal,
        "minus": style.minus,
        "bare": not style.leading_zero,
        "percent": style.percent,
    }
    data = {"numbers": numbers, "options": len(position), "sets": list(sets), "curves": curves}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
