"""Polychoric correlations and the influence of each respondent on them."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import multivariate_normal, norm

from smartcity_survey.stats.core.errors import ConstantItems, CorrelationsAtBound, LinearDependence
from smartcity_survey.stats.items.bivariate_normal import INFINITE, cells
from smartcity_survey.stats.items.polychoric_correlations import (
    bivariate_normal_cdf,
    corrected_pairs,
    polychoric,
)

DATA = Path(__file__).parents[1] / "data"

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


def log_likelihood(codes, rho):
    """Of the table of two items, thresholds by their shares; for every one of the correlations rho."""
    ranks = np.column_stack([np.unique(column, return_inverse=True)[1] for column in codes.T])
    table = np.zeros(ranks.max(axis=0) + 1)
    np.add.at(table, tuple(ranks.T), 1)
    sides = [np.cumsum(table.sum(axis=axis))[:-1] / len(codes) for axis in (1, 0)]
    a, b = (np.concatenate([[-INFINITE], norm.ppf(side), [INFINITE]]) for side in sides)
    found = cells(
        np.tile(a, (len(rho), 1)),
        np.tile(b, (len(rho), 1)),
        rho,
        np.broadcast_to(table > 0, (len(rho), *table.shape)),
    )
    return (table * found.log_probability).sum(axis=(1, 2))


def contradicted(n):
    """Answers to two items with a strong trend that one respondent contradicts (simulated)."""
    return np.loadtxt(DATA / f"contradicted_trend_{n}.csv", delimiter=",", skiprows=1, dtype=int)


# Maximum likelihood by quadrature; psych agrees. Without the contradicting respondent it is .9594 and .9055.
@pytest.mark.parametrize(("n", "expected"), [(200, 0.7903), (676, 0.8790)])
def test_a_respondent_who_contradicts_a_strong_trend_counts(n, expected):
    codes = contradicted(n)
    fit = polychoric(codes)
    assert fit.correlation[0, 1] == pytest.approx(expected, abs=5e-5)
    one = int(np.argmax((codes[:, 0] == 1) & (codes[:, 1] == 5)))
    assert polychoric(np.delete(codes, one, axis=0)).correlation[0, 1] > expected + 0.02


@pytest.mark.parametrize("information", ["expected", "outer_product"])
def test_contradictions_do_not_make_the_standard_error_small(information):
    """One squared score made it .008 where leaving out one by one gives .028."""
    codes = contradicted(676)
    influence = polychoric(codes, information=information).influence[:, 0, 1]
    # Respondents in one cell of the table are alike.
    _, where, of_cell = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    without = np.array([polychoric(np.delete(codes, i, axis=0)).correlation[0, 1] for i in where])[of_cell]
    jackknife = np.sqrt((len(codes) - 1) * np.var(without))
    assert np.sqrt(np.square(influence).sum()) / len(codes) == pytest.approx(jackknife, rel=0.15)


def test_estimates_are_the_highest_point_of_the_likelihood_of_any_table():
    rng = np.random.default_rng(11)
    grid = np.tanh(np.linspace(-7, 7, 281))
    found = refused = 0
    for _ in range(300):
        K, n = int(rng.integers(2, 11)), int(rng.choice([20, 50, 200, 2000]))
        r = rng.uniform(-1, 1)
        behind = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], n)
        codes = np.digitize(behind, np.sort(1.2 * rng.normal(size=K - 1)))
        contradicting = rng.integers(0, 4)
        codes[:contradicting] = rng.integers(0, K, (contradicting, 2))
        if rng.random() < 0.2:
            codes[3:, 1] = codes[3:, 0]
        if (codes.max(axis=0) == codes.min(axis=0)).any():
            continue
        heights = log_likelihood(codes, grid)
        try:
            fit = polychoric(codes)
        except (CorrelationsAtBound, LinearDependence):
            refused += 1
            # Nothing in between is higher than the ends.
            assert max(heights[0], heights[-1]) >= heights.max() - 1e-6
            continue
        found += 1
        assert np.isfinite(fit.influence).all()
        at = log_likelihood(codes, fit.correlation[0, [1]])
        assert at >= heights.max() - 1e-7
    assert found > 200
    assert refused > 5


def test_pairs_whose_likelihood_rises_to_the_bound_are_named():
    rare = np.ones((200, 3), dtype=int)
    rare[0, 0] = rare[1, 1] = 2
    rare[::2, 2] = 2
    with pytest.raises(CorrelationsAtBound, match="no maximum below 1") as caught:
        polychoric(rare)
    # The third item: one answers yes of those who say yes to the first, none of those who do to the second.
    assert caught.value.pairs == ((0, 1), (0, 2), (1, 2))
    ordered = np.column_stack([np.repeat([1, 2, 3], 20), np.repeat([1, 2, 3], (15, 30, 15))])
    with pytest.raises(CorrelationsAtBound):
        polychoric(ordered)
    with pytest.raises(CorrelationsAtBound):
        polychoric(ordered * [1, -1])


@pytest.mark.parametrize(("categories", "share"), [(2, 0.9), (5, 0.9)])
def test_rare_answers_give_a_number_or_a_refusal_but_never_nan(categories, share):
    """Yes/no items with 10 % yes; items at a ceiling."""
    rng = np.random.default_rng(10)
    refused = 0
    for _ in range(30):
        codes = np.where(rng.random((100, 6)) < share, categories, rng.integers(1, categories, (100, 6)))
        try:
            fit = polychoric(codes)
        except CorrelationsAtBound as error:
            refused += 1
            opposed = np.array([_discordant(codes[:, pair]) for pair in error.pairs])
            assert (opposed == 0).any(axis=1).all()
        else:
            assert np.isfinite(fit.correlation).all()
            assert np.isfinite(fit.influence).all()
    assert 0 < refused <= 30


def _discordant(codes):
    """How many pairs of respondents are in the same order on two items, and how many in opposite ones."""
    signs = np.sign(np.prod(codes[:, None] - codes[None], axis=2))
    return (signs > 0).sum(), (signs < 0).sum()


def test_items_that_are_copies_depend_on_one_another(answers):
    copied = np.column_stack([answers, -answers[:, 0]])
    with pytest.raises(LinearDependence) as caught:
        polychoric(copied)
    assert caught.value.groups == ((0, 3),)


def test_a_count_added_to_an_empty_cell_keeps_the_margins_of_a_two_by_two_table():
    codes = np.repeat([[1, 1], [1, 2], [2, 1]], (160, 25, 15), axis=0)
    fit = polychoric(codes, continuity=(0.5, 0))
    assert fit.corrected == ((0, 1),) == corrected_pairs(codes, (0.5, 0))
    # A two-by-two table is reproduced exactly, so its empty cell has half a respondent.
    rho, (h, k) = fit.correlation[0, 1], fit.thresholds[:, 1]
    assert norm.cdf([h, k]) == pytest.approx([185 / 200, 175 / 200])
    both = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([-h, -k])
    assert 200 * both == pytest.approx(0.5, abs=1e-6)
    mirrored = polychoric(codes * [1, -1], continuity=(0.5, 0))
    assert mirrored.correlation[0, 1] == pytest.approx(-rho, abs=1e-7)


def test_a_count_is_added_to_every_empty_cell_of_larger_tables_and_nowhere_else(answers):
    ordered = np.column_stack([np.repeat([1, 2, 3], 20), np.repeat([1, 2, 3], (15, 30, 15))])
    with pytest.raises(CorrelationsAtBound):
        polychoric(ordered, continuity=(0.5, 0))
    fit = polychoric(ordered, continuity=(0, 0.1))
    assert fit.corrected == ((0, 1),)
    assert 0.9 < fit.correlation[0, 1] < 0.999
    plain, corrected = polychoric(answers), polychoric(answers, continuity=(0.5, 0.5))
    assert len(corrected.corrected) < 3
    untouched = [pair for pair in ((0, 1), (0, 2), (1, 2)) if pair not in corrected.corrected]
    for pair in untouched:
        assert corrected.correlation[pair] == plain.correlation[pair]


def test_copies_stay_copies_whatever_is_added():
    with pytest.raises(LinearDependence):
        polychoric(np.repeat([[1, 1], [2, 2]], (30, 20), axis=0), continuity=(0.5, 0))


def test_one_contradiction_among_very_many_is_estimated():
    """Half and half, two of 2000 off the diagonal: the cosine of pi times their share."""
    codes = np.repeat([[1, 1], [2, 2], [1, 2], [2, 1]], (999, 999, 1, 1), axis=0)
    assert polychoric(codes).correlation[0, 1] == pytest.approx(np.cos(np.pi * 2 / 2000), abs=1e-9)
