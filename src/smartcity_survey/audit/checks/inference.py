"""A coefficient with its standard error, t, p and interval, as bootstraps print them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy import stats

from smartcity_survey.audit.address import Term
from smartcity_survey.audit.case import Case, Judgement, applicable, check
from smartcity_survey.audit.checks.judging import hull, judged
from smartcity_survey.audit.interval import Interval, image
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import numbers_of
from smartcity_survey.errors import SurveyError

# A percentile interval may be this much narrower or wider than its standard error says, where it is skewed.
_SKEWED = 0.4
# Without n, the t distribution has at least so many degrees of freedom.
_FEWEST = 30.0


@check("t", arithmetic=True)
def path_t(t: Reported, estimate: Reported, std_error: Reported) -> Judgement:
    """t is a coefficient by its standard error, with its sign or, as SmartPLS prints it, without."""
    ratio = estimate.interval / std_error.interval.clipped(0.0)
    judgement = judged(t, ratio)
    if judgement.consistent or t.interval.high < 0:
        return judgement
    size = ratio.magnitude()
    return Judgement(size.meets(t.interval), size)


@check("p", arithmetic=True)
def path_p(
    p: Reported, t: Reported, tails: Reported, alpha: Reported, *, freedom: tuple[float, float]
) -> Judgement:
    """p is the tail of t (of z where degrees of freedom are infinite), on both sides or on one."""
    size, sides = t.interval.magnitude(), tails.value or 2.0
    ends = [image(lambda x, df=df: sides * stats.t.sf(x, df), size) for df in freedom]
    return judged(p, hull(ends), alpha)


@check("tails")
def one_tailed(tails: Reported, p: tuple[Reported, ...]) -> Judgement:
    """The p-values of a table are one-tailed, where it does not say so and one tail explains all."""
    return Judgement(True, reason="one_tailed", details={"count": str(len(p))}, printed=tails.text)


@check("estimate", arithmetic=True)
def estimate_in_interval(estimate: Reported, ci_low: Reported, ci_high: Reported) -> Judgement:
    """An estimate lies within its own interval."""
    return judged(estimate, hull([ci_low.interval, ci_high.interval]))


@check("std_error", arithmetic=True)
def interval_width(std_error: Reported, ci_low: Reported, ci_high: Reported, level: Reported) -> Judgement:
    """An interval is about as wide as its standard error says; that of a bootstrap may be skewed."""
    z = float(stats.norm.isf((1 - (level.value or 0.95)) / 2))
    usual = (ci_high.interval - ci_low.interval).magnitude().scaled(1 / (2 * z))
    return judged(std_error, Interval(usual.low / (1 + _SKEWED), usual.high / (1 - _SKEWED)))


@check("p")
def interval_against_p(
    p: Reported, ci_low: Reported, ci_high: Reported, level: Reported, tails: Reported
) -> Judgement:
    """An interval leaves out zero exactly where p is below its level; near it a bootstrap may disagree."""
    beyond, shown = 1 - (level.value or 0.95), f"{ci_low.text}; {ci_high.text}"
    two_sided = p.interval.scaled(2.0 / (tails.value or 2.0))
    leaves_out = ci_low.interval.low > 0 or ci_high.interval.high < 0
    contains = ci_low.interval.high < 0 < ci_high.interval.low
    details = {"interval": shown}
    if not ((leaves_out and two_sided.low > beyond) or (contains and two_sided.high < beyond)):
        return Judgement(True, shown, details=details)
    far = two_sided.low > 2 * beyond if leaves_out else two_sided.high < beyond / 5
    if not far:
        return Judgement(None, shown, "interval_near_level", details)
    return Judgement(False, shown, details=details, decisive=True)


CHECKS = (path_t, path_p, one_tailed, estimate_in_interval, interval_width, interval_against_p)


def inferences(
    paper: Paper,
    place: str,
    lines: Sequence[Mapping[str, Term]],
    *,
    n: Term | None,
    tails: float | None,
    reference: str | None,
    df: Term | None,
    level: float,
) -> Iterator[Case]:
    """Every line's t, p and interval; roles are `estimate, std_error, t, p, ci_low, ci_high`, as printed.

    Where `tails` is not given it is two, unless one explains all p-values and two does not. Where
    `reference` (z or t) is not given both are allowed.
    """
    if reference not in {None, "z", "t"}:
        raise SurveyError(place, f"`reference: {reference}` is unknown.", "Use z or t, or leave it out.")
    if tails not in {None, 1, 2}:
        raise SurveyError(place, f"`tails: {tails}` is unknown.", "Use 1 or 2, or leave it out.")
    freedom = _freedom(paper, n, reference, df)
    tested = [line for line in lines if {"t", "p"} <= line.keys()]
    shared: dict[str, Term] = {"alpha": paper.alpha, "level": level}
    if tails is None:
        tails = _tails(paper, [{**line, **shared} for line in tested], freedom, shared)
        if tails == 1:
            yield Case(one_tailed, {"tails": 1.0, "p": tuple(line["p"] for line in tested)})
    shared["tails"] = float(tails)
    for line in lines:
        roles = {**line, **shared}
        yield from applicable((path_t,), roles)
        if line in tested:
            yield _p_case(roles, freedom)
        yield from applicable((estimate_in_interval, interval_width, interval_against_p), roles)


def _p_case(roles: Mapping[str, Term], freedom: tuple[float, float]) -> Case:
    needed = ("p", "t", "tails", "alpha")
    return Case(path_p, {role: roles[role] for role in needed}, {"freedom": freedom})


def _freedom(paper: Paper, n: Term | None, reference: str | None, df: Term | None) -> tuple[float, float]:
    """Degrees of freedom of t between which p is believed."""
    if reference == "z":
        return np.inf, np.inf
    least = _FEWEST
    if df is not None:
        least = paper.read(df).value or _FEWEST
    elif n is not None:
        least = max((paper.read(n).value or _FEWEST) - 1.0, 1.0)
    if reference == "t" and (df is not None or n is not None):
        return least, least
    return least, np.inf


def _tails(
    paper: Paper,
    lines: Sequence[Mapping[str, Term]],
    freedom: tuple[float, float],
    shared: Mapping[str, Term],
) -> int:
    """1 where some p-values fit one tail alone and none fits two alone; of a single one, in all tables.

    A table of few indirect effects is read as the paths of the same paper are.
    """
    one_alone, all_fit = _fitting(paper, lines, freedom)
    if not one_alone or not all_fit:
        return 2
    if one_alone > 1:
        return 1
    tables = [printed for printed in paper.objects.values() if printed.family == "paths"]
    everywhere = [
        {**cells, **shared}
        for printed in tables
        for line in printed.body
        if {"t", "p"} <= (cells := numbers_of(paper, printed, line)).keys()
    ]
    return 1 if _fitting(paper, everywhere, freedom)[1] else 2


def _fitting(
    paper: Paper, lines: Sequence[Mapping[str, Term]], freedom: tuple[float, float]
) -> tuple[int, bool]:
    """How many p-values fit one tail and not two, and whether all fit one."""
    fits: dict[int, list[bool]] = {
        tails: [
            _p_case({**line, "tails": float(tails)}, freedom).judge(paper.read).consistent is True
            for line in lines
        ]
        for tails in (1, 2)
    }
    return sum(one and not two for one, two in zip(fits[1], fits[2], strict=True)), all(fits[1])
