"""Each reader as a function of bytes: it reads them, or says in a SurveyError what is wrong.

Output files of SPSS (.spv) are left out: PSPP's converter reads them, as a process of its own.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from smartcity_survey.audit.paper import read_paper
from smartcity_survey.audit.plan import settled
from smartcity_survey.data.read.opening import open_table
from smartcity_survey.errors import SurveyError
from smartcity_survey.new_paper import start_new_paper
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.parsing import read_yaml
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import DataSection, read_config

CORPUS = Path(__file__).parent / "corpus"
SOUND = "sound"
"""Name of a target's first input."""


@dataclass(frozen=True, slots=True)
class Target:
    """What reads a file, and where in the file the bytes stand.

    Attributes
    ----------
    file : the name that the reader sees.
    read : the reader.
    whole : for bytes that are one part of an archive, the target whose sound file has the other parts, and
        the part's name there: bytes changed in an archive itself are refused by its checksum at once.
    """

    file: str
    read: Callable[[Path], object]
    whole: tuple[str, str] | None = None


def _survey(path: Path) -> None:
    table = open_table(path, DataSection(file=str(path), codebook="codebook.yaml"))
    for _ in table.batches(table.columns):
        pass


def _drafted(path: Path) -> None:
    start_new_wave(path.parent / "study", path)


def _document(path: Path) -> None:
    start_new_paper(path.parent / "paper", path)


def _table_of_paper(path: Path) -> None:
    relation = "relations:\n- kind: paths\n  table: a\n"
    (path.parent / "paper.yaml").write_text(f"n: 100\nobjects:\n  a: {{file: {path.name}}}\n{relation}")
    settled(read_paper(path.parent))


def _paper(path: Path) -> None:
    (path.parent / "a.csv").write_text("row,beta,std_error,t,p\nX,0.30,0.05,6.00,<.001\n")
    settled(read_paper(path))


_SHEET = "xl/worksheets/sheet1.xml"
TARGETS: Mapping[str, Target] = {
    "config": Target("config.yaml", read_config),
    "codebook": Target("codebook.yaml", read_codebook),
    "yaml": Target("any.yaml", read_yaml),
    "paper": Target("paper.yaml", _paper),
    "table_of_paper": Target("a.csv", _table_of_paper),
    "csv": Target("survey.csv", _survey),
    "drafted_csv": Target("survey.csv", _drafted),
    "html": Target("survey.html", _survey),
    "xlsx": Target("survey.xlsx", _survey),
    "xlsx_sheet": Target("survey.xlsx", _survey, ("xlsx", _SHEET)),
    "drafted_sheet": Target("survey.xlsx", _drafted, ("xlsx", _SHEET)),
    "xls": Target("survey.xls", _survey),
    "ods": Target("survey.ods", _survey),
    "ods_content": Target("survey.ods", _survey, ("ods", "content.xml")),
    "zip": Target("survey.zip", _survey),
    "rds": Target("survey.rds", _survey),
    "sav": Target("survey.sav", _survey),
    "dta": Target("survey.dta", _survey),
    "por": Target("survey.por", _survey),
    "parquet": Target("survey.parquet", _survey),
    "page": Target("article.html", _document),
    "word": Target("article.docx", _document),
    "word_text": Target("article.docx", _document, ("word", "word/document.xml")),
    "workbook_sheet": Target("article.xlsx", _document, ("xlsx", _SHEET)),
    "pdf": Target("article.pdf", _document),
}
"""Readers by name."""


def file_of(target: Target, content: bytes) -> bytes:
    """The file in which bytes stand."""
    if target.whole is None:
        return content
    other, part = target.whole
    made = BytesIO()
    with zipfile.ZipFile(CORPUS / other / SOUND) as sound, zipfile.ZipFile(made, "w") as archive:
        for name in sound.namelist():
            archive.writestr(name, content if name == part else sound.read(name))
    return made.getvalue()


def tried(name: str, content: bytes) -> None:
    """Read bytes; an error is a finding unless it says place, what was found and what to do."""
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / target.file
        path.write_bytes(file_of(target, content))
        try:
            target.read(path)
        except SurveyError as error:
            for problem in error.problems:
                assert all((problem.place, problem.found, problem.remedy)), problem
