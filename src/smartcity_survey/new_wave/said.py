"""What was guessed, and what is left to a person, as sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from smartcity_survey.data.read.cells import Missing
from smartcity_survey.errors import counted
from smartcity_survey.new_wave.columns import AnswerCodes, Column
from smartcity_survey.new_wave.guesses import WEIGHT, Group, Roles
from smartcity_survey.new_wave.marks import TESTS, UNFINISHED, UNVERIFIED, Mark
from smartcity_survey.new_wave.poles import turned_round
from smartcity_survey.new_wave.slips import SLIPS_SHOWN, far_in, none_elsewhere, slips_in
from smartcity_survey.new_wave.wordings.phrases import plain


@dataclass(frozen=True, slots=True)
class Said:
    """What there is to say something about; as the parameters of `draft_study`."""

    roles: Roles
    names: Mapping[str, Group]
    scale: AnswerCodes
    data: Mapping[str, Any]
    found: Sequence[str]
    missing: Mapping[float | str, int]
    doubtful: Sequence[str]
    lines: Sequence[str]
    marks: Sequence[Mark] = ()
    language: str = "en"
    declared: Missing = field(default_factory=Missing)


def said(about: Said) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The guesses, and what is to be done."""
    return tuple(_guesses(about)), tuple(_to_do(about))


def _guesses(about: Said) -> Iterator[str]:
    roles, scale = about.roles, about.scale
    if roles.tool:
        yield f"The file was exported from {roles.tool.name}."
    yield from about.found
    yield (
        f"The language of the study is `{about.language}`, by its questions; another goes into `study: "
        "language` in config.yaml."
    )
    if "decimal" in about.data:
        yield f"The file's decimal is `{about.data['decimal']}`."
    if same := about.data.get("same_question"):
        pairs = [" = ".join(map(repr, (first, *others))) for first, others in same.items()]
        yield (
            f"{counted(len(same), 'question')} in several languages, of which everybody answered one, by "
            f"their order: {'; '.join(pairs)}. They are read as one column each: correct "
            "`data.same_question` in config.yaml where two are not the same."
        )
    if roles.respondent:
        n = roles.respondent.repeats
        repeats = counted(n, "row repeats", "rows repeat") if n else "no rows repeat"
        yield f"Column {roles.respondent.name!r} identifies the respondents: {repeats} another."
    else:
        yield "No column identifies the respondents, so rows are numbered."
    yield from _marked(about.marks)
    for name, group in about.names.items():
        yield _of_construct(name, group, scale)
    if about.names:
        yield f"Answers run from {scale.lowest} to {scale.highest}" + (
            ", worded as in the file." if scale.answers else ", by the codes that occur."
        )
    for code, n in about.missing.items():
        shown = repr(code) if isinstance(code, str) else f"{code:g}"
        yield f"{shown} means no answer ({counted(n, 'cell')}): it stands under `missing_codes`."
    if roles.categories:
        yield f"Questions about the respondent: {_listed(roles.categories)}."
    if roles.numbers:
        yield f"Numbers, put into bands: {_listed(roles.numbers)}."
    yield from _as_typed((*roles.categories, *roles.numbers))
    for choice in roles.choices:
        answers = counted(len(choice.options or choice.columns or {}), "answer")
        if choice.further:
            columns = counted(len(choice.members), "column")
            yield (
                f"Several answers are possible to {choice.label!r}, in {columns}: the first, the second and "
                "so on, for nobody gave one twice. They are counted, and measure nothing."
            )
        elif choice.column:
            yield (
                f"Several answers are possible to {choice.label!r}: {answers} in the column "
                f"{choice.column!r}, parted by {choice.separator!r}. They are counted, and measure nothing."
            )
        else:
            columns = counted(len(choice.members), "column")
            yield (
                f"Several answers are possible to {choice.label!r}: {answers} in {columns} of yes and no. "
                "They are counted, and measure nothing."
            )
        if choice.n_empty:
            empty = counted(choice.n_empty, "row")
            if choice.not_chosen or choice.column:
                yield f"In {empty} nothing stands under {choice.label!r}: taken for no answer to it."
            else:
                yield (
                    f"In {empty} nothing stands under {choice.label!r}: taken for people who chose none of "
                    "the answers, for nothing tells them from those who did not answer."
                )
    yield from _left_out(roles.left_out)
    *sources, target = about.names or ("",)
    if len(sources) == 1:
        yield f"`{target}` is explained by `{sources[0]}`, with a positive sign."
    elif sources:
        explained = ", ".join(f"`{name}`" for name in sources)
        yield f"`{target}` is explained by {explained}, each with a positive sign."


_KINDS = {TESTS: "tests, previews or spam", UNFINISHED: "not finished", UNVERIFIED: "not verified"}


def _marked(marks: Sequence[Mark]) -> Iterator[str]:
    for mark in marks:
        if mark.applied:
            yield (
                f"Column {mark.column!r} marks {counted(mark.n, 'questionnaire')} as {_KINDS[mark.kind]} "
                f"({_shown(mark)}): the cleaning rule `marked` excludes them. To keep them, take the column "
                "out of `data.marked`."
            )


def _languages(about: Said) -> Iterator[str]:
    """Answers of several languages on one scale or in one question."""
    scales = [group.codes for group in about.names.values() if group.codes.n_languages > 1]
    pairs = dict.fromkeys(
        f"{word!r} = {codes.answers[code]!r}" for codes in scales for word, code in codes.spellings.items()
    )
    if pairs:
        yield (
            f"codebook.yaml: answers in several languages are put on one scale: {', '.join(pairs)}. Correct "
            "`spellings` where two do not mean the same."
        )
    for column in about.roles.categories:
        same = column.synonyms()
        if same:
            shown = ", ".join(f"{word!r} = {other!r}" for word, other in same.items())
            yield (
                f"codebook.yaml: answers to {column.name!r} that mean the same have one code: {shown}. "
                "Correct `spellings` where they do not."
            )
        rest = [word for word in column.words if word not in {*same, *same.values()}]
        if pairs and len(rest) > 1:
            listed = ", ".join(map(repr, rest))
            yield (
                f"codebook.yaml: do some of the answers to {column.name!r} say the same in two languages: "
                f"{listed}? Leave one of each under `categories`, and write the other under `spellings` with "
                "its code."
            )


def _merged(about: Said) -> Iterator[str]:
    """Different words of one language that count as one answer."""
    scales = [group.codes for group in about.names.values() if group.codes.n_languages == 1]
    pairs = dict.fromkeys(
        f"{word!r} = {codes.answers[code]!r}"
        for codes in scales
        for word, code in codes.spellings.items()
        if code in codes.answers and plain(word) != plain(codes.answers[code])
    )
    if pairs:
        yield (
            f"codebook.yaml: different words count as one answer: {', '.join(pairs)}. Correct `answers` and "
            "`spellings` where they do not mean the same."
        )


def _shown(mark: Mark) -> str:
    return ", ".join(repr(text) if text else "empty" for text in mark.values)


def _doubtful_marks(marks: Sequence[Mark]) -> Iterator[str]:
    for mark in marks:
        if not mark.applied:
            same = [one for one in marks if one.column == mark.column and one.applied]
            values = [value for one in (*same, mark) for value in one.values]
            yield (
                f"config.yaml: column {mark.column!r} marks {mark.n} of {counted(mark.n_rows, 'row')} as "
                f"{_KINDS[mark.kind]} ({_shown(mark)}). So many are kept until you say: to exclude them, "
                f"write `marked: {{{mark.column}: {values}}}` under `data` and `marked` under "
                "`cleaning.rules`."
            )


def _used(about: Said) -> Iterator[Column]:
    """Columns of items."""
    for group in about.names.values():
        yield from group.columns


def _as_typed(columns: Sequence[Column]) -> Iterator[str]:
    """What was read otherwise than it is spelt."""
    for column in columns:
        behind = {unit: n for unit, n in column.units.items() if unit}
        if behind:
            units, cells = ", ".join(map(repr, behind)), counted(sum(behind.values()), "cell")
            yield f"Numbers of {column.name!r} are read without what stands behind them ({units}): {cells}."
        if spaced := column.units.get("", 0):
            yield (
                f"Numbers of {column.name!r} are read without the spaces or commas between their thousands; "
                f"what stands behind these is a decimal mark: {counted(spaced, 'cell')}."
            )
    spelt = {text: word for column in columns for text, word in column.spellings.items()}
    if spelt:
        pairs = [f"{text!r} = {word!r}" for text, word in list(spelt.items())[:SLIPS_SHOWN]]
        yield (
            f"{counted(len(spelt), 'spelling')} with letters of another alphabet that look the same, other "
            f"blanks or quotation marks are taken for the answer they look like: {', '.join(pairs)}"
            f"{', ...' if len(spelt) > SLIPS_SHOWN else ''}."
        )


def _left_out(columns: Mapping[str, str]) -> Iterator[str]:
    """Columns that are not used; those of one reason together where there are several."""
    whys: dict[str, list[str]] = {}
    for name, why in columns.items():
        whys.setdefault(why, []).append(name)
    for why, names in whys.items():
        listed = ", ".join(map(repr, names))
        one = len(names) == 1
        yield f"Column{'' if one else 's'} {listed} {'is' if one else 'are'} left out: {why}."


def _of_construct(name: str, group: Group, scale: AnswerCodes) -> str:
    first, last = group.columns[0].name, group.columns[-1].name
    own = "" if group.codes == scale else f", codes {group.codes.lowest} to {group.codes.highest}"
    items = counted(len(group.columns), "item")
    if group.guessed:
        listed = ", ".join(repr(column.name) for column in group.columns)
        return (
            f"Construct `{name}`: {items} whose answers go together ({listed}){own}. Nothing "
            "but correlations says so: "
            "look at the questionnaire, and correct `construct:` of each item."
        )
    if group.heading:
        why = f"the heading {group.heading!r} above them"
    else:
        why = "the prefix of their names" if group.prefix else "the same answers"
    return f"Construct `{name}`: {items} by {why}, {first!r} to {last!r}{own}."


def _to_do(about: Said) -> Iterator[str]:
    roles = about.roles
    yield from about.lines
    if not about.names:
        yield (
            "codebook.yaml: no column looks like an item: no two have whole codes on one "
            "scale, or words whose order "
            "is known. Write the items under `items` (`T1: "
            "{construct: trust, label: I trust it}`), their constructs "
            "under `constructs`, and for answers in words the order under `scale: answers`. "
            "The columns and why they "
            "were not taken are listed at the end of the file."
        )
    spread = [choice.label for choice in roles.choices if choice.columns]
    if not about.names and spread:
        yield (
            "codebook.yaml: columns of yes and no are counted as questions with several answers "
            f"({', '.join(map(repr, spread))}). If they are items, as in a test of knowledge, take the "
            "question out of `multiple_choice`, and write its columns under `items` with `scale: {minimum: "
            "0, maximum: 1}`."
        )
    if len(about.names) == 1:
        yield (
            "codebook.yaml and config.yaml: there is one construct, so the study is about its measurement "
            "alone. Where it should be several, part its items "
            "(`construct:` of each in codebook.yaml, a line under `constructs` in both files), "
            "and write what explains "
            "what under `paths`: `- {from: [trust], to: intention}`."
        )
    yield "config.yaml: write the title, and in `model` what explains what and which hypotheses are claimed."
    yield "codebook.yaml: write labels of the constructs, and short labels of the items."
    if any(group.guessed for group in about.names.values()):
        yield (
            "codebook.yaml: look which items belong together; the constructs are a guess from correlations "
            "alone."
        )
    yield "codebook.yaml: mark items worded the other way round by `reverse: true`; `check` names suspects."
    yield from _turned(about)
    for members, codes in roles.unordered:
        if members:
            words = ", ".join(codes.answers.values())
            yield (
                f"codebook.yaml: {counted(len(members), 'column')} ({_listed(members[:3])}"
                f"{', ...' if len(members) > 3 else ''}) hold these {len(codes.answers)} words: "
                f"{words}. Which "
                "order? Put them in order under `answers`, from lowest to highest, and take "
                "out `ordered: false`."
            )
    yield from _unused_places(about)
    for name in (name for name, why in roles.left_out.items() if why == WEIGHT):
        yield (
            f"config.yaml: column {name!r} looks like a sampling weight: its numbers lie around 1. If it is "
            f"one, write `weight: {name}` under `data`; as it is, all respondents count alike."
        )
    for word in about.doubtful:
        yield (
            f"codebook.yaml: {word!r} is taken for the middle of its scale. If it means no "
            "answer, take it out of "
            f"`answers`, number the others anew, and write it under `missing_codes` in config.yaml."
        )
    yield from _languages(about)
    yield from _merged(about)
    yield from _doubtful_marks(about.marks)
    # An answer to an item is a code of its scale: what stands behind a number there is a slip.
    items = [replace(column, slips={**column.slips, **column.with_unit}) for column in _used(about)]
    yield from slips_in([*items, *roles.categories, *roles.numbers])
    yield from none_elsewhere((*roles.numbers, *roles.categories), about.declared, about.missing)
    yield from far_in(roles.numbers, about.declared)
    strange = sum((Counter(group.strange) for group in about.names.values()), Counter())
    for code, n in sorted(strange.items()):
        yield (
            f"config.yaml: the code {code} stands in {counted(n, 'cell')} outside its scale. If it means no "
            f"answer, write `missing_codes: [{code}]` into `data`; else such rows are excluded."
        )
    yield from _alphabetic(roles.categories)
    if any(column.counts and not column.answers for column in roles.categories):
        yield "codebook.yaml: write what the codes of the questions about the respondent mean."


def _alphabetic(columns: Sequence[Column]) -> Iterator[str]:
    """Answers in words of no known order, as of education: tables would have that of the alphabet."""
    names = []
    for column in columns:
        words = sorted(word for word in column.words if word not in column.synonyms())
        numbers = [int(found[0]) if (found := re.match(r"\d+", word)) else None for word in words]
        in_order = None not in numbers and numbers == sorted(numbers, key=lambda number: number or 0)
        if len(words) > 2 and not in_order:
            names.append(column.name)
    if names:
        yield (
            f"codebook.yaml: the answers to {', '.join(map(repr, names))} stand in the order of the "
            "alphabet, and so they do in tables. Where they have an order, as education has, number them "
            "in it: change the codes under `categories`, and those of the same answers under `spellings`. "
            "In the file are words, so the data stay as they are."
        )


def _unused_places(about: Said) -> Iterator[str]:
    """Places of scales in words that nobody's answer has, between the lowest and the highest."""
    by_places: dict[tuple[tuple[int, ...], int, int], list[str]] = {}
    for group in about.names.values():
        codes = group.codes
        free = tuple(
            c for c in range(codes.lowest, codes.highest) if codes.answers and c not in codes.answers
        )
        if free and group.columns[0].codes_in_words and min(codes.answers) < min(free):
            names = by_places.setdefault((free, codes.lowest, codes.highest), [])
            names.extend(column.name for column in group.columns)
    for (free, low, high), names in by_places.items():
        shown = ", ".join(map(repr, names[:3])) + (", ..." if len(names) > 3 else "")
        yield (
            f"codebook.yaml: no answer of {counted(len(names), 'column')} ({shown}) stands at "
            f"{', '.join(map(str, free))} of the scale from {low} to {high}, where usual scales have one. If "
            "the form had none there, number `answers` anew, and correct `maximum`."
        )


def _turned(about: Said) -> Iterator[str]:
    """Columns whose codes run against their words, by the words of both ends."""
    by_ends: dict[tuple[int, str, int, str], list[str]] = {}
    for group in about.names.values():
        for name, words in turned_round(group).items():
            low, high = min(words), max(words)
            by_ends.setdefault((low, words[low], high, words[high]), []).append(name)
    for (low, lowest, high, highest), names in by_ends.items():
        shown = ", ".join(map(repr, names[:3])) + (", ..." if len(names) > 3 else "")
        yield (
            f"codebook.yaml: in {counted(len(names), 'column')} ({shown}) {low} means {lowest!r} and {high} "
            f"{highest!r}. `reverse: true` stands at these items, so that high means {lowest!r}; take it out "
            "where a statement is worded the other way round."
        )


def _listed(columns: Sequence[Column]) -> str:
    return ", ".join(repr(column.name) for column in columns)
