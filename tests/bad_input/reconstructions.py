"""Further reconstructions that must be refused."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from .harness import Case, Edit, Study, both, csv_bytes, file, setting


def reconstructions(
    change: Callable[[pd.DataFrame], pd.DataFrame] = lambda answers: answers, name: str = "answers_7.csv"
) -> Edit:
    """A further reconstruction beside the study's files, made of the sound one's answers."""

    def edit(study: Study) -> None:
        study.config["study"] |= {"reconstruction": True, "alternatives": "."}
        study.raw[name] = csv_bytes(change(study.survey.copy()))

    return edit


CASES = (
    Case(
        "reconstructions of answers that people gave",
        setting("config", "study", "alternatives", to="alternatives"),
        "config.yaml, study",
        "contradiction",
        "write `reconstruction: true`",
    ),
    Case(
        "misspelt reconstructions",
        setting("config", "study", "alternativs", to="alternatives"),
        "config.yaml, study.alternativs",
        "unknown key",
        "Did you mean `alternatives`?",
    ),
    Case(
        "reconstructions with weights",
        both(reconstructions(), setting("config", "data", "weight", to="city")),
        "config.yaml",
        "contradiction",
        "leave out `data.weight` or `study.alternatives`",
    ),
    Case(
        "no reconstruction in the folder",
        both(reconstructions(), file("answers_7.csv", None)),
        "study",
        "there is no file answers_<seed>.csv in it",
        "leave out `study.alternatives`",
    ),
    Case(
        "reconstruction without a seed",
        reconstructions(name="answers_new.csv"),
        "answers_new.csv",
        "its name has no seed",
        "answers_<seed>.csv",
    ),
    Case(
        "two reconstructions of one seed",
        both(reconstructions(), reconstructions(name="answers_07.csv")),
        "answers_7.csv",
        "another file has the seed 7",
        "answers_<seed>.csv",
    ),
    Case(
        "reconstruction without an item",
        reconstructions(lambda answers: answers.drop(columns="T2")),
        "answers_7.csv, column T2",
        "the file has no such column",
        "Correct the name",
    ),
    Case(
        "reconstruction that is not all usable",
        reconstructions(lambda answers: answers.assign(T2=answers["T2"].where(answers.index > 1))),
        "answers_7.csv",
        "`missing_items` excludes row 2 (1 of 6 items unanswered: T2), and 1 more",
        "usable questionnaires only",
    ),
    Case(
        "reconstruction without usable rows",
        reconstructions(lambda answers: answers.assign(T2=None)),
        "answers_7.csv",
        "they exclude every row",
        "usable questionnaires only",
    ),
    Case(
        "reconstruction of fewer respondents",
        reconstructions(lambda answers: answers.head(39)),
        "answers_7.csv",
        "39 questionnaires, but the data in use has 40",
        "from the same printed tables",
    ),
)
