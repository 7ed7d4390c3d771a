"""The Hull method against psych's fits, an exhaustive search for the edge, and a known population."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.extraction import (
    goodness_of_fit,
    maximum_likelihood_factors,
    principal_axes,
)
from smartcity_survey.stats.factor.hull_method import common_part, comparative_fit, free_parameters, hull
from tests.stats.factor_data import REFERENCE, reference


def fits(R: Array, n: int, most: int) -> tuple[Array, Array]:
    """CAF and CFI of 0, 1, ..., `most` factors."""
    loadings = [principal_axes(R, k).loadings if k else np.zeros((len(R), 0)) for k in range(most + 1)]
    caf = [common_part(R, one) for one in loadings]
    likely = [maximum_likelihood_factors(R, k) if k else None for k in range(most + 1)]
    cfi = [comparative_fit(R, one, n) for one in likely]
    return np.array(caf), np.array(cfi)


def test_fits_are_those_of_psych() -> None:
    """psych's search ends in the sixth digit of what it prints."""
    found = reference("hull_psych")
    survey = pd.read_csv(REFERENCE / "data" / "sim676.csv")[found["items"]]
    R, n = np.corrcoef(survey.to_numpy(dtype=float), rowvar=False), len(survey)
    caf, cfi = fits(R, n, 9)
    np.testing.assert_allclose(caf, found["caf"], atol=2e-5)
    np.testing.assert_allclose(cfi, found["cfi"], atol=1e-6)
    own = [goodness_of_fit(maximum_likelihood_factors(R, k), n) for k in range(1, 10)]
    np.testing.assert_allclose([one.statistic for one in own], found["chi2"], rtol=1e-5)
    assert [one.df for one in own] == found["df"]
    lost = free_parameters(48, 9)[1:] - 48
    assert list(48 * 47 / 2 - lost) == found["df"]
    for fit in (caf, cfi):
        assert hull(fit, free_parameters(48, 9)).n_factors == 7


def by_every_chord(fit: Array, x: Array) -> list[int]:
    """Solutions better than every simpler one and above every chord between two such."""
    better = [i for i in range(len(fit)) if all(fit[i] > fit[j] for j in range(i))]
    return [
        i
        for i in better
        if not any(
            fit[i] <= np.interp(x[i], x[[a, b]], fit[[a, b]]) for a, b in combinations(better, 2) if a < i < b
        )
    ]


@pytest.mark.parametrize("seed", range(200))
def test_the_edge_is_the_one_of_an_exhaustive_search(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fit, x = np.sqrt(np.arange(9)) + rng.normal(scale=0.3, size=9), free_parameters(12, 8)
    found = hull(fit, x)
    edge = by_every_chord(fit, x)
    assert list(np.flatnonzero(found.on_hull)) == edge
    elbows = {
        i: (fit[i] - fit[a]) / (x[i] - x[a]) * (x[b] - x[i]) / (fit[b] - fit[i])
        for a, i, b in zip(edge, edge[1:], edge[2:], strict=False)
    }
    assert found.n_factors == (max(elbows, key=elbows.__getitem__) if elbows else None)
    np.testing.assert_allclose(found.elbow[list(elbows)], list(elbows.values()))
    assert np.isnan(np.delete(found.elbow, list(elbows))).all()


def test_a_solution_that_was_not_found_is_passed_over() -> None:
    x = free_parameters(10, 4)
    whole = hull(np.array([0.0, 0.4, 0.45, 0.8, 0.82]), x)
    holed = hull(np.array([0.0, 0.4, np.nan, 0.8, 0.82]), x)
    assert whole.n_factors == holed.n_factors == 3
    assert hull(np.array([0.0, np.nan, 0.5]), x[:3]).n_factors is None


def test_of_a_population_with_three_factors_it_says_three() -> None:
    loadings = np.kron(np.eye(3), np.full((5, 1), 0.7))
    R = loadings @ loadings.T
    np.fill_diagonal(R, 1.0)
    disturbed = np.corrcoef(np.random.default_rng(3).multivariate_normal(np.zeros(15), R, 500), rowvar=False)
    for fit in fits(disturbed, 500, 5):
        assert hull(fit, free_parameters(15, 5)).n_factors == 3
    assert common_part(R, loadings) != common_part(R, loadings)  # nothing is left: 0 / 0


def test_too_few_rows_have_no_fit() -> None:
    with pytest.raises(TooFewRows):
        comparative_fit(np.eye(5), None, 5)
