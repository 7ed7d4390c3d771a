"""Options that the page offers are those of the config, in three languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import LANGUAGES, translated
from smartcity_survey.studio.options import CHOICES, SECTIONS, SHOWN, as_written, offered
from smartcity_survey.studio.result import STEPS
from smartcity_survey.studio.steps import DRAWN
from smartcity_survey.studio.steps.columns import _SEVERAL, _USES
from smartcity_survey.studio.steps.model import _SIGNS
from smartcity_survey.workflow.catalogue import stages
from tests.conftest import REPOSITORY

OTHER = ("reconstruct", "study", "all", "all_with_chapter")
"""Rules that no run of the page has."""
RULES = REPOSITORY / "rules"
WORDS = [*(step.title for step in DRAWN), *_USES.values(), _SEVERAL, *_SIGNS.values()]


def test_the_ones_that_everybody_chooses_are_offered():
    found = {one.key: one for one in offered()}
    assert set(SHOWN) <= found.keys()
    assert found["report.style"].choices == ("apa", "gost")
    draws = found["pls.bootstrap_draws"]
    assert (draws.kind, draws.default, draws.lowest, draws.highest) == (int, 10_000, 100, 1_000_000)
    assert found["common_method.marker"].optional


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_words_that_are_put_together_have_translations(language):
    assert [word for word in WORDS if translated(word, language) == word] == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_option_is_explained_in_each_language(language):
    texts = [one.description for one in offered()]
    assert all(texts)
    assert [text for text in texts if translated(text, language) == text] == []


SAME = {"BCa", "APA 7", "PLS-SEM"}
"""Words that are the same in every language."""


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_choices_sections_and_steps_are_words_of_each_language(language):
    choices = {one for option in offered() for one in option.choices} - {*LANGUAGES}
    assert choices == CHOICES.keys()
    assert {one.key.partition(".")[0] for one in offered()} == SECTIONS.keys()
    words = {*CHOICES.values(), *SECTIONS.values(), *STEPS.values()} - SAME
    assert [word for word in words if translated(word, language) == word] == []


def test_every_step_of_a_run_is_called_by_what_it_makes():
    rules = [
        *stages(),
        *re.findall(r"^rule (\w+):", "\n".join(map(Path.read_text, RULES.glob("*.smk"))), re.M),
    ]
    assert len(rules) > 20
    assert [rule for rule in rules if rule not in STEPS and rule not in OTHER] == []


def limits_of(key: str, value: str) -> str:
    with pytest.raises(SurveyError) as refused:
        as_written(key, value)
    return refused.value.problems[0].remedy


def test_limits_are_told_in_words_of_each_language():
    told = limits_of("pls.bootstrap_draws", "50")
    assert told == "Write a whole number from 100 to 1\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}000."
    assert translated(told, "ru") == "Напишите целое число от 100 до 1\xa0000\xa0000."
    assert translated(told, "kk") == "100 мен 1\xa0000\xa0000 аралығындағы бүтін сан жазыңыз."
    kinds = {limits_of(one.key, "x") for one in offered() if one.kind in (int, float)}
    assert [kind for kind in kinds for language in ("ru", "kk") if translated(kind, language) == kind] == []
