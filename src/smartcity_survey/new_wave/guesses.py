"""Which column is what: identifier, item of a construct, question about the respondent, or of no use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from smartcity_survey.data.read.formulas import UNSTORED
from smartcity_survey.errors import counted
from smartcity_survey.new_wave.answers import coded_by, unordered
from smartcity_survey.new_wave.bands import bands, decimals
from smartcity_survey.new_wave.clusters import part
from smartcity_survey.new_wave.columns import MOST_SLIPS, AnswerCodes, Column
from smartcity_survey.new_wave.groups import (
    GRID,
    MOST_CODES,
    Group,
    Values,
    group_of,
    grouped_by_name,
    span_families,
)
from smartcity_survey.new_wave.metadata import (
    PERSONAL,
    Tool,
    asks_about_respondent,
    heads_respondent,
    identifies,
    is_called_weight,
    why_metadata,
)
from smartcity_survey.new_wave.multiple import Choice, joined_choices, spread_choices
from smartcity_survey.new_wave.once import chosen_in_turn, given_once, is_ranking

__all__ = ["GRID", "AnswerCodes", "Group", "Roles", "bands", "guess_roles"]

WEIGHT = "it looks like a sampling weight, and weighs nothing yet"
LARGEST_WEIGHT = 50
_ADDRESSES = "addresses; delete the column from the file"
_FORMULAS = "formulas without values: open the file in Excel, save it there, and draft again"
_RANKS = (
    "places in an order, each given once by everybody: the columns determine one another, and measure no "
    "construct; to count them, write each under `demographics`"
)
_SLASHED = re.compile(r"\d{1,2}/\d{1,2}/(\d{4}|\d\d)(\s.*)?")
FEWEST_ALIKE = 3
FEWEST_TO_PART = 6
"""Columns of one scale before they are parted by their correlations."""
MOST_DECIMALS = 2
"""Decimals of a number that people state."""
_IDENTIFIER = re.compile(
    r"id|.*[\s_.-]id|respondent.*|resp|nr|no|№|number|row.*|case.*|.*код|номер.*|нөмір.*", re.I
)


@dataclass(frozen=True, slots=True)
class Roles:
    """Every column's role; `left_out` says why.

    tool : survey tool that the file comes from, where it is known. choices : questions with several answers.
    unordered : columns with the same words, whose order nobody knows.
    """

    respondent: Column | None
    groups: tuple[Group, ...]
    categories: tuple[Column, ...]
    numbers: tuple[Column, ...]
    left_out: Mapping[str, str]
    tool: Tool | None = None
    choices: tuple[Choice, ...] = ()
    unordered: tuple[tuple[tuple[Column, ...], AnswerCodes], ...] = field(default=())


def guess_roles(
    columns: Sequence[Column], tool: Tool | None = None, values: Values | None = None, delimiter: str = ""
) -> Roles:
    """The role of every column, by its name, its values and the file's wording of them.

    Parameters
    ----------
    values : answers of columns, (n, p), by which those of one scale are parted; None: they are not.
    delimiter : what parts the columns of a text file: comma, semicolon, tab or bar.
    """
    respondent = _respondent(columns, tool)
    whys = {
        c.name: why for c in columns if c is not respondent and (why := why_metadata(c.name, c.label, tool))
    }
    addresses = {c.name for c in columns if _is_personal(c)}
    left_out = {name: _ADDRESSES if name in addresses else _said(why) for name, why in whys.items()}
    rest = [c for c in columns if c is not respondent and c.name not in whys]
    left_out |= {column.name: WEIGHT for column in rest if _is_weight(column)}
    left_out |= {column.name: _FORMULAS for column in rest if UNSTORED in column.words}
    left_out |= {c.name: _gaps_told(c) for c in rest if c.name not in left_out and _has_gaps_in_names(c)}
    choices, rest = _choices([c for c in rest if c.name not in left_out], left_out, delimiter)
    asked = unordered([c for c in rest if not asks_about_respondent(c.label)])
    for members, codes in asked:
        names = {column.name for column in members}
        rest = [coded_by(column, codes) if column.name in names else column for column in rest]
    for members in given_once([c for c in rest if _is_item(c)], values):
        if is_ranking(members):
            left_out |= {column.name: _RANKS for column in members}
        else:
            choices.append(chosen_in_turn(members))
        rest = [column for column in rest if column not in members]
    groups = _groups([c for c in rest if _is_item(c)], values)
    taken = {column.name for group in groups for column in group.columns}
    rest = [_in_words(column) for column in rest if column.name not in taken]
    categories = tuple(column for column in rest if _is_category(column))
    numbers = tuple(c for c in rest if c not in categories and _is_number(c))
    used = {column.name for column in (*categories, *numbers)}
    left_out |= {column.name: _why_not(column) for column in rest if column.name not in used}
    ordered = [column.name for column in columns]
    return Roles(
        respondent,
        groups,
        categories,
        numbers,
        dict(sorted(left_out.items(), key=lambda pair: ordered.index(pair[0]))),
        tool,
        tuple(choices),
        tuple((tuple(c for c in members if c.name in taken), codes) for members, codes in asked),
    )


def _choices(
    columns: Sequence[Column], left_out: dict[str, str], delimiter: str
) -> tuple[list[Choice], list[Column]]:
    """Questions with several answers, and the columns of other questions."""
    spread = spread_choices([c for c in columns if c.scale is None])
    taken = {column.name for choice in spread for column in choice.members}
    for choice in spread:
        if choice.name in {column.name for column in columns} - taken:
            first = choice.members[0].name
            left_out[choice.name] = f"its answers stand one by one in the columns {first!r} and further"
            taken.add(choice.name)
    joined = joined_choices([c for c in columns if c.name not in taken and c.scale is None], delimiter)
    taken |= {choice.name for choice in joined}
    order = [column.name for column in columns]
    choices = sorted([*spread, *joined], key=lambda choice: order.index(choice.members[0].name))
    return choices, [c for c in columns if c.name not in taken and c.name not in left_out]


def _respondent(columns: Sequence[Column], tool: Tool | None) -> Column | None:
    """A column named like an identifier that few rows repeat, else the first where none does."""
    own = [c for c in columns if c.repeats == 0 and identifies(c.name, tool)]
    named = [c for c in columns if c.repeats is not None and _IDENTIFIER.fullmatch(c.name.strip())]
    named = [c for c in named if why_metadata(c.name, c.label, tool) != PERSONAL]
    first = [c for c in columns[:1] if c.repeats == 0 and not c.is_dates]
    first = [c for c in first if why_metadata(c.name, c.label, tool) != PERSONAL]
    return next((column for column in (*own, *named, *first) if column.is_plain), None)


def _has_gaps_in_names(column: Column) -> bool:
    """Whether a column is called like an identifier and names everybody once, but for empty cells."""
    if not _IDENTIFIER.fullmatch(column.name.strip()) or column.n_answered <= max(
        MOST_CODES, column.n_rows / 2
    ):
        return False
    once = [*column.counts.values(), *column.words.values()]
    # Of very many different ones only the first and the last number are known.
    return column.n_rows - column.n_answered > 0 and column.is_whole and (not once or max(once) == 1)


def _gaps_told(column: Column) -> str:
    n = column.n_rows - column.n_answered
    return (
        f"it looks like an identifier, but is empty in {counted(n, 'row')}; fill these, and write it as "
        "`respondent` under `data`"
    )


def _is_item(column: Column) -> bool:
    if asks_about_respondent(column.label) or column.percents:
        return False
    if heads_respondent(column.group or column.name.rpartition("/")[0]):
        return False
    if column.is_measure:
        return True
    # Words that were given codes are few, or as many as several languages have.
    few = len(column.counts) <= MOST_CODES or column.scale is not None
    return column.is_codes and few and len({*column.counts, *column.answers}) > 1


def _in_words(column: Column) -> Column:
    """A lonely column whose order nobody knows, in its words again."""
    if column.scale is None or column.scale.ordered:
        return column
    words = {column.answers[int(code)]: n for code, n in column.counts.items()}
    return replace(column, counts={}, words=words, answers={}, coded={}, scale=None, codes_in_words=False)


def _is_category(column: Column) -> bool:
    if len(column.counts) + len(column.words) < 2 or column.percents:
        return False
    if column.is_codes:
        return len(column.counts) <= MOST_CODES and (bool(column.answers) or max(column.counts) <= MOST_CODES)
    return (
        bool(column.words)
        and not column.is_dates
        and not column.counts
        and len(column.words) <= MOST_CODES
        and "" not in column.words
        and max(column.words.values()) > 1
        and not (len(column.words) > 5 and len(column.words) > 0.5 * column.n_answered)
    )


def _is_weight(column: Column) -> bool:
    """Whether a column is called a weight, and its numbers lie around 1 as those of a sample do."""
    if column.ends is None or column.words or column.is_whole:
        return False
    low, high = column.ends
    return is_called_weight(column.name, column.label) and 0 < low < 1 < high <= LARGEST_WEIGHT


def _is_number(column: Column) -> bool:
    """Whether people stated whole numbers, or most of them numbers with one or two decimals, as money."""
    if column.repeats == 0 or len(column.counts) < 2 or column.percents:
        return False
    odd = sum(n for number, n in column.counts.items() if number != int(number))
    slips = 0 < odd <= MOST_SLIPS * column.n_answered
    return column.is_codes or (column.is_measure and not slips and decimals(column) <= MOST_DECIMALS)


def _is_personal(column: Column) -> bool:
    return any("@" in word for word in column.words)


def _said(why: str) -> str:
    return "personal; delete the column from the file" if why == PERSONAL else why


def _why_not(column: Column) -> str:
    if _is_personal(column):
        return _ADDRESSES
    if not column.n_answered:
        return "empty"
    if len(column.counts) + len(column.words) == 1 and "" not in column.words and column.n_answered > 1:
        answer = next((f"{code:g}" for code in column.counts), next(iter(column.words), ""))
        answer = column.answers.get(int(answer), answer) if column.answers and column.counts else answer
        return f"all answers are the same ({answer!r})"
    if column.percents:
        percent, fraction = column.percents
        return f"{percent!r} stands beside {fraction!r}; write all one way in the file"
    if column.is_dates:
        return (
            "dates; to use them, write the question into codebook.yaml with `bands` whose ends are dates "
            "(from: 2026-01-01, to: 2026-06-30)"
        )
    if column.words and not column.counts and all(map(_SLASHED.fullmatch, column.words)):
        return (
            "dates with slashes, of which nobody can tell the day from the month; write them as in "
            "2026-11-28 in the file"
        )
    odd = [number for number in column.counts if number != int(number)]
    if odd and sum(column.counts[number] for number in odd) <= MOST_SLIPS * column.n_answered:
        place = column.number_rows.get(odd[0], 0)
        return f"whole numbers but for {odd[0]:g} in row {place}; correct it in the file"
    if column.ends and column.words:
        word = next(iter(column.words))
        row = f", row {column.rows[word]}" if word in column.rows else ""
        return f"numbers and texts: {word!r}{row} is no number"
    return "numbers that are no codes" if column.ends or not column.words else "free text"


def _groups(columns: Sequence[Column], values: Values | None) -> tuple[Group, ...]:
    groups, alone = grouped_by_name(columns)
    place = {column.name: number for number, column in enumerate(columns)}
    if len(groups) == 1 and len(groups[0].columns) >= FEWEST_TO_PART:
        parts = _parted(groups[0].columns, values)
        if len(parts) > 1:
            groups = [replace(group_of("", members), guessed=True) for members in parts]
    for members in span_families(alone):
        members = sorted(members, key=lambda column: place[column.name])
        if len(members) < FEWEST_ALIKE:
            continue
        parts = _parted(members, values)
        groups += [
            replace(group_of("", own), guessed=len(parts) > 1 or not _same_words(own)) for own in parts
        ]
    return tuple(sorted(groups, key=lambda group: place[group.columns[0].name]))


def _same_words(columns: Sequence[Column]) -> bool:
    return all(column.answers == columns[0].answers and column.answers for column in columns)


def _parted(columns: Sequence[Column], values: Values | None) -> list[list[Column]]:
    """Columns by their correlations; all in one where there are few, or their answers are not at hand."""
    if values is None or len(columns) < FEWEST_TO_PART:
        return [list(columns)]
    answers, codes = values(columns), group_of("", columns).codes
    # A code beside the scale, as 99, would make columns alike that have nothing else in common.
    numbers = part(np.where((answers >= codes.lowest) & (answers <= codes.highest), answers, np.nan))
    if not codes.ordered:
        # Before the words are in order correlations tell little: a column of none goes with the one before.
        for position in range(len(numbers)):
            if numbers[position] < 0:
                numbers[position] = numbers[position - 1] if position else 0
    return [
        [column for column, number in zip(columns, numbers, strict=True) if number == group]
        for group in range(int(np.max(numbers, initial=-1)) + 1)
    ]
