"""Raking: sampling weights that give the respondents kept the known margins of the population."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import NO_ANSWER, demographic_codes, require_demographics
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.io import join_names
from smartcity_survey.stats.core.errors import NotConverged, StatisticsError
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sampling.raking import Margin, rake, trim, weighted_share
from smartcity_survey.study.codebook import MARGIN, RAKED_FROM, WEIGHT, Codebook
from smartcity_survey.study.weighting import MarginSection, WeightingSection

MARGINS = ["demographics", "answers", "n", "sample_percent", "population_percent", "weighted_percent"]
PLACE = "config.yaml, weighting.margins"


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Answers with raked weights.

    answers : with `sampling_weight`, which averages 1, `weight_before_raking`, and each respondent's cell of
    every margin, which errors of raked estimates need. margins : columns `MARGINS`, a line for each cell:
    share of the sample before raking, of the population, and with the weights as trimmed.
    n_trimmed : weights cut. n_iterations : rounds of raking. weighted_before : whether the sample before
    raking is weighted itself, by a column of the survey file.
    """

    answers: pd.DataFrame
    margins: pd.DataFrame
    n_trimmed: int
    n_iterations: int
    weighted_before: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """A margin as the core takes it; its last cell may be of those who left a question out, no row."""

    section: MarginSection
    rows: Sequence[tuple[str, ...]]
    margin: Margin


def rake_answers(
    answers: pd.DataFrame, codebook: Codebook, section: WeightingSection, place: str = PLACE
) -> Weighed:
    """Rake the weights of cleaned answers (1 where there are none) to the margins of the config.

    Who left one of a margin's questions out is a cell of its own, which keeps its share of the sample.

    Raises
    ------
    SurveyError
        listing the rows of margins with an unknown category or without respondents, and categories of
        respondents that no row has; margins that no weights of these respondents have.
    """
    n = len(answers)
    before = answers[WEIGHT].to_numpy(dtype=np.float64) if WEIGHT in answers else np.ones(n)
    problems: list[Problem] = []
    cells = []
    for number, margin in enumerate(section.margins):
        where = f"{place}.{number}"
        try:
            require_demographics(margin.of, codebook, f"{where}.of")
        except SurveyError as error:
            problems += error.problems
            continue
        columns = [demographic_codes(answers[name], codebook, name).astype(str) for name in margin.of]
        codes = list(zip(*columns, strict=True))
        found = [*_row_problems(margin, codes, codebook, where)]
        problems += found
        if not found:
            cells.append(_cells(margin, codes, before))
    if problems:
        raise SurveyError.of(problems)
    try:
        raked = rake(before, [each.margin for each in cells])
        kept = trim(raked.weights, *section.trim) if section.trim else None
    except NotConverged:
        raise SurveyError(
            place,
            "no weights of these respondents have all the margins.",
            "Merge categories that few respondents are in, or leave out a margin.",
        ) from None
    except StatisticsError:
        raise SurveyError(
            f"{place.removesuffix('.margins')}.trim",
            "every raked weight is beyond the bounds.",
            "Widen them, or merge categories that few respondents are in.",
        ) from None
    weights = raked.weights if kept is None else kept.weights
    return Weighed(
        answers.assign(
            **{WEIGHT: weights, RAKED_FROM: before},
            **{f"{MARGIN}{number}": each.margin.cells for number, each in enumerate(cells, 1)},
        ),
        pd.DataFrame([row for each in cells for row in _lines(each, before, weights)], columns=MARGINS),
        0 if kept is None else int(kept.beyond.sum()),
        raked.n_iterations,
        WEIGHT in answers,
    )


def _row_problems(
    margin: MarginSection, codes: Sequence[tuple[str, ...]], codebook: Codebook, place: str
) -> Iterator[Problem]:
    """Rows of a margin with an unknown category or without respondents; respondents without a row."""
    rows = {
        tuple(str(int(code)) for code in row[:-1]): number for number, row in enumerate(margin.population, 1)
    }
    known = [_categories(codebook, name) for name in margin.of]
    given = set(codes)
    for row, number in rows.items():
        here = f"{place}.population, row {number}"
        unknown = [
            f"{name} {code}" for name, code, own in zip(margin.of, row, known, strict=True) if code not in own
        ]
        if unknown:
            first = next(i for i, (code, own) in enumerate(zip(row, known, strict=True)) if code not in own)
            yield Problem(
                here,
                f"the codebook has no category {', '.join(unknown)}.",
                f"Choose from {', '.join(known[first])}.",
            )
        elif row not in given:
            yield Problem(
                here,
                f"nobody among the respondents kept is in it ({_told(margin.of, row)}).",
                "Merge it with a neighbouring category, in the codebook too, or leave out the margin.",
            )
    if margin.whole is None and margin.total < len(codes):
        yield Problem(
            f"{place}.population",
            f"{margin.total:.10g} people in all, of whom {counted(len(codes), 'respondent')} are kept.",
            "Write people of the population, or shares that add up to 100.",
        )
    without: dict[tuple[str, ...], int] = {}
    for each in codes:
        if each not in rows and NO_ANSWER not in each:
            without[each] = without.get(each, 0) + 1
    for each, number in sorted(without.items()):
        yield Problem(
            f"{place}.population",
            f"there is no row for {_told(margin.of, each)}: {counted(number, 'respondent')}.",
            "Add the row.",
        )


def _told(names: Sequence[str], codes: Sequence[str]) -> str:
    return ", ".join(f"{name} {code}" for name, code in zip(names, codes, strict=True))


def _categories(codebook: Codebook, name: str) -> list[str]:
    """Codes of a question's answers; bands count from 1."""
    entry = codebook.demographics[name]
    return [str(code) for code in entry.categories] or [str(i + 1) for i in range(len(entry.bands))]


def _cells(margin: MarginSection, codes: Sequence[tuple[str, ...]], weights: Array) -> _Cells:
    shares = margin.shares(margin.of)
    rows = [tuple(str(code) for code in row) for row in shares]
    position = {row: place for place, row in enumerate(rows)}
    cells = np.array([position.get(each, len(rows)) for each in codes])
    target = np.array([*shares.values()])
    silent = cells == len(rows)
    if silent.any():
        kept = float(weights[silent].sum() / weights.sum())
        target = np.append(target * (1 - kept), kept)
    return _Cells(margin, rows, Margin(cells, target))


def _lines(cells: _Cells, before: Array, after: Array) -> Iterator[dict[str, object]]:
    """Shares are of those who answered; who did not is counted alone."""
    margin, names, rows = cells.margin, join_names(cells.section.of), len(cells.rows)
    counts = np.bincount(margin.cells, minlength=rows)
    population = margin.shares[:rows] / margin.shares[:rows].sum()
    sample, weighted = (weighted_share(w, margin)[:rows] for w in (before, after))
    for place, row in enumerate(cells.rows):
        yield {
            "demographics": names,
            "answers": join_names(row),
            "n": int(counts[place]),
            "sample_percent": 100 * sample[place] / sample.sum(),
            "population_percent": 100 * population[place],
            "weighted_percent": 100 * weighted[place] / weighted.sum(),
        }
    if len(counts) > rows:
        yield {"demographics": names, "answers": NO_ANSWER, "n": int(counts[rows])}
