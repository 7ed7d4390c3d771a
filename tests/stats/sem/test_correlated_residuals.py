"""Correlated residuals of items against lavaan (residual_pairs.R), and what they may not be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import InvalidModel, UnderIdentified
from smartcity_survey.stats.core.types import BoolArray, IntArray
from smartcity_survey.stats.measurement.residual_pairs import correlated_residuals, reliability_with_residuals
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_cfa, fit_design_sem
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.cfa_incomplete import fit_incomplete_cfa, fit_incomplete_sem
from smartcity_survey.stats.sem.cfa_robust import ScaledTest, fit_robust_cfa, fit_robust_sem
from smartcity_survey.stats.sem.cfa_stack import fit_stack
from smartcity_survey.stats.sem.dynamic_fit import dynamic_cutoffs
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import StructureFit, fit_structures
from smartcity_survey.stats.sem.modification import modification_indices
from smartcity_survey.stats.sem.sem import fit_sem
from smartcity_survey.stats.sem.structure import Matrix
from tests.stats.factor_data import reference
from tests.stats.missing.data import incomplete
from tests.stats.sampling import data as weighted
from tests.stats.structural_data import (
    HOLZINGER_FACTORS,
    HOLZINGER_ITEMS,
    blocks,
    holzinger_pattern,
    holzinger_scores,
    moments,
)

# lavaan 0.6.14 by BFGS, which stops a little early; robust errors by second derivatives.
LAVAAN = 1e-5
PAIRS = np.array([[6, 7], [3, 1]])
CHAIN = np.array([[False, True, False], [False, False, True], [False, False, False]])
PLAIN = {"chi2": "chisq", "p": "pvalue", "cfi": "cfi", "tli": "tli", "rmsea": "rmsea", "srmr": "srmr"}
PLAIN |= {"aic": "aic", "bic": "bic", "df": "df", "n_parameters": "npar"}
SCALED = {"chi2": "chisq.scaled", "df": "df.scaled", "scaling": "chisq.scaling.factor"}
SCALED |= {"cfi": "cfi.robust", "tli": "tli.robust", "rmsea": "rmsea.robust"}


def theirs(model: str) -> Any:
    return reference("residual_pairs_lavaan")[model]


def assert_parameters(ml: StructureFit, model: str, items: list[str], factors: list[str]) -> None:
    """Every estimate and standard error that lavaan has of loadings, paths and (co)variances."""
    table = theirs(model)["parameters"]
    structure = ml.structures[0]
    values, errors = structure.matrices(ml.theta), structure.in_place(np.sqrt(np.diagonal(ml.covariance)))
    seen = 0
    for lhs, op, rhs, est, se in zip(*(table[k] for k in ("lhs", "op", "rhs", "est", "se")), strict=True):
        if op == "=~":
            name, place = "loadings", (items.index(rhs), factors.index(lhs))
        elif op == "~":
            name, place = "paths", (factors.index(rhs), factors.index(lhs))
        elif lhs in factors:
            name, place = "factor_cov", (factors.index(lhs), factors.index(rhs))
        else:
            name, place = "residual_cov", (items.index(lhs), items.index(rhs))
        where = f"{lhs} {op} {rhs}"
        np.testing.assert_allclose(getattr(values, name)[place], est, rtol=LAVAAN, atol=1e-7, err_msg=where)
        np.testing.assert_allclose(
            np.nan_to_num(getattr(errors, name)[place]), se, rtol=LAVAAN, err_msg=where
        )
        seen += 1
    assert seen == len(ml.theta) + len(factors) - (len(items) if ml.incomplete else 0)


def assert_pairs(fit: Any, model: str, items: list[str]) -> None:
    """The table of the pairs, standardised with errors."""
    table, found = theirs(model)["parameters"], correlated_residuals(fit)
    rows = list(zip(*(table[k] for k in ("lhs", "rhs", "op", "est", "se", "std", "std_se")), strict=True))
    expected = {frozenset(row[:2]): row[3:] for row in rows if row[2] == "~~" and row[0] != row[1]}
    assert len(found.items) == 2
    for i, (one, other) in enumerate(zip(found.items, found.others, strict=True)):
        ours = found.covariance[i], found.std_err[i], found.correlation[i], found.std_err_correlation[i]
        theirs_ = expected[frozenset((items[one], items[other]))]
        np.testing.assert_allclose(ours, theirs_, rtol=LAVAAN, atol=1e-7)
        assert found.z[i] == pytest.approx(theirs_[0] / theirs_[1], rel=2 * LAVAAN)


def assert_scaled(test: ScaledTest, model: str) -> None:
    for ours, name in SCALED.items():
        np.testing.assert_allclose(getattr(test, ours), theirs(model)["fit"][name], rtol=LAVAAN, err_msg=ours)


def holzinger(pairs: IntArray | None = PAIRS) -> CfaFit:
    return fit_cfa(moments(holzinger_scores()), 301, holzinger_pattern(), pairs=pairs)


NAMES = list(HOLZINGER_ITEMS), list(HOLZINGER_FACTORS)


@pytest.mark.parametrize("model", ["cfa", "sem"])
def test_maximum_likelihood_is_lavaans(model: str) -> None:
    S = moments(holzinger_scores())
    fit: Any = holzinger() if model == "cfa" else fit_sem(S, 301, holzinger_pattern(), CHAIN, pairs=PAIRS)
    assert_parameters(fit.ml, model, *NAMES)
    assert_pairs(fit, model, NAMES[0])
    indices = fit_indices(fit)
    for ours, name in PLAIN.items():
        expected = theirs(model)["fit"][name]
        np.testing.assert_allclose(getattr(indices, ours), expected, rtol=LAVAAN, err_msg=ours)


@pytest.mark.parametrize("model", ["cfa_mlr", "sem_mlr"])
def test_robust_errors_are_lavaans(model: str) -> None:
    x, pattern = holzinger_scores(), holzinger_pattern()
    if model == "cfa_mlr":
        cfa = fit_robust_cfa(x, pattern, pairs=PAIRS)
        ml, test = cfa.cfa.ml, cfa.test
    else:
        sem = fit_robust_sem(x, pattern, CHAIN, pairs=PAIRS)
        ml, test = sem.sem.ml, sem.test
    assert_parameters(ml, model, *NAMES)
    assert_scaled(test, model)


def test_incomplete_answers_are_lavaans() -> None:
    x = em_moments(incomplete("holzinger_missing"))
    found = fit_incomplete_cfa(x, holzinger_pattern(), pairs=PAIRS)
    assert_parameters(found.cfa.ml, "fiml", *NAMES)
    assert_pairs(found.cfa, "fiml", NAMES[0])
    assert_scaled(found.test, "fiml")
    # Every factor on every earlier one is the same model of the answers.
    every = np.triu(np.ones((3, 3), dtype=bool), 1)
    sem = fit_incomplete_sem(x, holzinger_pattern(), every, pairs=PAIRS).sem
    np.testing.assert_allclose(
        correlated_residuals(sem).correlation, correlated_residuals(found.cfa).correlation, rtol=1e-6
    )


def test_weights_and_clusters_are_lavaans() -> None:
    names = weighted.reference()["items"]
    pattern: BoolArray = np.array([[name[0] == scale for scale in "ABY"] for name in names])
    pairs = np.array([[names.index("A1"), names.index("A2")], [names.index("B1"), names.index("A3")]])
    x, design = weighted.items(), weighted.design("both")
    found = fit_design_cfa(x, pattern, design, pairs=pairs)
    assert_parameters(found.cfa.ml, "design", names, list("ABY"))
    assert_pairs(found.cfa, "design", names)
    assert_scaled(found.test, "design")
    every = np.triu(np.ones((3, 3), dtype=bool), 1)
    sem = fit_design_sem(x, pattern, every, design, pairs=pairs).sem
    np.testing.assert_allclose(
        correlated_residuals(sem).std_err_correlation,
        correlated_residuals(found.cfa).std_err_correlation,
        rtol=1e-6,
    )


def test_modification_indices_are_lavaans_and_name_no_freed_pair() -> None:
    expected = theirs("cfa")["indices"]
    of_lavaan = {
        frozenset((lhs, rhs)): mi
        for lhs, rhs, mi in zip(expected["lhs"], expected["rhs"], expected["mi"], strict=True)
        if lhs in HOLZINGER_ITEMS
    }
    found = modification_indices(holzinger())
    of_pairs = found.cells.matrix == Matrix.RESIDUAL
    ours = {
        frozenset((HOLZINGER_ITEMS[i], HOLZINGER_ITEMS[j])): value
        for i, j, value in zip(
            found.cells.row[of_pairs], found.cells.column[of_pairs], found.index[of_pairs], strict=True
        )
    }
    assert not {frozenset(("x7", "x8")), frozenset(("x2", "x4"))} & set(ours)
    assert set(ours) == set(of_lavaan)
    assert len(ours) == 34
    for pair, value in ours.items():
        np.testing.assert_allclose(value, of_lavaan[pair], rtol=1e-4, atol=1e-5, err_msg=str(sorted(pair)))


def test_omega_has_the_residual_covariances_in_its_denominator() -> None:
    fit, expected = holzinger(), theirs("cfa")["omega"]
    found = reliability_with_residuals(fit.loadings, fit.factor_cov, fit.residual_cov, fit.pattern)
    np.testing.assert_allclose(found, [expected[name] for name in HOLZINGER_FACTORS], rtol=LAVAAN)


def test_order_and_units_of_pairs_do_not_matter() -> None:
    one, other = holzinger(), holzinger(PAIRS[::-1, ::-1])
    assert one.chi2 == pytest.approx(other.chi2, rel=1e-10)
    scaled = fit_cfa(
        moments(holzinger_scores() * np.arange(1, 10)),
        301,
        holzinger_pattern(),
        pairs=PAIRS,
        scaling="unit_variance",
    )
    np.testing.assert_allclose(
        correlated_residuals(scaled).correlation, correlated_residuals(one).correlation, rtol=1e-7
    )


def test_no_pairs_is_the_model_without() -> None:
    plain, none = holzinger(None), holzinger(np.zeros((0, 2), dtype=np.int64))
    assert plain.chi2 == none.chi2
    assert plain.df == none.df == 24
    assert not len(correlated_residuals(plain).items)


@pytest.mark.parametrize(
    ("pairs", "why"),
    [([[1, 1]], "themselves"), ([[1, 2], [2, 1]], "twice")],
)
def test_impossible_pairs_are_refused(pairs: list[list[int]], why: str) -> None:
    with pytest.raises(InvalidModel, match=why):
        holzinger(np.array(pairs))


def test_an_item_that_is_its_factor_has_no_residual() -> None:
    S = moments(holzinger_scores())[:7, :7]
    with pytest.raises(InvalidModel, match="no residual"):
        fit_cfa(S, 301, blocks((3, 3, 1)), pairs=np.array([[0, 6]]))


def test_a_pair_that_nothing_identifies_is_refused() -> None:
    """Three items of one factor leave no covariance over."""
    S = moments(holzinger_scores())[:3, :3]
    with pytest.raises(UnderIdentified):
        fit_cfa(S, 301, blocks((3,)), pairs=np.array([[0, 1]]))


@pytest.mark.parametrize(("covariance", "admissible"), [(0.30, True), (0.50, False)])
def test_residuals_beyond_one_another_are_inadmissible(covariance: float, admissible: bool) -> None:
    """Residuals of variance .36 cannot have a covariance of .50, though the items' covariances allow it."""
    loadings = np.array([[0.8], [-0.8], [0.8], [0.8]])
    theta = 0.36 * np.eye(4)
    theta[0, 1] = theta[1, 0] = covariance
    fit = fit_cfa(loadings @ loadings.T + theta, 200, blocks((4,)), pairs=np.array([[0, 1]]))
    assert fit.chi2 == pytest.approx(0, abs=1e-8)
    assert fit.df == 1
    assert not fit.heywood.size
    assert correlated_residuals(fit).correlation[0] == pytest.approx(covariance / 0.36)
    assert fit.admissible == admissible


def test_simulated_samples_of_a_model_with_pairs_are_fitted_alike() -> None:
    of = fit_cfa(
        holzinger().implied, 300, holzinger_pattern(), pairs=PAIRS, scaling="unit_variance", markers=None
    )
    unit = np.sqrt(np.diagonal(of.implied))
    of = fit_cfa(
        of.implied / np.outer(unit, unit), 300, holzinger_pattern(), pairs=PAIRS, scaling="unit_variance"
    )
    rng = np.random.default_rng(8)
    rows = rng.normal(size=(6, 300, 9)) @ np.linalg.cholesky(of.implied).T
    S = np.array([np.cov(x, rowvar=False, bias=True) for x in rows])
    found = fit_stack(S, of)
    assert found.n_alone < 6
    for i, one in enumerate(S):
        alone = fit_structures(of.ml.structures, [Sample(of.n, one)], of.ml.theta)
        assert found.f_min[i] == pytest.approx(alone.f_min, abs=1e-10)


def test_dynamic_cut_offs_are_of_the_model_with_its_pairs() -> None:
    """The right model fits samples of itself: its RMSEA is small, though the pairs correlate."""
    found = dynamic_cutoffs(holzinger(), draws=100, seed=1)
    assert found.right[1] < 0.06
