"""A form that asks in two languages has two sets of columns, of which everybody answered one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.data.read import read_survey
from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import problem_in, translated
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.study.config import read_config
from tests.new_wave.answers.answers_of import ITEMS, SENTENCES, N
from tests.new_wave.drafting import SIZES, WHOLE, Drafted, drafted, file_of
from tests.new_wave.tools.writers import AGREE_KK, AGREE_RU, Cells, codes, rows_of, text

KAZAKH = np.random.default_rng(8).random(N) < 0.4
GENDERS = {"ru": ("Мужской", "Женский"), "kk": ("Ер", "Әйел")}


def _form(names: dict[str, Sequence[str]], comments: bool = False) -> Cells:
    """A column of the language, and the questions once in each."""
    columns: dict[str, Sequence[object]] = {"Язык": ["kk" if one else "ru" for one in KAZAKH]}
    for language, words in (("ru", AGREE_RU), ("kk", AGREE_KK)):
        asked = KAZAKH if language == "kk" else ~KAZAKH
        for item, name in zip(ITEMS, names[language], strict=True):
            own = WHOLE.words(item, words)
            columns[name] = [word if there else "" for word, there in zip(own, asked, strict=True)]
        own = [GENDERS[language][code] for code in WHOLE.gender]
        columns["Ваш пол" if language == "ru" else "Жынысыңыз"] = [
            word if there else "" for word, there in zip(own, asked, strict=True)
        ]
        if comments:
            columns["Замечания" if language == "ru" else "Ескертулер"] = [
                "..." if there and i % 9 == 0 and language == "ru" else "" for i, there in enumerate(asked)
            ]
    return rows_of(columns)


def _require_whole(study: Drafted, folder: Path) -> None:
    assert study.sizes() == SIZES
    assert study.kept() == N
    answers = read_survey(folder / "wave" / study.config.data.file, study.codebook, study.config.data).answers
    by_head = {item.column or name: name for name, item in study.codebook.items.items()}
    for item, sentence in zip(ITEMS, SENTENCES["ru"], strict=True):
        np.testing.assert_array_equal(answers[by_head[" ".join(sentence.split())]], WHOLE.codes[item])
    (gender,) = [
        q for q in study.codebook.demographics if "пол" in str(study.codebook.demographics[q].column)
    ]
    assert sorted(answers[gender].value_counts()) == sorted(np.bincount(WHOLE.gender))


@pytest.mark.parametrize("comments", [False, True], ids=["whole", "comments"])
def test_both_sets_are_read_as_one_and_that_is_said(comments: bool, tmp_path: Path) -> None:
    study = drafted(tmp_path, _form(dict(SENTENCES), comments))
    _require_whole(study, tmp_path)
    assert len(study.config.data.same_question) == len(ITEMS) + 1 + comments
    (told,) = [line for line in study.draft.guesses if "`data.same_question`" in line]
    assert "'Ваш пол' = 'Жынысыңыз'" in told
    for language in ("ru", "kk"):
        assert translated(told, language).replace("`data.same_question`", "").count("question") == 0


def test_sets_in_one_language_are_asked_of_different_people(tmp_path: Path) -> None:
    other = [f"Если нет: {sentence}" for sentence in SENTENCES["ru"]]
    with pytest.raises(SurveyError):
        # Nobody answered all of it: as before, the rule `missing_items` says so.
        drafted(tmp_path, _form({"ru": SENTENCES["ru"], "kk": other}))
    assert not read_config(tmp_path / "wave/config.yaml").data.same_question


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_a_row_with_both_and_a_wrong_name_are_told(language: str, tmp_path: Path) -> None:
    study = drafted(tmp_path, _form(dict(SENTENCES)))
    survey = tmp_path / "wave" / study.config.data.file
    lines = survey.read_text(encoding="utf-8").splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith("ru,"))
    lines[first] = lines[first].rstrip().rstrip(",") + "," * (len(ITEMS) + 0) + ",Ер\r\n"
    survey.write_text("".join(lines), encoding="utf-8", newline="")
    with pytest.raises(SurveyError) as raised:
        check_study(tmp_path / "wave")
    (problem,) = raised.value.problems
    assert "by `data.same_question` they are one question" in problem.found
    assert "one question" not in problem_in(problem, language)
    config = tmp_path / "wave/config.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("[Жынысыңыз]", "[Жыныс]"), encoding="utf-8")
    with pytest.raises(SurveyError) as raised:
        check_study(tmp_path / "wave")
    (problem,) = raised.value.problems
    assert problem.place.endswith("column Жыныс")
    assert "Correct" not in problem_in(problem, language)


def _unequal(without: str, further: Sequence[str] = ()) -> Cells:
    """The form with a column less in Kazakh, and further ones in Russian alone."""
    rows = _form(dict(SENTENCES))
    place = rows[0].index(without)
    rows = [[cell for k, cell in enumerate(row) if k != place] for row in rows]
    for name in further:
        rows = [
            [*row, name if i == 0 else ("" if KAZAKH[i - 1] else f"{name} {i}")] for i, row in enumerate(rows)
        ]
    return rows


def test_sets_that_differ_by_a_question_of_another_kind_are_paired(tmp_path: Path) -> None:
    """The Kazakh form does not ask for the gender; the Russian one has a comment too."""
    study = drafted(tmp_path, _unequal("Жынысыңыз", ["Замечания"]))
    assert study.sizes() == SIZES
    assert study.kept() == N
    assert study.config.data.same_question.keys() == {" ".join(s.split()) for s in SENTENCES["ru"]}
    assert not any("not as many" in line for line in study.draft.to_do)


def test_where_nobody_can_tell_which_item_lacks_it_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(text(_unequal(SENTENCES["kk"][3])))
    draft = start_new_wave(tmp_path / "wave", path)
    (asked,) = [line for line in draft.to_do if "are not as many" in line]
    assert f"({len(ITEMS)})" in asked
    assert f"({len(ITEMS) - 1})" in asked
    assert draft.config["data"]["same_question"] == {"Ваш пол": ["Жынысыңыз"]}
    for language in ("ru", "kk"):
        assert "as many" not in translated(asked, language)


def _in_three(middles: dict[str, str]) -> dict[str, Sequence[object]]:
    """Eleven items whose respondents answered in the language of their turn."""
    wordings = {
        "en": ("Strongly disagree", "Disagree", middles["en"], "Agree", "Strongly agree"),
        "ru": ("Полностью не согласен", "Не согласен", middles["ru"], "Согласен", "Полностью согласен"),
        "kk": ("Мүлдем келіспеймін", "Келіспеймін", middles["kk"], "Келісемін", "Толық келісемін"),
    }
    return {
        item: [wordings[("en", "ru", "kk")[i % 3]][int(str(c)) - 1] for i, c in enumerate(codes(WHOLE, item))]
        for item in ITEMS
    }


@pytest.mark.parametrize("none", ["Білмеймін", "Пікірім жоқ"])
def test_dont_know_of_one_language_leaves_the_middle_of_its_scale_free(none: str, tmp_path: Path) -> None:
    items = _in_three({"en": "Neutral", "ru": "Затрудняюсь ответить", "kk": none})
    study = drafted(tmp_path, file_of({}, items))
    assert study.sizes() == SIZES
    assert not study.codebook.demographics
    scale = study.codebook.scale
    codes_of = {**{str(word): code for code, word in scale.answers.items()}, **scale.spellings}
    assert [codes_of[w] for w in ("Мүлдем келіспеймін", "Келіспеймін", "Келісемін", "Толық келісемін")] == [
        *(1, 2),
        *(4, 5),
    ]
    assert study.config.data.missing_codes == (none,)
    assert any("'Затрудняюсь ответить' is taken for the middle" in line for line in study.draft.to_do)


def test_words_of_three_languages_that_do_not_fit_one_another_are_asked_about(tmp_path: Path) -> None:
    items = _in_three({"en": "Neutral", "ru": "Затрудняюсь ответить", "kk": "Келісемін"})
    file = tmp_path / "survey.csv"
    file.write_bytes(text(file_of({}, items)))
    draft = start_new_wave(tmp_path / "wave", file)
    assert len(draft.codebook["items"]) == len(ITEMS)
    assert not draft.codebook["demographics"]
    (told,) = [line for line in draft.to_do if "Which order?" in line]
    assert f"{len(ITEMS)} columns" in told
    assert "hold these 14 words" in told
