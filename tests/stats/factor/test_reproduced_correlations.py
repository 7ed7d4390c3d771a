from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.factor.oblique import oblimin
from smartcity_survey.stats.factor.reproduced_correlations import reproduced
from tests.stats.factor_data import bfi_answers

ROUNDING = 1e-12  # sums of p products of numbers near 1


def test_reproduced_correlations_and_their_residuals() -> None:
    R = correlation(bfi_answers())
    solution = rotated_solution(R, 5)
    found = reproduced(R, solution.unrotated_loadings)
    pairs = np.triu_indices(25, 1)
    assert np.allclose(np.diagonal(found.correlations), solution.communalities, rtol=0, atol=ROUNDING)
    assert np.allclose((found.correlations + found.residuals)[pairs], R[pairs], rtol=0, atol=ROUNDING)
    assert np.isnan(np.diagonal(found.residuals)).all()
    assert found.n_pairs == 300
    assert found.n_large == (np.abs(found.residuals[pairs]) > 0.05).sum() == 300 * found.share_large
    assert found.root_mean_square == np.sqrt((found.residuals[pairs] ** 2).mean())


def test_rotation_changes_nothing() -> None:
    R = correlation(bfi_answers())
    solution = rotated_solution(R, 5)
    expected = reproduced(R, solution.unrotated_loadings).correlations
    oblique = oblimin(solution.unrotated_loadings)
    assert np.allclose(reproduced(R, solution.loadings).correlations, expected, rtol=0, atol=ROUNDING)
    implied = oblique.pattern @ oblique.structure.T
    assert np.allclose(implied, expected, rtol=0, atol=ROUNDING)


def test_all_components_leave_nothing() -> None:
    R = correlation(bfi_answers())
    found = reproduced(R, rotated_solution(R, 25).unrotated_loadings)
    assert found.n_large == 0
    assert found.root_mean_square < ROUNDING
