"""Files as people keep them: other languages and orders of columns, odd headers, mixed codes, duplicates."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.errors import SurveyError
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.study.codebook import read_codebook
from tests.new_wave.answers.answers_of import BLOCKS, ITEMS, N, answers
from tests.new_wave.tools.writers import AGREE_KK, AGREE_RU


def coded() -> pd.DataFrame:
    """The eleven items, 1 to 5; a gap where there is no answer."""
    own = answers()
    return pd.DataFrame(
        {item: [int(code) or None for code in own.codes[item]] for item in ITEMS}, dtype=object
    )


def worded(words: dict[int, str]) -> pd.DataFrame:
    return coded().map(lambda code: words.get(code))


def interleaved() -> pd.DataFrame:
    order = [
        f"{prefix}{k}" for k in (1, 2, 3, 4) for prefix in ("tr", "us", "in") if (prefix, k) != ("in", 4)
    ]
    return coded()[order].assign(Cinsiyet=["Erkek", "Kadın"] * (N // 2))


def repeated_names() -> pd.DataFrame:
    frame = coded()
    frame.columns = ["Оцените доверие"] * 4 + ["Оцените пользу"] * 4 + ["Намерение"] * 3
    return frame


def blank_columns() -> pd.DataFrame:
    frame = coded().rename(columns=lambda name: f'  {name} "текст\nвторой строки" ')
    frame.insert(3, "", None)
    frame.insert(8, " ", None)
    return frame.assign(Комментарий=["нет", "- ", "хорошо, 5", "1"] * (N // 4))


def case_and_marks() -> pd.DataFrame:
    frame = coded()
    frame.columns = ["Tr_1", "TR_2", "tr_3", "Tr_4", "us-1", "US-2", "us-3", "Us-4", "In.1", "in.2", "IN.3"]
    return frame


def mixed() -> pd.DataFrame:
    """Half of the answers in words, half in codes, in the same columns."""
    as_words = worded(dict(enumerate(AGREE_KK, start=1)))
    return coded().where(np.random.default_rng(4).random(as_words.shape) < 0.5, as_words)


def percents() -> pd.DataFrame:
    return coded().map(lambda code: f"{20 * code}%" if code else None)


def numbered() -> pd.DataFrame:
    words = {code: f"{code} - {word}" for code, word in enumerate(AGREE_RU, start=1)}
    return worded(words).rename(columns=dict(zip(ITEMS, [f"Q{k}" for k in range(1, 12)], strict=True)))


def stars() -> pd.DataFrame:
    return coded().map(lambda code: "★" * code + "☆" * (5 - code) if code else None)


def dates_and_persons() -> pd.DataFrame:
    return coded().assign(
        **{
            "Дата": [f"{1 + k % 28:02d}.11.2026 14:{k % 60:02d}" for k in range(N)],
            "Дата рождения": [f"19{60 + k % 40}-01-1{k % 9}" for k in range(N)],
            "ФИО": ["Иванов И.И."] * N,
            "ИИН": [f"9001{k:08d}" for k in range(N)],
        }
    )


FILES: dict[str, tuple[Callable[[], pd.DataFrame], tuple[int, int]]] = {
    "interleaved": (interleaved, (1, 5)),
    "repeated_names": (repeated_names, (1, 5)),
    "blank_columns": (blank_columns, (1, 5)),
    "case_and_marks": (case_and_marks, (1, 5)),
    "mixed": (mixed, (1, 5)),
    "percents": (percents, (0, 100)),
    "numbered": (numbered, (1, 5)),
    "stars": (stars, (1, 5)),
    "dates_and_persons": (dates_and_persons, (1, 5)),
}


@pytest.mark.parametrize("kind", FILES)
def test_an_odd_file_leads_to_three_constructs_and_the_question_about_the_fourth_item(
    kind: str, tmp_path: Path
) -> None:
    make, ends = FILES[kind]
    make().to_csv(tmp_path / "wave.csv", index=False, encoding="utf-8-sig")
    start_new_wave(tmp_path / "wave", tmp_path / "wave.csv")
    codebook = read_codebook(tmp_path / "wave/codebook.yaml")
    sizes = [len(codebook.items_of(name)) for name in codebook.constructs]
    assert sizes == [len(items) for items in BLOCKS.values()]
    assert (codebook.scale.minimum, codebook.scale.maximum) == ends
    checked = check_study(tmp_path / "wave")
    fourth = codebook.items_of(next(iter(codebook.constructs)))[3]
    assert any(warning.found.startswith(f"{fourth} runs against ") for warning in checked.warnings)
    used = {*codebook.columns().values()}
    assert not used & {"ФИО", "ИИН", "Дата", "Дата рождения", "Комментарий"}


def test_words_and_codes_in_one_column_are_read_alike_and_told(tmp_path: Path) -> None:
    mixed().to_csv(tmp_path / "wave.csv", index=False)
    draft = start_new_wave(tmp_path / "wave", tmp_path / "wave.csv")
    (told,) = [line for line in draft.to_do if "words and codes side by side" in line]
    assert "11 columns ('tr1', 'tr2', 'tr3', ...)" in told
    coded().to_csv(tmp_path / "plain.csv", index=False)
    start_new_wave(tmp_path / "plain", tmp_path / "plain.csv")
    first, second = (check_study(tmp_path / name).warnings for name in ("wave", "plain"))
    # Correlations and counts are those of the codes.
    assert [w.found.split(":")[0] for w in first] == [w.found.split(":")[0] for w in second]


@pytest.mark.parametrize(
    "words",
    [
        ("Nunca", "Rara vez", "A veces", "A menudo", "Siempre"),
        ("Stimme gar nicht zu", "Stimme eher nicht zu", "Teils/teils", "Stimme eher zu", "Stimme voll zu"),
    ],
)
def test_words_of_an_unknown_language_are_asked_about_and_no_item_is_lost(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    frame = worded(dict(enumerate(words, start=1))).rename(columns=lambda item: f"¿Cuánto? [{item}]")
    frame.to_csv(tmp_path / "wave.csv", index=False)
    draft = start_new_wave(tmp_path / "wave", tmp_path / "wave.csv")
    codebook = read_codebook(tmp_path / "wave/codebook.yaml")
    assert len(codebook.items) == len(ITEMS)
    assert not codebook.demographics
    assert any("11 columns" in line and "Which order?" in line for line in draft.to_do)
    with pytest.raises(SurveyError, match=r"Which order\?"):
        check_study(tmp_path / "wave")


def test_blocks_that_differ_in_case_alone_stay_apart(tmp_path: Path) -> None:
    frame = coded().iloc[:, :8]
    frame.columns = ["t1", "t2", "t3", "t4", "T1", "T2", "T3", "T4"]
    frame.to_csv(tmp_path / "wave.csv", index=False)
    start_new_wave(tmp_path / "wave", tmp_path / "wave.csv")
    codebook = read_codebook(tmp_path / "wave/codebook.yaml")
    assert [len(codebook.items_of(name)) for name in codebook.constructs] == [4, 4]


def test_control_characters_of_headers_are_written_as_blanks(tmp_path: Path) -> None:
    """The codebook that a student reads and the figures that a run draws have none."""
    head = {item: f"{item}.\x07Is\x0bit so?" for item in ITEMS}
    coded().rename(columns=head).to_csv(tmp_path / "survey.csv", index=False)
    start_new_wave(tmp_path / "wave", tmp_path / "survey.csv")
    labels = [item.label for item in read_codebook(tmp_path / "wave" / "codebook.yaml").items.values()]
    assert len(labels) == len(ITEMS)
    assert all(str(label).endswith("Is it so?") for label in labels)
    written = (tmp_path / "wave" / "codebook.yaml").read_text(encoding="utf-8")
    assert "label: 'tr1. Is it so?'" in written
    assert check_study(tmp_path / "wave").summary


@pytest.mark.parametrize("cell", ["3 or 4", "2/3", "4/5", "5 (?)", "1/2", "3 чел"])
def test_two_ticks_in_one_cell_among_plain_numbers_are_asked_about(tmp_path: Path, cell: str) -> None:
    """A number with words beside the same number alone is no wording of the scale."""
    frame = coded()
    frame.iloc[4, 2] = cell
    frame.to_csv(tmp_path / "paper.csv", index=False)
    draft = start_new_wave(tmp_path / "wave", tmp_path / "paper.csv")
    assert any(repr(cell) in line for line in draft.to_do)
    assert not read_codebook(tmp_path / "wave/codebook.yaml").scale.answers


def test_a_workbook_whose_sheet_is_gone_is_refused_in_words(tmp_path: Path) -> None:
    coded().to_excel(tmp_path / "whole.xlsx", index=False)
    path = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as whole, zipfile.ZipFile(path, "w") as damaged:
        for name in whole.namelist():
            if "sheet1" not in name:
                damaged.writestr(name, whole.read(name))
    with pytest.raises(SurveyError, match=r"not readable as .xlsx \(a part of it is missing\)"):
        start_new_wave(tmp_path / "wave", path)
