"""A survey file is read by its content, whatever its ending; every format gives the same answers."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadr
import pyreadstat
import pytest

from smartcity_survey.data.detect import detect
from smartcity_survey.data.detect.encoding import detect_encoding
from smartcity_survey.data.read import frame_file, read_survey
from smartcity_survey.data.read.kinds import kind_of
from smartcity_survey.data.read.opening import open_table
from smartcity_survey.errors import SurveyError
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import DataSection
from tests.new_wave.tools.tables_by_hand import page
from tests.new_wave.tools.writers import book, ods, rows_of

ITEMS = ["T1", "T2", "T3", "U1", "U2", "U3", "city"]


def write_tsv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, sep="\t")


def write_ods(frame: pd.DataFrame, path: Path) -> None:
    path.write_bytes(ods([list(frame.columns), *frame.to_numpy().tolist()]))


def write_html(frame: pd.DataFrame, path: Path) -> None:
    path.write_text(f"<html><meta charset='utf-8'>{frame.to_html(index=False)}</html>", encoding="utf-8")


def write_rdata(frame: pd.DataFrame, path: Path) -> None:
    pyreadr.write_rdata(str(path), frame, df_name="answers")


def write_rds(frame: pd.DataFrame, path: Path) -> None:
    pyreadr.write_rds(str(path), frame, compress="gzip")


def write_plain_rds(frame: pd.DataFrame, path: Path) -> None:
    pyreadr.write_rds(str(path), frame)


def write_old_dta(frame: pd.DataFrame, path: Path) -> None:
    pyreadstat.write_dta(frame, path, version=10)


def write_zsav(frame: pd.DataFrame, path: Path) -> None:
    pyreadstat.write_sav(frame, path, compress=True)


WRITERS: dict[str, tuple[str, Callable[[pd.DataFrame, Path], object]]] = {
    "sav": ("sav", pyreadstat.write_sav),
    "zsav": ("sav", write_zsav),
    "por": ("por", pyreadstat.write_por),
    "dta": ("dta", pyreadstat.write_dta),
    "old dta": ("dta", write_old_dta),
    "csv": ("csv", lambda frame, path: frame.to_csv(path, index=False)),
    "tsv": ("csv", write_tsv),
    "xlsx": ("xlsx", lambda frame, path: frame.to_excel(path, index=False, engine="openpyxl")),
    "ods": ("ods", write_ods),
    "html": ("html", write_html),
    "parquet": ("parquet", lambda frame, path: frame.to_parquet(path)),
    "rds": ("rds", write_rds),
    "plain rds": ("rds", write_plain_rds),
    "RData": ("rds", write_rdata),
}


@pytest.mark.parametrize("format_", WRITERS)
def test_a_format_is_known_by_its_content(
    format_: str, tmp_path: Path, survey: pd.DataFrame, codebook: Codebook
) -> None:
    kind, write = WRITERS[format_]
    named = tmp_path / {"xlsx": "survey.xlsx"}.get(format_, "survey.dat")
    upper = format_ == "por"
    frame = survey.rename(columns=str.upper) if upper else survey
    write(frame, named)
    path = named.rename(tmp_path / "survey.dat")
    assert kind_of(path) == kind
    if upper:
        codebook = codebook.model_copy(
            update={
                "demographics": {
                    k: d.model_copy(update={"column": "CITY"}) for k, d in codebook.demographics.items()
                }
            }
        )
    section = DataSection.model_validate(
        {"file": "x", "codebook": "y", "respondent": "ID" if upper else "id", **detect(path).keys}
    )
    responses = read_survey(path, codebook, section)
    np.testing.assert_array_equal(responses.answers[ITEMS], survey[ITEMS])
    assert responses.answers["respondent"].tolist() == survey["id"].tolist()
    assert responses.how["format"] == kind


def test_gaps_dates_and_words_are_the_same_in_parquet_and_r(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "a": [1.0, np.nan, 3.0],
            "b": ["x", None, "z"],
            "c": pd.to_datetime(["2026-01-02", None, "2026-03-04"]),
            "d": pd.Categorical(["low", "high", None]),
        }
    )
    frame.to_parquet(tmp_path / "a.parquet")
    pyreadr.write_rds(str(tmp_path / "a.rds"), frame)
    for name in ("a.parquet", "a.rds"):
        section = DataSection.model_validate({"file": name, "codebook": "y"})
        from smartcity_survey.data.read.opening import open_table

        table = open_table(tmp_path / name, section)
        (batch,) = table.batches(table.columns)
        assert batch.cells["b"].tolist() == ["x", None, "z"], name
        assert [str(cell)[:10] for cell in batch.cells["c"]][::2] == ["2026-01-02", "2026-03-04"], name
        assert batch.cells["c"].isna().tolist() == [False, True, False]
        assert batch.cells["d"].tolist() == ["low", "high", None]
        assert np.isnan(batch.cells["a"][2])


def test_several_data_frames_are_asked_about(tmp_path: Path) -> None:
    """Two files of `save` as one: a list of pairs goes on where the first ended."""
    parts = []
    for name in ("one", "two"):
        pyreadr.write_rdata(str(tmp_path / name), pd.DataFrame({f"a_{name}": [1.0]}), df_name=name)
        parts.append((tmp_path / name).read_bytes())
    first, second = (gzip.decompress(part) if part[:2] == b"\x1f\x8b" else part for part in parts)
    head = first.index(b"X\n") + 14
    path = tmp_path / "x.RData"
    path.write_bytes(first[:-4] + second[head:])
    with pytest.raises(
        SurveyError, match=r"it holds 2 data frames: 'one', 'two'\. Name one in `data\.sheet`"
    ):
        frame_file.open_rds(path, DataSection(file="x", codebook="y"))
    table = frame_file.open_rds(path, DataSection(file="x", codebook="y", sheet="two"))
    assert table.columns == ("a_two",)


@pytest.mark.parametrize(("package", "name"), [("pyarrow", "a.parquet")])
def test_a_package_that_is_not_installed_is_named(package: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"PAR1 and more")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("sys").modules, package, None)
        with pytest.raises(SurveyError, match=rf"package {package} is needed.*pip install .*{package}`"):
            frame_file.open_parquet(tmp_path / name, DataSection(file=name, codebook="y"))


HEADER = ["t1", "t2", "t3", "city"]
BODY = [[1 + i % 5, 1 + i % 4, 1 + i % 3, ("Almaty", "Astana")[i % 2]] for i in range(30)]


@pytest.mark.parametrize(
    ("rows", "keys"),
    [
        ([HEADER, *BODY], {}),
        ([["My survey"], [], HEADER, *BODY], {"header_rows": [3]}),
        ([["My survey", None, None, None], ["About", None, None, None], HEADER, *BODY], {"header_rows": [3]}),
        ([HEADER, ["I trust it", "I like it", "I use it", "Where?"], *BODY], {"label_row": 2}),
        ([HEADER, *BODY, ["Mean", 2.5, 2.1, None]], {"skip_rows": [32]}),
        ([HEADER, *BODY, [3.1, 2.5, 2.1, None]], {"skip_rows": [32]}),
        (
            [HEADER, *BODY, [90, 75, 60, None], ["Source: own survey", None, None, None]],
            {"skip_rows": [32, 33]},
        ),
        ([["Rate", None, None, "City"], ["A", "B", "C", "Response"], *BODY], {"header_rows": [1, 2]}),
        ([["Block", None, None, "About you"], HEADER, *BODY], {"header_rows": [2]}),
    ],
)
def test_rows_that_are_no_questionnaires_are_found(
    rows: list[list[object]], keys: dict[str, object], tmp_path: Path
) -> None:
    path = tmp_path / "survey.xlsx"
    path.write_bytes(book({"Sheet": rows}))
    detected = detect(path)
    assert detected.keys == keys
    assert len(detected.found) >= len(keys)


def test_the_sheet_with_the_answers_is_found(tmp_path: Path) -> None:
    path = tmp_path / "survey.xlsx"
    path.write_bytes(book({"About": [["My survey"]], "Answers": [HEADER, *BODY]}))
    assert detect(path).keys == {"sheet": "Answers"}
    assert detect(path).found == ("The answers are on the sheet 'Answers'; not read: 'About'.",)


@pytest.mark.parametrize(
    ("encoding", "line"),
    [
        ("cp1251", "Я доверяю цифровым услугам"),
        ("mac_cyrillic", "Я доверяю цифровым услугам"),
        ("koi8-r", "Я доверяю цифровым услугам"),
        ("cp866", "Я доверяю цифровым услугам"),
        ("kz1048", "Қызметтер уақытымды үнемдейді"),
        ("mac_roman", "I’m satisfied with the café"),
        ("cp1252", "I’m satisfied with the café – “really”"),
        ("utf-16-le", "Я доверяю цифровым услугам"),
        ("utf-16-be", "Я доверяю цифровым услугам"),
    ],
)
def test_the_encoding_of_text_is_found(encoding: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(
        f"{line};x\n".encode(encoding) + b"".join(f"{i % 5};2\n".encode(encoding) for i in range(20))
    )
    assert detect(path).keys["encoding"] == encoding


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "mac_cyrillic"])
def test_a_letter_in_every_row_does_not_outweigh_the_header(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    rows = "".join(f"{i % 5};{'МЖ'[i % 2]}\n" for i in range(200))
    path.write_bytes(f"T1;Пол;Возраст\n{rows}".encode(encoding))
    assert detect_encoding(path) == encoding


def test_a_bar_parts_columns_too(tmp_path: Path, survey: pd.DataFrame, codebook: Codebook) -> None:
    path = tmp_path / "survey.txt"
    survey.to_csv(path, index=False, sep="|")
    responses = read_survey(path, codebook, DataSection(file="x", codebook="y"))
    np.testing.assert_array_equal(responses.answers[ITEMS], survey[ITEMS])


def test_a_page_called_xls_is_read(tmp_path: Path) -> None:
    path = tmp_path / "survey.xls"
    path.write_bytes(page())
    assert kind_of(path) == "html"
    assert detect(path).keys == {}
    assert rows_of({"a": [1]}) == [["a"], [1]]


def test_a_spreadsheet_with_a_password_is_told_from_an_old_one(tmp_path: Path) -> None:
    path = tmp_path / "survey.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")
    )
    with pytest.raises(
        SurveyError, match=r"it is protected by a password\. Open it in a spreadsheet program"
    ):
        detect(path)


def test_a_further_sheet_with_answers_is_named(tmp_path: Path) -> None:
    path = tmp_path / "survey.xlsx"
    path.write_bytes(book({"Almaty": [HEADER, *BODY], "Astana": [HEADER, *BODY[:20]], "Sheet3": []}))
    assert detect(path).keys == {}
    assert detect(path).found == ("The answers are on the sheet 'Almaty'; not read: 'Astana'.",)


@pytest.mark.parametrize("mark", [";", ",", "|"])
def test_excels_own_line_before_the_header_is_no_row(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(f"sep={mark}\n" + "Q1,Q2\n1,2\n3,4\n".replace(",", mark), encoding="utf-8")
    table = open_table(path, DataSection(file=str(path), codebook="codebook.yaml"))
    (batch,) = table.batches(["Q1", "Q2"])
    assert table.columns == ("Q1", "Q2")
    assert list(batch.cells.index) == [3, 4]
    assert batch.problems == ()
