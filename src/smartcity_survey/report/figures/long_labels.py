"""Labels that are too long for a figure: in lines, and what is longer still with an ellipsis."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from smartcity_survey.report.labels import Labels
from smartcity_survey.report.setting import Setting

ITEM = 46
"""Letters of a line of an item's label, of which it has two."""
CONSTRUCT, CATEGORY, QUESTION = 40, 31, 40
"""Letters of the name of a construct, of an answer and of a question."""
_SHOWN = "…"

K = TypeVar("K")


def in_lines(text: str, letters: int, most: int = 2) -> str:
    """A text in lines of so many letters; what needs more than `most` lines ends with an ellipsis."""
    lines = textwrap.wrap(" ".join(text.split()), letters)
    if len(lines) <= most:
        return "\n".join(lines)
    last = lines[most - 1]
    if len(last) > letters - 2:
        last = last[: letters - 2].rpartition(" ")[0] or last[: letters - 2]
    return "\n".join([*lines[: most - 1], f"{last} {_SHOWN}"])


def for_figures(argument: Any) -> Any:
    """A setting whose labels have room in a figure; anything else as it is. Tables have them whole."""
    if not isinstance(argument, Setting) or not argument.labels:
        return argument
    return replace(argument, labels=_short(argument.labels))


def _short(labels: Labels) -> Labels:
    return replace(
        labels,
        constructs=_cut(labels.constructs, CONSTRUCT),
        items=_cut(labels.items, 2 * ITEM),
        demographics=_cut(labels.demographics, QUESTION),
        categories=_cut(labels.categories, CATEGORY, 24),
        answers=_cut(labels.answers, CATEGORY),
    )


def _cut(texts: Mapping[K, str], letters: int, to: int = 0) -> dict[K, str]:
    """Texts of more letters than so many cut to as many, or to fewer."""

    def cut(text: str) -> str:
        return in_lines(text, to or letters, 1) if len(text) > letters else text

    return {name: cut(text) for name, text in texts.items()}
