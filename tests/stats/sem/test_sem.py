"""Regressions among factors against lavaan, semopy and simulated truth, and their properties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartcity_survey.stats.core.errors import InvalidModel, TooFewRows, UnderIdentified
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.cfa_robust import robust_covariance
from smartcity_survey.stats.sem.sem import SemFit, fit_sem, path_estimates
from tests.stats.factor_data import reference
from tests.stats.structural_data import (
    HOLZINGER_FACTORS,
    HOLZINGER_ITEMS,
    blocks,
    holzinger,
    holzinger_pattern,
    holzinger_scores,
    moments,
    semopy_fit,
    survey_answers,
    survey_pattern,
)

# lavaan 0.6.14 by Gauss-Newton; its standardised errors come from a numerical Jacobian.
LAVAAN = 1e-9
LAVAAN_STANDARDISED = 1e-7
# semopy stops at a gradient near 1e-4: three digits.
SEMOPY = 2e-3
# The same model written in another way: rounding, once the gradient is below 1e-10.
ROUNDING = 1e-8
# Numerical derivatives of functions of the parameters.
DIFFERENCES = 1e-6


def path_matrix(k: int, *arrows: tuple[int, int]) -> BoolArray:
    paths = np.zeros((k, k), dtype=bool)
    for source, target in arrows:
        paths[source, target] = True
    return paths


TO_LAST = path_matrix(7, *((source, 6) for source in range(6)))
CHAIN = path_matrix(3, (0, 1), (0, 2), (1, 2))
RESTRICTED = path_matrix(3, (0, 1), (1, 2))


def survey_items(factors: str) -> tuple[Array, BoolArray]:
    """Answers to the items of these factors, and their pattern."""
    names = reference("cfa_sim676")["factors"]
    pattern = survey_pattern()[:, [names.index(factor) for factor in factors]]
    of_these = pattern.any(axis=1)
    return survey_answers()[:, of_these], pattern[of_these]


def fitted(x: Array, pattern: BoolArray, paths: BoolArray, **options: Any) -> SemFit:
    return fit_sem(moments(x), len(x), pattern, paths, **options)


@pytest.mark.parametrize(
    ("model", "factors", "paths"), [("survey_structural", "ABCDEFY", TO_LAST), ("survey_chain", "ABY", CHAIN)]
)
def test_paths_are_lavaans(model, factors, paths):
    theirs = reference("structural_models_lavaan")[model]
    fit = fitted(*survey_items(factors), paths)
    assert fit.ml.chi2 == pytest.approx(theirs["fit"]["chisq"], rel=LAVAAN)
    assert fit.ml.df == theirs["fit"]["df"]
    table, found = theirs["parameters"], fit.estimates
    rows = [row for row, op in enumerate(table["op"]) if op == "~"]
    assert len(rows) == paths.sum()
    place = (
        [factors.index(table["rhs"][row]) for row in rows],
        [factors.index(table["lhs"][row]) for row in rows],
    )
    columns = {"est": found.coef, "se": found.std_err, "std": found.beta, "std_se": found.std_err_beta}
    for name, ours in columns.items():
        expected = [table[name][row] for row in rows]
        rtol = LAVAAN_STANDARDISED if name == "std_se" else LAVAAN
        np.testing.assert_allclose(ours[place], expected, rtol=rtol, err_msg=name)
    for factor, r2 in theirs["r2"].items():
        if r2 is not None:
            assert found.r2[factors.index(factor)] == pytest.approx(r2, rel=LAVAAN)


def test_a_restricted_chain_is_near_semopys():
    description = (
        "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n"
        "textual ~ visual\nspeed ~ textual"
    )
    _, table = semopy_fit(description, holzinger()[list(HOLZINGER_ITEMS)])
    found = fitted(holzinger_scores(), holzinger_pattern(), RESTRICTED).estimates
    for source, target in (("visual", "textual"), ("textual", "speed")):
        place = HOLZINGER_FACTORS.index(source), HOLZINGER_FACTORS.index(target)
        row = table[(table["lval"] == target) & (table["op"] == "~") & (table["rval"] == source)].iloc[0]
        assert found.coef[place] == pytest.approx(float(row["Estimate"]), rel=SEMOPY)
        assert found.beta[place] == pytest.approx(float(row["Est. Std"]), rel=SEMOPY)
        assert found.std_err[place] == pytest.approx(float(row["Std. Err"]), rel=SEMOPY)


def test_all_paths_only_rewrite_the_measurement_model():
    fit = fitted(*survey_items("ABCDEFY"), TO_LAST)
    assert fit.restrictions is None
    assert fit.ml.n_iterations == 0
    assert fit.ml.chi2 == pytest.approx(fit.measurement.chi2, rel=ROUNDING)
    np.testing.assert_allclose(fit.factor_corr, fit.measurement.factor_corr, rtol=ROUNDING)
    R = fit.measurement.factor_corr
    np.testing.assert_allclose(fit.estimates.beta[:6, 6], np.linalg.solve(R[:6, :6], R[:6, 6]), rtol=ROUNDING)
    r2 = R[6, :6] @ np.linalg.solve(R[:6, :6], R[:6, 6])
    assert fit.estimates.r2[6] == pytest.approx(r2, rel=ROUNDING)
    assert np.isnan(fit.estimates.r2[:6]).all()


def test_standard_errors_are_those_of_functions_of_the_measurement_model():
    """The delta method on the measurement model's own parameters, by differences."""
    fit = fitted(*survey_items("ABY"), path_matrix(3, (0, 2), (1, 2)))
    ml = fit.measurement.ml
    structure = ml.structures[0]

    def functions(theta: Array) -> Array:
        cov = structure.matrices(theta).factor_cov
        coef = np.linalg.solve(cov[:2, :2], cov[:2, 2])
        beta = coef * np.sqrt(np.diagonal(cov)[:2] / cov[2, 2])
        return np.array([*coef, *beta, coef @ cov[:2, 2] / cov[2, 2]])

    steps = 1e-5 * np.eye(len(ml.theta))
    jacobian = np.array([(functions(ml.theta + h) - functions(ml.theta - h)) / 2e-5 for h in steps]).T
    expected = np.sqrt(np.diagonal(jacobian @ ml.covariance @ jacobian.T))
    found = fit.estimates
    ours = [*found.std_err[:2, 2], *found.std_err_beta[:2, 2], found.std_err_r2[2]]
    np.testing.assert_allclose(ours, expected, rtol=DIFFERENCES)


def test_paths_left_out_are_tested():
    fit = fitted(*survey_items("ABY"), RESTRICTED)
    assert fit.restrictions is not None
    assert fit.restrictions.df == 1
    assert fit.restrictions.statistic == pytest.approx(fit.ml.chi2 - fit.measurement.chi2)
    assert fit.restrictions.p < 1e-20
    # Without the path from A, Y correlates with A by way of B alone.
    R = fit.factor_corr
    assert R[0, 2] == pytest.approx(R[0, 1] * R[1, 2], rel=ROUNDING)
    assert fit_indices(fit).df == fit.measurement.df + 1


def test_disturbances_of_last_factors_correlate():
    """A acts on B and Y, which act on nothing: nothing is restricted, as in lavaan."""
    fit = fitted(*survey_items("ABY"), path_matrix(3, (0, 1), (0, 2)))
    assert fit.restrictions is None
    assert fit.disturbance_cov[1, 2] != 0


def simulated(seed: int, n: int) -> Array:
    """Two correlated factors act on a third by 0.4 and 0.2 (standardised); four items each."""
    rng = np.random.default_rng(seed)
    R = np.array([[1.0, 0.5], [0.5, 1.0]])
    causes = rng.multivariate_normal(np.zeros(2), R, size=n)
    coef = np.array([0.4, 0.2])
    effect = causes @ coef + np.sqrt(1 - coef @ R @ coef) * rng.normal(size=n)
    factors = np.column_stack([causes, effect])
    return 0.8 * factors @ blocks((4, 4, 4)).T + 0.6 * rng.normal(size=(n, 12))


def test_simulated_paths_are_recovered_and_their_errors_told():
    paths = path_matrix(3, (0, 2), (1, 2))
    fits = [fitted(simulated(seed, 400), blocks((4, 4, 4)), paths).estimates for seed in range(150)]
    beta = np.array([fit.beta[:2, 2] for fit in fits])
    claimed = np.mean([fit.std_err_beta[:2, 2] for fit in fits], axis=0)
    # A mean of 150 is known to a twelfth of a standard error of one, their spread to 6 %.
    np.testing.assert_allclose(beta.mean(axis=0), [0.4, 0.2], atol=3 * claimed.max() / np.sqrt(150))
    np.testing.assert_allclose(beta.std(axis=0), claimed, rtol=0.18)
    covered = [(fit.ci_low[:2, 2] < [0.4, 0.2]) & (fit.ci_high[:2, 2] > [0.4, 0.2]) for fit in fits]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.04)


def test_test_statistics_follow_from_estimates():
    found = fitted(*survey_items("ABY"), CHAIN).estimates
    here = CHAIN
    np.testing.assert_allclose(found.z[here], found.coef[here] / found.std_err[here])
    assert np.isnan(found.coef[~here]).all()
    np.testing.assert_allclose((found.ci_low + found.ci_high)[here] / 2, found.beta[here])
    half = (found.ci_high - found.ci_low)[here] / 2
    np.testing.assert_allclose(half, 1.959963984540054 * found.std_err_beta[here])


def test_robust_errors_come_from_the_respondents():
    x, pattern = survey_items("ABY")
    fit = fitted(x, pattern, CHAIN)
    robust = path_estimates(fit.ml, CHAIN, robust_covariance(fit, x, "satorra_bentler"))
    np.testing.assert_array_equal(robust.beta, fit.estimates.beta)
    ratio = robust.std_err[CHAIN] / fit.estimates.std_err[CHAIN]
    # The simulated answers are nearly normal.
    assert (ratio != 1).all()
    np.testing.assert_allclose(ratio, 1.0, atol=0.15)


@settings(max_examples=10, deadline=None)
@given(
    units=st.lists(st.floats(1e-2, 1e2), min_size=12, max_size=12),
    markers=st.tuples(*[st.integers(0, 3)] * 3),
)
def test_units_and_markers_do_not_matter(units, markers):
    x, pattern, paths = simulated(1, 500), blocks((4, 4, 4)), path_matrix(3, (0, 2), (1, 2))
    first = fitted(x, pattern, paths)
    other = fitted(x * np.array(units), pattern, paths, markers=np.array(markers) + np.array([0, 4, 8]))
    assert other.ml.chi2 == pytest.approx(first.ml.chi2, rel=ROUNDING)
    for name in ("beta", "std_err_beta", "r2", "std_err_r2"):
        ours, theirs = getattr(other.estimates, name), getattr(first.estimates, name)
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, err_msg=name)


def test_loops_are_refused():
    x = holzinger_scores()
    with pytest.raises(InvalidModel, match=r"factors \[0, 1, 2\] act on themselves"):
        fitted(x, holzinger_pattern(), path_matrix(3, (0, 1), (1, 2), (2, 0)))
    with pytest.raises(InvalidModel, match=r"factors \[1\] act"):
        fitted(x, holzinger_pattern(), path_matrix(3, (1, 1)))


def test_what_no_model_can_be_fitted_to_is_refused():
    x = holzinger_scores()
    with pytest.raises(TooFewRows):
        fit_sem(moments(x), 9, holzinger_pattern(), CHAIN)
    with pytest.raises(UnderIdentified):
        fitted(x[:, :2], blocks((2,)), path_matrix(1))


def test_a_single_item_is_explained_as_an_observed_variable() -> None:
    x = holzinger_scores()[:, :7]
    found = fitted(x, blocks((3, 3, 1)), CHAIN)
    first, second, item = HOLZINGER_ITEMS[:3], HOLZINGER_ITEMS[3:6], HOLZINGER_ITEMS[6]
    model, table = semopy_fit(
        f"A =~ {' + '.join(first)}\nB =~ {' + '.join(second)}\nB ~ A\n{item} ~ A + B",
        holzinger()[list(HOLZINGER_ITEMS[:7])],
    )
    theirs = table[(table["op"] == "~") & table["rval"].isin(["A", "B"])].set_index(["rval", "lval"])
    for source, target, key in ((0, 1, ("A", "B")), (0, 2, ("A", item)), (1, 2, ("B", item))):
        expected = float(theirs.loc[key, "Est. Std"])
        assert found.estimates.beta[source, target] == pytest.approx(expected, abs=SEMOPY)
    assert found.ml.chi2 == pytest.approx(len(x) * model.last_result.fun, rel=SEMOPY)
    assert found.admissible
