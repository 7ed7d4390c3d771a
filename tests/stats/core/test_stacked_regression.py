"""Regressions on stacks against one regression at a time."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.stacked_regression import DEPENDENT, eliminate, selection, sweep

# Rounding in well-conditioned problems of four predictors.
EXACT = 1e-12

rng = np.random.default_rng(0)
SAMPLES = rng.normal(size=(6, 80, 1)) + rng.normal(size=(6, 80, 5))
STACK = np.stack([np.corrcoef(x, rowvar=False) for x in SAMPLES], axis=2)


def test_sweeping_gives_inverse_coefficients_and_residual() -> None:
    swept = STACK.copy()
    smallest = sweep(swept, 4)
    for sample, R in enumerate(STACK.transpose(2, 0, 1)):
        inverse = np.linalg.inv(R[:4, :4])
        np.testing.assert_allclose(swept[:4, :4, sample], inverse, atol=EXACT)
        np.testing.assert_allclose(swept[:4, 4, sample], inverse @ R[:4, 4], atol=EXACT)
        np.testing.assert_allclose(swept[4, 4, sample], 1 - R[4, :4] @ inverse @ R[:4, 4], atol=EXACT)
        # The last pivot is what the other predictors leave of the fourth.
        assert smallest[sample] <= 1 / inverse[3, 3] + EXACT


def test_elimination_gives_the_same_coefficients() -> None:
    swept = STACK.copy()
    smallest = sweep(swept, 4)
    coefficients, also_smallest = eliminate(STACK.copy())
    np.testing.assert_allclose(coefficients, swept[:4, 4], atol=EXACT)
    np.testing.assert_allclose(also_smallest, smallest, atol=EXACT)


def test_a_single_sample_is_eliminated_like_one_of_many() -> None:
    coefficients, smallest = eliminate(STACK.copy())
    for sample in range(STACK.shape[2]):
        alone, its_smallest = eliminate(STACK[:, :, [sample]].copy())
        np.testing.assert_allclose(alone[:, 0], coefficients[:, sample], atol=EXACT)
        np.testing.assert_allclose(its_smallest, smallest[sample], atol=EXACT)


def test_dependence_shows_in_the_smallest_pivot() -> None:
    x = SAMPLES[0].copy()
    x[:, 2] = x[:, 0] - x[:, 1]
    R = np.corrcoef(x, rowvar=False)[:, :, None]
    assert sweep(R.copy(), 4)[0] < DEPENDENT
    assert eliminate(R.copy())[1][0] < DEPENDENT


def test_selection_puts_the_target_last() -> None:
    picked = selection(STACK, 1, np.array([3, 0]))
    np.testing.assert_array_equal(picked[0, 2], STACK[3, 1])
    np.testing.assert_array_equal(picked[1, 2], STACK[0, 1])
    np.testing.assert_array_equal(picked[2, 2], STACK[1, 1])
