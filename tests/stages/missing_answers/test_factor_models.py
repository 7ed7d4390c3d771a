"""CFA and SEM of incomplete questionnaires: which tables are of whom, and which settings are refused."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import StageResult
from smartcity_survey.stages.needs import CountedItems, complete_rows
from smartcity_survey.stages.sem.cfa import confirm_model
from smartcity_survey.stages.sem.sem import estimate_sem
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.sem.cfa_incomplete import fit_incomplete_cfa, fit_incomplete_sem
from smartcity_survey.study.config import CfaSection, Config, parse_config
from smartcity_survey.study.missing_answers import FactorModels
from tests.stages import simulated
from tests.stages.missing_answers.gaps import complete, with_gaps

SECTION = CfaSection(dynamic_draws=20)
# Three items of each construct: every pattern of gaps costs a fit of its own.
KEPT = tuple(item for construct in simulated.model().constructs for item in construct.items[:3])
MODEL = simulated.model().keeping(KEPT)
COUNTED = simulated.model().items


@cache
def cfa(missing: FactorModels) -> StageResult:
    return confirm_model(
        with_gaps(),
        MODEL,
        SECTION,
        0.95,
        3,
        missing=missing,
        counted=COUNTED,
    )


def test_fit_loadings_and_correlations_are_of_all_answers() -> None:
    model = MODEL
    core = fit_incomplete_cfa(em_moments(with_gaps()[list(model.items)].to_numpy()), model.membership())
    statistics = cfa("fiml").tables["cfa_fit"].set_index("statistic")["value"]
    assert statistics["chi2"] == core.cfa.chi2
    assert statistics["yuan_bentler_chi2"] == pytest.approx(core.likelihood.scaled.statistic)
    assert statistics["yuan_bentler_cfi"] == core.test.cfi
    assert "gfi" not in statistics
    loadings = cfa("fiml").tables["cfa_loadings"]
    np.testing.assert_array_equal(loadings["std_loading"], core.cfa.std_loadings[core.cfa.pattern])
    card = cfa("fiml").cards["cfa_loadings"]
    assert (card["n"], card["n_complete"], card["missing"]) == (
        len(with_gaps()),
        len(complete()),
        "full_information",
    )


def test_the_other_tables_are_of_complete_questionnaires_and_say_so() -> None:
    alone = confirm_model(complete(), MODEL, SECTION, 0.95, 3)
    for name in ("modification_indices", "cfa_residuals", "dynamic_fit", "cfa_dwls_fit"):
        assert cfa("fiml").tables[name].equals(alone.tables[name]), name
        assert cfa("fiml").cards[name] == alone.cards[name]
        assert cfa("fiml").cards[name]["n"] == len(complete())


def test_complete_questionnaires_are_the_default() -> None:
    alone = confirm_model(complete(), MODEL, SECTION, 0.95, 3)
    for name, table in cfa("complete").tables.items():
        assert table.equals(alone.tables[name]), name


def test_paths_are_of_all_answers() -> None:
    model = MODEL
    result = estimate_sem(with_gaps(), model, 0.95, "fiml", COUNTED)
    moments = em_moments(with_gaps()[list(model.items)].to_numpy())
    core = fit_incomplete_sem(moments, model.membership(), model.path_matrix())
    paths = result.tables["sem_paths"]
    outcome = model.names.index(simulated.OUTCOME)
    np.testing.assert_array_equal(paths["estimate"], core.sem.estimates.beta[:outcome, outcome])
    assert result.cards["sem_paths"]["method"] == "fiml_structural_equations"
    assert result.cards["sem_fit"]["n"] == len(with_gaps())


def changed(content: dict[str, Any], **missing: Any) -> Config:
    cleaning = {**content["cleaning"], "missing_items_at_most": missing.pop("at_most", 3)}
    return parse_config({**content, "cleaning": cleaning, "missing": missing}, "config.yaml")


def test_a_method_for_gaps_that_cleaning_never_keeps_is_refused(config_content: dict[str, Any]) -> None:
    with pytest.raises(SurveyError, match="cleaning keeps none"):
        changed(config_content, factor_models="fiml", at_most=0)


def test_waves_are_of_complete_questionnaires(config_content: dict[str, Any]) -> None:
    own = {
        **config_content,
        "study": {**config_content["study"], "wave": "2024"},
        "waves": {"2025": config_content["data"]},
    }
    with pytest.raises(SurveyError, match="waves and bounds are of complete questionnaires"):
        changed(own, factor_models="fiml")


def test_gaps_are_counted_among_needed_items_only_where_a_method_takes_them(
    config_content: dict[str, Any],
) -> None:
    config = changed(config_content, factor_models="fiml")
    book = simulated.codebook()
    own = config.model_copy(update={"model": _model(config)})
    assert CountedItems().options(own, book) == list(simulated.model().items)
    marked = own.model_copy(
        update={"common_method": config.common_method.model_copy(update={"marker": "method"})}
    )
    assert CountedItems().options(marked, book) == [*simulated.model().items, simulated.MARKER]
    assert CountedItems().options(changed(config_content), book) is None
    assert complete_rows(with_gaps(), None) is with_gaps()


def _model(config: Config) -> Any:
    section = {
        "constructs": {name: {} for name in simulated.CONSTRUCTS},
        "paths": [{"from": list(simulated.CONSTRUCTS[:-1]), "to": simulated.OUTCOME}],
    }
    return type(config.model).model_validate(section)


def test_few_complete_questionnaires_cost_their_own_tables_alone() -> None:
    """Where nobody answered everything the model is still fitted to all answers."""
    answers = with_gaps().copy()
    items = list(simulated.model().items)
    for position, row in enumerate(answers.index):
        answers.loc[row, items[position % len(items)]] = np.nan
    assert answers[items].dropna().empty
    result = confirm_model(answers, MODEL, SECTION, 0.95, 3, missing="fiml", counted=items)
    assert len(result.tables["cfa_loadings"]) == len(KEPT)
    assert result.tables["modification_indices"].empty
    assert result.cards["modification_indices"]["refused"]
    assert "refused" not in result.cards["cfa_fit"]
    assert result.cards["cfa_fit"]["n_complete"] == 0
