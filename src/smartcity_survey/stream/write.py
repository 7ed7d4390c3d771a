"""What `smartcity-survey stream` writes."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

from smartcity_survey.io import REFUSED, StageResult, write_stage
from smartcity_survey.stages.large_samples import without_tests
from smartcity_survey.stages.refusals import Unsolved
from smartcity_survey.stream.one_pass import one_pass
from smartcity_survey.stream.results import results

OUT = Path("reports/streamed")


@dataclass(frozen=True, slots=True)
class Written:
    """Where tables and cards are; questionnaires read and analysed; tables without a solution."""

    folder: Path
    n_read: int
    n: int
    unsolved: tuple[str, ...]


def stream_study(study: Path) -> Written:
    """Write the tables of a study that follow from counts and moments, after one pass over its file.

    Raises
    ------
    SurveyError
        as `one_pass` and `results`.
    """
    streamed, whole = one_pass(study), StageResult({}, {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Unsolved)  # the cards say so
        for _, part in results(streamed):
            whole = StageResult({**whole.tables, **part.tables}, {**whole.cards, **part.cards})
    write_stage("streamed", without_tests(whole), study / OUT)
    unsolved = tuple(name for name, card in whole.cards.items() if REFUSED in card)
    return Written(study / OUT, streamed.n_read, streamed.moments.n, unsolved)
