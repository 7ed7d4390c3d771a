"""Random intercepts of the simulated survey's clusters: the tables hold the core's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.stages.regression.random_intercept import has_clusters, regress_within_clusters
from smartcity_survey.stats.regression.random_intercept import fit_random_intercept
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.study.config import Config
from tests.stages import simulated
from tests.stages.refusals import refused


def clusters() -> np.ndarray:
    """Forty schools, whose people are a little alike."""
    return np.argsort(np.argsort(simulated.scores()[simulated.OUTCOME] + np.arange(676) % 7)) // 17


def test_tables_by_the_core() -> None:
    scores, model = simulated.scores(), simulated.model()
    design = SurveyDesign.of(len(scores), clusters=clusters())
    found = regress_within_clusters(scores, model, 0.95, "mean", design).tables
    predictors = list(model.predictors(simulated.OUTCOME))
    y, x = scores[simulated.OUTCOME].to_numpy(), scores[predictors].to_numpy()
    own = fit_random_intercept(y, x, clusters())
    table = found["random_intercept"].set_index("term")
    assert list(table.index) == ["constant", *predictors]
    np.testing.assert_allclose(table["b"], own.coef)
    np.testing.assert_allclose(table["std_error"], own.std_err)
    np.testing.assert_allclose(table["p"], own.p)
    shares = found["intraclass_correlations"].set_index("with_predictors")
    alone = fit_random_intercept(y, np.empty((676, 0)), clusters())
    assert shares.loc[False, "icc"] == pytest.approx(alone.icc)
    assert shares.loc[True, "icc"] == pytest.approx(own.icc)
    assert shares.loc[False, "design_effect"] == pytest.approx(alone.design_effect)
    assert alone.icc > 0.05
    assert shares.loc[False, "clusters"] == 40


def test_with_weights_it_is_empty_and_says_so() -> None:
    scores = simulated.scores()
    weights = 1.0 + np.arange(len(scores)) % 3
    design = SurveyDesign.of(len(scores), weights=weights, clusters=clusters())
    result = regress_within_clusters(scores, simulated.model(), 0.95, "mean", design)
    assert all(table.empty for table in result.tables.values())
    assert [reason for _, reason, _ in refused(result, "random_intercept")] == ["no_weights"]


@pytest.mark.parametrize("cluster", ["school", None])
def test_studies_with_clusters_have_it(config_content: dict[str, Any], cluster: str | None) -> None:
    config_content["data"]["cluster"] = cluster
    assert has_clusters(Config.model_validate(config_content)) == (cluster is not None)
