"""Measurement invariance against lavaan, its documented example, and simulated differences."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.cfa import fit_cfa
from smartcity_survey.stats.cfa_fit import fit_indices
from smartcity_survey.stats.errors import InvalidModel, TooFewRows
from smartcity_survey.stats.invariance import Rung, invariance_ladder, release_indices
from smartcity_survey.stats.likelihood import Sample
from smartcity_survey.stats.multigroup import Exempt, Level, fit_groups
from smartcity_survey.stats.structure import Matrix
from smartcity_survey.stats.types import Array

from .factor_data import REFERENCE, reference
from .structural_data import (
    HOLZINGER_ITEMS,
    blocks,
    holzinger,
    holzinger_pattern,
    holzinger_scores,
    moments,
    survey_answers,
    survey_pattern,
)

# lavaan's nlminb at its limit: chi-square, flat at the minimum, has nine digits, estimates have half as many.
LAVAAN = 1e-8
ESTIMATES = 1e-4
# lavaan's tutorial and semTools's `measurementInvariance` print chi-squares to three decimals.
DOCUMENTED = 5e-4
ROUNDING = 1e-8

LEVELS = ("configural", "metric", "scalar", "strict")
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


def in_groups(x: Array, label: Any) -> list[Sample]:
    """One sample per label, in the order in which labels first appear (lavaan's order)."""
    label = np.asarray(label)
    parts = [x[label == name] for name in dict.fromkeys(label.tolist())]
    return [Sample(len(part), moments(part), part.mean(axis=0)) for part in parts]


@pytest.fixture(scope="module")
def schools() -> list[Sample]:
    return in_groups(holzinger_scores(), holzinger()["school"])


@pytest.fixture(scope="module")
def ladder(schools) -> tuple[Rung, ...]:
    return invariance_ladder(schools, holzinger_pattern())


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


@pytest.mark.parametrize("level", LEVELS)
def test_estimates_and_errors_are_lavaans(ladder, level):
    rung = ladder[LEVELS.index(level)]
    table = pd.DataFrame(reference("invariance_lavaan")["holzinger"][level]["parameters"])
    ml = rung.fit.ml
    errors = np.sqrt(np.diagonal(ml.covariance))
    factors = ["visual", "textual", "speed"]
    for group, structure in enumerate(ml.structures):
        rows = table[(table["group"] == group + 1) & (table["free"] > 0)].set_index(["lhs", "op", "rhs"])
        assert len(rows) == len(structure.cells)
        cells = structure.cells
        for matrix, i, j, parameter in zip(
            cells.matrix, cells.row, cells.column, structure.parameter, strict=True
        ):
            key = {
                Matrix.LOADING: (factors[j % 3], "=~", HOLZINGER_ITEMS[i]),
                Matrix.FACTOR: (factors[j % 3], "~~", factors[i % 3]),
                Matrix.RESIDUAL: (HOLZINGER_ITEMS[i], "~~", HOLZINGER_ITEMS[i]),
                Matrix.INTERCEPT: (HOLZINGER_ITEMS[i], "~1", ""),
                Matrix.MEAN: (factors[i % 3], "~1", ""),
            }[Matrix(matrix)]
            assert ml.theta[parameter] == pytest.approx(rows.loc[key, "est"], rel=ESTIMATES, abs=ESTIMATES), (
                key
            )
            assert errors[parameter] == pytest.approx(rows.loc[key, "se"], rel=ESTIMATES), key


def test_partial_invariance_is_lavaans(schools):
    """Free intercepts of x3 and x7, as in lavaan's tutorial (129.422, df 58)."""
    none = np.zeros(9, dtype=bool)
    exempt = Exempt(loadings=none, intercepts=np.isin(HOLZINGER_ITEMS, ["x3", "x7"]), uniquenesses=none)
    fit = fit_groups(schools, holzinger_pattern(), Level.SCALAR, exempt=exempt)
    assert fit.ml.chi2 == pytest.approx(129.422, abs=DOCUMENTED)
    theirs = reference("invariance_lavaan")["holzinger_partial"]["fit"]
    assert fit.ml.df == theirs["df"] == 58
    assert fit.ml.chi2 == pytest.approx(theirs["chisq"], rel=LAVAAN)
    free = fit.intercepts[0] != fit.intercepts[1]
    np.testing.assert_array_equal(free, exempt.intercepts)


def test_what_to_release_is_lavaans(ladder):
    found = release_indices(ladder[2].fit)
    theirs = reference("invariance_lavaan")["holzinger_release"]
    assert found.group.tolist() == [1] * 15
    assert len(theirs["x2"]) == 15
    ours = {
        (int(m), int(i)): x for m, i, x in zip(found.cells.matrix, found.cells.row, found.index, strict=True)
    }
    for lhs, op, rhs, x2 in zip(theirs["lhs"], theirs["op"], theirs["rhs"], theirs["x2"], strict=True):
        key = (
            (Matrix.LOADING, HOLZINGER_ITEMS.index(rhs))
            if op == "=~"
            else (Matrix.INTERCEPT, HOLZINGER_ITEMS.index(lhs))
        )
        assert ours[key] == pytest.approx(x2, rel=ESTIMATES, abs=ESTIMATES), key


def test_four_groups_have_lavaans_indices():
    table = holzinger()
    samples = in_groups(holzinger_scores(), table["school"] + table["sex"].astype(str))
    for rung in invariance_ladder(samples, holzinger_pattern()):
        assert_indices_agree(
            rung, reference("invariance_lavaan")["holzinger_cells"][rung.fit.level.name.lower()]
        )
    # Every group is compared with the others.
    assert set(release_indices(rung.fit).group.tolist()) == {0, 1, 2, 3}


def test_the_simulated_survey_by_gender_has_lavaans_indices():
    gender = pd.read_csv(REFERENCE / "data" / "sim676.csv", encoding="utf-8")["gender"]
    for rung in invariance_ladder(in_groups(survey_answers(), gender), survey_pattern()):
        assert_indices_agree(rung, reference("invariance_lavaan")["survey"][rung.fit.level.name.lower()])


def test_the_configural_level_is_the_groups_one_by_one(schools, ladder):
    alone = [fit_cfa(group.covariance, group.n, holzinger_pattern()) for group in schools]
    assert ladder[0].indices.chi2 == pytest.approx(sum(fit.chi2 for fit in alone), rel=ROUNDING)
    assert ladder[0].indices.df == sum(fit.df for fit in alone)
    np.testing.assert_allclose(ladder[0].fit.loadings, [fit.loadings for fit in alone], rtol=ROUNDING)


def test_differences_are_between_neighbouring_levels(ladder):
    assert ladder[0].difference is None
    assert ladder[0].d_cfi is None
    for below, rung in pairwise(ladder):
        assert rung.difference.statistic == pytest.approx(rung.indices.chi2 - below.indices.chi2)
        assert rung.d_cfi == rung.indices.cfi - below.indices.cfi
        assert rung.d_rmsea == rung.indices.rmsea - below.indices.rmsea
        assert rung.d_srmr == rung.indices.srmr - below.indices.srmr


def test_order_of_groups_units_and_markers_do_not_matter(schools, ladder):
    units = 10.0 ** np.linspace(-2, 2, 9)
    turned = [
        Sample(group.n, group.covariance * np.outer(units, units), group.mean * units)
        for group in reversed(schools)
    ]
    others = invariance_ladder(turned, holzinger_pattern(), markers=np.array([2, 4, 8]))
    for ours, theirs in zip(others, ladder, strict=True):
        assert ours.indices.chi2 == pytest.approx(theirs.indices.chi2, rel=ROUNDING)
        assert ours.indices.df == theirs.indices.df
        assert ours.indices.srmr == pytest.approx(theirs.indices.srmr, rel=1e-6)


LOADINGS = np.array([1.0, 0.8, 0.9, 0.7, 1.0, 0.8, 0.9, 0.7])
SHIFT = np.array([0.5, -0.3])


def two_groups(seed: int, n: int, *, loading: float = 0.0, intercept: float = 0.0, noise: float = 1.0) -> Any:
    """Two factors of four items; the second group's factors are higher by `SHIFT`, and vary more.

    loading, intercept : what the second item of the second group has more. noise : its residuals' spread.
    """
    rng = np.random.default_rng(seed)
    samples = []
    for group in (0, 1):
        loadings = LOADINGS * blocks((4, 4)).T
        loadings[0, 1] += loading * group
        factors = rng.multivariate_normal(group * SHIFT, (1 + group) * np.array([[1, 0.4], [0.4, 1]]), size=n)
        residuals = 0.6 * rng.normal(size=(n, 8)) * (noise if group else 1.0)
        x = 3 + factors @ loadings + residuals
        x[:, 1] += intercept * group
        samples.append(Sample(n, moments(x), x.mean(axis=0)))
    return samples


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


def test_the_item_that_differs_is_found():
    samples = two_groups(12, 800, intercept=0.4)
    found = release_indices(fit_groups(samples, blocks((4, 4)), Level.SCALAR))
    assert (found.cells.matrix[0], found.cells.row[0], found.group[0]) == (Matrix.INTERCEPT, 1, 1)
    assert found.change[0] == pytest.approx(0.4, abs=0.1)


def test_means_of_factors_are_recovered_and_their_errors_told():
    fits = [fit_groups(two_groups(seed, 250), blocks((4, 4)), Level.SCALAR) for seed in range(60)]
    means = np.array([fit.factor_means[1] for fit in fits])
    claimed = np.mean([fit.std_err_factor_means[1] for fit in fits], axis=0)
    np.testing.assert_allclose(means.mean(axis=0), SHIFT, atol=3 * claimed.max() / np.sqrt(60))
    # The spread of 60 draws is itself known to within 9 %.
    np.testing.assert_allclose(means.std(axis=0), claimed, rtol=0.27)
    assert (np.array([fit.factor_means[0] for fit in fits]) == 0).all()


def test_equal_groups_fit_all_levels_alike(schools):
    """A group and its copy differ in nothing: all levels have the chi-square of two single groups."""
    rungs = invariance_ladder([schools[0], schools[0]], holzinger_pattern())
    alone = fit_cfa(schools[0].covariance, schools[0].n, holzinger_pattern())
    for rung in rungs:
        assert rung.indices.chi2 == pytest.approx(2 * alone.chi2, rel=ROUNDING)
    np.testing.assert_allclose(rungs[2].fit.factor_means, 0.0, atol=1e-8)


def test_the_ladder_can_end_early(schools):
    rungs = invariance_ladder(schools, holzinger_pattern(), up_to=Level.METRIC)
    assert [rung.fit.level for rung in rungs] == [Level.CONFIGURAL, Level.METRIC]
    assert np.isnan(rungs[1].fit.factor_means).all()


def test_means_that_fit_exactly_change_no_index(schools):
    alone = fit_indices(fit_cfa(schools[0].covariance, schools[0].n, holzinger_pattern()))
    both = invariance_ladder([schools[0], schools[0]], holzinger_pattern(), up_to=Level.CONFIGURAL)[0].indices
    assert both.rmsea == pytest.approx(alone.rmsea, rel=ROUNDING)
    assert both.cfi == pytest.approx(alone.cfi, rel=ROUNDING)


def test_what_cannot_be_compared_is_refused(schools):
    pattern = holzinger_pattern()
    with pytest.raises(InvalidModel, match="1 groups, at least two"):
        fit_groups(schools[:1], pattern, Level.METRIC)
    without = [Sample(group.n, group.covariance) for group in schools]
    with pytest.raises(InvalidModel, match="by means too"):
        fit_groups(without, pattern, Level.CONFIGURAL)
    none, marker = np.zeros(9, dtype=bool), np.arange(9) == 0
    with pytest.raises(InvalidModel, match=r"items \[0\] give a unit"):
        fit_groups(schools, pattern, Level.METRIC, exempt=Exempt(marker, none, none))
    few = [schools[0], Sample(9, schools[1].covariance, schools[1].mean)]
    with pytest.raises(TooFewRows):
        fit_groups(few, pattern, Level.METRIC)
