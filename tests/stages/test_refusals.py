"""Empty cells with the reason: what has no solution costs nothing else."""

from __future__ import annotations

import pandas as pd
import pytest

from smartcity_survey.errors import NoSolution, SurveyError
from smartcity_survey.io import StageResult
from smartcity_survey.stages.collection import stages
from smartcity_survey.stages.refusals import (
    Refusals,
    Unsolved,
    by_status,
    empty_without_solution,
    without_lines,
)
from smartcity_survey.stats.core import errors
from tests.stages.silent import SILENT

ITEMS, CONSTRUCTS = ("T1", "T2"), ("trust", "use")


def refuse(error: Exception) -> float:
    raise error


def test_a_part_without_a_solution_is_noted_with_the_names_at_fault_and_logged_with_the_remedy() -> None:
    refusals = Refusals(ITEMS, CONSTRUCTS)
    assert refusals.attempt("kmo", lambda: 0.8) == 0.8
    with pytest.warns(Unsolved, match="omega, T2: .*Heywood case.* Look for an item"):
        assert refusals.attempt("omega", lambda: refuse(errors.HeywoodCase((1,)))) is None
    with pytest.warns(Unsolved, match="U9"):
        assert refusals.attempt("vif", lambda: refuse(errors.ConstantItems((0,))), items=["U9"]) is None
    assert refusals.card() == {
        "refused": [
            {"part": "omega", "reason": "heywood", "at_fault": "T2"},
            {"part": "vif", "reason": "constant", "at_fault": "U9"},
        ]
    }


@pytest.mark.filterwarnings("ignore::smartcity_survey.stages.refusals.Unsolved")
def test_the_same_refusal_is_told_once_and_cards_join_those_of_others() -> None:
    first, second = Refusals(ITEMS, CONSTRUCTS), Refusals(ITEMS, CONSTRUCTS)
    for _ in range(2):
        first.attempt("pls", lambda: refuse(errors.DependentPredictors(1, (0,))))
    second.attempt("cfa", lambda: refuse(errors.TooFewRows(3, 10)))
    told = [{"part": "pls", "reason": "dependent_predictors", "at_fault": "use, trust"}]
    assert first.card() == {"refused": told}
    assert first.card(second)["refused"] == [*told, {"part": "cfa", "reason": "too_few_rows", "at_fault": ""}]
    assert Refusals().card() == {}


def test_what_is_no_lack_of_a_solution_is_an_error() -> None:
    refusals = Refusals(ITEMS, CONSTRUCTS)
    for error in (ZeroDivisionError(), SurveyError("config.yaml", "wrong.", "Correct it.")):
        with pytest.raises(type(error)):
            refusals.attempt("pls", lambda error=error: refuse(error))


@pytest.mark.filterwarnings("ignore::smartcity_survey.stages.refusals.Unsolved")
def test_a_stage_without_a_solution_makes_all_its_tables_empty() -> None:
    @empty_without_solution("scores", "weights", private={"rows": ["respondent"]})
    def stage(error: Exception | None) -> StageResult:
        if error is not None:
            raise error
        return StageResult(tables={"scores": pd.DataFrame({"a": [1]})}, cards={})

    assert len(stage(None).tables["scores"]) == 1
    result = stage(NoSolution("no_scores", ("trust",), SurveyError("a", "b.", "c.").problems))
    assert {name: frame.empty for name, frame in result.tables.items()} == {"scores": True, "weights": True}
    told = [{"part": "table", "reason": "no_scores", "at_fault": "trust"}]
    assert result.cards == {name: {"refused": told} for name in result.tables}
    assert list(result.private["rows"].columns) == ["respondent"]
    with pytest.raises(ZeroDivisionError):
        stage(ZeroDivisionError())


def test_only_tables_of_stages_may_be_silent() -> None:
    assert {name for each in stages().values() for name in each.every_table()} >= SILENT


def test_a_table_without_lines_has_the_reasons_of_the_attempts_beside_it() -> None:
    """Once each, with the names at fault; attempts that were solved have none, nor has a table with lines."""
    attempts = pd.DataFrame(
        {
            "status": ["constant", "converged", "constant", "one_group", "heywood", "compared"],
            "at_fault": ["T1", None, "T1", None, None, None],
        }
    )
    tables = {"means": pd.DataFrame(columns=["mean"]), "groups": attempts}
    cards = by_status(tables, {"means": {"n": 4}, "groups": {"n": 4}}, attempts)
    lines = [
        {"part": "table", "reason": "constant", "at_fault": "T1"},
        {"part": "table", "reason": "one_group", "at_fault": ""},
    ]
    assert cards == {"means": {"n": 4, "refused": lines}, "groups": {"n": 4}}
    also = without_lines(cards["means"], "no_item_freed", "none_found")
    last = {"part": "none_found", "reason": "no_item_freed", "at_fault": ""}
    assert also == {"n": 4, "refused": [*lines, last]}
