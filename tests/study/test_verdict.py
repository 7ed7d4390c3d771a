"""When a claim is confirmed: one rule, at its borders, and whoever judges takes it."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import numpy as np
import pytest

from smartcity_survey.stats.core.significance import LEVEL_MARGIN
from smartcity_survey.study.verdict import DIRECTIONS, Sign, confirms, judge
from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "src/smartcity_survey"
NAN = math.nan
MARGIN = 0.05 * LEVEL_MARGIN


@pytest.mark.parametrize(
    ("estimate", "p", "sign", "verdict"),
    [
        (0.2, 0.01, "positive", "confirmed"),
        (-0.2, 0.01, "negative", "confirmed"),
        # The other sign, however small its p.
        (-0.2, 0.0, "positive", "not_confirmed"),
        (0.2, 0.0, "negative", "not_confirmed"),
        # No sign at all.
        (0.0, 0.01, "positive", "not_confirmed"),
        (-0.0, 0.01, "negative", "not_confirmed"),
        # The level itself, and what only rounding keeps from it; twice the margin below, it is below.
        (0.2, 0.05, "positive", "not_confirmed"),
        (0.2, 0.05 - MARGIN / 2, "positive", "not_confirmed"),
        (0.2, 0.05 - MARGIN * 2, "positive", "confirmed"),
        (0.2, 0.05 + MARGIN * 2, "positive", "not_confirmed"),
        (0.2, 1.0, "positive", "not_confirmed"),
        # What was not computed decides nothing, and the other number does not make up for it.
        (NAN, NAN, "positive", "no_solution"),
        (0.2, NAN, "positive", "no_solution"),
        (NAN, 0.01, "positive", "no_solution"),
        (NAN, 0.9, "negative", "no_solution"),
    ],
)
def test_the_rule_at_its_borders(estimate: float, p: float, sign: Sign, verdict: str) -> None:
    assert judge(estimate, p, sign, alpha=0.05) == verdict


def test_the_level_is_the_studys() -> None:
    assert judge(0.2, 0.03, "positive", alpha=0.05) == "confirmed"
    assert judge(0.2, 0.03, "positive", alpha=0.01) == "not_confirmed"


def test_arrays_are_judged_as_their_numbers_are() -> None:
    """(S, h) estimates with the claimed directions of h hypotheses: each cell as `judge` has it."""
    estimates = np.array([[0.2, -0.2], [-0.1, 0.1], [0.2, NAN], [0.0, -0.3]])
    p = np.array([[0.01, 0.01], [0.01, 0.01], [0.05, 0.01], [0.01, NAN]])
    signs: tuple[Sign, Sign] = ("positive", "negative")
    found = confirms(estimates, p, np.array([DIRECTIONS[sign] for sign in signs]), 0.05)
    assert found.tolist() == [
        [judge(estimates[i, j], p[i, j], sign, 0.05) == "confirmed" for j, sign in enumerate(signs)]
        for i in range(len(p))
    ]
    assert found.tolist() == [[True, True], [False, False], [False, False], [False, False]]


def _calls(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}


def test_whoever_judges_takes_the_one_rule() -> None:
    """No module but `study/verdict.py` defines a rule; every stage that gives verdicts calls it."""
    takes = {path.stem for path in PACKAGE.rglob("*.py") if _calls(path) & {"judge", "confirms"}}
    assert {"hypotheses", "higher_order", "robustness", "specification_curve", "verdict_sheet"} <= takes
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.parts[-2:] != ("study", "verdict.py"):
            # The core compares whole distributions with the level; stages ask the rule.
            assert "below_level(" not in text or "stats" in path.relative_to(PACKAGE).parts, path
            assert '"confirmed" if' not in text, f"{path} has a rule of its own"
