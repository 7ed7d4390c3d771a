"""Start a study in a folder: draft it, copy the survey file, write codebook, config and its schema."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import yaml

from smartcity_survey.data.detect import detect
from smartcity_survey.data.read.cells import Missing, cell_text, read_codes
from smartcity_survey.data.read.formulas import UNSTORED
from smartcity_survey.data.read.opening import open_table
from smartcity_survey.data.read.tables import Table
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.io import write_text
from smartcity_survey.messages import translated
from smartcity_survey.new_wave.answers import understand
from smartcity_survey.new_wave.columns import Column, describe_columns, has_decimal_commas
from smartcity_survey.new_wave.comments import SCHEMA, commented
from smartcity_survey.new_wave.draft import Draft, draft_study
from smartcity_survey.new_wave.guesses import guess_roles
from smartcity_survey.new_wave.languages import may_be_parted, same_questions
from smartcity_survey.new_wave.marks import marks_in
from smartcity_survey.new_wave.metadata import tool_of
from smartcity_survey.new_wave.multiple import Choice
from smartcity_survey.new_wave.shapes import odd_shapes
from smartcity_survey.parsing import parse, read_yaml
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import DataSection, Language, parse_config
from smartcity_survey.study.model_checks import closest

_NUMBER = re.compile(r"-?\d+([.,]\d+)?( \(\d+\))?$")


def start_new_wave(folder: Path, survey: Path, language: Language = "en") -> Draft:
    """Draft a study in `folder` from a survey file, which is copied to `folder/data` unless it lies in it.

    Parameters
    ----------
    language : of the study, where the file has no words that tell it.

    Raises
    ------
    SurveyError
        where the file cannot be read, holds no row of answers, or the folder holds a study already.
        Nothing is written then. What is not understood is no reason: it is marked in the files, and listed.
    """
    for name in ("config.yaml", "codebook.yaml"):
        if (folder / name).exists():
            raise SurveyError(
                str(folder / name), "it exists already.", "Choose a new folder, or delete it first."
            )
    if folder.exists() and not folder.is_dir():
        raise SurveyError(str(folder), "it is a file.", "Choose a new folder.")
    _require_file(survey)
    inside = survey.resolve().is_relative_to(folder.resolve())
    target = survey.resolve().relative_to(folder.resolve()) if inside else Path("data") / survey.name
    draft = draft_from(survey, target, language)
    texts = {name: _render(name, draft) for name in ("codebook.yaml", "config.yaml")}
    texts["config.yaml"] = commented(texts["config.yaml"], draft.config["language"])
    if not inside:
        _copy(survey, folder / target)
    for name, text in texts.items():
        write_text(text, folder / name)
    # Beside the config, so that an editor finds it without network and wherever the folder goes.
    write_text(_read(SCHEMA), folder / SCHEMA)
    # What was drafted is valid, or the drafting is at fault: better known now than at the first run.
    if draft.codebook["items"]:
        parse(Codebook, read_yaml(folder / "codebook.yaml"), str(folder / "codebook.yaml"))
        parse_config(read_yaml(folder / "config.yaml"), str(folder / "config.yaml"))
    return draft


def _require_file(survey: Path) -> None:
    if not survey.exists():
        neighbours = [other.name for other in survey.parent.glob("*.*")] if survey.parent.is_dir() else []
        hint = closest(survey.name, neighbours)
        raise SurveyError(str(survey), "no such file.", f"{hint}Check the path behind `--from`.")


def draft_from(survey: Path, target: Path, language: Language = "en") -> Draft:
    """Draft a study from a survey file that will stand at `target` in its folder; nothing is written.

    Raises
    ------
    SurveyError
        where the file cannot be read or holds no row of answers.
    """
    detected = detect(survey)
    keys = dict(detected.keys)
    table = open_table(survey, _section(survey, keys))
    problems: list[Problem] = []
    columns = describe_columns(table, ".", detected.groups, problems)
    groups = detected.groups
    same, unpaired = same_questions(columns, _filled(table)) if may_be_parted(columns) else ({}, ())
    if same:
        keys["same_question"] = same
        positions = dict(zip(table.columns, groups, strict=False))
        table = open_table(survey, _section(survey, keys))
        groups = tuple(positions.get(name, "") for name in table.columns)
        columns = describe_columns(table, ".", groups, [])
    delimiter = table.how.get("delimiter", "")
    if has_decimal_commas(columns, delimiter):
        keys["decimal"] = ","
        columns = describe_columns(table, ",", groups, [])
    if not any(column.n_answered for column in columns) and not problems:
        raise SurveyError(str(survey), "there is a header but no row of answers.", "Export the survey again.")
    tool = tool_of(table.columns)
    understood = understand(columns, tool, keys.get("decimal", "."))
    values = partial(_values, table, keys.get("decimal", "."))
    roles = guess_roles(understood.columns, tool, values, delimiter)
    roles = replace(roles, choices=tuple(_with_empty_rows(table, choice) for choice in roles.choices))
    data = {"file": target.as_posix(), "codebook": "codebook.yaml", **keys}
    lines = [str(problem) for problem in problems]
    lines += _unstored(survey, columns)
    lines += odd_shapes(survey, columns, roles)
    if unpaired:
        listed = "; ".join(f"{', '.join(map(repr, names))} ({len(names)})" for names in unpaired)
        lines.append(
            "config.yaml: columns of two languages, of which everybody answered one, are not as many: "
            f"{listed}. Write those that ask the same under `data`: "
            "`same_question: {one: [its translation]}`."
        )
    if len(columns) == 1:
        lines.append(
            f"{survey}: it has one column, {columns[0].name!r}. If it should have more, its "
            "columns are parted by "
            "something else than a comma, semicolon, tab or bar: save it again as .xlsx or .csv."
        )
    if sum(bool(_NUMBER.match(column.name)) for column in columns) > 0.5 * len(columns):
        lines.append(
            f"{survey}: most columns are called by a number ({columns[0].name!r}, ...): is the row of names "
            "missing? Write one above the answers, or name its row in `data.header_rows`; else the first "
            "answers are lost."
        )
    if understood.mixed:
        shown = ", ".join(map(repr, understood.mixed[:3])) + (", ..." if len(understood.mixed) > 3 else "")
        lines.append(
            f"{survey}: {counted(len(understood.mixed), 'column')} ({shown}) hold words and codes side by "
            "side. A code is taken for the answer in its place, 1 for the lowest; correct the file where "
            "it is not so."
        )
    found = [*detected.found, *_orders(understood.by_file)]
    return draft_study(
        roles,
        data,
        f"New wave: {survey.stem}",
        found,
        understood.missing,
        understood.doubtful,
        lines,
        marks_in(columns, tool),
        declared=Missing(ranges=tuple(one for ranges in table.missing_ranges.values() for one in ranges)),
        language=language,
    )


def _orders(columns: Sequence[Column]) -> Iterator[str]:
    """What is told of words that are in the file's own order."""
    by_words: dict[tuple[str, ...], list[str]] = {}
    for column in columns:
        by_words.setdefault(tuple(column.answers.values()), []).append(column.name)
    for words, names in by_words.items():
        shown = ", ".join(map(repr, names[:3])) + (", ..." if len(names) > 3 else "")
        yield (
            f"The words of {counted(len(names), 'column')} ({shown}) are in the order that the file has of "
            f"them, lowest first: {', '.join(words)}."
        )


def _unstored(survey: Path, columns: Sequence[Column]) -> Iterator[str]:
    """What is told of columns with formulas whose values the file does not hold."""
    n_of = {column.name: column.words[UNSTORED] for column in columns if UNSTORED in column.words}
    if n_of:
        shown = ", ".join(map(repr, list(n_of)[:3])) + (", ..." if len(n_of) > 3 else "")
        yield (
            f"{survey}: formulas without values stand in {counted(len(n_of), 'column')} ({shown}): "
            f"{counted(sum(n_of.values()), 'cell')}. Open the file in Excel or LibreOffice, which compute "
            "them, save it there, and draft again in a new folder."
        )


def _section(survey: Path, keys: Mapping[str, Any]) -> DataSection:
    return DataSection.model_validate({"file": survey.name, "codebook": "codebook.yaml", **keys})


def _values(table: Table, decimal: str, columns: Sequence[Column]) -> Array:
    """(n, p): answers to some columns, NaN where there is no code."""
    batches = [batch.cells for batch in table.batches([column.name for column in columns])]
    values = []
    for column in columns:
        cells = [read_codes(cells[column.name], column.coded, Missing(), decimal).values for cells in batches]
        own = np.concatenate(cells) if cells else np.empty(0)
        if column.counts:
            own[~np.isin(own, list(column.counts))] = np.nan
        values.append(own)
    return np.column_stack(values)


def _filled(table: Table) -> BoolArray:
    """(n, p): cells that hold something."""
    batches = [batch.cells for batch in table.batches(table.columns)]
    return np.vstack(
        [cells.map(lambda cell: cell_text(cell) != "").to_numpy(dtype=bool) for cells in batches]
    )


def _with_empty_rows(table: Table, choice: Choice) -> Choice:
    """A question with several answers, with how many left all of its cells empty."""
    names = [column.name for column in choice.members]
    n = sum(
        not any(map(cell_text, row))
        for batch in table.batches(names)
        for row in batch.cells.itertuples(index=False)
    )
    return replace(choice, n_empty=n)


def _render(name: str, draft: Draft) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    environment.filters["yaml"] = _flow
    environment.filters["said"] = partial(translated, language=draft.config["language"])
    template = environment.from_string(_read(f"{name}.j2"))
    return template.render(config=draft.config, codebook=draft.codebook, schema=SCHEMA, draft=draft)


def _read(name: str) -> str:
    """Text of a file beside this module."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _flow(value: Any) -> str:
    """A value as yaml on one line."""
    text = yaml.safe_dump(
        [value], allow_unicode=True, default_flow_style=True, sort_keys=False, width=float("inf")
    )
    return text.strip()[1:-1]


def _copy(source: Path, target: Path) -> None:
    """Copy a file whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    shutil.copyfile(source, partial)
    partial.replace(target)
