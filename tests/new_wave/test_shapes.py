"""A table that is turned, or has a row for each answer: what to do with it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from smartcity_survey.messages import translated
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.new_wave.draft import Draft
from tests.new_wave.answers.answers_of import ITEMS, N
from tests.new_wave.drafting import WHOLE, drafted, file_of
from tests.new_wave.tools.writers import Cells, text


def _draft(folder: Path, rows: Cells) -> Draft:
    path = folder / "survey.csv"
    path.write_bytes(text(rows))
    return start_new_wave(folder / "wave", path)


def _require_told(draft: Draft, words: str) -> None:
    (told,) = [line for line in draft.to_do if words in line]
    for language in ("ru", "kk"):
        assert translated(told, language) != told


@pytest.mark.parametrize("name", ["{}", "person {}"])
def test_a_row_for_each_answer(name: str, tmp_path: Path) -> None:
    rows: Cells = [["who", "question", "answer"]]
    rows += [[name.format(i), item, int(WHOLE.codes[item][i])] for i in range(150) for item in ITEMS]
    _require_told(_draft(tmp_path, rows), "a column for each 'question' (in Excel: a pivot table)")


def test_respondents_in_the_columns(tmp_path: Path) -> None:
    rows: Cells = [["Question", *(f"R{i}" for i in range(1, N + 1))]]
    rows += [[item, *WHOLE.codes[item].tolist()] for item in ITEMS]
    _require_told(_draft(tmp_path, rows), "transpose")


def test_a_usual_table_is_told_nothing(tmp_path: Path) -> None:
    study = drafted(tmp_path, file_of({}))
    assert not any("transpose" in line or "pivot" in line for line in study.draft.to_do)
