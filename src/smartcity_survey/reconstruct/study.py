"""The bundled study's survey file, rebuilt from what the study prints (needs the extra `reconstruct`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.reconstruct.bundle import bundle_survey, write_bundle
from smartcity_survey.reconstruct.engine import Progress, Reconstruction, reconstruct_answers
from smartcity_survey.reconstruct.finish import order_for_durbin_watson
from smartcity_survey.reconstruct.flaws import RETAINED
from smartcity_survey.reconstruct.printed_study import PrintedStudy, read_study
from smartcity_survey.reconstruct.published import PublishedProblem
from smartcity_survey.reconstruct.schedule import Schedule
from smartcity_survey.reconstruct.survey_file import write_csv
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.measurement.scores import regression_score_weights
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.model import Model


def run(
    config: Path,
    out: Path,
    seed: int | None = None,
    progress: Progress = print,
    searches: int | None = None,
    answers_only: bool = False,
) -> tuple[str, ...]:
    """Rebuild the survey of a study and write it as `.csv` and `.sav` into `out`.

    Parameters
    ----------
    config : the study's `config.yaml`; `data.published` names the folder of printed tables.
    seed : the config's where none is given.
    searches : searches for the last digits at most, where the schedule's number is not wanted.
    answers_only : write only the usable answers and their demographics, as `answers_<seed>.csv`: one more
        reconstruction to compare with.

    Returns
    -------
    What of the printed statistics could not be met, in words; empty where all hold.

    Raises
    ------
    SurveyError
        where the study has no printed tables, or they contradict each other.
    """
    study = read_study(config)
    seed = study.config.seed if seed is None else seed
    progress(f"{len(study.published.problem.targets)} statistics to meet, seed {seed}")
    schedule = Schedule() if searches is None else replace(Schedule(), searches=searches)
    found = reconstruct_answers(study.published.problem, seed, study.published.extremes, schedule, progress)
    survey = survey_of(found, study, seed)
    if answers_only:
        write_csv(usable(survey, study.codebook), out / f"answers_{seed}.csv")
    else:
        write_bundle(survey, study.codebook, out)
    return missed_cells(found)


def survey_of(found: Reconstruction, study: PrintedStudy, seed: int) -> pd.DataFrame:
    """The whole survey around usable answers: their order, demographics, flawed questionnaires."""
    answers = ordered(found, study.published, study.model, seed)
    return bundle_survey(answers, frequencies(study.paper), study.codebook, study.model, seed)


def usable(survey: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """The usable answers of a survey, with their demographics."""
    return survey.loc[survey[RETAINED] == 1, [*codebook.demographics, *codebook.items]]


def missed_cells(found: Reconstruction) -> tuple[str, ...]:
    """Printed numbers that answers do not meet, in words."""
    return tuple(f"{' '.join(target.key)} = {target.printed}" for target in found.missed)


def frequencies(paper: Paper) -> pd.DataFrame:
    """`group, row, n, percent` of the printed demographics."""
    table: Printed = next(p for p in paper.objects.values() if "demographics" in p.shows and p.cells)
    rows = [
        (table.group_of(line), line.rpartition("/")[2], table.cells[line, "n"], table.cells[line, "percent"])
        for line in table.body
    ]
    return pd.DataFrame(rows, columns=["group", "row", "n", "percent"])


def ordered(found: Reconstruction, published: PublishedProblem, model: Model, seed: int) -> pd.DataFrame:
    """The answers in an order that gives the regression the printed Durbin-Watson statistic.

    The scores are computed by the package's own confirmatory model, not by the engine's.
    """
    frame = pd.DataFrame(found.answers, columns=list(published.problem.design.items))
    rng = np.random.default_rng(np.random.SeedSequence(seed).spawn(4)[3])
    if published.durbin_watson is None:
        return frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
    x = frame[list(model.items)].to_numpy(dtype=np.float64)
    scores = x @ regression_score_weights(fit_cfa(covariance(x, ddof=0), len(x), model.membership())).T
    design = published.problem.design
    of = design.scores.index(published.durbin_watson_of)
    outcome, predictors = next(one for one in design.regressions if one[0] == of)
    residuals = ols(scores[:, outcome], scores[:, list(predictors)]).residuals
    order = order_for_durbin_watson(residuals, *published.durbin_watson, rng)
    return frame.iloc[order].reset_index(drop=True)
