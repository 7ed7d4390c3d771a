"""Answers of two languages in one column, and answers that only look different."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from smartcity_survey.check import check_study
from smartcity_survey.data.read import read_survey
from smartcity_survey.new_wave.start import start_new_wave
from smartcity_survey.new_wave.wordings import languages_of, scale_of_languages
from smartcity_survey.study.config import read_config
from tests.new_wave.answers.answers_of import ITEMS, SENTENCES, N
from tests.new_wave.drafting import SIZES, WHOLE, drafted, file_of
from tests.new_wave.tools.writers import AGREE_EN, AGREE_KK, AGREE_RU, MALE, Cells

WORDS = {"en": AGREE_EN, "ru": AGREE_RU, "kk": AGREE_KK}
SURE_RU = ("Никогда", "Редко", "Иногда", "Часто", "Всегда")


def of_languages(languages: tuple[str, ...], share: int = 1) -> Cells:
    """Each person answers in one language, those of the first as often again as `share` says."""
    order = [languages[0]] * share + list(languages[1:])
    spoken = [order[i % len(order)] for i in range(N)]
    items = {
        sentence: [WORDS[one][code - 1] for one, code in zip(spoken, WHOLE.codes[item], strict=True)]
        for item, sentence in zip(ITEMS, SENTENCES[languages[0]], strict=True)
    }
    gender = [MALE[one][code] for one, code in zip(spoken, WHOLE.gender, strict=True)]
    return file_of({"gender": gender}, items)


@pytest.mark.parametrize(
    ("languages", "share"),
    [(("ru", "kk"), 1), (("kk", "ru"), 2), (("ru", "kk"), 30), (("en", "ru", "kk"), 1)],
)
def test_answers_of_several_languages_have_the_codes_of_one_scale(
    languages: tuple[str, ...], share: int, tmp_path: Path
) -> None:
    study = drafted(tmp_path, of_languages(languages, share))
    assert study.sizes() == SIZES
    assert (study.codebook.scale.minimum, study.codebook.scale.maximum) == (1, 5)
    read = read_survey(tmp_path / "wave" / study.config.data.file, study.codebook, study.config.data).answers
    for name, item in zip(study.codebook.items, ITEMS, strict=True):
        assert read[name].tolist() == WHOLE.codes[item].tolist()
    gender = study.codebook.demographics["gender"]
    assert len(gender.categories) == 2
    codes = read["gender"].to_numpy()
    assert {(one, two) for one, two in zip(codes.tolist(), WHOLE.gender.tolist(), strict=True)} in (
        {(1.0, 0), (2.0, 1)},
        {(2.0, 0), (1.0, 1)},
    )
    assert study.kept() == N
    assert any("answers in several languages are put on one scale" in line for line in study.draft.to_do)
    assert any("that mean the same have one code" in line for line in study.draft.to_do)


def test_other_answers_of_two_languages_are_asked_about(tmp_path: Path) -> None:
    rows = of_languages(("ru", "kk"))
    for number, row in enumerate(rows):
        row.append("Город" if number == 0 else ("Туркестан", "Түркістан", "Другой", "Басқа")[number % 4])
    study = drafted(tmp_path, rows)
    (asked,) = [line for line in study.draft.to_do if "say the same in two languages" in line]
    assert "'Туркестан'" in asked
    assert "'Түркістан'" in asked
    assert "Басқа" not in asked
    name = next(n for n, q in study.codebook.demographics.items() if (q.column or n) == "Город")
    assert study.codebook.demographics[name].spellings in ({"Басқа": 1}, {"Другой": 1})


def test_scales_of_different_lengths_are_not_put_together() -> None:
    four = (AGREE_KK[0], AGREE_KK[1], AGREE_KK[3], AGREE_KK[4])
    assert scale_of_languages([*AGREE_RU, *four]) is None
    assert scale_of_languages([*AGREE_RU, "что-то другое"]) is None
    assert languages_of(AGREE_RU) is None
    assert languages_of([*AGREE_RU, *AGREE_KK]) == ("ru+kk", "agreement")
    found = scale_of_languages([*AGREE_RU, *AGREE_KK])
    assert found is not None
    assert [found.codes[word] for word in (*AGREE_RU, *AGREE_KK)] == [1, 2, 3, 4, 5] * 2


LATIN_FOR = str.maketrans("аеосАЕОС", "aeocAEOC")
CYRILLIC_FOR = str.maketrans("aeocAEOC", "аеосАЕОС")
SPELT: dict[int, Callable[[str], str]] = {
    0: lambda word: word[:4] + word[4:].translate(LATIN_FOR),
    1: lambda word: word[:4] + word[4:].translate(CYRILLIC_FOR),
    2: lambda word: unicodedata.normalize("NFD", word),
    3: lambda word: word + " ",
    4: lambda word: word.replace(" ", "\u00a0"),
    5: lambda word: f"«{word}»",
    6: lambda word: f'"{word}"',
    7: lambda word: word.upper(),
}


@pytest.mark.parametrize("language", WORDS)
def test_answers_that_look_the_same_are_one_and_that_is_said(language: str, tmp_path: Path) -> None:
    spelt = lambda i, word: SPELT.get(i % 15, str)(word)  # noqa: E731
    items = {
        sentence: [spelt(i, WORDS[language][code - 1]) for i, code in enumerate(WHOLE.codes[item])]
        for item, sentence in zip(ITEMS, SENTENCES[language], strict=True)
    }
    gender = [spelt(i, MALE[language][code]) for i, code in enumerate(WHOLE.gender)]
    study = drafted(tmp_path, file_of({"gender": gender}, items))
    assert study.sizes() == SIZES
    assert study.codebook.scale.answers == dict(enumerate(WORDS[language], start=1))
    assert sorted(map(str, study.codebook.demographics["gender"].categories.values())) == sorted(
        MALE[language]
    )
    assert study.kept() == N
    assert any("look the same" in line for line in study.draft.guesses)


def test_a_number_and_its_wording_are_one_answer(tmp_path: Path) -> None:
    items = {
        item: [f"{code} - {AGREE_EN[code - 1]}" if i % 4 else int(code) for i, code in enumerate(codes)]
        for item, codes in WHOLE.codes.items()
    }
    study = drafted(tmp_path, file_of({}, items))
    assert study.sizes() == SIZES
    read = read_survey(tmp_path / "wave" / study.config.data.file, study.codebook, study.config.data).answers
    assert read["tr1"].tolist() == WHOLE.codes["tr1"].tolist()
    assert check_study(tmp_path / "wave").verdict


@pytest.mark.parametrize(
    ("heads", "answers", "language"),
    [
        ("q1,q2,q3", "1,2,3", "kk"),
        ("I trust it,It is useful,I use it", "1,2,3", "en"),
        ("q1,q2,q3", "Agree,Disagree,Agree", "en"),
        ("Мен сенемін,Пайдалы,Әрине", "1,2,3", "kk"),
    ],
)
def test_a_file_without_words_has_the_language_of_who_brings_it(
    tmp_path: Path, heads: str, answers: str, language: str
) -> None:
    path = tmp_path / "survey.csv"
    others = ("3,4,5", "5,2,1") if answers[0].isdigit() else ("Disagree,Agree,Agree", "Agree,Agree,Disagree")
    rows = [answers, *(*others, answers) * 10]
    path.write_text("\n".join((heads, *rows)), encoding="utf-8")
    start_new_wave(tmp_path / "wave", path, "kk")
    assert read_config(tmp_path / "wave" / "config.yaml").study.language == language
