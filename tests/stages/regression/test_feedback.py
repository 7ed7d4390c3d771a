"""Feedback between constructs: what is estimated, by which instruments, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.stages.regression.feedback import estimate_feedback, has_feedback
from smartcity_survey.stats.regression.two_stage import two_stage_least_squares
from smartcity_survey.study.config import Config, ModelSection
from smartcity_survey.study.feedback import FeedbackEquation, feedback_equations
from smartcity_survey.study.model import Model, build_model
from tests.stages import simulated

PATHS = [{"from": ["a", "b", "f"], "to": "y"}, {"from": ["c", "d"], "to": "f"}]
BACK = [{"from": ["y"], "to": "f"}]


def model(paths: list[dict[str, Any]] = PATHS, back: list[dict[str, Any]] = BACK) -> Model:
    section = {"constructs": {name: {} for name in "abcdfy"}, "paths": paths, "feedback": back}
    return build_model(ModelSection.model_validate(section), simulated.codebook())


def test_both_directions_by_the_core() -> None:
    scores = simulated.scores()
    back = ({"target": "f", "sources": ["y"]},)
    result = estimate_feedback(scores, model(), back, 0.9, "mean")
    table = result.tables["feedback_paths"].set_index(["outcome", "predictor"])
    z = (scores[list("abcdfy")] - scores[list("abcdfy")].mean()) / scores[list("abcdfy")].std()
    for outcome, other, own, instruments in (("f", "y", "cd", "ab"), ("y", "f", "ab", "cd")):
        x, beside, by = (z[list(names)].to_numpy() for names in (other, own, instruments))
        fit = two_stage_least_squares(z[outcome].to_numpy(), x, beside, by, 0.9)
        lines = table.loc[outcome]
        assert list(lines.index) == [other, *own]
        np.testing.assert_allclose(lines["beta"], fit.coef[1:], rtol=1e-9)
        np.testing.assert_allclose(lines["ci_low"], fit.ci_low[1:], rtol=1e-9)
        assert lines["first_stage_f"].iloc[0] == pytest.approx(fit.first_stage[0].statistic)
        assert lines["first_stage_f"].iloc[1:].isna().all()
    tests = result.tables["feedback_tests"].set_index("outcome")
    assert tests["instruments"].to_dict() == {"f": "a, b", "y": "c, d"}
    assert (tests["sargan_df"] == 1).all()


def test_an_equation_without_a_solution_keeps_a_line_of_tests() -> None:
    """c says what d says, so that neither equation has a solution; the reason is the same."""
    scores = simulated.scores().assign(c=lambda frame: frame["d"])
    result = estimate_feedback(scores, model(), ({"target": "f", "sources": ["y"]},), 0.9, "mean")
    for table in ("feedback_paths", "feedback_tests"):
        assert [line["reason"] for line in result.cards[table]["refused"]] == ["dependent"]
    assert result.tables["feedback_paths"].empty
    tests = result.tables["feedback_tests"].set_index("outcome")
    assert tests.index.tolist() == ["f", "y"]
    assert tests[["hausman_p", "sargan_p"]].isna().all(axis=None)
    assert tests.loc["y", "instruments"] == "c, d"


def test_only_constructs_on_the_circle_have_an_equation() -> None:
    """z comes after the circle, and so what leads to z alone (w) moves nothing; a mediator m is explained."""
    paths = (("u", "m"), ("m", "p"), ("v", "q"), ("p", "q"), ("q", "z"), ("w", "z"))
    found = feedback_equations(tuple("umpvqzw"), paths, (("q", "p"),))
    assert found == (
        FeedbackEquation("p", ("m", "q"), (), ("u", "v")),
        FeedbackEquation("q", ("p",), ("v",), ("u",)),
    )


@pytest.mark.parametrize(
    ("paths", "back", "found"),
    [
        (PATHS, [{"from": ["a"], "to": "c"}], "a -> c closes no circle with `paths`"),
        (PATHS, [{"from": ["f"], "to": "y"}], "f -> y is given twice"),
        (PATHS, [{"from": ["g"], "to": "f"}], "g is not a construct that items measure"),
        (
            [{"from": ["a", "b", "f"], "to": "y"}, {"from": ["a"], "to": "f"}],
            BACK,
            "what leads to y cannot be told apart; .* lead to f by ways of their own, .* needed: 1, found: 0",
        ),
        (
            [{"from": ["a", "f"], "to": "y"}, {"from": ["b", "c"], "to": "d"}],
            BACK,
            "what leads to y cannot be told apart; .* needed: 1, found: 0",
        ),
        (
            [{"from": ["a"], "to": "y"}, {"from": ["b", "c", "y"], "to": "f"}, {"from": ["f"], "to": "d"}],
            [{"from": ["f", "d"], "to": "y"}],
            "what leads to y cannot be told apart; .* lead to d, f by ways .* needed: 2, found: 1",
        ),
    ],
    ids=["no circle", "twice", "unknown", "no instruments", "that lead elsewhere", "one way to two"],
)
def test_what_cannot_be_estimated_is_refused(
    paths: list[dict[str, Any]], back: list[dict[str, Any]], found: str
) -> None:
    with pytest.raises(SurveyError, match=found):
        model(paths, back)


def test_paths_alone_stay_without_circles() -> None:
    with pytest.raises(
        SurveyError, match=r"run in a circle.*\n?.*those that run back under `model.feedback`"
    ):
        model([*PATHS, *BACK], [])


def test_a_hypothesis_of_a_path_that_runs_back_is_sent_to_feedback() -> None:
    """Not to `paths`, where it would close a circle."""
    section = {"constructs": {name: {} for name in "abcdfy"}, "paths": PATHS, "feedback": BACK}
    for source, told in (("y", "y -> f runs back .*`model.feedback`"), ("a", "no path a -> f.*`paths`")):
        section["hypotheses"] = {"H1": {"from": source, "to": "f"}}
        with pytest.raises(SurveyError, match=f"(?s){told}"):
            build_model(ModelSection.model_validate(section), simulated.codebook())


@pytest.mark.parametrize("asked", [True, False])
def test_only_where_paths_run_back(config_content: dict[str, Any], asked: bool) -> None:
    paths = config_content["model"]["paths"]
    config_content["model"]["feedback"] = [{"from": [paths[0]["to"]], "to": paths[0]["from"][0]}] * asked
    assert has_feedback(Config.model_validate(config_content)) == asked
