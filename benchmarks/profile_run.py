"""Processor and wall seconds of a study's run from nothing, rule by rule, and of one with nothing to do.

    python benchmarks/profile_run.py [STUDY]

runs the bundled study, or that of another folder, in a copy. Steps are measured where they are forked, on
Linux alone; elsewhere only the whole is printed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
STEPS = "BENCHMARK_STEPS"
"""Environment variable: the file that every step adds a line to."""

# In place of `workflow.forks.main`, which becomes Snakemake: the same, and every step is measured.
MEASURED = f"import sys; sys.path.append({str(HERE)!r}); from profile_run import measured; measured()"
RUN = f"""
import sys
from pathlib import Path
from smartcity_survey.workflow import forks, run
forks.START = {MEASURED!r}
from smartcity_survey.workflow.machines import Machines
sys.exit(run.run_study(Path(sys.argv[1]), Machines(int(sys.argv[2]))))
"""


def measured() -> None:
    """`forks.main`, whose steps write rule, processor seconds, wall seconds and peak memory in MiB."""
    import resource

    from smartcity_survey.workflow import forks, perform

    rules: list[str] = []
    work, run = perform.perform, forks._run

    def named(job: perform.Job, *more: object) -> None:
        rules.append(job.rule)
        work(job, *more)  # type: ignore[arg-type]

    def timed(script: str) -> int:
        start, wall = os.times(), time.perf_counter()
        code = run(script)
        spent = sum(os.times()[:4]) - sum(start[:4])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        with Path(os.environ[STEPS]).open("a", encoding="utf-8") as file:
            file.write(f"{rules[-1]} {spent:.2f} {time.perf_counter() - wall:.2f} {peak}\n")
        return code

    perform.perform, forks._run = named, timed  # type: ignore[assignment]
    forks.main()


def seconds(command: list[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Processor and wall seconds of a command and of all that it starts.

    Modules are kept compiled, whatever the environment says: half of a run would be compiling libraries.
    """
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start, wall = os.times(), time.perf_counter()
    subprocess.run(command, env={**own, **environment}, check=True, stderr=subprocess.DEVNULL)
    end = os.times()
    spent = end.children_user + end.children_system - start.children_user - start.children_system
    return spent, time.perf_counter() - wall


def copy_of(study: Path, folder: Path) -> Path:
    """The study in another folder: its config and data, and no results."""
    for name in ("data", "config.yaml"):
        source = study / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, folder / name)
    return folder


def main() -> None:
    study = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent
    cores = str(os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as name:
        folder, steps = copy_of(study, Path(name)), Path(name, "steps.txt")
        steps.touch()
        whole = seconds([sys.executable, "-c", RUN, str(folder), cores], {STEPS: str(steps)})
        again = seconds([sys.executable, "-m", "smartcity_survey", "run", str(folder)], {})
        again = seconds([sys.executable, "-m", "smartcity_survey", "run", str(folder)], {})
        rows = [line.split() for line in steps.read_text(encoding="utf-8").splitlines()]
    print(f"{'rule':<24}{'processor':>10}{'wall':>10}{'MiB':>8}")
    for rule, spent, wall, peak in sorted(rows, key=lambda row: -float(row[1])):
        print(f"{rule:<24}{spent:>10}{wall:>10}{peak:>8}")
    if rows:
        print(f"{'start, check, Snakemake':<24}{whole[0] - sum(float(row[1]) for row in rows):>10.2f}")
    print(f"{'from nothing':<24}{whole[0]:>10.2f}{whole[1]:>10.2f}")
    print(f"{'nothing to do':<24}{again[0]:>10.2f}{again[1]:>10.2f}")


if __name__ == "__main__":
    main()
