"""What a finished study tells of the next one: its scores, its covariance, its losses, its respondents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import read_table
from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.codebook import RESPONDENT, WEIGHT, Codebook, read_codebook
from smartcity_survey.study.config import Config, read_config
from smartcity_survey.study.model import Model, build_model

NEEDED = ("private/scores", "private/answers", "tables/cleaning_log")
_LOST_BY_GAPS = "missing_items"


@dataclass(frozen=True, slots=True)
class Finished:
    """A study that has run.

    Attributes
    ----------
    scores : construct -> score, a line for each respondent analysed. answers : theirs, in the same order.
    weights : (n,), what they count; of mean 1.
    complete : share of kept questionnaires that had answers enough. usable : share of all that were kept
        apart from that; NaN where the counts are hidden.
    """

    config: Config
    codebook: Codebook
    model: Model
    scores: pd.DataFrame
    answers: pd.DataFrame
    weights: Array
    complete: float
    usable: float


def read_finished(folder: Path) -> Finished:
    """Read config, codebook and results of a study.

    Raises
    ------
    SurveyError
        where config or codebook are wrong, or a result is not there.
    """
    config = read_config(folder / "config.yaml")
    codebook = read_codebook(folder / config.data.codebook)
    model = build_model(config.model, codebook)
    reports = folder / "reports"
    files = {name: reports / f"{name}.csv" for name in NEEDED}
    absent = [path for path in files.values() if not path.is_file()]
    if absent:
        raise SurveyError(
            absent[0].as_posix(),
            "no such result: a plan takes a study that has run.",
            "Run `smartcity-survey run` first, on the machine that has the answers.",
        )
    scores, answers, log = (read_table(path) for path in files.values())
    lacking = [name for name in model.names if name not in scores]
    if lacking or scores.empty:
        raise SurveyError(
            files["private/scores"].as_posix(),
            f"no scores of {', '.join(lacking or model.names)}.",
            "The config has changed since, or a step refused: run `smartcity-survey run` again.",
        )
    kept = answers[answers[RESPONDENT].isin(scores[RESPONDENT])].set_index(RESPONDENT)
    answers = kept.loc[scores[RESPONDENT]].reset_index()
    complete, usable = _losses(log, len(scores))
    weights = answers[WEIGHT].to_numpy(dtype=np.float64) if WEIGHT in answers else np.ones(len(answers))
    return Finished(config, codebook, model, scores, answers, weights / weights.mean(), complete, usable)


def _losses(log: pd.DataFrame, analysed: int) -> tuple[float, float]:
    """Share lost to gaps and share lost to all else, turned into what is left.

    log : `rule, n_excluded, n_remaining`, the first line as read.
    """
    read = float(log["n_remaining"].iloc[0])
    others = log[~log["rule"].isin(("as_read", _LOST_BY_GAPS))]
    kept = read - float(others["n_excluded"].sum(skipna=False) if len(others) else 0)
    return analysed / kept, kept / read
