"""Alignment: the loss and its minimum written anew, errors as differences of minima, planted groups."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy import optimize

from smartcity_survey.stats.core.errors import InvalidModel
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement import alignment
from smartcity_survey.stats.measurement.alignment import Alignment, align, alike_groups
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.multigroup import Level, MultigroupFit, fit_groups
from tests.stats.structural_data import blocks, moments

MEANS = np.array([0.0, 0.3, -0.4, 0.6, 1.0, -0.2])
VARIANCES = np.array([1.0, 1.2, 0.8, 1.5, 1.0, 0.7])
LOADINGS = np.array([1.0, 0.8, 0.9, 0.7, 0.8, 1.0])
INTERCEPTS = np.linspace(2.5, 3.5, 6)
NOISE = 0.5
ONE = np.ones((6, 1), dtype=bool)
# Group and item whose loading, and whose intercepts, are planted to differ.
LOADING, SHIFTED = (3, 2), ((1, 1), (4, 4))


def planted(group: int) -> tuple[Array, Array]:
    """Loadings and intercepts of a group."""
    loadings, intercepts = LOADINGS.copy(), INTERCEPTS.copy()
    loadings[LOADING[1]] += 0.5 * (group == LOADING[0])
    for where, item in SHIFTED:
        intercepts[item] += 0.8 * (group == where)
    return loadings, intercepts


def population(groups: int = 6, n: int = 500, unit: Array | float = 1.0) -> list[Sample]:
    """Groups whose moments are those of their models. unit : of each item."""
    samples, unit = [], unit * np.ones(6)
    for group in range(groups):
        loadings, intercepts = planted(group)
        sigma = VARIANCES[group] * np.outer(loadings, loadings) + NOISE * np.eye(6)
        mean = intercepts + MEANS[group] * loadings
        samples.append(Sample(n, sigma * np.outer(unit, unit), mean * unit))
    return samples


def configural(samples: list[Sample]) -> MultigroupFit:
    return fit_groups(samples, ONE, Level.CONFIGURAL)


@cache
def of_population() -> tuple[MultigroupFit, Alignment]:
    fit = configural(population())
    return fit, align(fit)


def standard(fit: MultigroupFit) -> tuple[Array, Array]:
    """Configural loadings and intercepts (G, p) of factors with variance 1, items by their deviations."""
    sd = np.sqrt(np.mean([np.diagonal(sample.covariance) for sample in fit.ml.samples], axis=0))
    loadings = fit.loadings[:, :, 0] * np.sqrt(fit.factor_cov[:, 0, 0])[:, None]
    return loadings / sd, fit.intercepts / sd


def loss(means: Array, variances: Array, loadings: Array, intercepts: Array) -> float:
    """Asparouhov and Muthen's equation 7, term by term, over groups of one size."""
    total = 0.0
    turned = loadings / np.sqrt(variances)[:, None]
    moved = intercepts - means[:, None] * turned
    for one, other in combinations(range(len(means)), 2):
        for values in (turned, moved):
            total += np.sum(np.sqrt(np.sqrt((values[one] - values[other]) ** 2 + 0.01)))
    return float(total) / (len(means) * (len(means) - 1) / 2) / (2 * loadings.shape[1])


def test_no_other_optimiser_finds_a_lower_loss() -> None:
    fit, found = of_population()
    loadings, intercepts = standard(fit)

    def of(parameters: Array) -> float:
        means, roots = np.append(0.0, parameters[:5]), np.append(1.0, parameters[5:])
        return loss(means, roots**2, loadings, intercepts)

    at = np.concatenate([found.factor_means[1:, 0], np.sqrt(found.factor_variances[1:, 0])])
    assert of(at) == pytest.approx(found.loss[0], rel=1e-12)
    rng = np.random.default_rng(2)
    starts = [np.concatenate([rng.normal(scale=0.5, size=5), rng.uniform(0.6, 1.4, 5)]) for _ in range(4)]
    reached = [optimize.minimize(of, start, method="SLSQP", options={"ftol": 1e-12}) for start in starts]
    lowest = min(reached, key=lambda one: float(one.fun))
    assert lowest.fun == pytest.approx(found.loss[0], abs=1e-8)
    np.testing.assert_allclose(lowest.x, at, atol=1e-3)
    assert found.gradient_norm <= alignment.TOLERANCE


def test_of_a_free_alignment_no_other_optimiser_finds_a_lower_loss() -> None:
    """The first group's mean is sought too; that the variances' product is 1 is a constraint of SLSQP's."""
    fit = of_population()[0]
    found = align(fit, free=True)
    loadings, intercepts = standard(fit)

    def of(parameters: Array) -> float:
        return loss(parameters[:6], parameters[6:], loadings, intercepts)

    product = {"type": "eq", "fun": lambda parameters: np.log(parameters[6:]).sum()}
    rng = np.random.default_rng(4)
    starts = [np.concatenate([rng.normal(scale=0.3, size=6), rng.uniform(0.7, 1.4, 6)]) for _ in range(4)]
    told: dict[str, Any] = {"constraints": [product], "options": {"ftol": 1e-13, "maxiter": 500}}
    reached = [optimize.minimize(of, start, method="SLSQP", **told) for start in starts]
    lowest = min(reached, key=lambda one: float(one.fun))
    assert lowest.fun == pytest.approx(found.loss[0], abs=1e-8)
    means, variances = lowest.x[:6], lowest.x[6:]
    assert means[0] == pytest.approx(found.reference_mean[0], abs=5e-3)
    np.testing.assert_allclose(
        (means - means[0]) / np.sqrt(variances[0]), found.factor_means[:, 0], atol=1e-3
    )
    np.testing.assert_allclose(variances / variances[0], found.factor_variances[:, 0], rtol=1e-3)
    assert found.std_err_factor_means[0, 0] == found.std_err_factor_variances[0, 0] == 0


def test_a_free_alignment_finds_the_planted_means_in_any_order_of_the_groups() -> None:
    """One loading differs in one group, which tells the shared mean, if badly: with an error of a tenth."""
    samples = population()
    found, turned = align(configural(samples), free=True), align(configural(samples[::-1]), free=True)
    np.testing.assert_allclose(found.factor_means[:, 0], MEANS, atol=0.02)
    np.testing.assert_allclose(found.factor_variances[:, 0], VARIANCES, rtol=0.05)
    assert 0.05 < found.std_err_reference_mean[0] < 0.2
    # The loss does not know who is first: the same solution told from the last group.
    unit = np.sqrt(found.factor_variances[-1, 0])
    moved = (found.factor_means[::-1, 0] - found.factor_means[-1, 0]) / unit
    np.testing.assert_allclose(turned.factor_means[:, 0], moved, atol=1e-6)
    assert turned.loss[0] == pytest.approx(found.loss[0], rel=1e-12)


@pytest.mark.parametrize("groups", [2, 3])
def test_where_loadings_are_alike_nothing_tells_a_free_mean(groups: int) -> None:
    """The differences are those of a fixed mean in their size and their errors; the mean's own has no end."""
    fit = configural(population(groups=groups))
    found, fixed = align(fit, free=True), align(fit)
    assert np.isposinf(found.std_err_reference_mean).all()
    assert fixed.std_err_reference_mean.tolist() == fixed.reference_mean.tolist() == [0]
    for name in ("factor_means", "factor_variances", "std_err_factor_means", "std_err_factor_variances"):
        np.testing.assert_allclose(getattr(found, name), getattr(fixed, name), rtol=1e-3, atol=1e-6)


def test_errors_of_a_free_alignment_are_those_of_minima_that_move() -> None:
    fit = configural(population())
    found, (loadings, intercepts) = align(fit, free=True), standard(fit)
    sd = fit.loadings[0, :, 0] * np.sqrt(fit.factor_cov[0, 0, 0]) / loadings[0]
    factor = alignment._configural(fit, 0, np.arange(6), sd, np.full(6, 500.0), free=True)
    sampling = alignment._sampling(fit, 0, np.arange(6), sd)

    def solved(z: Array) -> Array:
        means, log_sd = np.split(factor.basis @ alignment._minimum(replace(factor, z=z), 1, 0)[0], 2)
        return np.append((means - means[0]) / np.exp(log_sd[0]), means[0])

    np.testing.assert_allclose(factor.z, np.concatenate([loadings.ravel(), intercepts.ravel()]))
    steps = 1e-5 * np.eye(len(factor.z))
    slopes = np.array([(solved(factor.z + step) - solved(factor.z - step)) / 2e-5 for step in steps])
    errors = np.sqrt(np.diagonal(slopes.T @ sampling @ slopes))
    np.testing.assert_allclose(found.std_err_factor_means[:, 0], errors[:6], rtol=1e-3, atol=1e-12)
    assert found.std_err_reference_mean[0] == pytest.approx(errors[6], rel=1e-3)


def test_planted_means_and_variances_are_found_though_no_item_is_equal_in_all_groups() -> None:
    found = of_population()[1]
    # What differs pulls the rest by as much as the smoothed loss lets it.
    np.testing.assert_allclose(found.factor_means[:, 0], MEANS, atol=0.03)
    np.testing.assert_allclose(found.factor_variances[:, 0], VARIANCES, rtol=0.06)
    apart = {(int(g), int(i)) for g, i in np.argwhere(~found.alike_loadings)}
    assert apart == {LOADING}
    assert {(int(g), int(i)) for g, i in np.argwhere(~found.alike_intercepts)} == set(SHIFTED)
    np.testing.assert_allclose(found.intercepts[4, 4] - found.intercepts[0, 4], 0.8, atol=0.05)


def test_what_is_invariant_is_explained_in_full_and_the_rest_is_not() -> None:
    found = of_population()[1]
    for r2, planted_in in (
        (found.r2_loadings, {LOADING[1]}),
        (found.r2_intercepts, {i for _, i in SHIFTED}),
    ):
        differ = np.isin(np.arange(6), list(planted_in))
        assert (r2[~differ] > 0.95).all()
        assert (r2[differ] < 0.9).all()


def test_a_model_that_is_invariant_is_aligned_exactly() -> None:
    samples = [
        Sample(300, v * np.outer(LOADINGS, LOADINGS) + NOISE * np.eye(6), INTERCEPTS + m * LOADINGS)
        for m, v in zip(MEANS, VARIANCES, strict=True)
    ]
    found = align(configural(samples))
    np.testing.assert_allclose(found.factor_means[:, 0], MEANS, atol=1e-6)
    np.testing.assert_allclose(found.factor_variances[:, 0], VARIANCES, rtol=1e-6)
    assert found.loss[0] == pytest.approx(0.01**0.25)
    assert found.alike_intercepts.all()


def test_units_of_items_do_not_matter() -> None:
    unit = np.array([1.0, 10.0, 0.1, 2.0, 5.0, 1.0])
    found, plain = align(configural(population(unit=unit))), of_population()[1]
    np.testing.assert_allclose(found.factor_means, plain.factor_means, atol=1e-6)
    np.testing.assert_allclose(found.loadings, plain.loadings * unit, rtol=1e-6)


def test_errors_are_those_of_minima_that_move_with_the_configural_parameters() -> None:
    fit = configural(population(groups=3))
    found = align(fit)
    sizes = np.full(3, 500.0)
    loadings, intercepts = standard(fit)
    sd = fit.loadings[0, :, 0] * np.sqrt(fit.factor_cov[0, 0, 0]) / loadings[0]
    items = np.arange(6)
    factor = alignment._configural(fit, 0, items, sd, sizes)
    np.testing.assert_allclose(factor.z, np.concatenate([loadings.ravel(), intercepts.ravel()]))
    sampling = alignment._sampling(fit, 0, items, sd)

    def solved(z: Array) -> Array:
        eta = alignment._minimum(replace(factor, z=z), 1, 0)[0]
        return np.append(eta, alignment._aligned(eta, z, factor))

    steps = 1e-5 * np.eye(len(factor.z))
    slopes = np.array([(solved(factor.z + step) - solved(factor.z - step)) / 2e-5 for step in steps])
    covariance = slopes.T @ sampling @ slopes
    errors = np.sqrt(np.diagonal(covariance))
    np.testing.assert_allclose(found.std_err_factor_means[1:, 0], errors[:2], rtol=1e-4)
    spread = 2 * found.factor_variances[1:, 0] * errors[2:4]
    np.testing.assert_allclose(found.std_err_factor_variances[1:, 0], spread, rtol=1e-4)
    own = alignment._covariance(factor, solved(factor.z)[:4], sampling)
    np.testing.assert_allclose(own, covariance, atol=1e-4 * covariance.max())


def test_configural_errors_are_those_of_the_groups_alone() -> None:
    samples = population(groups=3)
    fit = configural(samples)
    errors = np.sqrt(np.diagonal(alignment._sampling(fit, 0, np.arange(6), np.ones(6)))).reshape(2, 3, 6)
    for group, sample in enumerate(samples):
        alone = fit_cfa(sample.covariance, sample.n, ONE, scaling="unit_variance")
        np.testing.assert_allclose(errors[0, group], alone.std_err_loadings[:, 0], rtol=1e-6)
        np.testing.assert_allclose(errors[1, group] ** 2, np.diagonal(sample.covariance) / sample.n)


def test_simulated_groups_cover_the_planted_means() -> None:
    rng = np.random.default_rng(7)
    samples = []
    for group in range(6):
        loadings, intercepts = planted(group)
        eta = MEANS[group] + np.sqrt(VARIANCES[group]) * rng.normal(size=(800, 1))
        x = intercepts + eta * loadings + np.sqrt(NOISE) * rng.normal(size=(800, 6))
        samples.append(Sample(800, moments(x), x.mean(axis=0)))
    found = align(configural(samples))
    # The unit is the first group's deviation in this sample.
    z = (found.factor_means[1:, 0] - MEANS[1:]) / found.std_err_factor_means[1:, 0]
    assert (np.abs(z) < 3).all()
    assert not found.alike_intercepts[4, 4]


def test_groups_come_and_go_until_none_does() -> None:
    values = np.array([0.0, 0.1, -0.1, 1.0, 0.2])
    assert alike_groups(values, 0.01 * np.eye(5)).tolist() == [True, True, True, False, True]
    assert alike_groups(values, np.eye(5)).all()


def test_factors_are_aligned_each_by_itself_and_single_items_are_not() -> None:
    rng = np.random.default_rng(3)
    pattern = blocks((3, 3, 1))
    samples = []
    for group in range(2):
        eta = rng.multivariate_normal(np.full(3, 0.4 * group), 0.4 + 0.6 * np.eye(3), size=400)
        x = eta @ (0.8 * pattern.T) + 0.6 * rng.normal(size=(400, 7))
        samples.append(Sample(400, moments(x), x.mean(axis=0)))
    found = align(fit_groups(samples, pattern, Level.CONFIGURAL))
    assert np.isnan(found.factor_means[:, 2]).all()
    assert np.isfinite(found.factor_means[:, :2]).all()
    assert np.isnan(found.r2_loadings[6])


def test_another_model_is_refused() -> None:
    with pytest.raises(InvalidModel, match="nothing is left to align"):
        align(fit_groups(population(groups=2), ONE, Level.METRIC))
    crossed = blocks((3, 3))
    crossed[0, 1] = True
    with pytest.raises(InvalidModel, match=r"items \[0\] load on several"):
        align(fit_groups([correlated(), correlated()], crossed, Level.CONFIGURAL))


def correlated() -> Sample:
    """Six items on two factors, the first on both."""
    loadings = 0.7 * blocks((3, 3)).astype(float)
    loadings[0, 1] = 0.3
    sigma = loadings @ np.array([[1.0, 0.3], [0.3, 1.0]]) @ loadings.T + 0.4 * np.eye(6)
    return Sample(200, sigma, np.zeros(6))
