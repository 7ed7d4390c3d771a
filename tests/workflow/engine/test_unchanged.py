"""What counts as a change, file by file; `test_never_stale.py` asks the same of whole runs."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smartcity_survey.io import write_json, write_text
from smartcity_survey.workflow.unchanged import MEMORY, Origin, forget, is_unchanged, remember

RECORDS = "reports/private/made_from"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study with a folder of printed numbers, one stage and its report, as if a run had ended well."""
    for name in ("config.yaml", "survey.csv", "printed/paper.yaml", "printed/more/table.csv"):
        write_text(name, tmp_path / name)
    for name in ("tables/t.csv", "cards/describe.json", "report.html", "private/answers.csv"):
        write_text(name, tmp_path / "reports" / name)
    made = {
        "describe": (["survey.csv", "printed/more/table.csv"], ["tables/t.csv", "cards/describe.json"]),
        "report": (["printed/paper.yaml", "reports/cards/describe.json"], ["report.html"]),
    }
    for step, (inputs, outputs) in made.items():
        written = [f"reports/{name}" for name in outputs]
        record = {
            kind: {name: digest(tmp_path / name) for name in names}
            for kind, names in (("inputs", inputs), ("outputs", written))
        }
        write_json(record, tmp_path / RECORDS / f"{step}.json")
    return tmp_path


def origin(study: Path, **steps: tuple[str, ...]) -> Origin:
    return Origin(study, False, ("config.yaml", "survey.csv"), ("printed",), steps.get("steps", ()))


def remembered(study: Path, during: Callable[[], object] = lambda: None, **steps: tuple[str, ...]) -> bool:
    """Whether a run in which something happens is remembered, and then found unchanged."""
    forget(study)
    before = origin(study).now()
    during()
    remember(origin(study, **steps), before)
    return (study / MEMORY).is_file() and is_unchanged(study)


def test_a_study_is_unchanged_for_what_the_run_was_asked(study: Path) -> None:
    assert not is_unchanged(study)
    assert remembered(study)
    assert not is_unchanged(study, chapter=True)
    (study / "reports/private/logs").mkdir()
    write_text("done", study / "reports/private/logs/describe.log")
    write_text("not of the study", study / "notes.txt")
    assert is_unchanged(study)


def run_elsewhere(folder: Path, *command: str) -> int:
    folder.mkdir(exist_ok=True)
    return subprocess.run([sys.executable, *command], cwd=folder, check=False).returncode


def test_another_program_is_told_the_same_wherever_it_was_started(study: Path, tmp_path: Path) -> None:
    script = tmp_path / "bin" / "run.py"
    parts = ("import sys", "from pathlib import Path", "from smartcity_survey.workflow.unchanged import *")
    made = f"o = Origin(Path({str(study)!r}), False, ('config.yaml', 'survey.csv'), ('printed',), ())"
    script.parent.mkdir()
    script.write_text("\n".join((*parts, made, "remember(o, o.now())")), encoding="utf-8")
    assert run_elsewhere(tmp_path / "a", str(script)) == 0
    asked = ("-m", "smartcity_survey.workflow.unchanged", str(study))
    assert [run_elsewhere(tmp_path / place, *asked) for place in "ab"] == [0, 0]
    write_text("other", study / "config.yaml")
    assert run_elsewhere(tmp_path / "b", *asked) == 1


@pytest.mark.parametrize(
    "name",
    [
        *("config.yaml", "survey.csv", "printed/paper.yaml", "printed/more/table.csv", "printed/new.csv"),
        *("reports/tables/t.csv", "reports/private/answers.csv", "reports/tables/new.csv"),
        *(f"{RECORDS}/report.json", f"{RECORDS}/new.json"),
    ],
)
def test_an_edit_and_a_new_file_are_changes(study: Path, name: str) -> None:
    assert remembered(study)
    write_text("other", study / name)
    assert not is_unchanged(study)


def test_what_changes_while_a_run_is_at_work_is_not_remembered(study: Path) -> None:
    assert not remembered(study, lambda: write_text("other", study / "config.yaml"))
    assert remembered(study)
    # Nor where all is as before when the run ends.
    survey = study / "survey.csv"
    content = survey.read_bytes()

    def to_and_fro() -> None:
        survey.write_bytes(b"other")
        survey.write_bytes(content)

    assert not remembered(study, to_and_fro)


def test_results_that_are_not_as_recorded_are_not_remembered(study: Path) -> None:
    assert not remembered(study, lambda: write_text("other", study / "reports/tables/t.csv"))


def test_every_step_of_the_study_needs_its_record(study: Path) -> None:
    (study / RECORDS / "chapter.json").write_text("{}", encoding="utf-8")
    assert remembered(study)
    assert not remembered(study, steps=("chapter",))
    (study / RECORDS / "chapter.json").unlink()
    assert not remembered(study, steps=("chapter",))


def test_a_memory_that_cannot_be_read_is_none(study: Path) -> None:
    assert remembered(study)
    for content in ("", "[]", "{}", '{"files": 1, "folders": []}'):
        write_text(content, study / MEMORY)
        assert not is_unchanged(study)
