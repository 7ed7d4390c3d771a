"""A stage file as a table for readers: codes put into words, numbers rounded, groups set apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any

import pandas as pd

from smartcity_survey.audit.style import BOUNDED
from smartcity_survey.data.disclosure import HIDDEN_BELOW
from smartcity_survey.data.left_out import LINES_LEFT_OUT
from smartcity_survey.io import AT_FAULT, INADMISSIBLE, NONE_FOUND, REFUSED, WHOLE, Card, split_names
from smartcity_survey.report.cells import Cell, cell, interval, records
from smartcity_survey.report.contents import Contents, Entry
from smartcity_survey.report.formats import formatter
from smartcity_survey.report.names import (
    MADE,
    heading,
    name_text,
    parts,
    statistic_parts,
)
from smartcity_survey.report.refusal_names import listed, refusals
from smartcity_survey.report.remark_codes import remark_codes
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.table_notes import (
    basis,
    hidden,
    of_card,
    of_columns,
    of_unworded_items,
    reading,
)
from smartcity_survey.report.wording import LANGUAGES

_UP_TO_ONE = frozenset(
    {
        *("alpha", "confidence_level", "quantile", "power", "equivalence_bound", "large_residual"),
        *("minimum_loading", "minimum_msa", "minimum_communality", "maximum_cross_loading"),
        "specifications_agree_from",
    }
)
"""Numbers of a card that cannot exceed one: English writes them without the zero, as in the tables."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under a common heading, which may be empty. The first cell of a line names it.

    `remarks` has the sentences below each line; it is empty where a table has none.
    """

    heading: str
    lines: tuple[tuple[Cell, ...], ...]
    remarks: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to be set.

    Attributes
    ----------
    headings, numeric : of the columns, the line names first: their text, and whether they hold numbers.
    groups : the lines.
    notes : sentences under the table.
    card : how it was computed, in one line; may be empty.
    empty : why it has no lines, where it has none and there is a reason.
    reading : what else helps to read it, too long for a note.
    """

    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    groups: tuple[Group, ...]
    notes: tuple[str, ...]
    card: str = ""
    empty: str = ""
    reading: tuple[str, ...] = ()


def in_language(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """A stage file whose columns in words (`reason_en`, `reason_ru` ...) are those of one language."""
    ending = f"_{language}"
    worded = {name.removesuffix(ending) for name in frame.columns if name.endswith(ending)}
    others = [
        name
        for name in frame.columns
        if (parts := name.rpartition("_"))[0] in worded and parts[2] in LANGUAGES and parts[2] != language
    ]
    return frame.drop(columns=others).rename(columns={f"{name}{ending}": name for name in worded})


def render_table(
    frame: pd.DataFrame, entry: Entry, contents: Contents, setting: Setting, card: Card | None = None
) -> Table:
    """Set a stage file as its entry in `contents.yaml` says.

    Parameters
    ----------
    frame : the stage file, at full precision.
    card : how it was computed.
    """
    frame = in_language(frame, setting.wording.language)
    if not frame.columns.size:
        notes = tuple(refusal_notes(card, setting)) if card else ()
        return Table((), (), (), notes, card_line(card, setting) if card else "")
    if entry.having:
        frame = frame[frame[entry.having].notna()]
    if entry.pivot:
        frame = _wide(frame, entry)
    met = _met_throughout(frame, entry)
    frame = frame.drop(columns=[*_left_out(frame, entry, setting), *met])
    shown = frame.head(entry.first) if entry.first else frame
    columns = _columns(frame, entry)
    hides = entry.hides if card and HIDDEN_BELOW in card else ()
    groups: dict[tuple[str, ...], tuple[str, list[tuple[Cell, ...]], list[tuple[str, ...]]]] = {}
    keys = parts(entry.group, frame.columns)
    for line in records(shown):
        name = tuple(str(line[key]) for key in keys)
        if name not in groups:
            title = name_text(entry.group, str(line.get(entry.group, "")), line, setting) if keys else ""
            groups[name] = title, [], []
        groups[name][1].append(
            tuple(
                Cell(setting.wording["page.hidden_mark"], numeric=True)
                if column in hides and pd.isna(line[column])
                else _cell(line, column, entry, contents, setting)
                for column in columns
            )
        )
        if entry.remarks:
            groups[name][2].append(tuple(remarks(line, entry, contents, setting)))
    lines = [cells for _, own, _ in groups.values() for cells in own]
    return Table(
        headings=tuple(_heading(column, entry, setting) for column in columns),
        numeric=tuple(bool(lines) and all(cells[i].numeric for cells in lines) for i in range(len(columns))),
        groups=tuple(Group(title, tuple(own), tuple(remarks)) for title, own, remarks in groups.values()),
        notes=(
            *(basis((*columns, entry.group), card, setting) if card else ()),
            *_notes(entry, len(shown), len(frame), setting),
            *of_columns(columns, entry, setting),
            *_of_met(met, entry, setting),
            *of_unworded_items(shown, entry, setting),
            *of_card(entry, card, setting),
            *(score_notes(card, setting, "short") if card and entry.scores else ()),
            *(hidden(shown, hides, card, setting) if card else ()),
            *(refusal_notes(card, setting) if card else ()),
        ),
        card=card_line(card, setting) if card else "",
        reading=(
            *reading(entry, setting),
            *(score_notes(card, setting) if card and entry.scores else ()),
        ),
    )


def _left_out(frame: pd.DataFrame, entry: Entry, setting: Setting) -> list[str]:
    """Columns that are not shown: without values, or of answers that are one file among many."""
    unprinted = entry.unprinted if setting.bounded else ()
    empty = [name for name in entry.unless_empty if name in frame and frame[name].isna().all()]
    return [name for name in frame.columns if name in (*unprinted, *empty)]


def _met_throughout(frame: pd.DataFrame, entry: Entry) -> list[str]:
    """Columns that say yes in every line."""
    there = [name for name in entry.unless_all if name in frame and len(frame)]
    return [name for name in there if (frame[name].astype(str) == "True").all()]


def _of_met(met: Sequence[str], entry: Entry, setting: Setting) -> Iterator[str]:
    """What every line meets, in place of columns that say yes alone."""
    if met:
        named = dict.fromkeys(_heading(name, entry, setting) for name in met)
        yield setting.wording.fill("page.met_throughout", columns="; ".join(named))


def refusal_notes(card: Card, setting: Setting) -> Iterator[str]:
    """A sentence for each part of a table that has no solution, with the reason and the names at fault."""
    if INADMISSIBLE in card:
        yield setting.wording.fill("page.inadmissible", names=listed(card[INADMISSIBLE], setting))
    for part, reason in refusals(card, setting):
        if part == WHOLE:
            yield setting.wording.fill("page.not_computed", reason=reason)
        elif part == NONE_FOUND:
            yield setting.wording.fill("page.none_found", reason=reason)
        else:
            words = setting.wording.value("part", part)
            yield setting.wording.fill("page.part_not_computed", part=words, reason=reason)


def score_notes(card: Card, setting: Setting, form: str = "whole") -> tuple[str, ...]:
    """What a reader has to know of the scores a regression is made of, by the method its card names.

    Parameters
    ----------
    form : `whole`, or `short` as below a table.
    """
    key = f"score_notes.{form}.{card.get('scores')}"
    return (setting.wording[key],) if key in setting.wording else ()


def card_line(card: Card, setting: Setting) -> str:
    """An estimator card in one line."""
    colon = setting.wording["page.colon"]
    return "; ".join(f"{key}{colon}{value}" for key, value in card_entries(card, setting).items())


def card_entries(card: Card, setting: Setting) -> dict[str, str]:
    """An estimator card's keys and values in the reader's language; a seed is a name, not a quantity."""
    wording = setting.wording
    words = {key: wording.value("card", str(value)) for key, value in card.items()}
    told = {
        key: [name for _, name, _, _ in Formatter().parse(text) if name and name in card]
        for key, text in words.items()
        if wording.knows("card", str(card[key]))
    }

    def written(key: str, value: Any) -> str:
        if key in ("rules", "excludes"):
            return ", ".join(wording.value("rule", rule) for rule in split_names(value))
        if key == "mode":
            return ", ".join(wording.value("card", mode) for mode in split_names(value))
        if isinstance(value, list):
            return listed(value, setting)
        if str(value).lower() in ("true", "false"):
            return wording["page.yes" if str(value).lower() == "true" else "page.no"]
        if isinstance(value, float) and key in _UP_TO_ONE and 0 < value < 1:
            return wording.numbers.fixed(value, len(repr(value).partition(".")[2]), bounded=True)
        if isinstance(value, int | float) and key != "seed":
            return wording.numbers.compact(value)
        if key in ("single_items", "single_left_out", "merged"):
            return ", ".join(setting.labels.construct(name) for name in split_names(value))
        numbers = {name: wording.numbers.compact(float(str(card[name]))) for name in told.get(key, ())}
        return words[key].format(**numbers) if numbers else words[key]

    # A number that the words of another entry take is told there.
    elsewhere = {INADMISSIBLE, REFUSED, LINES_LEFT_OUT, *(name for names in told.values() for name in names)}
    return {
        wording.value("card_key", key): written(key, value)
        for key, value in card.items()
        if key not in elsewhere
    }


def _notes(entry: Entry, shown: int, total: int, setting: Setting) -> list[str]:
    wording = setting.wording
    key = setting.told(f"tables.{entry.name}.note")
    notes = [wording.noted(key)] if key in wording else []
    if entry.suppress:
        limit = wording.numbers.fixed(setting.suppress_below, 2, bounded=True)
        notes.append(wording.fill("page.suppressed", limit=limit))
    if shown < total:
        count = wording.numbers.count
        notes.append(wording.fill("page.first_lines", shown=count(shown), total=count(total)))
    return notes


def _wide(frame: pd.DataFrame, entry: Entry) -> pd.DataFrame:
    """One line per value of `entry.row` in its group, one column per value of `entry.pivot[0]`.

    Several values stand below one another, and the column `pivoted` says which.
    """
    across, *values = entry.pivot
    keys = [*parts(entry.group, frame.columns), entry.row]
    lines, order = frame[keys].drop_duplicates(), list(frame[across].unique())

    def of(value: str) -> pd.DataFrame:
        wide = frame.pivot(index=keys, columns=across, values=value)[order]
        return lines.merge(wide.rename(columns=str).reset_index(), on=keys)

    if len(values) == 1:
        return of(values[0])
    return pd.concat([of(value).assign(pivoted=value) for value in values], ignore_index=True)


def _columns(frame: pd.DataFrame, entry: Entry) -> tuple[str, ...]:
    """Columns shown, the line names first; `x_low` stands for the interval from `x_low` to `x_high`."""
    # Names at fault stand in brackets behind the reason.
    told = {AT_FAULT, "group_at_fault", *parts(entry.row, frame.columns), *parts(entry.group, frame.columns)}
    shown = [c for c in frame.columns if c not in told]
    chosen = [c for c in entry.columns or shown if parts(c, frame.columns) and c != AT_FAULT]
    columns = [entry.row]
    for column in chosen:
        base = column.removesuffix("_low").removesuffix("_high")
        if column not in (entry.group, entry.row) and {f"{base}_low", f"{base}_high"} <= set(chosen):
            columns += [f"{base}_low"] if column == f"{base}_low" else [base] if column == base else []
        elif column not in (entry.group, entry.row):
            columns.append(column)
    return tuple(columns)


def _cell(line: Mapping[str, Any], column: str, entry: Entry, contents: Contents, setting: Setting) -> Cell:
    if column in MADE and column not in line:
        return Cell(name_text(column, "", line, setting))
    value = line[column]
    if entry.group == "demographic" and column in ("first", "second"):
        return Cell(
            setting.labels.categories[str(line["demographic"]), int(value)]
        )  # the question heads the group
    if entry.triangle and _is_construct(column, entry, setting):
        names = [name for name in line if name in setting.labels.constructs]
        beyond = names.index(column) - names.index(line[entry.row])
        if beyond > 0 or (beyond == 0 and entry.triangle == "below"):
            return Cell("", numeric=True)
        if beyond == 0:
            return replace(cell(column, value, line, entry.cells, setting), strong=True)
    if column.endswith("_low") and (high := f"{column.removesuffix('_low')}_high") in line:
        return interval(value, line[high], _format(column, entry, contents, setting), setting.wording.numbers)
    if entry.suppress and isinstance(value, float) and abs(value) < setting.suppress_below:
        return Cell("", numeric=True)
    if column == "reproduced":
        kind = "ratio" if _at_most_one(line) else "fixed"
        return cell(column, value, line, f"{kind}:{_decimals(str(line['printed']))}", setting)
    if column == "printed" and "reproduced" in line:
        return Cell(setting.wording.numbers.as_printed(str(value), bounded=_at_most_one(line)), numeric=True)
    statistic = column == "value" and "statistic" in line
    number_format = (
        contents.statistics.get(statistic_parts(line["statistic"])[1], "")
        if statistic
        else _format(str(line.get("pivoted", column)), entry, contents, setting)
    )
    return cell(column, value, line, number_format, setting)


def remarks(
    line: Mapping[str, Any],
    entry: Entry,
    contents: Contents,
    setting: Setting,
    among: Collection[str] | None = None,
) -> Iterator[str]:
    """A sentence for each code of a line, its `{columns}` filled with the line's values as cells write them.

    `{x_low}` stands for the whole interval from `x_low` to `x_high`. `among`: these codes alone. Where the
    table that has its numbers is on the page, the sentence names it.
    """
    for remark, code, words in remark_codes(line, entry.remarks):
        if among is not None and code not in among:
            continue
        sentence = setting.wording.value(remark, words)
        columns = [column for _, column, _, _ in Formatter().parse(sentence) if column]
        sentence = sentence.format(
            **{column: _cell(line, column, entry, contents, setting).text for column in columns}
        )
        where = contents.evidence.get(code) or contents.evidence.get(remark, "")
        number = setting.numbers.get(where, "") if where != entry.name else ""
        yield f"{sentence.removesuffix('.')} ({number})." if number else sentence


def _heading(column: str, entry: Entry, setting: Setting) -> str:
    if _is_construct(column, entry, setting):
        return setting.labels.constructs[column]
    if entry.pivot and entry.pivot[0] in entry.formats and column != entry.row:  # the columns are numbers
        written = formatter(entry.formats[entry.pivot[0]])(setting.wording.numbers, float(column))
        return f"{heading(entry.pivot[0], setting, entry.name)} = {written}"
    return heading(column, setting, entry.name, *entry.pivot[:1])


def _is_construct(column: str, entry: Entry, setting: Setting) -> bool:
    """Whether a column is a construct's, though it may be called as another is (`b`, `p`)."""
    return bool(entry.cells) and column in setting.labels.constructs and column not in entry.formats


def _format(column: str, entry: Entry, contents: Contents, setting: Setting) -> str:
    if _is_construct(column, entry, setting):
        return entry.cells
    if len(entry.pivot) == 2:
        return entry.cells
    return entry.formats.get(column) or contents.formats.get(column) or entry.cells


def _at_most_one(line: Mapping[str, Any]) -> bool:
    """Whether a printed number cannot exceed one."""
    return bool(BOUNDED.fullmatch(str(line["line"] if line["column"] == "value" else line["column"])))


def _decimals(printed: str) -> int:
    """Decimals of a printed number, whatever marks stand around it."""
    found = re.search(r"\.(\d+)", printed)
    return len(found[1]) if found else 0
