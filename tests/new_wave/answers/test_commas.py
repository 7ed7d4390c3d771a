"""Answers with commas in them, joined by commas in one cell."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from smartcity_survey.data.read import read_survey
from smartcity_survey.new_wave.columns import Column
from smartcity_survey.new_wave.multiple import joined_choices
from smartcity_survey.study.multiple_choice import column_of
from tests.new_wave.answers.answers_of import N
from tests.new_wave.drafting import drafted, file_of

QUESTIONS = {
    "en": ("Bus (bolt, inDriver)", "Metro", "Taxi, private", "eGov.kz (mobile, web)"),
    "ru": ("Автобус, троллейбус", "Такси (Яндекс, inDriver)", "Пешком", "Другое, не указано"),
    "kk": ("Автобус, троллейбус", "Такси [Яндекс, inDriver]", "Жаяу", "eGov (мобильді, веб)"),
    "alike": ("Taxi, private", "Taxi, official", "Bus", "Other (no, not said)"),
}


@pytest.mark.parametrize("separator", [", ", ";", "; "])
@pytest.mark.parametrize("kind", QUESTIONS)
def test_an_answer_with_a_comma_is_one_answer(kind: str, separator: str, tmp_path: Path) -> None:
    options = QUESTIONS[kind]
    chosen = np.random.default_rng(5).random((N, len(options))) < 0.45
    cells = [
        separator.join(option for option, one in zip(options, row, strict=True) if one) for row in chosen
    ]
    study = drafted(tmp_path, file_of({"Which do you use?": cells}))
    ((name, question),) = study.codebook.multiple_choice.items()
    assert set(map(str, question.options)) == set(options)
    assert question.rest is None
    read = read_survey(tmp_path / "wave" / study.config.data.file, study.codebook, study.config.data).answers
    answered = chosen.any(axis=1)
    for position, option in enumerate(options):
        values = read[column_of(name, option)].to_numpy()
        np.testing.assert_array_equal(values[answered], chosen[answered, position])
        assert np.isnan(values[~answered]).all()


def column(words: dict[str, int]) -> Column:
    return Column("x", "x", 9, {}, words, {}, codes_in_words=False, repeats=None, is_plain=False)


def test_two_answers_that_stand_apart_somewhere_stay_two() -> None:
    words = {"Bus, Tram": 9, "Bus, Tram, Taxi": 9, "Tram": 1, "Taxi": 8, "Bus, Taxi": 5}
    (choice,) = joined_choices([column(words)])
    assert set(choice.options or ()) == {"Bus", "Tram", "Taxi"}


def test_sentences_with_brackets_and_commas_are_no_answers_to_choose_from() -> None:
    words = Counter(f"I like it (mostly, if cheap), but reason {i} is odd, too" for i in range(40))
    assert joined_choices([column(dict(words))]) == []
    assert joined_choices([column({"Bus (bolt": 3, "inDriver), x": 2, "y": 4})]) == []


def test_who_answered_nothing_is_told_from_who_chose_nothing(tmp_path: Path) -> None:
    chosen = np.random.default_rng(7).random((N, 3)) < 0.4
    chosen[:20] = False
    empty = np.arange(N) < 12
    as_numbers = {
        f"srv___{j}": ["" if gap else int(one) for gap, one in zip(empty, chosen[:, j], strict=True)]
        for j in range(3)
    }
    as_texts = {f"Which? [{name}]": np.where(chosen[:, j], name, "") for j, name in enumerate("abc")}
    study = drafted(tmp_path, file_of({**as_numbers, **as_texts}))
    read = read_survey(tmp_path / "wave" / study.config.data.file, study.codebook, study.config.data).answers
    numbers = read[[column_of("srv", name) for name in as_numbers]].to_numpy()
    assert np.isnan(numbers[empty]).all()
    np.testing.assert_array_equal(numbers[~empty], chosen[~empty])
    (texts,) = [name for name in study.codebook.multiple_choice if name != "srv"]
    np.testing.assert_array_equal(read[[column_of(texts, name) for name in as_texts]], chosen)
    n_none = int((~chosen.any(axis=1)).sum())
    guesses = " ".join(study.draft.guesses)
    assert "In 12 rows nothing stands under 'srv': taken for no answer to it." in guesses
    assert f"In {n_none} rows nothing stands under 'Which?': taken for people who chose none" in guesses
    summary = " ".join(study.checked.summary)
    assert (
        f"srv: {n_none - 12} questionnaires with none of the answers chosen, 12 questionnaires without"
        in summary
    )
    assert f"{texts}: {n_none} questionnaires with none of the answers chosen, 0 questionnaires" in summary
