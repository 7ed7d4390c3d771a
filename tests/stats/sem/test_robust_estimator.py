"""MLR of measurement and structural models against lavaan (robust_estimator.R), and its properties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.significance import ChiSquareTest
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_robust import ScaledTest, fit_robust_cfa, fit_robust_sem
from smartcity_survey.stats.sem.sem import fit_sem
from tests.stats.factor_data import reference
from tests.stats.structural_data import (
    HOLZINGER_FACTORS,
    HOLZINGER_ITEMS,
    blocks,
    factor_data,
    holzinger_pattern,
    holzinger_scores,
    moments,
    survey_answers,
    survey_pattern,
)

# lavaan 0.6.14 by Gauss-Newton: estimates.
LAVAAN = 1e-8
# Its observed information, and what follows from it, is taken by differences of the gradient.
BY_DIFFERENCES = 2e-6

CHAIN = np.array([[False, True, False], [False, False, True], [False, False, False]])
FIT = {
    "chi2": "chisq.scaled",
    "df": "df.scaled",
    "p": "pvalue.scaled",
    "scaling": "chisq.scaling.factor",
    "cfi": "cfi.robust",
    "tli": "tli.robust",
    "rmsea": "rmsea.robust",
}


def theirs(model: str) -> Any:
    return reference("robust_estimator_lavaan")[model]


def data(name: str) -> tuple[Array, BoolArray, list[str], list[str]]:
    """Answers, pattern, names of items and factors."""
    if name.startswith("holzinger"):
        return holzinger_scores(), holzinger_pattern(), list(HOLZINGER_ITEMS), list(HOLZINGER_FACTORS)
    stored = reference("cfa_sim676")
    return survey_answers(), survey_pattern(), list(stored["items"]), list(stored["factors"])


def assert_fit(test: ScaledTest, expected: dict[str, float]) -> None:
    for ours, name in FIT.items():
        # The p of a large chi-square repeats its digits as many times as it is large.
        rtol = BY_DIFFERENCES * (max(expected["chisq.scaled"], 1) if ours == "p" else 1)
        np.testing.assert_allclose(getattr(test, ours), expected[name], rtol=rtol, err_msg=ours)


def column(table: Any, name: str, op: str, among: list[str]) -> dict[tuple[str, str], float]:
    """A column of lavaan's table, by both sides of its rows of one kind."""
    rows = zip(table["lhs"], table["op"], table["rhs"], table[name], strict=True)
    return {(lhs, rhs): value for lhs, sign, rhs, value in rows if sign == op and lhs in among}


@pytest.mark.parametrize("name", ["holzinger", "survey"])
def test_errors_of_a_measurement_model_are_lavaans(name: str) -> None:
    x, pattern, items, factors = data(name)
    found = fit_robust_cfa(x, pattern)
    assert_fit(found.test, theirs(name)["fit"])
    cfa, table = found.cfa, theirs(name)["parameters"]
    of_loadings = {
        "est": (cfa.loadings, LAVAAN),
        "se": (cfa.std_err_loadings, BY_DIFFERENCES),
        "std": (cfa.std_loadings, LAVAAN),
        "std_se": (cfa.std_err_std_loadings, BY_DIFFERENCES),
    }
    for key, (ours, rtol) in of_loadings.items():
        for (factor, item), value in column(table, key, "=~", factors).items():
            place = items.index(item), factors.index(factor)
            # A fixed loading has no error: nan here, 0 there.
            np.testing.assert_allclose(np.nan_to_num(ours[place]), value, rtol=rtol, err_msg=key)
    for key, ours in {"std": cfa.factor_corr, "std_se": cfa.std_err_factor_corr}.items():
        for (one, other), value in column(table, key, "~~", factors).items():
            if one != other:
                place = factors.index(one), factors.index(other)
                np.testing.assert_allclose(ours[place], value, rtol=BY_DIFFERENCES, err_msg=key)


@pytest.mark.parametrize("name", ["survey_structural", "holzinger_chain"])
def test_errors_of_paths_are_lavaans(name: str) -> None:
    x, pattern, _, factors = data(name)
    paths = CHAIN
    if name == "survey_structural":
        paths = np.zeros((7, 7), dtype=bool)
        paths[:6, 6] = True
    found = fit_robust_sem(x, pattern, paths)
    assert_fit(found.test, theirs(name)["fit"])
    table, estimates = theirs(name)["parameters"], found.sem.estimates
    columns = {
        "est": estimates.coef,
        "se": estimates.std_err,
        "std": estimates.beta,
        "std_se": estimates.std_err_beta,
    }
    for key, ours in columns.items():
        rows = column(table, key, "~", factors)
        assert len(rows) == paths.sum()
        for (target, source), value in rows.items():
            place = factors.index(source), factors.index(target)
            np.testing.assert_allclose(ours[place], value, rtol=BY_DIFFERENCES, err_msg=key)


def test_what_paths_left_out_cost_is_the_difference_of_scaled_tests() -> None:
    expected = theirs("holzinger_chain")["difference"]
    restrictions = fit_robust_sem(holzinger_scores(), holzinger_pattern(), CHAIN).sem.restrictions
    assert isinstance(restrictions, ChiSquareTest)
    assert restrictions.df == expected["df"]
    np.testing.assert_allclose(restrictions.statistic, expected["chi2"], rtol=100 * BY_DIFFERENCES)
    np.testing.assert_allclose(restrictions.p, expected["p"], rtol=1e-3)


def test_estimates_are_those_of_the_normal_theory_in_any_units() -> None:
    x, pattern = holzinger_scores(), holzinger_pattern()
    plain, robust = fit_cfa(moments(x), len(x), pattern), fit_robust_cfa(x, pattern)
    np.testing.assert_allclose(robust.cfa.std_loadings, plain.std_loadings, rtol=1e-12)
    assert robust.cfa.chi2 == pytest.approx(plain.chi2, rel=1e-12)
    units = np.array([1e-3, 1.0, 7.0, 0.2, 1e3, 5.0, 1.0, 30.0, 0.5])
    other = fit_robust_cfa(x * units, pattern)
    np.testing.assert_allclose(other.cfa.std_err_std_loadings, robust.cfa.std_err_std_loadings, rtol=1e-7)
    assert other.test.scaling == pytest.approx(robust.test.scaling, rel=1e-7)


def test_heavy_tails_widen_errors_and_normal_answers_do_not() -> None:
    normal, pattern = factor_data(11, 4000, (4, 4)), blocks((4, 4))
    # A common scale of a respondent's answers: fourth moments grow, correlations stay.
    heavy = normal * np.sqrt(np.random.default_rng(4).exponential(size=(4000, 1)))
    for x, low, high in ((normal, 0.9, 1.1), (heavy, 1.2, 2.0)):
        plain = fit_sem(moments(x), len(x), pattern, CHAIN[:2, :2]).estimates
        robust = fit_robust_sem(x, pattern, CHAIN[:2, :2]).sem.estimates
        ratio = robust.std_err_beta[0, 1] / plain.std_err_beta[0, 1]
        assert low < ratio < high
