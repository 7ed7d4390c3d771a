"""Files of a paper as text: YAML and CSV in whatever encoding and with whatever separator they were saved."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from smartcity_survey.cell_text import bare
from smartcity_survey.errors import SurveyError, reason_of
from smartcity_survey.hand_yaml import parse_yaml, refuse_endless
from smartcity_survey.libraries import library_reason

# What programs write between cells, the most usual first; Excel takes ; where the comma is the decimal mark.
_SEPARATORS = (",", ";", "\t", "|")
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# Excel's own line before the header, `sep=;`.
_EXCEL_SEPARATOR = re.compile(r"^\s*sep=(?P<mark>.)\s*\r?\n", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[-+−–<>≤≥\s]*0?,\d+%?[*a-z]*|[-+−–]?\d+,(?:\d{1,2}|\d{4,})%?[*a-z]*")
_DECIMAL_POINT = re.compile(r"[-+−–<>≤≥\s]*\d*\.\d+%?[*a-z]*")


def read_text_file(file: Path) -> str:
    """The text of a file: UTF-8 or UTF-16 by its mark, else UTF-8, else Windows Cyrillic.

    Raises
    ------
    SurveyError
        where there is no such file, or it is not text.
    """
    try:
        refuse_endless(file)
        content = file.read_bytes()
    except FileNotFoundError:
        raise SurveyError(str(file), "there is no such file.", "Correct its name, or add it.") from None
    except OSError as error:
        found = f"it cannot be read ({reason_of(error)})."
        raise SurveyError(str(file), found, "Correct its name, or add it.") from None
    except ValueError:
        raise SurveyError(repr(str(file)), "this is no name of a file.", "Correct it.") from None
    encodings = [name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)]
    for encoding in (*encodings, "utf-8", "cp1251"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise SurveyError(str(file), "it is not a text file.", "Save it as CSV or YAML in UTF-8.")


def read_yaml(file: Path) -> Any:
    """The content of a YAML file.

    Raises
    ------
    SurveyError
        where there is no such file, or it is no YAML.
    """
    return parse_yaml(read_text_file(file), file)


def rows_of(text: str, place: str) -> list[list[str]]:
    """Lines of cells, blank lines left out; the header says what stands between cells.

    Raises
    ------
    SurveyError
        where there is no line at all, or a cell that no CSV can hold.
    """
    text = text.removeprefix("\ufeff")
    separator = ""
    if declared := _EXCEL_SEPARATOR.match(text):
        separator, text = declared["mark"], text[declared.end() :]
    try:
        header = next((row for row in csv.reader(io.StringIO(text, newline="")) if row), [])
        first = next((line for line in text.splitlines() if line.strip()), "")
        if not separator:
            found = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in _SEPARATORS}
            separator = max(_SEPARATORS, key=lambda mark: found[mark]) if header else ","
        rows = [
            [bare(cell.strip()).strip() for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise SurveyError(
            place, f"it is no valid CSV: {library_reason(error)}.", "Save it as CSV in UTF-8."
        ) from None
    if not rows:
        raise SurveyError(place, "it has no lines.", "Give it a header and a line for each printed line.")
    return rows


def decimal_mark(cells: Sequence[str]) -> str | None:
    """The decimal mark a table shows by itself, `,` or `.`; None where its cells do not tell."""
    commas = any(_DECIMAL_COMMA.fullmatch(cell) for cell in cells)
    points = any(_DECIMAL_POINT.fullmatch(cell) for cell in cells)
    return None if commas == points else "," if commas else "."


def mapping(value: Any, place: str, remedy: str = "Write `key: value` lines.") -> dict[str, Any]:
    """A YAML mapping with its keys as text; nothing is an empty one.

    Raises
    ------
    SurveyError
        where it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise SurveyError(place, f"`{_short(value)}` stands where keys are needed.", remedy)
    return {str(key): content for key, content in value.items()}


def listing(value: Any, place: str) -> list[Any]:
    """A YAML list; nothing is an empty one, and a single text is a list of it.

    Raises
    ------
    SurveyError
        where it is something else.
    """
    if value is None:
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping):
        raise SurveyError(place, f"`{_short(value)}` stands where a list is needed.", "Begin lines with `-`.")
    return [value]


def entries(value: Any, place: str) -> list[dict[str, Any]]:
    """A list of mappings.

    Raises
    ------
    SurveyError
        where it is something else.
    """
    return [mapping(entry, f"{place}, no. {i}") for i, entry in enumerate(listing(value, place), start=1)]


def texts(value: Any, place: str) -> list[str]:
    """A list of texts; numbers are taken as they are written."""
    return [str(entry) for entry in listing(value, place)]


def sample_size(value: Any, place: str) -> float:
    """A number of respondents: whole and above 0.

    Raises
    ------
    SurveyError
        where it is none.
    """
    found = number(value, place)
    if found < 1 or found != int(found):
        shown = _short(value)
        raise SurveyError(place, f"`{shown}` is no number of respondents.", "Write a whole number above 0.")
    return found


def significance_level(value: Any, place: str) -> float:
    """A level of significance: between 0 and 1.

    Raises
    ------
    SurveyError
        where it is none.
    """
    found = number(value, place)
    if not 0 < found < 1:
        shown = _short(value)
        raise SurveyError(place, f"`{shown}` is no level of significance.", "Write one like 0.05.")
    return found


def number(value: Any, place: str) -> float:
    """A number.

    Raises
    ------
    SurveyError
        where it is none.
    """
    try:
        if isinstance(value, bool):
            raise ValueError
        found = float(str(value).replace(",", "."))
        if found != found or abs(found) == float("inf"):
            raise ValueError
    except ValueError:
        raise SurveyError(place, f"`{_short(value)}` is no number.", "Write one like 0.05.") from None
    return found


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
