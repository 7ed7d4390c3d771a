"""The ridge trace against R's MASS, the definition and least squares."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import LinearDependence, StatisticsError
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.regression.ridge import ridge_trace
from tests.stats.regression_data import nist, random_regression, reference

TIGHT = 1e-9  # both sides are double precision; Longley's correlation matrix has condition number 1e4

LAMBDAS = np.array([0.0, 0.01, 0.3, 5.0])


@pytest.mark.parametrize("row", reference("regression_tools_published")["ridge_longley"]["rows"])
def test_mass_on_longley(row: dict[str, float]) -> None:
    employed, others, *_ = nist("Longley")  # GNP.deflator is the first predictor there
    x = others if row["outcome"] == "Employed" else np.column_stack([others[:, 1:], employed])
    y = employed if row["outcome"] == "Employed" else others[:, 0]
    joint = np.corrcoef(np.column_stack([x, y]), rowvar=False)
    n, k = x.shape
    lambdas = np.arange(1, int(0.1 / row["step"])) * row["step"]
    trace = ridge_trace(joint[:-1, :-1], joint[:-1, -1], n, lambdas / n)
    assert trace.lambda_hkb * n * (k - 2) / k == pytest.approx(row["modified_hkb"], rel=1e-6)
    assert lambdas[np.argmin(trace.gcv)] == pytest.approx(row["gcv_at"])


def test_definition_by_augmented_rows() -> None:
    y, x = random_regression()
    n, k = x.shape
    z = (x - x.mean(axis=0)) / x.std(axis=0) / np.sqrt(n)
    v = (y - y.mean()) / y.std() / np.sqrt(n)
    trace = ridge_trace(z.T @ z, z.T @ v, n, LAMBDAS)
    for row, constant in enumerate(LAMBDAS):
        augmented = np.vstack([z, np.sqrt(constant) * np.eye(k)])
        beta = np.linalg.lstsq(augmented, np.concatenate([v, np.zeros(k)]), rcond=None)[0]
        np.testing.assert_allclose(trace.beta[row], beta, rtol=TIGHT)
        operator = np.linalg.inv(augmented.T @ augmented) @ z.T
        np.testing.assert_allclose(trace.vif[row], np.square(operator).sum(axis=1), rtol=TIGHT)
        assert trace.effective_df[row] == pytest.approx(np.trace(z @ operator))
        assert trace.r2[row] == pytest.approx(1 - np.square(v - z @ beta).sum())
        hat = z @ operator
        gcv = np.square(v - z @ beta).sum() / (1 - np.trace(hat) / n) ** 2
        assert trace.gcv[row] == pytest.approx(gcv)


def test_least_squares_at_zero_and_shrinkage_beyond() -> None:
    y, x = random_regression()
    fit = ols(y, x)
    joint = np.corrcoef(np.column_stack([x, y]), rowvar=False)
    trace = ridge_trace(joint[:-1, :-1], joint[:-1, -1], len(y), LAMBDAS)
    np.testing.assert_allclose(trace.beta[0], fit.beta, rtol=TIGHT)
    np.testing.assert_allclose(trace.vif[0], fit.vif, rtol=TIGHT)
    assert trace.r2[0] == pytest.approx(fit.r2)
    assert (np.diff(np.square(trace.beta).sum(axis=1)) < 0).all()
    assert (np.diff(trace.vif, axis=0) < 0).all()


def test_refused_input() -> None:
    with pytest.raises(StatisticsError, match="numbers from 0 up"):
        ridge_trace(np.eye(2), np.array([0.1, 0.2]), 50, np.array([-0.1]))
    with pytest.raises(LinearDependence):
        ridge_trace(np.ones((2, 2)), np.array([0.1, 0.1]), 50, LAMBDAS)
