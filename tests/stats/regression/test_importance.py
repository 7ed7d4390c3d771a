"""LMG shares and dominance against R's relaimpo and dominanceanalysis, and their identities."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import LinearDependence, StatisticsError
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.importance import (
    average_gains,
    relative_importance,
    subset_r2,
)
from smartcity_survey.stats.regression.least_squares import ols
from tests.stats.regression_data import public_data, random_regression, reference, simulated_survey

TIGHT = 1e-10  # both sides are double precision on well-conditioned data


def correlations(y: Array, x: Array) -> tuple[Array, Array]:
    joint = np.corrcoef(np.column_stack([x, y]), rowvar=False)
    return joint[:-1, :-1], joint[:-1, -1]


def test_lmg_of_relaimpo_on_swiss() -> None:
    expected = reference("regression_tools_published")["lmg_swiss"]
    y, x = public_data("swiss", "Fertility", expected["predictors"])
    ours = relative_importance(*correlations(y, x))
    assert ours.r2 == pytest.approx(expected["r2"], rel=1e-11)  # printed to 12 digits
    np.testing.assert_allclose(ours.lmg, expected["lmg"], rtol=1e-11)
    np.testing.assert_allclose(ours.share, expected["share"], rtol=1e-11)


def test_dominance_on_attitude() -> None:
    expected = reference("regression_tools_published")["dominance_attitude"]
    names = expected["predictors"]
    ours = relative_importance(*correlations(*public_data("attitude", "rating", names)))
    # The source prints 3 decimals.
    np.testing.assert_allclose(ours.gain_by_size, expected["average_by_level"], atol=5.1e-4)
    np.testing.assert_allclose(ours.lmg, expected["average"], atol=5.1e-4)
    for kind in ("complete", "conditional", "general"):
        dominated = {
            name: [names[j] for j in np.flatnonzero(getattr(ours, kind)[i])] for i, name in enumerate(names)
        }
        assert dominated == expected[kind], kind


def test_lmg_is_the_average_over_orders_of_entry() -> None:
    y, x = random_regression()
    gains = np.zeros((24, 4))
    for row, order in enumerate(permutations(range(4))):
        r2 = [0.0] + [ols(y, x[:, order[: size + 1]]).r2 for size in range(4)]
        gains[row, order] = np.diff(r2)
    np.testing.assert_allclose(
        relative_importance(*correlations(y, x)).lmg, gains.mean(axis=0), rtol=TIGHT, atol=1e-14
    )


def test_identities() -> None:
    y, x = simulated_survey()
    fit = ols(y, x)
    ours = relative_importance(*correlations(y, x))
    assert ours.r2 == pytest.approx(fit.r2, rel=TIGHT)
    assert ours.lmg.sum() == pytest.approx(fit.r2, rel=TIGHT)
    assert ours.share.sum() == pytest.approx(1)
    np.testing.assert_allclose(ours.gain_by_size[0], np.square(fit.zero_order), rtol=TIGHT)
    np.testing.assert_allclose(ours.gain_by_size[-1], np.square(fit.part), rtol=1e-9)
    assert ours.subset_r2[0b010011] == pytest.approx(ols(y, x[:, [0, 1, 4]]).r2, rel=TIGHT)
    assert (ours.complete <= ours.conditional).all()
    assert (ours.conditional <= ours.general).all()


def test_equal_predictors_do_not_dominate() -> None:
    correlation = np.full((3, 3), 0.4) + 0.6 * np.eye(3)
    ours = relative_importance(correlation, np.array([0.5, 0.5, 0.2]))
    assert ours.lmg[0] == pytest.approx(ours.lmg[1])
    assert not ours.general[:2, :2].any()
    assert ours.complete[:2, 2].all()


def test_draws_are_carried_along() -> None:
    pairs = [correlations(*random_regression(seed=seed)) for seed in range(6)]
    stack = subset_r2(
        np.array([pair[0] for pair in pairs]).reshape(2, 3, 4, 4),
        np.array([pair[1] for pair in pairs]).reshape(2, 3, 4),
    )
    shares = average_gains(stack).mean(axis=-2).reshape(6, 4)
    np.testing.assert_allclose(shares, [relative_importance(*pair).lmg for pair in pairs], rtol=TIGHT)


def test_a_single_predictor_has_all_of_r2() -> None:
    ours = relative_importance(np.eye(1), np.array([0.3]))
    assert ours.lmg == pytest.approx([0.09])
    assert ours.share == pytest.approx([1.0])


def test_many_subsets_are_chunked_without_a_seam() -> None:
    y, x = random_regression(n=200, k=13)
    ours = relative_importance(*correlations(y, x))
    subset = [0, 5, 12]
    assert ours.subset_r2[1 | 1 << 5 | 1 << 12] == pytest.approx(ols(y, x[:, subset]).r2, rel=TIGHT)
    assert ours.lmg.sum() == pytest.approx(ols(y, x).r2, rel=TIGHT)


def test_refused_input() -> None:
    with pytest.raises(StatisticsError, match="17 predictors have"):
        relative_importance(np.eye(17), np.zeros(17))
    correlation = np.eye(4)
    correlation[1, 3] = correlation[3, 1] = 1
    with pytest.raises(LinearDependence) as caught:
        relative_importance(correlation, np.full(4, 0.2))
    assert caught.value.groups == ((1, 3),)


def test_relative_weights_by_the_nearest_orthonormal_variables() -> None:
    """Johnson (2000): Z of the singular values of X, regressions of y and of X on Z; sums are R2."""
    y, x = random_regression()
    x, y = ((v - v.mean(axis=0)) / v.std(axis=0) / np.sqrt(len(y)) for v in (x, y))
    left, _, right = np.linalg.svd(x, full_matrices=False)
    z = left @ right
    expected = (x.T @ z) ** 2 @ (z.T @ y) ** 2
    found = relative_importance(*correlations(y, x))
    np.testing.assert_allclose(found.relative_weight, expected, rtol=TIGHT)
    assert found.relative_weight.sum() == pytest.approx(found.r2, rel=TIGHT)


def test_relative_weights_of_two_predictors_are_lmg() -> None:
    """The two ways of sharing out R2 agree for two predictors, and for uncorrelated ones."""
    found = relative_importance(np.array([[1.0, 0.4], [0.4, 1.0]]), np.array([0.5, 0.1]))
    np.testing.assert_allclose(found.relative_weight, found.lmg, rtol=TIGHT)
    found = relative_importance(np.eye(3), np.array([0.5, 0.1, -0.3]))
    np.testing.assert_allclose(found.relative_weight, [0.25, 0.01, 0.09], rtol=TIGHT)
