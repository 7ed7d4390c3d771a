"""A table of variance explained: eigenvalues, percentages and their running sum."""

from __future__ import annotations

from collections.abc import Iterator

from smartcity_survey.audit.address import Term
from smartcity_survey.audit.case import Case, Judgement, check
from smartcity_survey.audit.checks.judging import judged
from smartcity_survey.audit.interval import Interval, total
from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import numbers_of

# As SPSS prints them side by side: initial eigenvalues, after extraction, after rotation.
PARTS = ("", "extracted_", "rotated_")


def _share(number: Reported, percent: bool) -> Interval:
    """A percentage as a share, whether or not its column was read in percent."""
    return number.interval.scaled(0.01) if percent and not number.percent else number.interval


def _printed_like(number: Reported, share: Interval, percent: bool) -> Interval:
    return share.scaled(100.0) if percent and not number.percent else share


@check("percent", arithmetic=True)
def percent_of_variance(
    percent: Reported, eigenvalue: Reported, items: Reported, *, hundred: bool
) -> Judgement:
    """The variance a component explains is its eigenvalue by the number of items."""
    return judged(percent, _printed_like(percent, eigenvalue.interval / items.interval, hundred))


@check("cumulative", arithmetic=True)
def cumulative_percent(cumulative: Reported, percents: tuple[Reported, ...], *, hundred: bool) -> Judgement:
    """The running percentage is the sum of those so far."""
    share = total(_share(percent, hundred) for percent in percents)
    return judged(cumulative, _printed_like(cumulative, share, hundred))


@check("eigenvalues", arithmetic=True)
def eigenvalues_within_items(eigenvalues: tuple[Reported, ...], items: Reported) -> Judgement:
    """Eigenvalues add up to no more than the number of items."""
    allowed = Interval(0.0, items.interval.high)
    return Judgement(allowed.meets(total(one.interval for one in eigenvalues)), allowed)


@check("rotated", arithmetic=True)
def rotation_keeps_variance(rotated: tuple[Reported, ...], extracted: tuple[Reported, ...]) -> Judgement:
    """An orthogonal rotation moves variance between components and keeps its sum."""
    before, after = (total(one.interval for one in part) for part in (extracted, rotated))
    return Judgement(before.meets(after), before)


CHECKS = (percent_of_variance, cumulative_percent, eigenvalues_within_items, rotation_keeps_variance)


def eigenvalue_cases(paper: Paper, printed: Printed, items: Term, *, oblique: bool) -> Iterator[Case]:
    """Identities of a table whose lines are components; columns `eigenvalue, percent, cumulative`."""
    lines = [numbers_of(paper, printed, line) for line in printed.body]
    for part in PARTS:
        columns = {role: f"{part}{role}" for role in ("eigenvalue", "percent", "cumulative")}
        cells = [{role: line[column] for role, column in columns.items() if column in line} for line in lines]
        whole = any("eigenvalue" in line for line in cells)
        hundred = _in_percent(paper, cells)
        if whole:
            values = tuple(line["eigenvalue"] for line in cells if "eigenvalue" in line)
            yield Case(eigenvalues_within_items, {"eigenvalues": values, "items": items})
        percents: list[Term] = []
        for line in cells:
            if {"percent", "eigenvalue"} <= line.keys() and not (oblique and part == "rotated_"):
                roles = {"percent": line["percent"], "eigenvalue": line["eigenvalue"], "items": items}
                yield Case(percent_of_variance, roles, {"hundred": hundred})
            if "percent" not in line:
                break
            percents.append(line["percent"])
            if "cumulative" in line:
                yield Case(
                    cumulative_percent,
                    {"cumulative": line["cumulative"], "percents": tuple(percents)},
                    {"hundred": hundred},
                )
    rotated, extracted = (
        tuple(line[f"{part}eigenvalue"] for line in lines if f"{part}eigenvalue" in line)
        for part in ("rotated_", "extracted_")
    )
    if rotated and len(rotated) == len(extracted) and not oblique:
        yield Case(rotation_keeps_variance, {"rotated": rotated, "extracted": extracted})


def _in_percent(paper: Paper, cells: list[dict[str, Term]]) -> bool:
    """Whether the numbers are percentages (35.48) and no shares (.3548)."""
    read = [paper.read(line[role]) for line in cells for role in ("percent", "cumulative") if role in line]
    return any(not number.percent and (number.value or 0.0) > 1.0 for number in read) or any(
        number.percent for number in read
    )
