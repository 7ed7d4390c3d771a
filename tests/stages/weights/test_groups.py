"""Groups of weighted or clustered respondents: differences by the design, and what cannot be tested so."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.comparison.groups import compare_respondents
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stats.evidence.group_differences import compare_by_design
from smartcity_survey.study.config import GroupsSection, PlsSection
from tests.stages import simulated
from tests.stages.weights.drawn import WAYS, answers, design


@cache
def compared(way: str | None) -> StageResult:
    return compare_respondents(
        simulated.answers() if way is None else answers(way),
        simulated.model(),
        simulated.codebook(),
        GroupsSection(variables=("age",), permutations=30),
        PlsSection(),
        0.05,
        1,
        design=None if way is None else design(way),
    )


@pytest.mark.parametrize("way", WAYS)
def test_paths_and_composites_differ_as_the_core_says(way: str) -> None:
    frame, tables = answers(way), compared(way).tables
    x = frame[list(simulated.model().items)].to_numpy(dtype=np.float64)
    found = compare_by_design(
        x, pls_model(simulated.model(), PlsSection()), (frame["age"] > 35).to_numpy(), design(way)
    )
    names = simulated.model().names
    for line in tables["multigroup"].to_dict("records"):
        where = names.index(line["source"]), names.index(line["target"])
        assert line["difference"] == pytest.approx(found.paths.difference[where], rel=1e-9)
        assert line["p"] == pytest.approx(found.paths.p[where], rel=1e-9)
        assert line["chance_high"] == pytest.approx(found.paths.high[where], rel=1e-9)
        assert line["chance_low"] == -line["chance_high"]
    np.testing.assert_allclose(tables["micom"]["mean_p"], found.mean.p, rtol=1e-9)
    np.testing.assert_allclose(tables["micom"]["log_variance_p"], found.log_variance.p, rtol=1e-9)


@pytest.mark.parametrize("way", WAYS)
def test_cards_say_how_and_no_permutations_are_told(way: str) -> None:
    result = compared(way)
    for name in ("group_comparisons", "micom", "multigroup"):
        card = result.cards[name]
        assert card["method"] == "design_based_t"
        assert not {"permutations", "seed", "p"} & card.keys()
        assert ("weights" in card, "clusters" in card) == (way != "clustered", way != "weighted")
    assert result.tables["group_comparisons"]["n_draws"].isna().all()
    assert result.tables["micom"][["correlation_p", "correlation_quantile"]].isna().all(axis=None)
    assert result.tables["micom"]["invariance"].isna().all()


def test_the_ladder_takes_no_weights_and_says_so() -> None:
    assert compared("weighted").tables["invariance"]["status"].tolist() == ["no_weights"]
    assert compared("clustered").tables["invariance"]["level"].tolist()[0] == "configural"
    assert compared("clustered").cards["invariance"]["clusters"] == "not_used"


def test_without_weights_and_clusters_respondents_are_permuted_as_before() -> None:
    result = compared(None)
    assert result.cards["micom"]["method"] == "permutation_of_respondents"
    assert result.cards["micom"]["permutations"] == 30
    assert "clusters" not in result.cards["invariance"]
    assert result.tables["micom"]["invariance"].isin(["full", "partial", "not_shown"]).all()
