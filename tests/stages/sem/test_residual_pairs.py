"""Residuals that the config declares to correlate: who frees them, who does not, what is refused."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import StageResult
from smartcity_survey.stages.checks.crosscheck import _cfa
from smartcity_survey.stages.collection import stages
from smartcity_survey.stages.measurement.measurement import evaluate_measurement
from smartcity_survey.stages.measurement.scores import compute_scores
from smartcity_survey.stages.residual_pairs import PairsDeclared, declares_pairs, require_pairs
from smartcity_survey.stages.sem.cfa import confirm_model
from smartcity_survey.stages.sem.sem import estimate_sem
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.measurement.residual_pairs import correlated_residuals
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.sem import fit_sem
from smartcity_survey.study.config import CfaSection, Config, PlsSection
from tests.stages import simulated

ITEMS = simulated.ITEMS
PAIRS = ((ITEMS[1], ITEMS[0]), (ITEMS[0], ITEMS[-1]))
TOGETHER = np.array([[1, 0], [0, len(ITEMS) - 1]])
MODEL = simulated.model()


def confirmed(pairs: Any = PAIRS, **named: Any) -> StageResult:
    section = CfaSection(dynamic_draws=20, estimator=named.pop("estimator", "ml"))
    model = named.pop("model", MODEL)
    return confirm_model(simulated.answers(), model, section, 0.95, 3, residual_pairs=pairs, **named)


@cache
def result() -> StageResult:
    return confirmed()


@cache
def fit() -> CfaFit:
    x = simulated.answers()[list(ITEMS)].to_numpy()
    return fit_cfa(covariance(x, ddof=0), len(x), MODEL.membership(), pairs=TOGETHER)


def statistics(of: StageResult, table: str) -> Any:
    return of.tables[table].set_index("statistic")["value"]


def test_the_table_has_the_pairs_as_declared_with_the_cores_numbers() -> None:
    table, found = result().tables["correlated_residuals"], correlated_residuals(fit())
    assert list(zip(table["item"], table["other"], strict=True)) == list(PAIRS)
    # The core names the later item first and sorts pairs.
    order = [{*pair} for pair in zip(found.items, found.others, strict=True)].index
    rows = [order({*pair}) for pair in TOGETHER.tolist()]
    np.testing.assert_array_equal(table["covariance"], found.covariance[rows])
    np.testing.assert_array_equal(table["correlation"], found.correlation[rows])
    np.testing.assert_array_equal(table["p"], found.p[rows])
    assert table["freed"].all()
    assert ((table["ci_low"] < table["correlation"]) & (table["correlation"] < table["ci_high"])).all()


def test_fit_is_of_the_model_with_the_pairs_and_indices_name_them_no_more() -> None:
    plain = confirmed(())
    assert statistics(result(), "cfa_fit")["df"] == statistics(plain, "cfa_fit")["df"] - 2
    assert statistics(result(), "cfa_fit")["chi2"] == fit().chi2
    listed, before = (
        {frozenset(pair) for pair in zip(found["item"], found["other"], strict=True)}
        for found in (one.tables["modification_indices"] for one in (result(), plain))
    )
    assert before - listed == {frozenset(pair) for pair in PAIRS}


def test_without_the_key_nothing_changes() -> None:
    plain = confirmed(())
    assert "correlated_residuals" not in plain.tables
    assert not any("residual_covariances" in card for card in plain.cards.values())


def test_cards_tell_which_model_frees_them() -> None:
    cards = result().cards
    assert cards["cfa_fit"]["residual_covariances"] == "freed"
    assert cards["cfa_fit"]["pairs_freed"] == 2
    assert cards["cfa_dwls_fit"]["residual_covariances"] == "not_freed"


@pytest.mark.parametrize("estimator", ["ml", "mlr"])
def test_sem_frees_them_too(estimator: Any) -> None:
    x = simulated.answers()[list(ITEMS)].to_numpy()
    found = estimate_sem(simulated.answers(), MODEL, 0.95, estimator=estimator, residual_pairs=PAIRS)
    core = fit_sem(covariance(x, ddof=0), len(x), MODEL.membership(), MODEL.path_matrix(), pairs=TOGETHER)
    assert statistics(found, "sem_fit")["chi2"] == pytest.approx(core.ml.chi2)
    assert found.cards["sem_paths"]["pairs_freed"] == 2


def test_mlr_and_clusters_have_errors_of_their_own() -> None:
    n = len(simulated.answers())
    design = SurveyDesign.of(n, None, np.arange(n, dtype=np.int64) % 40)
    tables = [
        found.tables["correlated_residuals"]
        for found in (result(), confirmed(estimator="mlr"), confirmed(design=design))
    ]
    for table in tables[1:]:
        np.testing.assert_allclose(table["covariance"], tables[0]["covariance"], rtol=1e-6)
        assert (table["std_error"] != tables[0]["std_error"]).all()


def test_a_pair_of_an_item_that_was_left_out_is_told() -> None:
    found = confirmed(model=MODEL.keeping(ITEMS[:-1]))
    table = found.tables["correlated_residuals"]
    assert table["freed"].tolist() == [True, False]
    assert table["correlation"].isna().tolist() == [False, True]
    assert found.cards["correlated_residuals"]["pairs_left_out"] == 1


def test_reliability_by_the_factors_allows_for_them() -> None:
    section = PlsSection()
    plain = evaluate_measurement(simulated.answers(), MODEL, section)
    freed = evaluate_measurement(simulated.answers(), MODEL, section, residual_pairs=PAIRS[:1])
    before, after = (found.tables["reliability"]["composite_reliability_cfa"] for found in (plain, freed))
    sd = np.sqrt(np.diagonal(fit().implied))
    x = simulated.answers()[list(ITEMS)].to_numpy()
    own = fit_cfa(covariance(x, ddof=0), len(x), MODEL.membership(), pairs=TOGETHER[:1])
    sd = np.sqrt(np.diagonal(own.implied))
    first = np.flatnonzero(own.pattern[:, 0])
    common = own.std_loadings[first, 0].sum() ** 2
    theta = (own.residual_cov / np.outer(sd, sd))[np.ix_(first, first)]
    assert after[0] == pytest.approx(common / (common + theta.sum()))
    assert after[0] != pytest.approx(before[0], abs=1e-6)
    assert freed.cards["reliability"]["residual_covariances"] == "freed"


def test_other_factor_models_say_that_they_keep_residuals_apart() -> None:
    found, plain = (
        compute_scores(simulated.answers(), MODEL, PlsSection(), "cfa_regression", **named)
        for named in ({"residual_pairs": PAIRS}, {})
    )
    assert all(card["residual_covariances"] == "not_freed" for card in found.cards.values())
    assert not any("residual_covariances" in card for card in plain.cards.values())
    pd.testing.assert_frame_equal(found.tables["score_weights"], plain.tables["score_weights"])


def test_every_stage_of_factor_models_knows_the_pairs() -> None:
    knowing = {name for name, stage in stages().items() if "residual_pairs" in stage.needs}
    assert knowing == {
        *("alignment", "cfa", "controlled_paths", "crosscheck", "esem", "model_bootstrap"),
        *("graded_response", "groups", "measurement", "measurement_models", "method_factor"),
        *("ordinal_invariance", "partial_invariance", "scores", "sem", "specification_curve"),
    }


def test_semopy_has_the_same_model() -> None:
    compared = list(_cfa(simulated.answers(), result().tables, MODEL, None, PAIRS))
    assert len(compared) == 2
    assert all(each.agrees() for each in compared)


def config(content: dict[str, Any], pairs: Any) -> Config:
    return Config.model_validate({**content, "cfa": {"residual_correlations": pairs}})


def test_the_config_gives_the_pairs(config_content: dict[str, Any]) -> None:
    assert declares_pairs(config(config_content, [["A1", "A2"]]))
    assert not declares_pairs(config(config_content, []))


@pytest.mark.parametrize(
    ("pairs", "why"), [([["A1", "A1"]], "with itself"), ([["A1", "A2"], ["A2", "A1"]], "twice")]
)
def test_impossible_pairs_are_refused(config_content: dict[str, Any], pairs: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        config(config_content, pairs)


def test_what_is_no_item_is_refused_by_the_key() -> None:
    with pytest.raises(SurveyError, match="nobody") as error:
        require_pairs([(ITEMS[0], "nobody")], MODEL, "config.yaml, cfa.residual_correlations")
    assert error.value.problems[0].place == "config.yaml, cfa.residual_correlations"


def test_pairs_are_read_from_what_the_plan_holds() -> None:
    assert PairsDeclared().value((), [["A1", "A2"]]) == (("A1", "A2"),)
    assert PairsDeclared().value((), None) == ()


def two_of_one() -> Any:
    """The model of which the first construct keeps two items, a pair of which tells nothing."""
    first = MODEL.constructs[0].items
    return MODEL.keeping(tuple(item for item in ITEMS if item not in first[2:]))


def test_a_pair_that_is_all_of_a_construct_is_refused_by_names() -> None:
    model = two_of_one()
    with pytest.raises(SurveyError, match="cannot be told") as error:
        require_pairs([PAIRS[0], (ITEMS[0], ITEMS[-1])], model, "config.yaml, cfa.residual_correlations")
    (problem,) = error.value.problems
    assert all(name in problem.found for name in (*PAIRS[0], MODEL.names[0]))
    assert MODEL.names[0] in problem.remedy


def test_a_pair_that_items_left_out_make_impossible_takes_nothing_down() -> None:
    model = two_of_one()
    found = confirmed(PAIRS, model=model)
    assert found.tables["correlated_residuals"]["freed"].tolist() == [False, True]
    assert found.cards["cfa_fit"]["pairs_left_out"] == 1
    assert len(found.tables["cfa_dwls_fit"])
    assert "refused" not in found.cards["cfa_dwls_fit"]


def test_without_a_solution_of_the_pairs_least_squares_are_still_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unsolved(*given: Any, pairs: Any = None, **named: Any) -> CfaFit:
        if pairs is not None and len(pairs):
            raise NotConverged("maximum likelihood", 200, 0.1)
        return fit_cfa(*given, **named)

    monkeypatch.setattr("smartcity_survey.stages.sem.cfa.fit_cfa", unsolved)
    found, plain = confirmed(), confirmed(())
    assert found.tables["cfa_fit"].empty
    assert found.cards["correlated_residuals"]["refused"][0]["reason"] == "not_converged"
    for name in ("cfa_dwls_fit", "cfa_dwls_loadings", "cfa_dwls_factor_correlations"):
        pd.testing.assert_frame_equal(found.tables[name], plain.tables[name])
        assert found.cards[name]["residual_covariances"] == "not_freed"
