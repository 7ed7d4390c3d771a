"""Which number of cases all percentages of a text could be of together."""

from __future__ import annotations

import math

from smartcity_survey.audit.address import Term, resolve, resolve_one
from smartcity_survey.audit.case import Case
from smartcity_survey.audit.paper import Paper
from smartcity_survey.errors import SurveyError

# Bounds of rounding intervals have no exact binary form.
_SLACK = 1e-9


def smallest_n(paper: Paper, case: Case) -> tuple[int, int] | None:
    """The smallest number of cases that gives all percentages said to be of this case's `n`, and how many.

    None where every number below the one at which any percentage is possible fails.
    """
    terms: dict[Term, None] = {}
    for number, relation in enumerate(paper.relations, start=1):
        if relation.get("kind") != "shares" or relation.get("n") is None:
            continue
        try:
            if resolve_one(paper, relation["n"], "") == case.terms("n")[0]:
                terms |= dict.fromkeys(resolve(paper, relation.get("of"), f"relations, no. {number}"))
        except SurveyError:
            continue
    shares = [share for share in map(paper.read, terms) if share.is_number]
    if not shares:
        return None
    finest = min(share.unit for share in shares)
    for n in range(1, min(math.ceil(1 / finest), 100_000)):
        if all(
            math.floor(share.interval.high * n + _SLACK * n) >= math.ceil(share.interval.low * n - _SLACK * n)
            for share in shares
        ):
            return n, len(shares)
    return None
