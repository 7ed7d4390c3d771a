"""Measurement invariance against lavaan, its documented example, and simulated differences."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.invariance import Rung, invariance_ladder
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.multigroup import Level
from tests.stats.factor_data import REFERENCE, reference
from tests.stats.group_data import LEVELS, in_groups, school_scores, schools, two_groups
from tests.stats.structural_data import (
    blocks,
    holzinger,
    holzinger_pattern,
    holzinger_scores,
    survey_answers,
    survey_pattern,
)

# lavaan's nlminb at its limit: chi-square, flat at the minimum, has nine digits, estimates have half as many.
LAVAAN = 1e-8
ESTIMATES = 1e-4
# lavaan's tutorial and semTools's `measurementInvariance` print chi-squares to three decimals.
DOCUMENTED = 5e-4
ROUNDING = 1e-8

INDICES = {
    "chi2": "chisq",
    "baseline_chi2": "baseline.chisq",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "srmr": "srmr",
    "gfi": "gfi",
    "log_likelihood": "logl",
    "aic": "aic",
    "bic": "bic",
}


@pytest.fixture(scope="module")
def ladder() -> tuple[Rung, ...]:
    return invariance_ladder(schools(), holzinger_pattern())


def assert_indices_agree(rung: Rung, theirs: dict[str, float]) -> None:
    assert rung.indices.df == theirs["df"]
    for ours, name in INDICES.items():
        # Residuals themselves, unlike the discrepancy, are as good as the estimates.
        rtol = ESTIMATES if name in ("srmr", "gfi") else LAVAAN
        assert getattr(rung.indices, ours) == pytest.approx(theirs[name], rel=rtol), name


def test_every_level_of_holzinger_has_lavaans_indices(ladder):
    theirs = reference("invariance_lavaan")["holzinger"]
    assert [rung.fit.level.name.lower() for rung in ladder] == list(LEVELS)
    for rung in ladder:
        assert_indices_agree(rung, theirs[rung.fit.level.name.lower()]["fit"])


def test_the_chi_squares_are_the_documented_ones(ladder):
    expected = [(115.851, 48), (124.044, 54), (164.103, 60)]
    for rung, (chi2, df) in zip(ladder, expected, strict=False):
        assert rung.indices.chi2 == pytest.approx(chi2, abs=DOCUMENTED)
        assert rung.indices.df == df
    differences = [(8.192, 6), (40.059, 6)]
    for rung, (chi2, df) in zip(ladder[1:], differences, strict=False):
        assert rung.difference.statistic == pytest.approx(chi2, abs=2 * DOCUMENTED)
        assert rung.difference.df == df
    assert ladder[1].difference.p == pytest.approx(0.2244, abs=5e-5)
    assert ladder[2].difference.p == pytest.approx(4.435e-07, rel=1e-3)


def test_the_ladder_scales_its_tests_where_it_has_the_answers(ladder):
    answers = school_scores()
    rungs = invariance_ladder(schools(), holzinger_pattern(), answers=answers, up_to=Level.METRIC)
    theirs = reference("invariance_lavaan")["holzinger_mlm"]
    assert rungs[1].scaled.chi2 == pytest.approx(theirs["metric"]["fit"]["chisq.scaled"], rel=ESTIMATES)
    assert rungs[1].scaled_difference.statistic == pytest.approx(
        theirs["difference"]["chi2"][0], rel=ESTIMATES
    )
    assert rungs[0].scaled_difference is None
    assert ladder[1].scaled is None
    with pytest.raises(StatisticsError, match="respondents for a model fitted to"):
        invariance_ladder(schools(), holzinger_pattern(), answers=answers[::-1])


def test_the_ladder_scales_its_tests_as_mlr_does():
    rungs = invariance_ladder(
        schools(), holzinger_pattern(), answers=school_scores(), correction="yuan_bentler"
    )
    theirs = reference("invariance_lavaan")["holzinger_mlr"]
    for rung in rungs:
        fit = theirs[rung.fit.level.name.lower()]["fit"]
        assert rung.scaled.chi2 == pytest.approx(fit["chisq.scaled"], rel=ESTIMATES)
        for name in ("cfi", "rmsea"):
            assert getattr(rung.judged, name) == pytest.approx(fit[f"{name}.robust"], rel=10 * ESTIMATES)
    for rung, chi2 in zip(rungs[1:], theirs["difference"]["chi2"], strict=True):
        assert rung.scaled_difference.statistic == pytest.approx(chi2, rel=10 * ESTIMATES)


def test_four_groups_have_lavaans_indices():
    table = holzinger()
    samples = in_groups(holzinger_scores(), table["school"] + table["sex"].astype(str))
    for rung in invariance_ladder(samples, holzinger_pattern()):
        assert_indices_agree(
            rung, reference("invariance_lavaan")["holzinger_cells"][rung.fit.level.name.lower()]
        )


def test_the_simulated_survey_by_gender_has_lavaans_indices():
    gender = pd.read_csv(REFERENCE / "data" / "sim676.csv", encoding="utf-8")["gender"]
    for rung in invariance_ladder(in_groups(survey_answers(), gender), survey_pattern()):
        assert_indices_agree(rung, reference("invariance_lavaan")["survey"][rung.fit.level.name.lower()])


def test_differences_are_between_neighbouring_levels(ladder):
    assert ladder[0].difference is None
    assert ladder[0].d_cfi is None
    for below, rung in pairwise(ladder):
        assert rung.difference.statistic == pytest.approx(rung.indices.chi2 - below.indices.chi2)
        assert rung.d_cfi == rung.indices.cfi - below.indices.cfi
        assert rung.d_rmsea == rung.indices.rmsea - below.indices.rmsea
        assert rung.d_srmr == rung.indices.srmr - below.indices.srmr


def test_order_of_groups_units_and_markers_do_not_matter(ladder):
    units = 10.0 ** np.linspace(-2, 2, 9)
    turned = [
        Sample(group.n, group.covariance * np.outer(units, units), group.mean * units)
        for group in reversed(schools())
    ]
    others = invariance_ladder(turned, holzinger_pattern(), markers=np.array([2, 4, 8]))
    for ours, theirs in zip(others, ladder, strict=True):
        assert ours.indices.chi2 == pytest.approx(theirs.indices.chi2, rel=ROUNDING)
        assert ours.indices.df == theirs.indices.df
        assert ours.indices.srmr == pytest.approx(theirs.indices.srmr, rel=1e-6)


def first_failure(samples: list[Sample]) -> Level | None:
    for rung in invariance_ladder(samples, blocks((4, 4))):
        if rung.difference is not None and rung.difference.p < 1e-4:
            return rung.fit.level
    return None


@pytest.mark.parametrize(
    ("difference", "fails"),
    [
        ({}, None),
        ({"loading": 0.4}, Level.METRIC),
        ({"intercept": 0.4}, Level.SCALAR),
        ({"noise": 1.5}, Level.STRICT),
    ],
)
def test_the_level_that_fails_is_the_one_that_differs(difference, fails):
    assert first_failure(two_groups(11, 800, **difference)) == fails


def test_equal_groups_fit_all_levels_alike():
    """A group and its copy differ in nothing: all levels have the chi-square of two single groups."""
    school = schools()[0]
    rungs = invariance_ladder([school, school], holzinger_pattern())
    alone = fit_cfa(school.covariance, school.n, holzinger_pattern())
    for rung in rungs:
        assert rung.indices.chi2 == pytest.approx(2 * alone.chi2, rel=ROUNDING)
    np.testing.assert_allclose(rungs[2].fit.factor_means, 0.0, atol=1e-8)


def test_the_ladder_can_end_early():
    rungs = invariance_ladder(schools(), holzinger_pattern(), up_to=Level.METRIC)
    assert [rung.fit.level for rung in rungs] == [Level.CONFIGURAL, Level.METRIC]
    assert np.isnan(rungs[1].fit.factor_means).all()


def test_means_that_fit_exactly_change_no_index():
    alone = fit_indices(fit_cfa(schools()[0].covariance, schools()[0].n, holzinger_pattern()))
    both = invariance_ladder([schools()[0], schools()[0]], holzinger_pattern(), up_to=Level.CONFIGURAL)[
        0
    ].indices
    assert both.rmsea == pytest.approx(alone.rmsea, rel=ROUNDING)
    assert both.cfi == pytest.approx(alone.cfi, rel=ROUNDING)
