"""Ordinal regression against R's MASS::polr and car::poTest, and statsmodels' OrderedModel.

Reference values: R 4.2, MASS 7.3, car 3.1-1, on `housing` of MASS (Madsen 1976: satisfaction of 1681
tenants in Copenhagen), predictors in codes 1, 2, ...; optimised to a relative change of 1e-16.
"""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from smartcity_survey.stats.core.errors import (
    ConstantItems,
    LinearDependence,
    Separated,
    TooFewRows,
)
from smartcity_survey.stats.regression.ordinal import parallel_lines, proportional_odds

# Tenants by contact (low, high), housing (tower, apartment, atrium, terrace), influence and satisfaction.
TENANTS = """
21 21 28 34 22 36 10 11 36 61 23 17 43 35 40 26 18 54 13 9 10 8 8 12 6 7 9 18 6 7 15 13 13 7 5 11
14 19 37 17 23 40 3 5 23 78 46 43 48 45 86 15 25 62 20 23 20 10 22 24 7 10 21 57 23 13 31 21 13 5 6 13
"""


def housing() -> tuple[np.ndarray, np.ndarray]:
    """Satisfaction (n,), and influence, contact and housing (n, 3)."""
    counts = np.array(TENANTS.split(), dtype=int).reshape(2, 4, 3, 3)
    contact, kind, influence, satisfied = (
        np.repeat(each.ravel(), counts.ravel()) for each in np.indices(counts.shape)
    )
    return satisfied.astype(float), np.column_stack([influence, contact, kind]) + 1.0


def test_it_is_that_of_polr() -> None:
    fit = proportional_odds(*housing())
    assert fit.n == 1681
    assert fit.coef == pytest.approx([0.627392290627, 0.354431573591, -0.296380542307], rel=1e-6)
    assert fit.thresholds == pytest.approx([0.333443693376, 1.510798341816], rel=1e-6)
    assert fit.std_err == pytest.approx([0.0620657602338, 0.0950485686747, 0.0471922026476], rel=1e-5)
    assert fit.threshold_errors == pytest.approx([0.2191315955829, 0.2222134405794], rel=1e-5)
    assert fit.log_likelihood == pytest.approx(-1747.76015803, abs=1e-7)
    assert fit.of_thresholds == pytest.approx(-1824.4388105228, abs=1e-8)


def test_pseudo_r2_by_their_formulas() -> None:
    fit = proportional_odds(*housing())
    with_x, without = -1747.76015803, -1824.4388105228
    assert fit.mcfadden == pytest.approx(1 - with_x / without, rel=1e-7)
    top = 1 - np.exp(2 / 1681 * (without - with_x))
    assert fit.nagelkerke == pytest.approx(top / (1 - np.exp(2 / 1681 * without)), rel=1e-7)
    assert fit.test.statistic == pytest.approx(2 * (with_x - without), rel=1e-7)
    assert fit.test.df == 3


def test_parallel_lines_are_those_of_brant() -> None:
    """R's glm to a tolerance of 1e-15 and Brant's formula; car's poTest has the same for each predictor.

    Together it has 3.037253: its covariances of two regressions are not turned over in the other triangle.
    """
    found = parallel_lines(*housing())
    assert [each.statistic for each in found.each] == pytest.approx(
        [0.258471037158, 1.269220902469, 0.925660530363], rel=1e-9
    )
    assert found.whole.statistic == pytest.approx(3.03740286947, rel=1e-9)
    assert (found.whole.df, found.each[0].df) == (3, 1)


def test_many_categories_are_those_of_statsmodels() -> None:
    """Five answers, predictors of very different units."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(200, 2)) * [1, 50] + [3, 1000]
    y = np.digitize(x @ [0.9, -0.02] + rng.logistic(size=200), [-20, -18, -17, -15.5]).astype(float)
    fit = proportional_odds(y, x)
    model = OrderedModel(y, (x - x.mean(axis=0)) / x.std(axis=0), distr="logit")
    other = model.fit(method="newton", disp=False, tol=1e-12)
    assert fit.log_likelihood == pytest.approx(other.llf, rel=1e-10)
    assert fit.coef * x.std(axis=0) == pytest.approx(other.params[:2], rel=1e-6)
    assert fit.std_err * x.std(axis=0) == pytest.approx(other.bse[:2], rel=1e-4)
    thresholds = model.transform_threshold_params(other.params)[1:-1]
    assert fit.thresholds - fit.coef @ x.mean(axis=0) == pytest.approx(thresholds, rel=1e-5)


def test_lines_that_are_not_parallel_are_told() -> None:
    """x raises the middle answer over the lowest and does nothing for the highest."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(1500, 2))
    first = rng.logistic(size=1500) < 1 + 1.5 * x[:, 0] + x[:, 1]
    y = first.astype(float) + (first & (rng.random(1500) < 0.3))
    found = parallel_lines(y, x)
    assert found.each[0].p < 1e-6
    assert found.whole.statistic > found.each[0].statistic


def test_lines_of_many_answers_are_not_tested() -> None:
    """Of parallel lines, 360 respondents and 20 answers the test would reject 21 of 100 samples at 5 %."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=(400, 2))
    order = np.argsort(np.argsort(x.sum(axis=1) + rng.logistic(size=400)))
    assert np.isfinite(parallel_lines(order // 40 + 0.0, x[:, :1]).whole.p)
    with pytest.raises(TooFewRows, match="400 rows, at least 1944 needed"):
        parallel_lines(order // 20 + 0.0, x)


def test_separation_is_refused_and_nothing_else() -> None:
    x = np.arange(40.0)[:, None]
    y = np.repeat([1.0, 2.0, 3.0], [10, 15, 15])
    with pytest.raises(Separated):
        proportional_odds(y, x)
    y[9:11] = 2, 1  # two who changed places part the first two no longer, but the last is parted still
    with pytest.raises(Separated):
        parallel_lines(y, x)
    assert np.isfinite(proportional_odds(y, x).std_err).all()


def test_what_determines_nothing_is_refused() -> None:
    y, x = housing()
    with pytest.raises(ConstantItems):
        proportional_odds(np.ones(len(y)), x)
    with pytest.raises(LinearDependence):
        proportional_odds(y, np.column_stack([x, x.sum(axis=1)]))
    with pytest.raises(TooFewRows):
        parallel_lines((y > 0).astype(float), x)
