"""Answers that must be refused."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pandas as pd

from .harness import (
    ITEMS,
    Case,
    Edit,
    Study,
    blank,
    both,
    cell,
    column,
    n_rows,
    removing,
    sav_bytes,
    setting,
    shifted,
    survey_file,
    xlsx_bytes,
)

NEITHER = "is neither a number nor an answer the codebook knows"


def without_rule(rule: str) -> Edit:
    """Take one cleaning rule out of the config."""
    rules = ["blank_form", "duplicate_respondent", "out_of_range", "missing_items"]
    return setting("config", "cleaning", "rules", to=[other for other in rules if other != rule])


def header(**names: str) -> Edit:
    """Rename columns of the survey."""

    def edit(study: Study) -> None:
        study.survey = study.survey.rename(columns=names)

    return edit


def weighted(spoil: Callable[[pd.Series], pd.Series]) -> Edit:
    """Add weights of 1, spoilt, and name their column in the config."""
    return both(
        column("weight", lambda survey: spoil(pd.Series(1.0, index=survey.index))),
        setting("config", "data", "weight", to="weight"),
    )


def repeated_column(study: Study) -> None:
    study.survey = pd.concat([study.survey, study.survey[["T1"]]], axis=1)


def everybody_leaves_one_out(study: Study) -> None:
    for row in range(len(study.survey)):
        study.survey.loc[row, ITEMS[row % len(ITEMS)]] = None


CASES = (
    Case(
        "everybody left an answer out, and the methods for that need some who did not",
        both(
            everybody_leaves_one_out,
            setting("config", "missing", to={"pls": "mean_replacement"}),
            setting("config", "cleaning", "missing_items_at_most", to=3),
        ),
        "survey.csv",
        "40 questionnaires are kept, but none of them answers all 6 items of the model",
        "items that many left out",
    ),
    Case(
        "word nobody knows",
        cell(6, "U1", "often"),
        "survey.csv, row 6, column U1",
        f"'often' {NEITHER}",
        "its code",
    ),
    Case(
        "misspelt answer",
        cell(6, "U1", "yess"),
        "row 6, column U1",
        f"'yess' {NEITHER}",
        "Did you mean 'yes' (code 5)?",
    ),
    Case(
        "misspelt answer in capitals",
        cell(6, "city", "NORT"),
        "row 6, column city",
        f"'NORT' {NEITHER}",
        "Did you mean 'North' (code 1)?",
    ),
    Case("decimal comma", cell(3, "T1", "3,0"), "row 3, column T1", f"'3,0' {NEITHER}", "data.decimal: ','"),
    Case(
        "point where the comma is decimal",
        both(setting("config", "data", "decimal", to=","), cell(3, "T1", "1.500")),
        "row 3, column T1",
        f"'1.500' {NEITHER}",
        "data.decimal: '.'",
    ),
    Case(
        "NA for no answer", cell(3, "T1", "NA"), "row 3, column T1", f"'NA' {NEITHER}", "`data.missing_codes`"
    ),
    Case("infinity", cell(3, "T1", "inf"), "row 3, column T1", f"'inf' {NEITHER}", "its code"),
    Case(
        "number beyond all numbers",
        cell(3, "T1", "1e999"),
        "row 3, column T1",
        f"'1e999' {NEITHER}",
        "its code",
    ),
    Case(
        "an essay in a cell",
        cell(3, "T1", "long " * 999),
        "row 3, column T1",
        " ...' is neither",
        "its code",
    ),
    Case(
        "a date made of 1-5",
        survey_file(
            "survey.xlsx",
            lambda frame: xlsx_bytes(
                frame.astype({"T1": object}).replace({"T1": {5: datetime.date(2024, 5, 1)}})
            ),
        ),
        "survey.xlsx, row",
        "'2024-05-01' is neither",
        "its code",
    ),
    Case(
        "a formula that failed",
        survey_file(
            "survey.xlsx", lambda frame: xlsx_bytes(frame.astype({"T1": object}).replace({"T1": {5: "#N/A"}}))
        ),
        "survey.xlsx, row",
        f"'#N/A' {NEITHER}",
        "`data.missing_codes`",
    ),
    Case(
        "column missing",
        header(T3="T33"),
        "survey.csv, column T3",
        "the file has no such column",
        "Did you mean 'T33'?",
    ),
    *(
        Case(
            f"column whose name looks right: {told}",
            header(**names),
            f"survey.csv, column {next(iter(names))}",
            f"the file has no such column, but one that looks the same, with {told}",
            "from the file into the codebook",
        )
        for names, told in (
            ({"T3": "\u04223"}, "Cyrillic letters: \u0422"),
            ({"city": "\u0441it\u0443"}, "Cyrillic letters: \u0441, \u0443"),
            ({"T3": "T3\u200b"}, "characters that nobody sees"),
        )
    ),
    Case(
        "column whose name was typed on another system",
        both(
            setting("codebook", "demographics", "city", "column", to="\u0430\u0439\u043c\u0430\u049b"),
            header(city="\u0430\u0438\u0306\u043c\u0430\u049b"),
        ),
        "survey.csv, column \u0430\u0439\u043c\u0430\u049b",
        "the file has no such column, but one that looks the same, with accented letters of another make",
        "from the file into the codebook",
    ),
    Case(
        "column whose name looks right in a Cyrillic codebook",
        both(
            setting("codebook", "demographics", "city", "column", to="\u0440\u0430\u0441\u0441\u0430"),
            header(city="pacca"),
        ),
        "survey.csv, column \u0440\u0430\u0441\u0441\u0430",
        "the file has no such column, but one that looks the same, with Latin letters: p, a, c",
        "from the file into the codebook",
    ),
    Case(
        "column in capitals",
        header(city="CITY"),
        "survey.csv, column city",
        "no such column",
        "Did you mean 'CITY'?",
    ),
    Case(
        "identifier missing",
        header(id="no"),
        "survey.csv, column id",
        "no such column",
        "codebook (or config)",
    ),
    Case(
        "column twice", repeated_column, "survey.csv, column T1", "stands over 2 columns", "Rename or delete"
    ),
    Case(
        "column without a name",
        header(city=" "),
        "survey.csv, column 8",
        "it has no name",
        "Name every column",
    ),
    Case(
        "questionnaire without identifier",
        cell(9, "id", " "),
        "row 9, column id",
        "no identifier",
        "rows are then numbered",
    ),
    Case("empty column", blank("U2"), "survey.csv, column U2", "nobody answered it", "out of the codebook"),
    Case("header only", n_rows(0), "survey.csv", "a header but no row of answers", "Export the survey again"),
    Case("counted from 0", shifted(-1), "6 items from T1 to U3", "run from 0 to 4", "list 0 under"),
    Case("counted from 2", shifted(1), "6 items from T1 to U3", "run from 2 to 6", "list 6 under"),
    Case(
        "code outside the scale, no rule",
        both(without_rule("out_of_range"), cell(4, "T1", 55), cell(5, "T1", 0)),
        "survey.csv, column T1",
        "answers outside 1 to 5: 0, 55 (rows 4, 5)",
        "cleaning rule `out_of_range`",
    ),
    Case(
        "half a code, no rule",
        both(without_rule("out_of_range"), cell(4, "T1", 2.5)),
        "survey.csv, column T1",
        "2.5 (rows 4)",
        "cleaning rule `out_of_range`",
    ),
    Case(
        "unknown category, no rule",
        cell(4, "city", 3),
        "survey.csv, column city",
        "codes the codebook lacks: 3 (rows 4)",
        "cleaning rule `unknown_category`",
    ),
    Case(
        "respondent twice, no rule",
        both(without_rule("duplicate_respondent"), cell(5, "id", "P01")),
        "survey.csv, respondent P01",
        "2 questionnaires (rows 2, 5)",
        "cleaning rule `duplicate_respondent`",
    ),
    Case(
        "answer missing, no rule",
        both(without_rule("missing_items"), cell(5, "T1", "")),
        "survey.csv, column T1",
        "1 of the 40 questionnaires kept lack an answer",
        "Use the rule `missing_items`",
    ),
    Case(
        "answers missing, as many as allowed",
        both(setting("config", "cleaning", "missing_items_at_most", to=1), cell(5, "T1", "")),
        "survey.csv, column T1",
        "1 of the 40 questionnaires kept lack an answer",
        "Use the rule `missing_items`",
    ),
    Case(
        "constant item",
        column("U1", 3),
        "survey.csv, column U1",
        "all 40 questionnaires that are kept answer 3",
        "Check the column",
    ),
    Case(
        "item copied",
        column("U1", lambda s: s["U2"]),
        "U1, U2",
        "these determine one another",
        "copied or summed",
    ),
    Case(
        "item turned round",
        column("T1", lambda s: s["T2"]),
        "T1, T2",
        "these determine one another",
        "copied or summed",
    ),
    Case(
        "as many people as items",
        n_rows(6),
        "survey.csv",
        "6 questionnaires are kept, for 6 items",
        "Collect more",
    ),
    Case("one person", n_rows(1), "survey.csv", "1 questionnaire is kept", "Collect more"),
    Case(
        "nobody left",
        both(*(cell(row, ITEMS[row % 6], "") for row in range(2, 42))),
        "config.yaml, cleaning.rules",
        "no questionnaire is left of 40",
        "relax a rule",
    ),
    Case(
        "all codes declared missing",
        both(
            setting("config", "data", "missing_codes", to=[1, 2, 3, 4, 5]),
            removing("codebook", "demographics"),
        ),
        "survey.csv, column T1",
        "nobody answered it",
        "Check the export",
    ),
    Case(
        "weights that are not there",
        setting("config", "data", "weight", to="wieght"),
        "survey.csv, column wieght",
        "no such column",
        "Correct the name",
    ),
    Case(
        "weight of zero",
        weighted(lambda weights: weights.where(weights.index != 3, 0.0)),
        "survey.csv, row 5, column weight",
        "the sampling weight is empty, zero or negative",
        "above 0",
    ),
    Case(
        "respondents without a weight",
        weighted(lambda weights: weights.where(weights.index > 1)),
        "survey.csv, rows 2, 3, column weight",
        "the sampling weight is empty",
        "leave out `data.weight`",
    ),
    Case(
        "one respondent with all the weight",
        weighted(lambda weights: weights.where(weights.index != 3, 1e6)),
        "survey.csv, column weight",
        "40 questionnaires so weighted are worth 1.0 that count alike (Kish's effective sample size), for 2 "
        "coefficients of the regression of use: the largest weight is 100 % of all",
        "Check the largest weights",
    ),
    Case(
        "an answer that the SPSS file declares missing",
        survey_file(
            "survey.sav", lambda frame: sav_bytes(frame, missing_ranges={"T1": [{"lo": 4, "hi": 9}]})
        ),
        "survey.sav, column T1",
        "the file declares 4, 5 as missing, but in the codebook these are answers",
        "Correct the scale",
    ),
    Case(
        "a category that the SPSS file declares missing",
        survey_file("survey.sav", lambda frame: sav_bytes(frame, missing_ranges={"city": [2]})),
        "survey.sav, column city",
        "the file declares 2 as missing, but in the codebook this is an answer",
        "clear the missing values in SPSS",
    ),
)
