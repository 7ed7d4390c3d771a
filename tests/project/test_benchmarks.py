"""The benchmark runs and writes what it promises; how long things take is nobody's business here."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.conftest import REPOSITORY

BENCHMARKS = REPOSITORY / "benchmarks"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import bench

    return bench


def test_results_are_written_for_machines_and_for_people(bench: ModuleType, tmp_path: Path) -> None:
    rows = [
        bench.Row("one fit", 0.002, "peer 1.0", 0.37, "under 2 ms"),
        bench.Row("growth", 2.0, "", None, "linear"),
    ]
    bench.write(rows, tmp_path)
    with (tmp_path / "results.csv").open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert list(written[0]) == ["task", "ours_seconds", "reference", "reference_seconds", "ratio"]
    assert float(written[0]["ratio"]) == pytest.approx(185)
    assert (written[1]["reference_seconds"], written[1]["ratio"]) == ("", "")
    table = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "| one fit | 2 ms | peer 1.0 | 370 ms | 185 | under 2 ms |" in table
    assert "| growth | 2 s |  |  |  | linear |" in table


def test_every_peer_is_known(bench: ModuleType) -> None:
    """Each program has the task that a line of the table names, and no task that none names."""
    named = [task.reference.split() for task in bench.tasks(bench.FULL) if isinstance(task.reference, str)]
    assert {program for program, _ in named} == {"peers.py", "peers.R"}
    known = {
        "peers.py": r"^def (\w+)\(\w+: int\) -> tuple",
        "peers.R": r"^  (\w+) = function\(\) best_of",
    }
    for program, definition in known.items():
        text = (BENCHMARKS / program).read_text(encoding="utf-8")
        tasks = set(re.findall(definition, text, flags=re.MULTILINE))
        assert {task for which, task in named if which == program} == tasks


def test_a_peer_that_is_not_installed_says_so(bench: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.shutil, "which", lambda _: None)
    name, seconds = bench.peer("peers.R cfa_lavaan", bench.FULL)
    assert (name, seconds) == ("lavaan: not timed, R is not installed", None)
    monkeypatch.undo()
    monkeypatch.setattr(bench.shutil, "which", lambda _: "/usr/bin/Rscript")
    monkeypatch.setattr(bench, "measured", lambda _: {"missing": "R has no package psych"})
    name, seconds = bench.peer("peers.R factors_psych", bench.FULL)
    assert (name, seconds) == ("psych: not timed, R has no package psych", None)


def test_whole_analysis_of_a_small_survey(bench: ModuleType, tmp_path: Path) -> None:
    import whole_analysis

    x = bench.larger(600)
    assert x.shape == (600, 51)
    assert (x.min(), x.max()) == (1, 5)
    path = tmp_path / "survey.csv"
    header = ",".join(f"i{j}" for j in range(51))
    np.savetxt(path, x, fmt="%d", delimiter=",", header=header, comments="", encoding="utf-8")
    np.testing.assert_array_equal(whole_analysis.read(path), x)
    whole_analysis.analyse(path, 20)


def test_the_wide_study_passes_the_check(bench: ModuleType, tmp_path: Path) -> None:
    import wide_study

    from smartcity_survey.check import check_study

    wide_study.write_study(tmp_path, 3, 4, 200)
    checked = check_study(tmp_path)
    assert any("12 items" in line for line in checked.summary), checked.summary


def test_growth_is_measured_and_drawn(bench: ModuleType, tmp_path: Path) -> None:
    """Of points whose time is the square of their size."""
    import growth

    name = "one PLS fit"
    points = [growth.Point(name, "constructs", size, size**2 / 1000, 2.0) for size in (5, 10, 20)]
    assert growth.exponent(points) == pytest.approx(2)
    assert growth.exponent(points[:2]) is None  # too short to tell
    growth.write({name: points}, tmp_path)
    assert f"| {name} | constructs | 5 | 20 | 0.03 to 0.40 | 2 to 2 | 2.00 |" in (
        tmp_path / "growth.md"
    ).read_text(encoding="utf-8")
    assert (tmp_path / "growth.csv").read_text(encoding="utf-8").count("\n") == 4
    assert "<svg" in (tmp_path / "growth.svg").read_text(encoding="utf-8")


def test_every_task_of_growth_works_at_its_smallest_size(bench: ModuleType) -> None:
    from growth_tasks import TASKS

    for task in TASKS.values():
        task.prepare(task.sizes[0])()


def test_one_pass_over_a_file_is_the_whole_analysis(bench: ModuleType, tmp_path: Path) -> None:
    streaming = pytest.importorskip("streaming", reason="pyarrow is not installed")
    streaming.write(tmp_path, 12_000, 100)
    n, seconds = streaming.timed(tmp_path)
    assert n == 12_000
    assert {"one pass over the file", "components", "PLS-SEM"} <= set(seconds)
