"""Correlations of constructs under each measurement model, and the influence of each respondent on them."""

import numpy as np
import pytest

from smartcity_survey.stats.evidence.construct_moments import pls_moments, score_moments
from smartcity_survey.stats.items.item_moments import pearson_moments
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.model import PlsModel
from tests.stats.survey_data import BLOCKS, answered_survey, changes_without, latent_survey

# Two iterations to the same fixed point, stopped at 1e-9 and 1e-12.
CONVERGED = 1e-7
# A refit without one respondent of 300 against its linear approximation, in units of the influence (about 1).
STEP = 0.1

PATHS = np.zeros((4, 4), dtype=bool)
PATHS[:3, 3] = True
MODEL = PlsModel(BLOCKS, PATHS)
CONSISTENT = PlsModel(BLOCKS, PATHS, consistent=True)


@pytest.fixture(scope="module")
def survey():
    return answered_survey(300, 2)


@pytest.fixture(scope="module")
def moments(survey):
    return pearson_moments(*survey)


def test_composites_are_those_of_the_pls_algorithm(moments):
    found = pls_moments(moments, MODEL)
    R = moments.correlation[:12, :12]
    for model, constructs in ((MODEL, found.composites), (CONSISTENT, found.factors)):
        expected = fit_pls(R, moments.n, model).construct_corr
        np.testing.assert_allclose(constructs.correlation[:4, :4], expected, atol=CONVERGED)


def test_composites_correlate_with_covariates_as_their_scores_do(survey, moments):
    items, covariates = survey
    z = (items - items.mean(axis=0)) / items.std(axis=0)
    scores = z @ fit_pls(moments.correlation[:12, :12], moments.n, MODEL).outer_weights
    expected = np.corrcoef(np.hstack((scores, covariates)).T)
    np.testing.assert_allclose(pls_moments(moments, MODEL).composites.correlation, expected, atol=CONVERGED)


@pytest.mark.parametrize("kind", ["composites", "factors"])
def test_pls_influence_is_that_of_refits(survey, kind):
    def build(items, covariates):
        return getattr(pls_moments(pearson_moments(items, covariates), MODEL), kind)

    changes, influence = changes_without(survey, build, (0, 77, 200))
    np.testing.assert_allclose(changes, influence, atol=STEP)


@pytest.mark.parametrize("kind", ["composites", "factors"])
def test_weighted_influence_is_the_derivative_by_the_weights(survey, kind):
    """A respondent's influence is n times the weight times what a little more of that weight changes."""
    weights = np.random.default_rng(5).uniform(0.5, 4.0, 300)
    step = 1e-5

    def built(weights):
        found = pearson_moments(*survey, weights / weights.mean())
        return getattr(pls_moments(found, MODEL), kind)

    influence = built(weights).influence
    for one in (0, 77, 200):
        change = np.zeros(300)
        change[one] = step * weights[one]
        ahead, behind = (built(weights + sign * change).correlation for sign in (1, -1))
        np.testing.assert_allclose(influence[one], 300 * (ahead - behind) / (2 * step), atol=1e-4)


def test_weighted_scores_have_influence_by_their_weights(survey):
    weights = np.ones(300)
    weights[[77, 200]] = 4.0
    items, covariates = survey
    every = np.eye(4 + covariates.shape[1])
    found = score_moments(items[:, :4], covariates, weights / weights.mean()).influence_on_products(every)
    plain = score_moments(items[:, :4], covariates).influence_on_products(every)
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(found[77] / 4, plain[77], atol=4 * STEP)


def test_plsc_recovers_the_constructs_behind_the_items():
    constructs, items, covariates = latent_survey(20_000, 9)
    truth = np.corrcoef(np.hstack((constructs, covariates)).T)
    found = pearson_moments(items[:, :], covariates)
    # Three standard errors of a disattenuated correlation at n = 20000.
    consistent = pls_moments(found, MODEL).factors
    np.testing.assert_allclose(consistent.correlation, truth, atol=0.03)


def test_scores_have_the_correlations_and_rows_they_came_with(survey):
    items, covariates = survey
    found = score_moments(items[:, :3], covariates)
    np.testing.assert_allclose(
        found.correlation, np.corrcoef(np.hstack((items[:, :3], covariates)).T), atol=1e-12
    )
    influence = found.influence_on_products(np.eye(5))
    np.testing.assert_allclose(influence.sum(axis=0), 0.0, atol=1e-9)
    assert found.scores.shape == (300, 5)


def test_plsc_without_an_admissible_solution_leaves_the_composites():
    rng = np.random.default_rng(0)
    items, covariates = answered_survey(60, 4)
    # Two items that hardly correlate have no common factor to be corrected for.
    items[:, :3] = rng.integers(1, 6, size=(60, 3))
    items[:, 1] = 6 - items[:, 0]
    found = pls_moments(pearson_moments(items, covariates), MODEL)
    assert found.factors is None
    assert np.isfinite(found.composites.influence).all()
