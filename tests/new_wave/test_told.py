"""What a student must be told of a file: weights, groups about the respondent, slashes, quotation marks."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.data.read import read_survey
from smartcity_survey.data.read.formulas import UNSTORED
from smartcity_survey.data.read.xlsx_file import open_xlsx
from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import problem_in, translated
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import DataSection
from tests.new_wave.answers.answers_of import BLOCKS, ITEMS, N
from tests.new_wave.drafting import SIZES, WHOLE, drafted, file_of
from tests.new_wave.tools.writers import book, codes, rows_of, text

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("name", ["WEIGHT", "Вес", "салмақ"])
def test_a_column_of_weights_is_named_and_weighs_when_asked(name: str, tmp_path: Path) -> None:
    weights = np.round(RNG.lognormal(-0.1, 0.4, N), 3)
    study = drafted(tmp_path, file_of({name: weights.tolist()}))
    assert study.draft.left_out[name].startswith("it looks like a sampling weight")
    (told,) = [line for line in study.draft.to_do if "sampling weight" in line]
    assert f"write `weight: {name}` under `data`" in told
    for language in ("ru", "kk"):
        assert "sampling" not in translated(told, language)
    config = tmp_path / "wave/config.yaml"
    before = config.read_text(encoding="utf-8")
    config.write_text(before.replace("data:\n", f"data:\n  weight: {name}\n", 1), encoding="utf-8")
    assert any("weighted by" in line for line in check_study(tmp_path / "wave").summary)


def test_the_weight_of_a_body_is_none(tmp_path: Path) -> None:
    study = drafted(tmp_path, file_of({"Weight": RNG.normal(70, 9, N).round(1).tolist()}))
    assert not any("sampling weight" in line for line in study.draft.to_do)


@pytest.mark.parametrize("path", ["demografiya", "About you", "О себе", "Өзіңіз туралы"])
def test_a_group_of_questions_about_the_respondent_is_no_construct(path: str, tmp_path: Path) -> None:
    further = {f"{path}/town": [1 + i % 3 for i in range(N)], f"{path}/school": [1 + i % 4 for i in range(N)]}
    items = {f"{block}/{item}": codes(WHOLE, item) for block, own in BLOCKS.items() for item in own}
    study = drafted(tmp_path, rows_of({**further, **items}))
    assert study.sizes() == SIZES
    assert len(study.codebook.demographics) == 2


def test_a_slash_in_a_sentence_parts_nothing(tmp_path: Path) -> None:
    sentences = [f"I trust the {word} and/or its staff, day/night 24/{k}" for k, word in enumerate(ITEMS)]
    items = {sentence: codes(WHOLE, item) for sentence, item in zip(sentences, ITEMS, strict=True)}
    study = drafted(tmp_path, rows_of({**items, "Man/woman": [1 + i % 2 for i in range(N)]}))
    assert [item.label for item in study.codebook.items.values()] == sentences
    assert [question.label for question in study.codebook.demographics.values()] == ["Man/woman"]


def test_a_quotation_mark_left_open_before_a_line_is_refused(tmp_path: Path) -> None:
    lines = text(file_of({"city": ["A", "B"] * (N // 2)})).decode().splitlines()
    lines[10] = f'"{lines[10]}'
    file = tmp_path / "survey.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(SurveyError, match=r"line 11: a quotation mark that opens here takes in \d+ rows"):
        start_new_wave(tmp_path / "wave", file)


def test_columns_of_yes_and_no_alone_may_be_items_and_how_is_said(tmp_path: Path) -> None:
    rows = rows_of({f"K{k}": [("Yes", "No")[int(one)] for one in RNG.random(N) < 0.5] for k in range(1, 7)})
    file = tmp_path / "survey.csv"
    file.write_bytes(text(rows))
    draft = start_new_wave(tmp_path / "wave", file)
    (told,) = [line for line in draft.to_do if "take the question out of `multiple_choice`" in line]
    assert "`scale: {minimum: 0, maximum: 1}`" in told
    with pytest.raises(SurveyError, match="there are no items: write each under `items`"):
        check_study(tmp_path / "wave")


@pytest.mark.parametrize(
    ("header", "share", "expected"),
    [
        ("Вопрос {}: доверяю", 0.3, "ru"),
        ("Сұрақ {}: сенемін", 0.3, "kk"),
        ("Q{}", 0.0, "ru"),
    ],
)
def test_the_language_is_that_of_the_questions_else_of_most_answers(
    header: str, share: float, expected: str, tmp_path: Path
) -> None:
    words = {"ru": ("плохо", "средне", "хорошо"), "kk": ("нашар", "орташа", "жақсы")}
    kazakh = RNG.random(N) < share
    columns = {
        header.format(k): [words["kk" if kk and k > 1 else "ru"][(i * k) % 3] for i, kk in enumerate(kazakh)]
        for k in range(1, 5)
    }
    file = tmp_path / "survey.csv"
    file.write_bytes(text(rows_of(columns)))
    draft = start_new_wave(tmp_path / "wave", file)
    assert draft.config["language"] == expected
    assert any(line.startswith(f"The language of the study is `{expected}`") for line in draft.guesses)


def test_keys_of_a_section_at_the_margin_are_sent_there(tmp_path: Path) -> None:
    drafted(tmp_path, file_of({}))
    config = tmp_path / "wave/config.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "\ncontrols: [age]\n", encoding="utf-8")
    with pytest.raises(
        SurveyError, match=r"controls: it stands at the wrong place\. It belongs under `model`, "
    ):
        check_study(tmp_path / "wave")


def test_unanswered_items_that_are_kept_are_told_once_with_the_lines_to_write(tmp_path: Path) -> None:
    gaps = {
        item: ["" if i % 23 == k else one for i, one in enumerate(codes(WHOLE, item))]
        for k, item in enumerate(ITEMS)
    }
    study = drafted(tmp_path, file_of({}, gaps))
    assert study.kept() < N
    config = tmp_path / "wave/config.yaml"
    before = config.read_text(encoding="utf-8")
    after = before.replace("missing_items_at_most: 0", "missing_items_at_most: 3", 1)
    assert after != before
    config.write_text(after, encoding="utf-8")
    with pytest.raises(SurveyError) as caught:
        check_study(tmp_path / "wave")
    (problem,) = caught.value.problems
    section = re.search(r"`(missing: \{.*\})`", problem.remedy)
    assert section, problem
    config.write_text(f"{after}\n{section[1]}\n", encoding="utf-8")
    check_study(tmp_path / "wave")


def test_an_empty_name_is_refused(tmp_path: Path) -> None:
    drafted(tmp_path, file_of({}))
    config = tmp_path / "wave/config.yaml"
    before = config.read_text(encoding="utf-8")
    config.write_text(before.replace("    H1:", "    '':", 1), encoding="utf-8")
    assert config.read_text(encoding="utf-8") != before
    with pytest.raises(SurveyError, match="a name is empty: write one before the colon"):
        check_study(tmp_path / "wave")


@pytest.mark.parametrize("code", [99, 999, -1])
def test_a_code_of_no_answer_of_other_columns_is_named_among_ages(code: int, tmp_path: Path) -> None:
    ages = RNG.integers(18, 70, N).tolist()
    ages[6] = code
    frame = pd.DataFrame({item: codes(WHOLE, item) for item in ITEMS} | {"AGE": ages}).astype(float)
    file = tmp_path / "survey.sav"
    none = {item: [code] for item in ITEMS}
    pyreadstat.write_sav(frame, str(file), missing_ranges=none)
    draft = start_new_wave(tmp_path / "wave", file)
    (told,) = [line for line in draft.to_do if line.startswith("column 'AGE', row 7: ")]
    assert f"{code} (1 cell) is declared as no answer in other columns of the file" in told
    for language in ("ru", "kk"):
        assert "declared" not in translated(told, language)
    # In the column itself it is declared too: nothing to be asked.
    pyreadstat.write_sav(frame, str(file), missing_ranges={**none, "AGE": [code]})
    draft = start_new_wave(tmp_path / "again", file)
    assert not any(line.startswith("column 'AGE'") for line in draft.to_do)


def test_an_age_that_is_dropped_as_a_code_of_other_columns_is_named(tmp_path: Path) -> None:
    ages = RNG.integers(18, 70, N).tolist()
    ages[6] = 99
    frame = pd.DataFrame({item: codes(WHOLE, item) for item in ITEMS} | {"AGE": ages}).astype(float)
    frame.loc[3, ITEMS[0]] = 99
    file = tmp_path / "survey.sav"
    labels = {item: {1.0: "no", 5.0: "yes", 99.0: "No answer"} for item in ITEMS}
    pyreadstat.write_sav(frame, str(file), variable_value_labels=labels)
    draft = start_new_wave(tmp_path / "wave", file)
    (told,) = [line for line in draft.to_do if line.startswith("column 'AGE', row 7: ")]
    assert "99 (1 cell) means no answer in other columns, and so here" in told
    assert "no answer" not in translated(told, "ru")


@pytest.mark.parametrize("n_formulas", [1, N])
def test_formulas_without_values_are_not_empty_and_how_to_mend_them_is_said(
    n_formulas: int, tmp_path: Path
) -> None:
    own: list[object] = codes(WHOLE, ITEMS[0])
    rows = file_of({"city": [1 + i % 2 for i in range(N)]}, {item: codes(WHOLE, item) for item in ITEMS})
    study = drafted(tmp_path, book({"answers": rows}), "survey.xlsx")
    assert study.kept() == N
    own[:n_formulas] = [f"={code}+0" for code in own[:n_formulas]]
    # As openpyxl writes formulas: without what they come to.
    broken = book({"answers": [rows[0], *([one, *row[1:]] for one, row in zip(own, rows[1:], strict=True))]})
    (tmp_path / "wave" / study.config.data.file).write_bytes(broken)
    with pytest.raises(SurveyError) as caught:
        check_study(tmp_path / "wave")
    (problem,) = caught.value.problems
    assert f"formulas without values ({n_formulas} cell" in problem.found
    assert "Open the file in Excel" in problem.remedy
    assert "формулы без значений" in problem_in(problem, "ru")
    assert "мәндері жоқ формулалар" in problem_in(problem, "kk")
    (tmp_path / "broken.xlsx").write_bytes(broken)
    draft = start_new_wave(tmp_path / "again", tmp_path / "broken.xlsx")
    # One is a slip to be looked at; a column of nothing else holds no answers.
    assert [*draft.left_out] == ([ITEMS[0]] if n_formulas == N else [])
    assert not any("#FORMULA!" in line for line in draft.to_do)
    (told,) = [line for line in draft.to_do if "formulas without values stand in 1 column" in line]
    for language in ("ru", "kk"):
        assert "formulas without" not in translated(told, language)


def test_a_row_of_means_without_values_is_empty_and_one_of_references_is_not(tmp_path: Path) -> None:
    file = tmp_path / "survey.xlsx"
    rows = [["a", "b"], [1, 2], ["=Other!A3", "=Other!B3"], ["=AVERAGE(A2:A3)", "=SUM(B$2:B$3)"]]
    file.write_bytes(book({"answers": rows, "Other": [[1, 2]]}))
    read = dict(open_xlsx(file, DataSection(file=file.name, codebook="", sheet=0)).rows())
    assert [tuple(row) for row in read.values()][1:] == [(1, 2), (UNSTORED, UNSTORED), (None, None)]


def test_a_formula_that_comes_to_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    file = tmp_path / "survey.xlsx"
    file.write_bytes(book({"answers": [["id", "a"], [1, '=IF(A2=1,"",3)'], [2, "=1+1"], [3, 4]]}))
    excel = tmp_path / "excel.xlsx"
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(excel, "w") as written:
        for name in archive.namelist():
            content = archive.read(name).replace(b'<c r="B2"><f>', b'<c r="B2" t="str"><f>')
            written.writestr(name, content)
    rows = dict(open_xlsx(excel, DataSection(file="excel.xlsx", codebook="", sheet=0)).rows())
    assert [row[1] for row in rows.values()] == ["a", None, UNSTORED, 4]


def test_answers_in_the_order_of_the_alphabet_may_be_numbered_anew(tmp_path: Path) -> None:
    words = ("Среднее", "Среднее специальное", "Высшее", "Магистратура")
    education = [words[(i * i) % 4 if i % 3 else i % 4] for i in range(N)]
    ages = [("18-25", "26-35", "36 и старше")[i % 3] for i in range(N)]
    further = {
        "Образование": education,
        "Возраст, лет": ages,
        "Пол": ["м" if i % 2 else "ж" for i in range(N)],
    }
    study = drafted(tmp_path, file_of(further))
    (told,) = [line for line in study.draft.to_do if "order of the alphabet" in line]
    assert "the answers to 'Образование' stand in" in told
    for language in ("ru", "kk"):
        assert "alphabet" not in translated(told, language)
    # As told: other codes, in the order of the words, and the same answers are read.
    codebook = tmp_path / "wave/codebook.yaml"
    before = codebook.read_text(encoding="utf-8")
    after = before
    for code, word in enumerate(words, start=1):
        after = re.sub(rf"    \d: {word}\n", f"    {code}: {word}\n", after)
    assert after != before
    codebook.write_text(after, encoding="utf-8")
    content = read_codebook(codebook)
    (name,) = [key for key, one in content.demographics.items() if one.label == "Образование"]
    assert tuple(content.demographics[name].categories[code] for code in range(1, 5)) == words
    answers = read_survey(tmp_path / "wave" / study.config.data.file, content, study.config.data).answers
    assert [words[int(code) - 1] for code in answers[name]] == education


@pytest.mark.parametrize("name", ["id", "Номер анкеты"])
@pytest.mark.parametrize("prefix", ["", "P"], ids=["numbers", "texts"])
def test_an_identifier_with_empty_cells_is_no_question(name: str, prefix: str, tmp_path: Path) -> None:
    numbers: list[object] = [f"{prefix}{1001 + i}" for i in range(N)]
    numbers[4] = numbers[9] = ""
    items = {item: codes(WHOLE, item) for item in ITEMS}
    study = drafted(tmp_path, rows_of({**items, name: numbers}))
    assert study.draft.left_out[name].startswith("it looks like an identifier, but is empty in 2 rows; fill")
    assert not study.codebook.demographics
    for language in ("ru", "kk"):
        assert "identifier" not in translated(study.draft.left_out[name], language)


def test_dates_with_slashes_are_told_as_such(tmp_path: Path) -> None:
    born = [f"{1 + i % 12:02d}/{1 + i % 28:02d}/{1950 + i % 50}" for i in range(N)]
    study = drafted(tmp_path, file_of({"born": born}))
    assert study.draft.left_out["born"].startswith("dates with slashes, of which nobody can tell the day")
    for language in ("ru", "kk"):
        assert "slashes" not in translated(study.draft.left_out["born"], language)


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866"])
def test_a_line_in_another_encoding_than_the_rest_is_named(encoding: str, tmp_path: Path) -> None:
    rows = file_of({"Ваш город": ["Almaty" if i % 20 < 19 else "Туркестан" for i in range(N)]})
    lines = text(rows).split(b"\r\n")
    lines[40] = lines[40].decode().encode(encoding)
    file = tmp_path / "survey.csv"
    file.write_bytes(b"\r\n".join(lines))
    with pytest.raises(SurveyError, match=r"line 41: not UTF-8, as the rest of the file is") as caught:
        start_new_wave(tmp_path / "wave", file)
    assert "в отличие от остального файла" in problem_in(caught.value.problems[0], "ru")
    # A file that is in one other encoding is read as before.
    file.write_bytes(text(rows, encoding=encoding))
    assert start_new_wave(tmp_path / "whole", file).config["data"]["encoding"]
