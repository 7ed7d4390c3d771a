"""Groups of weighted or clustered respondents: differences by the design, composites by permutation."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.comparison.groups import compare_respondents
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stats.evidence.group_differences import compare_by_design
from smartcity_survey.stats.sampling.design_invariance import design_ladder
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
        *(x, pls_model(simulated.model(), PlsSection()), (frame["age"] > 35).to_numpy(), design(way)),
        permutations=30,
        seed=1,
    )
    names = simulated.model().names
    for line in tables["multigroup"].to_dict("records"):
        where = names.index(line["source"]), names.index(line["target"])
        assert line["difference"] == pytest.approx(found.paths.difference[where], rel=1e-9)
        assert line["p"] == pytest.approx(found.paths.p[where], rel=1e-9)
        assert line["chance_high"] == pytest.approx(found.paths.high[where], rel=1e-9)
        assert line["chance_low"] == -line["chance_high"]
    for column, values in (
        ("correlation", found.correlation),
        ("correlation_p", found.correlation_p),
        ("correlation_quantile", found.correlation_quantile),
    ):
        np.testing.assert_allclose(tables["micom"][column], values, rtol=1e-9)
    np.testing.assert_allclose(tables["micom"]["mean_p"], found.mean.p, rtol=1e-9)
    np.testing.assert_allclose(tables["micom"]["log_variance_p"], found.log_variance.p, rtol=1e-9)


@pytest.mark.parametrize("way", WAYS)
def test_cards_say_how_and_permutations_are_of_composites_alone(way: str) -> None:
    result = compared(way)
    for name in ("group_comparisons", "micom", "multigroup"):
        card = result.cards[name]
        assert card["method"] == "design_based_t"
        assert ("weights" in card, "clusters" in card) == (way != "clustered", way != "weighted")
    assert not {"permutations", "seed", "p"} & result.cards["multigroup"].keys()
    how = "permuted_with_weights" if way == "weighted" else "permuted_with_clusters"
    for name in ("group_comparisons", "micom"):
        assert {key: result.cards[name][key] for key in ("permutations", "seed", "p")} == {
            "permutations": 30,
            "seed": 1,
            "p": how,
        }
    assert result.tables["group_comparisons"]["n_draws"].tolist() == [30]
    micom = result.tables["micom"]
    several = ~micom["construct"].isin(simulated.model().single)
    assert micom.loc[several, ["correlation_p", "correlation_quantile"]].notna().all(axis=None)
    assert micom["invariance"].isin(["full", "partial", "not_shown"]).all()


@pytest.mark.parametrize("way", WAYS)
def test_the_ladder_is_that_of_the_core(way: str) -> None:
    frame, found = answers(way), compared(way)
    x = frame[list(simulated.model().items)].to_numpy(dtype=np.float64)
    old = (frame["age"] > 35).to_numpy()
    rungs = design_ladder(x, [~old, old], simulated.model().membership(), design(way))
    lines = found.tables["invariance"].to_dict("records")
    assert [line["level"] for line in lines] == ["configural", "metric", "scalar", "strict"]
    for line, rung in zip(lines, rungs, strict=True):
        for name in ("chi2", "p", "cfi", "rmsea"):
            assert line[name] == pytest.approx(getattr(rung.test, name), rel=1e-9)
        if rung.difference is not None:
            assert line["p_change"] == pytest.approx(rung.difference.p, rel=1e-9)
    card = found.cards["invariance"]
    assert card["test"] == "yuan_bentler_by_design"
    assert ("weights" in card, "clusters" in card) == (way != "clustered", way != "weighted")


def test_without_weights_and_clusters_respondents_are_permuted_as_before() -> None:
    result = compared(None)
    assert result.cards["micom"]["method"] == "permutation_of_respondents"
    assert result.cards["micom"]["permutations"] == 30
    assert "clusters" not in result.cards["invariance"]
    assert result.tables["micom"]["invariance"].isin(["full", "partial", "not_shown"]).all()
