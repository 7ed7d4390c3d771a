"""Many studies at once: which they are, one table of their hypotheses, and one that fails harms no other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_table, write_json, write_table
from smartcity_survey.workflow.batch import comparison, studies_below
from tests.workflow.test_nothing_lost import write_study


def test_studies_are_folders_with_a_config_and_nothing_below_one_counts(tmp_path: Path):
    for name in ("b/study", "a", "a/data/copy", "reports/x", ".hidden", "b/none"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("b/study", "a", "a/data/copy", "reports/x", ".hidden"):
        (tmp_path / name / "config.yaml").touch()
    assert studies_below(tmp_path) == [tmp_path / "a", tmp_path / "b/study"]
    with pytest.raises(SurveyError, match=r"no folder in it holds a config\.yaml"):
        studies_below(tmp_path / "b/none")


def test_one_table_compares_the_studies_and_a_broken_one_is_named(tmp_path: Path):
    whole = [tmp_path / "алматы", tmp_path / "south/two words"]
    for folder in whole:
        write_study(folder)
    write_study(tmp_path / "broken")
    config = tmp_path / "broken/config.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "broken: [\n", encoding="utf-8")
    command = [sys.executable, "-m", "smartcity_survey", "--language", "en", "batch", str(tmp_path)]
    ended = subprocess.run([*command, "--cores", "2"], capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 1
    assert "broken/config.yaml, line " in ended.stderr
    assert f"Not up to date: {(tmp_path / 'broken').as_posix()}" in ended.stdout
    assert "Compared: 2 studies" in ended.stdout
    compared = read_table(tmp_path / "comparison.csv")
    assert list(dict.fromkeys(compared["study"])) == ["south/two words", "алматы"]
    own = read_table(whole[0] / "reports/tables/hypotheses.csv")
    for folder in whole:
        part = compared[compared["study"] == folder.relative_to(tmp_path).as_posix()].reset_index(drop=True)
        pd.testing.assert_frame_equal(
            part[["method", "estimate", "p", "verdict"]], own[["method", "estimate", "p", "verdict"]]
        )
        assert set(part["n"]) == {40}
        assert not part["reconstruction"].any()
    assert not list(tmp_path.glob(".batch-*"))


def test_a_title_is_in_the_studys_own_language_and_a_study_may_have_no_hypotheses(
    tmp_path: Path, config_content: dict[str, Any]
):
    config_content["study"] |= {"title": {"kk": "Зерттеу"}, "language": "kk"}
    for name, table in (
        (
            "a",
            pd.DataFrame(
                {"hypothesis": ["H1"], "method": ["ols"], "estimate": [0.5], "verdict": ["confirmed"]}
            ),
        ),
        ("b", pd.DataFrame()),
    ):
        (tmp_path / name).mkdir()
        text = yaml.safe_dump(config_content, allow_unicode=True)
        (tmp_path / name / "config.yaml").write_text(text, encoding="utf-8")
        write_table(table, tmp_path / name / "reports/tables/hypotheses.csv")
        write_json({"cleaning_log": {"n": 40}}, tmp_path / name / "reports/cards/clean.json")
    compared = comparison(tmp_path, [tmp_path / "a", tmp_path / "b"])
    assert compared[["study", "title", "n", "hypothesis", "estimate"]].values.tolist() == [
        ["a", "Зерттеу", 40, "H1", 0.5]
    ]
