"""Descriptives against psych, scipy and what the study prints."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from smartcity_survey.stats.core.errors import NotFinite, TooFewRows
from smartcity_survey.stats.items.descriptives import describe
from tests.stats.factor_data import bfi_answers, random_answers, reference

# Sums over at most a few thousand answers in double precision.
TIGHT = 1e-12
# Moments of values far from zero lose the digits that centring cancels.
SHIFTED = 1e-9


def test_psych_on_bfi() -> None:
    expected = reference("factors_bfi")["descriptives"]
    result = describe(bfi_answers())
    assert result.n == 2436
    for name in ("mean", "sd", "skewness", "kurtosis"):
        np.testing.assert_allclose(getattr(result, name), expected[name], rtol=TIGHT, atol=TIGHT)


def test_scipy_and_the_other_fields() -> None:
    x = random_answers(3, 50, 6, 2)
    result = describe(x)
    np.testing.assert_allclose(result.skewness, stats.skew(x, bias=False), rtol=TIGHT)
    np.testing.assert_allclose(result.kurtosis, stats.kurtosis(x, bias=False), rtol=TIGHT)
    np.testing.assert_allclose(result.se_mean, stats.sem(x), rtol=TIGHT)
    np.testing.assert_array_equal(result.minimum, x.min(axis=0))
    np.testing.assert_array_equal(result.maximum, x.max(axis=0))


def test_standard_errors_of_the_shape_as_spss_prints_them() -> None:
    result = describe(random_answers(1, 676, 2, 1))
    assert [f"{value:.3f}" for value in result.se_skewness] == ["0.094", "0.094"]
    assert [f"{value:.3f}" for value in result.se_kurtosis] == ["0.188", "0.188"]


@pytest.mark.parametrize("n", [4, 5, 10, 30, 676])
def test_standard_errors_of_the_shape_are_those_of_fishers_k_statistics(n: int) -> None:
    """Kendall and Stuart, The Advanced Theory of Statistics, vol. 1, 12.18: variances in normal samples."""
    result = describe(random_answers(1, n, 2, 1))
    of_skewness = Fraction(6 * n * (n - 1), (n - 2) * (n + 1) * (n + 3))
    of_kurtosis = Fraction(24 * n * (n - 1) ** 2, (n - 3) * (n - 2) * (n + 3) * (n + 5))
    np.testing.assert_allclose(result.se_skewness, [float(of_skewness) ** 0.5] * 2, rtol=TIGHT)
    np.testing.assert_allclose(result.se_kurtosis, [float(of_kurtosis) ** 0.5] * 2, rtol=TIGHT)


def test_the_shape_of_ten_numbers_is_what_spreadsheets_print() -> None:
    """The worked example of Microsoft's pages on SKEW and KURT; its errors as SPSS prints them for n = 10."""
    result = describe(np.array([[3.0], [4], [5], [2], [3], [4], [5], [6], [4], [7]]))
    assert result.skewness[0] == pytest.approx(0.359543071, abs=5e-10)
    assert result.kurtosis[0] == pytest.approx(-0.151799637, abs=5e-10)
    assert (f"{result.se_skewness[0]:.3f}", f"{result.se_kurtosis[0]:.3f}") == ("0.687", "1.334")


@pytest.mark.parametrize("answers", [(1, 1, 2, 5), (1, 2, 2, 4, 5), (5, 4, 4, 1, 5, 3)])
def test_few_answers_by_exact_fractions(answers: tuple[int, ...]) -> None:
    """In terms of the sums of powers; each column by itself."""
    n = len(answers)
    s1, s2, s3, s4 = (sum(Fraction(x) ** power for x in answers) for power in (1, 2, 3, 4))
    k2 = (n * s2 - s1**2) / (n * (n - 1))
    k3 = (n**2 * s3 - 3 * n * s2 * s1 + 2 * s1**3) / (n * (n - 1) * (n - 2))
    k4 = (
        (n**3 + n**2) * s4
        - 4 * (n**2 + n) * s3 * s1
        - 3 * (n**2 - n) * s2**2
        + 12 * n * s2 * s1**2
        - 6 * s1**4
    ) / (n * (n - 1) * (n - 2) * (n - 3))
    result = describe(np.column_stack([answers, np.arange(n) ** 2]).astype(float))
    assert result.n == n
    assert result.mean[0] == pytest.approx(float(s1 / n), rel=TIGHT)
    assert result.sd[0] == pytest.approx(float(k2) ** 0.5, rel=TIGHT)
    assert result.se_mean[0] == pytest.approx(float(k2 / n) ** 0.5, rel=TIGHT)
    assert result.skewness[0] == pytest.approx(float(k3) / float(k2) ** 1.5, rel=TIGHT)
    assert result.kurtosis[0] == pytest.approx(float(k4 / k2**2), rel=TIGHT)
    assert (result.minimum.tolist(), result.maximum.tolist()) == (
        [min(answers), 0],
        [max(answers), (n - 1) ** 2],
    )


@given(st.integers(0, 10**6), st.floats(-50, 50), st.floats(0.1, 10))
def test_shape_ignores_place_and_unit(seed: int, shift: float, unit: float) -> None:
    x = random_answers(seed, 30, 3, 1)
    plain, moved, mirrored = describe(x), describe(unit * x + shift), describe(-x)
    np.testing.assert_allclose(moved.skewness, plain.skewness, rtol=SHIFTED, atol=SHIFTED)
    np.testing.assert_allclose(moved.kurtosis, plain.kurtosis, rtol=SHIFTED, atol=SHIFTED)
    np.testing.assert_allclose(moved.sd, unit * plain.sd, rtol=SHIFTED)
    np.testing.assert_allclose(mirrored.skewness, -plain.skewness, rtol=TIGHT)


def test_a_constant_column_has_no_shape() -> None:
    x = random_answers(5, 20, 2, 1)
    x[:, 1] = 0.1 + 0.2
    result = describe(x)
    assert result.sd[1] == 0
    assert np.isnan([result.skewness[1], result.kurtosis[1]]).all()
    assert np.isfinite([result.skewness[0], result.kurtosis[0]]).all()


def test_what_cannot_be_described_is_refused() -> None:
    x = random_answers(5, 20, 3, 1)
    with pytest.raises(TooFewRows, match="3 rows, at least 4 needed"):
        describe(x[:3])
    x[4, 1], x[6, 2] = np.nan, np.inf
    with pytest.raises(NotFinite) as caught:
        describe(x)
    assert caught.value.indices == (1, 2)
