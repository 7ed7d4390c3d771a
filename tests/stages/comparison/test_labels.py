"""The bundled labels of decisions, recomputed from the ends alone by rules written down once more."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import product
from statistics import NormalDist

import pandas as pd
import pytest

from smartcity_survey.data.bounds_tables import END_LAYOUT, read_bounds_table
from smartcity_survey.stages.comparison.bounds import identified_sets
from smartcity_survey.stages.comparison.decided import decisions
from smartcity_survey.study.model import Hypothesis
from tests.conftest import REPOSITORY
from tests.stages.comparison.ends import model

ENDS = REPOSITORY / "data/bounds/ends.csv"
CLAIMED = dict(
    zip(
        ("economy", "people", "governance", "mobility", "environment", "living"),
        ("H1", "H2", "H3", "H4", "H5", "H6"),
        strict=True,
    )
)
METHODS = ("pls", "plsc", "sem", "mean", "component", "cfa_bartlett")
CRITICAL = NormalDist().inv_cdf(0.975)
Place = tuple[float, float | None]


def sets_of(method: str, predictor: str) -> dict[str, tuple[Place, Place]]:
    """Reading -> its lowest and its highest value with their standard errors: those of it and within it."""
    with ENDS.open(encoding="utf-8", newline="") as file:
        own = [
            line
            for line in csv.DictReader(file)
            if (line["method"], line["predictor"]) == (method, predictor)
        ]
    found, there = {}, []
    for reading in ("strict", "claimed"):
        new = [line for line in own if line["reading"] == reading]
        there += [(float(line["value"]), float(line["std_error"] or "nan")) for line in new]
        if new:
            found[reading] = min(there), max(there)
    return found


def label(method: str, predictor: str) -> tuple[str, str]:
    """State and reading: open at the first reading of which two ends differ, each at its own error."""
    sets = sets_of(method, predictor)
    errors = [error for ends in sets.values() for _, error in ends]

    def confirmed(value: float, error: float) -> bool:
        return value > CRITICAL * error

    seen: set[bool] = set()
    for reading, ends in sets.items():
        if method == "plsc" and ends[1][0] > 0:  # no test of a value on the claimed side
            return "open", reading
        seen |= {confirmed(*end) for end in ends}
        if len(seen) == 2:
            return "open", reading
    ((low, _), (high, _)) = sets["claimed"]
    assert confirmed(low, max(errors)) == confirmed(high, min(errors)), "neither open nor decided"
    return "decided", "claimed"


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    claims = tuple(Hypothesis(name, source, "adoption", "positive") for source, name in CLAIMED.items())
    nobody = pd.DataFrame(columns=["witness", "method", "predictor", "outcome", "verdict"])
    sets = identified_sets(read_bounds_table(ENDS, END_LAYOUT))
    found = decisions(sets, nobody, replace(model(), hypotheses=claims))
    return found.set_index(["method", "predictor"])


@pytest.mark.parametrize(("method", "predictor"), list(product(METHODS, CLAIMED)))
def test_every_label_is_that_of_the_ends(table: pd.DataFrame, method: str, predictor: str) -> None:
    found = table.loc[(method, predictor)]
    state, reading = label(method, predictor)
    assert (found["state"], found["hypothesis"]) == (state, CLAIMED[predictor])
    # Decided over the print alone too is told of that set.
    assert found["reading"] == reading or (state, found["reading"]) == ("decided", "print")


@pytest.mark.parametrize(
    ("method", "low", "high"), [("sem", 0.113234, 1.39526), ("cfa_bartlett", 0.0618947, 2.10482)]
)
def test_mobility_is_open_under_the_claimed_fit_alone(
    table: pd.DataFrame, method: str, low: float, high: float
) -> None:
    """Both strict ends confirm H4 at their own errors."""
    found = table.loc[(method, "mobility")]
    assert (found["state"], found["reading"]) == ("open", "claimed")
    assert (found["low"], found["high"]) == (low, high)
    assert (found["lowest_verdict"], found["highest_verdict"]) == ("not_confirmed", "confirmed")
