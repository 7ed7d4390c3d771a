"""Confirmatory factor analysis against lavaan, semopy and the dissertation's prototype; its properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartcity_survey.stats.core.errors import (
    ConstantItems,
    InvalidModel,
    LinearDependence,
    NotConverged,
    NotFinite,
    NotPositiveDefinite,
    TooFewRows,
    UnderIdentified,
)
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from tests.stats.factor_data import reference
from tests.stats.structural_data import (
    HOLZINGER_FACTORS,
    HOLZINGER_ITEMS,
    blocks,
    factor_data,
    holzinger,
    holzinger_pattern,
    holzinger_scores,
    moments,
    prototype_moments,
    semopy_fit,
    survey_answers,
    survey_pattern,
)

# lavaan's Gauss-Newton ends at gradients near 1e-12: its estimates have ten good digits, a few only nine.
LAVAAN = 1e-8
# lavaan's standard errors of standardised loadings come from a numerical Jacobian.
LAVAAN_NUMERICAL_JACOBIAN = 1e-7
# semopy stops early; measured: loadings up to 5.1e-4 off, chi-square 2.4e-6 (relative) above the minimum.
SEMOPY_LOADINGS = 1e-3
SEMOPY_CHI2 = 1e-5
# The same minimum from different parametrisations or orders.
SAME = 1e-8


def fit_holzinger(**options: object) -> CfaFit:
    ddof = 1 if options.get("wishart") else 0
    return fit_cfa(np.cov(holzinger_scores(), rowvar=False, ddof=ddof), 301, holzinger_pattern(), **options)


def correlations(covariances: Array) -> Array:
    sd = np.sqrt(np.diagonal(covariances))
    return covariances / np.outer(sd, sd)


def lavaan_matrix(parameters: dict[str, list[object]], column: str, operator: str) -> Array:
    """(9, 3) loadings, (3, 3) factor covariances or (9,) uniquenesses of lavaan's parameter table."""
    shape = {"=~": (9, 3), "~~": (3, 3), "residual": (9,)}[operator]
    matrix = np.full(shape, np.nan)
    rows = zip(parameters["lhs"], parameters["op"], parameters["rhs"], parameters[column], strict=True)
    for lhs, op, rhs, value in rows:
        if operator == op == "=~":
            matrix[HOLZINGER_ITEMS.index(rhs), HOLZINGER_FACTORS.index(lhs)] = value
        elif operator == op == "~~" and lhs in HOLZINGER_FACTORS:
            i, j = HOLZINGER_FACTORS.index(lhs), HOLZINGER_FACTORS.index(rhs)
            matrix[i, j] = matrix[j, i] = value
        elif operator == "residual" and op == "~~" and lhs in HOLZINGER_ITEMS:
            matrix[HOLZINGER_ITEMS.index(lhs)] = value
    return matrix


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("ml_marker", {}),
        ("ml_std_lv", {"scaling": "unit_variance"}),
        ("ml_wishart", {"wishart": True}),
    ],
)
def test_lavaan_on_holzinger(name: str, options: dict[str, object]) -> None:
    expected = reference("cfa_holzinger")[name]
    fit = fit_holzinger(**options)
    np.testing.assert_allclose(fit.chi2, expected["fit"]["chisq"], rtol=LAVAAN)
    np.testing.assert_allclose(fit.f_min, 2 * expected["fit"]["fmin"], rtol=LAVAAN)
    assert fit.df == 24
    np.testing.assert_allclose(fit.p, expected["fit"]["pvalue"], rtol=LAVAAN)
    np.testing.assert_allclose(fit.std_loadings, expected["std_loadings"], atol=LAVAAN)
    np.testing.assert_allclose(fit.factor_corr, expected["factor_cor"], atol=LAVAAN)
    residuals = correlations(fit.sample) - correlations(fit.implied)
    np.testing.assert_allclose(residuals, expected["residual_cor"], atol=LAVAAN)
    parameters = expected["parameters"]
    free = fit.pattern
    estimates = lavaan_matrix(parameters, "est", "=~")
    errors = lavaan_matrix(parameters, "se", "=~")
    np.testing.assert_allclose(fit.loadings[free], estimates[free], rtol=LAVAAN)
    np.testing.assert_allclose(np.nan_to_num(fit.std_err_loadings[free]), errors[free], rtol=LAVAAN)
    np.testing.assert_allclose(fit.factor_cov, lavaan_matrix(parameters, "est", "~~"), rtol=LAVAAN)
    np.testing.assert_allclose(
        np.nan_to_num(fit.std_err_factor_cov), lavaan_matrix(parameters, "se", "~~"), rtol=LAVAAN
    )
    np.testing.assert_allclose(fit.uniquenesses, lavaan_matrix(parameters, "est", "residual"), rtol=LAVAAN)
    np.testing.assert_allclose(
        fit.std_err_uniquenesses, lavaan_matrix(parameters, "se", "residual"), rtol=LAVAAN
    )
    assert fit.gradient_norm < 1e-10
    assert fit.admissible


def test_lavaan_on_the_simulated_survey() -> None:
    expected = reference("cfa_sim676")
    fit = fit_cfa(moments(survey_answers()), 676, survey_pattern())
    np.testing.assert_allclose(fit.chi2, expected["fit"]["chisq"], rtol=LAVAAN)
    assert fit.df == expected["fit"]["df"]
    np.testing.assert_allclose(fit.std_loadings, expected["std_loadings"], atol=LAVAAN)
    np.testing.assert_allclose(fit.factor_corr, expected["factor_cor"], atol=LAVAAN)
    np.testing.assert_allclose(
        fit.std_err_std_loadings[fit.pattern],
        expected["std_loading_se"],
        rtol=LAVAAN_NUMERICAL_JACOBIAN,
    )


def test_lavaan_with_items_on_two_factors() -> None:
    expected = reference("structural_models_lavaan")["holzinger_crossed"]
    pattern = holzinger_pattern()
    pattern[8, 0] = pattern[2, 1] = True
    fit = fit_cfa(moments(holzinger_scores()), 301, pattern)
    np.testing.assert_allclose(fit.chi2, expected["fit"]["chisq"], rtol=LAVAAN)
    assert fit.df == expected["fit"]["df"] == 22
    parameters = expected["parameters"]
    estimates = lavaan_matrix(parameters, "est", "=~")
    errors = lavaan_matrix(parameters, "se", "=~")
    standardised = lavaan_matrix(parameters, "std", "=~")
    standardised_errors = lavaan_matrix(parameters, "std_se", "=~")
    np.testing.assert_allclose(fit.loadings[pattern], estimates[pattern], rtol=LAVAAN)
    np.testing.assert_allclose(np.nan_to_num(fit.std_err_loadings[pattern]), errors[pattern], rtol=LAVAAN)
    np.testing.assert_allclose(fit.std_loadings[pattern], standardised[pattern], rtol=LAVAAN)
    np.testing.assert_allclose(
        fit.std_err_std_loadings[pattern], standardised_errors[pattern], rtol=LAVAAN_NUMERICAL_JACOBIAN
    )
    correlations = lavaan_matrix(parameters, "std_se", "~~")
    upper = np.triu_indices(3, 1)
    np.testing.assert_allclose(
        fit.std_err_factor_corr[upper], correlations[upper], rtol=LAVAAN_NUMERICAL_JACOBIAN
    )


def test_semopy_stops_short_of_the_same_minimum() -> None:
    description = "\n".join(
        f"{factor} =~ {' + '.join(HOLZINGER_ITEMS[3 * j : 3 * j + 3])}"
        for j, factor in enumerate(HOLZINGER_FACTORS)
    )
    model, estimates = semopy_fit(description, holzinger())
    theirs = estimates[(estimates["op"] == "~")].set_index("lval")["Est. Std"].astype(float)
    fit = fit_holzinger()
    ours = fit.std_loadings[fit.pattern]
    np.testing.assert_allclose(ours, theirs.loc[list(HOLZINGER_ITEMS)], atol=SEMOPY_LOADINGS)
    their_chi2 = 301 * model.last_result.fun
    assert fit.chi2 <= their_chi2
    np.testing.assert_allclose(fit.chi2, their_chi2, rtol=SEMOPY_CHI2)


def test_prototype_of_the_dissertation() -> None:
    S, n, pattern, _ = prototype_moments()
    expected = reference("cfa_prototype")
    fit = fit_cfa(S, n, pattern)
    # The prototype's chi-square was computed with n - 1.
    assert round((n - 1) * fit.f_min, 1) == expected["chi2_wishart"]
    assert fit.df == expected["df"]
    assert fit.gradient_norm < 1e-10
    assert fit.admissible


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_markers_and_scaling_do_not_change_the_fit(seed: int, markers_seed: int) -> None:
    sizes = (3, 4, 2)
    S, pattern = moments(factor_data(seed, 250, sizes)), blocks(sizes)
    rng = np.random.default_rng(markers_seed)
    markers = np.array([rng.choice(np.flatnonzero(column)) for column in pattern.T])
    first = fit_cfa(S, 250, pattern)
    other = fit_cfa(S, 250, pattern, markers=markers)
    unit = fit_cfa(S, 250, pattern, scaling="unit_variance")
    for fit in (other, unit):
        np.testing.assert_allclose(fit.chi2, first.chi2, rtol=SAME)
        np.testing.assert_allclose(fit.implied, first.implied, rtol=SAME)
        np.testing.assert_allclose(np.abs(fit.std_loadings), np.abs(first.std_loadings), atol=SAME)
        np.testing.assert_allclose(fit.std_err_uniquenesses, first.std_err_uniquenesses, rtol=1e-6)
        # The gradient vanishes in the parametrisation that is reported, too.
        point = fit.ml.points[0]
        scaled = point.gradient() / np.sqrt(np.diagonal(point.information()))
        assert np.abs(scaled).max() < SAME
    np.testing.assert_array_equal(other.loadings[markers, np.arange(3)], 1)
    np.testing.assert_array_equal(np.diagonal(unit.factor_cov), 1)
    assert np.isnan(other.std_err_loadings[markers, np.arange(3)]).all()
    assert (unit.loadings.sum(axis=0) > 0).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_units_and_order_of_items_only_relabel(seed: int) -> None:
    sizes = (4, 3)
    x, pattern = factor_data(seed, 200, sizes), blocks(sizes)
    fit = fit_cfa(moments(x), 200, pattern, scaling="unit_variance")
    rng = np.random.default_rng(seed)
    order, units = rng.permutation(7), 10 ** rng.uniform(-2, 2, 7)
    relabelled = fit_cfa(moments((x * units)[:, order]), 200, pattern[order], scaling="unit_variance")
    np.testing.assert_allclose(relabelled.chi2, fit.chi2, rtol=SAME)
    np.testing.assert_allclose(relabelled.std_loadings, fit.std_loadings[order], atol=SAME)
    np.testing.assert_allclose(
        relabelled.std_err_loadings, (fit.std_err_loadings * units[:, None])[order], rtol=1e-6
    )


def test_a_model_that_is_right_is_found_exactly() -> None:
    loadings = np.where(blocks((3, 3)), 0.7, 0.0)
    population = loadings @ np.array([[1, 0.4], [0.4, 1]]) @ loadings.T
    np.fill_diagonal(population, 1)
    fit = fit_cfa(population, 100, blocks((3, 3)))
    np.testing.assert_allclose(fit.f_min, 0, atol=1e-12)
    np.testing.assert_allclose(fit.std_loadings, loadings, atol=1e-10)
    np.testing.assert_allclose(fit.factor_corr[0, 1], 0.4, atol=1e-10)
    np.testing.assert_allclose(fit.r2, 0.49, atol=1e-10)


def test_reverse_keyed_marker_turns_its_factor() -> None:
    x = holzinger_scores().copy()
    x[:, 0] = 10 - x[:, 0]
    fit = fit_cfa(moments(x), 301, holzinger_pattern())
    forward = fit_holzinger()
    np.testing.assert_allclose(fit.chi2, forward.chi2, rtol=SAME)
    assert fit.loadings[0, 0] == 1
    np.testing.assert_allclose(fit.loadings[1, 0], -forward.loadings[1, 0], rtol=1e-7)
    np.testing.assert_allclose(fit.factor_corr[0, 1], -forward.factor_corr[0, 1], rtol=1e-7)


def test_saturated_model_has_no_test() -> None:
    x = holzinger_scores()[:, :3]
    fit = fit_cfa(moments(x), 301, np.ones((3, 1), dtype=bool))
    assert fit.df == 0
    assert np.isnan(fit.p)
    np.testing.assert_allclose(fit.chi2, 0, atol=1e-9)


def heywood_correlations() -> Array:
    """r12 r13 / r23 > 1: more than all variance of the first item is common."""
    return np.array([[1, 0.8, 0.7], [0.8, 1, 0.5], [0.7, 0.5, 1]])


def test_heywood_case_is_flagged() -> None:
    fit = fit_cfa(heywood_correlations(), 200, np.ones((3, 1), dtype=bool))
    np.testing.assert_array_equal(fit.heywood, [0])
    assert not fit.admissible
    np.testing.assert_allclose(fit.uniquenesses[0], 1 - 0.8 * 0.7 / 0.5, rtol=1e-8)


def test_factors_that_correlate_beyond_one_are_flagged() -> None:
    # Items correlate more across the two pairs than within them.
    R = np.full((4, 4), 0.6) + 0.4 * np.eye(4)
    R[0, 1] = R[1, 0] = R[2, 3] = R[3, 2] = 0.4
    fit = fit_cfa(R, 300, blocks((2, 2)))
    assert abs(fit.factor_corr[0, 1]) > 1
    assert not fit.heywood.size
    assert not fit.admissible


@pytest.mark.parametrize("n_items", [1, 2])
def test_one_factor_alone_needs_three_items(n_items: int) -> None:
    S = moments(factor_data(1, 100, (3,)))[:n_items, :n_items]
    with pytest.raises(UnderIdentified) as caught:
        fit_cfa(S, 100, blocks((n_items,)))
    assert caught.value.factors == (0,)


def test_two_factors_on_the_same_items_are_not_told_apart() -> None:
    with pytest.raises(UnderIdentified) as caught:
        fit_cfa(moments(factor_data(1, 200, (6,))), 200, np.ones((6, 2), dtype=bool))
    assert caught.value.factors == (0, 1)


def test_an_item_on_no_factor_is_refused() -> None:
    pattern = blocks((3, 3))
    pattern[4] = False
    with pytest.raises(InvalidModel, match=r"items \[4\] load on no factor"):
        fit_cfa(moments(factor_data(1, 100, (3, 3))), 100, pattern)


def test_degenerate_covariances_are_refused() -> None:
    x, pattern = factor_data(1, 100, (3, 3)), blocks((3, 3))
    with pytest.raises(TooFewRows):
        fit_cfa(moments(x[:6]), 6, pattern)
    constant = x.copy()
    constant[:, 2] = 4
    with pytest.raises(ConstantItems) as no_variance:
        fit_cfa(moments(constant), 100, pattern)
    assert no_variance.value.indices == (2,)
    x[:, 5] = x[:, 3]
    with pytest.raises(LinearDependence) as dependent:
        fit_cfa(moments(x), 100, pattern)
    assert dependent.value.groups == ((3, 5),)
    unknown = moments(x)
    unknown[1, 2] = unknown[2, 1] = np.nan
    with pytest.raises(NotFinite) as missing:
        fit_cfa(unknown, 100, pattern)
    assert missing.value.indices == (1, 2)
    contradiction = np.eye(6) + 0.9 * (np.eye(6, k=1) + np.eye(6, k=-1))
    with pytest.raises(NotPositiveDefinite):
        fit_cfa(contradiction, 100, pattern)


def test_a_sample_without_a_minimum_gives_no_numbers() -> None:
    # Uniquenesses and factors of this small sample run to infinity together.
    with pytest.raises(NotConverged):
        fit_cfa(moments(factor_data(14, 40, (3, 3, 2))), 40, blocks((3, 3, 2)))


def test_iterations_that_end_early_give_no_numbers() -> None:
    with pytest.raises(NotConverged) as caught:
        fit_cfa(moments(holzinger_scores()), 301, holzinger_pattern(), max_iterations=2)
    assert caught.value.iterations == 2
    assert caught.value.criterion > 1e-10


def with_single_item() -> tuple[Array, Array]:
    """Holzinger's items of two factors and one item of the third, and which loads where."""
    x = holzinger_scores()[:, :7]
    return x, np.array([0, 0, 0, 1, 1, 1, 2])[:, None] == np.arange(3)


@pytest.mark.parametrize("scaling", ["marker", "unit_variance"])
def test_a_single_item_is_its_factor(scaling: str) -> None:
    x, pattern = with_single_item()
    S = np.cov(x.T, ddof=0)
    fit = fit_cfa(S, len(x), pattern, scaling=scaling)
    # 28 moments less 4 loadings, 6 covariances of factors and 6 uniquenesses.
    assert fit.df == 28 - (4 + 6 + 6)
    assert fit.admissible
    assert fit.uniquenesses[6] == 0
    assert fit.std_loadings[6, 2] == pytest.approx(1, abs=1e-12)
    assert np.isnan(fit.std_err_std_loadings[6, 2])
    assert np.isnan(fit.std_err_uniquenesses[6])
    assert fit.loadings[6, 2] ** 2 * fit.factor_cov[2, 2] == pytest.approx(S[6, 6], rel=1e-10)


def test_a_single_item_fits_as_an_observed_variable_beside_the_factors() -> None:
    """The other two factors explain it in a regression that restricts nothing; semopy stops early."""
    x, pattern = with_single_item()
    fit = fit_cfa(np.cov(x.T, ddof=0), len(x), pattern)
    frame = holzinger()[list(HOLZINGER_ITEMS[:7])]
    first, second, item = HOLZINGER_ITEMS[:3], HOLZINGER_ITEMS[3:6], HOLZINGER_ITEMS[6]
    model, _ = semopy_fit(f"A =~ {' + '.join(first)}\nB =~ {' + '.join(second)}\n{item} ~ A + B", frame)
    np.testing.assert_allclose(fit.chi2, len(x) * model.last_result.fun, rtol=SEMOPY_CHI2)
