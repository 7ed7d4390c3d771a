"""A paper's printed numbers: tables, figures, numbers in running text, and what is said about them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from smartcity_survey.audit.headers import FAMILIES, canonical, is_line, known_names
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.printed import TEXT, Address, Printed, column_of_address
from smartcity_survey.audit.reading import (
    decimal_mark,
    entries,
    mapping,
    number,
    read_text_file,
    read_yaml,
    rows_of,
    sample_size,
    significance_level,
    texts,
)
from smartcity_survey.audit.reported import (
    NEAREST,
    ROUNDING,
    Reported,
    exactly,
    is_blank,
    read_number,
    repaired,
)
from smartcity_survey.errors import SurveyError, counted

# Columns that hold whole counts whatever the table; a count is never rounded.
_COUNTS = frozenset({"n", "df"})
# Further counts, some of which may be fractions (df2 of Welch's F): exact where no fraction is printed.
_WHOLE = re.compile(r"df[12]|n_?[1-9]\d?|df_baseline|items|smaller")
_PERCENTS = frozenset({"percent", "valid_percent", "cumulative"})
# Columns of words that say what a line is called in print.
_LABELS = ("label", "category", "name", "wording", "statement", "item")
_KEYS = {
    "title", "citation", "scale", "n", "alpha", "names", "labels", "hypotheses", "decimal", "rounding",
    "complete", "files", "objects", "references", "relations", "claims", "text", "text_counts",
}  # fmt: skip
CITATION = ("kind", "language", "year", "place", "fieldwork")
"""What is said of the work itself, each in one text or one for each language."""
_OBJECT_KEYS = {
    "kind", "number", "caption", "file", "csv", "shows", "text_columns", "counts", "apart",
    "continued_as", "recomputed_in", "note",
}  # fmt: skip
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
    content = mapping(content, str(file))
    _known_keys(content, _KEYS, str(file))
    files = {key: str(name) for key, name in mapping(content.get("files"), f"{file}, files").items()}

    def part(name: str) -> list[dict[str, Any]]:
        found = read_yaml(file.parent / files[name]) if name in files else content.get(name)
        return entries(found, files.get(name, name))

    relations, claims = part("relations"), part("claims")
    families = _families([*relations, *claims])
    objects = {
        name: _object(name, mapping(entry, f"{file}, objects.{name}"), file, families.get(name, ""))
        for name, entry in mapping(content.get("objects") or {}, f"{file}, objects").items()
    }
    if text := files.get(TEXT) or content.get(TEXT):
        objects[TEXT] = _text(*_source(None if TEXT in files else text, files.get(TEXT), file))
    rounding = content.get("rounding")
    if rounding is not None and rounding not in ROUNDING:
        raise SurveyError(f"{file}, rounding", f"`{rounding}` is unknown.", f"Use {', '.join(ROUNDING)}.")
    return Paper(
        objects=objects,
        cells={o.address(*key): printed for o in objects.values() for key, printed in o.cells.items()},
        scale=_scale(content.get("scale"), f"{file}, scale"),
        n=_sample(content.get("n"), f"{file}, n"),
        alpha=significance_level(content.get("alpha", 0.05), f"{file}, alpha"),
        names={k: str(v) for k, v in mapping(content.get("names"), f"{file}, names").items()},
        hypotheses={
            name: mapping(entry, f"{file}, hypotheses.{name}")
            for name, entry in mapping(content.get("hypotheses"), f"{file}, hypotheses").items()
        },
        relations=relations,
        claims=claims,
        references=entries(content.get("references"), f"{file}, references"),
        counts=_counts(objects, content, file),
        decimal=_decimal(content.get("decimal"), objects),
        wording=_wording(file.parent / files["wording"]) if "wording" in files else {},
        rounding=rounding,
        complete=_complete(content.get("complete"), f"{file}, complete"),
        labels=_in_languages(content.get("labels"), f"{file}, labels"),
        title=_in_languages({"title": content.get("title") or ""}, f"{file}, title")["title"],
        citation=_citation(mapping(content.get("citation"), f"{file}, citation"), f"{file}, citation"),
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


def _scale(entry: Any, place: str) -> tuple[float, float] | None:
    if not entry:
        return None
    ends = mapping(entry, place)
    _known_keys(ends, {"minimum", "maximum"}, place)
    low, high = (number(ends.get(key), f"{place}.{key}") for key in ("minimum", "maximum"))
    if low >= high:
        raise SurveyError(place, f"its minimum {low:g} is not below its maximum {high:g}.", "Correct it.")
    return low, high


def _sample(n: Any, place: str) -> str | float | None:
    return n if n is None or (isinstance(n, str) and ":" in n) else sample_size(n, place)


def _complete(entry: Any, place: str) -> frozenset[str]:
    if isinstance(entry, bool) or entry is None:
        return frozenset({"table", "figure"} if entry else ())
    return frozenset(texts(entry, place))


def _decimal(entry: Any, objects: Mapping[str, Printed]) -> str:
    """As declared, else what all the tables that show one agree on."""
    marks = {printed.decimal for printed in objects.values()} - {None}
    return str(entry) if entry in (".", ",") else "," if marks == {","} else "."


def _in_languages(entry: Any, place: str) -> dict[str, str | dict[str, str]]:
    return {
        key: {k: str(v) for k, v in value.items()} if isinstance(value, Mapping) else str(value)
        for key, value in mapping(entry, place).items()
    }


def _citation(entry: Mapping[str, Any], place: str) -> dict[str, str | dict[str, str]]:
    """What is said of the work; a year without a language is a text like any other."""
    _known_keys(entry, set(CITATION), place)
    return _in_languages({key: entry[key] for key in CITATION if key in entry}, place)


def _wording(file: Path) -> dict[str, dict[str, str]]:
    """The first column of the file to its other columns by language."""
    header, *rows = rows_of(read_text_file(file), str(file))
    return {row[0]: dict(zip(header, row, strict=False)) for row in rows}


def _counts(objects: Mapping[str, Printed], content: Mapping[str, Any], file: Path) -> frozenset[str]:
    named = texts(content.get("text_counts"), f"{file}, text_counts")
    return frozenset(
        printed.address(line, column)
        for printed in objects.values()
        for line, column in printed.cells
        if (printed.id == TEXT and any(fnmatchcase(line, pattern) for pattern in named))
        or printed.address(line, column) == content.get("n")
        or column in printed.counts | _COUNTS
        or (_WHOLE.fullmatch(column) and printed.cells[line, column].isdecimal())
    )


def _source(inline: Any, name: str | None, paper: Path) -> tuple[list[list[str]], str]:
    """Lines of cells from the paper.yaml itself or from a file beside it, and where they stand."""
    if name is None:
        return rows_of(str(inline), str(paper)), str(paper)
    return rows_of(read_text_file(paper.parent / name), str(paper.parent / name)), name


def _object(name: str, entry: Mapping[str, Any], paper: Path, family: str) -> Printed:
    place = f"{paper}, objects.{name}"
    _known_keys(entry, _OBJECT_KEYS, place)
    listed = {key: frozenset(texts(entry.get(key), f"{place}.{key}")) for key in _LISTS}
    printed = Printed(
        id=name,
        kind=str(entry.get("kind") or "table"),
        number=numbered(entry.get("number")),
        shows=listed["shows"],
        apart=listed["apart"],
        continued_as=numbered(entry.get("continued_as")),
        recomputed_in=mapping(entry.get("recomputed_in"), f"{place}.recomputed_in"),
        caption=str(entry.get("caption") or ""),
        family=family,
    )
    if not (entry.get("file") or entry.get("csv")):
        return replace(printed, text_columns=listed["text_columns"], counts=listed["counts"])
    (header, *rows), _ = _source(entry.get("csv"), _name(entry.get("file")), paper)
    return _filled(printed, header, rows, listed, place)


def _filled(
    printed: Printed,
    header: Sequence[str],
    rows: Sequence[list[str]],
    listed: Mapping[str, frozenset[str]],
    place: str,
) -> Printed:
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


def _name(value: Any) -> str | None:
    return None if value is None else str(value)


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


def _known_keys(entry: Mapping[str, Any], known: set[str], place: str) -> None:
    if unknown := [key for key in entry if key not in known]:
        raise SurveyError(place, f"unknown key `{unknown[0]}`.", known_names(sorted(known), str(unknown[0])))
