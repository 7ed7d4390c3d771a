"""Whether a folder of bounds is of the study's printed tables and model, and what of it is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.audit.paper import Paper
from smartcity_survey.data.bounds import (
    ENDS,
    FURTHER,
    MADE_FROM,
    PRICES,
    UNSAID,
    Bounds,
    differences,
    edited_tables,
)
from smartcity_survey.data.bounds_tables import (
    AGAIN,
    END_LAYOUT,
    FURTHER_LAYOUT,
    PRICE_LAYOUT,
    cell_at,
    one_sided,
)
from smartcity_survey.errors import Problem
from smartcity_survey.reconstruct.printed_study import printed_study
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model

_ROUNDED = 1e-4
"""Relative: searches stop a little beyond a limit, and write six digits."""


def bounds_problems(
    folder: Path, bounds: Bounds, model: Model, config: Config, codebook: Codebook, paper: Paper | None
) -> Iterator[Problem]:
    """Paths that the model has not, and printed numbers or a model other than the folder was made from."""
    own = {(outcome, name) for outcome in model.outcomes for name in (*model.predictors(outcome), "")}
    for name, table in bounds.tables.items():
        paths = dict.fromkeys(zip(table["outcome"], table["predictor"], strict=True))
        foreign = [path for path in paths if path not in own]
        if foreign:
            outcome, predictor = foreign[0]
            yield Problem(
                str(folder / name),
                f"it has `{predictor} -> {outcome}`, which is no path of the model, and "
                f"{len(foreign) - 1} more such.",
                AGAIN,
            )
    if paper is not None and (folder / MADE_FROM).is_file():
        printed = printed_study(config, codebook, paper)
        differ = differences(folder, printed.made_from)
        if differ:
            yield Problem(str(folder / MADE_FROM), differ, AGAIN)
        else:
            for path in edited_tables(folder):
                yield Problem(str(path), "it was changed after it was made.", AGAIN)
            yield from _misfits(folder / ENDS, bounds.ends, printed.misfits)


def _misfits(path: Path, ends: pd.DataFrame, allowed: Mapping[str, float]) -> Iterator[Problem]:
    """The first end whose factor model is further off than its reading allows."""
    most = ends["reading"].map(allowed) * (1 + _ROUNDED)
    for place in np.flatnonzero(ends["chi2"] > most)[:1].tolist():
        reading, chi2 = ends.loc[place, ["reading", "chi2"]]
        yield Problem(
            cell_at(path, place + 2, "chi2"),
            f"`{chi2:g}`, where a set of the reading `{reading}` has at most {allowed[reading]:g}.",
            AGAIN,
        )


def bounds_doubts(folder: Path, bounds: Bounds) -> Iterator[Problem]:
    """Sets of which one end alone was found, and a folder that does not say what it was made from."""
    for name, layout in ((ENDS, END_LAYOUT), (PRICES, PRICE_LAYOUT), (FURTHER, FURTHER_LAYOUT)):
        for which, side in one_sided(bounds.tables[name], layout):
            yield Problem(
                str(folder / name),
                f"`{which}` has no {side} end, so its set is left out.",
                "Seek it anew with `smartcity-survey bounds`.",
            )
    if not (folder / MADE_FROM).is_file():
        yield Problem(
            str(folder / MADE_FROM),
            UNSAID,
            "Seek them anew with `smartcity-survey bounds`.",
        )
