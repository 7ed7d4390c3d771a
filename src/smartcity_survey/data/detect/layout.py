"""Which rows of a sheet hold the names of its columns, their full text, and no questionnaire at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from smartcity_survey.data.read.cells import cell_text
from smartcity_survey.data.read.grid import NO_NAMES, Row, filled, texts

HEADERS_LOOKED_AT = 12
"""Rows at the head of a sheet among which the names are looked for."""
ENDS_LOOKED_AT = 8
BODY_LOOKED_AT = 400
MOST_WORDS = 0.2
"""Share of a column of codes that words for no answer may make up."""
FEWEST_CATEGORIES = 0.2
"""Different values per row below which the values of a column are categories, and a lonely one a label."""
FEWEST_FORMED = 3
"""Columns of numbers, most of them without one in a row that is no questionnaire."""
FEWEST_STRANGE = 2
"""Columns of numbers, none of them with one in such a row."""
WITHOUT_NUMBER = 0.1
"""Share of cells below that may hold words in a column of numbers: a line of means, words for no answer."""
FEWEST_HEADERS = 4
"""Texts of a second row of headers where no column of numbers tells it from answers."""
_IMPORT = '{"ImportId"'
_SUMMARY = re.compile(
    r"(mean|average|avg|total|sum|std\.?( ?dev.*)?|sd|min(imum)?|max(imum)?|count|median|mode|n|"
    r"среднее.*|итого.*|всего.*|сумма|медиана|ст\.? ?откл.*|минимум|максимум|"
    r"орташа.*|барлығы.*|жиыны|қосындысы|"
    r"=?(average|sum|срзнач|сумм)\(.*)[:.]?",
    re.I,
)
_NUMBER = re.compile(r"-?\d+([.,]\d+)?%?")


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows by their numbers; empty where the first row holds the names and all others are questionnaires.

    header_rows, label_row, skip_rows : as `data` in the config has them.
    groups : what stands above the names, by position: headings of blocks.
    why : row -> why it is no questionnaire.
    doubtful : a row that may be a second row of headers, or a questionnaire like no other.
    is_header : whether that row is taken for headers.
    """

    header_rows: tuple[int, ...] = ()
    label_row: int | None = None
    skip_rows: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()
    why: dict[int, str] = field(default_factory=dict)
    doubtful: int | None = None
    is_header: bool = False


def find_layout(rows: Sequence[Row]) -> Layout:
    """The layout of a sheet, from all its rows."""
    named = [(number, texts(row)) for number, row in rows if filled(row)]
    if not named:
        return Layout()
    # In a text file an empty line at the head would be taken for the names.
    first = rows[0][0]
    body = named[: HEADERS_LOOKED_AT + BODY_LOOKED_AT]
    position = _names_at(body)
    heads = [body[position][0]]
    groups: tuple[str, ...] = ()
    above = body[position - 1][1] if position else []
    if position and _is_upper_half(above, body[position][1]):
        heads = [body[position - 1][0], *heads]
    elif position and sum(map(bool, above)) > 1:
        groups = _filled_forward(above)
    rest = body[position + 1 :]
    seconds, doubtful = _second_headers(rest)
    spoken = [n for n in seconds if not any(text.startswith(_IMPORT) for text in rest[n][1])]
    label = max(spoken, key=lambda n: len("".join(rest[n][1])), default=None)
    whys = {rest[n][0]: "a second row of headers" for n in seconds if n != label}
    label_row = rest[label][0] if label is not None else None
    if label is not None and not _tells(rest[label][1], body[position][1]):
        whys[rest[label][0]], label_row = "a second row of headers", None
    whys |= _ends(named, position + 1 + len(seconds))
    plain = heads == [first]
    return Layout(
        () if plain else tuple(heads),
        label_row,
        tuple(sorted(whys)),
        tuple(groups),
        whys,
        None if doubtful is None else rest[doubtful][0],
        doubtful in seconds,
    )


def _names_at(rows: Sequence[tuple[int, list[str]]]) -> int:
    """Position of the row of names: the first that is about as wide as the table, and of words."""
    widths = Counter(sum(map(bool, row)) for _, row in rows)
    usual = max(widths, key=lambda width: (widths[width] * width, width))
    best = 0
    for position, (_, row) in enumerate(rows[:HEADERS_LOOKED_AT]):
        names = [text for text in row if text]
        wide = len(names) >= 0.6 * usual
        words = sum(not _NUMBER.fullmatch(text) for text in names) >= 0.8 * len(names)
        if wide and words:
            following = rows[position + 1][1] if position + 1 < len(rows) else []
            return position + 1 if _is_upper_half(row, following) else position
    for position, (_, row) in enumerate(rows[:HEADERS_LOOKED_AT]):
        following = rows[position + 1][1] if position + 1 < len(rows) else []
        if _is_upper_half(row, following):
            return position + 1
    return best


def _is_upper_half(row: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row holds questions, and the one below it what each column of a question is about.

    Where one is empty the other is filled; parts of questions alone name no column, as Response.
    """
    width = max(len(row), len(below))
    above = [*row, *[""] * (width - len(row))]
    under = [*below, *[""] * (width - len(below))]
    parts = [text for text in under if text]
    if not parts or any(_NUMBER.fullmatch(text) for text in parts) or not above[0]:
        return False
    only_above = sum(bool(a) and not b for a, b in zip(above, under, strict=True))
    only_below = sum(bool(b) and not a for a, b in zip(above, under, strict=True))
    called = sum(text.casefold() in NO_NAMES for text in parts)
    return bool(only_below and (only_above or called)) or called >= 2


def _filled_forward(row: Sequence[str]) -> tuple[str, ...]:
    group, groups = "", []
    for text in row:
        group = text or group
        groups.append(group)
    return tuple(groups)


def _second_headers(rest: Sequence[tuple[int, list[str]]]) -> tuple[list[int], int | None]:
    """Positions of the rows right below the names that are headers too, and of one that may be."""
    found: list[int] = []
    doubtful = None
    for position in range(min(3, len(rest))):
        row, below = rest[position][1], [r for _, r in rest[position + 1 :]]
        if any(text.startswith(_IMPORT) for text in row):
            found, doubtful = list(range(position + 1)), None
        elif _is_lonely(row, below):
            strange, formed = _strange(row, below)
            every = formed >= FEWEST_STRANGE and strange == formed
            told = every or formed >= FEWEST_FORMED or _may_be_headers(row, below)
            if told and formed and strange > 0.6 * formed:
                found = list(range(position + 1))
            elif doubtful is None:
                doubtful = position
                if not formed and _may_be_headers(row, below):
                    found = list(range(position + 1))
    return found, doubtful


def _strange(row: Sequence[str], below: Sequence[Sequence[str]]) -> tuple[int, int]:
    """In how many columns of numbers, dates and identifiers a row holds words; and of how many.

    A person whose answers are like nobody's has a number there all the same. Words may have a number too,
    as `Trust 1`, where all below are numbers alone.
    """
    formed = strange = 0
    for column, text in enumerate(row):
        values = [r[column] for r in below if column < len(r) and r[column]]
        wordy = sum(not any(map(str.isdigit, value)) for value in values)
        if text and values and wordy <= WITHOUT_NUMBER * len(values):
            formed += 1
            bare = sum(bool(_NUMBER.fullmatch(value)) for value in values)
            named = text[0].isalpha() and bare >= (1 - WITHOUT_NUMBER) * len(values)
            strange += named or not any(map(str.isdigit, text))
    return strange, formed


def _may_be_headers(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row holds something else in every column, and nowhere what stands below."""
    names = [text for text in row if text]
    values = {text for other in below for text in other}
    return len(names) >= FEWEST_HEADERS and len(set(names)) == len(names) and values.isdisjoint(names)


def _is_lonely(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether most columns of categories hold in this row what they hold nowhere below."""
    if len(below) < 5:
        return False
    n = lonely = 0
    for column, text in enumerate(row):
        values = [r[column] for r in below if column < len(r) and r[column]]
        if not values or not text:
            continue
        different = set(values)
        if len(different) <= max(2, FEWEST_CATEGORIES * len(values)):
            n += 1
            lonely += text not in different and not _NUMBER.fullmatch(text)
    return n > 1 and lonely >= 0.6 * n


def _tells(labels: Sequence[str], names: Sequence[str]) -> bool:
    """Whether labels say more than the names do."""
    return sum(map(len, labels)) > 1.2 * sum(map(len, names))


def _ends(named: Sequence[tuple[int, list[str]]], start: int) -> dict[int, str]:
    """Rows at the end of a sheet that sum up those above, or remark on them."""
    body = named[start:]
    if len(body) < 5:
        return {}
    inner, end = body[: max(1, len(body) - ENDS_LOOKED_AT)], body[-ENDS_LOOKED_AT:]
    width = Counter(sum(map(bool, row)) for _, row in inner).most_common(1)[0][0]
    whole = _whole_columns([row for _, row in inner])
    found: dict[int, str] = {}
    for number, row in reversed(end):
        cells = [text for text in row if text.strip()]
        if not cells:
            continue
        fractions = sum(
            column < len(row) and bool(re.fullmatch(r"-?\d+[.,]\d+", row[column])) for column in whole
        )
        large = [
            row[column]
            for column, top in whole.items()
            if column < len(row) and re.fullmatch(r"\d{2,}", row[column]) and int(row[column]) > 3 * top
        ]
        sums = len(large) if len(set(large)) > 1 else 0  # one number throughout is a code, such as 99
        if _names_a_sum(row, body) or (len(whole) > 1 and max(fractions, sums) > 0.5 * len(whole)):
            found[number] = f"it sums up the rows above ({cells[0]})"
        elif width > 3 and len(cells) <= max(1, width // 10) and not _is_like(row, body):
            found[number] = f"a remark ({cells[0][:40]})"
        else:
            break
    return found


def _names_a_sum(row: Sequence[str], body: Sequence[tuple[int, list[str]]]) -> bool:
    """Whether a row begins with the word for a sum or a mean, and this is no answer that others gave too."""
    column = next(position for position, text in enumerate(row) if text.strip())
    alike = sum(column < len(other) and other[column].strip() == row[column].strip() for _, other in body)
    return alike == 1 and bool(_SUMMARY.fullmatch(row[column].strip()))


def _is_like(row: Sequence[str], body: Sequence[tuple[int, list[str]]]) -> bool:
    """Whether what a row holds has the form of what stands above: a number, a time stamp, an identifier."""
    column = next(position for position, text in enumerate(row) if text)
    form = re.sub(r"\d+", "0", row[column])
    above = [r[column] for _, r in body if r is not row and column < len(r) and r[column]]
    return bool(_NUMBER.fullmatch(row[column])) or any(re.sub(r"\d+", "0", text) == form for text in above)


def _whole_columns(rows: Sequence[Sequence[str]]) -> dict[int, float]:
    """Columns of whole numbers from -99 to 99, with the largest; a few words such as NA may be among them."""
    found = {}
    for column in range(max(map(len, rows))):
        values = [row[column] for row in rows if column < len(row) and row[column]]
        whole = [text for text in values if re.fullmatch(r"-?\d{1,2}", text)]
        words = sum(not re.search(r"\d", text) for text in values)
        if whole and len(whole) + words == len(values) and words <= MOST_WORDS * len(values):
            found[column] = max(map(float, whole))
    return found


def cells_of(row: Sequence[Any]) -> list[str]:
    """Cells as text."""
    return [cell_text(cell) for cell in row]
