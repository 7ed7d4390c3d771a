"""Columns in which nobody gives one answer twice are counted, and measure nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.data.read import read_survey
from smartcity_survey.messages import translated
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.study.codebook import Codebook, read_codebook
from smartcity_survey.study.config import read_config
from tests.new_wave.answers.answers_of import ITEMS, N
from tests.new_wave.drafting import SIZES, WHOLE, drafted, file_of

NAMES = ("eGov", "Bus", "Clinic", "School", "Taxes", "Other")
_rng = np.random.default_rng(3)
ORDERS = np.array([_rng.permutation(len(NAMES)) for _ in range(N)])
THIRD = _rng.random(N) < 0.7


def _counted(wave: Path, codebook: Codebook, question: str) -> list[int]:
    config = read_config(wave / "config.yaml")
    answers = read_survey(wave / config.data.file, codebook, config.data).answers
    return [int(answers[f"{question}: {o}"].sum()) for o in codebook.multiple_choice[question].options]


def _expected() -> dict[str, int]:
    return {
        name: int((ORDERS[:, :2] == i).sum() + ((ORDERS[:, 2] == i) & THIRD).sum())
        for i, name in enumerate(NAMES)
    }


def test_a_first_second_and_third_answer_in_codes_are_counted(tmp_path: Path) -> None:
    frame = pd.DataFrame({item: WHOLE.codes[item].astype(float) for item in ITEMS})
    for place in range(3):
        frame[f"serv_{place + 1}"] = ORDERS[:, place] + 1.0
    frame.loc[~THIRD, "serv_3"] = np.nan
    labels = dict(enumerate(NAMES, start=1))
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(frame, path, variable_value_labels={f"serv_{place}": labels for place in (1, 2, 3)})
    draft = start_new_wave(tmp_path / "wave", path)
    codebook = read_codebook(tmp_path / "wave/codebook.yaml")
    assert list(codebook.items) == list(ITEMS)
    assert codebook.multiple_choice["serv_1"].further_columns == ("serv_2", "serv_3")
    assert _counted(tmp_path / "wave", codebook, "serv_1") == list(_expected().values())
    assert f"keep {N}." in check_study(tmp_path / "wave").summary[2]
    (told,) = [line for line in draft.guesses if "nobody gave one twice" in line]
    assert all(translated(told, language) != told for language in ("ru", "kk"))


def test_a_first_second_and_third_answer_in_words_are_counted(tmp_path: Path) -> None:
    words = {
        f"Services [{nth}]": [
            NAMES[order[place]] if place < 2 or third else ""
            for order, third in zip(ORDERS, THIRD, strict=True)
        ]
        for place, nth in enumerate(("first", "second", "third"))
    }
    study = drafted(tmp_path, file_of(dict(words)))
    assert study.sizes() == SIZES
    question = study.codebook.multiple_choice["m1"]
    assert dict(zip(question.labels, _counted(tmp_path / "wave", study.codebook, "m1"), strict=True)) == (
        _expected()
    )


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_places_in_an_order_are_no_items_and_that_is_said(language: str, tmp_path: Path) -> None:
    ranks = {f"Rank [{name}]": (np.argsort(ORDERS)[:, i] + 1).tolist() for i, name in enumerate(NAMES)}
    study = drafted(tmp_path, file_of(dict(ranks)))
    assert study.sizes() == SIZES
    assert set(study.draft.left_out) == set(ranks)
    (why,) = set(study.draft.left_out.values())
    assert translated(why, language) != why
    assert study.kept() == N


def test_statements_that_people_rate_alike_stay_items(tmp_path: Path) -> None:
    assert drafted(tmp_path, file_of({})).sizes() == SIZES
