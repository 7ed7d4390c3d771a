"""Survey files that must be refused."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable, Mapping

import pandas as pd

from .harness import Case, Edit, Study, both, csv_bytes, file, sav_bytes, setting, survey_file, xlsx_bytes

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def cyrillic(frame: pd.DataFrame) -> pd.DataFrame:
    """The same survey, with a column named in Russian."""
    return frame.assign(город="Туркестан")


def lost_label(frame: pd.DataFrame) -> bytes:
    """An SPSS file whose value labels belong to a variable that is not there: its reader crashes."""
    whole = sav_bytes(frame, variable_value_labels={"T1": {1: "no", 5: "yes"}})
    # Record type 4 with one variable; the position follows.
    record = struct.pack("<2i", 4, 1)
    position = whole.index(record) + len(record)
    return whole[:position] + struct.pack("<i", 2**30) + whole[position + 4 :]


def archive(parts: Mapping[str, bytes]) -> bytes:
    """A zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def bomb(frame: pd.DataFrame) -> bytes:
    """A spreadsheet whose directory announces 5 GB."""
    whole = bytearray(xlsx_bytes(frame))
    entry = whole.rindex(b"PK\x01\x02")
    whole[entry + 24 : entry + 28] = struct.pack("<I", 2**32 - 2)
    first = whole.index(b"PK\x01\x02")
    whole[first + 24 : first + 28] = struct.pack("<I", 10**9)
    return bytes(whole)


def written(encoding: str) -> Edit:
    """Survey with a Russian column, in an encoding."""

    def edit(study: Study) -> None:
        study.survey = cyrillic(study.survey)
        study.csv["encoding"] = encoding

    return edit


def lines(change: Callable[[list[str]], list[str]]) -> Edit:
    """Change the lines of the csv; the first is the header."""

    def edit(study: Study) -> None:
        text = csv_bytes(study.survey).decode()
        study.raw["survey.csv"] = "\n".join(change(text.splitlines())).encode()

    return edit


def declared(encoding: str) -> Edit:
    """Name an encoding in the config."""
    return setting("config", "data", "encoding", to=encoding)


def far_row(frame: pd.DataFrame) -> bytes:
    """A spreadsheet that names a row which no sheet has: its reader would bring all the rows before it."""
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(frame))) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    name = next(name for name in parts if name.startswith("xl/worksheets/"))
    assert b'<row r="3"' in parts[name]
    return archive(parts | {name: parts[name].replace(b'<row r="3"', b'<row r="99999999999"')})


CASES = (
    Case(
        "a row that no sheet has",
        survey_file("survey.xlsx", far_row),
        "survey.xlsx, row 1048577",
        "no sheet has so many rows",
        "Save it again",
    ),
    Case(
        "100,000 columns without a name",
        lines(lambda rows: [row + "," * 100_000 for row in rows]),
        "survey.csv",
        "more than any sheet has",
        "delimiters at the end of the lines",
    ),
    Case("no survey file", file("survey.csv", None), "survey.csv", "no such file", "Check `data.file`"),
    Case(
        "survey file misspelt",
        setting("config", "data", "file", to="survei.csv"),
        "survei.csv",
        "no such file",
        "Did you mean 'survey.csv'?",
    ),
    Case(
        "a folder",
        setting("config", "data", "file", to="."),
        "study",
        "cannot be opened",
        "that you may read",
    ),
    Case("empty file", file("survey.csv", b""), "survey.csv", "the file is empty", "Export the survey again"),
    Case(
        "nothing but a mark of the encoding",
        file("survey.csv", b"\xef\xbb\xbf"),
        "survey.csv, line 1",
        "it is empty",
        "the names of the columns",
    ),
    Case(
        "a line that never ends",
        file("survey.csv", bytes(2**20)),
        "survey.csv, line 1",
        "no end of the line within 1,048,576 bytes",
        "export the survey again",
    ),
    Case(
        "a PDF",
        survey_file("survey.csv", lambda frame: b"%PDF-1.7\n" + bytes(64)),
        "survey.csv",
        "it is a PDF",
        "Export the answers",
    ),
    Case(
        "a letter",
        survey_file("survey.xlsx", lambda frame: archive({"word/document.xml": b"<w/>"})),
        "survey.xlsx",
        "it is a Word document",
        "Export the answers",
    ),
    Case(
        "old spreadsheet",
        survey_file("survey.xls", lambda frame: OLE),
        "survey.xls",
        "or a damaged .xls",
        "save it as .xlsx",
    ),
    Case(
        "a damaged portable file",
        survey_file("survey.por", lambda frame: b"ASCII SPSS PORT FILE".ljust(456) + b"SPSSPORT and no more"),
        "survey.por",
        "not readable as a portable SPSS file",
        "save it again from SPSS",
    ),
    Case(
        "a damaged Stata file",
        survey_file("survey.dta", lambda frame: b"<stata_dta><header>"),
        "survey.dta",
        "not readable as a Stata file",
        "save it again from Stata",
    ),
    Case(
        "a damaged Parquet file",
        survey_file("survey.parquet", lambda frame: b"PAR1" + bytes(40)),
        "survey.parquet",
        "not readable as a Parquet file",
        "export a .csv",
    ),
    Case(
        "a damaged file of R",
        survey_file("survey.rds", lambda frame: gzip.compress(b"X\n\0\0\0\3 no more")),
        "survey.rds",
        "not readable as an .rds of R",
        "export a .csv",
    ),
    Case(
        "a damaged file of LibreOffice",
        survey_file("survey.ods", lambda frame: archive({"content.xml": b"<office"})),
        "survey.ods",
        "not readable as a spreadsheet of LibreOffice",
        "save it again",
    ),
    Case(
        "no such row of names",
        setting("config", "data", "header_rows", to=[900]),
        "config.yaml, data.header_rows",
        "has no line 900",
        "the names of the columns",
    ),
    Case(
        "cp1251", written("cp1251"), "survey.csv", "not utf-8 text (byte", "`data.encoding` (Windows programs"
    ),
    Case(
        "UTF-16 without its mark", written("utf-16-le"), "survey.csv", "NUL bytes", "utf-16-le or utf-16-be"
    ),
    Case(
        "UTF-16 cut in half",
        file("survey.csv", "id,T1".encode("utf-16")[:-1]),
        "survey.csv",
        "not utf-16 text",
        "Save it as UTF-8",
    ),
    Case(
        "declared UTF-16, is UTF-8",
        declared("utf-16"),
        "survey.csv",
        "not utf-16 text",
        "Save it as UTF-8",
    ),
    Case(
        "encoding that is none",
        declared("cp12511"),
        "config.yaml, data.encoding",
        "'cp12511' is not an encoding",
        "Write utf-8, utf-16 or cp1251",
    ),
    Case(
        "encoding that is no text",
        declared("base64"),
        "config.yaml, data.encoding",
        "'base64' is not an encoding",
        "Write utf-8, utf-16 or cp1251",
    ),
    Case(
        "a cell too few, a cell too many",
        lines(lambda rows: [*rows[:3], rows[3] + ",1", *rows[4:7], rows[7][:-2], *rows[8:]]),
        "survey.csv, line 8",
        "7 cells, but the header has 8",
        "missing or superfluous delimiter",
    ),
    Case(
        "every line too long",
        lines(lambda rows: [rows[0], *(row + "," for row in rows[1:])]),
        "survey.csv",
        "20 more lines like these",
        "Mend the first ones",
    ),
    Case(
        "quotation mark never closed",
        lines(lambda rows: [*rows[:5], '"' + rows[5], *rows[6:]]),
        "survey.csv, line 6",
        "a quotation mark that opens here takes in 35 rows",
        "Close it, or take it out",
    ),
    Case(
        "quotation mark never closed in a long file",
        lines(lambda rows: [*rows[:5], '"' + rows[5], *rows[6:] * 1000]),
        "survey.csv, line",
        "not a table from here on (a cell has more than 131072 letters)",
        "unclosed quotation mark",
    ),
    Case(
        "spaces between the cells",
        lines(lambda rows: [row.replace(",", " ") for row in rows]),
        "survey.csv, column T1",
        "the file has no such column",
        "Correct the name",
    ),
    Case(
        "a web page instead of the survey",
        file("survey.csv", b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n"),
        "survey.csv, column T1",
        "the file has no such column",
        "Correct the name",
    ),
    Case(
        "spreadsheet named csv",
        both(survey_file("survey.csv", xlsx_bytes), setting("config", "data", "format", to="csv")),
        "survey.csv",
        "not utf-8 text",
        "Save it as UTF-8",
    ),
    Case(
        "csv named xlsx",
        both(survey_file("survey.xlsx", csv_bytes), setting("config", "data", "format", to="xlsx")),
        "survey.xlsx",
        "not readable as .xlsx (it is of another kind)",
        "save it again",
    ),
    Case(
        "spreadsheet with a password",
        survey_file("survey.xlsx", lambda frame: OLE),
        "survey.xlsx",
        "protected by a password",
        "without a password",
    ),
    Case(
        "spreadsheet truncated",
        survey_file("survey.xlsx", lambda frame: xlsx_bytes(frame)[:-100]),
        "survey.xlsx",
        "not readable as .xlsx",
        "truncated, damaged",
    ),
    Case(
        "an archive of something else",
        survey_file("survey.xlsx", lambda frame: archive({"letter.txt": b"Dear all"})),
        "survey.xlsx",
        "not readable as .xlsx",
        "something else",
    ),
    Case(
        "spreadsheet of 5 GB in a small file",
        survey_file("survey.xlsx", bomb),
        "survey.xlsx",
        "it unpacks to 5.",
        "Export a .csv",
    ),
    Case(
        "no such sheet",
        both(survey_file("survey.xlsx", xlsx_bytes), setting("config", "data", "sheet", to="Shet1")),
        "config.yaml, data.sheet",
        "has no sheet 'Shet1'",
        "Did you mean 'Sheet1'?",
    ),
    Case(
        "no second sheet",
        both(survey_file("survey.xlsx", xlsx_bytes), setting("config", "data", "sheet", to=1)),
        "config.yaml, data.sheet",
        "has no sheet 1",
        "Its sheets are 'Sheet1'",
    ),
    Case(
        "empty sheet",
        survey_file("survey.xlsx", lambda frame: xlsx_bytes(pd.DataFrame())),
        "survey.xlsx, sheet 0",
        "it is empty",
        "Name the sheet",
    ),
    Case(
        "a title above the table",
        survey_file("survey.xlsx", lambda frame: xlsx_bytes(frame, startrow=2)),
        "survey.xlsx",
        "it is empty",
        "Name the sheet",
    ),
    Case(
        "cell beyond the table",
        survey_file(
            "survey.xlsx", lambda frame: xlsx_bytes(frame.assign(note="x").rename(columns={"note": ""}))
        ),
        "survey.xlsx, row 2",
        "a cell stands beyond the last named column",
        "Name its column",
    ),
    Case(
        "csv named sav",
        both(survey_file("survey.sav", csv_bytes), setting("config", "data", "format", to="sav")),
        "survey.sav",
        "not readable as an SPSS file",
        "save it again from SPSS",
    ),
    Case(
        "SPSS file with a password",
        survey_file("survey.sav", lambda frame: b"\x1c\0\0\0\0\0\0\0ENCRYPTEDSAV\x15" + bytes(64)),
        "survey.sav",
        "protected by a password",
        "without a password",
    ),
    Case(
        "SPSS file truncated",
        survey_file("survey.sav", lambda frame: sav_bytes(frame)[:-200]),
        "survey.sav",
        "not readable as an SPSS file (",
        "save it again from SPSS",
    ),
    Case(
        "SPSS file that crashes its library",
        survey_file("survey.sav", lost_label),
        "survey.sav",
        "it is damaged",
        "save it again from SPSS",
    ),
    Case(
        "SPSS file in an encoding that is none",
        both(survey_file("survey.sav", sav_bytes), declared("cp12511")),
        "survey.sav",
        "the encoding of its letters is unknown",
        "Check `data.encoding`",
    ),
)
