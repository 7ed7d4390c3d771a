"""KMO and Bartlett's test against psych and factor_analyzer, and against their definitions."""

from __future__ import annotations

from math import erfc, exp, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import LinearDependence, NotPositiveDefinite, TooFewRows
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.adequacy import bartlett_sphericity, kmo
from smartcity_survey.stats.regression.least_squares import ols
from tests.stats.factor_data import bfi_answers, random_answers, reference, simulated_answers

# Closed formulas in double precision on matrices of condition number below 100.
TIGHT = 1e-11


@pytest.mark.parametrize(
    ("name", "answers"), [("factors_bfi", bfi_answers), ("factors_sim676", simulated_answers)]
)
def test_psych(name: str, answers: object) -> None:
    assert callable(answers)
    expected = reference(name)
    x: Array = answers()
    matrix = correlation(x)
    sampling = kmo(matrix)
    bartlett = bartlett_sphericity(matrix, len(x))
    np.testing.assert_allclose(sampling.overall, expected["kmo"], rtol=TIGHT)
    np.testing.assert_allclose(sampling.per_item, expected["msa"], rtol=TIGHT)
    np.testing.assert_allclose(bartlett.statistic, expected["bartlett"]["chi2"], rtol=TIGHT)
    assert bartlett.df == expected["bartlett"]["df"]


def test_factor_analyzer_on_bfi() -> None:
    expected = reference("factors_bfi")["factor_analyzer"]
    matrix = correlation(bfi_answers())
    np.testing.assert_allclose(kmo(matrix).overall, expected["kmo"], rtol=TIGHT)
    np.testing.assert_allclose(kmo(matrix).per_item, expected["msa"], rtol=TIGHT)
    np.testing.assert_allclose(
        bartlett_sphericity(matrix, 2436).statistic, expected["bartlett_chi2"], rtol=TIGHT
    )


def test_anti_image_is_what_the_other_items_leave() -> None:
    x = random_answers(8, 100, 5, 2)
    sampling = kmo(correlation(x))
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    residuals = np.column_stack([ols(z[:, j], np.delete(z, j, axis=1)).residuals for j in range(5)])
    np.testing.assert_allclose(sampling.anti_image_covariance, np.cov(residuals.T, bias=True), atol=TIGHT)
    off_diagonal = ~np.eye(5, dtype=bool)
    np.testing.assert_allclose(
        sampling.anti_image_correlation[off_diagonal], np.corrcoef(residuals.T)[off_diagonal], atol=TIGHT
    )
    np.testing.assert_array_equal(np.diagonal(sampling.anti_image_correlation), sampling.per_item)


def test_two_items_always_give_one_half() -> None:
    sampling = kmo(np.array([[1.0, 0.3], [0.3, 1.0]]))
    np.testing.assert_allclose([sampling.overall, *sampling.per_item], 0.5, rtol=TIGHT)


def test_items_that_correlate_with_nothing_have_no_adequacy() -> None:
    assert np.isnan(kmo(np.eye(3)).overall)
    apart = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(kmo(apart).per_item, [0.5, 0.5, np.nan], rtol=TIGHT)


@given(st.integers(0, 10**6))
def test_order_of_items_only_moves_labels(seed: int) -> None:
    matrix = correlation(random_answers(seed, 60, 6, 2))
    items = np.random.default_rng(seed).permutation(6)
    moved = kmo(matrix[np.ix_(items, items)])
    np.testing.assert_allclose(moved.overall, kmo(matrix).overall, rtol=1e-9)
    np.testing.assert_allclose(moved.per_item, kmo(matrix).per_item[items], rtol=1e-9)


def test_a_large_statistic_keeps_its_p() -> None:
    test = bartlett_sphericity(np.array([[1.0, 0.8], [0.8, 1.0]]), 300)
    assert test.df == 1
    assert 0 < test.p < 1e-60


def test_dependent_items_are_refused() -> None:
    x = random_answers(1, 40, 5, 2)
    x[:, 4] = 6 - x[:, 2]
    matrix = correlation(x)
    for refuse in (lambda: kmo(matrix), lambda: bartlett_sphericity(matrix, 40)):
        with pytest.raises(LinearDependence) as caught:
            refuse()
        assert caught.value.groups == ((2, 4),)
    with pytest.raises(TooFewRows, match="5 rows, at least 6 needed"):
        bartlett_sphericity(matrix, 5)
    with pytest.raises(NotPositiveDefinite):
        kmo(np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]))


def test_three_equal_correlations_by_hand() -> None:
    """Each pair correlates 1/2, and 1/3 given the third; the determinant is 1/2."""
    matrix = np.full((3, 3), 0.5) + np.eye(3) / 2
    sampling = kmo(matrix)
    # (1/4) / (1/4 + 1/9)
    np.testing.assert_allclose([sampling.overall, *sampling.per_item], 9 / 13, rtol=TIGHT)
    assert sampling.anti_image_correlation[0, 1] == pytest.approx(-1 / 3, rel=TIGHT)
    assert sampling.anti_image_covariance[0, 0] == pytest.approx(2 / 3, rel=TIGHT)
    test = bartlett_sphericity(matrix, 4)
    statistic = (4 - 1 - 11 / 6) * np.log(2)
    assert (test.statistic, test.df) == (pytest.approx(statistic, rel=TIGHT), 3)
    # Chi-square of three degrees of freedom in closed form.
    tail = erfc(sqrt(statistic / 2)) + sqrt(2 * statistic / pi) * exp(-statistic / 2)
    assert test.p == pytest.approx(tail, rel=TIGHT)
