"""Where steps work: what Snakemake is told, and what is said of steps that failed where nobody saw them."""

from __future__ import annotations

from pathlib import Path

import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.workflow import machines, run
from smartcity_survey.workflow.machines import JOBS, Machines


def test_steps_work_here_unless_another_place_is_named():
    assert Machines(3).options(["A"]) == ["--cores", "3", "--quiet", "all"]
    assert not Machines(3).elsewhere


@pytest.fixture
def any_plugin(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr(machines, "find_spec", lambda name: asked.append(name) or True)
    return asked


def test_an_executor_is_given_jobs_and_the_variables_of_every_step(any_plugin):
    told = Machines(3, "cluster-generic").options(["A", "B"])
    assert any_plugin == ["snakemake_executor_plugin_cluster_generic"]
    assert told[:3] == ["--envvars", "A", "B"]
    assert told[told.index("--executor") + 1] == "cluster-generic"
    assert told[told.index("--jobs") + 1] == str(JOBS)
    assert "--latency-wait" in told
    assert "--cores" not in told


def test_what_a_profile_says_is_not_said_over_it(any_plugin):
    told = Machines(3, profile="mine").options([])
    assert told[told.index("--profile") + 1] == "mine"
    assert not {"--jobs", "--latency-wait", "--executor", "--cores"} & set(told)
    asked = Machines(3, profile="mine", jobs=7).options([])
    assert asked[asked.index("--jobs") + 1] == "7"


def test_an_executor_that_is_not_there_is_named_with_its_package():
    with pytest.raises(SurveyError, match="snakemake-executor-plugin-no-such") as raised:
        Machines(1, "no-such").options([])
    assert "--executor no-such" in str(raised.value)


def test_only_steps_that_failed_in_this_run_are_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    logs = tmp_path / run.LOGS
    logs.mkdir(parents=True)
    (logs / "cfa.log").write_text("old trouble\n", encoding="utf-8")
    before = (logs / "cfa.log").stat().st_mtime_ns
    (logs / "pls.log").write_text("a warning\nout of memory\n", encoding="utf-8")
    (logs / "sem.log").write_text("a warning\ndone\n", encoding="utf-8")
    run._tell_of_failures(tmp_path, before)
    assert capsys.readouterr().err == "  pls: out of memory\n"
