"""What ends Snakemake itself is told: it is silent on its steps, and would be on that too."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from smartcity_survey.workflow.forks import snakemake
from smartcity_survey.workflow.machines import Machines

OPTIONS = ("all", "--quiet", "all", "--cores", "1", "--nolock")


def errors_of(folder: Path, snakefile: str, *, forking: bool) -> str:
    """What Snakemake says of a workflow that it cannot go through, whose steps are forks of it or not."""
    (folder / "Snakefile").write_text(snakefile, encoding="utf-8")
    done = subprocess.run(
        [*snakemake(forking=forking), *OPTIONS],
        input="\n",  # it may begin
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode
    return done.stderr


@pytest.mark.parametrize(
    ("snakefile", "told"),
    [
        ("raise KeyError('PATH')\n", "Snakemake: it went no further: KeyError: 'PATH'. Mend what it names"),
        ("open('nowhere/it')\n", "nowhere/it: no such file or folder. Run again"),
    ],
)
@pytest.mark.parametrize("forking", [True, False])
def test_an_error_of_its_own_is_one_line(tmp_path: Path, snakefile: str, told: str, forking: bool) -> None:
    said = errors_of(tmp_path, snakefile, forking=forking)
    assert told in said
    assert len(said.splitlines()) == 1


def test_a_step_that_has_told_by_itself_is_not_told_again(tmp_path: Path) -> None:
    said = errors_of(tmp_path, "rule all:\n    shell: 'false'\n", forking=True)
    assert "went no further" not in said


def test_there_is_a_path_where_the_user_has_none() -> None:
    assert Machines(cores=1).environment({"HOME": "/root"})["PATH"] == os.defpath
    assert Machines(cores=1).environment({"PATH": "/own"})["PATH"] == "/own"
