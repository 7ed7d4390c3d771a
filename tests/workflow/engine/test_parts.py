"""Draws made in parts: the same bytes however many parts there are, and never those of another seed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from smartcity_survey.io import StageResult, write_table
from smartcity_survey.stages.declare import Stage
from smartcity_survey.stages.parts import Made
from smartcity_survey.stats.core.draws import Made as Numbers
from smartcity_survey.workflow.catalogue import makers, stages
from smartcity_survey.workflow.made_from import PARTS
from smartcity_survey.workflow.parts import made_in, units_of_stage, write_part
from smartcity_survey.workflow.stage_job import arguments_of, compute_stage
from smartcity_survey.workflow.study import Study
from tests.workflow.test_nothing_lost import write_study

IN_PARTS = [each.name for each in stages().values() if each.in_parts]
FROM = {"seed": 7}
"""What stands for all that results are made from."""
DRAWN = {
    "pls": {"bootstrap_draws": 1200, "exact_fit_draws": 600},
    "groups": {"variables": ["city"], "smallest": 10, "permutations": 600},
    "robustness": {"null_draws": 100, "power_draws": 20},
    "cfa": {"dynamic_draws": 20, "bootstrap_draws": 150},
}
"""More than one block of each kind."""


OTHER = "earlier.csv"


def add_wave(folder: Path) -> None:
    """An earlier wave of the small study: half of the same people."""
    survey = pd.read_csv(folder / "жауаптар 1.csv")
    survey.iloc[:30].to_csv(folder / OTHER, index=False)
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    wave = {"file": OTHER, "codebook": config["data"]["codebook"]}
    change(folder, study=config["study"] | {"wave": "2026"}, waves={"2024": wave})


def change(folder: Path, **sections: Any) -> None:
    config = folder / "config.yaml"
    content = yaml.safe_load(config.read_text(encoding="utf-8")) | sections
    config.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


class OneStage:
    """A stage of the small study, and what its rule would read."""

    def __init__(self, study: Study, name: str) -> None:
        self.study = study  # its files are gone with it
        catalogue = study._catalogue
        for frame in catalogue.read_by(name):
            study._result(makers()[frame].name)
        self.stage: Stage = stages()[name]
        self.inputs, self.params = catalogue.inputs(name), catalogue.params(name)

    def units(self) -> list[str]:
        arguments = arguments_of(self.stage, self.inputs, self.params)
        return [name for name, _ in units_of_stage(self.stage, arguments)]

    def parts(self, number: int, folder: Path) -> list[Path]:
        paths = [folder / f"{part}-of-{number}.npz" for part in range(1, number + 1)]
        for path in paths:
            write_part(self.stage, self.inputs, self.params, path.stem, FROM, path)
        return paths

    def result(self, made: Made | None = None) -> StageResult:
        given = () if made is None else (made,)
        return compute_stage(self.stage, self.inputs, self.params, *given)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    folder = tmp_path_factory.mktemp("parts") / "study"
    write_study(folder)
    change(folder, **DRAWN)
    add_wave(folder)
    with chdir(folder):
        yield Study(folder)


@pytest.fixture(scope="module")
def clustered(study: Study) -> Iterator[Study]:
    """The same people, drawn in clusters of two or three."""
    folder = study.folder.parent / "clustered"
    write_study(folder)
    change(folder, **DRAWN)
    survey = pd.read_csv(folder / "жауаптар 1.csv")
    survey.assign(school=[number % 17 for number in range(len(survey))]).to_csv(
        folder / "жауаптар 1.csv", index=False
    )
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    change(folder, data=config["data"] | {"cluster": "school"})
    with chdir(folder):
        yield Study(folder)


def text(result: StageResult) -> dict[str, str]:
    """Every digit of every table, and the cards."""
    return {name: table.to_csv() for name, table in result.tables.items()} | {"cards": repr(result.cards)}


@pytest.mark.parametrize("name", IN_PARTS)
def test_the_same_bytes_in_any_number_of_parts_and_nothing_is_drawn_twice(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    kind = "clustered" if name == "model_bootstrap" else "study"
    of: Study = request.getfixturevalue(kind)
    with chdir(of.folder):
        check_parts(OneStage(of, name), tmp_path)


def check_parts(one: OneStage, tmp_path: Path) -> None:
    whole = text(one.result())
    planned = one.units()
    assert len(planned) == len(set(planned)) > 1
    for number in (1, 2, 3, 7, 16):
        made = made_in(one.parts(number, tmp_path), FROM)
        asked: list[str] = []

        def counted(unit: str, made: Made = made, asked: list[str] = asked) -> Numbers | None:
            asked.append(unit)
            found = made(unit)
            assert found is not None, f"{unit} is in no part"
            return found

        assert text(one.result(counted)) == whole, f"{number} parts"
        assert sorted(asked) == sorted(planned)


def test_what_parts_left_out_the_stage_draws_itself(study: Study, tmp_path: Path) -> None:
    one = OneStage(study, "pls")
    first, *_ = one.parts(3, tmp_path)
    assert text(one.result(made_in([first], FROM))) == text(one.result())


@pytest.mark.parametrize("broken", ["of another seed", "cut short", "no part", "not there"])
def test_parts_of_other_things_are_left_aside(broken: str, study: Study, tmp_path: Path) -> None:
    paths = OneStage(study, "groups").parts(2, tmp_path)
    wanted = FROM
    if broken == "of another seed":
        wanted = {"seed": 8}
    for path in paths:
        if broken == "cut short":
            path.write_bytes(path.read_bytes()[:-100])
        elif broken == "no part":
            path.write_text("no part", encoding="utf-8")
        elif broken == "not there":
            path.unlink()
    made = made_in(paths, wanted)
    assert [name for name in OneStage(study, "groups").units() if made(name) is not None] == []


def test_a_stage_without_a_solution_has_parts_without_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    write_study(folder)
    change(folder, **DRAWN)
    survey = folder / "жауаптар 1.csv"
    pd.read_csv(survey).assign(T1=3).to_csv(survey, index=False)
    with chdir(folder):
        one = OneStage(Study(folder), "pls")
        made = made_in(one.parts(2, tmp_path), FROM)
        assert one.units() == []
        assert text(one.result(made)) == text(one.result())


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "smartcity_survey", "run", str(folder), "--cores", "2", *options]
    finished = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert finished.returncode == 0, finished.stderr
    return finished


def check_tables(folder: Path, name: str) -> None:
    """The tables that a run wrote have the bytes of those that the stage gives without parts."""
    for table, expected in Study(folder).run(name).tables.items():
        write_table(expected, folder / "expected.csv")
        written = folder / f"reports/tables/{table}.csv"
        assert written.read_bytes() == (folder / "expected.csv").read_bytes(), table


def test_a_run_in_parts_then_one_with_another_seed_over_parts_that_were_left(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    write_study(folder)
    change(folder, **DRAWN)
    first = run(folder, "--parts", "3")
    for name in set(IN_PARTS) - {"waves", "model_bootstrap"}:
        assert f"  {name}_2_of_3: done" in first.stderr
        check_tables(folder, name)
    assert not (folder / PARTS).exists()
    assert "nothing to do" in run(folder, "--parts", "7").stdout
    with chdir(folder):
        one = OneStage(Study(folder), "pls")
    change(folder, seed=8)
    with chdir(folder):
        left = one.parts(3, folder / PARTS / "pls")  # as a run leaves them that was killed
    second = run(folder, "--parts", "3")
    assert "  pls: done" in second.stderr
    assert "  read: done" not in second.stderr
    check_tables(folder, "pls")
    assert not any(path.exists() for path in left)
