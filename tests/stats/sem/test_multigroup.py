"""One measurement model in several groups against lavaan, its documented example, and simulated groups."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.core.errors import InGroup, InvalidModel, TooFewRows
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_robust import (
    Correction,
    ScaledTest,
    robust_covariance,
    scaled_difference,
    scaled_test,
)
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.multigroup import Exempt, Level, MultigroupFit, fit_groups
from smartcity_survey.stats.sem.structure import Matrix
from tests.stats.factor_data import reference
from tests.stats.group_data import LEVELS, SHIFT, school_scores, schools, two_groups
from tests.stats.structural_data import HOLZINGER_ITEMS, blocks, holzinger_pattern

# lavaan's nlminb at its limit: chi-square, flat at the minimum, has nine digits, estimates have half as many.
LAVAAN = 1e-8
ESTIMATES = 1e-4
# lavaan's tutorial prints chi-squares to three decimals.
DOCUMENTED = 5e-4
ROUNDING = 1e-8


@pytest.fixture(scope="module")
def fits() -> list[MultigroupFit]:
    return [fit_groups(schools(), holzinger_pattern(), level) for level in Level]


@pytest.mark.parametrize("level", LEVELS)
def test_estimates_and_errors_are_lavaans(fits, level):
    table = pd.DataFrame(reference("invariance_lavaan")["holzinger"][level]["parameters"])
    ml = fits[LEVELS.index(level)].ml
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


@pytest.mark.parametrize(("estimator", "correction"), [("mlm", "satorra_bentler"), ("mlr", "yuan_bentler")])
def test_scaled_tests_and_robust_errors_are_lavaans(fits, estimator, correction: Correction):
    theirs = reference("invariance_lavaan")[f"holzinger_{estimator}"]
    answers = school_scores()
    scaled = [scaled_test(fit, answers, correction) for fit in fits]
    for level, fit, test in zip(LEVELS, fits, scaled, strict=True):
        expected = theirs[level]
        assert test.scaling == pytest.approx(expected["fit"]["chisq.scaling.factor"], rel=ESTIMATES)
        assert test.cfi == pytest.approx(expected["fit"]["cfi.robust"], rel=ESTIMATES)
        assert test.rmsea == pytest.approx(expected["fit"]["rmsea.robust"], rel=ESTIMATES)
        assert test.baseline_chi2 == pytest.approx(expected["fit"]["baseline.chisq.scaled"], rel=LAVAAN)
        errors = np.sqrt(np.diagonal(robust_covariance(fit, answers, correction)))
        placed = np.concatenate([errors[structure.parameter] for structure in fit.ml.structures])
        # lavaan's order of parameters is another one.
        np.testing.assert_allclose(np.sort(placed), np.sort(expected["se"]), rtol=ESTIMATES)
    differences = [
        scaled_difference(test, fit.ml.chi2, before, below.ml.chi2)
        for (below, fit), (before, test) in zip(pairwise(fits), pairwise(scaled), strict=True)
    ]
    found = [difference.statistic for difference in differences]
    np.testing.assert_allclose(found, theirs["difference"]["chi2"], rtol=ESTIMATES)
    assert [difference.df for difference in differences] == theirs["difference"]["df"]


def test_a_scaled_difference_without_meaning_has_no_p():
    few = scaled_result(scaling=2.0, df=10)
    many = scaled_result(scaling=1.0, df=11)
    test = scaled_difference(many, 30.0, few, 20.0)
    assert test.statistic < 0
    assert np.isnan(test.p)


def scaled_result(scaling: float, df: int) -> ScaledTest:
    names = ScaledTest.__dataclass_fields__
    return ScaledTest(**dict.fromkeys(names, np.nan) | {"scaling": scaling, "df": df})


def test_partial_invariance_is_lavaans():
    """Free intercepts of x3 and x7, as in lavaan's tutorial (129.422, df 58)."""
    none = np.zeros(9, dtype=bool)
    exempt = Exempt(loadings=none, intercepts=np.isin(HOLZINGER_ITEMS, ["x3", "x7"]), uniquenesses=none)
    fit = fit_groups(schools(), holzinger_pattern(), Level.SCALAR, exempt=exempt)
    assert fit.ml.chi2 == pytest.approx(129.422, abs=DOCUMENTED)
    theirs = reference("invariance_lavaan")["holzinger_partial"]["fit"]
    assert fit.ml.df == theirs["df"] == 58
    assert fit.ml.chi2 == pytest.approx(theirs["chisq"], rel=LAVAAN)
    free = fit.intercepts[0] != fit.intercepts[1]
    np.testing.assert_array_equal(free, exempt.intercepts)


def test_the_configural_level_is_the_groups_one_by_one(fits):
    alone = [fit_cfa(group.covariance, group.n, holzinger_pattern()) for group in schools()]
    assert fits[0].ml.chi2 == pytest.approx(sum(fit.chi2 for fit in alone), rel=ROUNDING)
    assert fits[0].ml.df == sum(fit.df for fit in alone)
    np.testing.assert_allclose(fits[0].loadings, [fit.loadings for fit in alone], rtol=ROUNDING)


def test_means_of_factors_are_recovered_and_their_errors_told():
    found = [fit_groups(two_groups(seed, 250), blocks((4, 4)), Level.SCALAR) for seed in range(60)]
    means = np.array([fit.factor_means[1] for fit in found])
    claimed = np.mean([fit.std_err_factor_means[1] for fit in found], axis=0)
    np.testing.assert_allclose(means.mean(axis=0), SHIFT, atol=3 * claimed.max() / np.sqrt(60))
    # The spread of 60 draws is itself known to within 9 %.
    np.testing.assert_allclose(means.std(axis=0), claimed, rtol=0.27)
    assert (np.array([fit.factor_means[0] for fit in found]) == 0).all()


def test_what_cannot_be_compared_is_refused():
    samples, pattern = schools(), holzinger_pattern()
    with pytest.raises(InvalidModel, match="1 groups, at least two"):
        fit_groups(samples[:1], pattern, Level.METRIC)
    without = [Sample(group.n, group.covariance) for group in samples]
    with pytest.raises(InvalidModel, match="by means too"):
        fit_groups(without, pattern, Level.CONFIGURAL)
    none, marker = np.zeros(9, dtype=bool), np.arange(9) == 0
    with pytest.raises(InvalidModel, match=r"items \[0\] give a unit"):
        fit_groups(samples, pattern, Level.METRIC, exempt=Exempt(marker, none, none))


def test_a_group_that_cannot_be_fitted_is_named():
    first, second = schools()
    with pytest.raises(InGroup, match="group 1: 9 rows, at least 10 needed") as few:
        fit_groups([first, Sample(9, second.covariance, second.mean)], holzinger_pattern(), Level.METRIC)
    assert few.value.group == 1
    assert isinstance(few.value.error, TooFewRows)
    constant = second.covariance.copy()
    constant[4] = constant[:, 4] = 0.0
    with pytest.raises(InGroup) as alike:
        fit_groups([Sample(second.n, constant, second.mean), first], holzinger_pattern(), Level.METRIC)
    assert alike.value.group == 0
    assert alike.value.error.indices == (4,)


def test_a_single_item_restricts_nothing_but_its_groups_covariances():
    """Its loading is 1 and its mean that of its factor at every level; its variance is the factor's."""
    x, pattern = [part[:, :7] for part in school_scores()], blocks((3, 3, 1))
    samples = [Sample(len(part), np.cov(part.T, bias=True), part.mean(axis=0)) for part in x]
    found = [fit_groups(samples, pattern, level) for level in Level]
    alone = [fit_cfa(sample.covariance, sample.n, pattern) for sample in samples]
    assert found[0].ml.chi2 == pytest.approx(sum(fit.chi2 for fit in alone), rel=ROUNDING)
    # Two loadings, two intercepts and three uniquenesses of each factor of three items are held equal.
    assert np.diff([fit.ml.df for fit in found]).tolist() == [4, 4, 6]
    for fit in found:
        assert fit.admissible
        assert (fit.uniquenesses[:, 6] == 0).all()
    shift = x[1][:, 6].mean() - x[0][:, 6].mean()
    assert found[2].factor_means[1, 2] - found[2].factor_means[0, 2] == pytest.approx(shift, abs=0.15)
