"""What stands where a step writes a file, and is no file, is named; it is no matter for a traceback."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import SimpleNamespace

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_table, remove, require_places, write_text
from smartcity_survey.workflow.hold import hold, step_at_work
from smartcity_survey.workflow.made_from import RECORDS
from smartcity_survey.workflow.perform import perform
from smartcity_survey.workflow.run import cache_of
from tests.conftest import REPOSITORY

SCRIPT = str(REPOSITORY / "rules/scripts/report.py")
TABLE, FIGURE, LOG = "reports/tables/t.csv", "reports/figures/f.svg", "reports/private/logs/make.log"
JOB = SimpleNamespace(rule="make", input=(), output=(TABLE,), params={}, log=(LOG,))


def work() -> list[str]:
    """A table that Snakemake knows of, and a figure that it does not."""
    write_text("t", TABLE)
    write_text("f", FIGURE)
    return [FIGURE]


@pytest.fixture(autouse=True)
def _study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put_folder(place: str) -> str:
    Path(place).unlink(missing_ok=True)
    Path(place, "kept").mkdir(parents=True)
    return f"{place}: a folder stands where a file of this name should be. Move the folder elsewhere, "


def put_file(place: str) -> str:
    Path(place).mkdir(parents=True, exist_ok=True)
    for path in sorted(Path(place).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    Path(place).rmdir()
    Path(place).write_text("kept", encoding="utf-8")
    return f"{place}: a file stands where a folder of this name should be. Move the file elsewhere, "


@pytest.mark.parametrize(
    ("put", "place"),
    [
        *((put_folder, place) for place in (TABLE, FIGURE, LOG, f"{RECORDS.as_posix()}/make.json")),
        (put_folder, "reports/private/steps.lock"),
        (put_file, "reports/tables"),
        (put_file, "reports/private/made_from"),
        (put_file, "reports"),
    ],
)
@pytest.mark.parametrize("before", [True, False], ids=["after a run", "before the first"])
def test_a_step_names_what_stands_in_the_place_of_a_file(
    put: Callable[[str], str], place: str, before: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    if before:
        perform(JOB, SCRIPT, work)
    told = put(place)
    capsys.readouterr()
    with pytest.raises(SystemExit):
        perform(JOB, SCRIPT, work)
    assert capsys.readouterr().err.startswith(told)
    assert Path(place).exists()
    # Nothing is taken for up to date, and the next run mends it.
    if put is put_folder:
        Path(place, "kept").rmdir()
        Path(place).rmdir()
        perform(JOB, SCRIPT, work)
        assert Path(FIGURE).read_text(encoding="utf-8") == "f"


@pytest.mark.parametrize("name", ["run.lock", "steps.lock"])
def test_a_run_names_a_folder_in_the_place_of_a_lock(name: str) -> None:
    told = put_folder(f"reports/private/{name}")
    with pytest.raises(SurveyError, match="a folder stands") as error, hold(Path()):
        pass
    assert str(error.value).startswith(told)
    if name == "steps.lock":
        with pytest.raises(SurveyError, match="a folder stands"), step_at_work(Path()):
            pass


def test_a_folder_named_like_a_half_written_file_is_left(tmp_path: Path) -> None:
    (tmp_path / "reports/.x.partial").mkdir(parents=True)
    (tmp_path / "reports/.y.partial").touch()
    with hold(tmp_path):
        pass
    assert [path.name for path in (tmp_path / "reports").glob("*.partial")] == [".x.partial"]


def test_a_table_that_is_a_folder_is_named() -> None:
    with pytest.raises(SurveyError, match=r"a\.csv: a folder stands where a file of this name should be"):
        read_table(put_folder("a.csv").split(":")[0])


def test_every_such_place_is_named_once() -> None:
    Path("a.csv").mkdir()
    Path("b").touch()
    with pytest.raises(SurveyError) as error:
        require_places(["a.csv", "b/c.csv", "b/d.csv", "e/f.csv"])
    assert [problem.place for problem in error.value.problems] == ["a.csv", "b"]
    with pytest.raises(SurveyError, match=r"^a\.csv: a folder stands"):
        remove("a.csv")
    remove("none.csv")


def refuse(what: BaseException) -> Callable[[], list[str]]:
    def work() -> list[str]:
        raise what

    return work


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (MemoryError(), "make: there is too little memory."),
        (OSError(errno.EMFILE, "", "data.csv"), "data.csv: too many files are open."),
        (OSError(errno.ENOSPC, ""), "make: no space is left on the disk."),
        (BrokenProcessPool(), "make: a process of it was ended from outside."),
    ],
)
def test_what_the_system_takes_from_a_step_is_told_in_a_sentence(
    what: BaseException, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        perform(JOB, SCRIPT, refuse(what))
    told = capsys.readouterr().err
    assert told.startswith(sentence)
    assert told.count("\n") == 1
    assert Path(LOG).read_text(encoding="utf-8") == told


def test_packages_keep_their_files_in_the_study_of_a_user_without_a_home(tmp_path: Path) -> None:
    """`test_sharing.py` runs a study so; Snakemake ended without a word."""
    own = dict.fromkeys(("XDG_CACHE_HOME", "MPLCONFIGDIR"), str(tmp_path / "study/.snakemake/cache"))
    study = tmp_path / "study"
    assert cache_of(study, {"HOME": os.devnull}) == own
    assert cache_of(study, {"HOME": str(tmp_path)}) == {}
    assert cache_of(study, {"HOME": os.devnull, "XDG_CACHE_HOME": str(tmp_path / "not/yet")}) == {}
    assert cache_of(study, {"HOME": str(tmp_path), "XDG_CACHE_HOME": f"{os.devnull}/cache"}) == own
