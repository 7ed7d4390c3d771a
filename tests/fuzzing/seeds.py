"""Writes the first input of each target: `python -m tests.fuzzing.seeds`. What is found is added by hand."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pandas as pd
import pyreadr
import pyreadstat
import typst
import yaml

from tests.bad_input.harness import csv_bytes, sav_bytes, xlsx_bytes
from tests.conftest import REPOSITORY
from tests.fuzzing.targets import CORPUS, SOUND, TARGETS
from tests.new_wave.tools.writers import ods

ANSWERS = pd.DataFrame({"id": ["a", "b"], "T1": [1, 5], "city": [1, 2]})
PAPER = b"n: 100\nobjects:\n  a: {number: 1, file: a.csv}\nrelations:\n- kind: paths\n  table: a\n"
FORM = pd.DataFrame(
    {
        "Timestamp": ["2025-03-01 09:00", "2025-03-01 09:37", "2025-03-02 10:00"],
        "I trust the city": ["Agree", "Disagree", "Strongly agree"],
        "I use its services": [1, 5, 3],
        "Gender": ["Female", "Male", "Male"],
    }
)
CAPTION = "Table 1. Paths"
PATHS = (("Path", "β", "SE", "t", "p"), ("X → Y", "0.30", "0.05", "6.00", "<.001"))
SAID = "We asked 100 people; the effect was clear (t(98) = 6.00, p < .001)."


def _by_file(ending: str, write: Callable[[Path], object]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file.{ending}"
        write(path)
        return path.read_bytes()


def _zip(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("survey.csv", content)
    return made.getvalue()


def _word(path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(SAID)
    document.add_paragraph(CAPTION)
    table = document.add_table(len(PATHS), len(PATHS[0]))
    for i, row in enumerate(PATHS):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    document.save(str(path))


def _page() -> bytes:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in PATHS)
    return f"<html><body><p>{SAID}</p><p>{CAPTION}</p><table>{rows}</table></body></html>".encode()


def _pdf(path: Path) -> None:
    cells = ", ".join(f"[{cell}]" for row in PATHS for cell in row)
    source = path.with_suffix(".typ")
    source.write_text(f"{SAID}\n\n{CAPTION}\n\n#table(columns: {len(PATHS[0])}, {cells})", encoding="utf-8")
    typst.compile(str(source), output=str(path))


def seeds() -> dict[str, bytes]:
    """Target -> a small sound file, or the part of one that the target's bytes are."""
    codebook = {
        "respondent": {"column": "id"},
        "constructs": {"T": {"label": "T", "items": {"T1": "a"}}},
        "demographics": {"city": {"label": "c", "categories": {1: "a", 2: "b"}}},
    }
    upper = ANSWERS.rename(columns=str.upper)
    files = {
        "config": (REPOSITORY / "tests/bfi/config.yaml").read_bytes(),
        "codebook": yaml.safe_dump(codebook).encode(),
        "yaml": b"a: [1, 2.5, yes, 2020-01-01]\nb: {c: 'd', e: null}\n",
        "paper": PAPER,
        "table_of_paper": b"row,beta,std_error,t,p\nX -> Y,0.30,0.05,6.00,<.001\n",
        "csv": csv_bytes(ANSWERS),
        "drafted_csv": csv_bytes(FORM),
        "html": ANSWERS.to_html(index=False).encode(),
        "xlsx": xlsx_bytes(FORM),
        "xls": (REPOSITORY / "tests/new_wave/waves/plain.xls").read_bytes(),
        "ods": ods([list(FORM.columns), *FORM.to_numpy().tolist()]),
        "zip": _zip(csv_bytes(ANSWERS)),
        "rds": _by_file("rds", lambda path: pyreadr.write_rds(str(path), ANSWERS)),
        "sav": sav_bytes(ANSWERS),
        "dta": _by_file("dta", lambda path: pyreadstat.write_dta(ANSWERS, path)),
        "por": _by_file("por", lambda path: pyreadstat.write_por(upper, path)),
        "parquet": _by_file("parquet", ANSWERS.to_parquet),
        "page": _page(),
        "word": _by_file("docx", _word),
        "pdf": _by_file("pdf", _pdf),
    }
    for name, target in TARGETS.items():
        if target.whole is not None:
            other, part = target.whole
            with zipfile.ZipFile(io.BytesIO(files[other])) as archive:
                files[name] = archive.read(part)
    return files


def main() -> None:
    """Write them."""
    for target, content in seeds().items():
        (CORPUS / target).mkdir(parents=True, exist_ok=True)
        (CORPUS / target / SOUND).write_bytes(content)


if __name__ == "__main__":
    main()
