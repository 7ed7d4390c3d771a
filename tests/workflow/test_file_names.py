"""Names of files may have any character but a wildcard of Snakemake, which the check refuses."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.io import read_json, read_table
from tests.workflow.in_process import run_steps


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows few characters in names")
@pytest.mark.parametrize(
    "strange", ["*?[1]!", "#%20&;$HOME", "'\"`", "жауап 1 ", "{", "}", "{}", "{a b}", "~^()+=,@"]
)
def test_strange_names_of_files_are_read(
    study: Callable[..., Path], config_content: dict[str, Any], survey: pd.DataFrame, strange: str
) -> None:
    names = {"file": f"{strange}/{strange}.csv", "codebook": f"{strange}/{strange}.yaml"}
    config_content["data"] |= names
    folder = study()
    (folder / strange).mkdir()
    (folder / "survey.csv").rename(folder / names["file"])
    (folder / "codebook.yaml").rename(folder / names["codebook"])
    assert check_study(folder).warnings == ()
    run_steps(folder, "clean")
    assert len(read_table(folder / "reports/private/answers.csv")) == len(survey)
    assert read_json(folder / "reports/cards/read.json")["read_log"]["file"] == f"{strange}.csv"
