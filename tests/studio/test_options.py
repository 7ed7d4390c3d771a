"""Options that the page offers are those of the config, in three languages."""

from __future__ import annotations

import pytest

from smartcity_survey.messages import LANGUAGES, translated
from smartcity_survey.studio.options import SHOWN, offered
from smartcity_survey.studio.steps import DRAWN
from smartcity_survey.studio.steps.columns import _SEVERAL, _USES
from smartcity_survey.studio.steps.model import _SIGNS

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
