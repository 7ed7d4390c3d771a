"""A paper's printed numbers: tables, figures, numbers in running text, and what is said about them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.reported import Reported, exactly, read_number
from smartcity_survey.errors import SurveyError, counted

TEXT = "text"
# Columns that hold whole counts whatever the table; a count is never rounded.
_COUNTS = frozenset({"n", "df"})
_KEYS = {
    "title", "citation", "scale", "n", "alpha", "names", "hypotheses", "decimal", "files",
    "objects", "references", "relations", "claims", "text", "text_counts",
}  # fmt: skip
CITATION = ("kind", "language", "year", "place", "fieldwork")
"""What is said of the work itself, each in one text or one for each language."""
_OBJECT_KEYS = {
    "kind", "number", "caption", "file", "csv", "shows", "text_columns", "counts", "apart",
    "continued_as", "recomputed_in",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Printed:
    """A table, a figure, or the numbers of the running text.

    Attributes
    ----------
    id : its name in addresses, `table_12`.
    kind, number : `table` 12, as its caption says; the running text has neither.
    lines : names of its lines in print order, `group/row` where lines are grouped.
    columns : names of its columns, without those that name the line.
    text_columns : columns that hold words.
    cells : (line, column) to printed text; blank cells are absent.
    counts : columns that hold whole counts.
    apart : lines that `*` leaves out: totals, the constant.
    shows : topics a reference may be looking for.
    continued_as : the number printed over its continued part.
    recomputed_in : `file` of the pipeline that holds its numbers again, and `keys`, what names a line there.
    """

    id: str
    kind: str
    number: int | None
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    text_columns: frozenset[str] = frozenset()
    cells: Mapping[tuple[str, str], str] = field(default_factory=dict)
    counts: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    shows: frozenset[str] = frozenset()
    continued_as: int | None = None
    recomputed_in: Mapping[str, Any] = field(default_factory=dict)

    @property
    def number_columns(self) -> tuple[str, ...]:
        """Columns that hold numbers."""
        return tuple(column for column in self.columns if column not in self.text_columns)

    @property
    def body(self) -> tuple[str, ...]:
        """Lines but those kept apart."""
        return tuple(line for line in self.lines if line not in self.apart)

    def group_of(self, line: str) -> str:
        """The group a line stands in; empty where lines are not grouped."""
        return line.rpartition("/")[0]

    def address(self, line: str, column: str) -> str:
        """How relations name a cell."""
        return f"{TEXT}:{line}" if self.id == TEXT and column == "printed" else f"{self.id}:{line}:{column}"


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything a paper prints, as entered in `paper.yaml` and the files it names.

    Attributes
    ----------
    objects : tables and figures in print order, and the running text as `text`.
    cells : address to printed text.
    scale : smallest and largest answer, where one scale serves all items.
    n : address or number of respondents behind the analyses.
    alpha : level of the paper's tests.
    names : printed name to the pipeline's, where they differ.
    hypotheses : name to what it states: source, target, sign.
    relations, claims, references : mappings as entered.
    counts : addresses of whole counts, which print never rounds.
    decimal : decimal mark of the entered numbers.
    wording : a text of these files to its translations, language by language.
    citation : kind, language, year, place and fieldwork of the work, as far as they are known.
    """

    objects: Mapping[str, Printed]
    cells: Mapping[str, str]
    scale: tuple[float, float] | None
    n: str | float | None
    alpha: float
    names: Mapping[str, str]
    hypotheses: Mapping[str, Mapping[str, str]]
    relations: Sequence[Mapping[str, Any]]
    claims: Sequence[Mapping[str, Any]]
    references: Sequence[Mapping[str, Any]]
    counts: frozenset[str]
    decimal: str
    wording: Mapping[str, Mapping[str, str]]
    citation: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)

    def read(self, term: str | float) -> Reported:
        """The number (or words) at an address; a plain number is itself, exactly."""
        if not isinstance(term, str):
            return exactly(term)
        return self.read_text(term, self.cells[term])

    def read_text(self, address: str, text: str) -> Reported:
        """`text` as it would be read at an address: a column `percent` is in percent without saying so."""
        if address in self.counts:
            number = read_number(text, self.decimal)
            return (
                number if number.value is None else replace(number, interval=Interval.exactly(number.value))
            )
        in_percent = address.endswith(":percent") and not text.endswith("%")
        return read_number(f"{text}%" if in_percent else text, self.decimal)


def read_paper(path: Path) -> Paper:
    """Read `paper.yaml` (or the folder that holds it) and the files it names.

    Raises
    ------
    SurveyError
        for a missing file, an unknown key, a repeated line, or a line with too many cells.
    """
    file = path / "paper.yaml" if path.is_dir() else path
    content = _yaml(file)
    if not isinstance(content, Mapping) or not content.get("objects"):
        raise SurveyError(str(file), "it has no `objects`.", "List the paper's tables and figures there.")
    _known_keys(content, _KEYS, str(file))
    files: Mapping[str, str] = content.get("files") or {}

    def part(name: str) -> Any:
        return _yaml(file.parent / files[name]) if name in files else content.get(name) or []

    objects = {name: _object(name, entry, file) for name, entry in content["objects"].items()}
    if text := files.get(TEXT) or content.get(TEXT):
        objects[TEXT] = _text(_rows(text, file.parent / text if TEXT in files else None), str(text))
    scale = content.get("scale")
    return Paper(
        objects=objects,
        cells={o.address(*key): printed for o in objects.values() for key, printed in o.cells.items()},
        scale=(float(scale["minimum"]), float(scale["maximum"])) if scale else None,
        n=content.get("n"),
        alpha=float(content.get("alpha", 0.05)),
        names=content.get("names") or {},
        hypotheses=content.get("hypotheses") or {},
        relations=part("relations"),
        claims=part("claims"),
        references=content.get("references") or [],
        counts=_counts(objects, content),
        decimal=content.get("decimal", "."),
        wording=_wording(file.parent / files["wording"]) if "wording" in files else {},
        citation=_citation(content.get("citation") or {}, f"{file}, citation"),
    )


def _citation(entry: Mapping[str, Any], place: str) -> dict[str, str | dict[str, str]]:
    """What is said of the work; a year without a language is a text like any other."""
    _known_keys(entry, set(CITATION), place)
    return {
        key: dict(value) if isinstance(value, Mapping) else str(value)
        for key, value in ((key, entry[key]) for key in CITATION if key in entry)
    }


def _wording(file: Path) -> dict[str, dict[str, str]]:
    """The first column of the file to its other columns by language."""
    header, *rows = _rows(None, file)
    return {row[0]: dict(zip(header, row, strict=True)) for row in rows}


def _counts(objects: Mapping[str, Printed], content: Mapping[str, Any]) -> frozenset[str]:
    named = content.get("text_counts") or ()
    return frozenset(
        printed.address(line, column)
        for printed in objects.values()
        for line, column in printed.cells
        if (printed.id == TEXT and any(fnmatchcase(line, pattern) for pattern in named))
        or printed.address(line, column) == content.get("n")
        or column in printed.counts | _COUNTS
    )


def _object(name: str, entry: Mapping[str, Any], paper: Path) -> Printed:
    place = f"{paper}, objects.{name}"
    _known_keys(entry, _OBJECT_KEYS, place)
    lines: list[str] = []
    cells: dict[tuple[str, str], str] = {}
    columns: tuple[str, ...] = ()
    if "file" in entry or "csv" in entry:
        header, *rows = _rows(entry.get("csv"), paper.parent / entry["file"] if "file" in entry else None)
        keys = 2 if header[0] == "group" else 1
        columns = tuple(header[keys:])
        for row in rows:
            line = "/".join(row[:keys])
            if line in lines or len(row) != len(header):
                raise SurveyError(
                    f"{place}, line {line}",
                    "it stands there twice."
                    if line in lines
                    else f"{counted(len(row), 'cell')}, not {len(header)}.",
                    "Give each line its own name and as many cells as the header.",
                )
            lines.append(line)
            cells |= {(line, c): t.strip() for c, t in zip(columns, row[keys:], strict=True) if t.strip()}
    return Printed(
        id=name,
        kind=entry.get("kind", "table"),
        number=entry.get("number"),
        lines=tuple(lines),
        columns=columns,
        text_columns=frozenset(entry.get("text_columns") or ()),
        cells=cells,
        counts=frozenset(entry.get("counts") or ()),
        apart=frozenset(map(str, entry.get("apart") or ())),
        shows=frozenset(entry.get("shows") or ()),
        continued_as=entry.get("continued_as"),
        recomputed_in=entry.get("recomputed_in") or {},
    )


def _text(rows: Sequence[Sequence[str]], place: str) -> Printed:
    header, *body = rows
    lines = tuple(row[0] for row in body)
    if repeated := sorted({line for line in lines if lines.count(line) > 1}):
        raise SurveyError(place, f"{repeated[0]} stands there twice.", "Give each number its own name.")
    columns = tuple(header[1:])
    cells = {
        (row[0], column): text.strip()
        for row in body
        for column, text in zip(columns, row[1:], strict=True)
        if text.strip()
    }
    return Printed(TEXT, TEXT, None, lines, columns, frozenset(columns) - {"printed"}, cells)


def _rows(inline: str | None, file: Path | None) -> list[list[str]]:
    if file is None:
        return [row for row in csv.reader(io.StringIO(inline or "")) if row]
    if not file.is_file():
        raise SurveyError(str(file), "there is no such file.", "Correct its name, or add it.")
    with file.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.reader(lines) if row]


def _yaml(file: Path) -> Any:
    try:
        with file.open(encoding="utf-8") as text:
            return yaml.safe_load(text)
    except FileNotFoundError:
        raise SurveyError(str(file), "there is no such file.", "Give the paper.yaml of a paper.") from None
    except yaml.YAMLError as error:
        raise SurveyError(str(file), f"it is no valid YAML: {error}", "Correct it there.") from None


def _known_keys(entry: Mapping[str, Any], known: set[str], place: str) -> None:
    if unknown := [key for key in entry if key not in known]:
        raise SurveyError(place, f"unknown key `{unknown[0]}`.", f"Known are {', '.join(sorted(known))}.")
