"""Codes that the header itself explains: `Gender (1 = male, 2 = female)`."""

from __future__ import annotations

import re
from dataclasses import replace

from smartcity_survey.new_wave.columns import AnswerCodes, Column

_ENTRY = re.compile(
    r"(?<![\w.])(?P<code>\d{1,2}|[^\W\d_]\d{0,2})\s*(?:=|–|—|-|:)\s*(?P<text>[^\W\d_][^,;|/()\[\]=\n]*)"
)
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*[.:]?\s*$")


def with_legend(column: Column) -> Column:
    """A column with the wording of its codes, where its header has one for the lowest and the highest.

    Codes may be letters, as LimeSurvey has them. What stood in brackets is then no part of the label.
    """
    if column.answers or not column.is_whole or column.is_dates:
        return column
    entries = [(found["code"], " ".join(found["text"].split())) for found in _ENTRY.finditer(column.label)]
    legend = dict(entries)
    if len(legend) < 2 or len(legend) < len(entries) or len(set(legend.values())) < len(legend):
        return column
    label = _BRACKETS.sub("", column.label) or column.label
    if column.counts and not column.words and all(code.isdigit() for code in legend):
        answers = {int(code): text for code, text in entries}
        if list(answers) == sorted(answers) and min(answers) <= min(column.counts):
            every = len(answers) == 2 or {*column.counts} <= {*answers}
            if every and max(answers) >= max(column.counts):
                return replace(column, label=label, answers=answers)
    if column.words and not column.counts and {*column.words} <= {*legend}:
        codes = {code: number for number, code in enumerate(legend, start=1)}
        answers = {number: legend[code] for code, number in codes.items()}
        return replace(
            column,
            label=label,
            counts={float(codes[word]): n for word, n in column.words.items()},
            words={},
            answers=answers,
            coded={code.casefold(): number for code, number in codes.items()},
            ends=(1.0, float(len(codes))),
            scale=AnswerCodes(1, len(codes), answers, spellings=codes),
        )
    return column
