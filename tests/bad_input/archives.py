"""Survey files in a .zip: several, none, protected, damaged, larger than they say."""

from __future__ import annotations

import struct

import pandas as pd

from .files import archive
from .harness import Case, csv_bytes, survey_file


def announcing(whole: bytes, size: int = 2**32 - 2) -> bytes:
    """A zip file whose directory announces another size of what it holds."""
    changed = bytearray(whole)
    entry = changed.rindex(b"PK\x01\x02")
    changed[entry + 24 : entry + 28] = struct.pack("<I", size)
    return bytes(changed)


def protected(frame: pd.DataFrame) -> bytes:
    """A zip file marked as encrypted."""
    changed = bytearray(archive({"form.csv": csv_bytes(frame)}))
    changed[6] |= 1
    changed[changed.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


CASES = (
    Case(
        "an archive with two surveys in it",
        survey_file(
            "survey.csv", lambda frame: archive({"form.csv": csv_bytes(frame), "b.csv": csv_bytes(frame)})
        ),
        "survey.csv",
        "it is an archive (.zip) that holds several tables: form.csv, b.csv.",
        "name the file with the answers",
    ),
    Case(
        "an archive with a letter in it",
        survey_file(
            "survey.zip",
            lambda frame: archive({"a.txt": b"Dear all, here it is.\nYours, A.", "b.pdf": b"%PDF"}),
        ),
        "survey.zip",
        "it is an archive (.zip) that holds a.txt, b.pdf.",
        "Unpack it",
    ),
    Case(
        "an archive with a password",
        survey_file("survey.zip", protected),
        "survey.zip",
        "it is protected by a password",
        "Unpack it with the password",
    ),
    Case(
        "an archive that announces 5 GB",
        survey_file("survey.zip", lambda frame: announcing(archive({"form.csv": csv_bytes(frame)}))),
        "survey.zip",
        "it unpacks to 4.3 GB",
        "Unpack it",
    ),
    Case(
        "an archive with more in it than it announces",
        survey_file(
            "survey.zip", lambda frame: announcing(archive({"form.csv": csv_bytes(frame)}), size=100)
        ),
        "survey.zip",
        "not readable as a .zip",
        "download it again",
    ),
    Case(
        "an archive cut off",
        survey_file("survey.zip", lambda frame: archive({"form.csv": csv_bytes(frame)})[:-40]),
        "survey.zip",
        "not readable as a .zip",
        "download it again",
    ),
    Case(
        "a line that is no row in a file of an archive",
        survey_file(
            "survey.zip", lambda frame: archive({"form.csv": csv_bytes(frame).replace(b"P02,", b"P02,,")})
        ),
        "survey.zip (form.csv), line 3",
        "9 cells, but the header has 8",
        "add 3 to `data.skip_rows`",
    ),
)
