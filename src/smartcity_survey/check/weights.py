"""How many respondents weighted answers are worth, which clusters they come in, and what ignores both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from smartcity_survey.data.read import Responses
from smartcity_survey.data.read.cells import ROWS_SHOWN, rows_text
from smartcity_survey.errors import Problem, counted
from smartcity_survey.stages.collection import unweighted_tables, without_clusters
from smartcity_survey.stages.declare import Stage
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sampling.survey_design import effective_size as effective_size
from smartcity_survey.study.codebook import CLUSTER, RAKED_FROM, RESPONDENT, WEIGHT
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model

LOW_SHARE = 0.5
"""Share of the questionnaires that the effective sample size should reach."""
FEW_CLUSTERS = 30
"""Clusters below which their errors come out too small (Cameron, Gelbach and Miller 2008)."""


def weight_problems(answers: pd.DataFrame, model: Model, place: str) -> Iterator[Problem]:
    """Weights that leave fewer effective respondents than a regression has coefficients.

    Parameters
    ----------
    answers : as cleaned.
    place : the survey file and the column of weights.
    """
    if WEIGHT not in answers:
        return
    weights = answers[WEIGHT].to_numpy(dtype=np.float64)
    outcome = max(model.outcomes, key=lambda name: len(model.predictors(name)))
    coefficients = 1 + len(model.predictors(outcome))
    if effective_size(weights) <= coefficients:
        yield Problem(
            place,
            f"{_size(weights)}, for {counted(coefficients, 'coefficient')} of the regression of {outcome}: "
            f"the largest weight is {100 * weights.max() / weights.sum():.0f} % of all.",
            "Bring the ends of `weighting.trim` nearer to 1, or merge categories that few respondents are in."
            if RAKED_FROM in answers
            else "Check the largest weights, cut them in the file, or leave out `data.weight`.",
        )


def weight_doubts(answers: pd.DataFrame, model: Model, place: str) -> Iterator[Problem]:
    """Weights that make the sample much smaller than it looks."""
    if WEIGHT not in answers:
        return
    weights = answers[WEIGHT].to_numpy(dtype=np.float64)
    size = effective_size(weights)
    if size < LOW_SHARE * len(weights) or size <= len(model.items):
        yield Problem(
            place,
            f"{_size(weights)}, for {counted(len(model.items), 'item')}.",
            "Estimates are as uncertain as those of so few; bring the ends of `weighting.trim` nearer to 1 "
            "if some bias is the smaller harm."
            if RAKED_FROM in answers
            else "Estimates are as uncertain as those of so few; check the largest weights, and cut them in "
            "the file if some bias is the smaller harm.",
        )


def cluster_problems(
    answers: pd.DataFrame, responses: Responses, model: Model, place: str, column: str
) -> Iterator[Problem]:
    """Clusters that no error can be told from: of one respondent each, or too few.

    Parameters
    ----------
    answers : as cleaned. responses : as read. place : the survey file. column : of clusters.
    """
    if CLUSTER not in answers:
        return
    sizes = answers[CLUSTER].value_counts()
    lone = answers[answers[CLUSTER].isin(sizes.index[sizes == 1])]
    if len(lone) == len(answers):
        yield Problem(
            f"{place}, column {column}",
            "every respondent kept is a cluster.",
            "Leave out `data.cluster`: nobody was drawn together with others.",
        )
        return
    rows = dict(zip(responses.answers[RESPONDENT], responses.rows, strict=True))
    if len(lone) > ROWS_SHOWN:
        yield Problem(
            f"{place}, {rows_text([rows[respondent] for respondent in lone[RESPONDENT]])}, column {column}",
            "each is the only respondent kept of its cluster.",
            "Correct the names, or give such questionnaires the name of a neighbouring cluster.",
        )
        lone = lone.head(0)
    for respondent, cluster in zip(lone[RESPONDENT], lone[CLUSTER], strict=True):
        yield Problem(
            f"{place}, row {rows[respondent]}, column {column}",
            f"of the cluster {cluster} this is the only respondent kept.",
            "Correct its name, or give it the name of a neighbouring cluster.",
        )
    outcome = max(model.outcomes, key=lambda name: len(model.predictors(name)))
    needed = max(len(model.predictors(outcome)) + 2, len(model.names) + 1)
    if len(sizes) < needed:
        yield Problem(
            f"{place}, column {column}",
            f"{counted(len(sizes), 'cluster')}, at least {needed} are needed.",
            "Name smaller clusters, such as classes or streets, or leave out `data.cluster`.",
        )


def design_doubts(answers: pd.DataFrame, config: Config, place: str) -> Iterator[Problem]:
    """Few clusters; steps of the analysis that take no weights, or no clusters, by name."""
    if CLUSTER in answers and answers[CLUSTER].nunique() < FEW_CLUSTERS:
        yield Problem(
            f"{place}, data.cluster",
            f"{counted(answers[CLUSTER].nunique(), 'cluster')}: errors by so few come out too small.",
            f"Read p with care; {FEW_CLUSTERS} clusters or more are usual.",
        )
    if CLUSTER in answers and answers[CLUSTER].nunique() < config.pls.folds:
        yield Problem(
            f"{place}, pls.folds",
            f"{counted(config.pls.folds, 'part')} of {counted(answers[CLUSTER].nunique(), 'cluster')}: "
            "predictions stay empty, for a cluster is in one part.",
            f"Write {answers[CLUSTER].nunique()} or less.",
        )
    if unweighted := unweighted_tables(config):
        yield Problem(
            place,
            f"these tables take no sampling weights and stay empty: {', '.join(sorted(unweighted))}.",
            "Leave out `data.weight` and `weighting.margins` to see them of unweighted answers.",
        )
    if unclustered := without_clusters(config):
        yield Problem(
            f"{place}, data.cluster",
            f"clusters are ignored by {_names(unclustered)}, whose cards say so.",
            "Read their errors and p as those of independent respondents.",
        )


def _names(stages: Sequence[Stage]) -> str:
    return ", ".join(sorted(each.name for each in stages))


def _size(weights: Array) -> str:
    are = counted(len(weights), "questionnaire so weighted is", "questionnaires so weighted are")
    return f"{are} worth {effective_size(weights):.1f} that count alike (Kish's effective sample size)"
