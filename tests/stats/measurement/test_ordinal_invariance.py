"""Invariance of ordered answers as lavaan and semTools have it (ordinal_invariance.R); planted groups."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.core.errors import InGroup, InvalidModel
from smartcity_survey.stats.core.types import BoolArray, IntArray
from smartcity_survey.stats.items.polychoric_correlations import polychoric
from smartcity_survey.stats.measurement.ordinal_groups import (
    OrdinalLevel,
    layouts,
    ordinal_sample,
    starting_solution,
)
from smartcity_survey.stats.measurement.ordinal_invariance import OrdinalRung, ordinal_ladder
from smartcity_survey.stats.sem.dwls import fit_dwls
from smartcity_survey.stats.sem.dwls_fit import dwls_indices
from tests.stats.factor_data import reference
from tests.stats.pls_data import REFERENCE
from tests.stats.structural_data import blocks

# lavaan's optimiser ends in the eighth digit of a chi-square.
FIT = {
    **{"unscaled_chi2": "chisq", "chi2": "chisq.scaled", "df": "df", "p": "pvalue.scaled"},
    **{"cfi": "cfi.scaled", "tli": "tli.scaled", "rmsea": "rmsea.scaled", "srmr": "srmr"},
}
PATTERN = blocks((4, 4))
SHIFT, SPREAD = 0.6, 1.3


@cache
def genders() -> tuple[IntArray, ...]:
    frame, told = pd.read_csv(REFERENCE / "data" / "sim676.csv"), reference("ordinal_invariance_lavaan")
    items, groups = told["items"], told["gender"]["groups"]
    return tuple(frame.loc[frame["gender"] == int(group), items].to_numpy() for group in groups)


@cache
def ladder() -> tuple[OrdinalRung, ...]:
    return ordinal_ladder(genders(), PATTERN)


def theirs(name: str) -> Any:
    return reference("ordinal_invariance_lavaan")["gender"][name]


@pytest.mark.parametrize("level", list(OrdinalLevel))
def test_fit_of_every_level_is_lavaans(level: OrdinalLevel) -> None:
    indices, told = ladder()[level].indices, theirs("fit")[level.name.lower()]
    for own, name in FIT.items():
        assert getattr(indices, own) == pytest.approx(told[name], rel=2e-6, abs=1e-7), own


@pytest.mark.parametrize("level", list(OrdinalLevel)[1:])
def test_differences_are_lavaans(level: OrdinalLevel) -> None:
    difference, told = ladder()[level].difference, theirs("tests")[level.name.lower()]
    assert difference is not None
    assert difference.df == told["df"]
    assert difference.statistic == pytest.approx(told["statistic"], rel=1e-6)
    assert difference.p == pytest.approx(told["p"], rel=1e-6)


def test_delta_and_theta_scaling_are_one_model() -> None:
    """lavaan's by either are ours."""
    told = theirs("delta")
    assert told["chisq"] == pytest.approx(ladder()[OrdinalLevel.INTERCEPTS].indices.unscaled_chi2, rel=1e-7)


def test_means_errors_and_variances_of_factors_are_lavaans() -> None:
    rung, rows = ladder()[OrdinalLevel.INTERCEPTS], theirs("intercepts")
    for k, factor in enumerate("AB"):
        of_factor = [row for row in rows if row["group"] == 2 and row["lhs"] == factor]
        (mean,) = (row for row in of_factor if row["op"] == "~1")
        (variance,) = (row for row in of_factor if row["op"] == "~~" and row["rhs"] == factor)
        assert rung.factor_means[1, k] == pytest.approx(mean["est"], abs=1e-5)
        assert rung.std_err_factor_means[1, k] == pytest.approx(mean["se"], rel=1e-4)
        assert rung.factor_variances[1, k] == pytest.approx(variance["est"], rel=1e-5)
    assert (rung.factor_means[0] == 0).all()
    assert np.isnan(ladder()[OrdinalLevel.LOADINGS].factor_means).all()


def test_the_lowest_level_is_each_group_alone() -> None:
    alone = [
        dwls_indices(fit_dwls(polychoric(codes, information="outer_product"), PATTERN)) for codes in genders()
    ]
    rung = ladder()[0]
    assert rung.indices.unscaled_chi2 == pytest.approx(sum(one.unscaled_chi2 for one in alone))
    assert rung.indices.df == sum(one.df for one in alone)
    assert rung.difference is None


def test_derivatives_agree_with_differences() -> None:
    items = [polychoric(codes, information="outer_product") for codes in genders()]
    samples, alone = [ordinal_sample(one) for one in items], [fit_dwls(one, PATTERN) for one in items]
    for level in (OrdinalLevel.INTERCEPTS, OrdinalLevel.STRICT):
        layout = layouts(samples, PATTERN, level)
        theta, width = starting_solution(samples, alone, layout, level), 1e-6
        found = layout.derivatives(theta)
        for position in range(0, layout.size, 7):
            step = width * np.eye(layout.size)[position]
            ahead, behind = (np.concatenate(layout.implied(theta + s * step)) for s in (1, -1))
            np.testing.assert_allclose(found[:, position], (ahead - behind) / (2 * width), atol=1e-8)


def planted(threshold: float = 0.0, n: int = 2000) -> list[IntArray]:
    """Answers of two groups; the second's factors are higher and vary more. threshold : of the first item it
    divides the scale so much higher."""
    rng = np.random.default_rng(12)
    groups = []
    for group in (0, 1):
        cov = np.array([[1.0, 0.4], [0.4, 1.0]]) * (SPREAD if group else 1.0) ** 2
        factors = rng.multivariate_normal(np.full(2, SHIFT * group), cov, size=n)
        y = 0.7 * factors @ PATTERN.T + np.sqrt(0.51) * rng.normal(size=(n, 8))
        cuts = np.array([-1.2, -0.2, 0.9])[:, None] + np.zeros(8)
        cuts[1, 0] += threshold * group
        groups.append(np.asarray((y[:, None, :] > cuts).sum(axis=1)))
    return groups


def test_planted_means_and_variances_are_recovered() -> None:
    rungs = ordinal_ladder(planted(), PATTERN)
    rung = rungs[OrdinalLevel.STRICT]
    np.testing.assert_allclose(rung.factor_means[1], SHIFT, atol=3 * rung.std_err_factor_means[1].max())
    np.testing.assert_allclose(rung.factor_variances[1], SPREAD**2, rtol=0.2)
    assert all(step.difference is None or step.difference.p > 0.01 for step in rungs)


def test_a_group_that_divides_a_scale_otherwise_is_refused_at_the_thresholds() -> None:
    rungs = ordinal_ladder(planted(threshold=0.5), PATTERN)
    difference = rungs[OrdinalLevel.THRESHOLDS].difference
    assert difference is not None
    assert difference.p < 1e-6


def test_what_nothing_determines_is_refused() -> None:
    first, second = (codes.copy() for codes in genders())
    pattern: BoolArray = PATTERN
    with pytest.raises(InvalidModel, match="1 groups"):
        ordinal_ladder([first], pattern)
    second[second[:, 2] == 5, 2] = 4
    with pytest.raises(InvalidModel, match=r"items \[2\] are not answered by the same categories"):
        ordinal_ladder([first, second], pattern)
    halves = [np.where(codes > 3, 1, 0) for codes in genders()]
    with pytest.raises(InvalidModel, match="fewer than three categories"):
        ordinal_ladder(halves, pattern)
    copied = genders()[1].copy()
    copied[:, 1] = copied[:, 0]
    with pytest.raises(InGroup):
        ordinal_ladder([first, copied], pattern)
    single = np.hstack([pattern, np.eye(8, dtype=bool)[:, :1]])
    single[0, 0] = False
    with pytest.raises(InvalidModel, match="single item"):
        ordinal_ladder(genders(), single)
