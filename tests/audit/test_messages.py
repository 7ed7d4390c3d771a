"""The three locale files say the same things, and every check has words."""

import re
import string

import pytest

from smartcity_survey import audit
from smartcity_survey.audit.checks import CHECKS
from smartcity_survey.audit.messages import LANGUAGES, read_locale
from smartcity_survey.audit.paper import read_paper
from tests.conftest import REPOSITORY

PUBLISHED = REPOSITORY / "data" / "published"

ENGLISH = read_locale("en")


def fields(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_check_has_a_rule_and_nothing_else_has():
    assert set(ENGLISH["rules"]) == set(CHECKS)
    assert set(ENGLISH["fails"]) <= set(CHECKS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_every_language_take_the_same_values(language):
    locale = read_locale(language)
    for section in ("sentences", "rules", "fails", "reasons", "topics", "words", "objects"):
        assert set(locale[section]) == set(ENGLISH[section]), section
        for key, text in ENGLISH[section].items():
            assert fields(locale[section][key]) == fields(text), (section, key)
    assert set(locale["roles"]) >= set(ENGLISH["roles"])


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_translations_are_translated(language):
    locale = read_locale(language)
    for section in ("rules", "fails", "reasons"):
        for key, text in locale[section].items():
            assert text != ENGLISH[section][key]
            assert any("а" <= letter <= "я" for letter in text.lower())


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_every_text_of_the_bundled_paper_is_translated(language):
    paper = read_paper(PUBLISHED)
    entries = (*paper.claims, *paper.references)
    texts = {entry[key] for entry in entries for key in ("place", "says", "why") if key in entry}
    texts |= {text for address, text in paper.cells.items() if address.endswith((":place", ":says"))}
    labels = {label for printed in paper.objects.values() for label in printed.labels.values()}
    texts |= {label for label in labels if re.search("[a-z]", label)}
    assert {text for text in texts if language not in paper.wording.get(text, {})} == set()
    names = {name for claim in paper.claims for name in claim.get("names", ())}
    assert set(paper.wording) - names == texts - names
    english = audit.run(PUBLISHED)
    translated = audit.run(PUBLISHED, language)
    assert list(translated.check) == list(english.check)
    assert not translated.explanation.str.contains(r"\b(?:the|of|text|before|after)\b").any()


# Notation that is the same in every language, and settings that no sentence names.
_NOTATION = {"n", "t", "z", "df1", "df2"}
_UNNAMED = {
    "most", "blanks", "pattern", "hundred", "level", "names", "freedom", "listed", "original",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_number_follows_from_has_a_name_in_every_language(language):
    """Otherwise a sentence says `se_difference` to its reader."""
    named = set(read_locale(language)["roles"]) | _NOTATION | _UNNAMED
    roles = {
        role
        for check in CHECKS.values()
        if check.arithmetic and check.needs_numbers
        for role in check.roles
        if role != check.target and not (language == "en" and role.isalpha())
    }
    assert roles <= named, sorted(roles - named)
