"""Folders of bounds that must be refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pandas as pd

from .harness import Case, Edit, Study, both, csv_bytes, file, setting

COLUMNS = "method,outcome,predictor,reading,side,value,std_error,chi2,settled,steps,seed\n"
LOW, HIGH = "pls,U,T,strict,low,-0.1,0.04,1059,True,9,7\n", "pls,U,T,strict,high,0.2,,,False,9,7\n"
ENDS = (COLUMNS + LOW + HIGH).encode()
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


def ends(text: str | bytes) -> Edit:
    return both(bounds(), file("bounds/ends.csv", text if isinstance(text, bytes) else text.encode()))


def wrong_cell(place: str, old: str, new: str, found: str, line: str = LOW) -> Case:
    """A cell of `ends.csv` that does not belong where it stands."""
    return Case(
        f"bounds with {new or 'nothing'} as {place}",
        ends(COLUMNS + line.replace(old, new, 1) + HIGH),
        f"bounds/ends.csv, row 2, column {place}",
        f"`{new.strip(',')}`, where {found} belongs",
        "Write the folder anew",
    )


def table(name: str, text: str, place: str, found: str) -> Case:
    """A further table of the folder that is not as it must be."""
    return Case(
        f"bounds with {name}: {found}",
        both(bounds(), file(f"bounds/{name}", text.encode())),
        f"bounds/{name}{place}",
        found,
        "Write the folder anew",
    )


FURTHER, PRICES = "table,outcome,predictor,side,value\n", "outcome,predictor,side,rmsea,value,chi2,settled\n"
TABLES = (
    wrong_cell("method", "pls", "lasso", "one of pls, plsc, sem, mean, component, cfa_bartlett"),
    wrong_cell("outcome", ",U", ",", "a name"),
    wrong_cell("reading", "strict", "any", "one of strict, claimed, print"),
    wrong_cell("side", "low", "left", "one of low, high"),
    wrong_cell("value", "-0.1", "-inf", "a finite number"),
    wrong_cell("value", "-0.1", "nan", "a finite number"),
    wrong_cell("value", ",-0.1", ",", "a finite number"),
    wrong_cell("value", "-0.1", "much", "a finite number"),
    wrong_cell("std_error", "0.04", "-0.04", "a number of at least 0, or nothing"),
    wrong_cell("chi2", "1059", "-1", "a number of at least 0, or nothing"),
    wrong_cell("settled", "True", "no", "True or False"),
    wrong_cell("steps", ",9,", ",9.5,", "a whole number of at least 0"),
    wrong_cell("seed", ",7", ",x", "a whole number of at least 0"),
    Case(
        "bounds with a line twice",
        ends(COLUMNS + LOW + HIGH + LOW),
        "bounds/ends.csv, row 4",
        "`pls U T strict low 7` is there a second time",
        "Write the folder anew",
    ),
    Case(
        "bounds with ends the wrong way round",
        ends(COLUMNS + LOW + HIGH.replace("0.2", "-0.2")),
        "bounds/ends.csv, row 3, column value",
        "the upper end -0.2 lies below the lower one, -0.1",
        "Write the folder anew",
    ),
    Case("bounds without lines", ends(COLUMNS), "bounds/ends.csv", "it has no line", "Write the folder anew"),
    Case("empty bounds", ends(""), "bounds/ends.csv", "the file is empty", "Write the folder anew"),
    Case(
        "bounds that are no text",
        ends(b"PK\x03\x04\x00\xff\xfe"),
        "bounds/ends.csv",
        "it is no table of text",
        "Write the folder anew",
    ),
    Case(
        "bounds with semicolons",
        ends((COLUMNS + LOW).replace(",", ";")),
        "bounds/ends.csv",
        "parted by semicolons",
        "Write the folder anew",
    ),
    Case(
        "bounds with a cell too many",
        ends(COLUMNS + LOW.replace("-0.1", "-0,1")),
        "bounds/ends.csv, row 2",
        "12 cells, but the header has 11",
        "Write the folder anew",
    ),
    Case(
        "bounds with a column twice",
        ends(COLUMNS.replace("steps", "seed") + LOW),
        "bounds/ends.csv, column seed",
        "the column is there twice",
        "Write the folder anew",
    ),
    table("further.csv", f"{FURTHER}guess,U,T,low,0.1\n", ", row 2, column table", "`guess`, where one of"),
    table("further.csv", f"{FURTHER}outer_loadings,U,T,up,0.1\n", ", row 2, column side", "`up`"),
    table("further.csv", f"{FURTHER}outer_loadings,U,T,low,\n", ", row 2, column value", "a finite number"),
    table("prices.csv", f"{PRICES}U,T,low,-1,0.1,9,True\n", ", row 2, column rmsea", "at least 0"),
    table("witnesses.csv", f"{HEAD}w,U,T,up,0,,{64 * '0'}\n", ", row 2, column side", "`up`"),
    table("witnesses.csv", f"{HEAD}w,U,T,low,,,{64 * '0'}\n", ", row 2, column missed", "a whole number"),
    table("witnesses.csv", f"{HEAD}w,U,T,low,2,x,{64 * '0'}\n", ", row 2, column missed", "names 1"),
    table("witnesses.csv", f"{HEAD}w,U,T,low,0,,abc\n", ", row 2, column sha256", "a checksum"),
    table("witnesses.csv", HEAD + 2 * f"w,U,T,low,0,,{64 * '0'}\n", ", row 3", "`w` is there a second time"),
)
CASES = (
    *TABLES,
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
        "leave out `data.weight`",
    ),
    Case(
        "a reconstruction with weights",
        both(
            setting("config", "study", "reconstruction", to=True),
            setting("config", "data", "weight", to="city"),
        ),
        "config.yaml",
        "reconstructions have no sampling weights",
        "leave out `data.weight`",
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
