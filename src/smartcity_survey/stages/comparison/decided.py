"""Whether the verdict of each method on each claim is printed, decided by the print, or open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from scipy import stats

from smartcity_survey.data.bounds import READINGS, SIDES
from smartcity_survey.study.config import ScoreMethod
from smartcity_survey.study.model import Hypothesis, Model
from smartcity_survey.study.verdict import DIRECTIONS, judge

BEYOND = READINGS[-1]
"""The reading without the fit that the study claims: what differs there alone is decided all the same."""
OF_PRINT: ScoreMethod = "cfa_regression"
"""Scores of the printed regression: of these, its numbers follow from the print."""
ALIKE = {"sum": "mean"}
"""Ways of scoring with the same standardised coefficients as another."""
NOTHING_LEFT = 1e-3
"""Standard error up to which nothing is left to explain: what is left of it is rounding, no test."""
UNTESTED = "no_standard_error"
"""What stands in place of a verdict at an end that has no standard error."""
UNSURE = "other_by_another_error"
"""What stands in place of a verdict at an end where a standard error found elsewhere would turn it."""
DECISION_COLUMNS = (
    *("hypothesis", "predictor", "outcome", "method", "state", "reading", "low", "high"),
    *("lowest_verdict", "highest_verdict", "confirmed_by", "not_confirmed_by"),
)


def decisions(
    sets: pd.DataFrame, shown: pd.DataFrame, model: Model, scores: ScoreMethod = OF_PRINT
) -> pd.DataFrame:
    """Whether the verdict of each method on each claim is printed, decided or open.

    `printed` : the numbers are printed, or follow from printed ones. `open` : it differs within a set, or
    between witnesses, or an end has no verdict; `reading` and the ends are those of the smallest such set.
    `decided` : it is the same over every set but that of the print alone, and by every witness; `reading` is
    the widest over which it is. `confirmed_by` and `not_confirmed_by` name a witness (or the data in use) on
    either side, where there is one.

    A set is open where ends that lie in it have different verdicts, each at the standard error found there:
    both are verdicts of some data. Between the ends p is not known, so a set decides only what is the same by
    the most adverse of the standard errors found in the sets asked for: the largest where the claim has the
    least, the smallest where it has the most. A set that does neither leaves the word to the next wider one;
    where none of those asked for has it, the verdict is open, and an end that an adverse error would turn
    has `UNSURE` in place of one.

    The regression (`ols`) is printed where `scores` are those of the print and the path is one of those that
    sets were sought of, if any were; else it has the set of its way of scoring, and without one it is open.
    What no set was sought of is open.
    """
    rows = [row for claim in model.claims for row in _decisions_on(claim, sets, shown, scores, model.alpha)]
    return pd.DataFrame(rows, columns=list(DECISION_COLUMNS))


def _decisions_on(
    claim: Hypothesis, sets: pd.DataFrame, shown: pd.DataFrame, scores: ScoreMethod, alpha: float
) -> Iterator[dict[str, Any]]:
    about = {"hypothesis": claim.name, "predictor": claim.source, "outcome": claim.target}
    own = sets[(sets["outcome"] == claim.target) & (sets["predictor"] == claim.source)]
    seen = shown[(shown["outcome"] == claim.target) & (shown["predictor"] == claim.source)]
    yield {**about, "method": "published", "state": "printed"}
    of_print = scores == OF_PRINT and (sets.empty or not own.empty)
    others = dict.fromkeys([*sets["method"], *shown["method"]])
    for method in ("ols", *(name for name in others if name != "ols")):
        if method == "ols" and of_print:
            yield {**about, "method": method, "state": "printed"}
            continue
        way = ALIKE.get(scores, scores) if method == "ols" else method
        found = _decided(
            own[own["method"] == way], _either_side(seen[seen["method"] == method]), claim, alpha
        )
        yield {**about, "method": method, **found}


def _decided(
    sets: pd.DataFrame, witnesses: Mapping[str, str], claim: Hypothesis, alpha: float
) -> dict[str, Any]:
    """State, reading and ends of one verdict, from its sets by reading and a witness on either side."""
    by_reading = {line["reading"]: line for line in sets.to_dict("records")}
    known = [reading for reading in READINGS if reading in by_reading]
    sides = [f"{verdict}_by" for verdict in witnesses]
    if not known:
        return {"state": "open", **dict(zip(sides, witnesses.values(), strict=True))}
    asked = READINGS[:-1] if known != [BEYOND] else (BEYOND,)
    errors = [
        float(by_reading[name][f"{side}_std_error"]) for name in known for side in SIDES if name in asked
    ]
    adverse = [error for error in errors if error > NOTHING_LEFT]
    found, safe = (
        {
            reading: [_verdict_at(by_reading[reading], side, claim, alpha, against) for side in SIDES]
            for reading in known
        }
        for against in ((), adverse)
    )
    agreed = [name for name, own in safe.items() if len(set(own)) == 1 and UNTESTED not in own]
    opened = [name for name in asked if name in known and _differ(found, known[: known.index(name) + 1])]
    # Decided needs the widest set that is asked for: one that was not sought may hold another verdict.
    settled = asked[-1] in agreed
    untold = [name for name in asked if name in known and name not in agreed]
    reading = (opened or untold[-1:] or agreed[-1:] or known[-1:])[0]
    ends = found[reading]
    if reading not in opened:
        ends = [one if one == other else UNSURE for one, other in zip(ends, safe[reading], strict=True)]
    verdicts = {verdict for verdict, witness in witnesses.items() if witness} | {ends[0]}
    return {
        "state": "open" if opened or not settled or len(verdicts) > 1 else "decided",
        "reading": reading,
        **{side: by_reading[reading][side] for side in SIDES},
        "lowest_verdict": ends[0],
        "highest_verdict": ends[1],
        **dict(zip(sides, witnesses.values(), strict=True)),
    }


def _differ(found: Mapping[str, Sequence[str]], within: Sequence[str]) -> bool:
    """Whether data of the widest of these sets differ in their verdict, or one has none.

    within : the set and the stricter ones, which lie in it.
    """
    return len({verdict for name in within for verdict in found[name]}) > 1 or UNTESTED in found[within[-1]]


def _verdict_at(
    line: Mapping[Any, Any], side: str, claim: Hypothesis, alpha: float, adverse: Sequence[float]
) -> str:
    """The verdict at an end, by a normal-theory test; by the sign where there is no standard error.

    adverse : standard errors of other data; the worst of these and the end's own is taken. None: its own.
    """
    value, error = float(line[side]), float(line[f"{side}_std_error"])
    direction = DIRECTIONS[claim.sign]
    if not error > NOTHING_LEFT:
        return "not_confirmed" if value * direction <= 0 else UNTESTED
    least = (side == SIDES[0]) == (direction > 0)
    error = max(error, *adverse, error) if least else min(error, *adverse, error)
    return judge(value, float(2 * stats.norm.sf(abs(value) / error)), claim.sign, alpha)


def _either_side(seen: pd.DataFrame) -> Mapping[str, str]:
    """Verdict -> the witness furthest on its side; empty where there is none."""
    found = dict.fromkeys(("confirmed", "not_confirmed"), "")
    for verdict in found:
        own = seen[seen["verdict"] == verdict]
        if len(own):
            turned = own["estimate"].to_numpy() * own["expected_sign"].map(DIRECTIONS).to_numpy()
            place = turned.argmax() if verdict == "confirmed" else turned.argmin()
            found[verdict] = str(own["witness"].iloc[place])
    return found
