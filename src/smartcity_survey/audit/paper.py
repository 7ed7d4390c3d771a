"""A paper's printed numbers: tables, figures, numbers in running text, and what is said about them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from smartcity_survey.audit.entered import EnteredCitation, EnteredObject, EnteredPaper
from smartcity_survey.audit.headers import FAMILIES, canonical, is_line, known_names
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.printed import TEXT, Address, Printed, column_of_address
from smartcity_survey.audit.reading import decimal_mark, entries, read_text_file, read_yaml, rows_of
from smartcity_survey.audit.reported import (
    NEAREST,
    Reported,
    exactly,
    is_blank,
    read_number,
    repaired,
)
from smartcity_survey.errors import Gathered, SurveyError, counted
from smartcity_survey.parsing import parse

# Columns that hold whole counts whatever the table; a count is never rounded.
_COUNTS = frozenset({"n", "df"})
# Further counts, some of which may be fractions (df2 of Welch's F): exact where no fraction is printed.
_WHOLE = re.compile(r"df[12]|n_?[1-9]\d?|df_baseline|items|smaller")
_PERCENTS = frozenset({"percent", "valid_percent", "cumulative"})
# Columns of words that say what a line is called in print.
_LABELS = ("label", "category", "name", "wording", "statement", "item")
CITATION = tuple(EnteredCitation.model_fields)
"""What is said of the work itself, each in one text or one for each language."""
MOST_COLUMNS = 1000
"""More than any page holds; a sheet saved as CSV may have 16,384, almost all of them empty."""
_LISTS = ("text_columns", "counts", "shows", "apart")

__all__ = ["CITATION", "TEXT", "Address", "Paper", "Printed", "read_paper"]


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
    decimal : decimal mark of the entered numbers, where a table does not show its own.
    rounding : how print rounds: `nearest`, `half_even` or `truncated`; None where nothing is said of it.
    complete : kinds of objects (`table`, `figure`) that are entered without leaving one out.
    labels : name of a line to what readers call it, in one text or one for each language.
    title : what the paper is, in one text or one for each language.
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
    rounding: str | None = None
    complete: frozenset[str] = frozenset()
    labels: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    title: str | Mapping[str, str] = ""
    citation: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)

    def read(self, term: str | float) -> Reported:
        """The number (or words) at an address; a plain number is itself, exactly."""
        if not isinstance(term, str):
            return exactly(term)
        return self.read_text(term, self.cells[term])

    def read_text(self, address: str, text: str) -> Reported:
        """`text` as it would be read at an address: a column `percent` is in percent without saying so."""
        if address in self.counts:
            found = self._number(text, self.decimal_at(address))
            return found if found.value is None else replace(found, interval=Interval.exactly(found.value))
        in_percent = column_of_address(address) in _PERCENTS and "%" not in text
        found = self._number(f"{text}%" if in_percent else text, self.decimal_at(address))
        return found if found.is_number else Reported(text)

    def decimal_at(self, address: str) -> str:
        """The decimal mark of the table that an address is in."""
        printed = self.objects.get(address.partition(":")[0])
        return (printed.decimal if printed else None) or self.decimal

    def _number(self, text: str, decimal: str) -> Reported:
        found = read_number(text, decimal, self.rounding or NEAREST)
        if found.is_number or (meant := repaired(text)) is None:
            return found
        # A letter for a digit is told to the reader; what it stands for is checked all the same.
        return replace(read_number(meant, decimal, self.rounding or NEAREST), text=text)


def read_paper(path: Path) -> Paper:
    """Read `paper.yaml` (or the folder that holds it) and the files it names.

    Raises
    ------
    SurveyError
        for a missing file, an unknown key, a repeated line, or a line with too many cells.
    """
    file = path / "paper.yaml" if path.is_dir() else path
    content = read_yaml(file)
    if not isinstance(content, Mapping) or not (content.get("objects") or _is_text_alone(content)):
        raise SurveyError(str(file), "it has no `objects`.", "List the paper's tables and figures there.")
    found = Gathered()
    with found.part():
        entered = parse(EnteredPaper, content, str(file))
    found.tell()
    files = entered.files.model_dump(exclude_none=True) if entered.files else {}

    def part(name: str) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = []
        with found.part():
            given = read_yaml(file.parent / files[name]) if name in files else getattr(entered, name)
            said = entries(given, files.get(name, f"{file}, {name}"))
        return said

    relations, claims, references = part("relations"), part("claims"), part("references")
    families = _families([*relations, *claims])
    objects: dict[str, Printed] = {}
    for name, entry in entered.objects.items():
        with found.part():
            objects[name] = _object(name, entry, file, families.get(name, ""))
    if text := files.get(TEXT) or entered.text:
        with found.part():
            objects[TEXT] = _text(*_source(None if TEXT in files else text, files.get(TEXT), file))
    wording: dict[str, dict[str, str]] = {}
    with found.part():
        wording = _wording(file.parent / files["wording"]) if "wording" in files else {}
    cells: dict[str, str] = {
        o.address(*key): printed for o in objects.values() for key, printed in o.cells.items()
    }
    with found.part():
        if isinstance(entered.n, str) and entered.n not in cells:
            raise SurveyError(f"{file}, n", f"nothing is printed at `{entered.n}`.", "Name a printed cell.")
    found.tell()
    return Paper(
        objects=objects,
        cells=cells,
        scale=(entered.scale.minimum, entered.scale.maximum) if entered.scale else None,
        n=entered.n,
        alpha=entered.alpha,
        names=entered.names,
        hypotheses={k: stated.model_dump(exclude_none=True) for k, stated in entered.hypotheses.items()},
        relations=relations,
        claims=claims,
        references=references,
        counts=_counts(objects, entered),
        decimal=_decimal(entered.decimal, objects),
        wording=wording,
        rounding=entered.rounding,
        complete=_complete(entered.complete),
        labels=entered.labels,
        title=entered.title or "",
        citation=entered.citation.model_dump(exclude_none=True) if entered.citation else {},
    )


def _is_text_alone(content: Mapping[str, Any]) -> bool:
    """Whether the paper says `objects: {}` and has numbers of running text: nothing else is checked then."""
    files = content.get("files")
    text = content.get(TEXT) or (isinstance(files, Mapping) and TEXT in files)
    return content.get("objects") == {} and bool(text)


def _families(found: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Table -> what its headers mean, by the first relation that says so."""
    families: dict[str, str] = {}
    for entry in found:
        for key, family in FAMILIES.get(str(entry.get("kind")), {}).items():
            if isinstance(entry.get(key), str):
                families.setdefault(entry[key], family)
    return families


def _complete(entry: bool | Sequence[str] | None) -> frozenset[str]:
    if isinstance(entry, bool) or entry is None:
        return frozenset({"table", "figure"} if entry else ())
    return frozenset(entry)


def _decimal(entry: str | None, objects: Mapping[str, Printed]) -> str:
    """As declared, else what all the tables that show one agree on."""
    marks = {printed.decimal for printed in objects.values()} - {None}
    return entry or ("," if marks == {","} else ".")


def _wording(file: Path) -> dict[str, dict[str, str]]:
    """The first column of the file to its other columns by language."""
    header, *rows = rows_of(read_text_file(file), str(file))
    return {row[0]: dict(zip(header, row, strict=False)) for row in rows}


def _counts(objects: Mapping[str, Printed], entered: EnteredPaper) -> frozenset[str]:
    return frozenset(
        printed.address(line, column)
        for printed in objects.values()
        for line, column in printed.cells
        if (printed.id == TEXT and any(fnmatchcase(line, pattern) for pattern in entered.text_counts))
        or printed.address(line, column) == entered.n
        or column in printed.counts | _COUNTS
        or (_WHOLE.fullmatch(column) and printed.cells[line, column].isdecimal())
    )


def _source(inline: Any, name: str | None, paper: Path) -> tuple[list[list[str]], str]:
    """Lines of cells from the paper.yaml itself or from a file beside it, and where they stand."""
    if name is None:
        return rows_of(str(inline), str(paper)), str(paper)
    return rows_of(read_text_file(paper.parent / name), str(paper.parent / name)), name


def _object(name: str, entry: EnteredObject, paper: Path, family: str) -> Printed:
    place = f"{paper}, objects.{name}"
    listed = {key: frozenset(getattr(entry, key)) for key in _LISTS}
    printed = Printed(
        id=name,
        kind=entry.kind,
        number=numbered(entry.number),
        shows=listed["shows"],
        apart=listed["apart"],
        continued_as=numbered(entry.continued_as),
        recomputed_in=entry.recomputed_in.model_dump() if entry.recomputed_in else {},
        caption=entry.caption or "",
        family=family,
    )
    if not (entry.file or entry.csv):
        return replace(printed, text_columns=listed["text_columns"], counts=listed["counts"])
    (header, *rows), _ = _source(entry.csv, entry.file, paper)
    return _filled(printed, header, rows, listed, place)


def _filled(
    printed: Printed,
    header: Sequence[str],
    rows: Sequence[list[str]],
    listed: Mapping[str, frozenset[str]],
    place: str,
) -> Printed:
    if len(header) > MOST_COLUMNS:
        raise SurveyError(
            place,
            f"{counted(len(header), 'column')}.",
            f"Enter those that are printed, at most {MOST_COLUMNS}.",
        )
    keys = 2 if header[0].casefold() == "group" else 1
    lines: list[str] = []
    body: list[list[str]] = []
    for row in rows:
        # A spreadsheet may end its lines with blank cells.
        cells = row[: len(header)] if not any(row[len(header) :]) else row
        line = "/".join(cells[:keys])
        if line in lines or len(cells) != len(header):
            found = (
                "it stands there twice."
                if line in lines
                else f"{counted(len(cells), 'cell')}, not {len(header)}."
            )
            remedy = "Give each line its own name and as many cells as the header; quote decimal commas."
            raise SurveyError(f"{place}, line {line}", found, remedy)
        lines.append(line)
        body.append(cells)
    for key in ("text_columns", "counts"):
        if unknown := sorted(listed[key] - set(header)):
            remedy = known_names(header[keys:], unknown[0])
            raise SurveyError(f"{place}.{key}", f"there is no column `{unknown[0]}`.", remedy)
    columns = _columns(header[keys:], set(lines), printed.family, listed["text_columns"])
    cells_of = {
        (line, column): text
        for line, row in zip(lines, body, strict=True)
        for column, text in zip(columns, row[keys:], strict=True)
        if not is_blank(text)
    }
    headers = dict(zip(columns, header[keys:], strict=True))
    words = frozenset(column for column, named in headers.items() if named in listed["text_columns"])
    label = next((column for column in columns if column in words and column.casefold() in _LABELS), None)
    constants = {line for line in lines if printed.family == "coefficients" and is_line(line, "constant")}
    return replace(
        printed,
        lines=tuple(lines),
        columns=tuple(columns),
        text_columns=words,
        counts=frozenset(column for column, named in headers.items() if named in listed["counts"]),
        apart=printed.apart | constants,
        cells=cells_of,
        headers=headers,
        decimal=decimal_mark([text for (_, column), text in cells_of.items() if column not in words]),
        labels={line: cells_of[line, label] for line in lines if (line, label) in cells_of} if label else {},
    )


def _columns(header: Sequence[str], lines: set[str], family: str, words: frozenset[str]) -> list[str]:
    """Names of columns; a header that two columns have, or that names a line, stays as it is printed."""
    columns: list[str] = []
    for i, name in enumerate(header):
        known = name if name in lines or name in words else canonical(name, family, (columns or [""])[-1])
        if known != name and (known in columns or known in header):
            known = name
        columns.append(known if known and known not in columns else f"{name or 'column'} ({i + 1})")
    return columns


def numbered(value: Any) -> int | str | None:
    """The number over a table: 7, or as printed, `A1` or `3.2`."""
    if value is None or isinstance(value, bool):
        return None
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() else text or None


def _text(rows: Sequence[Sequence[str]], place: str) -> Printed:
    header, *body = rows
    lines = tuple(row[0] for row in body)
    if repeated := sorted({line for line in lines if lines.count(line) > 1}):
        raise SurveyError(place, f"{repeated[0]} stands there twice.", "Give each number its own name.")
    if "printed" not in header:
        raise SurveyError(place, "it has no column `printed`.", "Name the column of printed numbers so.")
    columns = tuple(header[1:])
    if long := [row for row in body if any(row[len(header) :])]:
        found = f"{counted(len(long[0]), 'cell')}, not {len(header)}."
        raise SurveyError(f"{place}, line {long[0][0]}", found, "Quote cells that hold commas.")
    cells = {
        (row[0], column): text.strip()
        for row in body
        for column, text in zip(columns, row[1:], strict=False)
        if not is_blank(text)
    }
    return Printed(TEXT, TEXT, None, lines, columns, frozenset(columns) - {"printed"}, cells)
