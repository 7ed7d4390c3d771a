"""Write a reconstructed survey as `.csv` and as an SPSS file that needs nothing but itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from smartcity_survey.data.read import RESPONDENT
from smartcity_survey.io import write_bytes, write_table
from smartcity_survey.reconstruct.flaws import NO_ANSWER, RETAINED
from smartcity_survey.study.codebook import Codebook, Scale, text
from smartcity_survey.study.config import Label, Language

FILE_LABEL = "RECONSTRUCTION from printed tables - NOT real answers"
"""Label of the `.sav`; SPSS allows 64 bytes."""

NOTE = (
    "This file is a reconstruction. Its rows were computed so that the",
    "statistics the study prints come out of them; many other files fit as well.",
    "No row is a person's answers, and nothing about a respondent can be learnt.",
    "Usable questionnaires: FILTER BY retained.",
)

NO_ANSWER_DEMOGRAPHIC = 99
"""Code declared as missing in demographic columns."""

_NO_ANSWER_LABEL = {"kk": "Жауап жоқ", "ru": "Нет ответа", "en": "No answer"}
_RETAINED_LABEL = {"kk": "Талдауға алынды", "ru": "Взято в анализ", "en": "Kept for analysis"}
_YES_NO: dict[int, Label] = {
    0: {"kk": "Жоқ", "ru": "Нет", "en": "No"},
    1: {"kk": "Иә", "ru": "Да", "en": "Yes"},
}
_HEADER_DATE = slice(92, 109)  # creation date and time in the file header of the SPSS system file format
_FIXED_DATE = b"28 Nov 2200:00:00"  # the day of the survey


def write_csv(survey: pd.DataFrame, path: Path) -> None:
    """Write codes as whole numbers; an empty cell where there is no answer."""
    whole = survey.select_dtypes("number").columns
    write_table(survey.astype(dict.fromkeys(whole, "Int64")), path)


def write_sav(survey: pd.DataFrame, codebook: Codebook, path: Path, language: Language = "kk") -> None:
    """Write an SPSS system file with labels, declared missing codes and measurement levels.

    Columns are known by name: `respondent`, items and demographics of the codebook, `retained`, and one
    score for each construct that names it. The same survey always gives the same bytes: the header's
    creation date is fixed.
    """
    labels: dict[str, str] = {RESPONDENT: RESPONDENT, RETAINED: _RETAINED_LABEL[language]}
    values: dict[str, dict[int, str]] = {RETAINED: _texts(_YES_NO, language)}
    missing: dict[str, list[int]] = {}
    measure = {RESPONDENT: "nominal", RETAINED: "nominal"}
    formats = {RETAINED: "F1.0"}
    for name, item in codebook.items.items():
        labels[name] = text(item.label, language, name)
        values[name] = _scale_texts(item.scale or codebook.scale, language)
        missing[name], measure[name], formats[name] = [NO_ANSWER], "ordinal", "F2.0"
    for name, question in codebook.demographics.items():
        labels[name] = text(question.label, language, name)
        values[name] = _texts(question.categories, language)
        values[name][NO_ANSWER_DEMOGRAPHIC] = _NO_ANSWER_LABEL[language]
        missing[name], measure[name], formats[name] = [NO_ANSWER_DEMOGRAPHIC], "nominal", "F2.0"
    for construct in codebook.constructs.values():
        if construct.score is not None:
            labels[construct.score] = text(construct.label, language, construct.score)
            measure[construct.score], formats[construct.score] = "scale", "F8.5"

    columns = list(survey.columns)
    pyreadstat.write_sav(
        survey,
        path,
        file_label=FILE_LABEL,
        note=list(NOTE),
        column_labels={name: labels[name] for name in columns},
        variable_value_labels=_present(values, columns),
        missing_ranges=_present(missing, columns),
        variable_measure=_present(measure, columns),
        variable_format=_present(formats, columns),
        row_compress=True,
    )
    content = bytearray(path.read_bytes())
    content[_HEADER_DATE] = _FIXED_DATE
    write_bytes(bytes(content), path)


def _scale_texts(scale: Scale, language: Language) -> dict[int, str]:
    return {**_texts(scale.answers, language), NO_ANSWER: _NO_ANSWER_LABEL[language]}


def _texts(codes: dict[int, Label], language: Language) -> dict[int, str]:
    return {code: text(label, language, str(code)) for code, label in codes.items()}


def _present(entries: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    return {name: entry for name, entry in entries.items() if name in columns}
