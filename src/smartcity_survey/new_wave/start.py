"""Start a study in a folder: draft it, copy the survey file, write codebook, config and its schema."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import yaml

from smartcity_survey.data.read.opening import open_table
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import write_text
from smartcity_survey.new_wave.columns import Column, describe_columns, has_decimal_commas
from smartcity_survey.new_wave.comments import SCHEMA, commented
from smartcity_survey.new_wave.draft import Draft, draft_study
from smartcity_survey.new_wave.guesses import FEWEST_ITEMS, guess_roles
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import DataSection, parse_config
from smartcity_survey.study.model_checks import closest
from smartcity_survey.study.parsing import parse, read_yaml

FALLBACK = "cp1251"
"""Encoding of text that is not UTF-8 and names no other: what Windows programs write in Kazakhstan."""


def start_new_wave(folder: Path, survey: Path) -> Draft:
    """Draft a study in `folder` from a survey file, which is copied to `folder/data` unless it lies in it.

    Raises
    ------
    SurveyError
        where the file cannot be read, no column looks like an item, or the folder holds a study already.
        Nothing is written then.
    """
    for name in ("config.yaml", "codebook.yaml"):
        if (folder / name).exists():
            raise SurveyError(
                str(folder / name), "it exists already.", "Choose a new folder, or delete it first."
            )
    if folder.exists() and not folder.is_dir():
        raise SurveyError(str(folder), "it is a file.", "Choose a new folder.")
    _require_file(survey)
    columns, how = _describe(survey)
    roles = guess_roles(columns)
    if not roles.groups:
        raise SurveyError(
            str(survey),
            f"no {FEWEST_ITEMS} columns of whole codes share a prefix or their answers.",
            "Name the items of a construct alike (trust1, trust2), or write the codebook by hand.",
        )
    inside = survey.resolve().is_relative_to(folder.resolve())
    target = survey.resolve().relative_to(folder.resolve()) if inside else Path("data") / survey.name
    data = {"file": target.as_posix(), "codebook": "codebook.yaml", **how}
    draft = draft_study(roles, data, f"New wave: {survey.stem}")
    texts = {name: _render(name, draft) for name in ("codebook.yaml", "config.yaml")}
    texts["config.yaml"] = commented(texts["config.yaml"])
    if not inside:
        _copy(survey, folder / target)
    for name, text in texts.items():
        write_text(text, folder / name)
    # Beside the config, so that an editor finds it without network and wherever the folder goes.
    write_text(_read(SCHEMA), folder / SCHEMA)
    # What was drafted is valid, or the drafting is at fault: better known now than at the first run.
    parse(Codebook, read_yaml(folder / "codebook.yaml"), str(folder / "codebook.yaml"))
    parse_config(read_yaml(folder / "config.yaml"), str(folder / "config.yaml"))
    return draft


def _require_file(survey: Path) -> None:
    if not survey.exists():
        neighbours = [other.name for other in survey.parent.glob("*.*")] if survey.parent.is_dir() else []
        hint = closest(survey.name, neighbours)
        raise SurveyError(str(survey), "no such file.", f"{hint}Check the path behind `--from`.")


def _describe(survey: Path) -> tuple[tuple[Column, ...], Mapping[str, str]]:
    """The columns of a survey file, and what had to be guessed to read it."""
    try:
        return _described(survey, {})
    except SurveyError:
        encoding = _other_encoding(survey)
        if encoding is None:
            raise
        try:
            return _described(survey, {"encoding": encoding})
        except SurveyError:
            pass
        raise


def _described(survey: Path, how: Mapping[str, str]) -> tuple[tuple[Column, ...], Mapping[str, str]]:
    section = DataSection.model_validate({"file": survey.name, "codebook": "codebook.yaml", **how})
    columns = describe_columns(open_table(survey, section), decimal=".")
    if has_decimal_commas(columns):
        how = {**how, "decimal": ","}
        columns = describe_columns(open_table(survey, section), decimal=",")
    return columns, how


def _other_encoding(survey: Path) -> str | None:
    if not survey.is_file() or survey.suffix.lower() == ".xlsx":
        return None
    with survey.open("rb") as file:
        start = file.read(4096)
    if survey.suffix.lower() != ".csv" or b"\0" not in start:
        return FALLBACK
    # Latin letters and digits, which every header has, carry their zero byte first or second.
    return "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"


def _render(name: str, draft: Draft) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    environment.filters["yaml"] = _flow
    template = environment.from_string(_read(f"{name}.j2"))
    return template.render(config=draft.config, codebook=draft.codebook, schema=SCHEMA)


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
