"""Which residual covariances are determined: by hand, and by the information matrix of a fit."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import UnderIdentified
from smartcity_survey.stats.measurement.identification import undetermined_pairs
from smartcity_survey.stats.sem.cfa import fit_cfa

CASES = {
    "two items beside others": ((2, 3), [(0, 1)], [True]),
    "two items, one paired with another factor's": ((2, 3), [(0, 2)], [False]),
    "three items alone": ((3,), [(0, 1)], [True]),
    "three items beside others": ((3, 3), [(0, 1)], [False]),
    "three items, two pairs": ((3, 3), [(0, 1), (1, 2)], [False, False]),
    "three items, all pairs": ((3, 3), [(0, 1), (1, 2), (0, 2)], [True, True, True]),
    "four items alone": ((4,), [(0, 1)], [False]),
    "four items alone, two pairs that share none": ((4,), [(0, 1), (2, 3)], [True, True]),
    "four items alone, two pairs that share one": ((4,), [(0, 1), (1, 2)], [False, False]),
    "two items beside a single one": ((2, 1, 3), [(0, 1), (3, 4)], [True, False]),
    "two factors of two items, all across": ((2, 2), [(0, 2), (0, 3), (1, 2), (1, 3)], [True] * 4),
    "many": ((8, 9, 2), [(0, 1), (8, 9), (17, 18)], [False, False, True]),
}


@pytest.mark.parametrize("case", CASES)
def test_pairs_that_nothing_determines(case: str) -> None:
    sizes, pairs, expected = CASES[case]
    owner = np.repeat(np.arange(len(sizes)), sizes)
    assert undetermined_pairs(owner, np.array(pairs)).tolist() == expected


@pytest.mark.parametrize("case", CASES)
def test_a_fit_says_the_same(case: str) -> None:
    """The covariances of a model with these pairs can be fitted where the pairs are determined."""
    sizes, pairs, expected = CASES[case]
    owner = np.repeat(np.arange(len(sizes)), sizes)
    pattern = owner[:, None] == np.arange(len(sizes))
    k = len(sizes)
    loadings = np.linspace(0.6, 0.8, len(owner))
    factors = np.full((k, k), 0.4) + 0.6 * np.eye(k)
    implied = np.outer(loadings, loadings) * factors[np.ix_(owner, owner)]
    for one, other in pairs:
        implied[one, other] += 0.1
        implied[other, one] += 0.1
    np.fill_diagonal(implied, 1.0)
    if any(expected):
        with pytest.raises(UnderIdentified):
            fit_cfa(implied, 300, pattern, pairs=np.array(pairs))
    else:
        assert fit_cfa(implied, 300, pattern, pairs=np.array(pairs)).chi2 == pytest.approx(0, abs=1e-6)
