"""Where steps work: what Snakemake is told, and what is said of steps that failed where nobody saw them."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smartcity_survey import adding, cli
from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import LANGUAGES, translated
from smartcity_survey.workflow import machines, run
from smartcity_survey.workflow.machines import JOBS, Machines
from smartcity_survey.workflow.profiles import MOST_PARTS, profile_file


def test_steps_work_here_unless_another_place_is_named():
    told = Machines(3).options(["A"])
    assert told[:4] == ["--workflow-profile", "none", "--cores", "3"]
    assert told[-2:] == ["--quiet", "all"]
    assert not Machines(3).elsewhere


@pytest.fixture
def any_plugin(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr(machines, "find_spec", lambda name: asked.append(name) or True)
    return asked


def test_an_executor_is_given_jobs_and_the_variables_of_every_step(any_plugin):
    told = Machines(3, "cluster-generic").options(["A", "B"])
    assert any_plugin == ["snakemake_executor_plugin_cluster_generic"]
    assert told[:5] == ["--workflow-profile", "none", "--envvars", "A", "B"]
    assert told[told.index("--executor") + 1] == "cluster-generic"
    assert told[told.index("--jobs") + 1] == str(JOBS)
    assert "--latency-wait" in told
    assert "--cores" not in told


def profile(folder: Path, text: str) -> str:
    folder.mkdir()
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    return str(folder)


def test_what_a_profile_says_is_not_said_over_it(any_plugin, tmp_path: Path):
    mine = profile(tmp_path / "mine", "executor: slurm\njobs: 20\nslurm-init-seconds: 5\n")
    told = Machines(3, profile=mine).options([])
    assert told[told.index("--profile") + 1] == mine
    assert not {"--jobs", "--latency-wait", "--executor", "--cores"} & set(told)
    asked = Machines(3, profile=mine, jobs=7).options([])
    assert asked[asked.index("--jobs") + 1] == "7"


def test_an_executor_that_is_not_there_is_named_with_its_package():
    with pytest.raises(SurveyError, match="snakemake-executor-plugin-no-such") as raised:
        Machines(1, "no-such").options([])
    assert "--executor no-such" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "place", "found"),
    [
        ("executor: no-such\njobs: 3\n", ", executor: no-such", "Snakemake has no such executor here."),
        ("jobs: 3\ncores: [\n", ", line 3", "not valid yaml: a value is missing."),
        ("a: b: c\n", ", line 1", "not valid yaml: a colon stands where no key can."),
        ("", "", "it is empty."),
        ("- executor\n", "", "it holds no keys with values."),
        ("jobs: many\n", ", jobs", "'many' is no whole number from 1 on."),
        ("cores: -2\n", ", cores", "-2 is no whole number from 1 on."),
        ("set-scatter: draws=100000000\n", ", set-scatter", "draws are made in 100000000 parts."),
        ("set-scatter:\n  draws: 0\n", ", set-scatter", "draws are made in 0 parts."),
    ],
)
def test_what_is_wrong_with_a_profile_is_told_in_one_line(tmp_path: Path, text: str, place: str, found: str):
    mine = profile(tmp_path / "mine", text)
    with pytest.raises(SurveyError) as raised:
        Machines(1, profile=mine).require()
    [one] = raised.value.problems
    assert (one.place, one.found) == (f"{Path(mine).as_posix()}/config.yaml{place}", found)
    assert one.remedy
    for part in (one.found, one.remedy):
        assert len({translated(part, language) for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize(
    "text", ["jobs: unlimited\ncores: all\n", "set-scatter: draws=16\nexecutor: local\n"]
)
def test_a_profile_that_says_where_is_taken(tmp_path: Path, text: str):
    Machines(1, profile=profile(tmp_path / "mine", text)).require()


def test_a_profile_is_found_where_snakemake_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    snakemakes = importlib.import_module("snakemake.cli").get_profile_dir
    monkeypatch.chdir(tmp_path)
    for name, files in (
        ("one", ["config.yaml"]),
        ("two", ["config.yaml", "config.v8+.yaml", "config.v999+.yaml"]),
        ("three", ["profile.yaml", "other.yaml"]),
        ("none", ["other.yaml"]),
    ):
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).touch()
    for name in ("one", "two", "three", "none", "nowhere", "one/config.yaml", str(tmp_path / "two")):
        found = snakemakes(name)
        own = profile_file(name)
        assert (own and own.resolve()) == (found and found[1].resolve())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--cores", "-2"], "--cores"),
        (["--jobs", "-1"], "--jobs"),
        (["--parts", "0"], "--parts"),
        (["--parts", str(MOST_PARTS + 1)], "--parts"),
        (["--executor", "no-such"], "--executor no-such"),
        (["--profile", "no-such"], "--profile no-such"),
    ],
)
def test_options_are_checked_though_nothing_is_to_do(
    options: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("smartcity_survey.workflow.unchanged.is_unchanged", lambda study: True)
    assert CliRunner().invoke(cli.app, ["--language", "en", "run", str(tmp_path)]).exit_code == 0
    ended = CliRunner().invoke(cli.app, ["--language", "en", "run", str(tmp_path), *options])
    assert ended.exit_code
    assert said in f"{ended.output}{ended.exception}"


@pytest.mark.parametrize(
    ("has_pip", "command"), [(True, "-m pip install"), (False, "uv pip install --python")]
)
def test_the_command_that_adds_a_package_fits_the_environment(
    monkeypatch: pytest.MonkeyPatch, has_pip: bool, command: str
):
    monkeypatch.setattr(adding, "find_spec", lambda name: has_pip or None)
    said = adding.how_to_add("some-package")
    assert command in said
    assert sys.executable in said
    assert said.endswith(" some-package")


def test_only_steps_that_failed_in_this_run_are_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    logs = tmp_path / run.LOGS
    logs.mkdir(parents=True)
    (logs / "cfa.log").write_text("old trouble\n", encoding="utf-8")
    before = (logs / "cfa.log").stat().st_mtime_ns
    (logs / "pls.log").write_text("a warning\nout of memory\n", encoding="utf-8")
    (logs / "sem.log").write_text("a warning\ndone\n", encoding="utf-8")
    run._tell_of_failures(tmp_path, before)
    assert capsys.readouterr().err == "  pls: out of memory\n"


def test_draws_are_made_in_as_many_parts_as_are_asked_for(any_plugin, tmp_path: Path):
    mine = profile(tmp_path / "mine", "executor: slurm\nset-scatter: draws=16\n")
    for machines_of in ({}, {"executor": "slurm"}, {"profile": mine}):
        assert "--set-scatter" not in Machines(2, **machines_of).options([])
        asked = Machines(2, **machines_of, parts=4).options([])
        assert asked[asked.index("--set-scatter") + 1] == "draws=4"


@pytest.mark.parametrize(
    "line",
    [
        *("config: [seed=99]", "configfile: other.yaml", "snakefile: other", "directory: other"),
        *("slurm-account: mine", "forcerun: [pls]", "until: [read]", "dry-run: true", "touch: true"),
    ],
)
def test_a_profile_that_says_what_is_computed_is_refused(tmp_path: Path, line: str):
    mine = profile(tmp_path / "mine", f"jobs: 2\n{line}\n")
    with pytest.raises(SurveyError, match="nothing of what they do") as raised:
        Machines(3, profile=mine).options([])
    assert f"mine/config.yaml, {line.partition(':')[0]}: " in str(raised.value)


def test_a_profile_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(SurveyError, match="Snakemake finds no such profile"):
        Machines(3, profile=str(tmp_path / "none")).options([])


def test_of_snakemakes_variables_those_of_the_executor_come_through(tmp_path: Path):
    """The profile is told as an option, and to the report, which says so beside its versions."""
    given = {
        "SNAKEMAKE_PROFILE": "theirs",
        "SNAKEMAKE_SLURM_TOKEN": "a",
        "SNAKEMAKE_S3_KEY": "b",
        "PATH": "c",
    }
    assert Machines(1).environment(given) == {"PATH": "c"}
    assert Machines(1, "slurm").environment(given) == {"PATH": "c", "SNAKEMAKE_SLURM_TOKEN": "a"}
    mine = profile(tmp_path / "mine", "executor: slurm\n")
    expected = {"PATH": "c", "SNAKEMAKE_SLURM_TOKEN": "a", machines.PROFILE: mine}
    assert Machines(1, profile=mine).environment(given) == expected


def test_snakemakes_own_variable_names_a_profile(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SNAKEMAKE_PROFILE", "theirs")
    assert (machines.from_variable(""), machines.from_variable("mine")) == ("theirs", "mine")
    monkeypatch.delenv("SNAKEMAKE_PROFILE")
    assert machines.from_variable("") == ""


@pytest.mark.parametrize(
    ("pages", "told"), [(2**21, ["--resources", "mem_mb=8192"]), (-1, []), (AttributeError(), [])]
)
def test_steps_here_share_the_memory_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, pages: int | Exception, told: list[str]
) -> None:
    def sysconf(name: str) -> int:
        if isinstance(pages, Exception):
            raise pages
        return pages if name == "SC_PHYS_PAGES" else 4096

    monkeypatch.setattr(os, "sysconf", sysconf, raising=False)
    assert Machines(3).options([])[4:-2] == told
