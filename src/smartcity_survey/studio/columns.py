"""The survey file's columns: what each holds, and what the study uses it as."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from smartcity_survey.data.read.opening import open_table
from smartcity_survey.errors import SurveyError
from smartcity_survey.new_wave.columns import Column, describe_columns
from smartcity_survey.studio.beside import beside
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.labels import label_of
from smartcity_survey.study.data_section import DataSection

_PATIENCE = 0.1
"""Seconds in which most files are read: so long the page is kept waiting, rather than drawn twice."""


@dataclass(frozen=True, slots=True)
class Used:
    """A column of the survey file in a study.

    name : of the question; empty where the column is not used. use : `items`, `demographics`,
    `multiple_choice` or `unused`. asked : its label.
    column : what the file says of it. answers : code -> words, as the study reads them.
    unordered : whether its answers wait for somebody to put them in order.
    several : whether it is, or was, of a question with several answers.
    """

    column: Column
    use: str
    name: str = ""
    asked: str = ""
    answers: Mapping[int, str] | None = None
    unordered: bool = False
    several: bool = False


class StillRead(SurveyError):
    """A survey file that is being read, for a page that does not wait."""


def columns_of(study: Study) -> tuple[Column, ...]:
    """What the survey file holds, column by column; it is read once, beside the page.

    Raises
    ------
    StillRead
        where it is being read, and the study waits for nothing.
    SurveyError
        where config or survey file cannot be read.
    """
    data = study.config().data
    path = study.folder / data.file
    if not path.is_file():
        raise SurveyError(str(path), "no such file.", "Put the survey file there again.")
    reading = _read(path, path.stat().st_mtime_ns, data.model_dump_json(by_alias=True))
    try:
        return reading.result(None if study.waits else _PATIENCE)
    except TimeoutError as error:
        raise StillRead(str(path), "it is being read.", "Wait a moment.") from error
    except Exception:
        _read.cache_clear()  # what was in the way may be gone when it is asked for again
        raise


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int, section: str) -> Future[tuple[Column, ...]]:
    data = DataSection.model_validate_json(section)
    return beside(lambda: describe_columns(open_table(path, data), data.decimal, problems=[]))


def uses(study: Study) -> tuple[Used, ...]:
    """Every column of the file, in its order."""
    documents = study.read()
    scale = documents.codebook.get("scale") or {}
    by_head = {}
    for kind, name, content in documents.questions():
        heads = [*(content.get("columns") or {})] if kind == "multiple_choice" else []
        for head in heads or [content.get("column") or name, *content.get("further_columns", [])]:
            by_head[str(head)] = (kind, name, content)
    found = []
    for column in columns_of(study):
        was = documents.aside.get("questions", {}).get(column.name, {})
        if column.name not in by_head:
            found.append(Used(column, "unused", asked=column.label, several="multiple_choice" in was))
            continue
        kind, name, content = by_head[column.name]
        own = content.get("scale") or scale if kind == "items" else {}
        words = own.get("answers") or content.get("categories") or {}
        answers = {int(code): label_of({"label": text}, documents) for code, text in words.items()}
        unordered = own.get("ordered") is False
        several = kind == "multiple_choice" or "multiple_choice" in was
        found.append(Used(column, kind, name, label_of(content, documents), answers, unordered, several))
    return tuple(found)
