"""The answer on a hypothesis: one code that weighs p, equivalence test and Bayes factor."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stages.evidence.test_verdict_sheet import ABSENT, SOLID, sheet


@pytest.mark.parametrize(
    ("base", "changed", "answer"),
    [
        (SOLID, {}, "effect"),
        # Its size may be open; that there is one needs p after Holm and the Bayes factor.
        (SOLID, {"equivalence_ci_low": 0.05, "evidence": "moderate_for"}, "effect"),
        (SOLID, {"p_holm": 0.05}, "undecided"),
        (SOLID, {"p_holm": 0.049}, "effect"),
        (SOLID, {"evidence": "undecided"}, "undecided"),
        (SOLID, {"evidence": "strong_against"}, "undecided"),
        (SOLID, {"beta": -0.4}, "effect_against_claim"),
        (ABSENT, {}, "no_relevant_effect"),
        # Within the bounds: too small to matter, even where it differs from zero.
        (ABSENT, {"p": 0.001, "p_holm": 0.01, "evidence": "strong_for"}, "no_relevant_effect"),
        (ABSENT, {"equivalence_p": 0.05}, "undecided"),
        (ABSENT, {"equivalence_p": 0.06, "evidence": "moderate_against"}, "undecided"),
        (ABSENT, {"equivalence_p": 0.06, "evidence": "strong_against"}, "probably_no_effect"),
        (ABSENT, {"equivalence_p": 0.06, "evidence": "very_strong_against"}, "probably_no_effect"),
        (ABSENT, {"equivalence_p": 0.06, "evidence": "strong_against", "p": 0.05}, "probably_no_effect"),
        # The tests contradict one another.
        (ABSENT, {"equivalence_p": 0.06, "evidence": "strong_against", "p": 0.049}, "undecided"),
        (
            ABSENT,
            {"equivalence_p": 0.9, "equivalence_ci_low": 0.11, "evidence": "strong_against"},
            "undecided",
        ),
        (ABSENT, {"beta": float("nan")}, "no_solution"),
    ],
)
def test_the_answer_weighs_all_tests(base: dict[str, Any], changed: dict[str, Any], answer: str) -> None:
    assert sheet({**base, **changed})["answer"] == answer


def test_the_answer_to_a_negative_claim() -> None:
    assert sheet({**SOLID, "beta": -0.4}, sign="negative")["answer"] == "effect"
    assert sheet(SOLID, sign="negative")["answer"] == "effect_against_claim"
