"""The same bytes whatever the place, time, language and cores, and however often a run is killed."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.workflow.locales import locale_environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and read-only folders as on Unix"),
]

COMMAND = [sys.executable, "-m", "smartcity_survey.cli", "run"]
PLACES = [
    ("plain", "C", {"TZ": "UTC"}, 1),
    ("менің зерттеуім 2", "kk_KZ.UTF-8", {"TZ": "Asia/Almaty"}, 2),
    ("ещё одна «папка»", "ru_RU.CP1251", {"TZ": "Pacific/Chatham", "PYTHONHASHSEED": "7"}, 1),
]


def write_study(folder: Path) -> None:
    """Forty questionnaires of two constructs; few resamples."""
    rng = np.random.default_rng(11)
    common = rng.normal(size=(40, 2)) @ np.array([[1.0, 0.5], [0.0, 1.0]])
    noise = rng.normal(scale=0.6, size=(40, 6))
    answers = np.clip(np.round(3 + np.repeat(common, 3, axis=1) + noise), 1, 5).astype(int)
    items = ["T1", "T2", "T3", "U1", "U2", "U3"]
    survey = pd.DataFrame(answers, columns=items).assign(city=rng.integers(1, 3, size=40))
    codebook = {
        "scale": {"minimum": 1, "maximum": 5},
        "constructs": {"trust": {"label": "Сенім"}, "use": {"label": "Қолдану"}},
        "items": {i: {"construct": "trust" if i < "U" else "use", "label": f"Тармақ {i}"} for i in items},
        "demographics": {"city": {"label": "Қала", "categories": {1: "Алматы", 2: "Түркістан"}}},
    }
    config = {
        "study": {"title": "Шағын зерттеу"},
        "data": {"file": "жауаптар 1.csv", "codebook": "код кітабы.yaml"},
        "cleaning": {"rules": ["missing_items"]},
        "factors": {"parallel": {"draws": 10}},
        "model": {
            "constructs": {"trust": {}, "use": {}},
            "paths": [{"from": ["trust"], "to": "use"}],
            "hypotheses": {"H1": {"from": "trust", "to": "use"}},
        },
        "pls": {"bootstrap_draws": 100},
        "seed": 7,
    }
    folder.mkdir(parents=True)
    survey.to_csv(folder / "жауаптар 1.csv", index=False, encoding="utf-8")
    for name, content in (("код кітабы.yaml", codebook), ("config.yaml", config)):
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def digests(folder: Path) -> dict[str, str]:
    """Every file of the reports but the logs, which tell of the run."""
    reports = folder / "reports"
    return {
        path.relative_to(reports).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(reports.rglob("*"))
        if path.is_file() and "logs" not in path.parts and path.suffix != ".lock"
    }


def run(folder: Path, cores: int = 2, **environment: str) -> None:
    finished = subprocess.run(
        [*COMMAND, str(folder), "--cores", str(cores)],
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def kill_after(folder: Path, seconds: float) -> bool:
    """Start a run and kill all its processes; whether it was still at work."""
    with subprocess.Popen(
        [*COMMAND, str(folder)], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        time.sleep(seconds)
        at_work = process.poll() is None
        if at_work:
            os.killpg(process.pid, signal.SIGKILL)
    return at_work


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One undisturbed run: its files, how long it took, and what it did to its inputs."""
    name, language, environment, cores = PLACES[0]
    folder = tmp_path_factory.mktemp("reference") / name
    write_study(folder)
    inputs = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    for path in inputs:
        path.chmod(0o444)
    start = time.monotonic()
    run(folder, cores, LC_ALL=language, **environment)
    untouched = all((path.read_bytes(), path.stat().st_mtime_ns) == was for path, was in inputs.items())
    return {"files": digests(folder), "seconds": time.monotonic() - start, "inputs_untouched": untouched}


def test_inputs_are_read_only(reference: dict[str, Any]) -> None:
    assert reference["inputs_untouched"]
    assert {"report.html", "manifest.json", "tables/hypotheses.csv"} <= set(reference["files"])


@pytest.mark.parametrize(("name", "language", "environment", "cores"), PLACES[1:], ids=["kk_KZ", "ru_RU"])
def test_place_time_language_and_cores_change_no_byte(
    tmp_path: Path,
    reference: dict[str, Any],
    name: str,
    language: str,
    environment: dict[str, str],
    cores: int,
) -> None:
    spoken = locale_environment(language, tmp_path / "locales")
    if spoken is None:
        pytest.skip(f"this machine has no locale {language} (Debian: package locales)")
    write_study(tmp_path / name)
    run(tmp_path / name, cores, **spoken, **environment)
    assert digests(tmp_path / name) == reference["files"]


ALONE = """
import sys
from smartcity_survey.workflow import forks
forks.can_fork = lambda: False
from smartcity_survey.cli import main
main()
"""


def test_steps_of_their_own_give_the_same_bytes_as_forked_ones(
    tmp_path: Path, reference: dict[str, Any]
) -> None:
    """As where nothing can be forked."""
    write_study(tmp_path / "alone")
    command = [sys.executable, "-c", ALONE, "run", str(tmp_path / "alone"), "--cores", "2"]
    subprocess.run(command, check=True, capture_output=True)
    assert digests(tmp_path / "alone") == reference["files"]


def test_a_run_killed_again_and_again_completes_with_the_same_bytes(
    tmp_path: Path, reference: dict[str, Any]
) -> None:
    folder = tmp_path / "killed"
    write_study(folder)
    moments = random.Random(3)
    at_work = [kill_after(folder, moments.uniform(0.1, 0.5) * reference["seconds"]) for _ in range(5)]
    assert at_work[0]
    run(folder)
    assert digests(folder) == reference["files"]
    assert not list(folder.rglob("*.partial"))
