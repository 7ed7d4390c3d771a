"""Keys of `data` that do nothing are told, not taken in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.errors import Problem
from smartcity_survey.messages import problem_in


def warned(folder: Path, key: str) -> list[Problem]:
    return [one for one in check_study(folder).warnings if one.place.endswith(f"config.yaml, data.{key}")]


@pytest.mark.parametrize(
    ("key", "value", "found", "russian"),
    [
        ("skip_rows", [5000], "survey.csv has no line 5000.", "нет строки 5000"),
        ("skip_rows", [1], "in 1 stand the names of the columns", "в строке 1 стоят имена столбцов"),
        ("sheet", "X", "survey.csv has no sheets, so 'X' names none.", "нет листов"),
    ],
)
def test_a_key_that_does_nothing_is_told(
    key: str,
    value: object,
    found: str,
    russian: str,
    study: Callable[..., Path],
    config_content: dict[str, Any],
) -> None:
    assert not warned(study(), key)
    config_content["data"][key] = value
    (warning,) = warned(study(), key)
    assert found in warning.found
    assert russian in problem_in(warning, "ru")
    for language in ("ru", "kk"):
        assert not {"has", "stand", "Take", "names"} & set(problem_in(warning, language).split())


def test_rows_of_a_file_that_names_its_columns_itself_are_told(
    study: Callable[..., Path], config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    config_content["data"] |= {"file": "survey.sav", "skip_rows": [3]}
    folder = study()
    pyreadstat.write_sav(survey, str(folder / "survey.sav"))
    (warning,) = warned(folder, "skip_rows")
    assert "survey.sav names its columns itself" in warning.found


def test_a_row_that_is_skipped_is_no_warning(
    study: Callable[..., Path], config_content: dict[str, Any], survey: pd.DataFrame
) -> None:
    config_content["data"]["skip_rows"] = [7]
    folder = study()
    assert not warned(folder, "skip_rows")
    survey.to_excel(folder / "survey.xlsx", sheet_name="answers", index=False)
    config_content["data"] |= {"file": "survey.xlsx", "sheet": "answers"}
    folder = study()
    survey.to_excel(folder / "survey.xlsx", sheet_name="answers", index=False)
    assert not warned(folder, "skip_rows") + warned(folder, "sheet")
