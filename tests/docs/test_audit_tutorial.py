"""docs/audit-example.md, executed: every command gives the output shown, every edit finds its lines."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from smartcity_survey import audit
from tests.conftest import REPOSITORY
from tests.docs.test_new_wave_tutorial import command_line, edit, require_output

_BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def run(command: str, folder: Path) -> tuple[str, int]:
    """Output and exit code of a shown command."""
    program, *arguments = shlex.split(command)
    if program == "cat":
        return (folder / arguments[0]).read_text(encoding="utf-8"), 0
    assert program == "smartcity-survey"
    finished = command_line(arguments, folder)
    assert not finished.stderr, finished.stderr
    return finished.stdout, finished.returncode


def test_the_example_works_as_printed(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "docs/tutorial", tmp_path / "docs/tutorial")
    blocks = _BLOCK.findall((REPOSITORY / "docs/audit-example.md").read_text(encoding="utf-8"))
    codes = []
    for kind, content in blocks:
        if kind == "diff":
            edit(content, tmp_path)
            continue
        for part in content.removeprefix("$ ").split("\n$ "):
            command, _, shown = part.partition("\n")
            given, code = run(command, tmp_path)
            require_output(shown, given)
            if " audit " in command:
                codes.append(code)
                findings = audit.run(tmp_path / "another")
                wrong = findings[findings["consistent"].eq(False).fillna(False)]
                told = " ".join(wrong.explanation)
                assert all(n in told for n in ("0.549 is meant", "1.109", "0.312")) == bool(code)
    assert codes == [1, 0]


def test_the_comparison_s_counts_are_those_of_the_tests() -> None:
    from tests.audit import test_scrutiny as examples

    page = (REPOSITORY / "docs/audit-compared.md").read_text(encoding="utf-8")
    further = [*examples.FURTHER, *examples.PERCENTAGES]
    judged = [case for case in further if case[-1] is not None]
    assert f"all {len(examples.PIGS1)} of" in page
    assert f"on its {len(judged)} other published cases" in page
    assert f"DEBIT on {len(examples.DEBIT)} of {len(examples.DEBIT)}" in page
