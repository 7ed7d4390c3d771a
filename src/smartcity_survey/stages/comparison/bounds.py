"""Bounds: which verdicts the printed tables decide, and what they leave open.

An identified set holds every value of a quantity that data with all printed numbers can have. Its ends are
attained values, so the set is at least as wide. A witness is a whole survey near an end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd

from smartcity_survey.data.bounds import (
    END_COLUMNS,
    FURTHER_COLUMNS,
    IN_USE,
    PRICE_COLUMNS,
    READINGS,
    SIDES,
    WITNESS_COLUMNS,
    WITNESSED,
    Bounds,
    bounds_files,
    read_bounds,
)
from smartcity_survey.io import Card, StageResult, read_table
from smartcity_survey.stages.cards import pls_estimator, respondents
from smartcity_survey.stages.comparison.decided import decisions
from smartcity_survey.stages.comparison.witnesses import (
    PATH_COLUMNS,
    pls_of_witnesses,
    ranges,
    rmsea_of,
    unprinted_quantities,
    witness_paths,
)
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.lines import line_of
from smartcity_survey.stages.needs import Bar, Codes, Files, MeasuredClaims, Method, Need, Options, Seed
from smartcity_survey.stages.progress import Progress, silent
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CleaningSection, Config, PlsSection

CORRECTED = "plsc"
"""The method whose correction divides by reliabilities that may be near 0, or no reliabilities at all."""
LISTED_COLUMNS = (
    *("witness", "outcome", "predictor", "side", "end", "estimate", "p"),
    *("rmsea", "missed", "missed_cells"),
)
SET_COLUMNS = (
    *("method", "outcome", "predictor", "reading", "low", "high", "low_std_error", "high_std_error"),
    *("low_chi2", "high_chi2", "low_settled", "high_settled", "starts", "low_apart", "high_apart"),
    *("low_inadmissible", "high_inadmissible"),
)


NOT_SOUGHT = Bounds(
    ends=pd.DataFrame(columns=list(END_COLUMNS)),
    listed=pd.DataFrame(columns=list(WITNESS_COLUMNS)),
    answers={},
    prices=pd.DataFrame(columns=list(PRICE_COLUMNS)),
    further=pd.DataFrame(columns=list(FURTHER_COLUMNS)),
)
"""Of a reconstruction whose bounds nobody has sought."""


@dataclass(frozen=True)
class _BoundsOf(Need):
    """Ends and witnesses of the study."""

    def frames(self, config: Config) -> tuple[str, ...]:
        return ("answers",)

    def files(self, config: Config) -> tuple[str, ...]:
        folder = config.study.bounds_in_use
        return tuple(path.as_posix() for path in bounds_files(Path(folder))) if folder else ()

    def options(self, config: Config, codebook: Codebook) -> Any:
        return {
            "folder": config.study.bounds_in_use,
            "cleaning": config.cleaning.model_dump(mode="json"),
            "codebook": Codes().options(config, codebook),
        }

    def value(self, paths: Files, options: Any) -> Bounds:
        if options["folder"] is None:
            return NOT_SOUGHT
        questions = Codebook.model_validate(options["codebook"])
        cleaning = CleaningSection(**options["cleaning"])
        return read_bounds(Path(options["folder"]), questions, cleaning, len(read_table(paths[0])))


def is_reconstruction(config: Config) -> bool:
    """Whether the answers are a reconstruction, one file among many with the same print, and something is
    claimed of it."""
    # Paths first: a reconstruction without any is no method that lacks something (`check.switches`).
    return bool(config.model.paths) and config.study.reconstruction


@stage(
    *(
        "identified_sets",
        "decisions",
        "prices",
        "further_tables",
        "witnesses",
        "witness_paths",
        "witness_ranges",
    ),
    asked_by=is_reconstruction,
)
def compare_with_bounds(
    answers: pd.DataFrame,
    bounds: Annotated[Bounds, _BoundsOf()],
    model: MeasuredClaims,
    pls: Annotated[PlsSection, Options(PlsSection)],
    scores: Method,
    seed: Seed,
    progress: Annotated[Progress, Bar("witnesses")] = silent,
) -> StageResult:
    """Identified sets, what each witness shows, and whether each verdict is decided by the print.

    Parameters
    ----------
    answers : cleaned, in use.
    bounds : `NOT_SOUGHT` where the config names no folder: whatever is not printed is open then.
    model : measured by the items kept in the data in use, for all witnesses alike.
    """
    surveys = {IN_USE: answers, **bounds.answers}
    refusals = Refusals(model.items, model.names)
    paths, quantities = [pd.DataFrame(columns=["witness", *PATH_COLUMNS])], {}
    for place, (name, frame) in enumerate(surveys.items()):
        progress(place, len(surveys))
        judged = pls if name == IN_USE else pls_of_witnesses(pls)
        own = refusals.attempt(name, partial(witness_paths, frame, model, judged, scores, seed))
        if own is not None:
            paths.append(own.assign(witness=name))
        values = refusals.attempt(name, partial(unprinted_quantities, frame, model, pls))
        if values is not None:
            quantities[name] = values
    shown = pd.concat(paths, ignore_index=True)
    sets = identified_sets(bounds.ends)
    rmsea = {name: rmsea_of(own) for name, own in quantities.items()}
    card: Card = {
        **pls_estimator(model, pls),
        "method": "sequential_quadratic_programming_over_covariances",
        "witnesses": len(bounds.answers),
        "missed_cells": int(bounds.listed["missed"].sum()),
        "bootstrap_draws": pls.bootstrap_draws,
        "witness_draws": pls_of_witnesses(pls).bootstrap_draws,
        "seed": seed,
        **respondents(len(answers)),
        **refusals.card(),
    }
    tables = {
        "identified_sets": sets,
        "decisions": decisions(sets, shown, model, scores),
        "prices": prices(bounds.prices, sets),
        "further_tables": further_tables(_of_first_start(bounds.ends), bounds.further),
        "witnesses": listed_witnesses(bounds.listed, sets, shown, rmsea),
        "witness_paths": shown,
        "witness_ranges": ranges(list(quantities.values())) if len(quantities) > 1 else pd.DataFrame(),
    }
    return StageResult(tables=tables, cards=dict.fromkeys(tables, card))


def identified_sets(ends: pd.DataFrame) -> pd.DataFrame:
    """One line per quantity and reading: the furthest ends over all starts.

    `low_apart, high_apart` : how far the end from another start lies inside, where there is another.
    `low_inadmissible, high_inadmissible` : True where the value itself says that PLSc has no admissible
    solution there, a path or an R2 beyond 1; nothing elsewhere, where it may have none either.
    """
    rows = []
    keys = ["method", "outcome", "predictor", "reading"]
    for values, group in ends.groupby(keys, sort=False):
        row: dict[str, Any] = dict(zip(keys, values, strict=True))
        sides = {str(side): own for side, own in group.groupby("side")}
        if set(sides) != {"low", "high"}:
            continue
        for side, own in sides.items():
            ordered = own.sort_values("value", ascending=side == "low").reset_index(drop=True)
            best = ordered.iloc[0]
            row |= {
                str(side): best["value"],
                f"{side}_std_error": best["std_error"],
                f"{side}_chi2": best["chi2"],
                f"{side}_settled": bool(best["settled"]),
                f"{side}_inadmissible": _inadmissible(row, float(best["value"])),
                f"{side}_apart": abs(ordered["value"][1] - best["value"]) if len(ordered) > 1 else math.nan,
            }
        rows.append({**row, "starts": group["seed"].nunique()})
    frame = pd.DataFrame(rows, columns=list(SET_COLUMNS))
    return _widened(frame, "reading", READINGS)


def listed_witnesses(
    listed: pd.DataFrame, sets: pd.DataFrame, shown: pd.DataFrame, rmsea: Mapping[str, float]
) -> pd.DataFrame:
    """What each witness stands for, and how near it comes.

    `witness, outcome, predictor, side` : the end it was made at; no side where it lies near none of today.
    `end` : that end of the strict set. `estimate, p` : PLS-SEM's path in the witness. `rmsea` : of its
    factor model, as whole answers are held to no fit. `missed, missed_cells` : how many printed numbers it
    does not have, and which.

    rmsea : by witness; of those whose factor model has no solution there is none.
    """
    strict = sets[(sets["method"] == WITNESSED) & (sets["reading"] == READINGS[0])]
    own = shown[shown["method"] == WITNESSED]
    rows = []
    for line in listed.to_dict("records"):
        keys = {"outcome": str(line["outcome"]), "predictor": str(line["predictor"])}
        ends, path = line_of(strict, **keys), line_of(own, witness=str(line["name"]), **keys)
        rows.append(
            {
                "witness": line["name"],
                **keys,
                "side": line["side"],
                "end": ends[str(line["side"])],
                **{name: path[name] for name in ("estimate", "p")},
                "rmsea": rmsea.get(str(line["name"]), math.nan),
                **{name: line[name] for name in ("missed", "missed_cells")},
            }
        )
    return pd.DataFrame(rows, columns=list(LISTED_COLUMNS))


def prices(ends: pd.DataFrame, sets: pd.DataFrame) -> pd.DataFrame:
    """What a value of PLS-SEM's path costs: its set by the fit of the factor model that is asked for.

    `outcome, predictor, rmsea, low, high, low_chi2, high_chi2` : ends where RMSEA is at most this and nothing
    else is asked for, the furthest that were found; a set is at least as wide as one of a better fit, which
    lies within it.

    ends : as sought by fit. sets : the strictest lies within that of the best fit, the claimed one is that of
        the last.
    """
    keys, levels = ["outcome", "predictor", "rmsea"], sorted(ends["rmsea"].unique())
    sought = ends[["outcome", "predictor"]].drop_duplicates()
    of_reading = dict(zip(READINGS[:-1], (levels[0], levels[-1]), strict=True)) if levels else {}
    known = sets[sets["method"] == WITNESSED].merge(sought, how="inner")
    known = known.assign(rmsea=known["reading"].map(of_reading)).dropna(subset="rmsea")
    furthest = []
    for side in SIDES:
        own = ends[ends["side"] == side].rename(columns={"value": side, "chi2": f"{side}_chi2"})
        columns = [*keys, side, f"{side}_chi2"]
        both = pd.concat([own[columns], known[columns]], ignore_index=True)
        found = both.groupby(keys, sort=False)[side]
        furthest.append(both.loc[found.idxmin() if side == SIDES[0] else found.idxmax()])
    low, high = furthest
    table = low.merge(high, on=keys)[[*keys, "low", "high", "low_chi2", "high_chi2"]]
    return _widened(table, "rmsea", levels)


def further_tables(sets: pd.DataFrame, further: pd.DataFrame) -> pd.DataFrame:
    """Widths of the sets of PLS-SEM's paths as printed, and if one more table were printed.

    `table, outcome, predictor, low, high, width, of_width` : the last as a share of the strictest set's; the
    table that leaves the least comes first.

    sets : from the start that the sets with one more table were sought from.
    """
    keys = ["outcome", "predictor"]
    strict = sets[(sets["method"] == "pls") & (sets["reading"] == READINGS[0])]
    whole = strict.assign(whole=strict["high"] - strict["low"])[[*keys, "whole"]]
    lows, highs = (further[further["side"] == side].drop(columns="side") for side in ("low", "high"))
    table = lows.rename(columns={"value": "low"}).merge(highs.rename(columns={"value": "high"}))
    table = table.merge(whole, on=keys, how="left")
    table["width"] = table["high"] - table["low"]
    table["of_width"] = table["width"] / table.pop("whole")
    order = list(table.groupby("table")["of_width"].mean().sort_values().index)
    return table.sort_values(
        "table", key=lambda names: names.map(order.index), kind="stable", ignore_index=True
    )


def _inadmissible(quantity: Mapping[str, Any], value: float) -> Any:
    """Whether a value of PLSc alone shows that no admissible solution has it; nan where it does not."""
    beyond = not (abs(value) <= 1 if quantity["predictor"] else 0 <= value <= 1)
    return True if quantity["method"] == CORRECTED and beyond else math.nan


def _of_first_start(ends: pd.DataFrame) -> pd.DataFrame:
    """Sets from the first start alone."""
    return identified_sets(ends[ends["seed"] == ends["seed"].min()])


def _widened(sets: pd.DataFrame, level: str, strictest_first: Sequence[object]) -> pd.DataFrame:
    """Each set at least as wide as that of a stricter level, which lies within it.

    level : column of what is asked for; those before it name the quantity.
    """
    order = list(strictest_first)
    quantity = list(sets.columns[: list(sets.columns).index(level)])
    for _, group in sets.groupby(quantity, sort=False):
        places = sorted(group.index, key=lambda i: order.index(sets.at[i, level]))
        for before, after in pairwise(places):
            for side, further in (("low", np.less_equal), ("high", np.greater_equal)):
                if further(float(sets[side][before]), float(sets[side][after])):
                    own = [name for name in sets.columns if name == side or name.startswith(f"{side}_")]
                    sets.loc[after, own] = sets.loc[before, own]
    return sets
