"""Each reader as a function of bytes: it reads them, or says in a SurveyError what is wrong."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from smartcity_survey.audit.paper import read_paper
from smartcity_survey.audit.plan import settled
from smartcity_survey.data.read.opening import open_table
from smartcity_survey.errors import SurveyError
from smartcity_survey.parsing import read_yaml
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import DataSection, read_config

CORPUS = Path(__file__).parent / "corpus"


def _survey(path: Path) -> None:
    table = open_table(path, DataSection(file=str(path), codebook="codebook.yaml"))
    for _ in table.batches(table.columns):
        pass


def _table_of_paper(path: Path) -> None:
    relation = "relations:\n- kind: paths\n  table: a\n"
    (path.parent / "paper.yaml").write_text(f"n: 100\nobjects:\n  a: {{file: {path.name}}}\n{relation}")
    settled(read_paper(path.parent))


def _paper(path: Path) -> None:
    (path.parent / "a.csv").write_text("row,beta,std_error,t,p\nX,0.30,0.05,6.00,<.001\n")
    settled(read_paper(path))


READERS: Mapping[str, tuple[str, Callable[[Path], object]]] = {
    "config": ("config.yaml", read_config),
    "codebook": ("codebook.yaml", read_codebook),
    "yaml": ("any.yaml", read_yaml),
    "paper": ("paper.yaml", _paper),
    "table_of_paper": ("a.csv", _table_of_paper),
    "csv": ("survey.csv", _survey),
    "xlsx": ("survey.xlsx", _survey),
    "html": ("survey.html", _survey),
    "rds": ("survey.rds", _survey),
    "sav": ("survey.sav", _survey),
}
"""Name of a target -> the name of the file that it reads, and what reads it."""


def tried(target: str, content: bytes) -> None:
    """Read bytes; an error is a finding unless it says place, what was found and what to do."""
    name, read = READERS[target]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            read(path)
        except SurveyError as error:
            for problem in error.problems:
                assert all((problem.place, problem.found, problem.remedy)), problem
