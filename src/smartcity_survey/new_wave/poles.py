"""Which end of a scale is the high one, by what its codes are called: 1 may be `strongly agree`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from smartcity_survey.new_wave.columns import Column
from smartcity_survey.new_wave.groups import Group
from smartcity_survey.new_wave.wordings import scale_of_languages, word_scale
from smartcity_survey.new_wave.wordings.phrases import LANGUAGES, phrases, plain

_OWN_CODE = re.compile(r"^\W*\d+\W+|\W+\d+\W*$")


def runs_down(answers: Mapping[int, str]) -> bool:
    """Whether the words of higher codes say less: `strongly agree` is 1, `strongly disagree` 5.

    Words of a scale that nobody knows say nothing, nor does one that goes up and down.
    """
    words = [_OWN_CODE.sub("", answers[code]) for code in sorted(answers)]
    scale = word_scale(dict.fromkeys(words)) or scale_of_languages(dict.fromkeys(words))
    places: list[float] = [scale.codes[word] for word in words if word in scale.codes] if scale else []
    if not scale and len(words) == 2:
        places = _ends(*words)
    return len(places) > 1 and all(after < before for before, after in pairwise(places))


def _ends(first: str, last: str) -> list[float]:
    """Places of two words on a scale that both are of, where no words stand between them."""
    for language in LANGUAGES:
        known = phrases(language)
        lows, highs = dict(known.places(plain(first))), dict(known.places(plain(last)))
        for family in lows:
            if family in highs:
                return [lows[family], highs[family]]
    return []


def wording_of(column: Column, group: Group) -> Mapping[int, str]:
    """What the codes of a column are called: by itself, else by the others of its group."""
    within = range(group.codes.lowest, group.codes.highest + 1)
    return {code: word for code, word in column.answers.items() if code in within} or group.codes.answers


def turned_round(group: Group) -> dict[str, Mapping[int, str]]:
    """Columns of a group whose codes run against their words, with these."""
    words = {column.name: wording_of(column, group) for column in group.columns}
    return {name: own for name, own in words.items() if runs_down(own)}
