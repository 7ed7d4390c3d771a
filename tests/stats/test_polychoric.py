"""Polychoric correlations and the influence of each respondent on them."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import multivariate_normal, norm

from smartcity_survey.stats.errors import ConstantItems
from smartcity_survey.stats.polychoric import bivariate_normal_cdf, polychoric

# Owen's function and numerical integration of the bivariate density: both are good to full precision.
CDF_TOLERANCE = 1e-14
# The oracle minimises the same likelihood without derivatives, which settles half of the digits.
ORACLE_TOLERANCE = 1e-6
# Leaving one of 1500 out is a finite step, the influence its limit.
INFLUENCE_TOLERANCE = 0.05

CORRELATION = np.array([[1.0, 0.6, 0.3], [0.6, 1.0, -0.5], [0.3, -0.5, 1.0]])
CUTS = (-1.2, -0.3, 0.4, 1.3)


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(7)
    return np.digitize(rng.multivariate_normal(np.zeros(3), CORRELATION, size=1500), CUTS)


def test_the_bivariate_normal_distribution_function():
    h = np.array([-1.0, 0.0, 0.5, 0.0, 2.0, 0.0, -8.0, 0.0, 0.7])
    k = np.array([0.3, 0.0, -0.7, 1.0, 2.0, -1.0, 8.0, 8.0, 0.7])
    rho = np.array([0.5, 0.3, -0.4, 0.6, 0.9, 0.5, 0.3, -0.9, 0.0])
    expected = [
        multivariate_normal([0, 0], [[1, r], [r, 1]]).cdf([a, b]) for a, b, r in zip(h, k, rho, strict=True)
    ]
    np.testing.assert_allclose(bivariate_normal_cdf(h, k, rho), expected, rtol=0, atol=CDF_TOLERANCE)


def oracle(x, y):
    """The maximum of the likelihood given thresholds, by search and numerical integration."""

    def thresholds(values):
        shares = [(values <= code).mean() for code in np.unique(values)[:-1]]
        return np.concatenate([[-8], norm.ppf(shares), [8]])

    a, b = thresholds(x), thresholds(y)
    table = np.array([[np.sum((x == i) & (y == j)) for j in np.unique(y)] for i in np.unique(x)])

    def cost(r):
        normal = multivariate_normal([0, 0], [[1, r], [r, 1]])
        cells = np.diff(np.diff([[normal.cdf([h, k]) for k in b] for h in a], axis=0), axis=1)
        return -(table * np.log(np.maximum(cells, 1e-300))).sum()

    return minimize_scalar(cost, bounds=(-0.99, 0.99), method="bounded", options={"xatol": 1e-10}).x


def test_correlations_maximise_the_likelihood_of_each_table(answers):
    fit = polychoric(answers)
    for i, j in ((0, 1), (1, 2)):
        found = oracle(answers[:, i], answers[:, j])
        assert fit.correlation[i, j] == pytest.approx(found, abs=ORACLE_TOLERANCE)


def test_correlations_of_the_variables_behind_are_recovered_from_few_categories(answers):
    coarse = np.minimum(answers, 2)
    # Two standard errors of a correlation of 1500 respondents, a little more for the lost categories.
    assert np.abs(polychoric(coarse).correlation - CORRELATION).max() < 0.07
    assert CORRELATION[0, 1] - np.corrcoef(coarse.T)[0, 1] > 0.07


def test_codes_and_order_of_items_do_not_matter(answers):
    fit = polychoric(answers)
    moved = polychoric(answers[:, ::-1] * 10 + 3)
    np.testing.assert_allclose(moved.correlation[::-1, ::-1], fit.correlation, rtol=0, atol=1e-8)


def test_items_may_have_different_numbers_of_categories(answers):
    mixed = np.column_stack([answers[:, 0], answers[:, 1] > 2, answers[:, 2]])
    fit = polychoric(mixed)
    assert fit.correlation[0, 1] == pytest.approx(oracle(mixed[:, 0], mixed[:, 1]), abs=ORACLE_TOLERANCE)
    assert np.isfinite(fit.influence).all()


def test_influence_is_what_leaving_a_respondent_out_changes(answers):
    fit, n = polychoric(answers), len(answers)
    np.testing.assert_allclose(fit.influence.sum(axis=0), 0.0, atol=1e-8)
    for i in range(0, n, 300):
        without = polychoric(np.delete(answers, i, axis=0)).correlation
        np.testing.assert_allclose(
            (fit.correlation - without) * (n - 1), fit.influence[i], atol=INFLUENCE_TOLERANCE
        )


def test_influence_gives_the_sampling_error():
    rng = np.random.default_rng(3)
    draws = [
        polychoric(np.digitize(rng.multivariate_normal([0, 0], CORRELATION[:2, :2], 400), CUTS))
        for _ in range(200)
    ]
    spread = np.std([fit.correlation[0, 1] for fit in draws])
    claimed = np.mean([np.sqrt(np.square(fit.influence[:, 0, 1]).sum()) / 400 for fit in draws])
    # The spread of 150 draws is itself known to within 6 %.
    assert claimed == pytest.approx(spread, rel=0.15)


def test_an_item_without_variation_is_named(answers):
    constant = answers.copy()
    constant[:, 1] = 4
    with pytest.raises(ConstantItems, match=r"columns \(1,\) are constant") as caught:
        polychoric(constant)
    assert caught.value.indices == (1,)
