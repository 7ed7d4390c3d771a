"""Folders of bounds that must be refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pandas as pd

from .harness import Case, Edit, Study, both, csv_bytes, file, setting

ENDS = b"method,outcome,predictor,reading,side,value,std_error,chi2,settled,steps,seed\n"
HEAD = "name,outcome,predictor,side,missed,missed_cells,sha256\n"


def bounds(change: Callable[[pd.DataFrame], pd.DataFrame] = lambda answers: answers) -> Edit:
    """Bounds beside the study's files, with one witness made of the sound study's answers."""

    def edit(study: Study) -> None:
        study.config["study"] |= {"reconstruction": True, "bounds": "bounds"}
        witness = csv_bytes(change(study.survey.copy()))
        listed = f"{HEAD}w,U,T,low,0,,{hashlib.sha256(witness).hexdigest()}\n"
        study.raw |= {
            "bounds/ends.csv": ENDS,
            "bounds/witnesses.csv": listed.encode(),
            "bounds/witnesses/w.csv": witness,
        }

    return edit


CASES = (
    Case(
        "misspelt bounds",
        setting("config", "study", "bound", to="bounds"),
        "config.yaml, study.bound",
        "unknown key",
        "Did you mean `bounds`?",
    ),
    Case(
        "bounds with weights",
        both(bounds(), setting("config", "data", "weight", to="city")),
        "config.yaml",
        "contradiction",
        "leave out `data.weight` or `study.bounds`",
    ),
    Case(
        "no bounds in the folder",
        both(bounds(), file("bounds/ends.csv", None)),
        "bounds/ends.csv",
        "there is no such file",
        "leave out `study.bounds`",
    ),
    Case(
        "a witness that is not listed",
        both(bounds(), file("bounds/witnesses/new.csv", b"T1\n1\n")),
        "bounds/witnesses/new.csv",
        "does not list it",
        "leave out `study.bounds`",
    ),
    Case(
        "a witness that was changed",
        both(bounds(), file("bounds/witnesses/w.csv", b"T1\n1\n")),
        "bounds/witnesses/w.csv",
        "its checksum differs",
        "Write the folder anew",
    ),
    Case(
        "witness without an item",
        bounds(lambda answers: answers.drop(columns="T2")),
        "w.csv, column T2",
        "the file has no such column",
        "Correct the name",
    ),
    Case(
        "witness that is not all usable",
        bounds(lambda answers: answers.assign(T2=answers["T2"].where(answers.index > 1))),
        "w.csv",
        "`missing_items` excludes row 2 (1 of 6 items unanswered: T2), and 1 more",
        "usable questionnaires only",
    ),
    Case(
        "witness without usable rows",
        bounds(lambda answers: answers.assign(T2=None)),
        "w.csv",
        "they exclude every row",
        "usable questionnaires only",
    ),
    Case(
        "witness of fewer respondents",
        bounds(lambda answers: answers.head(39)),
        "w.csv",
        "39 questionnaires, but the data in use has 40",
        "from the same printed tables",
    ),
)
