"""Wordings that people cannot tell apart are one; those that they can are not."""

from __future__ import annotations

import unicodedata

import pytest

from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.spelling import folded

ALIKE = [
    ("Agree", "Agr\u0435e"),
    ("Согласен", "C\u043eглас\u0065н"),
    ("Я с этим согласен", "Я c этим согласен"),
    ("МЕТРО", "M\u0415TP\u041e"),
    ("МЕТРО", "метро"),
    ("Әйел", "\u018fйел"),
    ("Женский", unicodedata.normalize("NFD", "Женский")),
    ("Не согласен", "Не\u00a0согласен "),
    ("Не согласен", "Не\u202fсоглас\u00adен\u200b"),
    ("Да", "«Да»"),
    ("Yes", '"Yes"'),
    ("Yes", "“yes”"),
    ("I don't know", "I don’t know"),
    ("А", "A"),
]
APART = [
    ("Да", "Дa нет"),
    ("Kaspi", "Каспи"),
    ('say "no"', "say no"),
    ("вес", "вос"),
    ("NET", "НЕТ"),
    ("1", "l"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_looks_the_same_is_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_looks_different_is_different(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_a_word_of_one_script_keeps_it() -> None:
    assert folded("Kaspi картасы") == "kaspi картасы"
    assert folded("COVID вакцинасы") == "covid вакцинасы"


def test_two_answers_that_look_the_same_are_refused_in_a_codebook() -> None:
    content = {
        "scale": {"minimum": 1, "maximum": 2, "answers": {1: "Agree", 2: "Agr\u0435e"}},
        "constructs": {"trust": {"label": "Trust"}},
        "items": {"T1": {"construct": "trust", "label": "T1"}},
    }
    with pytest.raises(ValueError, match="stands for the codes 1 and 2"):
        Codebook.model_validate(content)
