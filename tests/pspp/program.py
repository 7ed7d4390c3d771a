"""Run GNU PSPP in batch and read the tables it prints.

PSPP prints statistics in the format of SET FORMAT, so it is asked for twelve decimals, and every printed
number is compared at that precision.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

PROGRAM = shutil.which("pspp")
ABSENT = "GNU PSPP is not installed (Debian: apt-get install pspp), so nothing is compared with it"

SETTINGS = "SET FORMAT=F25.12.\nSET TVARS=NAMES.\nSET TNUMBERS=VALUES.\n"

# Where twelve decimals are more digits than a double carries, the two calculations' rounding shows.
ROUNDING = 1e-12

NUMBER = re.compile(r"(-?\d*)\.?(\d*)(?:E([+-]\d+))?%?")


@dataclass
class Table:
    """One printed table: rows of cells as text, which of them were compared, whether all numbers were."""

    title: str
    cells: list[list[str]] = field(default_factory=list)
    caption: str = ""
    compared: set[tuple[int, int]] = field(default_factory=set)
    done: bool = False

    def compare(self, row: int, column: int, ours: ArrayLike, tolerance: float = 0.0) -> None:
        """Compare the block whose first cell is (row, column) with ours; a NaN is an empty cell.

        tolerance : beyond half a unit of the last printed digit and the rounding of doubles.
        """
        block = np.asarray(ours, dtype=float)
        assert block.ndim == 2, "a block has rows and columns"
        for (i, j), value in np.ndenumerate(block):
            place = (row + i, column + j)
            text = self.cells[place[0]][place[1]]
            if np.isnan(value):
                assert text == "", f"{self.title} {place}: {text} printed, nothing expected"
                continue
            printed, half_unit = read_number(text)
            allowed = half_unit + ROUNDING * max(1.0, abs(value)) + tolerance
            assert abs(printed - value) <= allowed, f"{self.title} {place}: {text} printed, ours {value!r}"
            self.compared.add(place)

    def labels(self, row: int, column: int, expected: list[str]) -> None:
        """Check that the cells from (row, column) downwards read as expected."""
        assert [cells[column] for cells in self.cells[row : row + len(expected)]] == expected, self.title

    def complete(self, header_rows: int = 1, label_columns: int = 1) -> None:
        """Check that every number of the table was compared."""
        left = [
            (i, j)
            for i, cells in enumerate(self.cells)
            for j, text in enumerate(cells)
            if i >= header_rows and j >= label_columns and text and (i, j) not in self.compared
        ]
        assert not left, f"{self.title}: not compared {left}"
        self.done = True


def require_all_compared(printed: dict[str, Table]) -> None:
    """Check that no printed table was forgotten."""
    assert [table.title for table in printed.values() if not table.done] == []


def read_number(text: str) -> tuple[float, float]:
    """A printed number and half a unit of its last digit; a percentage stays in percent."""
    match = NUMBER.fullmatch(text)
    assert match is not None, f"{text!r} is no number"
    decimals = len(match[2]) - int(match[3] or 0)
    return float(text.rstrip("%")), 0.5 * 10.0**-decimals


def run(folder: Path, commands: str) -> dict[str, Table]:
    """The tables that PSPP prints for commands, by title."""
    assert PROGRAM is not None
    job, output = folder / "job.sps", folder / "output.csv"
    job.write_text(SETTINGS + commands, encoding="utf-8")
    done = subprocess.run(
        [PROGRAM, "-O", "format=csv", "-o", str(output), str(job)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    text = output.read_text(encoding="utf-8")
    assert "warning:" not in text, text[text.index("warning:") :][:500]
    tables = read_tables(text)
    by_title = {table.title: table for table in tables}
    assert len(by_title) == len(tables)
    return by_title


def read_tables(text: str) -> list[Table]:
    """The tables in PSPP's csv output: `Table: <title>`, then rows, then an empty line."""
    tables: list[Table] = []
    inside = False
    for row in csv.reader(text.splitlines()):
        if not row:
            inside = False
        elif row[0].startswith("Table: "):
            tables.append(Table(row[0].removeprefix("Table: ")))
            inside = True
        elif row[0].startswith("Caption: "):
            tables[-1].caption = row[0].removeprefix("Caption: ")
        elif inside:
            tables[-1].cells.append(row)
    return tables
