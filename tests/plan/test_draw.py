"""A selection from a sampling frame: its counts, its protocol, its repetition, its privacy, and refusals."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import yaml
from scipy import stats
from typer.testing import CliRunner

from smartcity_survey.cli import app
from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_table, write_table
from smartcity_survey.plan.draw import PROTOCOL, SELECTION, draw
from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.planning.selection import draw_by_stratum
from tests.plan.studies import finished_study

STREETS = ("Абай", "Төле би", "Сәтбаев")
PER_STRATUM = 40


def frame(n: int = PER_STRATUM) -> pd.DataFrame:
    """Households of two cities; the oldest person's age."""
    rows = [
        {
            "Қала": ("Түркістан", "almaty", "2")[city] if i % 5 else str(1 + (city > 0)),
            "age": 20 + 50 * (i % 2),
            "address": f"{STREETS[i % 3]} {city}-{i}",
            "phone": f"+7701{city}{i:05d}",
        }
        for city in range(2)
        for i in range(n)
    ]
    return pd.DataFrame(rows)


def study(folder: Path, columns: str = "{city: Қала}", more: str = "") -> Path:
    """A study with a frame and a plan: 5, 6, 7 and 8 in its four strata."""
    finished_study(folder, f"{{strata: [city, age], frame: {{file: frame.csv, columns: {columns}}}{more}}}")
    frame().to_csv(folder / "frame.csv", index=False)
    plan = pd.DataFrame({"city": [1, 1, 2, 2], "age": [1, 2, 1, 2], "size": 1, "asked": [5, 6, 7, 8]})
    write_table(plan, folder / "plan/strata.csv")
    return folder


def drawn(folder: Path) -> pd.DataFrame:
    draw(folder, folder / "plan")
    return read_table(folder / "plan" / SELECTION)


def protocol(folder: Path) -> dict:
    return yaml.safe_load((folder / "plan" / PROTOCOL).read_text(encoding="utf-8"))


def test_each_stratum_has_as_many_as_the_plan_asks(tmp_path: Path) -> None:
    folder = study(tmp_path / "s")
    found = drawn(folder)
    counts = found.groupby(["stratum_city", "stratum_age"]).size()
    assert counts.to_dict() == {(1, 1): 5, (1, 2): 6, (2, 1): 7, (2, 2): 8}
    # Each line is a row of the frame, in the stratum that it names, and no row twice.
    whole = frame()
    assert found["frame_row"].is_unique
    for line in found.to_dict("records"):
        own = whole.iloc[line["frame_row"] - 2]
        assert own["address"] == line["address"]
        assert own["phone"] == line["phone"]
        assert line["stratum_age"] == 1 + (own["age"] > 40)
        assert line["stratum_city"] == 1 + ("1-" in own["address"])


def test_anyone_with_the_frame_and_the_protocol_draws_the_same(tmp_path: Path) -> None:
    folder = study(tmp_path / "s")
    found = drawn(folder)
    told = protocol(folder)
    content = (folder / "frame.csv").read_bytes()
    assert told["frame"] == {"file": "frame.csv", "sha256": hashlib.sha256(content).hexdigest(), "rows": 80}
    assert told["selection_sha256"] == hashlib.sha256((folder / "plan" / SELECTION).read_bytes()).hexdigest()
    assert told["drawn"] == 26
    # By numpy alone, from what the protocol says.
    whole = frame()
    city = np.where(whole["address"].str.contains("1-"), 2, 1)
    age = np.where(whole["age"] > 40, 2, 1)
    streams = np.random.SeedSequence(told["seed"]).spawn(len(told["strata"]))
    expected = []
    for stratum, stream in zip(told["strata"], streams, strict=True):
        rows = np.flatnonzero((city == int(stratum["city"])) & (age == int(stratum["age"])))
        assert len(rows) == stratum["in_frame"]
        order = np.random.Generator(np.random.PCG64(stream)).permutation(len(rows))
        expected += (rows[order[: stratum["drawn"]]] + 2).tolist()
    assert found["frame_row"].tolist() == expected


def test_the_same_seed_draws_the_same_and_another_others(tmp_path: Path) -> None:
    first = drawn(study(tmp_path / "a"))
    assert drawn(study(tmp_path / "b")).equals(first)
    other = study(tmp_path / "c")
    text = (other / "config.yaml").read_text(encoding="utf-8").replace("seed: 7", "seed: 8")
    (other / "config.yaml").write_text(text, encoding="utf-8")
    assert not drawn(other).equals(first)


def test_every_member_is_as_likely(tmp_path: Path) -> None:
    counts = np.zeros(12)
    for seed in range(3000):
        counts[draw_by_stratum([5, 12], [2, 4], seed)[1]] += 1
    assert counts.sum() == 4 * 3000
    # Drawn without replacement, the counts vary less than chi-square has it; none stands out.
    assert stats.chi2(11).sf((np.square(counts - 1000) / 1000).sum()) > 1e-4
    assert np.ptp(counts) > 0
    with pytest.raises(StatisticsError):
        draw_by_stratum([3], [4], 1)


def test_personal_data_is_in_the_private_folder_alone(tmp_path: Path) -> None:
    folder = study(tmp_path / "s")
    out = tmp_path / "out"
    write_table(read_table(folder / "plan/strata.csv"), out / "strata.csv")
    draw(folder, out)
    for path in out.rglob("*"):
        if path.is_file() and "private" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert "+7701" not in text
            assert not any(street in text for street in STREETS)
    assert (out / "private/.gitignore").read_text(encoding="utf-8").splitlines()[-1] == "*"


def test_strata_that_the_frame_does_not_know_are_joined(tmp_path: Path) -> None:
    folder = study(tmp_path / "s")
    frame().drop(columns="age").to_csv(folder / "frame.csv", index=False)
    said = draw(folder, folder / "plan").said
    assert any("does not know age" in one for one in said)
    assert [(one["city"], one["drawn"]) for one in protocol(folder)["strata"]] == [("1", 11), ("2", 15)]


def test_clusters_are_drawn_where_the_frame_lists_them(tmp_path: Path) -> None:
    clusters = ", clusters: {size: 4, intraclass_correlation: 0.05}"
    folder = study(tmp_path / "s", "{city: Қала}, rows: clusters", clusters)
    draw(folder, folder / "plan")
    assert [one["drawn"] for one in protocol(folder)["strata"]] == [2, 2, 2, 2]
    alone = study(tmp_path / "t", "{city: Қала}", clusters)
    assert any("each is drawn alone" in one for one in draw(alone, alone / "plan").said)


def test_a_frame_may_be_a_sheet_of_a_workbook(tmp_path: Path) -> None:
    folder = study(tmp_path / "s")
    first = drawn(folder)
    book = openpyxl.Workbook()
    book.active["A1"] = "notes"
    sheet = book.create_sheet("households")
    for row in [list(frame().columns), *frame().to_numpy().tolist()]:
        sheet.append(row)
    book.save(folder / "frame.xlsx")
    text = (folder / "config.yaml").read_text(encoding="utf-8")
    text = text.replace("file: frame.csv", "file: frame.xlsx, sheet: households")
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    assert drawn(folder)["address"].tolist() == first["address"].tolist()


def changed(folder: Path, change) -> Path:  # type: ignore[no-untyped-def]
    change(frame()).to_csv(folder / "frame.csv", index=False)
    return folder


def twice(table: pd.DataFrame) -> pd.DataFrame:
    table.loc[3] = table.loc[7]
    return table


def unknown(table: pd.DataFrame) -> pd.DataFrame:
    table.loc[[4, 9], "Қала"] = "Шымкент"
    return table


def ageless(table: pd.DataFrame) -> pd.DataFrame:
    table["age"] = table["age"].astype(object)
    table.loc[0, "age"] = "old enough"
    table.loc[1, "age"] = 12
    return table


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (twice, r"rows 5, 9: they are the same"),
        (unknown, r"rows 6, 11, column Қала: 'Шымкент' is no answer to city"),
        (ageless, r"row 2, column age: 'old enough' is no answer to age(.|\n)*row 3, column age: '12'"),
        (lambda table: table.drop(index=range(34)), r"city 1, age 1: 3 in the frame, but 5"),
        (lambda table: table.drop(index=range(80)), "no row"),
        (
            lambda table: table.rename(columns={"Қала": "City"}),
            r"plan.frame.columns.city: .* no column Қала",
        ),
    ],
)
def test_frames_that_admit_no_fair_draw_are_refused(tmp_path: Path, change, match: str) -> None:  # type: ignore[no-untyped-def]
    folder = changed(study(tmp_path / "s"), change)
    with pytest.raises(SurveyError, match=match):
        draw(folder, folder / "plan")
    assert not (folder / "plan" / SELECTION).exists()
    assert not (folder / "plan" / PROTOCOL).exists()


def test_what_is_not_there_is_refused_by_its_key(tmp_path: Path) -> None:
    folder = finished_study(tmp_path / "none")
    with pytest.raises(SurveyError, match=r"plan\.frame: no sampling frame"):
        draw(folder, folder / "plan")
    folder = study(tmp_path / "no_plan")
    (folder / "plan/strata.csv").unlink()
    with pytest.raises(SurveyError, match=r"strata\.csv: there is no plan yet"):
        draw(folder, folder / "plan")
    folder = study(tmp_path / "strange", "{town: Қала}")
    with pytest.raises(SurveyError, match=r"plan\.frame\.columns\.town: the plan has no strata by it"):
        draw(folder, folder / "plan")
    folder = study(tmp_path / "absent")
    (folder / "frame.csv").unlink()
    with pytest.raises(SurveyError, match=r"config\.yaml, plan\.frame\.file: there is no file"):
        draw(folder, folder / "plan")
    folder = study(tmp_path / "clusters", "{city: Қала}, rows: clusters")
    with pytest.raises(SurveyError, match=r"plan\.frame\.rows: the plan has no clusters"):
        draw(folder, folder / "plan")
    folder = study(tmp_path / "edited")
    plan = read_table(folder / "plan/strata.csv").assign(asked=[5, -1, 7, 8])
    write_table(plan, folder / "plan/strata.csv")
    with pytest.raises(SurveyError, match=r"strata\.csv, row 3, column `asked`"):
        draw(folder, folder / "plan")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Drawn: 26"), ("ru", "Отобрано 26"), ("kk", "Іріктелгені:")]
)
def test_the_command_after_the_plan(tmp_path: Path, language: str, said: str) -> None:
    folder = study(tmp_path / "s")
    result = CliRunner().invoke(app, ["--language", language, "draw", str(folder)])
    assert result.exit_code == 0, result.output
    assert result.output.startswith(said)
    assert "+7701" not in result.output


def test_plan_and_draw_go_together(tmp_path: Path) -> None:
    folder = finished_study(
        tmp_path / "s",
        "{strata: [city], draws: 100, margin_of_error: 0.2, coefficient: 0.4, "
        "frame: {file: frame.csv, columns: {city: Қала}}}",
    )
    frame(400).to_csv(folder / "frame.csv", index=False)
    assert CliRunner().invoke(app, ["plan", str(folder)]).exit_code == 0
    assert CliRunner().invoke(app, ["draw", str(folder)]).exit_code == 0
    asked = read_table(folder / "plan/strata.csv")["asked"]
    assert [one["drawn"] for one in protocol(folder)["strata"]] == asked.tolist()
