"""The first respondent, whose answers nobody else gave, is a respondent; a second row of headers is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from smartcity_survey.data.detect import detect
from smartcity_survey.data.detect.layout import find_layout
from smartcity_survey.messages import translated
from tests.new_wave.answers.answers_of import N
from tests.new_wave.drafting import WHOLE, drafted, file_of
from tests.new_wave.tools.writers import rows_of, text

Rows = list[list[str]]


def layout(names: list[str], first: list[str], others: Rows, n: int = 12) -> tuple[object, bool]:
    """The doubtful row, and whether the first row below the names is taken for headers."""
    rows = [names, first, *(others * n)[:n]]
    found = find_layout(list(enumerate(rows, start=1)))
    return found.doubtful, 2 in {*found.skip_rows, found.label_row}


@pytest.mark.parametrize(
    ("first", "others"),
    [
        (["Other", "Kentau", "33"], [["Female", "Almaty", "20"], ["Male", "Almaty", "31"]]),
        (["Other", "Kentau", "retired"], [["Female", "Almaty", "student"], ["Male", "Almaty", "at work"]]),
        (
            ["Другой", "Кентау", "33", "2024-05-01 10:00"],
            [["Женский", "Алматы", "20", "2024-05-01 11:00"], ["Мужской", "Алматы", "30", "2024-05-02 9:00"]],
        ),
        (["Other", "Kentau", "I do not say"], [["Female", "Almaty", "20"], ["Male", "Almaty", "31"]]),
    ],
)
def test_a_person_like_nobody_else_stays(first: list[str], others: Rows) -> None:
    doubtful, is_header = layout([f"q{k}" for k in range(len(first))], first, others)
    assert not is_header
    assert doubtful == 2


@pytest.mark.parametrize(
    ("first", "others", "doubtful"),
    [
        (
            ["Your gender", "Your city", "Your age", "Income", "When"],
            [["Female", "Almaty", "20", "100", "2024-05-01"], ["Male", "Shymkent", "31", "90", "2024-05-02"]],
            None,
        ),
        (
            ["Your gender", "Your city", "Your work", "Do you agree?"],
            [["Female", "Almaty", "yes", "no"], ["Male", "Shymkent", "no", "yes"]],
            2,
        ),
    ],
)
def test_a_second_row_of_headers_is_known_and_a_guess_is_said(
    first: list[str], others: Rows, doubtful: int | None
) -> None:
    assert layout([f"q{k}" for k in range(len(first))], first, others) == (doubtful, True)


def test_nobody_is_lost_and_the_doubt_is_said(tmp_path: Path) -> None:
    further = {
        "gender": ["Prefer not to say", *("Female", "Male") * N][:N],
        "city": ["Kentau", *("Almaty", "Shymkent") * N][:N],
    }
    rows = rows_of(further | {"age": [int(age) for age in WHOLE.age]})
    path = tmp_path / "survey.csv"
    path.write_bytes(text(rows))
    found = detect(path)
    assert not found.keys
    (told,) = found.found
    assert told.startswith("Line 2 is taken for somebody's answers, though most of them nobody else gave.")
    for language in ("ru", "kk"):
        assert translated(told, language) != told
    folder = tmp_path / "whole"
    folder.mkdir()
    assert drafted(folder, file_of(further)).kept() == N
