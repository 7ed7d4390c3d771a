"""Scaled chi-squares and robust standard errors against lavaan and the large matrices of the papers."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sem import cfa_robust
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_robust import (
    Correction,
    ScaledTest,
    robust_covariance,
    satorra_bentler,
    scaled_test,
)
from tests.stats.factor_data import reference
from tests.stats.structural_data import (
    blocks,
    factor_data,
    holzinger_pattern,
    holzinger_scores,
    moments,
    survey_answers,
    survey_pattern,
)

# Sums over respondents in another order, of a minimum that agrees to nine digits.
LAVAAN = 1e-8
# lavaan's MLR takes second derivatives by differences of the gradient.
LAVAAN_BY_DIFFERENCES = 1e-6
# R's uniroot stops at 1e-4 in the noncentrality.
LAVAAN_INTERVAL = 2e-6

CORRECTIONS: dict[str, Correction] = {"mlm": "satorra_bentler", "mlr": "yuan_bentler"}


def answers_and_pattern(data: str) -> tuple[Array, Array]:
    if data == "holzinger":
        return holzinger_scores(), holzinger_pattern()
    return survey_answers(), survey_pattern()


@pytest.mark.parametrize("data", ["holzinger", "survey"])
@pytest.mark.parametrize("name", ["mlm", "mlr"])
def test_lavaan(data: str, name: str) -> None:
    stored = reference("structural_models_lavaan")[f"{data}_{name}"]
    x, pattern = answers_and_pattern(data)
    fit = fit_cfa(moments(x), len(x), pattern)
    test = scaled_test(fit, x, CORRECTIONS[name])
    tolerance = LAVAAN if name == "mlm" else LAVAAN_BY_DIFFERENCES
    expected = stored["fit"]
    for ours, theirs in {
        "scaling": "chisq.scaling.factor",
        "chi2": "chisq.scaled",
        "df": "df.scaled",
        "p": "pvalue.scaled",
        "baseline_chi2": "baseline.chisq.scaled",
        "baseline_scaling": "baseline.chisq.scaling.factor",
        "cfi": "cfi.robust",
        "tli": "tli.robust",
        "rmsea": "rmsea.robust",
    }.items():
        np.testing.assert_allclose(
            getattr(test, ours), expected[theirs], rtol=100 * tolerance, atol=tolerance, err_msg=ours
        )
    np.testing.assert_allclose(test.scaling, expected["chisq.scaling.factor"], rtol=tolerance)
    np.testing.assert_allclose(test.chi2, expected["chisq.scaled"], rtol=tolerance)
    np.testing.assert_allclose(test.rmsea_low, expected["rmsea.ci.lower.robust"], atol=LAVAAN_INTERVAL)
    np.testing.assert_allclose(test.rmsea_high, expected["rmsea.ci.upper.robust"], atol=LAVAAN_INTERVAL)
    np.testing.assert_allclose(test.p_close, expected["rmsea.pvalue.robust"], atol=1e-6)
    ours = np.sqrt(np.diagonal(robust_covariance(fit, x, CORRECTIONS[name])))
    np.testing.assert_allclose(np.sort(ours), np.sort(stored["se"]), rtol=tolerance)


def test_lavaan_0620_mlr() -> None:
    expected = reference("cfa_holzinger")["mlr"]["fit"]
    x = holzinger_scores()
    test = scaled_test(fit_cfa(moments(x), 301, holzinger_pattern()), x, "yuan_bentler")
    np.testing.assert_allclose(test.scaling, expected["chisq.scaling.factor"], rtol=LAVAAN_BY_DIFFERENCES)
    np.testing.assert_allclose(test.cfi, expected["cfi.robust"], rtol=LAVAAN_BY_DIFFERENCES)
    np.testing.assert_allclose(test.p_close, expected["rmsea.pvalue.robust"], rtol=1e-4)


def test_trace_is_that_of_the_residual_weight_matrix() -> None:
    x, pattern = factor_data(5, 150, (3, 3)), blocks((3, 3))
    fit = fit_cfa(moments(x), 150, pattern)
    rows, columns = np.tril_indices(6)
    centred = x - x.mean(axis=0)
    fourth = np.cov(centred[:, rows] * centred[:, columns], rowvar=False, bias=True)
    at, precision = fit.ml.points[0].moments, fit.ml.points[0].precision
    twice = np.where(rows == columns, 1.0, 2.0)
    weight = np.array(
        [
            [
                t * u * (precision[a, c] * precision[b, d] + precision[a, d] * precision[b, c]) / 4
                for c, d, u in zip(rows, columns, twice, strict=True)
            ]
            for a, b, t in zip(rows, columns, twice, strict=True)
        ]
    )
    left, right = at.columns[:, at.left], at.columns[:, at.right]
    jacobian = at.scale * (left[rows] * right[columns] + right[rows] * left[columns])
    projected = weight @ jacobian
    residual = weight - projected @ np.linalg.solve(jacobian.T @ projected, projected.T)
    np.testing.assert_allclose(
        satorra_bentler(fit, x).scaling, np.trace(residual @ fourth) / fit.df, rtol=1e-9
    )


def test_normal_answers_need_no_scaling() -> None:
    x, pattern = factor_data(3, 20_000, (3, 3)), blocks((3, 3))
    fit = fit_cfa(moments(x), len(x), pattern)
    # The standard error of the scaling is about .01 here.
    assert satorra_bentler(fit, x).scaling == pytest.approx(1, abs=0.04)
    assert scaled_test(fit, x, "yuan_bentler").scaling == pytest.approx(1, abs=0.04)
    ratio = np.diagonal(robust_covariance(fit, x, "satorra_bentler")) / np.diagonal(fit.ml.covariance)
    np.testing.assert_allclose(ratio, 1, atol=0.1)


def test_saturated_model_has_no_scaled_test() -> None:
    x = holzinger_scores()[:, :3]
    test = satorra_bentler(fit_cfa(moments(x), 301, np.ones((3, 1), dtype=bool)), x)
    assert isinstance(test, ScaledTest)
    assert test.df == 0
    assert np.isnan([test.scaling, test.chi2, test.p, test.cfi, test.rmsea]).all()


def test_respondents_are_taken_in_any_blocks_and_order(monkeypatch: pytest.MonkeyPatch) -> None:
    x, pattern = holzinger_scores(), holzinger_pattern()
    fit = fit_cfa(moments(x), len(x), pattern)
    whole, covariance = scaled_test(fit, x, "yuan_bentler"), robust_covariance(fit, x, "yuan_bentler")
    monkeypatch.setattr(cfa_robust, "ROWS", 7)
    turned = x[::-1]
    assert scaled_test(fit, turned, "yuan_bentler").scaling == pytest.approx(whole.scaling, rel=1e-12)
    np.testing.assert_allclose(
        robust_covariance(fit, turned, "yuan_bentler"), covariance, rtol=1e-9, atol=1e-15
    )
