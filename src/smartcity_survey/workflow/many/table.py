"""One table of what the hypotheses of many studies came to; a study that could not be run has a line too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import pandas as pd

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_json, read_table
from smartcity_survey.study.codebook import text
from smartcity_survey.study.config import read_config
from smartcity_survey.workflow.many.below import CONFIG, Study

_FIRST = ("study", "title", "reconstruction", "n")
_COMPARED = (
    *("hypothesis", "predictor", "outcome", "expected_sign", "method"),
    *("estimate", "ci_low", "ci_high", "p", "verdict"),
)
_LAST = "not_run"


def comparison(studies: Sequence[Study], failed: Mapping[Study, str]) -> pd.DataFrame:
    """A line for each hypothesis of each study by each method, with the questionnaires it rests on.

    Parameters
    ----------
    studies : those whose reports are up to date.
    failed : the others, and why each of them is not.

    Returns
    -------
    `study` : its name; `title`, in the study's own language; `reconstruction` : whether its answers are no
    answers of people; `n` : questionnaires that its cleaning kept; then as in each study's `hypotheses.csv`;
    `not_run` : of a study that could not be run, why, in a line that says nothing else. All in the order of
    the names.
    """
    tables = {study.name: _of_study(study) for study in studies}
    tables |= {study.name: _of_failed(study, reason) for study, reason in failed.items()}
    lines = [line for _, table in sorted(tables.items()) for line in table.to_dict("records")]
    made = pd.DataFrame(lines, columns=[*_FIRST, *_COMPARED, _LAST])
    return made.astype({"n": "Int64", "reconstruction": "boolean"})


def _of_study(study: Study) -> pd.DataFrame:
    section, reports = read_config(study.folder / CONFIG).study, study.folder / "reports"
    table = read_table(reports / "tables" / "hypotheses.csv").reindex(columns=[*_COMPARED, _LAST])
    n = read_json(reports / "cards" / "clean.json")["cleaning_log"]["n"]
    title = text(section.title, section.language, f"{study.folder / CONFIG}, study.title")
    for place, value in enumerate((study.name, title, section.reconstruction, n)):
        table.insert(place, _FIRST[place], value)
    return table


def _of_failed(study: Study, reason: str) -> pd.DataFrame:
    title = None
    with suppress(SurveyError, OSError):
        section = read_config(study.folder / CONFIG).study
        title = text(section.title, section.language, "study.title")
    return pd.DataFrame([{"study": study.name, "title": title, _LAST: reason}])
