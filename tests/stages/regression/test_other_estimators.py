"""Other estimators of the simulated survey's regression: the table holds the core's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.stages.regression.other_estimators import (
    asks_for_other_estimators,
    regress_by_other_estimators,
)
from smartcity_survey.stats.regression.mm_regression import mm_estimator
from smartcity_survey.stats.regression.quantiles import quantile_regression
from smartcity_survey.study.config import Config
from tests.stages import simulated


def test_table_by_the_core() -> None:
    """In standard deviations: a coefficient of the scores as given, times SD of predictor over outcome's."""
    scores, model = simulated.scores(), simulated.model()
    result = regress_by_other_estimators(scores, model, 0.95, "mean", 7)
    table = result.tables["other_estimators"].set_index(["estimator", "predictor"])
    predictors = list(model.predictors(simulated.OUTCOME))
    assert list(dict.fromkeys(result.tables["other_estimators"]["predictor"])) == predictors
    y, x = scores[simulated.OUTCOME].to_numpy(), scores[predictors].to_numpy()
    unit = x.std(axis=0, ddof=1) / y.std(ddof=1)
    least = np.linalg.lstsq(np.column_stack([np.ones(len(y)), x]), y)[0][1:]
    robust = mm_estimator(y, x, np.random.default_rng(3))
    lower = quantile_regression(y, x, 0.25)
    for name, coef in (("ols", least), ("mm", robust.coef[1:]), ("quantile_25", lower.coef[1:])):
        np.testing.assert_allclose(table.loc[name, "beta"], coef * unit, rtol=1e-6)
    np.testing.assert_allclose(table.loc["mm", "std_error"], robust.std_err[1:] * unit, rtol=1e-6)
    np.testing.assert_allclose(table.loc["quantile_25", "p"], lower.p[1:], rtol=1e-5)
    assert result.cards["other_estimators"]["outlying"] == (robust.weights == 0).sum()


@pytest.mark.parametrize("asked", [True, False])
def test_only_where_it_is_asked_for(config_content: dict[str, Any], asked: bool) -> None:
    config_content.setdefault("regression", {})["other_estimators"] = asked
    assert asks_for_other_estimators(Config.model_validate(config_content)) == asked


def test_a_refusal_names_outcome_and_estimator() -> None:
    """Of an outcome to which most gave one answer: which estimators have no line, and why."""
    scores, model = simulated.scores(), simulated.model()
    scores[simulated.OUTCOME] = scores[simulated.OUTCOME].where(np.arange(len(scores)) % 3 == 0, 4.0)
    result = regress_by_other_estimators(scores, model, 0.95, "mean", 7)
    table = result.tables["other_estimators"]
    of_outcome = table.loc[table["outcome"] == simulated.OUTCOME, "estimator"]
    assert "ols" in set(of_outcome)
    assert "mm" not in set(of_outcome)
    told = result.cards["other_estimators"]["refused"]
    assert {"part": "regression_mm", "reason": "half_fitted", "at_fault": simulated.OUTCOME} in told
    left_out = {"ols", "mm", "quantile_25", "quantile_50", "quantile_75"} - set(of_outcome)
    assert [line["part"] for line in told] == [f"regression_{name}" for name in sorted(left_out)]
