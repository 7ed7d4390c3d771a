"""No respondent is lost to a quotation mark, a blank row, a word for a sum, or names that repeat."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from smartcity_survey.data.detect.layout import find_layout
from smartcity_survey.data.read.csv_file import open_csv
from smartcity_survey.data.read.tables import told_apart
from smartcity_survey.errors import SurveyError
from smartcity_survey.study.config import DataSection

SECTION = DataSection(file="x", codebook="y")
N = 40
ANSWERS = np.random.default_rng(3).integers(1, 6, (N, 4)).astype(str).tolist()


def written(path: Path, last: list[str]) -> Path:
    """Answers with a remark in the last column."""
    lines = ["a,b,c,d,remark", *(",".join([*row, text]) for row, text in zip(ANSWERS, last, strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("closed", [None, 30])
def test_a_quotation_mark_left_open_is_named_by_its_line(tmp_path: Path, closed: int | None) -> None:
    last = ["fine"] * N
    last[20] = '"I like it'
    if closed:
        last[closed] = 'too"'
    with pytest.raises(SurveyError, match=r"line 22: a quotation mark that opens here takes in \d+ rows"):
        list(open_csv(written(tmp_path / "s.csv", last), SECTION).rows())


def test_a_remark_of_several_lines_is_a_cell(tmp_path: Path) -> None:
    last = ["fine"] * N
    last[20] = '"good, cheap\nand, so far,\nclean"'
    rows = list(open_csv(written(tmp_path / "s.csv", last), SECTION).rows())
    assert len(rows) == N + 1
    assert rows[21][1][-1] == "good, cheap\nand, so far,\nclean"


def test_names_that_repeat_get_names_that_are_free() -> None:
    columns, repeated, _ = told_apart(["T", "T", "T (1)", "U"])
    assert len(set(columns)) == 4
    assert columns[2:] == ("T (1)", "U")
    assert repeated == {"T": ("T (2)", "T (3)")}


def sheet(first: list[str], *more: list[str]) -> list[tuple[int, list[str]]]:
    rows = [["group", "a", "b", "c", "d"]]
    rows += [[one, *answers] for one, answers in zip(first, ANSWERS, strict=True)]
    return list(enumerate([*rows, *more], start=1))


@pytest.mark.parametrize(
    "first",
    [[("Y", "N")[i % 2] for i in range(N)], ["Высшее"] * (N - 4) + ["Среднее специальное"] * 4],
    ids=["yes or no", "education"],
)
def test_an_answer_that_others_gave_is_no_word_for_a_sum(first: list[str]) -> None:
    assert find_layout(sheet(first)).skip_rows == ()


def test_one_code_throughout_is_no_sum() -> None:
    first = [str(100 + i) for i in range(N)]
    assert find_layout(sheet(first, ["141", "99", "99", "99", "99"])).skip_rows == ()


def test_a_row_of_blanks_is_no_reason_to_stop() -> None:
    first = [str(100 + i) for i in range(N)]
    assert find_layout(
        sheet(first, ["Mean", "3.1", "2.9", "3.0", "3.2"], [" ", "", "", "", ""])
    ).skip_rows == (N + 2,)


@pytest.mark.parametrize("word", ["NA", "нет ответа", "-"])
def test_a_row_of_means_is_known_beside_words_for_no_answer(word: str) -> None:
    answers = [
        [str(n), *(word if (n + 3 * k) % 11 == 0 else str(1 + (n * k) % 5) for k in range(1, 7)), "x"]
        for n in range(1, 41)
    ]
    means = ["", *(f"{2.5 + k / 7:.4f}" for k in range(1, 7)), "Среднее"]
    heads = ["id", "T1", "T2", "T3", "U1", "U2", "U3", "note"]
    rows = list(enumerate([heads, *answers, means], start=1))
    assert find_layout(rows).skip_rows == (42,)
    assert find_layout(rows[:-1]).skip_rows == ()
