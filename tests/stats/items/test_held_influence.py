"""The influence of a group is the sum of its members', whatever the correlations and wherever they lead."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.dealt import Groups
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.evidence.construct_moments import pls_moments, score_moments
from smartcity_survey.stats.evidence.latent_moments import factor_moments
from smartcity_survey.stats.evidence.subset_regression import huber_fits, least_squares_fits, sandwich_fits
from smartcity_survey.stats.items.held_influence import grouped
from smartcity_survey.stats.items.item_moments import ItemMoments, pearson_moments, polychoric_moments
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.sem.cfa import fit_cfa
from tests.stats.survey_data import BLOCKS, answered_survey, whole_influence

N, COUNT = 3_000, 1_000
EXACT = 1e-9
PREDICTORS = np.arange(3)
CONTROLS = np.array([[False, False], [True, True]])


def groups() -> Groups:
    return Groups(np.random.default_rng(5).permutation(N) % COUNT, COUNT)


def summed(influence: Array) -> Array:
    return groups().sums(influence) * (COUNT / N)


def moments(kind: str) -> ItemMoments:
    items, covariates = answered_survey(N, 1)
    if kind == "polychoric":
        return polychoric_moments(items.astype(np.int64), covariates)
    weights = np.random.default_rng(6).uniform(0.5, 1.5, size=N) if kind == "weighted" else None
    return pearson_moments(items, covariates, None if weights is None else weights / weights.mean())


@pytest.mark.parametrize("kind", ["plain", "weighted", "polychoric"])
def test_influence_on_correlations_is_summed(kind: str) -> None:
    own = moments(kind)
    found, expected = grouped(own, groups()), summed(whole_influence(own))
    np.testing.assert_allclose(found.whole[:, :, : own.p], expected[:, :, : own.p], atol=EXACT)
    np.testing.assert_allclose(found.influence_beside(slice(None)), expected[:, :, own.p :], atol=EXACT)
    np.testing.assert_allclose(
        found.influence_of_covariates(slice(3, 9)),
        summed(own.influence_of_covariates(slice(None)))[3:9],
        atol=EXACT,
    )
    some = [0, 4, 7]
    np.testing.assert_allclose(
        found.of_items(some).whole, grouped(own.of_items(some), groups()).whole, atol=EXACT
    )


def test_constructs_answer_to_groups_as_to_their_members() -> None:
    """Those of PLS are linear in what the items do; a score is a sum itself."""
    own = moments("plain")
    paths = np.zeros((4, 4), dtype=bool)
    paths[:3, 3] = True
    model = PlsModel(BLOCKS, paths)
    one_by_one, together = pls_moments(own, model), pls_moments(grouped(own, groups()), model)
    assert one_by_one.factors is not None
    assert together.factors is not None
    for whole, found in (
        (one_by_one.composites, together.composites),
        (one_by_one.factors, together.factors),
    ):
        assert found.n == N
        np.testing.assert_allclose(found.influence, summed(np.asarray(whole.influence)), atol=EXACT)
    scores, covariates = own.z[:, :4], own.z[:, 12:]
    weights = np.linspace(0.5, 1.5, N)
    every = np.eye(6)
    np.testing.assert_allclose(
        score_moments(scores, covariates, weights, groups()).influence_on_products(every),
        summed(score_moments(scores, covariates, weights).influence_on_products(every)),
        atol=EXACT,
    )


def test_errors_are_those_of_respondents() -> None:
    """Classical ones to the last digit; others within four of the errors of a variance of 1,000 groups."""
    own = moments("plain")
    scores = [score_moments(own.z[:, :4], own.z[:, 12:], None, some) for some in (None, groups())]
    for fits in (least_squares_fits, huber_fits):
        whole, found = (fits(each, 3, PREDICTORS, CONTROLS) for each in scores)
        np.testing.assert_allclose(found.std_err, whole.std_err, atol=EXACT)
        np.testing.assert_allclose(found.influence, summed(whole.influence), atol=EXACT)
        np.testing.assert_array_equal(found.df, whole.df)
    R = own.correlation[:12, :12]
    latent = [factor_moments(each, fit_cfa(R, N, BLOCKS), BLOCKS) for each in (own, grouped(own, groups()))]
    whole, found = (sandwich_fits(each, 3, PREDICTORS, CONTROLS) for each in latent)
    np.testing.assert_allclose(found.coef, whole.coef, atol=EXACT)
    np.testing.assert_allclose(found.std_err / whole.std_err, 1.0, atol=4 / np.sqrt(2 * COUNT))
