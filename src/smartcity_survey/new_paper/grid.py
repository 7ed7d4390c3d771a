"""From the cells of a found table to a table of ours: header, names of lines, one number in a cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from smartcity_survey.audit.checks.groups import NUMBERED
from smartcity_survey.audit.headers import COMPONENT, KNOWN, canonical, is_line
from smartcity_survey.audit.reported import read_number
from smartcity_survey.new_paper.amos import with_paths
from smartcity_survey.new_paper.document import FoundTable

_FORBIDDEN = re.compile(r"[\s:,;*/\[\]|]+")
_NUMBER = r"[<>≤≥]?\s*[-−–+]?(?:\d+(?:[.,]\d+)?|[.,]\d+)%?[*†‡]{0,3}"
_TWO = re.compile(
    rf"\s*(?P<one>{_NUMBER})\s*(?:\(\s*(?P<in>{_NUMBER})\s*\)|±\s*(?P<pm>{_NUMBER}))\s*[a-z]?\s*"
)
_RANGE = re.compile(
    rf"\s*(?P<one>{_NUMBER})?\s*[\[(]\s*(?P<low>{_NUMBER})\s*(?:[,;]|–|—|-|to|до)\s*(?P<high>{_NUMBER})\s*[\])]\s*"
)
# What two numbers in one cell are, by words of the header.
_PAIRS = (
    (r"\bm\b|mean|average|среднее|орташа", r"\bsd\b|s\.d|std|deviation|откл|ауытқу", ("mean", "sd")),
    (r"\bn\b|count|freq|число|чел|частот|саны", r"%|percent|процент|пайыз", ("n", "percent")),
    (r"β|beta|\bb\b|coef|estimate|коэф", r"\bse\b|s\.e|error|ошибк|қате", ("", "std_error")),
)
_SIZE = re.compile(r"\b[nN]\s*=\s*(?P<n>\d+)")
_TEXT_SHARE = 0.5
_KNOWN = frozenset[str]().union(*KNOWN.values())


@dataclass(slots=True)
class Draft:
    """A table on its way into a paper's folder.

    Attributes
    ----------
    id : its name in addresses. found : as it was found.
    header : names of its columns, without those that name lines; known ones by our names.
    printed : what the header says, column by column.
    lines : names of lines, `group/row` where grouped. labels : what they are called in print.
    cells : (line, column) to text.
    grouped : lines come in groups. sizes : n of groups of people, as the header says them: `Men (n = 136)`.
    """

    id: str
    found: FoundTable
    header: list[str] = field(default_factory=list)
    printed: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    cells: dict[tuple[str, str], str] = field(default_factory=dict)
    grouped: bool = False
    sizes: list[str] = field(default_factory=list)

    @property
    def columns(self) -> set[str]:
        """Names of its columns."""
        return set(self.header)

    def numbers(self, column: str) -> list[str]:
        """The cells of a column that hold numbers."""
        found = (self.cells.get((line, column), "") for line in self.lines)
        return [text for text in found if is_number(text)]

    def text_columns(self) -> list[str]:
        """Columns that hold words."""
        return [
            column
            for column in self.header
            if any(self.cells.get((line, column)) for line in self.lines) and not self.numbers(column)
        ]

    def apart(self) -> list[str]:
        """Lines of totals."""
        return [line for line in self.lines if is_line(line, "total")]


def is_known(name: str) -> bool:
    """Whether a column bears a name of ours."""
    return name in _KNOWN or name.startswith(COMPONENT) or bool(NUMBERED.fullmatch(name))


def is_number(text: str) -> bool:
    """Whether a cell holds a number, whatever its marks."""
    return bool(text) and read_number(text).is_number


def slug(text: str) -> str:
    """A name that may stand in addresses: no space, and none of the letters that part addresses."""
    return _FORBIDDEN.sub("_", text.strip()).strip("_") or "row"


def draft_table(found: FoundTable, name: str) -> Draft | None:
    """Header, lines and cells of a found table; None where it holds no numbers below a header."""
    rows = [list(row) for row in found.rows if any(row)]
    rows = with_paths(_without_empty_columns(rows))
    if len(rows) < 2:
        return None
    rows = _with_names_of_lines(_with_header(rows))
    if len(rows[0]) < 2:
        return None
    depth = _header_rows(rows)
    body = rows[depth:]
    if not any(is_number(text) or _parts(text, "") for row in body for text in row[1:]):
        return None
    draft = Draft(name, found)
    heads = [_joined([row[j] for row in rows[:depth]]) for j in range(len(rows[0]))]
    leading = _leading_columns(body)
    columns = [_unpacked(heads[j], [row[j] for row in body]) for j in range(leading, len(heads))]
    columns = _of_groups(columns, body, leading)
    draft.sizes = [size["n"] for head in heads[leading:] if (size := _SIZE.search(head))]
    named = _names([head for part in columns for head, _ in part])
    draft.printed = dict(zip(named, (head for part in columns for head, _ in part), strict=True))
    draft.header = named
    texts = [list(row) for row in zip(*(cells for part in columns for _, cells in part), strict=True)]
    _fill(draft, [row[:leading] for row in body], texts)
    return draft if draft.lines else None


def _with_header(rows: list[list[str]]) -> list[list[str]]:
    """Where each row ends in its one number, the first in decimals, no row is a header (SPSS: KMO)."""
    numbers = [[text for text in row if is_number(text)] for row in rows]
    headless = all(found == [row[-1]] for found, row in zip(numbers, rows, strict=True))
    if not headless or not re.search(r"[.,]\d", rows[0][-1]):
        return rows
    return [[*[""] * (len(rows[0]) - 1), "value"], *rows]


def _with_names_of_lines(rows: list[list[str]]) -> list[list[str]]:
    """Where the first column is a statistic (SPSS prints the summary of one model so), lines are numbered."""
    statistic = is_known(canonical(rows[0][0])) and all(is_number(row[0]) for row in rows[1:] if row[0])
    if not (statistic and rows[-1][0]):
        return rows
    return [["", *rows[0]], *([str(i), *row] for i, row in enumerate(rows[1:], start=1))]


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    """Without columns that hold nothing, or what the column before them holds (a merged cell)."""
    if not rows:
        return rows
    columns = list(zip(*rows, strict=True))
    kept = [j for j, column in enumerate(columns) if any(column) and (j == 0 or column != columns[j - 1])]
    return [[row[j] for j in kept] for row in rows]


def _header_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many rows are the header: those before the first with a number behind its first cell.

    A row of whole numbers alone (1 2 3) is a header where numbers with decimals follow it.
    """
    for i, row in enumerate(rows):
        numbers = [text for text in row[1:] if is_number(text) or _parts(text, "")]
        counting = [text for text in numbers if text.rstrip(".").isdigit()]
        running = [str(k) for k in range(1, len(counting) + 1)]
        if len(counting) > 1 and [text.rstrip(".") for text in counting] == running and i < len(rows) - 1:
            return i + 1
        if numbers:
            # A heading of the first group of lines is no header.
            last = i - 1
            while last > 0 and rows[last][0] and len({t for t in rows[last] if t}) == 1:
                last -= 1
            return max(last + 1, 1) if i else 1
    return 1


def _joined(texts: Sequence[str]) -> str:
    """One header of several rows: the lowest text that is known alone, else all that differ."""
    distinct = [text for i, text in enumerate(texts) if text and text not in texts[:i]]
    if canonical(whole := " ".join(distinct), "loadings").startswith(COMPONENT):
        return whole
    # The number of a column says nothing beside its name.
    distinct = [text for text in distinct if not text.strip(" .()").isdigit()] or distinct
    if distinct and is_known(canonical(distinct[-1])):
        above = " ".join(distinct[:-1])
        whole = f"{above} {distinct[-1]}".strip()
        return whole if is_known(canonical(whole)) else distinct[-1]
    return " ".join(distinct)


def _leading_columns(body: Sequence[Sequence[str]]) -> int:
    """How many columns name the lines: the first, and the second where both are words throughout."""

    def words(j: int) -> bool:
        texts = [row[j] for row in body if row[j]]
        return bool(texts) and sum(
            not is_number(text) and not _parts(text, "") for text in texts
        ) > 0.9 * len(texts)

    distinct = [row[1] for row in body if row[1]]
    groups = [row[0] for row in body]
    for i, group in enumerate(groups):
        groups[i] = group or (groups[i - 1] if i else "")
    # Each question may have the same answers, each variable the same groups of people.
    of_its_own = len(set(zip(groups, (row[1] for row in body), strict=True))) == len(body) > len(set(groups))
    # SPSS numbers its models in the first column: `1 | (Constant)`, `1 | Trust`.
    models = all(text.isdigit() and len(text) < 3 for text in groups)
    names = len(body[0]) > 2 and (words(0) or models) and words(1)
    names = names and (of_its_own or len(set(distinct)) > 0.6 * len(body))
    short = names and sum(len(text) for text in distinct) <= 60 * len(distinct)
    repeats = names and len({row[0] for row in body if row[0]}) < len(body)
    return 2 if short and repeats else 1


def _parts(text: str, head: str) -> list[str]:
    """The numbers of a cell that holds two, or one and an interval."""
    if match := _RANGE.fullmatch(text):
        return [part for part in (match["one"], match["low"], match["high"]) if part]
    if match := _TWO.fullmatch(text):
        return [match["one"].strip(), (match["in"] or match["pm"]).strip()]
    return []


def _unpacked(head: str, cells: Sequence[str]) -> list[tuple[str, list[str]]]:
    """A column, or the columns that its cells hold together: `3.52 (1.15)`, `1.65 [1.11, 2.44]`."""
    parts = [_parts(text, head) for text in cells]
    counts = Counter(len(part) for part, text in zip(parts, cells, strict=True) if text and part)
    filled = sum(bool(text) for text in cells)
    if not counts or sum(counts.values()) < _TEXT_SHARE * filled:
        return [(head, list(cells))]
    width = max(counts)
    interval = any(_RANGE.fullmatch(text) for text in cells)
    names = _packed_names(head, width, interval)
    columns: list[tuple[str, list[str]]] = [(name, []) for name in names]
    for part, text in zip(parts, cells, strict=True):
        own = part if len(part) == width else [text, *[""] * (width - 1)]
        for (_, column), value in zip(columns, own, strict=True):
            column.append(value)
    return columns


def _of_groups(
    columns: list[list[tuple[str, list[str]]]], body: Sequence[Sequence[str]], leading: int
) -> list[list[tuple[str, list[str]]]]:
    """`3.22 ± 0.74` below two or more groups of people are their means and SDs."""
    found = [
        j
        for j, part in enumerate(columns)
        if len(part) == 2 and all("±" in row[j + leading] for row in body if row[j + leading])
    ]
    if len(found) < 2:
        return columns
    names = {j: i for i, j in enumerate(found, start=1)}
    return [
        [(f"{name}_{names[j]}", cells) for name, (_, cells) in zip(("mean", "sd"), part, strict=True)]
        if j in names
        else part
        for j, part in enumerate(columns)
    ]


def _packed_names(head: str, width: int, interval: bool) -> list[str]:
    if interval:
        first = re.sub(r"[\[(]?\s*9\d\s*%.*", "", head).strip(" ,;(") or head
        return ["ci_low", "ci_high"] if width == 2 else [first, "ci_low", "ci_high"]
    for one, other, names in _PAIRS:
        if re.search(one, head, re.I) and re.search(other, head, re.I):
            return [names[0] or re.split(r"[(±,/]", head)[0].strip() or head, names[1]]
    return [head, f"{head} (2)"]


def _names(heads: Sequence[str]) -> list[str]:
    """Our names of known headers, else the header's own words; repeated ones are numbered."""
    names: list[str] = []
    for head in heads:
        known = canonical(head, "", names[-1] if names else "") if head else ""
        names.append(known if known and is_known(known) else slug(head or "column"))
    counts = Counter(names)
    seen: Counter[str] = Counter()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(f"{name}_{seen[name]}" if counts[name] > 1 else name)
    return numbered


def _fill(draft: Draft, keys: Sequence[Sequence[str]], texts: Sequence[Sequence[str]]) -> None:
    """Names of lines and the cells; a row with words in its first cell alone heads those below it."""
    group, used = "", Counter[str]()
    headings = not _is_square(draft, keys)
    headed = headings and any(_is_heading(key, row) for key, row in zip(keys, texts, strict=True))
    two = bool(keys) and len(keys[0]) > 1
    draft.grouped = two or headed
    for key, row in zip(keys, texts, strict=True):
        if headings and not two and _is_heading(key, row):
            group = key[0]
            continue
        group = (key[0] or group) if two else group
        label = key[-1] or (group if two else "")
        if not label and not any(row):
            continue
        name = slug(label)
        if draft.grouped:
            name = f"{slug(group) if group else 'all'}/{name}"
        used[name] += 1
        line = f"{name}_{used[name]}" if used[name] > 1 else name
        draft.lines.append(line)
        draft.labels[line] = label
        draft.cells |= {(line, column): text for column, text in zip(draft.header, row, strict=True) if text}


def plain(text: str) -> str:
    """A variable's name without its number: `1. Trust` is `trust`."""
    return re.sub(r"^\s*\d+[.)]?\s*(?=\D)", "", text).strip(" .()").casefold()


def _is_square(draft: Draft, keys: Sequence[Sequence[str]]) -> bool:
    """Whether columns are the lines' variables, so that a line without numbers is no heading."""
    heads = {plain(head) for head in draft.printed.values()}
    counted = [head.strip(" .()") for head in draft.printed.values()]
    running = [str(i) for i in range(1, len(counted) + 1)]
    named = sum(plain(key[0]) in heads for key in keys)
    return named > 1 or (len(counted) > 1 and counted == running and len(keys) - len(counted) in {0, 1})


def _is_heading(key: Sequence[str], row: Sequence[str]) -> bool:
    """A row of one text, in its first cell or merged over all."""
    return bool(key[0]) and not is_number(key[0]) and all(not text or text == key[0] for text in row)


def rows_of(draft: Draft) -> Iterator[list[str]]:
    """The table as lines of a CSV file, its header first."""
    keys = ["group", "row"] if draft.grouped else ["row"]
    labelled = any(draft.labels[line] != line.rpartition("/")[2] for line in draft.lines)
    yield [*keys, *(["label"] if labelled else []), *draft.header]
    for line in draft.lines:
        own = line.split("/", 1) if draft.grouped else [line]
        words = [draft.labels[line]] if labelled else []
        yield [*own, *words, *(draft.cells.get((line, column), "") for column in draft.header)]


def has_decimal_commas(tables: Sequence[Draft]) -> bool:
    """Whether more numbers are written with a decimal comma than with a point."""
    texts = [text for table in tables for text in table.cells.values()]
    commas = sum(bool(re.search(r"(?<!\d)\d?,\d+|\d,\d{1,2}\b", text)) for text in texts)
    points = sum(bool(re.search(r"\.\d", text)) for text in texts)
    return commas > points
