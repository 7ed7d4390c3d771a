"""A latent method factor and the CFA marker, as lavaan has them (method_factor.R), and planted methods."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.core.errors import InvalidModel
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.measurement.method_factor import (
    MarkerModels,
    MethodFactor,
    fit_marker_models,
    fit_method_factor,
)
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.maximum_likelihood import Fitted
from tests.stats.factor_data import reference
from tests.stats.pls_data import REFERENCE
from tests.stats.structural_data import blocks, moments

# lavaan's optimiser was run to its end; both are maximum likelihood.
FIT = 1e-6
LOADING = 1e-5
INDICES = {"chisq": "chi2", **{name: name for name in ("df", "cfi", "rmsea", "srmr")}}
SCALES = "ABCD"
# Loadings that differ: what is alike in all items is told from what factors make alike by nothing else.
LOADINGS = np.tile([0.9, 0.5, 0.8, 0.6], 3)


def theirs(*names: str) -> Any:
    found = reference("method_factor_lavaan")
    for name in names:
        found = found[name]
    return found


@cache
def survey(scales: str = SCALES) -> tuple[Array, BoolArray, tuple[str, ...]]:
    """Answers to the scales, their pattern, and the items' names."""
    frame = pd.read_csv(REFERENCE / "data" / "sim676.csv").filter(regex=f"^[{scales}][0-9]")
    names = tuple(frame.columns)
    return frame.to_numpy(dtype=float), np.array([[n[0] == s for s in scales] for n in names]), names


def measured(scales: str = SCALES) -> CfaFit:
    x, pattern, _ = survey(scales)
    return fit_cfa(moments(x), len(x), pattern)


def standardised(values: Any, factor: str, op: str = "=~") -> dict[str, float]:
    rows = zip(values["lhs"], values["op"], values["rhs"], values["std"], strict=True)
    return {rhs: std for lhs, sign, rhs, std in rows if sign == op and lhs == factor}


def assert_fit(fit: Fitted, expected: Any) -> None:
    ours = fit_indices(fit)
    for name, own in INDICES.items():
        assert getattr(ours, own) == pytest.approx(expected["fit"][name], rel=FIT, abs=FIT), name


def assert_loadings(fit: MethodFactor, expected: Any, method: str, names: tuple[str, ...]) -> None:
    own = [standardised(expected, name[0])[name] for name in names]
    np.testing.assert_allclose(fit.std_loadings, own, atol=LOADING)
    of_method = standardised(expected, method)
    np.testing.assert_allclose(fit.method_loadings, [of_method[name] for name in names], atol=LOADING)
    assert fit.method_variance == pytest.approx(
        np.mean([of_method[name] ** 2 for name in names]), abs=LOADING
    )


def assert_correlations(fit: MethodFactor, expected: Any, scales: str) -> None:
    for i, one in enumerate(scales):
        for other, value in standardised(expected, one, "~~").items():
            if other in scales:
                assert fit.factor_corr[i, scales.index(other)] == pytest.approx(value, abs=LOADING)


@pytest.mark.parametrize(("name", "scales"), [("equal", "ABCDEFY"), ("free", SCALES)])
def test_the_latent_method_factor_is_lavaans(name: str, scales: str) -> None:
    found, expected = fit_method_factor(measured(scales), equal=name == "equal"), theirs(name)
    assert_fit(found, expected)
    assert_loadings(found, expected, "method", survey(scales)[2])
    assert_correlations(found, expected, scales)


def test_a_negative_variance_is_lavaans_and_standardises_nothing() -> None:
    found, expected = fit_method_factor(measured(), equal=True), theirs("negative")
    assert_fit(found, expected)
    shares = expected["variance"] / np.diagonal(found.ml.points[0].moments.covariance)
    assert found.method_variance == pytest.approx(shares.mean(), abs=LOADING)
    assert found.method_variance < 0
    assert not found.admissible
    assert np.isnan(found.method_loadings).all()


@cache
def marker(alpha: float) -> MarkerModels:
    """The scale D as a marker of A to C."""
    x, pattern, _ = survey()
    own = ~pattern[:, 3]
    return fit_marker_models(moments(x), len(x), pattern[own, :3], alpha=alpha)


@pytest.mark.parametrize("name", ["cfa", "baseline", "constrained", "unconstrained"])
def test_models_of_the_marker_are_lavaans(name: str) -> None:
    found, expected = getattr(marker(0.05), name), theirs("marker", name)
    assert_fit(found, expected)
    if name in ("constrained", "unconstrained"):
        assert_loadings(found, expected, "M", tuple(n for n in survey()[2] if n[0] != "D"))
        assert_correlations(found, expected, "ABC")


def test_the_restricted_model_is_of_the_better_one() -> None:
    """Unequal loadings have p .029: they are better at .05, not at .01."""
    for alpha, name in ((0.05, "unconstrained"), (0.01, "constrained")):
        models = marker(alpha)
        better = getattr(models, name)
        assert models.better(alpha) is better
        assert_fit(models.restricted, theirs("marker", f"restricted_{name}"))
        lost = models.restricted.ml.chi2 - better.ml.chi2
        assert models.of_restricted.statistic == pytest.approx(lost)
        assert models.of_restricted.df == 3
        np.testing.assert_allclose(models.restricted.factor_corr, models.baseline.factor_corr)


def test_differences_are_of_their_models() -> None:
    models = marker(0.05)
    chi2 = {
        name: theirs("marker", name)["fit"]["chisq"] for name in ("baseline", "constrained", "unconstrained")
    }
    assert models.of_constrained.statistic == pytest.approx(chi2["baseline"] - chi2["constrained"], rel=FIT)
    assert models.of_constrained.df == 1
    assert models.of_unconstrained is not None
    assert models.of_unconstrained.statistic == pytest.approx(
        chi2["constrained"] - chi2["unconstrained"], rel=1e-5
    )
    assert models.of_unconstrained.df == 14


def asked_alike(seed: int, share: float, marked: int = 0) -> Array:
    """Answers to three factors of four items, which correlate .3, with a common method that makes `share` of
    the items' variance; then to `marked` items of a marker of that method."""
    rng = np.random.default_rng(seed)
    n, p = 4000, 12
    factors = rng.multivariate_normal(np.zeros(3), 0.3 + 0.7 * np.eye(3), n)
    x = factors @ (LOADINGS * blocks((4, 4, 4)).T) + rng.normal(size=(n, p)) * np.sqrt(1 - LOADINGS**2)
    method = rng.normal(size=(n, 1))
    x = np.sqrt(1 - share) * x + np.sqrt(share) * method
    marks = 0.8 * method + 0.6 * rng.normal(size=(n, marked))
    return np.hstack((x, marks))


def test_a_planted_method_is_found_and_taken_out_of_the_correlations() -> None:
    x, pattern = asked_alike(3, 0.25), blocks((4, 4, 4))
    plain = fit_cfa(moments(x), len(x), pattern)
    found = fit_method_factor(plain, equal=True)
    upper = np.triu_indices(3, 1)
    assert (plain.factor_corr[upper] > 0.5).all()
    np.testing.assert_allclose(found.factor_corr[upper], 0.3, atol=0.1)
    assert found.method_variance == pytest.approx(0.25, abs=0.03)
    assert found.admissible


def test_the_marker_takes_a_planted_method_out() -> None:
    x, pattern = asked_alike(3, 0.25, marked=3), blocks((4, 4, 4))
    models = fit_marker_models(moments(x), len(x), pattern)
    assert models.constrained.method_variance == pytest.approx(0.25, abs=0.02)
    upper = np.triu_indices(3, 1)
    np.testing.assert_allclose(models.constrained.factor_corr[upper], 0.3, atol=0.05)
    assert (models.cfa.factor_corr[:3, :3][upper] > 0.5).all()
    assert models.of_constrained.p < 1e-10
    assert models.of_restricted.p < 1e-10


def test_a_marker_that_has_nothing_to_do_with_the_items_changes_nothing() -> None:
    x = np.hstack((asked_alike(3, 0.0), asked_alike(4, 0.5, marked=3)[:, 12:]))
    models = fit_marker_models(moments(x), len(x), blocks((4, 4, 4)))
    assert models.constrained.method_variance < 0.002
    assert models.of_constrained.p > 0.01
    assert models.better(0.01) is models.constrained


def test_what_nothing_determines_is_refused() -> None:
    x, pattern, _ = survey()
    one = pattern[:, 0]
    with pytest.raises(InvalidModel, match="cannot be told from a method"):
        fit_method_factor(fit_cfa(moments(x[:, one]), len(x), pattern[one, :1]), equal=True)
    kept = np.flatnonzero(~pattern[:, 3])
    with pytest.raises(InvalidModel, match="too few for a marker"):
        fit_marker_models(moments(x[:, [*kept, len(pattern) - 1]]), len(x), pattern[kept, :3])
    crossed = pattern.copy()
    crossed[0, 1] = True
    with pytest.raises(InvalidModel, match=r"items \[0\] load on several"):
        fit_method_factor(fit_cfa(moments(x), len(x), crossed), equal=True)


def test_a_method_that_explains_more_than_there_is_is_found_and_inadmissible() -> None:
    """Exact covariances of items that load nearly alike: the factors' variances are negative there."""
    pattern = blocks((4, 4, 4))
    loadings = np.where(
        pattern, np.array([1, 1.01, 0.97, 1.02, 1, 1.05, 1.04, 1, 1, 0.98, 0.95, 1.02])[:, None], 0
    )
    factor_cov = np.full((3, 3), -1.2) + np.diag([1.0, 0.85, 1.02])
    S = loadings @ factor_cov @ loadings.T + 1.45 + 0.4 * np.eye(12)
    found = fit_method_factor(fit_cfa(S, 400, pattern), equal=True)
    matrices = found.ml.structures[0].matrices(found.ml.theta)
    assert found.ml.chi2 == pytest.approx(0, abs=1e-8)
    np.testing.assert_allclose(matrices.factor_cov[:3, :3], factor_cov, rtol=1e-5)
    assert not found.admissible
    assert found.method_variance == pytest.approx(np.mean(1.45 / np.diagonal(S)))
