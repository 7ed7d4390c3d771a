"""What is said of a number that does not hold beside the others: its cell, and whether it is printed."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import translated
from smartcity_survey.reconstruct.design import Questionnaire, Target, Task, rounding_interval
from smartcity_survey.reconstruct.possible import require_possible_numbers
from smartcity_survey.reconstruct.relations import narrowed

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("numba", reason="the extra `reconstruct` is not installed")

from smartcity_survey.reconstruct.covariance import CovarianceSolution
from smartcity_survey.reconstruct.engine import require_possible

CORRELATION = ("score_correlation", "b", "a")
BETA = ("coefficient", "b", "a", "beta")
DESIGN = Questionnaire(
    n=50,
    items=("A", "B"),
    n_components=2,
    weights=np.eye(2),
    scores=("a", "b"),
    regressions=((1, (0,)),),
    score_correlations=True,
)


def refusal(target: Target, value: float) -> str:
    """What is said where a search comes to `value` in place of a target."""
    problem = Task(DESIGN, (target,))
    low, high = problem.boxes
    inside = np.clip(0.0, low, high)
    values = np.where(np.array([key == target.key for key in DESIGN.keys]), value, inside)
    with pytest.raises(SurveyError) as refused:
        require_possible(problem, CovarianceSolution(np.eye(2), np.zeros(2), values, 1.0))
    return str(refused.value)


def test_a_printed_number_that_cannot_hold_is_told_with_its_cell():
    told = refusal(Target(CORRELATION, *rounding_interval("0.500"), "0.500", "t1:b:a"), 0.4)
    assert told.startswith("t1:b:a (score_correlation b a): printed 0.500, beside the others 0.4.")


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (Target(("variance_lead", "1"), 0.1, np.inf), "not printed and asked to be at least 0.1, beside"),
        (Target(("eigenvalue", "3"), -np.inf, 0.98), "not printed and asked to be at most 0.98, beside"),
        (
            Target(("loading", "A", "1"), -0.49, 0.49),
            "not printed and asked to be from -0.49 to 0.49, beside",
        ),
    ],
)
def test_what_is_asked_without_print_is_not_called_printed(target, found):
    told = refusal(target, 7.5 if target.low == -np.inf else -7.5)
    assert found in told
    assert "misprinted" not in told
    for language in ("ru", "kk"):
        assert "asked" not in translated(told.partition(": ")[2].partition(" docs/")[0], language)


def test_numbers_of_a_regression_are_told_with_their_cells():
    printed = {
        BETA: ("0.400", "t2:a:beta"),
        ("coefficient", "b", "a", "b"): ("0.400", "t2:a:b"),
        ("score", "a", "sd"): ("0.80", "t0:a:sd"),
        ("score", "b", "sd"): ("1.00", "t0:b:sd"),
    }
    targets = (Target(key, *rounding_interval(text), text, place) for key, (text, place) in printed.items())
    with pytest.raises(
        SurveyError, match=r"t2:a:beta \(coefficient b a beta\): .*t2:a:b .*t0:a:sd .*t0:b:sd"
    ):
        narrowed(Task(DESIGN, tuple(targets)))


def test_a_number_printed_twice_and_differently_is_told_with_both_cells():
    twice = (Target(BETA, *rounding_interval(text), text, f"{text}:cell") for text in ("0.563", "0.250"))
    with pytest.raises(SurveyError, match=r"0.563:cell, 0.250:cell \(.*\): printed 0.563, and 0.250 too\."):
        require_possible_numbers(Task(DESIGN, tuple(twice)))
    once = (Target(BETA, *rounding_interval(text), text) for text in ("0.563", "0.56"))
    require_possible_numbers(Task(DESIGN, tuple(once)))
