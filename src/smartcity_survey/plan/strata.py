"""Strata: groups of a population by demographic variables, their sizes and how answers differ within."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from smartcity_survey.data.demographics import demographic_codes, require_demographics
from smartcity_survey.data.read.cells import cell_text, folded
from smartcity_survey.data.read.opening import open_table
from smartcity_survey.data.read.tables import Table
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.plan.finished import Finished
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import DataSection

POPULATION = "population"
"""Column of the members of each stratum."""
LARGEST = 10**10
"""Members of a stratum at most: more than there are people."""
FEWEST = 2
"""Respondents that a spread is computed of."""
Code = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Strata:
    """Strata in their order.

    Attributes
    ----------
    variables : that tell them apart. codes : (h,) code of each variable, bands counted from 1.
    sizes : (h,), members, or respondents of the study. counted : whether they are members of the population.
    respondents : (h,), of the study. spread : (h,), standard deviation of the outcomes' scores, over that of
        all. own : (h,), whether that is of the stratum's own respondents or, as they are too few, of all.
    left_out : what the table of the population has no row for, and nobody in the study is in.
    """

    variables: tuple[str, ...]
    codes: tuple[Code, ...]
    sizes: Array
    counted: bool
    respondents: Array
    spread: Array
    own: tuple[bool, ...]
    left_out: tuple[Code, ...] = ()


def strata_of(study: Finished, folder: Path) -> Strata:
    """Strata of a study's plan: by its table of the population, else by its own respondents.

    Raises
    ------
    SurveyError
        where a variable is not in the codebook; where the table cannot be read, has a stratum twice or one
        whose code or size is none, or leaves out a stratum that respondents of the study are in; where nobody
        in the study is in a stratum of the population.
    """
    plan = study.config.plan
    variables = plan.strata or study.config.groups.variables
    place = "config.yaml, plan.strata" if plan.strata else "config.yaml, groups.variables"
    require_demographics(variables, study.codebook, place)
    own = _codes_of_respondents(study, variables)
    sizes, counted, source = _sizes(study, folder, variables, own)
    there = _in_order(own, study.codebook, variables)
    problems = [_nobody(source, variables, code) for code in sizes if code not in own]
    problems += [_no_row(source, variables, code, own.count(code)) for code in there if code not in sizes]
    if problems:
        raise SurveyError.of(problems)
    spread, enough = _spread(study, own, list(sizes))
    return Strata(
        variables,
        tuple(sizes),
        np.array(list(sizes.values())),
        counted,
        np.array([own.count(code) for code in sizes], dtype=np.float64),
        spread,
        enough,
        tuple(code for code in _every(study.codebook, variables) if code not in sizes) if source else (),
    )


def _sizes(
    study: Finished, folder: Path, variables: Sequence[str], own: Sequence[Code]
) -> tuple[dict[Code, float], bool, str]:
    """Size of each stratum, whether these are people, and what they are from.

    A table of the population comes first, then a margin of `weighting` that has all variables, then what the
    study's respondents count.
    """
    config = study.config
    if config.plan.population is not None:
        path = folder / config.plan.population
        return _population(path, study.codebook, variables), True, config.plan.population
    for number, margin in enumerate(config.weighting.margins):
        if variables and set(variables) <= set(margin.of):
            people = margin.whole is None
            shares = margin.shares(tuple(variables))
            found = {
                tuple(map(str, code)): share * margin.total if people else share
                for code, share in shares.items()
            }
            return found, people, f"config.yaml, weighting.margins.{number}"
    counts: dict[Code, float] = {}
    for code, weight in zip(own, study.weights, strict=True):
        counts[code] = counts.get(code, 0.0) + float(weight)
    return {code: counts[code] for code in _in_order(own, study.codebook, variables)}, False, ""


def _codes_of_respondents(study: Finished, variables: Sequence[str]) -> list[Code]:
    columns = [demographic_codes(study.answers[name], study.codebook, name).astype(str) for name in variables]
    return list(zip(*columns, strict=True)) if columns else [()] * len(study.scores)


def _in_order(own: Sequence[Code], codebook: Codebook, variables: Sequence[str]) -> list[Code]:
    """Combinations that somebody is in, in the codebook's order; who left a question out is in none."""
    there = set(own)
    return [code for code in _every(codebook, variables) if code in there]


def _every(codebook: Codebook, variables: Sequence[str]) -> Iterator[Code]:
    """All combinations of the codebook's answers."""
    return product(*(codes_of(codebook, name) for name in variables))


def codes_of(codebook: Codebook, variable: str) -> tuple[str, ...]:
    """Codes of a demographic variable; bands count from 1."""
    entry = codebook.demographics[variable]
    return tuple(map(str, entry.categories or range(1, len(entry.bands) + 1)))


def spellings(codebook: Codebook, variable: str) -> Mapping[str, str]:
    """Each way a table may name an answer, folded -> its code."""
    entry = codebook.demographics[variable]
    labels = list(entry.categories.values()) or [band.label for band in entry.bands]
    found: dict[str, str] = {}
    for code, label in zip(codes_of(codebook, variable), labels, strict=True):
        found |= {folded(one): code for one in ([label] if isinstance(label, str) else label.values())}
        found[code] = code
    return found


def code_of(text: str, known: Mapping[str, str]) -> str | None:
    """The code that a cell names: by a label, or by a number, which spreadsheets may write as `2.0`."""
    found = known.get(folded(text))
    return known.get(text.strip().removesuffix(".0")) if found is None else found


def _population(path: Path, codebook: Codebook, variables: Sequence[str]) -> dict[Code, float]:
    """Members of each stratum, from a table with a row for each."""
    rows = table_rows(path, [*variables, POPULATION])
    known = {name: spellings(codebook, name) for name in variables}
    sizes: dict[Code, float] = {}
    problems = []
    for number, row in rows:
        place = f"{path}, row {number}"
        codes = {name: code_of(row[name], known[name]) for name in variables}
        wrong = [name for name, code in codes.items() if code is None]
        for name in wrong:
            problems.append(unknown_answer(f"{place}, column {name}", row[name], codebook, name))
        size = _size(row[POPULATION])
        if size is None:
            problems.append(
                Problem(
                    f"{place}, column {POPULATION}",
                    f"{row[POPULATION]!r} is no number of people.",
                    "Write a whole number above 0; leave out strata that nobody lives in.",
                )
            )
        if wrong or size is None:
            continue
        code = tuple(str(codes[name]) for name in variables)
        if code in sizes:
            problems.append(Problem(place, "this stratum stands in an earlier row too.", "Keep one of them."))
        sizes[code] = size
    if problems:
        raise SurveyError.of(problems)
    if not sizes:
        raise SurveyError(str(path), "there is a header but no row.", "Write a row for each stratum.")
    return sizes


def _size(text: str) -> float | None:
    plain = "".join(text.split()).removesuffix(".0")
    return float(plain) if plain.isdigit() and 0 < int(plain) <= LARGEST else None


def unknown_answer(place: str, found: str, codebook: Codebook, variable: str) -> Problem:
    """A cell that names no category of a variable."""
    entry = codebook.demographics[variable]
    listed = ", ".join(codes_of(codebook, variable))
    what = "bands, counted from 1" if entry.bands else "codes"
    return Problem(
        place,
        f"{found!r} is no answer to {variable} that the codebook knows.",
        f"Write its code or its label; {what}: {listed}.",
    )


def open_listed(path: Path, section: DataSection, place: str, keys: str = "") -> Table:
    """Open a table that the key of `plan` at `place` names; as `open_table`.

    keys : where keys as those of `data` stand, which refusals name; none: there are none.
    """
    if not path.exists():
        raise SurveyError(place, f"there is no file {path}.", "Correct the name, or put the table there.")
    try:
        return open_table(path, section)
    except SurveyError as error:
        raise SurveyError.of(by_own_keys(error.problems, place, keys)) from error


def by_own_keys(problems: Sequence[Problem], place: str, keys: str = "") -> list[Problem]:
    """Problems of reading a table, with what to write in place of the keys of `data` that they name."""
    if not any("data." in f"{problem.place} {problem.remedy}" for problem in problems):
        return [*problems]
    remedy = "Save it as UTF-8 .csv or as .xlsx, with the table on its first sheet."
    if keys:
        remedy = f"Where a key of `data` is named, write it under `{keys.split(', ')[-1]}`."
    return [*problems, Problem(keys or place, "the table is read as a survey file is.", remedy)]


def table_rows(path: Path, needed: Sequence[str], sheet: str | int = 0) -> list[tuple[int, dict[str, str]]]:
    """Rows of a table by number, the needed columns as text.

    Raises
    ------
    SurveyError
        where the file cannot be read, lacks a column or has lines that are no rows.
    """
    table = open_listed(
        path, DataSection(file=path.name, codebook="", sheet=sheet), "config.yaml, plan.population"
    )
    absent = [name for name in needed if name not in table.columns]
    if absent:
        raise SurveyError.of(
            [
                Problem(
                    f"{path}, column {name}",
                    "the file has no such column.",
                    f"Its columns are: {', '.join(table.columns)}.",
                )
                for name in absent
            ]
        )
    rows: list[tuple[int, dict[str, str]]] = []
    for batch in table.batches(list(needed)):
        if batch.problems:
            raise SurveyError.of(batch.problems)
        cells = {name: batch.cells[name].map(cell_text).tolist() for name in needed}
        for position, number in enumerate(batch.cells.index):
            rows.append((int(number), {name: cells[name][position] for name in needed}))
    return rows


def told(variables: Sequence[str], code: Code) -> str:
    """A stratum, as messages name it."""
    return ", ".join(f"{name} {one}" for name, one in zip(variables, code, strict=True))


def _no_row(path: str, variables: Sequence[str], code: Code, n: int) -> Problem:
    return Problem(
        path,
        f"there is no row for {told(variables, code)}: {counted(n, 'respondent')}.",
        "Add the row: of a stratum that is left out nobody would be asked.",
    )


def _nobody(path: str, variables: Sequence[str], code: Code) -> Problem:
    return Problem(
        f"{path}, {told(variables, code)}",
        "nobody in this study is in this stratum: how far answers differ in it is unknown.",
        "Join it with a neighbour, or leave a variable out of `plan.strata`.",
    )


def _spread(study: Finished, own: Sequence[Code], codes: Sequence[Code]) -> tuple[Array, tuple[bool, ...]]:
    """Root mean square of the standard deviations of the outcomes' scores, those of all being 1."""
    scores = study.scores[list(study.model.outcomes or study.model.names)].to_numpy(dtype=np.float64)
    whole = _variances(scores, study.weights)
    spread, enough = [], []
    for code in codes:
        there = np.array([one == code for one in own])
        within = (
            float(np.sqrt((_variances(scores[there], study.weights[there]) / whole).mean()))
            if there.sum() >= FEWEST
            else 0.0
        )
        enough.append(within > 0)
        spread.append(within or 1.0)
    return np.array(spread), tuple(enough)


def _variances(scores: Array, weights: Array) -> Array:
    """(c,): weighted variances of columns, by n - 1 where all weigh alike."""
    centred = scores - np.average(scores, axis=0, weights=weights)
    variances: Array = np.average(np.square(centred), axis=0, weights=weights)
    return variances * len(scores) / (len(scores) - 1)
