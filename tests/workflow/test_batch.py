"""Many studies at once: one table of their hypotheses, one that fails harms no other, none is run twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from smartcity_survey.io import read_table, write_json, write_table, write_text
from smartcity_survey.messages import translated
from smartcity_survey.workflow.machines import Machines
from smartcity_survey.workflow.many import batch
from smartcity_survey.workflow.many.batch import NO_REASON, TABLE_MEMORY, run_batch
from smartcity_survey.workflow.many.below import Study
from smartcity_survey.workflow.many.table import comparison
from smartcity_survey.workflow.unchanged import MEMORY
from tests.workflow.test_nothing_lost import write_study


def test_one_table_compares_the_studies_and_a_broken_one_is_named(tmp_path: Path):
    whole = [tmp_path / "алматы/city", tmp_path / "south/city"]
    for folder in whole:
        write_study(folder)
    write_study(tmp_path / "broken")
    config = tmp_path / "broken/config.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "broken: [\n", encoding="utf-8")
    write_study(tmp_path / "data/kept")
    command = [sys.executable, "-m", "smartcity_survey", "--language", "en", "batch", str(tmp_path)]
    ended = subprocess.run([*command, "--cores", "2"], capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 1
    said = ended.stderr.splitlines()
    assert {"алматы/city: up to date", "south/city: up to date", "broken:"} <= set(said)
    assert "broken/config.yaml, line " in ended.stderr
    assert '"place"' not in ended.stderr
    assert "Not up to date: broken" in ended.stdout
    assert "Not run: data/kept, as no studies are looked for in data" in ended.stdout
    assert "Compared: 2 studies" in ended.stdout
    compared = read_table(tmp_path / "comparison.csv")
    assert list(dict.fromkeys(compared["study"])) == ["broken", "south/city", "алматы/city"]
    own = read_table(whole[0] / "reports/tables/hypotheses.csv")
    for folder in whole:
        part = compared[compared["study"] == folder.relative_to(tmp_path).as_posix()].reset_index(drop=True)
        pd.testing.assert_frame_equal(
            part[["method", "estimate", "p", "verdict"]], own[["method", "estimate", "p", "verdict"]]
        )
        assert set(part["n"]) == {40}
        assert not part["reconstruction"].astype(bool).any()
        assert part["not_run"].isna().all()
    [line] = compared[compared["study"] == "broken"].to_dict("records")
    assert "broken/config.yaml, line " in line["not_run"]
    assert pd.isna(line["hypothesis"])
    assert pd.isna(line["n"])
    assert not list(tmp_path.glob(".batch-*"))


def test_a_title_is_in_the_studys_own_language_and_a_study_may_have_no_hypotheses(
    tmp_path: Path, config_content: dict[str, Any]
):
    config_content["study"] |= {"title": {"kk": "Зерттеу"}, "language": "kk"}
    for name, table in (
        (
            "a",
            pd.DataFrame(
                {"hypothesis": ["H1"], "method": ["ols"], "estimate": [0.5], "verdict": ["confirmed"]}
            ),
        ),
        ("b", pd.DataFrame()),
        ("c", pd.DataFrame()),
    ):
        (tmp_path / name).mkdir()
        text = yaml.safe_dump(config_content, allow_unicode=True)
        (tmp_path / name / "config.yaml").write_text(text, encoding="utf-8")
        write_table(table, tmp_path / name / "reports/tables/hypotheses.csv")
        write_json({"cleaning_log": {"n": 40}}, tmp_path / name / "reports/cards/clean.json")
    a, b, c = (Study(name, tmp_path / name) for name in "abc")
    compared = comparison([a, b], {c: "why not"})
    assert compared[["study", "title", "n", "hypothesis", "estimate"]].values.tolist()[0] == [
        *("a", "Зерттеу", 40, "H1", 0.5)
    ]
    assert compared[["study", "title", "not_run"]].values.tolist()[1:] == [["c", "Зерттеу", "why not"]]
    heads = list(compared.columns)
    assert list(comparison([], {}).columns) == heads
    write_table(compared, tmp_path / "written.csv")
    lines = (tmp_path / "written.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("a,Зерттеу,False,40,H1,")
    assert lines[2].startswith("c,Зерттеу,,,,")


@pytest.fixture
def two(tmp_path: Path, config_content: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two studies as if their runs had ended; of each, `unchanged` stands where nothing has changed."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        write_text(yaml.safe_dump(config_content, allow_unicode=True), folder / "config.yaml")
        write_table(pd.DataFrame({"hypothesis": ["H1"]}), folder / "reports/tables/hypotheses.csv")
        write_json({"cleaning_log": {"n": 40}}, folder / "reports/cards/clean.json")
        write_text("made", folder / MEMORY)
        (folder / "unchanged").touch()
    monkeypatch.setattr(batch, "code_now", dict)
    monkeypatch.setattr(batch, "is_unchanged", lambda folder, code: (folder / "unchanged").is_file())
    return folders


def test_only_what_is_out_of_date_is_run_and_the_table_stays_where_nothing_is(
    two: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    run: list[list[str]] = []

    def as_run(folder: Path, studies: list[Study], *_: object) -> dict[Study, str]:
        run.append([study.name for study in studies])
        for study in studies:
            write_text(f"made {len(run)}", study.folder / MEMORY)
        return {}

    monkeypatch.setattr(batch, "_run", as_run)
    table = tmp_path / "comparison.csv"

    def written() -> bool:
        """Whether a batch writes the table."""
        with monkeypatch.context() as watched:
            made: list[int] = []
            there = "smartcity_survey.io.write_table"
            watched.setattr(there, lambda frame, path: (made.append(1), write_table(frame, path)))
            run_batch(tmp_path, Machines(1))
        return bool(made)

    assert written()
    as_made = table.read_bytes()
    assert not written()
    table.write_text("edited", encoding="utf-8")
    assert written()
    assert table.read_bytes() == as_made
    table.unlink()
    assert written()
    write_text("", tmp_path / TABLE_MEMORY)
    assert written()
    assert not run
    (two[1] / "unchanged").unlink()
    assert written()
    assert run == [["two"]]
    (two[0] / "config.yaml").unlink()
    (two[1] / "unchanged").touch()
    assert written()
    assert list(read_table(table)["study"]) == ["two"]


def test_a_study_that_failed_has_its_line_until_it_is_mended(
    two: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (two[1] / "unchanged").unlink()
    monkeypatch.setattr(batch, "_run", lambda folder, studies, *_: dict.fromkeys(studies, "why"))
    for _ in range(2):
        done = run_batch(tmp_path, Machines(1))
        assert [study.name for study in done.failed] == ["two"]
        table = read_table(tmp_path / "comparison.csv")
        assert list(zip(table["study"], table["not_run"].fillna(""), strict=True)) == [
            ("one", ""),
            ("two", "why"),
        ]
    before = (tmp_path / "comparison.csv").stat().st_mtime_ns
    run_batch(tmp_path, Machines(1))
    assert (tmp_path / "comparison.csv").stat().st_mtime_ns == before  # the same study, for the same reason
    monkeypatch.setattr(batch, "_run", lambda folder, studies, *_: dict.fromkeys(studies, "another"))
    run_batch(tmp_path, Machines(1))
    assert read_table(tmp_path / "comparison.csv")["not_run"].iloc[-1] == "another"
    (two[1] / "unchanged").touch()
    run_batch(tmp_path, Machines(1))
    assert read_table(tmp_path / "comparison.csv")["not_run"].isna().all()


def test_nothing_large_is_loaded_where_nothing_is_to_do(tmp_path: Path):
    script = (
        "import sys; from pathlib import Path; from smartcity_survey.workflow.many import batch;"
        "from smartcity_survey.workflow.machines import Machines;"
        "batch.is_unchanged = lambda folder, code: True; batch._compare = lambda *_: None;"
        "batch.run_batch(Path(sys.argv[1]), Machines(1));"
        "print(sorted({'pandas', 'numpy', 'snakemake', 'rich'} & {*sys.modules}))"
    )
    write_text("", tmp_path / "a/config.yaml")
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout == "[]\n"
    assert done.stderr == "a: up to date\n"


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_a_job_that_said_nothing_is_told_of_in_every_language(language: Any):
    assert translated(NO_REASON, language) != NO_REASON
