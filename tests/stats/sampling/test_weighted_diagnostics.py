"""Collinearity, joint tests and residuals of weighted and clustered answers: survey, lavaan, and by hand."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.collinearity import collinearity_diagnostics
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_cfa
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sampling.weighted_regression import design_regression
from smartcity_survey.stats.sampling.weighted_residuals import design_residuals
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_residuals import covariance_residuals
from tests.stats.sampling.data import FOLDER, KINDS, answers, design, items
from tests.stats.sampling.test_pseudo_likelihood import pattern

PREDICTORS = ["A1", "A2", "B1", "B2"]


@cache
def reference() -> dict[str, Any]:
    """By tests/reference/scripts/weighted_diagnostics.R."""
    found: dict[str, Any] = json.loads((FOLDER / "weighted_diagnostics.json").read_text(encoding="utf-8"))
    return found


def predictors() -> Array:
    return answers()[PREDICTORS].to_numpy(dtype=np.float64)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("test", "terms"), [("first", (1, 2)), ("other", (2, 3, 4)), ("one", (4,))])
def test_joint_tests_are_those_of_survey(kind: str, test: str, terms: tuple[int, ...]) -> None:
    own = reference()["regression"][kind][test]
    found = design_regression(answers()["Y1"].to_numpy(dtype=np.float64), predictors(), design(kind))
    joint = found.joint_test(terms)
    assert joint.statistic == pytest.approx(own["f"], rel=1e-8)
    assert joint.p == pytest.approx(own["p"], rel=1e-6)
    assert (joint.df_numerator, joint.df_denominator) == (own["df"], own["ddf"])


@pytest.mark.parametrize("kind", KINDS)
def test_vif_is_of_the_weighted_correlations(kind: str) -> None:
    found = design_regression(answers()["Y1"].to_numpy(dtype=np.float64), predictors(), design(kind))
    np.testing.assert_allclose(found.fit.vif, reference()["regression"][kind]["vif"], rtol=1e-9)


def test_collinearity_is_of_rows_times_the_root_of_their_weight() -> None:
    found = collinearity_diagnostics(predictors(), design("weighted").weights)
    np.testing.assert_allclose(found.condition_indices, reference()["condition_indices"], rtol=1e-9)
    np.testing.assert_allclose(
        found.variance_proportions, reference()["variance_proportions"], rtol=1e-7, atol=1e-12
    )


def test_residuals_are_lavaans() -> None:
    own = design("weighted")
    found = design_residuals(fit_design_cfa(items(), pattern(), own).cfa, items(), own)
    np.testing.assert_allclose(found.residuals, reference()["residuals"], atol=1e-6)
    np.testing.assert_allclose(found.correlations, reference()["correlations"], atol=1e-6)


def residuals_with(x: Array, weights: Array) -> Array:
    """Residuals of a model fitted to the moments of x with these weights."""
    own = SurveyDesign.of(len(x), weights)
    cfa = fit_cfa(weighted_covariance(x, own, 0), len(x), np.ones((4, 1), dtype=bool), tolerance=1e-13)
    return cfa.sample - cfa.implied


@pytest.mark.parametrize("clustered", [False, True])
def test_errors_follow_from_what_each_weight_changes(clustered: bool) -> None:
    """By hand: every weight is raised and lowered a little, and the model fitted again."""
    rng = np.random.default_rng(6)
    n = 40
    x = rng.normal(size=(n, 1)) + rng.normal(size=(n, 4))
    weights = np.exp(rng.normal(0, 0.4, n))
    codes = np.arange(n) % 8 if clustered else None
    own = SurveyDesign.of(n, weights, codes)
    changes = np.empty((n, 4, 4))
    for row in range(n):
        step = np.zeros(n)
        step[row] = 1e-4 * own.weights[row]
        changes[row] = (
            (residuals_with(x, own.weights + step) - residuals_with(x, own.weights - step))
            / (2 * step[row])
            * own.weights[row]
        )
    units = changes if codes is None else np.array([changes[codes == code].sum(axis=0) for code in range(8)])
    expected = np.sqrt(np.square(units).sum(axis=0) * (8 / 7 if clustered else 1))
    cfa = fit_design_cfa(x, np.ones((4, 1), dtype=bool), own).cfa
    found = design_residuals(cfa, x, own)
    off = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(found.std_err[off], expected[off], rtol=1e-5)
    np.testing.assert_allclose(found.z[off], found.residuals[off] / found.std_err[off])
    assert np.isnan(np.diagonal(found.z)).all()


def test_of_many_normal_answers_alike_the_errors_are_near_the_normal_ones() -> None:
    rng = np.random.default_rng(9)
    x = rng.normal(size=(20_000, 1)) + rng.normal(size=(20_000, 4))
    one = np.ones((4, 1), dtype=bool)
    own = SurveyDesign.of(len(x))
    normal = covariance_residuals(fit_cfa(weighted_covariance(x, own, 0), len(x), one))
    found = design_residuals(fit_design_cfa(x, one, own).cfa, x, own)
    off = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(found.std_err[off], normal.std_err[off], rtol=0.05)
