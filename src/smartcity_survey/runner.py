"""Run a study through Snakemake and say in plain words what happened."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from smartcity_survey.check import check_study
from smartcity_survey.errors import SurveyError

SNAKEFILE = Path(__file__).resolve().parents[2] / "Snakefile"

# One BLAS thread per process: results are then the same bits on any number of cores, and two rules
# side by side do not fight over them.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1", "MPLBACKEND": "Agg"}


def run_study(folder: Path, cores: int) -> int:
    """Bring the reports of a study up to date; the exit code is Snakemake's.

    Raises
    ------
    SurveyError
        where the study cannot be run: config, codebook or survey file have problems.
    """
    if not SNAKEFILE.is_file():
        raise SurveyError(str(SNAKEFILE), "no such file.", "Run from a checkout of the project.")
    check_study(folder)
    command = [
        *(sys.executable, "-m", "snakemake"),
        *("--snakefile", str(SNAKEFILE), "--directory", str(folder), "--cores", str(cores)),
        *("--rerun-incomplete", "--nolock", "--quiet", "host", "reason"),
    ]
    finished = subprocess.run(command, env=os.environ | _ENVIRONMENT, check=False)
    if finished.returncode == 0:
        print(f"Up to date: {(folder / 'reports' / 'report.html').as_posix()}")
    return finished.returncode
