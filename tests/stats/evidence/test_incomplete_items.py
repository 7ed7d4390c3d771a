"""Correlations of incomplete answers for the specification curve, and the influence of each respondent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import ConstantItems
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.evidence.construct_moments import score_moments
from smartcity_survey.stats.evidence.incomplete_items import (
    IncompleteItems,
    composite_moments,
    em_items,
    pairwise_items,
)
from smartcity_survey.stats.items.item_moments import pearson_moments
from tests.stats.survey_data import BLOCKS, answered_survey, changes_without, whole_influence

BOTH = pytest.mark.parametrize("build", [em_items, pairwise_items])
Build = Callable[[Array, Array], IncompleteItems]


class _Moments:
    """As `changes_without` takes them."""

    def __init__(self, found: IncompleteItems) -> None:
        self.correlation, self.influence = found.correlation, found.whole


def incomplete(n: int = 300) -> tuple[Array, Array]:
    items, covariates = answered_survey(n, 2)
    items[np.random.default_rng(8).random(items.shape) < 0.08] = np.nan
    return items, covariates


@BOTH
def test_without_gaps_they_are_those_of_complete_answers(build: Build) -> None:
    items, covariates = answered_survey(300, 2)
    found, plain = build(items, covariates), pearson_moments(items, covariates)
    np.testing.assert_allclose(found.correlation, plain.correlation, atol=1e-10)
    np.testing.assert_allclose(found.whole, whole_influence(plain), atol=1e-7)
    np.testing.assert_allclose(found.spread, items.std(axis=0), rtol=1e-9)
    left, right = np.eye(12)[:, [0, 3]], np.eye(12)[:, [1, 7]]
    part = slice(20, 60)
    for of_some in ("influence_beside", "influence_of_covariates"):
        own, other = (getattr(moments, of_some)(part) for moments in (found, plain))
        np.testing.assert_allclose(own, other, atol=1e-7)
    own, other = (moments.influence_on_products(BLOCKS * 0.3, part) for moments in (found, plain))
    np.testing.assert_allclose(own, other, atol=1e-7)
    np.testing.assert_allclose(
        found.influence_between(left, right, part), plain.influence_between(left, right, part), atol=1e-7
    )
    scores = score_moments(items @ BLOCKS / 3, covariates)
    own = composite_moments(found, BLOCKS.T / 3 * found.spread)
    np.testing.assert_allclose(own.correlation, scores.correlation, atol=1e-10)
    every = np.eye(len(scores.correlation))
    np.testing.assert_allclose(own.influence, scores.influence_on_products(every), atol=1e-7)


@BOTH
def test_influence_is_what_leaving_a_respondent_out_changes(build: Build) -> None:
    changes, influence = changes_without(
        incomplete(), lambda items, covariates: _Moments(build(items, covariates)), (0, 77, 200)
    )
    # The linear approximation errs by 1 / n of an influence of up to 5.
    np.testing.assert_allclose(changes, influence, atol=0.1)


@BOTH
def test_influence_adds_up_to_nothing(build: Build) -> None:
    found = build(*incomplete())
    np.testing.assert_allclose(found.whole.mean(axis=0), 0, atol=1e-8)
    np.testing.assert_allclose(np.diagonal(found.whole, axis1=1, axis2=2), 0, atol=1e-9)


def test_who_answered_one_of_two_items_has_no_influence_on_their_pairwise_correlation() -> None:
    items, covariates = incomplete()
    found = pairwise_items(items, covariates)
    lone = np.isnan(items[:, 0]) & ~np.isnan(items[:, 1])
    assert lone.any()
    assert (found.whole[lone, 0, 1] == 0).all()


@BOTH
def test_some_of_the_items_have_the_moments_they_had_among_all(build: Build) -> None:
    found = build(*incomplete())
    some = found.of_items([0, 3, 4])
    columns = [0, 3, 4, 12, 13]
    np.testing.assert_array_equal(some.correlation, found.correlation[np.ix_(columns, columns)])
    np.testing.assert_array_equal(some.whole[5], found.whole[5][np.ix_(columns, columns)])
    assert some.p == 3
    assert some.n == 300


@BOTH
def test_an_item_that_everybody_answers_alike_is_refused_by_its_place(build: Build) -> None:
    items, covariates = incomplete()
    items[:, 4] = np.where(np.isnan(items[:, 4]), np.nan, 3.0)
    with pytest.raises(ConstantItems) as caught:
        build(items, covariates)
    assert caught.value.indices == (4,)
