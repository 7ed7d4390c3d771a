"""Many samples at once against one at a time."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_stack import StackedFits, fit_stack
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import fit_structures
from tests.stats.structural_data import blocks

F_MIN, IMPLIED = 1e-11, 1e-7


def population(pattern: BoolArray, n: int, misfit: float = 0.0) -> CfaFit:
    """A model whose first item loads on the second factor, too, which the model does not know."""
    p, k = pattern.shape
    loadings = np.where(pattern, np.linspace(0.5, 0.85, p)[:, None], 0)
    loadings[0, 1] = misfit
    R = loadings @ (np.full((k, k), 0.4) + 0.6 * np.eye(k)) @ loadings.T
    np.fill_diagonal(R, 1)
    return fit_cfa(R, n, pattern, scaling="unit_variance")


def samples(of: CfaFit, draws: int) -> Array:
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(draws, of.n, len(of.sample))) @ np.linalg.cholesky(of.sample).T
    return np.array([np.cov(x, rowvar=False, bias=True) for x in rows])


def compare(found: StackedFits, S: Array, of: CfaFit) -> None:
    """A sample far from the model may have a lower minimum elsewhere; the near one is meant."""
    for i, one in enumerate(S):
        alone = fit_cfa(one, of.n, of.pattern)
        f_min, implied = alone.f_min, alone.implied
        if f_min < found.f_min[i] - F_MIN:
            near = fit_structures(of.ml.structures, [Sample(of.n, one)], of.ml.theta)
            f_min, implied = near.f_min, near.points[0].moments.covariance
        assert found.f_min[i] == pytest.approx(f_min, abs=F_MIN)
        np.testing.assert_allclose(found.implied[i], implied, atol=IMPLIED)


@pytest.mark.parametrize("misfit", [0.0, 0.4])
def test_each_sample_as_if_fitted_alone(misfit: float) -> None:
    of = population(blocks((4, 3, 5)), 400, misfit)
    S = samples(of, 30)
    found = fit_stack(S, of)
    assert found.n_alone < 10
    compare(found, S, of)


def test_cross_loadings_are_part_of_the_pattern() -> None:
    pattern = blocks((4, 4))
    pattern[0, 1] = True
    of = population(pattern, 500, 0.3)
    S = samples(of, 10)
    compare(fit_stack(S, of), S, of)


def test_heywood_cases_are_fitted_with_the_others() -> None:
    """Of a population in which the model gives an item more than all of its variance."""
    loadings = np.where(blocks((3, 3)), 0.6, 0)
    loadings[0] = 0.97, 0.2
    R = loadings @ loadings.T
    np.fill_diagonal(R, 1)
    of = fit_cfa(R, 600, blocks((3, 3)), scaling="unit_variance")
    S = samples(of, 40)
    found = fit_stack(S, of)
    assert [int(item) for item in of.heywood] == [0]
    assert found.n_alone < 10
    compare(found, S, of)


def test_small_samples_far_from_the_population_are_fitted_one_by_one() -> None:
    of = population(blocks((3, 3)), 40)
    S = samples(of, 60)
    found = fit_stack(S, of)
    assert found.n_alone > 10
    fitted = np.isfinite(found.f_min)
    assert fitted.sum() > 30
    compare(StackedFits(found.f_min[fitted], found.implied[fitted], 0), S[fitted], of)
    for one in S[~fitted]:
        with pytest.raises(StatisticsError):
            fit_cfa(one, of.n, of.pattern)


def test_a_sample_without_a_minimum_is_nan_and_spoils_no_other() -> None:
    of = population(blocks((3, 3)), 200)
    S = samples(of, 3)
    S[1] = np.eye(6)
    S[1][0, 1] = S[1][1, 0] = 0.3
    found = fit_stack(S, of)
    assert np.isnan(found.f_min).tolist() == [False, True, False]
    assert np.isnan(found.implied[1]).all()
    with pytest.raises(StatisticsError):
        fit_cfa(S[1], of.n, of.pattern)
    compare(StackedFits(found.f_min[[0, 2]], found.implied[[0, 2]], 0), S[[0, 2]], of)


def test_a_single_item_is_its_factor_in_every_sample() -> None:
    of = population(blocks((4, 1, 4)), 400)
    S = samples(of, 20)
    found = fit_stack(S, of)
    assert found.n_alone < 10
    compare(found, S, of)
