"""Numbers as people type them: ages that nobody has, units behind them, percentages beside fractions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smartcity_survey.check import check_study
from smartcity_survey.data.read.units import number_with_unit
from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import translated
from smartcity_survey.new_wave import start_new_wave
from tests.new_wave.answers.answers_of import ITEMS, N
from tests.new_wave.drafting import WHOLE, drafted, file_of
from tests.new_wave.tools.writers import book, codes, text

AGES = [int(age) for age in WHOLE.age]
AGE_BANDS = [(18, 19), (20, 39), (40, 59), (60, 69)]


def bands_of(codebook: object, name: str) -> list[tuple[float, float]]:
    return [(band.minimum, band.maximum) for band in codebook.demographics[name].bands]  # type: ignore[attr-defined]


@pytest.mark.parametrize("question", ["How old are you?", "Ваш возраст", "Жасыңыз нешеде?"])
@pytest.mark.parametrize("slip", [1990, 350, 2, 220])
def test_an_age_that_nobody_has_shapes_no_other_band_and_is_named(
    question: str, slip: int, tmp_path: Path
) -> None:
    ages = [slip if i == 30 else age for i, age in enumerate(AGES)]
    study = drafted(tmp_path, file_of({question: ages}))
    found = bands_of(study.codebook, next(iter(study.codebook.demographics)))
    assert found == sorted([*AGE_BANDS, (slip, slip)])
    (told,) = [line for line in study.draft.to_do if "nobody's age" in line]
    assert told.startswith(f"column {question!r}, row 32: {slip} (1 cell)")
    assert study.kept() == N
    for language in ("ru", "kk"):
        assert "Correct it" not in translated(told, language)


def test_ages_of_students_with_one_who_is_older_are_all_ages(tmp_path: Path) -> None:
    ages = [18 + i % 4 for i in range(N - 1)] + [45]
    study = drafted(tmp_path, file_of({"Your age": ages}))
    assert not [line for line in study.draft.to_do if "nobody's age" in line or "far from" in line]
    assert study.kept() == N


def test_another_number_far_from_all_others_has_a_band_of_its_own_and_is_named(tmp_path: Path) -> None:
    years = [1960 + i % 45 for i in range(N)]
    years[10] = 195
    study = drafted(tmp_path, file_of({"Since when do you work": years}))
    (name,) = study.codebook.demographics
    found = bands_of(study.codebook, name)
    assert found[0] == (195, 195)
    assert found[1][0] == 1960
    assert found[-1][1] == 2004
    assert study.kept() == N
    assert any("row 12: 195 (1 cell) lies far from all other answers" in line for line in study.draft.to_do)


UNITS: dict[str, tuple[str, Callable[[int, int], object], str]] = {
    "ru": ("Ваш возраст", lambda i, age: f"{age} лет" if i % 3 else age, "лет"),
    "kk": ("Жасыңыз", lambda i, age: f"{age} жас" if i % 5 == 0 else age, "жас"),
    "en": ("Your age", lambda i, age: f"{age} y.o." if i % 2 else f"{age} years", "y.o."),
    "few": ("Your age", lambda i, age: f"{18 + age % 7} years old", "years old"),
}


@pytest.mark.parametrize("kind", UNITS)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_numbers_with_a_unit_are_numbers(kind: str, ending: str, tmp_path: Path) -> None:
    question, typed, unit = UNITS[kind]
    rows = file_of({question: [typed(i, age) for i, age in enumerate(AGES)]})
    content = text(rows) if ending == "csv" else book({"Sheet1": rows})
    study = drafted(tmp_path, content, f"survey.{ending}")
    (name,) = study.codebook.demographics
    found = bands_of(study.codebook, name)
    assert found[0][0] == 18
    assert found[-1][1] == (24 if kind == "few" else 69)
    assert study.kept() == N
    assert any(line.startswith(f"Numbers of {question!r} are read") for line in study.draft.guesses)
    assert any("units behind them" in line and unit in line for line in study.checked.summary)


def test_thousands_may_be_apart(tmp_path: Path) -> None:
    rows = file_of({"Доход": [f"{age * 10_000:,} тг".replace(",", " ") for age in AGES]})
    study = drafted(tmp_path, rows)
    (name,) = study.codebook.demographics
    assert bands_of(study.codebook, name)[-1][1] == 690_000
    assert study.kept() == N


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("25 лет", (25, "лет")),
        ("25лет", (25, "лет")),
        ("18 y.o.", (18, "y.o.")),
        ("1 500 000 тг", (1_500_000, "тг")),
        ("150 000", (150_000, "")),
        ("1.5 hours", (1.5, "hours")),
        ("1,5 hours", None),
        ("150 тыс", None),
        ("25-30 лет", None),
        ("25", None),
        ("25 parrots", None),
        ("около 25", None),
    ],
)
def test_what_is_a_number_with_a_unit(typed: str, expected: tuple[float, str] | None) -> None:
    assert number_with_unit(typed) == expected


def test_answers_to_choose_from_stay_answers(tmp_path: Path) -> None:
    years = [("1 year", "2 years", "3 years or more")[i % 3] for i in range(N)]
    study = drafted(tmp_path, file_of({"residence": years}))
    assert list(study.codebook.demographics["residence"].categories.values()) == sorted(set(years))


def test_percentages_beside_fractions_are_not_read_as_one(tmp_path: Path) -> None:
    shares = [("75%", 0.5, "25%", 1)[i % 4] for i in range(N)]
    rows = file_of({"share": shares})
    study = drafted(tmp_path, rows)
    assert not study.codebook.demographics
    assert study.draft.left_out["share"].startswith("'75%' stands beside '0.5'")
    config = tmp_path / "wave/codebook.yaml"
    asked = "\ndemographics:\n  share: {label: Share, bands: [{label: all, from: 0, to: 100}]}\n"
    config.write_text(config.read_text(encoding="utf-8") + asked, encoding="utf-8")
    with pytest.raises(SurveyError, match=r"rows 2, 3, column share: '75%' stands beside '0.5'"):
        check_study(tmp_path / "wave")


def test_a_column_of_one_answer_is_no_question(tmp_path: Path) -> None:
    further = {"country": ["Kazakhstan"] * N, "agree": ["I agree"] * N, "wave": [2] * N}
    study = drafted(tmp_path, file_of(further))
    assert not study.codebook.demographics
    assert not study.codebook.multiple_choice
    assert study.draft.left_out == {
        "country": "all answers are the same ('Kazakhstan')",
        "agree": "all answers are the same ('I agree')",
        "wave": "all answers are the same ('2')",
    }


def test_a_file_without_a_slip_says_nothing_of_any(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_bytes(text(file_of({"Your age": AGES})))
    draft = start_new_wave(tmp_path / "wave", tmp_path / "s.csv")
    told = " ".join((*draft.guesses, *draft.to_do))
    assert not any(words in told for words in ("nobody's age", "far from", "read without", "look the same"))


def test_a_fraction_among_ages_is_named(tmp_path: Path) -> None:
    study = drafted(tmp_path, file_of({"Your age": [25.5 if i == 3 else age for i, age in enumerate(AGES)]}))
    assert study.draft.left_out["Your age"] == "whole numbers but for 25.5 in row 5; correct it in the file"


def test_a_number_in_no_band_is_named_with_its_row(tmp_path: Path) -> None:
    drafted(tmp_path, file_of({"Your age": [1990 if i == 30 else age for i, age in enumerate(AGES)]}))
    codebook = tmp_path / "wave/codebook.yaml"
    text_of = codebook.read_text(encoding="utf-8")
    (line,) = [one for one in text_of.splitlines() if "1990" in one and "from:" in one]
    codebook.write_text(text_of.replace(line + "\n", ""), encoding="utf-8")
    checked = check_study(tmp_path / "wave")
    assert f"keep {N - 1}." in checked.summary[2]
    (warned,) = [warning for warning in checked.warnings if "in no band" in warning.found]
    assert warned.place.endswith("row 32")
    assert "= 1990. The rule `unknown_category` excludes 1 questionnaire." in warned.found


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", " "])
@pytest.mark.parametrize(("cents", "last"), [(",00", 690_000), (",50", 690_000.5), ("", 690_000)])
def test_money_with_its_thousands_apart_and_a_comma_is_a_number(
    space: str, cents: str, last: float, tmp_path: Path
) -> None:
    money = [f"{age * 10_000:,}".replace(",", space) + cents for age in AGES]
    study = drafted(tmp_path, file_of({"Доход": money}))
    (name,) = study.codebook.demographics
    lowest, highest = bands_of(study.codebook, name)[0][0], bands_of(study.codebook, name)[-1][1]
    assert lowest <= 180_000
    assert last <= highest < last + 1
    assert study.kept() == N
    assert (
        "Numbers of 'Доход' are read without the spaces or commas between their thousands; what stands "
        f"behind these is a decimal mark: {N} cells." in study.draft.guesses
    )


def test_every_number_with_a_fraction_is_in_a_band(tmp_path: Path) -> None:
    means = [f"{2 + age % 21 / 10:.1f}" for age in AGES]
    study = drafted(tmp_path, file_of({"mean mark": means}))
    (name,) = study.codebook.demographics
    found = bands_of(study.codebook, name)
    assert all(any(low <= float(mean) <= high for low, high in found) for mean in means)
    assert study.kept() == N


@pytest.mark.parametrize("income", [lambda age: f"{age * 1000 + 456:,}", lambda age: f"{age * 1000:,} tg"])
def test_commas_between_thousands_do_not_make_it_the_decimal_mark(
    income: Callable[[int], str], tmp_path: Path
) -> None:
    marks = [f"{2 + age % 21 / 10:.1f}" for age in AGES]
    study = drafted(tmp_path, file_of({"income": [income(age) for age in AGES], "mean mark": marks}))
    assert study.config.data.decimal == "."
    questions = {str(q.label): q for q in study.codebook.demographics.values()}
    assert questions["income"].bands[-1].maximum >= 69_000
    assert questions["mean mark"].bands[-1].maximum <= 5
    assert study.kept() == N


def test_a_minus_sign_of_a_text_program_is_one(tmp_path: Path) -> None:
    items = {item: [f"{own - 3}".replace("-", "\u2212") for own in codes(WHOLE, item)] for item in ITEMS}
    study = drafted(tmp_path, file_of({}, items))
    assert (study.codebook.scale.minimum, study.codebook.scale.maximum) == (-2, 2)
    assert study.kept() == N


def test_a_place_of_the_scale_that_no_answer_has_is_told(tmp_path: Path) -> None:
    words = ("Никогда", "Редко", "Часто", "Всегда")
    items = {item: [words[min(int(own), 4) - 1] for own in codes(WHOLE, item)] for item in ITEMS}
    study = drafted(tmp_path, file_of({}, items))
    (told,) = [line for line in study.draft.to_do if "where usual scales have one" in line]
    assert "stands at 3 of the scale from 1 to 5" in told
    assert "usual scales" not in translated(told, "ru")
