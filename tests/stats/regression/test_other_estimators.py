"""The MM-estimator and quantile regression against R's robustbase and quantreg, and what they are for.

Reference values: R 4.2 with robustbase (`lmrob`, 20,000 resamples, tolerances of 1e-12, covariance
`.vcov.avar1`) and quantreg 5.94 (`summary(rq(...), se = "nid")`), on data sets of R and robustbase that
statsmodels has too: stackloss (Brownlee 1965) and Engel's food expenditure (Koenker and Bassett 1982).
"""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from smartcity_survey.stats.core.design import factor_design
from smartcity_survey.stats.core.errors import HalfFitted, LinearDependence, StatisticsError
from smartcity_survey.stats.regression.mm_regression import MmFit, drawn_rows, mm_estimator
from smartcity_survey.stats.regression.quantiles import quantile_regression


def stackloss() -> tuple[np.ndarray, np.ndarray]:
    data = sm.datasets.stackloss.load_pandas()
    return data.endog.to_numpy(), data.exog.to_numpy()


def engel() -> tuple[np.ndarray, np.ndarray]:
    data = sm.datasets.engel.load_pandas().data
    return data["foodexp"].to_numpy(), data[["income"]].to_numpy()


def fitted(y: np.ndarray, x: np.ndarray, seed: int = 1) -> MmFit:
    return mm_estimator(y, x, np.random.default_rng(seed))


def test_mm_is_that_of_robustbase() -> None:
    fit = fitted(*stackloss())
    coef = [-41.524611670, 0.938845477, 0.579552744, -0.112921862]
    std_err = [5.297797665, 0.117429411, 0.262963025, 0.069889932]
    assert fit.coef == pytest.approx(coef, rel=1e-7)
    assert fit.std_err == pytest.approx(std_err, rel=1e-7)
    assert fit.p == pytest.approx([4.81613222e-07, 3.68127386e-07, 4.16014802e-02, 1.24562113e-01], rel=1e-6)
    assert fit.scale == pytest.approx(1.91235191, rel=1e-7)


def test_mm_finds_the_same_from_other_random_rows() -> None:
    first, second = fitted(*stackloss(), seed=2), fitted(*stackloss(), seed=3)
    assert first.coef == pytest.approx(second.coef, rel=1e-9)


def test_a_third_of_wild_rows_moves_least_squares_and_not_mm() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(300, 2))
    y = 1 + x @ [0.5, -0.3] + 0.2 * rng.normal(size=300)
    y[:90] = 20 + 5 * x[:90, 0]
    least = np.linalg.lstsq(np.column_stack([np.ones(300), x]), y)[0]
    fit = fitted(y, x)
    assert abs(least[1] - 0.5) > 1
    assert fit.coef == pytest.approx([1, 0.5, -0.3], abs=0.05)
    assert (fit.weights[:90] == 0).all()
    assert fit.weights[90:].mean() > 0.8


def test_mm_refuses_a_plane_and_columns_that_repeat() -> None:
    x = np.random.default_rng(5).normal(size=(40, 2))
    with pytest.raises(HalfFitted):
        fitted(x @ [1.0, 2.0], x)
    with pytest.raises(LinearDependence):
        fitted(x[:, 0] + np.arange(40), np.column_stack([x, x.sum(axis=1)]))


def means_of_five(n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Standardised means of five items of five answers: many rows are collinear but for rounding."""
    rng = np.random.default_rng(5)
    x = np.column_stack([rng.integers(1, 6, (n, 5)).mean(axis=1) for _ in range(2)])
    y = x @ [0.4, 0.3] + rng.normal(size=n)
    return (y - y.mean()) / y.std(ddof=1), (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)


def test_mm_of_few_distinct_values_hangs_on_no_seed() -> None:
    """Seeds of which all but the first draw rows that are collinear but for rounding."""
    y, x = means_of_five()
    first = fitted(y, x, seed=1)
    for seed in (6, 12, 20, 59):
        assert fitted(y, x, seed).coef == pytest.approx(first.coef, rel=1e-9)


def test_rows_drawn_determine_coefficients_whatever_the_seed() -> None:
    """A category of three people in 300 and items of five answers: no subset is left without a plane."""
    rng = np.random.default_rng(8)
    rare = np.zeros((300, 3))
    rare[:9] = np.repeat(np.eye(3), 3, axis=0)
    for x in (np.column_stack([rare, rng.integers(1, 6, (300, 2))]), means_of_five()[1]):
        design = np.sqrt(len(x)) * factor_design(x).basis
        for seed in range(20):
            planes = design[drawn_rows(design, np.random.default_rng(seed))]
            assert np.linalg.cond(planes).max() < 1e5


def test_mm_estimates_coefficients_of_rare_categories() -> None:
    rng = np.random.default_rng(9)
    x = np.zeros((200, 4))
    x[:9, :3] = np.repeat(np.eye(3), 3, axis=0)
    x[:, 3] = rng.integers(1, 6, 200)
    fit = fitted(x @ [3.0, -3.0, 5.0, 0.5] + 0.1 * rng.normal(size=200), x)
    assert fit.coef[1:] == pytest.approx([3.0, -3.0, 5.0, 0.5], abs=0.2)


def test_mm_is_the_same_for_predictors_in_other_units() -> None:
    y, x = stackloss()
    turned = np.array([[1.0, 2.0, 0.0], [0.0, 1e-4, 3.0], [1.0, 0.0, 1e3]])
    assert turned @ fitted(y, x @ turned).coef[1:] == pytest.approx(fitted(y, x).coef[1:], rel=1e-7)


def test_half_of_the_rows_on_a_plane_are_not_more_than_half() -> None:
    """Exactly half gave one answer: its plane has a scale above 0; of a few more it has none."""
    rng = np.random.default_rng(10)
    x = rng.integers(1, 6, (80, 2)).astype(float)
    y = np.where(np.arange(80) < 40, 4.0, 4 + rng.choice([-1.0, 1.0], 80) * rng.uniform(0.5, 2, 80))
    assert fitted(y, x).scale > 0
    y[:45] = 4
    with pytest.raises(HalfFitted):
        fitted(y, x)


@pytest.mark.parametrize(
    ("quantile", "coef", "std_err"),
    [
        (0.25, [95.483539635, 0.474103208], [21.3923697518, 0.0290552735]),
        (0.5, [81.482247417, 0.560180551], [19.2506602521, 0.0282772097]),
        (0.75, [62.396585529, 0.644014139], [16.3053766028, 0.0232391681]),
    ],
)
def test_quantiles_are_those_of_quantreg(quantile: float, coef: list[float], std_err: list[float]) -> None:
    fit = quantile_regression(*engel(), quantile)
    assert fit.coef == pytest.approx(coef, rel=1e-8)
    assert fit.std_err == pytest.approx(std_err, rel=1e-7)


def test_several_predictors_are_those_of_quantreg() -> None:
    """The median of stackloss, where one density is not positive: its row is left out, as quantreg does."""
    fit = quantile_regression(*stackloss())
    assert fit.coef == pytest.approx([-39.6898550725, 0.8318840580, 0.5739130435, -0.0608695652], rel=1e-8)
    assert fit.std_err == pytest.approx([7.1416267869, 0.1269327153, 0.3417930015, 0.0604123313], rel=1e-6)


def test_as_many_rows_lie_below_as_the_quantile_says() -> None:
    y, x = engel()
    for quantile in (0.1, 0.5, 0.9):
        fit = quantile_regression(y, x, quantile)
        below = (y < fit.coef[0] + x[:, 0] * fit.coef[1] - 1e-8).sum()
        assert quantile * len(y) - 2 <= below <= quantile * len(y)


def test_a_quantile_beyond_what_rows_can_tell_is_refused() -> None:
    y, x = stackloss()
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        quantile_regression(y, x, 1.0)
    with pytest.raises(StatisticsError, match="too few for errors"):
        quantile_regression(y, x, 0.01)
