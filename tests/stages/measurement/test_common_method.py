from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import REFUSED, StageResult
from smartcity_survey.stages.measurement.common_method import judge_common_method
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.quality.common_method import full_collinearity_vif, harman
from smartcity_survey.study.config import CommonMethodSection, ModelSection
from smartcity_survey.study.model import Model, build_model
from tests.stages import simulated


def judge(marker: str | None, model: Model | None = None) -> StageResult:
    return judge_common_method(
        simulated.answers(),
        simulated.scores(),
        model or simulated.model(),
        simulated.codebook(),
        CommonMethodSection(marker=marker),
        "mean",
    )


def test_single_factor_and_full_collinearity() -> None:
    result = judge(None)
    table = result.tables["common_method_bias"]
    assert list(table.columns) == ["test", "subject", "value", "limit", "below_limit"]
    single = harman(correlation(simulated.answers()[list(simulated.ITEMS)].to_numpy()))
    assert table["value"].tolist()[:2] == [100 * single.component, 100 * single.factor]
    vif = full_collinearity_vif(correlation(simulated.scores()[list(simulated.CONSTRUCTS)].to_numpy()))
    assert table["subject"].tolist()[2:] == list(simulated.CONSTRUCTS)
    assert np.array_equal(table["value"][2:], vif)
    assert (table["below_limit"] == (table["value"] < table["limit"])).all()
    assert result.tables["marker_adjusted"].empty
    assert result.cards["marker_adjusted"]["marker"] == "none"


def test_a_marker_adjusts_nothing_where_the_model_has_no_paths() -> None:
    section = ModelSection.model_validate({"constructs": {name: {} for name in simulated.CONSTRUCTS}})
    result = judge(simulated.MARKER, build_model(section, simulated.codebook()))
    assert result.tables["marker_adjusted"].empty
    told = result.cards["marker_adjusted"][REFUSED]
    assert [line["reason"] for line in told] == ["no_paths"]
    assert len(result.tables["common_method_bias"]) == 2 + len(simulated.CONSTRUCTS)


@pytest.mark.parametrize("marker", [simulated.MARKER, "method"])
def test_a_marker_may_be_an_item_or_a_construct(marker: str) -> None:
    table = judge(marker).tables["marker_adjusted"]
    scores, answers = simulated.scores(), simulated.answers()
    own = [np.corrcoef(scores[name], answers[simulated.MARKER])[0, 1] for name in simulated.CONSTRUCTS]
    smallest = min(own, key=abs)
    assert table["predictor"].tolist() == list(simulated.CONSTRUCTS[:-1])
    assert set(table["outcome"]) == {simulated.OUTCOME}
    for line in table.to_dict("records"):
        r = np.corrcoef(scores[line["predictor"]], scores[simulated.OUTCOME])[0, 1]
        assert line["correlation"] == pytest.approx(r)
        assert line["marker_correlation"] == pytest.approx(smallest)
        assert line["adjusted_correlation"] == pytest.approx((r - smallest) / (1 - smallest))


@pytest.mark.parametrize(
    ("marker", "found"),
    [
        ("wether", "the codebook has no item or construct wether"),
        (simulated.ITEMS[0], f"{simulated.ITEMS[0]} measures a construct of the model"),
        (simulated.OUTCOME, "measures a construct of the model"),
    ],
)
def test_a_marker_that_is_none_is_refused(marker: str, found: str) -> None:
    with pytest.raises(SurveyError, match=found) as refused:
        judge(marker)
    assert "config.yaml, common_method.marker" in str(refused.value)
