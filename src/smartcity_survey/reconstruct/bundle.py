"""From reconstructed answers to a survey file: demographics, flawed questionnaires, scores, identifiers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from smartcity_survey.reconstruct.demographics import possible_counts, unrelated_categories
from smartcity_survey.reconstruct.flaws import RETAINED, FlawCounts, add_flawed_rows
from smartcity_survey.reconstruct.survey_file import write_csv, write_sav
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.measurement.scores import regression_score_weights
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.model import Model

FLAWS = FlawCounts(blank_form=31, abandoned=128, skipped=96, out_of_range=42, duplicate_respondent=27)
"""The study says that 324 questionnaires were incomplete or inaccurate, not how; these are plausible."""
NAME = "survey_reconstructed"


def bundle_survey(
    answers: pd.DataFrame, frequencies: pd.DataFrame, codebook: Codebook, model: Model, seed: int
) -> pd.DataFrame:
    """A survey as it came in, from the answers of its usable questionnaires.

    Parameters
    ----------
    answers : usable questionnaires in their order, one column per item of the codebook.
    frequencies : `group, row, n, percent` of the demographic questions, as printed.
    model : the measurement model behind the scores that the file carries.

    Returns
    -------
    `respondent`, demographics, items, `retained` and one score per construct (of usable questionnaires).
    """
    items = list(codebook.items)
    groups = dict(list(frequencies.groupby("group", sort=False)))
    counts = {
        str(q): {int(c): int(n) for c, n in zip(g["row"], g["n"], strict=True)} for q, g in groups.items()
    }
    percents = {str(q): dict(zip(map(int, g["row"]), g["percent"], strict=True)) for q, g in groups.items()}
    counts, _ = possible_counts(counts, percents, len(answers))
    for_demographics, for_flaws = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(2))
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    fit = fit_cfa(covariance(x, ddof=0), len(x), model.membership())
    scores = x @ regression_score_weights(fit).T
    demographics = unrelated_categories(counts, scores, for_demographics)
    usable = pd.concat([demographics, answers[items].astype(float)], axis=1)
    survey = add_flawed_rows(usable, items, FLAWS, for_flaws)
    for column, construct in enumerate(model.names):
        name = codebook.constructs[construct].score
        if name is not None:
            survey[name] = np.nan
            survey.loc[survey[RETAINED] == 1, name] = scores[:, column]
    return survey


def write_bundle(survey: pd.DataFrame, codebook: Codebook, folder: Path) -> None:
    """Write the survey as `.csv` (what respondents gave) and as `.sav` (with `retained` and the scores)."""
    folder.mkdir(parents=True, exist_ok=True)
    given = ["respondent", *codebook.demographics, *codebook.items]
    write_csv(survey[given], folder / f"{NAME}.csv")
    write_sav(survey, codebook, folder / f"{NAME}.sav")
