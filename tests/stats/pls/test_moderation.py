"""Moderation against seminr, against least squares on physically resampled rows, and what it means."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import LinearDependence
from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import construct_scores, fit_pls
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.pls.moderation import (
    JohnsonNeyman,
    Moderated,
    johnson_neyman,
    moderate,
    second_stage,
    simple_slopes,
    slope_band,
)
from tests.stats.pls_data import answers, membership, reference

# Closed formulas on both sides.
EXACT = 1e-10
PLAN = Moderated(6, (0, 1, 2, 3, 4, 5), ((0, 1), (3, 2)))
SHARES = np.full(676, 1 / 676)


def least_squares(scores: Array, plan: Moderated) -> Array:
    """Slopes of predictors and products, then the intercept, by numpy."""
    products = [scores[:, i] * scores[:, j] for i, j in plan.products]
    terms = np.column_stack([scores[:, list(plan.predictors)], *products, np.ones(len(scores))])
    return np.linalg.lstsq(terms, scores[:, plan.target], rcond=None)[0]


def test_second_stage_is_least_squares_on_scores() -> None:
    data = reference("sim676")
    fit = fit_pls(data.R, data.n, data.model())
    found = second_stage(answers(), fit.outer_weights, SHARES, PLAN)
    expected = least_squares(construct_scores(answers(), fit.outer_weights), PLAN)
    np.testing.assert_allclose(found.coefficients, expected[:-1], rtol=0, atol=EXACT)
    assert found.intercept == pytest.approx(expected[-1], abs=EXACT)


def test_interactions_agree_with_seminr() -> None:
    """On scores as single items, which is what stage two is."""
    seminr = pytest.importorskip("seminr", reason="seminr, the oracle, is not installed")
    data = reference("sim676")
    fit = fit_pls(data.R, data.n, data.model())
    scores = construct_scores(answers(), fit.outer_weights)
    names = [f"c{j}" for j in range(7)]
    products = [f"c{i}*c{j}" for i, j in PLAN.products]
    theirs = seminr.estimate_pls(
        {f"x{j}": scores[:, j] for j in range(7)},
        seminr.constructs(
            *(seminr.composite(name, seminr.single_item(f"x{j}")) for j, name in enumerate(names)),
            *(
                seminr.interaction_term(iv=f"c{i}", moderator=f"c{j}", method=seminr.two_stage)
                for i, j in PLAN.products
            ),
        ),
        seminr.relationships(seminr.paths([*names[:-1], *products], "c6")),
        stop_criterion=13,
    )
    found = second_stage(answers(), fit.outer_weights, SHARES, PLAN)
    paths = theirs.path_coef
    column = paths.cols.index("c6")
    expected = [paths.values[paths.rows.index(row), column] for row in (*names[:-1], *products)]
    np.testing.assert_allclose(found.coefficients, expected, rtol=0, atol=EXACT)


def test_f2_and_errors_are_those_of_least_squares() -> None:
    data = reference("sim676")
    fit = fit_pls(data.R, data.n, data.model())
    found = second_stage(answers(), fit.outer_weights, SHARES, PLAN)
    scores = construct_scores(answers(), fit.outer_weights)
    without = second_stage(
        answers(), fit.outer_weights, SHARES, Moderated(6, PLAN.predictors, PLAN.products[1:])
    )
    assert found.f2[6] == pytest.approx((found.r2 - without.r2) / (1 - found.r2), rel=1e-8)
    products = [scores[:, i] * scores[:, j] for i, j in PLAN.products]
    X = np.column_stack([np.ones(676), scores[:, :6], *products])
    residual = scores[:, 6] - X @ np.linalg.lstsq(X, scores[:, 6], rcond=None)[0]
    covariance = np.linalg.inv(X.T @ X) * (residual @ residual) / (676 - 9)
    np.testing.assert_allclose(found.covariance, covariance[1:, 1:], rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("weighted", [False, True])
def test_a_draw_is_both_stages_on_its_rows(weighted: bool) -> None:
    data = reference("sim676")
    x, model = answers(), data.model()
    weights = np.random.default_rng(3).integers(1, 3, len(x)) if weighted else np.ones(len(x), dtype=int)
    given = weights.astype(float) if weighted else None
    boot = bootstrap_pls(x, model, 3, seed=2, weights=given, jackknife=True)
    found = moderate(x, model.blocks, boot, PLAN, given)
    for draw, rows in enumerate(resampled_units(2, 0, 3, len(x))):
        resampled = x[np.repeat(rows, weights[rows])]
        fit = fit_pls(np.corrcoef(resampled, rowvar=False), len(x), model)
        expected = least_squares(construct_scores(resampled, fit.outer_weights), PLAN)
        # Repeated rows have another n, and so another divisor n - 1 of the scores' variance.
        factor = np.ones(8)
        factor[6:] = np.sqrt((1 - 1 / len(resampled)) / (1 - 1 / len(x)))
        np.testing.assert_allclose(found.draws.coefficients[draw] / factor, expected[:-1], rtol=0, atol=1e-9)
    assert found.jackknife is not None
    assert np.isfinite(found.jackknife.coefficients).all()


def test_a_draw_of_clusters_is_both_stages_on_their_members() -> None:
    x, model = answers(), reference("sim676").model()
    groups = np.arange(len(x)) // 13
    boot = bootstrap_pls(x, model, 3, seed=5, groups=groups, jackknife=True)
    found = moderate(x, model.blocks, boot, PLAN, None, groups)

    def both_stages(rows: Array, item_weights: Array) -> Array:
        outer = np.where(model.blocks, item_weights[:, None], 0.0)
        return second_stage(rows, outer, np.full(len(rows), 1 / len(rows)), PLAN).coefficients

    for draw, drawn in enumerate(resampled_units(5, 0, 3, 52)):
        rows = x[np.concatenate([np.flatnonzero(groups == group) for group in drawn])]
        expected = both_stages(rows, boot.draws.outer_weights[draw])
        np.testing.assert_allclose(found.draws.coefficients[draw], expected, rtol=0, atol=1e-9)
    assert found.jackknife is not None
    assert boot.jackknife is not None
    rest = x[groups != 7]
    expected = both_stages(rest, boot.jackknife.outer_weights[7])
    # Fewer rows have another divisor n - 1 of the scores' variance.
    expected[6:] *= np.sqrt((1 - 1 / len(rest)) / (1 - 1 / len(x)))
    np.testing.assert_allclose(found.jackknife.coefficients[7], expected, rtol=0, atol=1e-9)


def test_a_moderated_path_is_found() -> None:
    """One product of true coefficient .3 among single items, in a large sample."""
    rng = np.random.default_rng(1)
    a, m = rng.normal(size=(2, 20_000))
    y = 0.4 * a + 0.2 * m + 0.3 * a * m + rng.normal(scale=0.5, size=20_000)
    x = np.column_stack([a, m, y])
    paths = np.array([[0, 0, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)
    fit = fit_pls(np.corrcoef(x, rowvar=False), len(x), PlsModel(membership([0, 1, 2]), paths))
    plan = Moderated(2, (0, 1), ((0, 1),))
    found = second_stage(x, fit.outer_weights, np.full(len(x), 1 / len(x)), plan)
    np.testing.assert_allclose(found.coefficients * y.std(), [0.4, 0.2, 0.3], atol=0.02)
    slope, error, intercept = simple_slopes(found, plan, 0, np.array([-1.0, 0.0, 1.0]))
    np.testing.assert_allclose(slope * y.std(), [0.1, 0.4, 0.7], atol=0.03)
    np.testing.assert_allclose(np.diff(intercept) * y.std(), [0.2, 0.2], atol=0.02)
    assert error[1] == pytest.approx(found.std_err[0])
    assert error[0] > error[1]


def test_a_product_given_twice_is_refused() -> None:
    data = reference("sim676")
    fit = fit_pls(data.R, data.n, data.model())
    with pytest.raises(LinearDependence):
        second_stage(answers(), fit.outer_weights, SHARES, Moderated(6, PLAN.predictors, ((0, 1), (1, 0))))


@pytest.mark.parametrize(
    ("slope", "interaction", "where"),
    [(0.1, 0.3, "outside"), (0.3, 0.02, "between"), (0.5, 0.0, "between"), (0.01, 0.01, "nowhere")],
)
def test_slopes_are_just_significant_at_the_ends_of_their_region(
    slope: float, interaction: float, where: str
) -> None:
    covariance = np.array([[0.0025, -0.0004], [-0.0004, 0.0016]])
    found = johnson_neyman(slope, interaction, covariance)
    assert found.where == where

    def ratio(m: float) -> float:
        one = np.array([1.0, m])
        return abs(slope + interaction * m) / np.sqrt(one @ covariance @ one)

    if where == "nowhere":
        assert max(ratio(m) for m in np.linspace(-50, 50, 2001)) < 1.96
        return
    assert ratio(found.low) == pytest.approx(1.959963984540054)
    assert ratio(found.high) == pytest.approx(1.959963984540054)
    ends = np.array([found.low, found.high])
    band = np.array(slope_band(slope, interaction, covariance, ends))
    np.testing.assert_allclose(np.abs(band).min(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(band.mean(axis=0), slope + interaction * ends)
    middle = (found.low + found.high) / 2
    assert (ratio(middle) > 1.96) == (where == "between")
    assert (ratio(found.high + 1) > 1.96) == (where == "outside")


def test_a_region_is_told_among_the_values_that_there_are() -> None:
    """Of every place of both ends about the data: the same values differ, and no end is beyond them."""
    values = np.linspace(-2, 3, 101)

    def differs(found: JohnsonNeyman) -> Array:
        below, above = values < found.low, values > found.high
        return {
            "outside": below | above,
            "between": ~(below | above),
            "above": values > found.low,
            "below": values < found.high,
            "everywhere": np.ones(101, dtype=bool),
            "nowhere": np.zeros(101, dtype=bool),
        }[found.where]

    for kind in ("outside", "between"):
        for low, high in itertools.combinations((-72.8, -8.5, -1.01, 0.52, 2.76, 4.1, 9.0), 2):
            whole = JohnsonNeyman(kind, low, high)
            told = whole.within(-2, 3)
            np.testing.assert_array_equal(differs(told), differs(whole), err_msg=f"{whole}")
            ends = np.array([told.low, told.high])
            assert ((ends > -2) & (ends < 3) | np.isnan(ends)).all(), (whole, told)
    nowhere = JohnsonNeyman("nowhere", np.nan, np.nan)
    assert nowhere.within(-2, 3) is nowhere


def test_a_slope_that_the_moderator_hardly_changes_differs_everywhere() -> None:
    found = johnson_neyman(0.5, 0.2, np.diag([0.0004, 0.0001]))
    assert found.where == "outside"  # it is zero somewhere: at -2.5
    assert found.low < -2.5 < found.high
    found = johnson_neyman(0.5, 0.0, np.array([[0.0025, 0.0], [0.0, 0.0]]))
    assert (found.where, np.isnan(found.low)) == ("everywhere", True)
