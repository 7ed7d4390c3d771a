"""Times our numeric core against other packages, all in one run on one machine.

    python benchmarks/bench.py [--quick] [--only TEXT]

writes `results.csv` (task, ours_seconds, reference, reference_seconds, ratio) and `results.md`, the same for
reading. `--quick` takes minutes off by timing fewer draws and rows; such results are printed, not written.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from survey import ANSWERS, larger
from tasks import FULL, QUICK, Sizes, Task, tasks
from threadpoolctl import threadpool_limits

HERE = Path(__file__).resolve().parent
PEERS_PYTHON = HERE.parent / ".venv-bench" / "bin" / "python"
COLUMNS = ("task", "ours_seconds", "reference", "reference_seconds", "ratio")

WORK = """\
A draw of our bootstrap gives outer weights, loadings, path coefficients, R2, f2 and HTMT. A draw of seminr
gives total effects besides (here the same as the paths) and neither R2 nor f2; a draw of plspm gives total
effects and neither f2 nor HTMT. Our polychoric correlations come with their influences, those of psych and
lavaan without."""


@dataclass(frozen=True)
class Row:
    """One line of the results; `ratio` says how many times the reference's time ours fits into."""

    task: str
    ours_seconds: float
    reference: str
    reference_seconds: float | None
    goal: str

    @property
    def ratio(self) -> float | None:
        return None if self.reference_seconds is None else self.reference_seconds / self.ours_seconds


def run(task: Task, sizes: Sizes) -> Row:
    """Time both sides of a task; BLAS has one thread on either, since both run workers of their own."""
    with threadpool_limits(1, user_api="blas"):
        ours = task.ours()
    if task.reference is None:
        return Row(task.name, ours, "", None, task.goal)
    if isinstance(task.reference, str):
        name, seconds = peer(task.reference, sizes)
    else:
        name, seconds = task.reference[0], task.reference[1]()
    return Row(task.name, ours, name, seconds, task.goal)


def peer(reference: str, sizes: Sizes) -> tuple[str, float | None]:
    """Name and seconds of another package, timed in its own environment; no seconds where it is not here."""
    program, task = reference.split()
    if program == "peers.py":
        found = measured([str(PEERS_PYTHON), str(HERE / program), task, str(sizes.peer_draws)])
    elif shutil.which("Rscript"):
        found = measured(["Rscript", str(HERE / program), task, str(ANSWERS)])
    else:
        found = {"missing": "R is not installed"}
    if "missing" in found:
        return f"{task.rpartition('_')[2]}: not timed, {found['missing']}", None
    name, seconds = found["reference"], found["seconds"]
    if task.startswith("bootstrap") and sizes.peer_draws != sizes.draws:
        name += f", {sizes.peer_draws:,} draws scaled up"
        seconds *= sizes.draws / sizes.peer_draws
    return name, seconds


def measured(command: list[str]) -> dict[str, Any]:
    """What a timing process prints."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return dict(json.loads(done.stdout))


def whole_analysis(sizes: Sizes) -> Row:
    """The whole analysis of the largest survey, read in pieces, in a process of its own."""
    n = sizes.growth_rows[-1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.csv"
        x = larger(n)
        header = ",".join(f"i{j}" for j in range(x.shape[1]))
        np.savetxt(path, x, fmt="%d", delimiter=",", header=header, comments="", encoding="utf-8")
        command = [sys.executable, str(HERE / "whole_analysis.py"), str(path), "1000"]
        found = measured(command)
    task = f"whole analysis, {n:,} x 51, 1,000 draws: peak {found['peak_gib']:.1f} GiB"
    return Row(task, found["seconds"], "", None, "within 4 GiB")


def write(rows: list[Row], folder: Path) -> None:
    """`results.csv` and `results.md`."""
    with (folder / "results.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow(["" if (v := getattr(row, column)) is None else v for column in COLUMNS])
    (folder / "results.md").write_text(markdown(rows), encoding="utf-8")


def markdown(rows: list[Row]) -> str:
    """The results for reading."""
    lines = [
        "# How fast",
        "",
        f"Written by `make bench` on {os.cpu_count()} cores, Python {platform.python_version()}, numpy "
        f"{np.__version__}. Survey of 676 respondents and 48 items, six constructs explaining a seventh, "
        "unless the line says otherwise. Seconds are the best of several runs; the ratio is the reference's "
        "time over ours.",
        "",
        "| task | ours | reference | its time | ratio | goal |",
        "|---|---:|---|---:|---:|---|",
    ]
    return "\n".join([*lines, *map(line, rows), "", WORK]) + "\n"


def line(row: Row) -> str:
    """A row of the table for reading."""
    theirs = "" if row.reference_seconds is None else duration(row.reference_seconds)
    ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
    cells = (row.task, duration(row.ours_seconds), row.reference, theirs, ratio, row.goal)
    return f"| {' | '.join(cells)} |"


def duration(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def main() -> None:
    parser = argparse.ArgumentParser(description="Time our numeric core against other packages.")
    parser.add_argument("--quick", action="store_true", help="fewer draws and rows; nothing is written")
    parser.add_argument("--only", default="", help="only tasks whose name contains this; nothing is written")
    options = parser.parse_args()
    sizes = QUICK if options.quick else FULL
    rows = []
    for task in tasks(sizes):
        if options.only in task.name:
            rows.append(run(task, sizes))
            print(line(rows[-1]), flush=True)
    if options.only in "whole analysis":
        rows.append(whole_analysis(sizes))
        print(line(rows[-1]), flush=True)
    if not (options.quick or options.only):
        write(rows, HERE)


if __name__ == "__main__":
    main()
