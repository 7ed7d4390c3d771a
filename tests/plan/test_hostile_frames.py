"""Sampling frames and plans as people keep them: read as they are meant, or refused by row, column or key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import write_table
from smartcity_survey.plan.draw import PROTOCOL, SELECTION, draw
from smartcity_survey.plan.finished import read_finished
from smartcity_survey.plan.strata import strata_of
from tests.plan.studies import finished_study
from tests.plan.test_draw import drawn, frame, protocol, study
from tests.plan.test_plan import PEOPLE, population

KEYS = "{city: Қала}"


def lines() -> list[str]:
    return frame().to_csv(index=False).splitlines()


def text(*rows: str) -> bytes:
    return ("\n".join(rows) + "\n").encode()


def with_blank_rows() -> bytes:
    own = lines()
    return text(*own[:9], "", ",,,", *own[9:], ",,,")


def floats() -> bytes:
    """As pandas and Excel write whole numbers of a column that had gaps."""
    table = frame()
    table["Қала"] = table["Қала"].replace({"1": "1.0", "2": "2.0"})
    return table.assign(age=table["age"].astype(float)).to_csv(index=False).encode()


MEANT: dict[str, tuple[bytes, str]] = {
    "utf-16": (frame().to_csv(index=False, sep="\t").encode("utf-16"), ""),
    "bom": (frame().to_csv(index=False).encode("utf-8-sig"), ""),
    "semicolons": (frame().to_csv(index=False, sep=";").encode(), ""),
    "blanks": (frame().assign(**{"Қала": " " + frame()["Қала"] + "\u00a0"}).to_csv(index=False).encode(), ""),
    "header_with_blanks": (text(lines()[0].replace("Қала", " Қала "), *lines()[1:]), ""),
    "capitals": (frame().assign(**{"Қала": frame()["Қала"].str.upper()}).to_csv(index=False).encode(), ""),
    "blank_rows": (with_blank_rows(), ""),
    "floats": (floats(), ""),
    "total": (text(*lines(), "Итого,,80,"), ", skip_rows: [82]"),
    "cp1251": (
        frame().replace({"Қала": {"Түркістан": "Туркестан"}}).assign(address=range(80))
        .rename(columns={"Қала": "Город"}).to_csv(index=False).encode("cp1251"),
        ", encoding: cp1251",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MEANT)
def test_what_is_meant_is_drawn(tmp_path: Path, name: str) -> None:
    """The same people whatever the file looks like."""
    expected = drawn(study(tmp_path / "plain"))
    content, keys = MEANT[name]
    columns = "{city: Город}" if name == "cp1251" else KEYS
    folder = study(tmp_path / "s", columns + keys)
    (folder / "frame.csv").write_bytes(content)
    found = drawn(folder)
    assert found["phone"].tolist() == expected["phone"].tolist()
    assert protocol(folder)["frame"]["rows"] == 80
    moved = 2 if name == "blank_rows" else 0
    later = expected["frame_row"] + moved * (expected["frame_row"] > 9)
    assert found["frame_row"].tolist() == later.tolist()


def changed(**cells: object) -> Callable[[Path], None]:
    """One cell of the frame, in row 4, is another."""

    def change(folder: Path) -> None:
        table = frame().astype(object)
        for column, value in cells.items():
            table.loc[2, column] = value
        table.to_csv(folder / "frame.csv", index=False)

    return change


def repeated(**cells: str) -> Callable[[Path], None]:
    """Row 5 is row 9 but for what nobody means."""

    def change(folder: Path) -> None:
        table = frame()
        table.loc[3] = table.loc[7]
        for column, value in cells.items():
            table.loc[3, column] = value
        table.to_csv(folder / "frame.csv", index=False)

    return change


def planned(**columns: list[object]) -> Callable[[Path], None]:
    """A plan that somebody has edited."""

    def change(folder: Path) -> None:
        plan = {"city": [1, 1, 2, 2], "age": [1, 2, 1, 2], "size": 1, "asked": [5, 6, 7, 8]} | columns
        write_table(pd.DataFrame(plan)[["city", "age", "size", "asked"]], folder / "plan/strata.csv")

    return change


def identified(change: Callable[[pd.DataFrame], None]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        table = frame()
        table.insert(0, "id", [f"{n:04d}" for n in range(80)])
        change(table)
        table.to_csv(folder / "frame.csv", index=False)
        config = (folder / "config.yaml").read_text(encoding="utf-8")
        (folder / "config.yaml").write_text(
            config.replace("columns: {", "id: id, columns: {"), encoding="utf-8"
        )

    return write


def twice(table: pd.DataFrame) -> None:
    table.loc[[5, 9], "id"] = ["0004", " 0004 "]


def without(table: pd.DataFrame) -> None:
    table.loc[[1, 6], "id"] = ""


def column(name: str) -> Callable[[Path], None]:
    return lambda folder: frame().assign(**{name: "kept"}).to_csv(folder / "frame.csv", index=False)


def seed(value: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        config = (folder / "config.yaml").read_text(encoding="utf-8")
        (folder / "config.yaml").write_text(config.replace("seed: 7", f"seed: {value}"), encoding="utf-8")

    return change


def of_text(content: str | bytes) -> Callable[[Path], None]:
    raw = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / "frame.csv").write_bytes(raw) and None


def other_plan(content: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "plan/strata.csv").write_text(content, encoding="utf-8") and None


FRAME_7 = frame().loc[7]
REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "alike_but_capitals": (repeated(address=FRAME_7["address"].upper()), r"rows 5, 9: they are the same"),
    "alike_but_blanks": (
        repeated(address=FRAME_7["address"].replace(" ", "\u00a0 ")),
        r"rows 5, 9: they are the same",
    ),
    "identifier_twice": (identified(twice), r"rows 6, 7, 11, column id: they have the same identifier, 0004"),
    "no_identifier": (identified(without), r"rows 3, 8, column id: there is no identifier"),
    "no_answer": (changed(Қала=""), r"row 4, column Қала: '' is no answer to city"),
    "not_a_number": (changed(age="nan"), r"row 4, column age: 'nan'"),
    "infinite": (changed(age="inf"), r"row 4, column age: 'inf'"),
    "underscore": (changed(age="2_5"), r"row 4, column age: '2_5'"),
    "negative": (changed(age="-25"), r"row 4, column age: '-25'"),
    "between_bands": (changed(age="40.5"), r"row 4, column age: '40.5'"),
    "total": (of_text(text(*lines(), "Итого,,80,")), r"row 82, column Қала: 'Итого'"),
    "cp1251": (
        of_text("Қала,age\nАлматы,20\n".replace("Қ", "К").encode("cp1251")),
        r"data\.encoding(.|\n)*under `plan\.frame`",
    ),
    "ragged": (of_text(text(*lines()[:4], lines()[4] + ",more")), r"line 5(.|\n)*under `plan\.frame`"),
    "empty": (of_text(""), r"frame\.csv: the file is empty"),
    "two_columns_of_the_stratum": (
        of_text(text(lines()[0] + ",Қала", *(line + ",1" for line in lines()[1:]))),
        r"columns\.city: frame\.csv has no column Қала",
    ),
    "column_drawn": (column("drawn"), r"column drawn: the selection has a column of this name"),
    "column_frame_row": (column("frame_row"), r"column frame_row: the selection has"),
    "column_stratum_age": (column("stratum_age"), r"column stratum_age: the selection has"),
    "nobody_asked": (planned(asked=[0, 0, 0, 0]), r"strata\.csv: nobody is to be drawn"),
    "part_of_a_person": (planned(asked=[5.5, 6, 7, 8]), r"strata\.csv, row 2, column `asked`"),
    "asked_in_words": (planned(asked=["five", 6, 7, 8]), r"strata\.csv, row 2, column `asked`"),
    "asked_nothing": (planned(asked=[None, 6, 7, 8]), r"strata\.csv, row 2, column `asked`"),
    "more_than_there_are": (planned(asked=[5, 6, 10**18, 8]), r"city 2, age 1: 20 in the frame, but 1,000,"),
    "stratum_twice": (planned(city=[1, 1, 1, 2]), r"strata\.csv, row 4: this stratum stands in an earlier"),
    "unknown_stratum": (planned(city=[1, 1, 9, 2]), r"strata\.csv, row 4, column city: '9' is no answer"),
    "unknown_variable": (
        other_plan("town,size,asked\n1,1,5\n"),
        r"strata\.csv: the codebook has no demographic variable town",
    ),
    "plan_without_rows": (other_plan("city,age,size,asked\n"), r"strata\.csv: nobody is to be drawn"),
    "plan_of_semicolons": (other_plan("city;age;size;asked\n1;1;1;5\n"), r"no columns `size` and `asked`"),
    "seed_below_0": (seed("-1"), r"config\.yaml, seed: found -1"),
    "seed_of_parts": (seed("7.5"), r"config\.yaml, seed: found 7.5"),
    "seed_in_words": (seed("seven"), r"config\.yaml, seed: found 'seven'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_admits_no_fair_draw_is_refused_and_nothing_written(tmp_path: Path, name: str) -> None:
    folder = study(tmp_path / "s")
    change, match = REFUSED[name]
    change(folder)
    with pytest.raises(SurveyError, match=match):
        draw(folder, folder / "plan")
    assert not (folder / "plan" / SELECTION).exists()
    assert not (folder / "plan" / PROTOCOL).exists()


def test_an_identifier_that_is_no_column_is_refused(tmp_path: Path) -> None:
    folder = study(tmp_path / "s", KEYS + ", id: number")
    with pytest.raises(SurveyError, match=r"plan\.frame\.id: frame\.csv has no column number"):
        draw(folder, folder / "plan")


def test_different_households_of_one_address_need_an_identifier(tmp_path: Path) -> None:
    """Rows that are alike are fine where each has an identifier of its own."""
    folder = study(tmp_path / "s", KEYS + ", id: id")
    table = frame()
    table.loc[3] = table.loc[7]
    table.insert(0, "id", range(80))
    table.to_csv(folder / "frame.csv", index=False)
    assert len(drawn(folder)) == 26


def test_a_large_seed_draws(tmp_path: Path) -> None:
    folder = study(tmp_path / "s")
    seed(str(2**63 + 1))(folder)
    assert len(drawn(folder)) == 26


def test_a_selection_in_the_field_is_not_written_over(tmp_path: Path) -> None:
    folder = study(tmp_path / "s")
    first = drawn(folder)
    assert drawn(folder).equals(first)  # the same again is no harm
    path = folder / "plan" / SELECTION
    noted = path.read_text(encoding="utf-8").replace("phone", "phone (called)")
    path.write_text(noted, encoding="utf-8")
    told = (folder / "plan" / PROTOCOL).read_bytes()
    with pytest.raises(SurveyError, match=r"selection\.csv: another selection stands there"):
        draw(folder, folder / "plan")
    assert path.read_text(encoding="utf-8") == noted
    path.unlink()
    drawn(folder)
    seed("8")(folder)
    with pytest.raises(SurveyError, match="another selection stands there"):
        draw(folder, folder / "plan")
    assert (folder / "plan" / PROTOCOL).read_bytes() == told


def test_a_folder_in_the_place_of_the_selection_is_refused(tmp_path: Path) -> None:
    folder = study(tmp_path / "s")
    (folder / "plan" / SELECTION).mkdir(parents=True)
    with pytest.raises(SurveyError, match=r"selection\.csv: a folder stands"):
        draw(folder, folder / "plan")


def test_strata_of_the_frame_that_the_plan_lacks_are_named(tmp_path: Path) -> None:
    folder = study(tmp_path / "s")
    planned(city=[1, 1, 2], age=[1, 2, 1], size=[1, 1, 1], asked=[5, 6, 7])(folder)
    said = draw(folder, folder / "plan").said
    assert any(
        line.startswith("Nobody is drawn from city 2, age 2, of whom the frame has 20") for line in said
    )
    assert said[0] == "Drawn: 18 of frame.csv, from 3 strata."
    assert protocol(folder)["strata"][-1] == {"city": "2", "age": "2", "in_frame": 20, "drawn": 0}
    # Whole numbers stay whole beside a stratum of nobody.
    assert "." not in (folder / "plan" / SELECTION).read_text(encoding="utf-8").split("\n")[1].split(",")[4]


def test_a_workbook_with_blank_rows_and_text_for_numbers(tmp_path: Path) -> None:
    first = drawn(study(tmp_path / "plain"))
    folder = study(tmp_path / "s")
    book = openpyxl.Workbook()
    rows = [list(frame().columns), *frame().astype({"age": str}).to_numpy().tolist()]
    rows.insert(5, [None] * 4)
    for row in rows:
        book.active.append(row)
    book.save(folder / "frame.xlsx")
    config = (folder / "config.yaml").read_text(encoding="utf-8")
    (folder / "config.yaml").write_text(config.replace("frame.csv", "frame.xlsx"), encoding="utf-8")
    assert drawn(folder)["phone"].tolist() == first["phone"].tolist()


def test_a_population_written_as_floats_is_read(tmp_path: Path) -> None:
    plan = "{population: ../people.csv, strata: [city, age]}"
    folder = finished_study(tmp_path / "s", plan)
    population(folder, *PEOPLE)
    expected = strata_of(read_finished(folder), folder)
    population(folder, "1.0,1.0,4000.0", "1.0,2.0,3000.0", "2.0,1.0,2000.0", "2.0,2.0,1000.0")
    found = strata_of(read_finished(folder), folder)
    assert found.codes == expected.codes
    assert found.sizes.tolist() == expected.sizes.tolist()
