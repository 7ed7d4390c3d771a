"""Factor models of weighted and clustered answers against lavaan's sampling.weights and cluster."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.sampling.pseudo_likelihood import (
    design_covariance,
    fit_design_cfa,
    fit_design_sem,
)
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_robust import ScaledTest, robust_covariance
from tests.stats.sampling.data import KINDS, design, items, reference


def pattern() -> BoolArray:
    """Items by their constructs."""
    names = reference()["items"]
    return np.array([[name[0] == construct for construct in "ABY"] for name in names])


def chain() -> BoolArray:
    """A acts on B, both on Y."""
    paths = np.zeros((3, 3), dtype=bool)
    paths[0, 1] = paths[0, 2] = paths[1, 2] = True
    return paths


def of(own: dict[str, Any], op: str, key: str) -> dict[tuple[str, str], float]:
    """lavaan's parameters with an operator: (left, right) -> value."""
    lines = zip(own["lhs"], own["op"], own["rhs"], own[key], strict=True)
    return {(lhs, rhs): value for lhs, operator, rhs, value in lines if operator == op}


def loadings(own: dict[str, Any], key: str) -> Array:
    names = reference()["items"]
    found = of(own, "=~", key)
    return np.array([found[name[0], name] for name in names])


def same_test(test: ScaledTest, own: dict[str, Any]) -> None:
    assert test.scaling == pytest.approx(own["scaling"], abs=1e-6)
    assert test.chi2 == pytest.approx(own["scaled"], rel=1e-6)
    assert test.df == own["df"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_measurement_model_is_lavaans(kind: str) -> None:
    own = reference()["cfa"][kind]
    found = fit_design_cfa(items(), pattern(), design(kind))
    cfa, where = found.cfa, pattern()
    np.testing.assert_allclose(cfa.loadings[where], loadings(own, "est"), atol=1e-6)
    errors = np.nan_to_num(cfa.std_err_loadings[where])
    np.testing.assert_allclose(errors, loadings(own, "se"), atol=1e-6)
    np.testing.assert_allclose(cfa.std_loadings[where], loadings(own, "std"), atol=1e-6)
    np.testing.assert_allclose(cfa.std_err_std_loadings[where], loadings(own, "std_se"), atol=1e-6)
    correlations, errors_of = of(own, "~~", "std"), of(own, "~~", "std_se")
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert cfa.factor_corr[i, j] == pytest.approx(correlations["ABY"[i], "ABY"[j]], abs=1e-6)
        assert cfa.std_err_factor_corr[j, i] == pytest.approx(errors_of["ABY"[i], "ABY"[j]], abs=1e-6)
    assert cfa.chi2 == pytest.approx(own["chi2"], rel=1e-6)
    same_test(found.test, own)


@pytest.mark.parametrize("kind", KINDS)
def test_the_paths_are_lavaans(kind: str) -> None:
    own = reference()["sem"][kind]
    found = fit_design_sem(items(), pattern(), chain(), design(kind))
    estimates = found.sem.estimates
    # lavaan writes Y ~ A: the outcome stands on the left.
    for key, values in (
        ("est", estimates.coef),
        ("se", estimates.std_err),
        ("std", estimates.beta),
        ("std_se", estimates.std_err_beta),
    ):
        expected = of(own, "~", key)
        for outcome, predictor in expected:
            value = values["ABY".index(predictor), "ABY".index(outcome)]
            assert value == pytest.approx(expected[outcome, predictor], abs=1e-6), key
    assert found.sem.restrictions is None
    same_test(found.test, own)


def test_without_weights_and_clusters_the_errors_are_those_of_mlr() -> None:
    x = items()
    own = SurveyDesign.of(len(x))
    plain = fit_cfa(weighted_covariance(x, own, 0), len(x), pattern())
    expected = robust_covariance(plain, x, "yuan_bentler")
    np.testing.assert_allclose(design_covariance(plain.ml, x, own), expected, rtol=1e-6, atol=1e-12)


def test_fewer_clusters_than_factors_are_refused() -> None:
    x = items()
    with pytest.raises(TooFewRows):
        fit_design_cfa(x, pattern(), SurveyDesign.of(len(x), clusters=np.arange(len(x)) % 3))
