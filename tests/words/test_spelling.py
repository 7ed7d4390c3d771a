"""Wordings that people cannot tell apart are one; those that they can are not."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from smartcity_survey.report.figures.drawing import save
from smartcity_survey.report.labels import labels_of
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.spelling import folded, printable

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
    ("Ver\x0btab", "Ver tab"),
    ("\x07Yes", "Yes"),
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


@pytest.mark.parametrize("control", ["\x0b", "\x07", "\x1f", "\x00", "\x7f", "\x9d", "\ufffe", "\ud800"])
def test_control_characters_of_a_label_are_blanks(control: str, tmp_path: Path) -> None:
    """They come with the survey file; no XML holds them, so no figure, page or document could be written."""
    content = {
        "scale": {"minimum": 1, "maximum": 2, "answers": {1: f"Dis{control}agree", 2: "Agree"}},
        "constructs": {"trust": {"label": {"en": f"Trust{control}", "kk": f"{control}Сенім"}}},
        "items": {"T1": {"construct": "trust", "label": f"Vertical{control}tab"}},
    }
    codebook = Codebook.model_validate(content)
    labels = labels_of(codebook, "kk")
    assert labels.items["T1"] == "Vertical tab"
    assert labels.answers[1] == "Dis agree"
    assert labels.constructs["trust"] == "Сенім"
    figure = Figure()
    figure.text(0.1, 0.5, labels.items["T1"])
    assert save(figure, tmp_path / "figure")[0].stat().st_size
    with pytest.raises(ValueError, match="Write its text"):
        Codebook.model_validate(content | {"constructs": {"trust": {"label": control}}})


def test_what_is_no_control_character_stays() -> None:
    for text in ("A  B", "line\nline", "tab\ttab", "soft\u00adhyphen", "нұр‑сұлтан", "😀"):
        assert printable(text) == text
