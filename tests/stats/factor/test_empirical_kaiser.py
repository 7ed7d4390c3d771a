"""The empirical Kaiser criterion by hand, and what it is known for."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.factor.empirical_kaiser import empirical_kaiser_reference
from smartcity_survey.stats.factor.parallel import components_above


def test_by_hand() -> None:
    """Four items, 100 rows: (1 + .2)^2 = 1.44, times the mean of what is left, and at least 1."""
    found = empirical_kaiser_reference(np.array([2.0, 1.2, 0.5, 0.3]), 100)
    np.testing.assert_allclose(found, [1.44, 1.0, 1.0, 1.0])
    found = empirical_kaiser_reference(np.array([1.3, 1.3, 0.9, 0.5]), 100)
    np.testing.assert_allclose(found, [1.44, 1.44 * 2.7 / 3, 1.44 * 1.4 / 2, 1.0])


def test_of_a_population_it_is_kaisers_rule() -> None:
    eigenvalues = np.array([2.1, 1.05, 0.6, 0.25])
    np.testing.assert_allclose(empirical_kaiser_reference(eigenvalues, 10**12), 1.0, rtol=1e-5)


def test_chance_is_not_taken_for_components_and_large_ones_are_found() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(200, 20))
    factors = rng.normal(size=(200, 2))
    answers = noise + 2 * np.repeat(factors, 10, axis=1)
    counts = []
    for x in (noise, answers):
        eigenvalues = np.linalg.eigvalsh(np.corrcoef(x, rowvar=False))[::-1]
        counts.append(components_above(eigenvalues, empirical_kaiser_reference(eigenvalues, 200)))
        assert (eigenvalues > 1).sum() > counts[-1] or x is answers
    assert counts == [0, 2]
