"""A study's stages without Snakemake: the tables of the committed run, nothing written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_table
from smartcity_survey.report.contents import tables_of_people
from smartcity_survey.workflow.catalogue import Catalogue, makers, stages
from smartcity_survey.workflow.study import Study
from tests.conftest import REPOSITORY
from tests.workflow.test_nothing_lost import write_study


def test_a_stage_gives_the_tables_of_the_committed_run() -> None:
    result = Study(REPOSITORY).run("measurement")
    assert set(result.tables) == {"reliability", "fornell_larcker", "htmt"}
    for name, table in result.tables.items():
        committed = read_table(REPOSITORY / f"reports/tables/{name}.csv")
        pd.testing.assert_frame_equal(table, committed, check_dtype=False, rtol=1e-6, atol=1e-9)


def test_every_stage_of_a_small_study_runs_and_nothing_is_written(tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    before = sorted(path.name for path in (tmp_path / "study").rglob("*"))
    study = Study(tmp_path / "study")
    for stage in study.stages:
        assert set(study.run(stage).tables) == set(stages()[stage].made(study.config)), stage
    assert sorted(path.name for path in (tmp_path / "study").rglob("*")) == before
    assert "audit" not in study.stages


def test_groups_of_a_reconstruction_have_columns_and_no_lines(tmp_path: Path) -> None:
    """Its demographics are drawn at random: whatever two groups differ in is chance."""
    found = {}
    for rebuilt in (False, True):
        folder = tmp_path / str(rebuilt)
        write_study(folder)
        config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
        config["study"]["reconstruction"] = rebuilt
        config["groups"] = {"variables": ["city"], "smallest": 10, "permutations": 20}
        (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        study = Study(folder)
        found[rebuilt] = {**study.run("groups").tables, **study.run("regression").tables}
    assert tables_of_people() >= set(study.run("groups").tables)
    for name, table in found[True].items():
        if name in tables_of_people():
            assert len(found[False][name]), name
            assert table.empty, name
            assert list(table.columns) == list(found[False][name].columns), name
        else:
            pd.testing.assert_frame_equal(table, found[False][name])


def test_a_survey_that_a_run_would_refuse_is_refused(tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    survey = tmp_path / "study/жауаптар 1.csv"
    lines = survey.read_text(encoding="utf-8").splitlines()
    lines[3] = "99" + lines[3][1:]
    survey.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SurveyError, match="outside 1 to 5"):
        Study(tmp_path / "study").run("describe")


@pytest.mark.parametrize(("stage", "found"), [("measurment", "measurement"), ("audit", "for other studies")])
def test_a_stage_that_a_study_lacks_is_named(tmp_path: Path, stage: str, found: str) -> None:
    write_study(tmp_path / "study")
    with pytest.raises(SurveyError, match=found):
        Study(tmp_path / "study").run(stage)


def test_a_table_is_made_by_one_stage_and_read_after_it_is_made() -> None:
    tables = [name for each in stages().values() for name in each.every_table()]
    assert len(tables) == len(set(tables))
    study = Study(REPOSITORY)
    catalogue = Catalogue(study.config, study._codebook)
    known = {*tables, *(name for each in stages().values() for name in each.private)}
    for each in catalogue.stages():
        read = {name for need in each.needs.values() for name in need.frames(study.config)}
        assert {*read, *each.beside} <= known, each.name
    for name in known:
        assert makers()[name].name in stages()
