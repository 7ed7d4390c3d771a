"""Correlations of items and covariates with the influence of each respondent."""

import numpy as np
import pytest
from scipy import stats

from smartcity_survey.stats.core.errors import ConstantItems
from smartcity_survey.stats.items.item_moments import (
    midranks,
    pearson_moments,
    polychoric_moments,
    standardised,
)
from tests.stats.survey_data import answered_survey, latent_survey, whole_influence

# The same sums in another order.
ROUNDING = 1e-12
# Leaving one of 500 out is a finite step; influence is its limit.
STEP = 0.12


@pytest.fixture(scope="module")
def survey():
    return answered_survey(500, 11)


def test_correlations_are_pearsons_of_items_and_covariates(survey):
    items, covariates = survey
    moments = pearson_moments(items, covariates)
    expected = np.corrcoef(np.hstack((items, covariates)).T)
    np.testing.assert_allclose(moments.correlation, expected, atol=ROUNDING)
    assert (moments.p, moments.n) == (12, 500)


def test_correlations_of_midranks_are_spearmans(survey):
    items, covariates = survey
    moments = pearson_moments(midranks(items), covariates[:, :0])
    np.testing.assert_allclose(moments.correlation, stats.spearmanr(items).statistic, atol=ROUNDING)


def test_influence_is_what_leaving_a_respondent_out_changes(survey):
    items, covariates = survey
    moments = pearson_moments(items, covariates)
    influence = whole_influence(moments)
    np.testing.assert_allclose(influence.sum(axis=0), 0.0, atol=1e-9)
    for i in (0, 100, 400):
        without = pearson_moments(np.delete(items, i, 0), np.delete(covariates, i, 0)).correlation
        change = (moments.correlation - without) * (moments.n - 1)
        np.testing.assert_allclose(change, influence[i], atol=STEP)


def test_polyserial_correlations_undo_the_categories():
    constructs, items, covariates = latent_survey(4000, 5)
    answers, _ = answered_survey(4000, 5)
    moments = polychoric_moments(answers.astype(int), covariates)
    continuous = pearson_moments(items, covariates).correlation
    # Two standard errors at n = 4000, and a little for the categories.
    assert np.abs(moments.correlation - continuous).max() < 0.05
    assert len(constructs) == moments.n


def test_a_constant_column_is_named():
    with pytest.raises(ConstantItems) as caught:
        standardised(np.column_stack([np.arange(5.0), np.ones(5)]))
    assert caught.value.indices == (1,)


@pytest.mark.parametrize("ordinal", [False, True])
def test_sums_of_influence_are_those_of_the_whole(survey, ordinal):
    items, covariates = survey
    moments = (
        polychoric_moments(items.astype(int), covariates) if ordinal else pearson_moments(items, covariates)
    )
    whole, p = whole_influence(moments), moments.p
    np.testing.assert_allclose(whole, whole.swapaxes(1, 2), atol=ROUNDING)
    part = slice(7, 30)
    weights = np.random.default_rng(1).normal(size=(p, 3)) * (np.arange(p)[:, None] % 3 == np.arange(3))
    products = moments.influence_on_products(weights, part)
    np.testing.assert_allclose(products, whole[part, :, :p] @ weights, atol=1e-11)
    np.testing.assert_allclose(moments.influence_of_covariates(part), whole[part, p:, p:], atol=ROUNDING)
    np.testing.assert_allclose(moments.influence_beside(part), whole[part, :, p:], atol=ROUNDING)
    left, right = np.random.default_rng(2).normal(size=(2, p, 5))
    if not ordinal:
        expected = np.einsum("jt,njk,kt->nt", left, whole[part, :p, :p], right)
        np.testing.assert_allclose(moments.influence_between(left, right, part), expected, atol=1e-10)
    some = [4, 1, 9]
    chosen = np.array([*some, *range(p, len(moments.correlation))])
    np.testing.assert_allclose(
        whole_influence(moments.of_items(some)), whole[:, chosen[:, None], chosen], atol=ROUNDING
    )
