"""CONTRIBUTING.md, executed in a copy of the project: files written, edits made, commands run.

A tiny study in the new language, from a file of the new format, then shows the new table on its page.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.docs.test_new_wave_tutorial import edit, require_output
from tests.workflow.studies.test_small_study import QUICK

PAGE = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
_BLOCK = re.compile(
    r"^(?:`(?P<path>[^`\n]+)`:\n\n)?```(?P<kind>\w+)\n(?P<content>.*?)^```$", re.DOTALL | re.MULTILINE
)
_LANGUAGE = re.compile(r"/locale/(?:en|ru|kk|de)(?:/\w+\.yaml)?$")


def section(title: str) -> str:
    """The text of a part of the page."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def files(text: str) -> list[str]:
    """The files that a part writes, edits or copies to, each once."""
    found = []
    for block in _BLOCK.finditer(text):
        if block["path"]:
            found.append(block["path"])
        elif block["kind"] == "diff":
            found.append(block["content"].splitlines()[0].removeprefix("--- "))
        else:
            assert block["kind"] == "console", block[0]
            found += [line.split()[-1] for line in block["content"].splitlines() if line.startswith("$ cp ")]
    return list(dict.fromkeys(found))


def kinds(text: str) -> set[str]:
    """Those files, where words count once, in whatever languages and sections."""
    return {_LANGUAGE.sub("/locale/<language>", file) for file in files(text)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project without its results."""
    folder = tmp_path / "project"
    folder.mkdir()
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=REPOSITORY, capture_output=True, encoding="utf-8", check=True
    ).stdout.splitlines()
    for name in tracked:
        if not name.startswith("reports/") and (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(REPOSITORY / name, folder / name)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def run(command: str, folder: Path) -> str:
    """Output of a command in a copy of the project, by the copy's package; it must succeed."""
    program, *arguments = shlex.split(command)
    if program == "cp":
        copy = shutil.copytree if arguments[0] == "-r" else shutil.copyfile
        copy(*(folder / name for name in arguments if name != "-r"))
        return ""
    assert program == ".venv/bin/python"
    finished = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    return finished.stdout


def perform(text: str, folder: Path) -> None:
    """The steps of a part in their order."""
    for block in _BLOCK.finditer(text):
        content = block["content"]
        if block["path"]:
            assert not (folder / block["path"]).exists()
            (folder / block["path"]).write_text(content, encoding="utf-8")
        elif block["kind"] == "diff":
            edit(content, folder)
        else:
            for part in content.removeprefix("$ ").split("\n$ "):
                command, _, shown = part.partition("\n")
                require_output(shown, run(command, folder))


def write_study(folder: Path, survey: pd.DataFrame, codebook: dict[str, Any], config: dict[str, Any]) -> None:
    """A tiny study in the copy, as a `.csv` and as a `.jsonl` file."""
    folder.mkdir()
    survey.to_csv(folder / "survey.csv", index=False, encoding="utf-8")
    survey.to_json(folder / "survey.jsonl", orient="records", lines=True)
    for name, content in (("config.yaml", config | QUICK), ("codebook.yaml", codebook)):
        (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("title", "said", "n"),
    [
        ("A statistic", "That is {} kinds of files", 2),
        ("A stage with a table and a figure", "**{} kinds of files**", 7),
        ("A language", "A language takes {} kinds of files", 3),
        ("An input format", "It takes {} kinds of files", 5),
    ],
)
def test_the_numbers_of_files_are_those_of_the_steps(title: str, said: str, n: int) -> None:
    text = section(title)
    assert len(kinds(text)) == n <= 8
    assert said.format(n) in text.replace("\n", " ")


def test_a_stage_takes_fifteen_files_and_two_of_them_are_the_figures() -> None:
    found = files(section("A stage with a table and a figure"))
    assert len(found) == 15
    assert sum("report/figures/" in file for file in found) == 2


@pytest.fixture
def extended(
    project: Path, survey: pd.DataFrame, codebook_content: dict[str, Any], config_content: dict[str, Any]
) -> Path:
    """The copy after all steps, with a tiny study in the new language, read from the new format."""
    study = project / "my-study"
    write_study(study, survey, codebook_content, config_content)
    for title in ("A statistic", "A stage with a table and a figure", "A language", "An input format"):
        perform(section(title), project)
    config_content["study"]["language"] = "de"
    config_content["data"]["file"] = "survey.jsonl"
    (study / "config.yaml").write_text(yaml.safe_dump(config_content | QUICK), encoding="utf-8")
    return project


def require_table(study: Path, survey: pd.DataFrame) -> None:
    """The new table holds what pandas computes of the answers."""
    table = pd.read_csv(study / "reports/tables/split_half.csv").set_index("construct")
    own = survey[["U1", "U3"]].sum(axis=1).corr(survey["U2"])
    assert table.loc["use", "half_correlation"] == pytest.approx(own)


def test_the_steps_work_as_printed(extended: Path, survey: pd.DataFrame) -> None:
    assert "Nothing stands in the way" in run(
        ".venv/bin/python -m smartcity_survey.cli check my-study", extended
    )
    for command in ("check", "format --check"):
        run(f".venv/bin/python -m ruff {command} src tests", extended)
    run(".venv/bin/python -m snakemake --directory my-study --cores 1 halves", extended)
    require_table(extended / "my-study", survey)


@pytest.mark.slow
def test_the_new_table_and_figure_are_on_the_page(extended: Path, survey: pd.DataFrame) -> None:
    run(".venv/bin/python -m smartcity_survey.cli run my-study", extended)
    require_table(extended / "my-study", survey)
    page = (extended / "my-study/reports/report.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in page
    assert 'id="table-split_half"' in page
    assert 'id="figure-split_half"' in page
