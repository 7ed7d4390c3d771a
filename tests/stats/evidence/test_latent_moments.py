"""Correlations of confirmatory factors and covariates, and the influence of each respondent on them."""

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import HeywoodCase
from smartcity_survey.stats.evidence.latent_moments import factor_moments, ordinal_factor_moments
from smartcity_survey.stats.items.item_moments import pearson_moments, polychoric_moments
from smartcity_survey.stats.items.polychoric_correlations import polychoric
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.dwls import fit_dwls
from tests.stats.survey_data import BLOCKS, answered_survey, changes_without, latent_survey, whole_influence

# A refit without one respondent of 300 against its linear approximation, in units of the influence (about 1).
STEP = 0.1
# Weighted least squares also changes its weights when a respondent goes; the influence holds them.
ORDINAL_STEP = 0.25
# Three standard errors of a factor correlation at n = 8000.
SAMPLING = 0.05


def by_likelihood(items, covariates):
    moments = pearson_moments(items, covariates)
    return factor_moments(moments, fit_cfa(moments.correlation[:12, :12], moments.n, BLOCKS), BLOCKS)


def by_least_squares(items, covariates):
    moments = polychoric_moments(items.astype(int), covariates)
    fit = fit_dwls(polychoric(items.astype(int)), BLOCKS)
    return ordinal_factor_moments(moments, fit, BLOCKS)


@pytest.fixture(scope="module")
def survey():
    return answered_survey(300, 2)


def test_likelihood_influence_is_that_of_refits(survey):
    changes, influence = changes_without(survey, by_likelihood, (0, 77, 200))
    np.testing.assert_allclose(changes, influence, atol=STEP)


def test_likelihood_influence_is_the_derivative_of_the_fit(survey):
    """Central differences of fits to correlations moved along a respondent's influence, good to 1e-6."""
    moments = pearson_moments(*survey)
    R, step = moments.correlation[:12, :12], 1e-4
    influence = whole_influence(moments)
    alone = np.hstack((BLOCKS, np.zeros((12, 1), dtype=bool)))
    alone[2] = [False, False, False, False, True]  # the third item is a construct of its own
    for membership in (BLOCKS, alone):
        found = factor_moments(moments, fit_cfa(R, moments.n, membership), membership)
        c = membership.shape[1]
        for i in (0, 77):
            ahead, behind = (
                fit_cfa(R + sign * step * influence[i, :12, :12], moments.n, membership).factor_corr
                for sign in (1, -1)
            )
            np.testing.assert_allclose(found.influence[i, :c, :c], (ahead - behind) / (2 * step), atol=2e-5)


def test_least_squares_influence_is_that_of_refits():
    survey = answered_survey(1200, 2)
    changes, influence = changes_without(survey, by_least_squares, (0, 77, 200))
    np.testing.assert_allclose(changes, influence, atol=ORDINAL_STEP)


def test_least_squares_errors_are_those_of_the_fit():
    items, covariates = answered_survey(500, 2)
    found = by_least_squares(items, covariates)
    fit = fit_dwls(polychoric(items.astype(int)), BLOCKS)
    n = len(items)
    spread = np.sqrt(np.square(found.influence[:, :4, :4]).sum(axis=0) / (n * (n - 1)))
    np.testing.assert_allclose(found.correlation[:4, :4], fit.factor_corr, atol=1e-12)
    upper = np.triu_indices(4, 1)
    np.testing.assert_allclose(spread[upper], fit.std_err_factor_corr[upper], rtol=1e-6)


@pytest.mark.parametrize("build", [by_likelihood, by_least_squares])
def test_factors_are_the_constructs_behind_the_items(build):
    constructs, items, covariates = latent_survey(8_000, 9)
    truth = np.corrcoef(np.hstack((constructs, covariates)).T)
    if build is by_least_squares:
        items, covariates = answered_survey(8_000, 9)
    np.testing.assert_allclose(build(items, covariates).correlation, truth, atol=SAMPLING)


def test_an_improper_solution_is_refused(survey):
    items, covariates = survey
    moments = pearson_moments(items, covariates)
    fit = fit_cfa(moments.correlation[:12, :12], moments.n, BLOCKS)
    object.__setattr__(fit, "heywood", np.array([2]))
    with pytest.raises(HeywoodCase) as caught:
        factor_moments(moments, fit, BLOCKS)
    assert caught.value.indices == (2,)


@pytest.mark.parametrize(("n", "atol", "ordinal"), [(300, STEP, False), (1200, ORDINAL_STEP, True)])
def test_the_influence_on_a_single_item_is_that_of_refits(n, atol, ordinal):
    """Three items for two constructs, one item for the third."""
    items, covariates = answered_survey(n, 2)
    kept = [*range(7), 9, 10, 11]
    pattern = BLOCKS[kept]

    def build(x, beside):
        if ordinal:
            fit = fit_dwls(polychoric(x.astype(int)), pattern)
            return ordinal_factor_moments(polychoric_moments(x.astype(int), beside), fit, pattern)
        moments = pearson_moments(x, beside)
        return factor_moments(moments, fit_cfa(moments.correlation[:10, :10], moments.n, pattern), pattern)

    changes, influence = changes_without((items[:, kept], covariates), build, (0, 77, 200))
    np.testing.assert_allclose(changes, influence, atol=atol)
    if not ordinal:
        R = np.corrcoef(np.column_stack([items[:, 6], covariates]), rowvar=False)
        np.testing.assert_allclose(build(items[:, kept], covariates).correlation[2, 4:], R[0, 1:], atol=1e-9)
