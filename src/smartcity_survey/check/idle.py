"""Keys of `data` that change nothing in how the survey file is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from smartcity_survey.data.read.kinds import kind_of
from smartcity_survey.data.read.opening import GRIDS
from smartcity_survey.errors import Problem
from smartcity_survey.study.config import DataSection

_WITH_SHEETS = {"xlsx", "xls", "xlsb", "ods", "rds"}
_OF_ROWS = ("header_rows", "label_row", "skip_rows")


def idle_keys(path: Path, section: DataSection, place: str) -> Iterator[Problem]:
    """Keys that name a sheet or rows where the file has none such: a slip, for they would do nothing.

    Parameters
    ----------
    path : the survey file, which has been read. place : where `data` stands in the config.
    """
    kind = kind_of(path) if section.format == "auto" else section.format
    if kind == "zip":  # of the file inside
        return
    if section.sheet != DataSection.model_fields["sheet"].default and kind not in _WITH_SHEETS:
        yield Problem(
            f"{place}.sheet", f"{path} has no sheets, so {section.sheet!r} names none.", "Take the key out."
        )
    if kind not in GRIDS:
        for key in _OF_ROWS:
            if getattr(section, key):
                yield Problem(
                    f"{place}.{key}",
                    f"{path} names its columns itself, and no row of it.",
                    "Take the key out.",
                )
    elif section.skip_rows:
        yield from _rows_not_skipped(path, kind, section, place)


def _rows_not_skipped(path: Path, kind: str, section: DataSection, place: str) -> Iterator[Problem]:
    grid = GRIDS[kind](path, section)
    with closing(grid.rows()) as rows:  # type: ignore[type-var]
        numbers = [number for number, _ in rows]
    names = section.header_rows or tuple(numbers[:1])
    for number in section.skip_rows:
        if number in names:
            yield Problem(
                f"{place}.skip_rows",
                f"in {number} stand the names of the columns: it is no questionnaire anyway.",
                f"Take {number} out, or correct it; `data.header_rows` says where the names stand.",
            )
        elif number not in numbers:
            yield Problem(
                f"{place}.skip_rows",
                f"{path} has no {grid.noun} {number}.",
                f"Take {number} out, or write the number of one that is there and no questionnaire.",
            )
