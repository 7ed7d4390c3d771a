"""Questions with several answers: one column that joins them, or a column of yes and no for each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from smartcity_survey.new_wave.columns import Column, is_list_of_codes
from smartcity_survey.new_wave.wordings.phrases import plain

SEPARATORS = (";", "|", "\n", ", ", ",", " ")
MOST_OPTIONS = 40
RAREST = 0.01
"""An option that a smaller share of the answers names is somebody's own words."""
LEAST_SHARE = 0.8
"""Share of all that is named which the options must make up."""
FEWEST_COLUMNS = 2
FEWEST_TOGETHER = 5
"""Cells with two parts side by side before these count as one answer with a comma."""
_YES = {
    "1",
    "yes",
    "y",
    "true",
    "checked",
    "selected",
    "quoted",
    "x",
    "✓",
    "✔",
    "v",
    "+",
    "да",
    "иә",
    "ия",
    "выбрано",
    "отмечено",
    "таңдалды",
    "on",
}
_NO = {
    "0",
    "no",
    "n",
    "false",
    "unchecked",
    "not selected",
    "unselected",
    "not quoted",
    "-",
    "нет",
    "жоқ",
    "не выбрано",
    "не отмечено",
    "таңдалмады",
    "off",
}
_STEMS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"^(?P<stem>.+?)___(?P<option>.+)$",
        r"^(?P<stem>.+?)\s*\(choice=(?P<option>.+)\)$",
        r"^(?P<stem>.+)/(?P<option>[^/]+)$",
        r"^(?P<stem>.+?)\s*\[(?P<option>.+)\]$",
        r"^(?P<stem>.+?)\s[-–—:]\s(?P<option>.+)$",
        r"^(?P<stem>.+\d)(?P<option>[a-z])$",
        r"^(?P<stem>.+?)[_.:-]?(?P<option>(SQ)?\d+)$",
        r"^(?P<stem>.+?)[_.:](?P<option>[^_.:]+)$",
    )
)


_GRID_END = re.compile(r"(?P<question>.*\S)\s*\[(?P<option>[^\[\]]+)\]", re.DOTALL)
_CODE = re.compile(r"^[A-Za-z]\w*\[\w+\]\.\s+")
"""Before the question of a grid: the codes of question and sub-question."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with several answers.

    Attributes
    ----------
    label : the question.
    column, separator, options : of one column: text of each answer -> its label; `rest` for other answers.
    further : columns of the second answer, the third and so on.
    columns : of several: column -> label of its answer. chosen, not_chosen : what their cells hold.
    members : every column it is made of. n_empty : rows in which all of them are empty.
    """

    name: str
    label: str
    members: tuple[Column, ...]
    column: str | None = None
    separator: str | None = None
    further: tuple[str, ...] = ()
    options: Mapping[str, str] | None = None
    has_rest: bool = False
    columns: Mapping[str, str] | None = None
    chosen: tuple[str, ...] = ()
    not_chosen: tuple[str, ...] = ()
    n_empty: int = 0


def joined_choices(columns: Sequence[Column], delimiter: str = "") -> list[Choice]:
    """Columns whose cells join several answers."""
    found = []
    for column in columns:
        if column.is_dates or not column.words:
            continue
        for separator in SEPARATORS:
            options, has_rest = _options(column, separator, delimiter)
            if options:
                found.append(
                    Choice(
                        column.name,
                        re.sub(r"\s[-–—]\s(Selected Choice|Выбранный вариант)$", "", column.label),
                        (column,),
                        column=column.name,
                        separator=separator.strip() or separator,
                        options=options,
                        has_rest=has_rest,
                    )
                )
                break
    return found


def _options(column: Column, separator: str, delimiter: str) -> tuple[dict[str, str], bool]:
    """The answers that cells join by a separator; none where it joins nothing."""
    cells = {word: n for word, n in column.words.items() if word}
    of_codes = is_list_of_codes(column, delimiter)
    if not cells or (column.counts and not of_codes):
        return {}, False
    every = dict(cells)
    every |= {f"{int(code)}": n for code, n in column.counts.items()} if column.is_whole else {}
    parts = _parted(every, separator)
    several = [
        word for word in cells if len(parts[word]) > 1 or word.rstrip().endswith(separator.strip() or "\0")
    ]
    if sum(cells[word] for word in several) < 2 or any(len(set(own)) < len(own) for own in parts.values()):
        return {}, False
    every_part = [part for own in parts.values() for part in own]
    if separator == " " and not all(re.fullmatch(r"[\w-]+", part) for part in every_part):
        return {}, False
    if separator == "," and any(", " in word for word in cells):
        return {}, False
    counts: Counter[str] = Counter()
    for word, own in parts.items():
        counts.update(dict.fromkeys(own, every[word]))
    n = sum(every.values())
    named = sum(counts.values())
    options = {part: number for part, number in counts.items() if number >= max(2, RAREST * n)}
    share = sum(options.values()) / named
    alone = {own[0] for own in parts.values() if len(own) == 1 and own}
    if separator in (",", ", ", " ") and not of_codes and not _mixes(parts, options):
        return {}, False
    enough = len(options) >= 2 and len(options) <= MOST_OPTIONS and share >= LEAST_SHARE
    # Addresses and sentences have commas too: there a part seldom stands alone, and no two go either way.
    if (
        not of_codes
        and separator not in (";", "|", "\n")
        and len(alone & options.keys()) < min(2, len(options))
    ):
        return {}, False
    if not enough or len(options) >= len(every) > 6:
        return {}, False
    order = sorted(options, key=lambda part: (int(part), "") if part.isdigit() else (0, ""))
    return {part: part for part in (order if all(map(str.isdigit, options)) else options)}, share < 1


def _parted(cells: Mapping[str, int], separator: str) -> dict[str, list[str]]:
    """The answers that each cell joins; what stands in brackets is not parted, nor what is never apart."""
    parts = {word: [part.strip() for part in _outside(word, separator) if part.strip()] for word in cells}
    if separator not in (", ", ","):
        return parts
    while found := _inseparable(parts, cells):
        first, seconds = found
        for word, own in parts.items():
            joint: list[str] = []
            for part in own:
                if joint and joint[-1] == first and part in seconds:
                    joint[-1] = f"{first}, {part}"
                else:
                    joint.append(part)
            parts[word] = joint
    return parts


def _outside(text: str, separator: str) -> list[str]:
    """A text parted by a separator, but not within brackets."""
    pieces, whole = text.split(separator), []
    while pieces:
        n = next(
            (k for k in range(1, len(pieces) + 1) if _closed(separator.join(pieces[:k]))),
            1,
        )
        whole.append(separator.join(pieces[:n]))
        pieces = pieces[n:]
    return whole


def _closed(text: str) -> bool:
    return all(text.count(left) == text.count(right) for left, right in ("()", "[]", "«»"))


def _inseparable(parts: Mapping[str, Sequence[str]], cells: Mapping[str, int]) -> tuple[str, set[str]] | None:
    """A part behind which always stands one of some that stand nowhere else: answers with a comma in them."""
    n: Counter[str] = Counter()
    n_pairs: Counter[tuple[str, str]] = Counter()
    for word, own in parts.items():
        for part in own:
            n[part] += cells[word]
        for pair in pairwise(own):
            n_pairs[pair] += cells[word]
    for first in n:
        seconds = {b: together for (a, b), together in n_pairs.items() if a == first and n[b] == together}
        if seconds and sum(seconds.values()) == n[first] and min(seconds.values()) >= FEWEST_TOGETHER:
            return first, set(seconds)
    return None


def _mixes(parts: Mapping[str, Sequence[str]], options: Mapping[str, int]) -> bool:
    """Whether most answers that stand with others stand elsewhere too: alone, or with yet others."""
    cells: Counter[str] = Counter()
    for own in parts.values():
        cells.update(own)
    joined = {part for own in parts.values() if len(own) > 1 for part in own if part in options}
    return sum(cells[part] > 1 for part in joined) >= LEAST_SHARE * len(joined)


def spread_choices(columns: Sequence[Column]) -> list[Choice]:
    """Columns of yes and no, or of one text and nothing, that share a stem."""
    binary = [(column, kinds) for column in columns if (kinds := _kinds(column))]
    found: list[Choice] = []
    taken: set[str] = set()
    for pattern in _STEMS:
        stems: dict[str, list[tuple[Column, tuple[tuple[str, ...], tuple[str, ...]], str]]] = {}
        for column, kinds in binary:
            match = pattern.match(column.name)
            if match and column.name not in taken:
                stems.setdefault(match["stem"].strip(), []).append((column, kinds, match["option"]))
        for stem, members in stems.items():
            if len(members) < FEWEST_COLUMNS:
                continue
            taken |= {column.name for column, _, _ in members}
            found.append(_spread(stem, members))
    return found


def _spread(
    stem: str, members: Sequence[tuple[Column, tuple[tuple[str, ...], tuple[str, ...]], str]]
) -> Choice:
    labels = [column.label for column, _, _ in members]
    question, options = common_question(labels)
    columns = {
        column.name: options[position]
        if options
        else (option if column.label == column.name else column.label)
        for position, (column, _, option) in enumerate(members)
    }
    own_text = {text for _, (chosen, _), _ in members for text in chosen if plain(text) not in _YES}
    if len(own_text) == len(members):
        texts = [next(text for text in chosen) for _, (chosen, _), _ in members]
        columns = {column.name: text for (column, _, _), text in zip(members, texts, strict=True)}
    chosen = dict.fromkeys(text for _, (texts, _), _ in members for text in texts)
    not_chosen = dict.fromkeys(text for _, (_, texts), _ in members for text in texts)
    return Choice(
        stem,
        question or stem,
        tuple(column for column, _, _ in members),
        columns=columns,
        chosen=tuple(chosen),
        not_chosen=tuple(not_chosen),
    )


def common_question(labels: Sequence[str]) -> tuple[str, list[str]]:
    """`Which? - Bus` and `Which? - Tram`: the question and its options.

    Where every label ends in brackets, these hold the option, whatever marks stand before: in the question
    of a grid, or as the code of a sub-question (`Q1[SQ001]. Which? [Bus]` of LimeSurvey).
    """
    grids = [found for label in labels if (found := _GRID_END.fullmatch(label))]
    if len(grids) == len(labels) > 1:
        questions = {_CODE.sub("", found["question"]).strip() for found in grids}
        if len(questions) == 1:
            return questions.pop(), [found["option"].strip() for found in grids]
    marks = (r"\s[-–—:]\s(?:Selected Choice\s[-–—]\s)?", r"\s*\[", r"\s*\(choice=", r"->")
    for mark in marks if len(labels) > 1 else ():
        parts = [re.split(mark, label, maxsplit=1) for label in labels]
        if all(len(part) == 2 for part in parts) and len({part[0] for part in parts}) == 1:
            return parts[0][0].strip(), [part[1].strip().rstrip("])").strip() for part in parts]
    return "", []


def _kinds(column: Column) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Texts that mean chosen and not chosen; nothing where the column is none of yes and no."""
    if column.slips or not column.is_whole:
        return None
    if column.answers and not column.codes_in_words and len(column.counts) <= 2:
        labels = {code: column.answers.get(int(code), "").casefold().strip() for code in column.counts}
        if labels and all(label in _YES | _NO for label in labels.values()):
            chosen = tuple(f"{int(code)}" for code, label in labels.items() if label in _YES)
            return chosen, tuple(f"{int(code)}" for code, label in labels.items() if label in _NO)
    texts = [f"{int(code)}" for code in column.counts] if not column.codes_in_words else []
    texts += list(column.answers.values()) if column.codes_in_words else list(column.words)
    folded = {text: text.casefold().strip() for text in texts}
    if not texts or len(texts) > 2:
        return None
    chosen = tuple(text for text in texts if folded[text] in _YES)
    not_chosen = tuple(text for text in texts if folded[text] in _NO)
    if len(chosen) + len(not_chosen) == len(texts) and max(len(chosen), len(not_chosen)) == 1:
        return chosen, not_chosen
    if len(texts) == 1 and column.words and not column.counts and len(texts[0]) <= 120:
        return (texts[0],), ()
    return None
