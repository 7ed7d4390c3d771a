"""Codes that a header explains have its words; a code that says nothing is no label."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.new_wave.answers.answers_of import N
from tests.new_wave.drafting import drafted, file_of
from tests.new_wave.tools.tools_of_research import limesurvey


@pytest.mark.parametrize(
    ("header", "cells", "label", "categories"),
    [
        ("Gender (1 = male, 2 = female)", (1, 2), "Gender", {1: "male", 2: "female"}),
        ("Пол [1 - мужской; 2 - женский]", (1, 2), "Пол", {1: "мужской", 2: "женский"}),
        ("Пол (M - мужской, F - женский)", ("M", "F"), "Пол", {1: "мужской", 2: "женский"}),
        (
            "Where do you live: 1 – city, 2 – town, 3 – village",
            (1, 3),
            "Where do you live: 1 – city, 2 – town, 3 – village",
            {1: "city", 2: "town", 3: "village"},
        ),
        ("Тұрғын жеріңіз (A1 = қала, A2 = ауыл)", ("A2", "A1"), "Тұрғын жеріңіз", {1: "қала", 2: "ауыл"}),
    ],
)
def test_the_header_says_what_codes_mean(
    header: str, cells: tuple[object, object], label: str, categories: dict[int, str], tmp_path: Path
) -> None:
    study = drafted(tmp_path, file_of({header: [cells[i % 2] for i in range(N)]}))
    (question,) = study.codebook.demographics.values()
    assert question.label == label
    assert question.categories == categories
    assert study.kept() == N


@pytest.mark.parametrize("header", ["Gender (1 = male, 3 = other)", "Gender 1 - 2", "Which (2 = b, 1 = a)?"])
def test_a_legend_that_does_not_fit_is_none(header: str, tmp_path: Path) -> None:
    study = drafted(tmp_path, file_of({header: [1 + i % 4 for i in range(N)], "city": ["A", "B"] * (N // 2)}))
    assert [q.categories for q in study.codebook.demographics.values() if q.label == header] == [
        {code: f"code {code}" for code in (1, 2, 3, 4)}
    ]


def test_codes_of_subquestions_are_no_labels(tmp_path: Path) -> None:
    study = drafted(tmp_path, limesurvey(full=False))
    labels = [str(item.label) for item in study.codebook.items.values()]
    assert len(set(labels)) == len(labels)
