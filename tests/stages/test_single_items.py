"""A construct of a single item in every stage: estimated where it can be, else left empty."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.comparison.groups import compare_respondents
from smartcity_survey.stages.measurement.common_method import judge_common_method
from smartcity_survey.stages.measurement.item_analysis import analyse_items
from smartcity_survey.stages.measurement.measurement import evaluate_measurement
from smartcity_survey.stages.pls.pls import estimate_pls
from smartcity_survey.stages.pls.pls_assessment import assess_pls
from smartcity_survey.stages.pls.pls_prediction import predict_answers
from smartcity_survey.stages.sem.cfa import confirm_model
from smartcity_survey.stages.sem.sem import estimate_sem
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.study.config import CfaSection, CommonMethodSection, GroupsSection, PlsSection
from smartcity_survey.study.model import Construct, Model, Moderation
from tests.stages import simulated

FIRST, SECOND, *_ = simulated.CONSTRUCTS
ITEM = simulated.items_of(FIRST)[0]
SECTION = PlsSection(bootstrap_draws=100, exact_fit_draws=20, folds=5, repetitions=1)


@cache
def model() -> Model:
    """The simulated survey's, with one item left of its first construct, which moderates the second."""
    rest = set(simulated.items_of(FIRST)[1:])
    kept = tuple(item for item in simulated.ITEMS if item not in rest)
    moderation = Moderation(FIRST, SECOND, simulated.OUTCOME)
    return replace(simulated.model().keeping(kept), moderations=(moderation,))


@cache
def estimated() -> StageResult:
    return estimate_pls(simulated.answers(), model(), SECTION, seed=1)


def of_item(frame: pd.DataFrame) -> pd.Series:
    return frame.set_index("item").loc[ITEM]


def scores() -> pd.DataFrame:
    return pd.DataFrame({c.name: simulated.answers()[list(c.items)].mean(axis=1) for c in model().constructs})


def test_the_model_names_its_constructs_of_a_single_item() -> None:
    assert model().single == (FIRST,)
    assert simulated.model().single == ()


def test_its_reliability_is_given_by_definition_or_not_at_all() -> None:
    tables = evaluate_measurement(simulated.answers(), model(), SECTION).tables
    line = tables["reliability"].set_index("construct").loc[FIRST]
    by_definition = ["composite_reliability", "ave", "composite_reliability_cfa", "ave_cfa"]
    assert line[by_definition].tolist() == pytest.approx([1] * 4)
    assert line.drop([*by_definition, "n_items"]).isna().all()
    assert tables["reliability"].drop(columns="construct").iloc[1:].notna().all(axis=None)
    # The ratio by hand: the item's mean correlation over the root of the other's mean correlation within.
    other = list(simulated.items_of(SECOND))
    R = correlation(simulated.answers()[[ITEM, *other]].to_numpy())
    within = R[1:, 1:][np.tril_indices(len(other), -1)].mean()
    ratio = tables["htmt"].set_index("construct").loc[FIRST, SECOND]
    assert ratio == pytest.approx(np.abs(R[0, 1:]).mean() / np.sqrt(within), rel=1e-12)


def test_items_are_compared_with_others_only_where_there_are_others() -> None:
    tables = analyse_items(simulated.answers(), model()).tables
    line = of_item(tables["item_total_statistics"])
    assert line["mean"] == pytest.approx(simulated.answers()[ITEM].mean())
    assert line.drop(["construct", "mean", "sd"]).isna().all()
    scale = tables["scale_statistics"].set_index("construct").loc[FIRST]
    assert scale["sd"] == pytest.approx(simulated.answers()[ITEM].std())
    assert np.isnan(scale["alpha"])
    assert FIRST not in set(tables["item_summary"]["construct"])
    intervals = tables["reliability_intervals"].set_index("construct")
    assert intervals.loc[FIRST].drop(columns="coefficient").isna().all(axis=None)
    assert intervals.drop(FIRST)[["estimate", "ci_low", "ci_high"]].notna().all(axis=None)


@pytest.mark.parametrize("interval", ["percentile", "bca", "studentised"])
def test_a_loading_that_is_one_in_every_sample_has_no_test(interval: str) -> None:
    section = SECTION.model_copy(update={"interval": interval})
    tables = estimate_pls(simulated.answers(), model(), section, seed=1).tables
    for name, column in (
        ("pls_loadings", "loading"),
        ("pls_weights", "weight"),
        ("plsc_loadings", "consistent"),
    ):
        line = of_item(tables[name])
        assert line[column] == pytest.approx(1)
        inference = ["boot_mean", "boot_se", "t", "p", "ci_low", "ci_high"]
        assert line[inference].isna().all(), name
        assert tables[name].set_index("item").drop(ITEM)[inference].notna().all(axis=None), name
    for name in ("pls_paths", "plsc_paths", "moderation", "simple_slopes"):
        assert (tables[name]["ci_low"] < tables[name]["ci_high"]).all(), name


@pytest.mark.parametrize("mode", ["reflective", "mode_b", "sum_score"])
def test_the_mode_of_a_single_item_makes_no_difference(mode: str) -> None:
    first, *others = model().constructs
    other = replace(model(), constructs=(Construct(first.name, first.items, mode), *others))  # type: ignore[arg-type]
    tables = estimate_pls(simulated.answers(), other, SECTION, seed=1).tables
    for name in ("pls_paths", "plsc_paths"):
        pd.testing.assert_frame_equal(tables[name], estimated().tables[name], rtol=1e-8)


def test_consistent_pls_corrects_the_other_constructs_alone() -> None:
    quality = estimated().tables["plsc_quality"].set_index("construct")["rho_a"]
    assert np.isnan(quality[FIRST])
    assert quality.drop(FIRST).notna().all()


def test_its_prediction_and_importance_are_told() -> None:
    assessed = assess_pls(simulated.answers(), model(), simulated.codebook(), SECTION, 1).tables
    assert of_item(assessed["cross_loadings"])[[FIRST, "vif"]].tolist() == pytest.approx([1, 1])
    performance = assessed["ipma"].set_index("construct")["performance"][FIRST]
    assert performance == pytest.approx(25 * (simulated.answers()[ITEM].mean() - 1))
    assert assessed["pls_fit"]["value"].notna().all()
    explained = replace(model(), constructs=model().constructs[:2], paths=((SECOND, FIRST),), moderations=())
    predicted = predict_answers(simulated.answers(), explained, SECTION, 1).tables["pls_predict"]
    assert predicted["item"].tolist() == [ITEM]
    assert predicted["q2_predict"].between(0, 1).all()


def test_its_factor_is_the_item() -> None:
    tables = confirm_model(simulated.answers(), model(), CfaSection(dynamic_draws=20), 0.95, 3).tables
    for name, fixed in (("cfa_loadings", {"uniqueness": 0}), ("cfa_dwls_loadings", {})):
        line = of_item(tables[name])
        assert line[["std_loading", "r2", *fixed]].tolist() == pytest.approx([1, 1, *fixed.values()])
        assert line[["std_error", "z", "p"]].isna().all()
        assert not line["heywood"]
    assert np.isfinite(tables["cfa_fit"]["value"]).all()
    assert ITEM not in set(tables["modification_indices"]["item"])
    assert ITEM not in set(tables["dynamic_fit"]["item"])
    assert len(tables["dynamic_fit"]) == 2 + len(simulated.CONSTRUCTS) - 2
    paths = estimate_sem(simulated.answers(), model(), 0.95).tables["sem_paths"]
    assert (paths["ci_low"] < paths["ci_high"]).all()


def test_nothing_is_tested_where_groups_cannot_differ() -> None:
    groups = GroupsSection(variables=("age",), permutations=40)
    result = compare_respondents(
        simulated.answers(), model(), simulated.codebook(), groups, PlsSection(), 0.05, 1
    )
    micom = result.tables["micom"].set_index("construct")
    assert micom.loc[FIRST, "correlation"] == pytest.approx(1)
    assert micom.loc[FIRST, ["correlation_quantile", "correlation_p"]].isna().all()
    assert micom.loc[FIRST, ["mean_p", "log_variance_p"]].notna().all()
    assert micom.loc[FIRST, "invariance"] in ("full", "partial")
    assert micom.drop(FIRST).notna().all(axis=None)
    assert result.tables["invariance"]["status"].tolist() == ["converged"] * 4
    assert result.tables["group_comparisons"]["status"].tolist() == ["compared"]


def test_its_full_collinearity_is_that_of_the_item() -> None:
    bias = judge_common_method(
        simulated.answers(), scores(), model(), simulated.codebook(), CommonMethodSection(), "mean"
    ).tables["common_method_bias"]
    vif = bias[bias["test"] == "full_collinearity_vif"].set_index("subject")["value"]
    expected = np.diagonal(np.linalg.inv(np.corrcoef(scores().to_numpy(), rowvar=False)))
    np.testing.assert_allclose(vif[list(model().names)], expected, rtol=1e-10)
