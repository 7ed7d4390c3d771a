"""Printed numbers leave each other less room than their own rounding."""

import numpy as np
import pytest

from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.design import Questionnaire, Target, Task, rounding_interval
from smartcity_survey.reconstruct.relations import narrowed

DESIGN = Questionnaire(
    n=50,
    items=("A", "B"),
    weights=np.eye(2),
    scores=("a", "b"),
    regressions=((1, (0,)),),
)


def problem(**printed: str) -> Task:
    keys = {
        "b": ("coefficient", "b", "a", "b"),
        "error": ("coefficient", "b", "a", "std_error"),
        "t": ("coefficient", "b", "a", "t"),
        "beta": ("coefficient", "b", "a", "beta"),
        "sd_a": ("score", "a", "sd"),
        "sd_b": ("score", "b", "sd"),
    }
    targets = (Target(keys[name], *rounding_interval(text), text) for name, text in printed.items())
    return Task(DESIGN, tuple(targets))


def ends(found: Task, name: str) -> tuple[float, float]:
    target = next(t for t in found.targets if t.key[-1] == name)
    return target.low, target.high


def test_a_small_t_and_a_coefficient_fix_the_standard_error():
    found = narrowed(problem(b="0.241", error="0.062", t="3.919"))
    low, high = ends(found, "std_error")
    assert low == 0.0615  # the printed end, inside what the others allow
    assert high == pytest.approx(0.2415 / 3.9185, rel=1e-12)
    assert ends(found, "b") == rounding_interval("0.241")
    assert found.targets[0].printed == "0.241"


def test_beta_and_the_standard_deviations_tell_it_too():
    found = narrowed(problem(b="-0.3", error="0.1", t="-3.00", beta="-0.60", sd_a="2.000", sd_b="1.00"))
    b = (-0.605 * 1.005 / 1.9995, -0.595 * 0.995 / 2.0005)
    assert ends(found, "std_error") == pytest.approx((b[1] / -3.005, b[0] / -2.995), rel=1e-12)


def test_numbers_that_leave_no_room_are_named():
    with pytest.raises(SurveyError, match="coefficient b a b") as refused:
        narrowed(problem(b="0.500", error="0.062", t="3.919"))
    assert "misprinted" in str(refused.value)
