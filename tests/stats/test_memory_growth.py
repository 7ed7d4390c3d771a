"""Memory grows with the respondents in proportion at most, and by no more than so many bytes for each."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core import dealt
from smartcity_survey.stats.core.correlations import correlation, covariance
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.evidence.construct_moments import pls_moments, score_moments
from smartcity_survey.stats.evidence.subset_regression import huber_fits
from smartcity_survey.stats.items.held_influence import grouped
from smartcity_survey.stats.items.item_moments import pearson_moments, polychoric_moments
from smartcity_survey.stats.measurement.scores import mean_score_weights
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.stats.pls.micom import compare_groups
from smartcity_survey.stats.pls.model_fit import exact_fit
from smartcity_survey.stats.pls.prediction import predict_pls, random_folds
from smartcity_survey.stats.quality.careless import careless_indices
from smartcity_survey.stats.sem.cfa import fit_cfa
from tests.stats.pls_data import answers, reference

MODEL = reference("sim676").model()
SMALL, LARGE = 5_000, 20_000
ANSWERS = 48 * 8
"""Bytes of a respondent's answers, eight for each."""
GROUPS = 500


def drawn(n: int) -> Array:
    return answers()[np.random.default_rng(0).integers(676, size=n)]


def _groups(n: int) -> dealt.Groups:
    found = dealt.deal(n, 1)
    assert found is not None
    return found


def _pls_paths(x: Array) -> None:
    pls_moments(grouped(pearson_moments(x, x[:, :2] - 3), _groups(len(x))), MODEL)


def _polychoric(x: Array) -> None:
    grouped(polychoric_moments(x.astype(np.int64), x[:, :2]), _groups(len(x)))


def _huber(x: Array) -> None:
    scores = score_moments(x @ mean_score_weights(MODEL.blocks).T, x[:, :0], None, _groups(len(x)))
    huber_fits(scores, 6, np.arange(6), np.zeros((1, 0), dtype=bool))


def _factors(x: Array) -> None:
    fit_cfa(covariance(x, ddof=0), len(x), MODEL.blocks)


# Function, and bytes that a respondent may add to its largest memory, in tables of answers.
TASKS: dict[str, tuple[Callable[[Array], Any], float]] = {
    "correlation": (correlation, 1.1),
    "careless": (lambda x: careless_indices(x, MODEL.blocks.argmax(axis=1)), 4.5),
    "confirmatory factors": (_factors, 1.1),
    "bootstrap": (lambda x: bootstrap_pls(x, MODEL, 50, seed=1, workers=1), 3.5),
    "exact fit": (lambda x: exact_fit(x, MODEL, "composite", "saturated", draws=20, seed=1), 4.0),
    "groups": (lambda x: compare_groups(x, MODEL, x[:, 0] > 3, permutations=20, seed=1), 4),
    "prediction": (lambda x: predict_pls(x, MODEL, random_folds(len(x), 5, 1, seed=1)), 3.5),
    "paths by groups": (_pls_paths, 1.5),
    "polychoric by groups": (_polychoric, 6.5),
    "Huber by groups": (_huber, 1.0),
}


def peak(task: Callable[[Array], Any], x: Array) -> int:
    tracemalloc.start()
    try:
        task(x)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", TASKS)
def test_memory_of_a_respondent_is_bounded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if samples were large from 1,000 respondents on, so that what is by groups does not grow at all."""
    monkeypatch.setattr(dealt, "LARGEST", 1_000)
    monkeypatch.setattr(dealt, "GROUPS", GROUPS)
    monkeypatch.setattr("smartcity_survey.stats.pls.prediction.LARGEST", 1_000)
    task, tables = TASKS[name]
    task(drawn(SMALL))  # what is imported or cached at the first call is no growth
    small, large = (peak(task, drawn(n)) for n in (SMALL, LARGE))
    assert large <= small * LARGE / SMALL
    assert (large - small) / (LARGE - SMALL) <= tables * ANSWERS
