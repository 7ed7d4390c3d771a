"""Every letter that a figure may show is in the typeface."""

from __future__ import annotations

from pathlib import Path

import pytest

from smartcity_survey.report.fonts import font_file, missing_glyphs
from smartcity_survey.report.labels import labels_of
from smartcity_survey.report.wording import LANGUAGES, load_wording
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import Language

KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
REPOSITORY = Path(__file__).resolve().parents[3]


def test_typeface_comes_with_matplotlib_and_has_the_kazakh_letters() -> None:
    assert font_file().parent.name == "ttf"
    assert missing_glyphs(KAZAKH) == set()


def test_a_missing_glyph_is_noticed() -> None:
    assert missing_glyphs("city 都市") == {"都", "市"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_wording_and_numbers_have_all_glyphs(language: Language) -> None:
    wording = load_wording(language)
    numbers = "".join(
        [wording.numbers.fixed(-1234567.89, 2), wording.numbers.scientific(1e-12, 1), "≥≤→β²√±"]
    )
    assert missing_glyphs("".join(wording.texts.values()) + numbers) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_the_bundled_study_have_all_glyphs(language: Language) -> None:
    labels = labels_of(read_codebook(REPOSITORY / "data" / "codebook.yaml"), language)
    groups = (labels.constructs, labels.items, labels.answers, labels.demographics, labels.categories)
    text = "".join(label for group in groups for label in group.values())
    assert set("іқғ") <= set(text) if language == "kk" else text
    assert missing_glyphs(text) == set()
