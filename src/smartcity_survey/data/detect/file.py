"""A survey file of unknown make: the keys of `data` by which it is read, each with what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from smartcity_survey.data.detect.encoding import detect_encoding
from smartcity_survey.data.detect.layout import Layout, find_layout
from smartcity_survey.data.read import calamine_file, html_file, xlsx_file
from smartcity_survey.data.read.archives import unpacked
from smartcity_survey.data.read.csv_file import BROKEN, broken_lines, marked_encoding
from smartcity_survey.data.read.grid import Row
from smartcity_survey.data.read.kinds import kind_of
from smartcity_survey.data.read.opening import GRIDS, require_file
from smartcity_survey.study.config import DataSection

_SPREADSHEETS = ("xlsx", "xls", "xlsb", "ods")
_TEXTS = ("csv", "html")
LINES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Detected:
    """How a file is read.

    Attributes
    ----------
    keys : of `data` in the config, those that are not as they would be without saying.
    found : what was found, a sentence each.
    groups : headings that stand above the names of columns, by position; empty where there are none.
    """

    keys: Mapping[str, Any]
    found: tuple[str, ...] = ()
    groups: tuple[str, ...] = field(default=())


def detect(path: Path, given: Mapping[str, Any] = MappingProxyType({})) -> Detected:
    """Look at the whole file once.

    Parameters
    ----------
    given : keys that are known: encoding, sheet. They are taken as they are.

    Raises
    ------
    SurveyError
        for a file that is missing, empty, damaged, protected or no table.
    """
    require_file(path)
    kind = kind_of(path)
    if kind == "zip":
        file = unpacked(path)
        with file.told():
            inside = detect(file.path, given)
        return replace(
            inside, found=(f"The answers are in the file {file.member!r} of the archive.", *inside.found)
        )
    if kind not in GRIDS:
        return Detected({})
    keys: dict[str, Any] = dict(given)
    found: list[str] = []
    if kind in _TEXTS:
        encoding = detect_encoding(path) if kind == "csv" and "encoding" not in given else None
        if encoding:
            keys["encoding"] = encoding
            found.append(f"The file's encoding is `{encoding}`.")
        elif kind == "csv" and (broken := broken_lines(path)) and marked_encoding(path) != "utf-16":
            shown = ", ".join(map(str, broken[:LINES_SHOWN])) + (", ..." if len(broken) > LINES_SHOWN else "")
            found.append(
                f"The file is UTF-8 but for damaged letters, which are shown as '{BROKEN}' (lines {shown}). "
                "Write them anew where they are answers."
            )
    if kind == "html" and (others := html_file.other_tables(path, _section(path, keys))):
        tables = ", ".join(others)
        found.append(f"The answers are in the largest table of the page; not read: {tables}.")
    if kind in _SPREADSHEETS and "sheet" not in given:
        names = xlsx_file.sheets_of(path) if kind == "xlsx" else calamine_file.sheets_of(kind, path)
        filled = _cells_filled(path, kind, names)
        sheet = max(names, key=lambda name: filled[name])
        if sheet != names[0]:
            keys["sheet"] = sheet
        if sheets := ", ".join(repr(name) for name in names if name != sheet and filled[name]):
            found.append(f"The answers are on the sheet {sheet!r}; not read: {sheets}.")
    rows = _rows(path, kind, keys)
    layout = find_layout(rows)
    keys |= _keys(layout)
    return Detected(keys, (*found, *_told(layout, "line" if kind == "csv" else "row")), layout.groups)


def _rows(path: Path, kind: str, keys: Mapping[str, Any]) -> list[Row]:
    return [(number, list(row)) for number, row in GRIDS[kind](path, _section(path, keys)).rows()]


def _section(path: Path, keys: Mapping[str, Any]) -> DataSection:
    return DataSection.model_validate({"file": path.name, "codebook": "", **keys})


def _cells_filled(path: Path, kind: str, names: Sequence[str]) -> dict[str, int]:
    """How many cells of each sheet hold something; of a sheet alone they are not counted."""
    if len(names) < 2:
        return dict.fromkeys(names, 0)
    return {
        name: sum(
            sum(cell not in (None, "") for cell in row) for _, row in _rows(path, kind, {"sheet": name})
        )
        for name in names
    }


def _keys(layout: Layout) -> dict[str, Any]:
    keys = {
        "header_rows": list(layout.header_rows),
        "label_row": layout.label_row,
        "skip_rows": list(layout.skip_rows),
    }
    return {key: value for key, value in keys.items() if value}


def _told(layout: Layout, noun: str) -> list[str]:
    told = []
    if layout.header_rows:
        *first, last = map(str, layout.header_rows)
        rows = f"{', '.join(first)} and {last}" if first else last
        plural = "s" if len(layout.header_rows) > 1 else ""
        told.append(f"The names of the columns stand in {noun}{plural} {rows}.")
    if layout.label_row:
        told.append(f"The text of the questions stands in {noun} {layout.label_row}.")
    told += [
        f"{noun.capitalize()} {number} is no questionnaire: {why}." for number, why in layout.why.items()
    ]
    if layout.doubtful and layout.is_header:
        told.append(
            f"That {noun} {layout.doubtful} holds headers is a guess, for no column of numbers tells. If it "
            "holds somebody's answers, take it out of `data` in config.yaml (`label_row`, `skip_rows`)."
        )
    elif layout.doubtful:
        told.append(
            f"{noun.capitalize()} {layout.doubtful} is taken for somebody's answers, though most of them "
            "nobody else gave. If it is a second row of headers, write its number under `data.skip_rows`."
        )
    return told
