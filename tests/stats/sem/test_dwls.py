"""Factor analysis of ordered answers against lavaan's WLSMV, and what it recovers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.core.errors import (
    InvalidModel,
    LinearDependence,
    NotConverged,
    UnderIdentified,
)
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.items.polychoric_correlations import polychoric
from smartcity_survey.stats.sem.dwls import DwlsFit, fit_dwls
from smartcity_survey.stats.sem.dwls_fit import dwls_indices
from tests.stats.factor_data import REFERENCE, reference
from tests.stats.structural_data import blocks, survey_pattern

# lavaan's optimiser leaves each polychoric correlation up to 2.5e-8 away; ours moved by less than 1e-8 last.
LAVAAN_CORRELATIONS = 1e-7
# What follows from correlations that differ by that much; weights magnify it.
LAVAAN = 1e-6
# R's uniroot stops at 1e-4 in the noncentrality.
LAVAAN_INTERVAL = 2e-6

LAVAAN_NAMES = {
    "scaling": "chisq.scaling.factor",
    "chi2": "chisq.scaled",
    "df": "df",
    "p": "pvalue.scaled",
    "unscaled_chi2": "chisq",
    "baseline_chi2": "baseline.chisq.scaled",
    "baseline_df": "baseline.df",
    "cfi": "cfi.scaled",
    "tli": "tli.scaled",
    "rmsea": "rmsea.scaled",
    "p_close": "rmsea.pvalue.scaled",
    "cfi_robust": "cfi.robust",
    "tli_robust": "tli.robust",
    "rmsea_robust": "rmsea.robust",
    "srmr": "srmr",
}


def answers_to(items: list[str]) -> IntArray:
    frame = pd.read_csv(REFERENCE / "data" / "sim676.csv", encoding="utf-8")
    return frame[items].to_numpy(dtype=np.int64)


def fit_answers(codes: IntArray, pattern: BoolArray) -> DwlsFit:
    return fit_dwls(polychoric(codes, information="outer_product"), pattern)


def subset() -> tuple[IntArray, BoolArray]:
    """The answers (676, 18) and pattern (18, 3) of three scales of the simulated survey."""
    items = reference("structural_models_lavaan")["survey_ordinal"]["items"]
    return answers_to(items), np.array([[item[0] == scale for scale in "ABY"] for item in items])


def test_polychoric_moments_are_lavaans() -> None:
    expected = reference("structural_models_lavaan")["survey_ordinal"]
    codes, _ = subset()
    items = polychoric(codes, information="outer_product")
    np.testing.assert_allclose(items.correlation, expected["correlations"], atol=LAVAAN_CORRELATIONS)
    np.testing.assert_allclose(items.thresholds[:, 1:-1].ravel(), expected["thresholds"], atol=1e-12)
    # lavaan's order: thresholds, then the lower triangle by column.
    columns, rows = np.triu_indices(codes.shape[1], 1)
    influence = items.influence[:, rows, columns]
    variances = np.mean(np.square(influence), axis=0)
    np.testing.assert_allclose(variances, expected["asymptotic_variances"][72:], rtol=LAVAAN)


@pytest.mark.parametrize("name", ["survey_ordinal", "survey_ordinal_all"])
def test_lavaan(name: str) -> None:
    expected = reference("structural_models_lavaan")[name]
    if name == "survey_ordinal":
        codes, pattern = subset()
        loadings = np.array(expected["parameters"]["op"]) == "=~"
        std = np.array(expected["parameters"]["std"])[loadings]
        std_err = np.array(expected["parameters"]["std_se"])[loadings]
    else:
        codes, pattern = answers_to(reference("cfa_sim676")["items"]), survey_pattern()
        std, std_err = expected["std_loadings"], expected["std_loadings_se"]
    fit = fit_answers(codes, pattern)
    np.testing.assert_allclose(fit.std_loadings[pattern], std, atol=LAVAAN_CORRELATIONS)
    np.testing.assert_allclose(fit.std_err_std_loadings[pattern], std_err, rtol=LAVAAN)
    assert fit.gradient_norm < 1e-10
    assert fit.admissible
    indices = dwls_indices(fit)
    for ours, theirs in LAVAAN_NAMES.items():
        np.testing.assert_allclose(
            getattr(indices, ours),
            expected["fit"][theirs],
            rtol=LAVAAN,
            atol=LAVAAN_CORRELATIONS,
            err_msg=ours,
        )
    np.testing.assert_allclose(indices.shift, expected["shift"], rtol=LAVAAN)
    for ours, theirs in {
        "rmsea_low": "rmsea.ci.lower.scaled",
        "rmsea_high": "rmsea.ci.upper.scaled",
        "rmsea_robust_low": "rmsea.ci.lower.robust",
        "rmsea_robust_high": "rmsea.ci.upper.robust",
    }.items():
        np.testing.assert_allclose(getattr(indices, ours), expected["fit"][theirs], atol=LAVAAN_INTERVAL)


def ordered(seed: int, n: int, sizes: tuple[int, ...], correlation: float) -> tuple[IntArray, Array]:
    """Answers 1-4 with skewed thresholds to items of loadings .5 to .85, and these loadings."""
    rng = np.random.default_rng(seed)
    k, p = len(sizes), sum(sizes)
    factor_corr = np.full((k, k), correlation) + (1 - correlation) * np.eye(k)
    loadings = np.linspace(0.5, 0.85, p)
    factors = rng.multivariate_normal(np.zeros(k), factor_corr, n)
    behind = factors @ (loadings * blocks(sizes).T) + rng.normal(size=(n, p)) * np.sqrt(1 - loadings**2)
    return 1 + np.digitize(behind, [-1.2, -0.5, 0.6]), loadings


def test_known_loadings_come_back_within_their_standard_errors() -> None:
    pattern = blocks((4, 4))
    z, p_values = [], []
    for seed in range(60):
        codes, loadings = ordered(seed, 500, (4, 4), 0.4)
        fit = fit_answers(codes, pattern)
        z.append((fit.std_loadings[pattern] - loadings) / fit.std_err_std_loadings[pattern])
        p_values.append(dwls_indices(fit).p)
    # 480 standardised deviations, correlated within a draw: their spread is known to about 5 %.
    assert np.std(z) == pytest.approx(1, abs=0.15)
    assert np.mean(z) == pytest.approx(0, abs=0.25)
    # Sixty p values of a right model: their mean has a standard error of .037.
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.12)


def test_order_of_items_and_of_respondents_does_not_matter() -> None:
    codes, _ = ordered(1, 300, (3, 3), 0.3)
    pattern = blocks((3, 3))
    fit = fit_answers(codes, pattern)
    rng = np.random.default_rng(1)
    items = rng.permutation(6)
    other = fit_answers(codes[rng.permutation(300)][:, items], pattern[items])
    np.testing.assert_allclose(np.abs(other.std_loadings), np.abs(fit.std_loadings[items]), atol=1e-7)
    np.testing.assert_allclose(dwls_indices(other).chi2, dwls_indices(fit).chi2, rtol=1e-6)


def test_more_pairs_than_respondents_give_the_same_traces() -> None:
    codes, _ = ordered(2, 120, (4, 4), 0.3)
    few = fit_answers(codes, blocks((4, 4)))
    influence = few.by_cell.of_pairs().T
    assert len(influence) > len(few.weights)
    jacobian = few.derivatives.toarray()
    remainder = influence - influence @ (few.weights[:, None] * jacobian) @ np.linalg.solve(
        jacobian.T @ (few.weights[:, None] * jacobian), jacobian.T
    )
    by_respondents = remainder * few.weights @ remainder.T / few.n
    scaling = np.sqrt(np.sum(np.square(by_respondents)) / few.df)
    np.testing.assert_allclose(dwls_indices(few).scaling, scaling, rtol=1e-10)


def test_saturated_model_has_no_test() -> None:
    codes, _ = ordered(3, 300, (3,), 0.0)
    indices = dwls_indices(fit_answers(codes, np.ones((3, 1), dtype=bool)))
    assert indices.df == 0
    assert np.isnan([indices.chi2, indices.p, indices.cfi, indices.rmsea, indices.rmsea_robust]).all()
    assert indices.srmr == pytest.approx(0, abs=1e-8)


def test_degenerate_input_is_refused() -> None:
    codes, _ = ordered(4, 300, (3, 3), 0.3)
    copied = codes.copy()
    copied[:, 4] = copied[:, 1]
    with pytest.raises(LinearDependence) as copies:
        fit_answers(copied, blocks((3, 3)))
    assert copies.value.groups == ((1, 4),)
    with pytest.raises(UnderIdentified) as weak:
        fit_answers(codes[:, :2], blocks((2,)))
    assert weak.value.factors == (0,)
    with pytest.raises(UnderIdentified) as alike:
        fit_answers(codes, np.ones((6, 2), dtype=bool))
    assert alike.value.factors == (0, 1)
    pattern = blocks((3, 3))
    pattern[0] = False
    with pytest.raises(InvalidModel):
        fit_answers(codes, pattern)
    with pytest.raises(NotConverged):
        fit_dwls(polychoric(codes), blocks((3, 3)), max_iterations=1)


def test_a_single_item_is_its_factor() -> None:
    """Correlations that the model implies come back exactly; what is fixed has no error."""
    sizes, corr = (3, 1, 3), np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]])
    loadings = np.array([0.8, 0.7, 0.6, 1.0, 0.7, 0.8, 0.75])
    pattern = blocks(sizes)
    R = (loadings[:, None] * pattern) @ corr @ (loadings[:, None] * pattern).T
    np.fill_diagonal(R, 1)
    codes, _ = ordered(6, 400, sizes, 0.4)
    fit = fit_dwls(replace(polychoric(codes, information="outer_product"), correlation=R), pattern)
    np.testing.assert_allclose(fit.std_loadings[pattern], loadings, atol=1e-8)
    np.testing.assert_allclose(fit.factor_corr, corr, atol=1e-8)
    # 21 correlations less 6 loadings and 3 correlations of factors.
    assert fit.df == 12
    assert np.isnan(fit.std_err_std_loadings[3, 1])
    assert np.isfinite(fit.std_err_std_loadings[pattern][[0, 1, 2, 4, 5, 6]]).all()
    assert fit.admissible
    assert np.isfinite(dwls_indices(fit_answers(codes, pattern)).p)
