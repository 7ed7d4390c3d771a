"""A claim is confirmed only where sign and p agree with it."""

from __future__ import annotations

from typing import Literal

import pytest

from smartcity_survey.stages.hypotheses import judge


@pytest.mark.parametrize(
    ("estimate", "p", "sign", "verdict"),
    [
        (0.2, 0.01, "positive", "confirmed"),
        (0.2, 0.05, "positive", "not_confirmed"),
        (-0.2, 0.01, "positive", "not_confirmed"),
        (-0.2, 0.01, "negative", "confirmed"),
    ],
)
def test_verdict(estimate: float, p: float, sign: Literal["positive", "negative"], verdict: str) -> None:
    assert judge(estimate, p, sign, alpha=0.05) == verdict
