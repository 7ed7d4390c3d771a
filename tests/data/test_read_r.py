# ruff: noqa: E501
"""Files of R, byte by byte: labelled columns of haven, factors, dates, vectors kept in short."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from smartcity_survey.data.read.opening import open_table
from smartcity_survey.data.read.r_serialization import NotReadable, read_objects
from smartcity_survey.errors import SurveyError
from smartcity_survey.study.config import DataSection

NIL = struct.pack(">i", 254)


def char(text: str | None) -> bytes:
    if text is None:
        return struct.pack(">2i", 9, -1)
    own = text.encode()
    return struct.pack(">2i", 9 | 8 << 12, len(own)) + own


def symbol(name: str) -> bytes:
    return struct.pack(">i", 1) + char(name)


def pairs(attributes: dict[str, bytes]) -> bytes:
    return b"".join(struct.pack(">i", 2 | 0x400) + symbol(k) + v for k, v in attributes.items()) + NIL


def vector(kind: int, body: bytes, n: int, attributes: dict[str, bytes]) -> bytes:
    return (
        struct.pack(">2i", kind | (0x200 if attributes else 0), n)
        + body
        + (pairs(attributes) if attributes else b"")
    )


def strings(*texts: str | None, **attributes: bytes) -> bytes:
    return vector(16, b"".join(map(char, texts)), len(texts), attributes)


def reals(*numbers: float, **attributes: bytes) -> bytes:
    return vector(14, struct.pack(f">{len(numbers)}d", *numbers), len(numbers), attributes)


def integers(*numbers: int, kind: int = 13, **attributes: bytes) -> bytes:
    return vector(kind, struct.pack(f">{len(numbers)}i", *numbers), len(numbers), attributes)


def in_short(name: str, state: bytes) -> bytes:
    info = (
        struct.pack(">i", 2)
        + symbol(name)
        + struct.pack(">i", 2)
        + symbol("base")
        + struct.pack(">i", 2)
        + integers(13)
        + NIL
    )
    return struct.pack(">i", 238) + info + state + NIL


def frame(**columns: bytes) -> bytes:
    attributes = {
        "names": strings(*columns),
        "row.names": integers(-(2**31), -3),
        "class": strings("tbl_df", "data.frame"),
    }
    head = b"X\n" + struct.pack(">3i", 3, 0x40300, 0x30500) + struct.pack(">i", 5) + b"UTF-8"
    return head + vector(19, b"".join(columns.values()), len(columns), attributes)


NA = -(2**31)
CONTENT = frame(
    trust=reals(
        1, np.nan, 5, labels=reals(1, 5, names=strings("no", "yes")), label=strings("I trust it"), **{"class": strings("haven_labelled", "double")}
    ),
    city=integers(2, NA, 1, levels=strings("Алматы", "Астана"), **{"class": strings("factor")}),
    when=reals(20089, np.nan, 20090, **{"class": strings("Date")}),
    at=reals(1735722000.0, np.nan, 1735722000.5, **{"class": strings("POSIXct", "POSIXt")}),
    used=integers(1, 0, NA, kind=10),
    said=strings("x", None, "z"),
    id=in_short("compact_intseq", reals(3, 11, 1)),
    code=in_short("deferred_string", struct.pack(">i", 2) + in_short("compact_intseq", reals(3, 1, 1)) + integers(0)),
    age=in_short("wrap_integer", vector(19, integers(18, NA, 30) + integers(0, 0), 2, {})),
)  # fmt: skip


@pytest.mark.parametrize("packed", [CONTENT, gzip.compress(CONTENT)], ids=["plain", "gzip"])
def test_columns_of_r_are_read_with_their_labels(packed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(packed)
    table = open_table(path, DataSection(file="x", codebook="y"))
    assert table.how == {"format": "rds"}
    assert table.labels == {"trust": "I trust it"}
    assert table.answers == {"trust": {1.0: "no", 5.0: "yes"}}
    (batch,) = table.batches(table.columns)
    cells = {name: batch.cells[name].tolist() for name in table.columns}
    assert cells["trust"][::2] == [1, 5]
    assert np.isnan(cells["trust"][1])
    assert cells["city"] == ["Астана", None, "Алматы"]
    assert cells["when"] == ["2025-01-01", None, "2025-01-02"]
    assert cells["at"] == ["2025-01-01 09:00:00", None, "2025-01-01 09:00:00.500000"]
    assert cells["used"] == [True, False, None]
    assert cells["said"] == ["x", None, "z"]
    assert cells["id"] == [11, 12, 13]
    assert cells["code"] == ["1", "2", "3"]
    assert cells["age"][::2] == [18, 30]
    assert batch.cells.index.tolist() == [1, 2, 3]


def test_a_damaged_file_is_refused_wherever_it_is_cut_or_changed() -> None:
    for n in range(0, len(CONTENT) - 1, 7):
        with pytest.raises(NotReadable):
            read_objects(CONTENT[:n])
    rng = np.random.default_rng(3)
    for _ in range(300):
        spoilt = bytearray(CONTENT)
        spoilt[int(rng.integers(0, len(spoilt)))] = int(rng.integers(0, 256))
        try:
            read_objects(bytes(spoilt))
        except NotReadable:
            continue


def test_a_byte_that_is_wrong_ends_in_no_traceback(tmp_path: Path) -> None:
    path, rng = tmp_path / "survey.rds", np.random.default_rng(8)
    for _ in range(200):
        spoilt = bytearray(CONTENT)
        spoilt[int(rng.integers(23, len(spoilt)))] = int(rng.integers(0, 256))
        path.write_bytes(bytes(spoilt))
        try:
            table = open_table(path, DataSection(file="x", codebook="y"))
            list(table.batches(table.columns))
        except SurveyError:
            continue


def test_what_is_no_data_frame_is_said(tmp_path: Path) -> None:
    path = tmp_path / "model.rds"
    path.write_bytes(CONTENT[:23] + reals(1, 2))
    with pytest.raises(SurveyError, match=r"it holds 0 data frames: none\. .*save it alone"):
        open_table(path, DataSection(file="x", codebook="y"))
    path.write_bytes(b"A\n3\n262912\n")
    with pytest.raises(SurveyError, match=r"not readable as an \.rds of R \(it is written as text"):
        open_table(path, DataSection(file="x", codebook="y"))
