"""Codes that run against their words: 1 may be `strongly agree`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from smartcity_survey.data.clean import clean_responses
from smartcity_survey.data.read import read_survey
from smartcity_survey.messages import translated
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.new_wave.poles import runs_down
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import read_config
from tests.new_wave.answers.answers_of import ITEMS
from tests.new_wave.drafting import WHOLE, drafted, file_of
from tests.new_wave.tools.writers import AGREE_EN, AGREE_KK, AGREE_RU, codes


@pytest.mark.parametrize(
    ("words", "down"),
    [
        (AGREE_EN, False),
        (AGREE_EN[::-1], True),
        (AGREE_RU[::-1], True),
        (AGREE_KK[::-1], True),
        (("1 - Полностью согласен", "2 - Согласен", "3 - Не согласен"), True),
        (("Әрқашан", "Жиі", "Кейде", "Сирек", "Ешқашан"), True),
        (("Excellent", "Good", "Poor"), True),
        (("strongly agree", "strongly disagree"), True),
        (("strongly disagree", "strongly agree"), False),
        (("no", "yes"), False),
        (("Agree", "Strongly agree", "Disagree"), False),
        (("Bus", "Tram", "Car"), False),
        ((), False),
    ],
)
def test_words_tell_which_end_is_high(words: tuple[str, ...], down: bool) -> None:
    assert runs_down(dict(enumerate(words, start=1))) is down


def _kept(wave: Path) -> pd.DataFrame:
    config, codebook = read_config(wave / "config.yaml"), read_codebook(wave / "codebook.yaml")
    responses = read_survey(wave / config.data.file, codebook, config.data)
    return clean_responses(responses.answers, codebook, config.cleaning).answers


@pytest.mark.parametrize(
    ("language", "words"), [("en", AGREE_EN), ("ru", AGREE_RU), ("kk", AGREE_KK)], ids=["en", "ru", "kk"]
)
def test_high_means_agreement_whatever_the_codes_of_a_sav_are_and_that_is_said(
    language: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    turned = ITEMS[:4]
    frame = pd.DataFrame(
        {item: 6.0 - WHOLE.codes[item] if item in turned else WHOLE.codes[item] for item in ITEMS}
    )
    labels = {item: dict(enumerate(words[::-1] if item in turned else words, start=1)) for item in ITEMS}
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(frame, path, variable_value_labels=labels)
    draft = start_new_wave(tmp_path / "wave", path)
    codebook = read_codebook(tmp_path / "wave/codebook.yaml")
    assert [item for item in codebook.items if codebook.items[item].reverse] == list(turned)
    answers = _kept(tmp_path / "wave")
    for item in ITEMS:
        np.testing.assert_array_equal(answers[item], WHOLE.codes[item])
    told = [line for line in draft.to_do if f"1 means {words[-1]!r}" in line]
    assert len(told) == 1
    assert "4 columns" in told[0]
    if language != "en":
        assert translated(told[0], language) != told[0]


def test_statements_of_one_block_may_be_coded_either_way(tmp_path: Path) -> None:
    frame = pd.DataFrame({item: WHOLE.codes[item].astype(float) for item in ITEMS})
    frame["us2"] = 6 - frame["us2"]
    up, down = (dict(enumerate(words, start=1)) for words in (AGREE_EN, AGREE_EN[::-1]))
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(
        frame, path, variable_value_labels={item: down if item == "us2" else up for item in ITEMS}
    )
    start_new_wave(tmp_path / "wave", path)
    codebook = read_codebook(tmp_path / "wave/codebook.yaml")
    assert [item for item in codebook.items if codebook.items[item].reverse] == ["us2"]
    assert codebook.scale_of("us2").answers == down
    assert codebook.scale_of("us1").answers == up
    np.testing.assert_array_equal(_kept(tmp_path / "wave")["us2"], WHOLE.codes["us2"])


def test_numbers_before_the_words_may_run_down_too(tmp_path: Path) -> None:
    cells = {item: [f"{6 - code} - {AGREE_RU[code - 1]}" for code in WHOLE.codes[item]] for item in ITEMS}
    study = drafted(tmp_path, file_of({}, cells))
    assert all(item.reverse for item in study.codebook.items.values())
    answers = _kept(tmp_path / "wave")
    for name, item in study.codebook.items.items():
        np.testing.assert_array_equal(answers[name], WHOLE.codes[item.column or name])


def test_labels_say_what_letters_mean_in_a_sav(tmp_path: Path) -> None:
    """LimeSurvey writes `A1` and its label, and `A1` is whatever stands first in the list."""
    frame = pd.DataFrame({item: [f"A{6 - code}" for code in WHOLE.codes[item]] for item in ITEMS})
    labels = {f"A{6 - code}": word for code, word in enumerate(AGREE_EN, start=1)}
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(frame, path, variable_value_labels=dict.fromkeys(ITEMS, labels))
    start_new_wave(tmp_path / "wave", path)
    answers = _kept(tmp_path / "wave")
    for item in ITEMS:
        np.testing.assert_array_equal(answers[item], WHOLE.codes[item])


def test_four_of_five_is_a_code(tmp_path: Path) -> None:
    cells = {item: [f"{code}/5" for code in codes(WHOLE, item)] for item in ITEMS}
    study = drafted(tmp_path, file_of({}, cells))
    answers = _kept(tmp_path / "wave")
    for name, item in study.codebook.items.items():
        np.testing.assert_array_equal(answers[name], WHOLE.codes[item.column or name])
