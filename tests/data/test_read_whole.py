"""What a file holds is read as it stands there, or named: tables, merged cells, letters, digits, errors."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from smartcity_survey.data.detect import detect
from smartcity_survey.data.read.opening import open_table
from smartcity_survey.errors import SurveyError
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.study.config import DataSection
from tests.new_wave.answers.answers_of import ITEMS, N, answers
from tests.new_wave.tools.writers import AGREE_KK, AGREE_RU, ods, rows_of, text, worded


def cells(path: Path) -> dict[str, list[object]]:
    """Columns of a file as it is read when nobody says how."""
    keys = detect(path).keys
    table = open_table(path, DataSection.model_validate({"file": path.name, "codebook": "", **keys}))
    (batch,) = table.batches(table.columns)
    assert not batch.problems
    return {name: batch.cells[name].tolist() for name in table.columns}


PAGE = """<html><meta charset="utf-8"><table><tr><td>Export</td></tr><tr><td>of today</td></tr></table>
<table><tr><th rowspan="2">id</th><th colspan="2">Trust</th><th rowspan=2>Age</th></tr>
<tr><th>t1</th><th>t2</th></tr>{rows}</table>
<table><tr><td>x</td><td>y</td></tr><tr><td>1</td><td>2</td></tr><tr><td>1</td><td>2</td></tr></table></html>"""


def test_cells_over_rows_and_columns_shift_nothing_and_other_tables_are_named(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>{i}</td><td>{i % 5 + 1}</td><td>4</td><td>{20 + i}</td></tr>" for i in range(8))
    rows += (
        "<tr><td rowspan=2>9</td><td>1</td><td>2</td><td>33</td></tr><tr><td>3</td><td>4</td><td>34</td></tr>"
    )
    path = tmp_path / "survey.xls"
    path.write_text(PAGE.format(rows=rows), encoding="utf-8")
    assert detect(path).found[0] == (
        "The answers are in the largest table of the page; not read: 'Export' (2 rows), 'x' (3 rows)."
    )
    found = cells(path)
    assert list(found) == ["id", "Trust [t1]", "Trust [t2]", "Age"]
    assert found["id"][-2:] == ["9", ""]
    assert found["Trust [t1]"][-2:] == ["1", "3"]
    assert found["Age"] == [*map(str, range(20, 28)), "33", "34"]


def test_a_table_within_a_cell_is_none_of_its_rows(tmp_path: Path) -> None:
    inner = "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>"
    rows = "".join(f"<tr><td>{i}</td><td>{inner if i == 2 else 5}</td><td>7</td></tr>" for i in range(6))
    path = tmp_path / "survey.xls"
    head = "<tr><th>id</th><th>t1</th><th>t2</th></tr>"
    path.write_text(f"<html><table>{head}{rows}</table></html>", encoding="utf-8")
    found = cells(path)
    assert found["id"] == [str(i) for i in range(6)]
    assert found["t2"] == ["7"] * 6


def bilingual() -> bytes:
    own = answers(gaps=0)
    return text(rows_of({"id": list(range(N))} | worded(own, AGREE_RU, "ru") | {"пол": AGREE_KK * (N // 5)}))


@pytest.mark.parametrize("bad", [b"\xff", b"\xd0", b"\xe9"])
def test_one_damaged_byte_is_one_letter(bad: bytes, tmp_path: Path) -> None:
    content = bilingual()
    place = content.index("Келісемін".encode()) + 4
    path = tmp_path / "survey.csv"
    path.write_bytes(content[:place] + bad + content[place:])
    found = detect(path)
    assert "encoding" not in found.keys
    line = content[:place].count(b"\n") + 1
    assert any(f"(lines {line})" in told for told in found.found)
    read = cells(path)
    assert [cell for cell in read["пол"] if "\ufffd" in str(cell)] == ["Ке\ufffdлісемін"]
    assert all("\ufffd" not in str(cell) for name, column in read.items() if name != "пол" for cell in column)
    draft = start_new_wave(tmp_path / "wave", path)
    assert len(draft.codebook["items"]) == len(ITEMS)
    assert any("damaged letters" in line for line in draft.guesses)


def test_another_encoding_is_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(text(rows_of(worded(answers(gaps=0), AGREE_RU, "ru")), encoding="cp1251"))
    assert detect(path).keys["encoding"] == "cp1251"
    section = DataSection(file="x", codebook="y")
    with pytest.raises(SurveyError, match="not utf-8 text"):
        open_table(path, section)


LARGE = [2**53 + 1, 2**53 + 2, 2**53 + 3, 2**60 + 1]


def test_identifiers_keep_their_digits(tmp_path: Path) -> None:
    path = tmp_path / "survey.parquet"
    columns = {
        "id": pa.array([*LARGE[:3], None], pa.int64()),
        "id2": pa.array(LARGE, pa.int64()),
        "u": pa.array([2**64 - 1, 1, 2, 3], pa.uint64()),
        "answer": pa.array([1, 2, None, 4], pa.int64()),
    }
    parquet.write_table(pa.table(columns), path)
    found = cells(path)
    assert [str(cell) for cell in found["id"][:3]] == [str(one) for one in LARGE[:3]]
    assert found["id"][3] is None
    assert [str(cell) for cell in found["id2"]] == [str(one) for one in LARGE]
    assert str(found["u"][0]) == str(2**64 - 1)
    assert found["answer"] == [1, 2, None, 4]
    csv = tmp_path / "survey.csv"
    csv.write_text("id,a\n" + "".join(f"{one},{k % 3}\n" for k, one in enumerate(LARGE)), encoding="utf-8")
    assert cells(csv)["id"] == [str(one) for one in LARGE]


def test_long_integers_of_r_are_no_tiny_fractions() -> None:
    from smartcity_survey.data.read.frame_file import _cells_of_r
    from smartcity_survey.data.read.r_serialization import Vector

    bits = [struct.unpack(">d", struct.pack(">q", one))[0] for one in (2**53 + 1, 7, -(2**63))]
    vector = Vector(np.array(bits), {"class": Vector(["integer64"])})
    assert _cells_of_r(vector).tolist() == [2**53 + 1, 7, None]


KIND = "application/vnd.oasis.opendocument.spreadsheet"
SPACE = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
MANIFEST = (
    f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{SPACE}">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{KIND}"/></manifest:manifest>'
)


def cell(kind: str, shown: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="{kind}" {more}><text:p>{shown}</text:p></table:table-cell>'


def test_errors_and_truths_of_an_ods_are_what_people_see(tmp_path: Path) -> None:
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names)
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    error = 'calcext:value-type="error"'
    rows = [
        [cell("string", name) for name in "abc"],
        *(
            [
                cell("float", str(i), f'office:value="{i}"'),
                cell("boolean", "TRUE", 'office:boolean-value="true"'),
                cell("float", "3", 'office:value="3"'),
            ]
            for i in range(6)
        ),
        [
            cell("float", "7", 'office:value="7"'),
            cell("string", "#N/A", f'office:string-value="" {error}'),
            cell("float", "#DIV/0!", f'office:value="0" {error}'),
        ],
    ]
    table = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    body = f'<table:table table:name="S">{table}</table:table>'
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "survey.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", KIND)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    found = cells(path)
    assert found["b"] == [True] * 6 + ["#N/A"]
    assert found["c"] == [3.0] * 6 + ["#DIV/0!"]


def test_a_row_of_an_ods_that_stands_for_a_billion_is_told_and_empty_ones_are_not(tmp_path: Path) -> None:
    path, row = tmp_path / "survey.ods", b"<table:table-row>"
    many = b'<table:table-row table:number-rows-repeated="999999999">'
    with zipfile.ZipFile(io.BytesIO(ods([["a", "b"], [1, 2], ["", ""]]))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    first, second, empty = parts["content.xml"].split(row)[1:]
    start = parts["content.xml"].split(row)[0]
    for own, told in (((row, many, row), True), ((row, row, many), False)):
        content = start + b"".join(
            begin + part for begin, part in zip(own, (first, second, empty), strict=True)
        )
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, content if name == "content.xml" else part)
        if told:
            with pytest.raises(SurveyError, match="stands for 999999999 rows"):
                cells(path)
        else:
            assert cells(path) == {"a": [1], "b": [2]}
