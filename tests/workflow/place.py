"""A program whose code may be edited, and a study that it ran."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from compileall import compile_dir
from pathlib import Path
from py_compile import PycInvalidationMode

from tests.conftest import REPOSITORY
from tests.workflow.test_nothing_lost import write_study


class Place:
    """A copy of the program, whose code may be edited, and a study that it ran."""

    def __init__(self, folder: Path) -> None:
        self.program, self.study = folder / "program", folder / "study"
        for name in ("src", "rules"):
            shutil.copytree(
                REPOSITORY / name, self.program / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        shutil.copy(REPOSITORY / "Snakefile", self.program)
        # Bytecode that goes by the content of the source: an edit may have the date and size of before.
        compile_dir(
            self.program / "src", quiet=2, workers=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH
        )
        write_study(self.study)

    def _call(self, *command: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        return self._python("-m", *command, folder=folder)

    def _python(
        self, *command: str, folder: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        ours = {"PYTHONPATH": str(self.program / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [sys.executable, *command],
            env=os.environ | ours | environment,
            cwd=folder or self.study,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def run(self, folder: Path | None = None) -> tuple[set[str], set[str], str]:
        """Run a study: rules that did their work, rules whose results are the same, and what was said."""
        finished = self._call("smartcity_survey.cli", "run", ".", "--cores", "2", folder=folder)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        done, same = (
            set(re.findall(rf"^  (\w+): {how}$", finished.stderr, re.MULTILINE))
            for how in ("done", "the same as before")
        )
        return done, same, finished.stdout

    def planned(self, folder: Path | None = None) -> set[str]:
        """Rules that Snakemake would run; planning changes nothing."""
        snakefile = str(self.program / "Snakefile")
        finished = self._call("snakemake", "--snakefile", snakefile, "-n", "--nolock", folder=folder)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        found = re.findall(r"^(?:local)?rule (\w+):", finished.stdout + finished.stderr, re.MULTILINE)
        return set(found) - {"all"}

    def unchanged(self, folder: Path | None = None, **environment: str) -> bool:
        """Whether a run would end before Snakemake begins."""
        finished = self._python("-c", UNCHANGED, folder=folder, **environment)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout.strip() == "True"


UNCHANGED = """
import os, sys
sys.path[0] = os.getcwd()  # as with `python -m`
from pathlib import Path
from smartcity_survey.workflow.unchanged import is_unchanged
print(is_unchanged(Path(".")))
assert not {"pandas", "numpy", "snakemake", "yaml"} & set(sys.modules)
"""

IDLE = """
import sys
from smartcity_survey.cli import main
sys.argv = ["smartcity-survey", "run", "."]
try:
    main()
except SystemExit as ended:
    assert not ended.code
print(sorted({"pandas", "numpy", "scipy", "matplotlib", "snakemake"} & set(sys.modules)))
"""
"""A run with nothing to do, then what it loaded of what takes long: benchmarks/profile_run.py measures it."""
