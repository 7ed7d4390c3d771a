"""Two-stage least squares against R's AER::ivreg with its diagnostics, and what it is for.

Reference values: `two_stage.json`, written by `scripts/two_stage.R`.
"""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import InvalidModel, LinearDependence
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.two_stage import two_stage_least_squares
from tests.stats.factor_data import reference, simulated_answers


def means(letters: str) -> Array:
    """(676, k): means of the items of each letter."""
    names = reference("factors_sim676")["items"]
    x = simulated_answers()
    return np.column_stack(
        [x[:, [name.startswith(letter) for name in names]].mean(axis=1) for letter in letters]
    )


def test_it_is_that_of_ivreg() -> None:
    told = reference("two_stage")
    fit = two_stage_least_squares(means("Y")[:, 0], means("FE"), means("A"), means("BCD"))
    assert fit.coef == pytest.approx(told["coef"], rel=1e-8)
    assert fit.std_err == pytest.approx(told["std_err"], rel=1e-8)
    assert fit.p == pytest.approx(told["p"], rel=1e-6)
    assert fit.overidentification is not None
    tests = (fit.endogeneity, fit.overidentification)
    assert [test.statistic for test in tests] == pytest.approx(told["diagnostics"][2:], rel=1e-7)
    assert [test.p for test in tests] == pytest.approx(told["diagnostics_p"][2:], rel=1e-6)
    assert [test.statistic for test in fit.first_stage] == pytest.approx(told["conditional"], rel=1e-7)
    assert [test.p for test in fit.first_stage] == pytest.approx(told["conditional_p"], rel=1e-6)


def test_as_many_instruments_as_endogenous_predictors() -> None:
    """Nothing is left to test the instruments by; coefficients solve Z'(y - Xb) = 0."""
    told = reference("two_stage")
    y, x = means("Y")[:, 0], means("FA")
    fit = two_stage_least_squares(y, x[:, :1], x[:, 1:], means("B"))
    assert fit.coef == pytest.approx(told["exact_coef"], rel=1e-8)
    assert fit.std_err == pytest.approx(told["exact_std_err"], rel=1e-8)
    assert fit.first_stage[0].statistic == pytest.approx(told["exact_first_stage"][0], rel=1e-7)
    assert fit.overidentification is None
    z = np.column_stack([np.ones(len(y)), means("BA")])
    np.testing.assert_allclose(z.T @ (y - fit.coef[0] - x @ fit.coef[1:]), 0, atol=1e-8)


def test_a_loop_is_taken_apart() -> None:
    """y1 = .5 y2 + .6 x1 + e1 and y2 = .4 y1 + .7 x2 + e2 with e1 and e2 alike: least squares is far off."""
    rng = np.random.default_rng(1)
    n = 5000
    x = rng.normal(size=(n, 2))
    errors = rng.normal(size=(n, 2)) @ [[1, 0.6], [0, 0.8]]
    both = np.linalg.solve([[1, -0.5], [-0.4, 1]], (x * [0.6, 0.7] + errors).T).T
    for own, other, expected in ((0, 1, [0.5, 0.6]), (1, 0, [0.4, 0.7])):
        fit = two_stage_least_squares(both[:, own], both[:, [other]], x[:, [own]], x[:, [other]])
        assert fit.coef[1:] == pytest.approx(expected, abs=0.05)
        assert fit.least_squares[1] > expected[0] + 0.2
        assert fit.endogeneity.p < 1e-6
        assert fit.first_stage[0].statistic > 100


def test_instruments_that_tell_two_predictors_alike_are_weak() -> None:
    """Both hang on the first instrument alone: each by itself is well explained, neither beside the other."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(1000, 2))
    both = x[:, [0]] * [0.8, 0.6] + rng.normal(size=(1000, 2))
    fit = two_stage_least_squares(both.sum(axis=1) + x[:, 0], both, np.empty((1000, 0)), x)
    single = [two_stage_least_squares(both[:, 0], both[:, [j]], x[:, :0], x).first_stage[0] for j in (0, 1)]
    assert min(test.statistic for test in single) > 100
    assert max(test.statistic for test in fit.first_stage) < 5


def test_what_identifies_nothing_is_refused() -> None:
    y, x = means("Y")[:, 0], means("FEAB")
    with pytest.raises(InvalidModel):
        two_stage_least_squares(y, x[:, :2], x[:, 2:3], x[:, 3:])
    with pytest.raises(LinearDependence):
        two_stage_least_squares(y, x[:, :1], x[:, 1:2], np.column_stack([x[:, 3:], x[:, 1:2] + x[:, 3:]]))
