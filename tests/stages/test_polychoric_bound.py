"""Items whose polychoric correlation has no maximum: who says so, and what the option changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stages.cards import inadmissible
from smartcity_survey.stages.evidence.curve_choices import CurveChoices
from smartcity_survey.stages.evidence.multiverse import estimate_blocks
from smartcity_survey.stages.factor.common_factors import compare_solutions
from smartcity_survey.stages.measurement.measurement import evaluate_measurement
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.pls.pls_bootstrap import resample
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.refusals import Unsolved
from smartcity_survey.stages.sem.cfa import confirm_model
from smartcity_survey.stats.evidence.specification_curve import draw_weights
from smartcity_survey.study.config import CfaSection, FactorsSection, PlsSection
from smartcity_survey.study.model import Construct, Model
from tests.stages.refusals import refused

ITEMS = ("T1", "T2", "T3", "U1", "U2", "U3")
PAIR = [{"name": "T1", "with": "U1"}]
ADDED = (0.5, 0.0)
MODEL = Model(
    constructs=(Construct("trust", ITEMS[:3], "reflective"), Construct("use", ITEMS[3:], "reflective")),
    paths=(("trust", "use"),),
    hypotheses=(),
    alpha=0.05,
)


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    """Yes/no answers of 300 to six items on two related factors; all who say yes to U1 say no to T1."""
    rng = np.random.default_rng(5)
    factors = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 300)
    behind = np.repeat(factors, 3, axis=1) * 0.8 + 0.6 * rng.normal(size=(300, 6))
    frame = pd.DataFrame((behind > [0.9, 0, 0.2, 1.0, 0, -0.2]).astype(float) + 1, columns=list(ITEMS))
    frame.loc[0, ["U1", "U2"]] = [2.0, 1.0]
    frame.loc[frame["U1"] == 2, "T1"] = 1.0
    return frame


def test_the_pair_is_named_with_the_remedy(answers: pd.DataFrame) -> None:
    section = PlsSection(correlation="polychoric")
    with pytest.warns(Unsolved, match=r"T1, U1: .* Merge answer categories.*pls\.continuity"):
        result = evaluate_measurement(answers, MODEL, section)
    assert refused(result, "reliability") == [("table", "at_bound", "T1, U1")]


def test_with_a_continuity_correction_the_pair_is_estimated_and_recorded(answers: pd.DataFrame) -> None:
    section = PlsSection(correlation="polychoric", continuity=ADDED, bootstrap_draws=100)
    result = evaluate_measurement(answers, MODEL, section)
    assert result.tables["reliability"].drop(columns="construct").notna().any().all()
    card = result.cards["reliability"]
    assert (card["continuity_two_by_two"], card["continuity_larger"]) == ADDED
    assert (card["corrected"], card["corrected_pairs"]) == (1, PAIR)
    inputs = PlsInputs.of(answers, MODEL, section)
    bootstrap = resample(inputs, pls_model(MODEL, section), section, seed=1)
    assert np.isfinite(bootstrap.estimate.loadings).all()


def test_without_empty_cells_the_option_changes_nothing(answers: pd.DataFrame) -> None:
    kept = MODEL.keeping(("T2", "T3", "U2", "U3"))
    plain, added = (
        evaluate_measurement(answers, kept, PlsSection(correlation="polychoric", continuity=counts))
        for counts in ((0, 0), ADDED)
    )
    pd.testing.assert_frame_equal(plain.tables["htmt"], added.tables["htmt"])
    assert "continuity_larger" not in plain.cards["htmt"]
    assert added.cards["htmt"]["corrected"] == 0
    assert "corrected_pairs" not in added.cards["htmt"]


def test_common_factors_list_the_refusal_or_the_corrected_solution(answers: pd.DataFrame) -> None:
    section = FactorsSection(n_components=2)
    bound, added = (compare_solutions(answers, section, counts) for counts in ((0.0, 0.0), ADDED))
    status = bound.tables["factor_solutions"].set_index("extraction")["status"]
    assert status["polychoric_components"] == "at_bound"
    assert (status.drop("polychoric_components") != status["polychoric_components"]).all()
    assert bound.tables["polychoric_correlations"].empty
    assert refused(bound, "polychoric_correlations") == [("table", "at_bound", "T1, U1")]
    assert added.tables["polychoric_correlations"].drop(columns="item").notna().all(axis=None)
    assert added.cards["polychoric_correlations"]["corrected_pairs"] == PAIR


def test_dwls_is_empty_with_the_reason_or_records_the_correction(answers: pd.DataFrame) -> None:
    section = CfaSection(dynamic_draws=20)
    bound, added = (confirm_model(answers, MODEL, section, 0.95, 1, counts) for counts in ((0.0, 0.0), ADDED))
    assert bound.tables["cfa_dwls_fit"].empty
    assert refused(bound, "cfa_dwls_fit") == [("table", "at_bound", "T1, U1")]
    assert bound.tables["cfa_loadings"]["std_loading"].notna().all()
    assert added.cards["cfa_dwls_fit"]["corrected_pairs"] == PAIR
    assert added.tables["cfa_dwls_loadings"]["std_error"].gt(0).all()


def test_the_specification_curve_leaves_ordered_categories_out_or_corrects_them(
    answers: pd.DataFrame,
) -> None:
    alternatives = CurveChoices({"all": ITEMS}, {"none": np.ones(len(answers), dtype=bool)}, {})
    weights = draw_weights(len(answers), 5, 1)
    for counts, expected in (((0, 0), False), (ADDED, True)):
        failures: list[dict[str, str]] = []
        section = PlsSection(continuity=counts)
        blocks = list(estimate_blocks(answers, MODEL, section, alternatives, weights, failures))
        found = any("polychoric" in block.labels for block in blocks)
        assert found is expected
        told = [(failure["reason"], failure["at_fault"]) for failure in failures]
        assert (("at_bound", "T1, U1") in told) is not expected


def test_an_inadmissible_solution_lists_who_is_at_fault_one_to_a_line() -> None:
    correlations = np.array([[1.0, 1.2], [1.2, 1.0]])
    assert inadmissible(MODEL, np.array([0]), correlations) == {
        "inadmissible": [{"name": "T1"}, {"name": "trust", "with": "use"}]
    }
    # No item and no pair alone: the correlations are impossible together.
    assert inadmissible(MODEL, np.array([], dtype=int), np.eye(2)) == {
        "inadmissible": [{"name": "trust"}, {"name": "use"}]
    }
