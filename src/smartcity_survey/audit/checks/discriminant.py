"""Discriminant validity: the Fornell-Larcker table and HTMT as matrices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smartcity_survey.audit.address import Spec, Term, resolve
from smartcity_survey.audit.case import Case, Judgement, Planner, check, identity
from smartcity_survey.audit.checks.arithmetic import same_value
from smartcity_survey.audit.checks.correlations import matrix_cases
from smartcity_survey.audit.checks.measurement import constructs_of, root_of_ave
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.matrix import Square, read_square, unnumbered
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import printed_table
from smartcity_survey.errors import SurveyError, counted

# HTMT of equally weighted items is the constructs' correlation divided by the root of both alphas. Other
# weights move the correlation, in practice by less than this.
_WEIGHTS = 0.20


@identity("diagonal")
def ave_on_diagonal(ave: Interval) -> Interval:
    """A diagonal said to hold AVE holds it."""
    return ave


@identity("htmt")
def htmt_in_range() -> Interval:
    """HTMT is a ratio of mean sizes of correlations: never negative."""
    return Interval.at_least(0.0)


@check("htmt", arithmetic=True)
def htmt_above_correlation(htmt: Reported, correlation: Reported) -> Judgement:
    """HTMT corrects the constructs' correlation for unreliability, so it is larger (Henseler et al. 2015)."""
    size = correlation.interval.magnitude()
    expected = Interval.at_least(size.low)
    if expected.meets(htmt.interval):
        return Judgement(True, expected)
    if Interval.at_least(size.low - _WEIGHTS).meets(htmt.interval):
        return Judgement(None, expected, reason="htmt_near_correlation")
    return Judgement(False, expected)


@check("diagonal")
def fornell_larcker_criterion(
    diagonal: Reported, correlations: tuple[Reported, ...], *, holds: bool
) -> Judgement:
    """The root of a construct's AVE is above its correlations, as said (Fornell & Larcker 1981)."""
    larger = [number.text for number in correlations if diagonal.interval.below(number.interval.magnitude())]
    clear = all(number.interval.magnitude().below(diagonal.interval) for number in correlations)
    if holds:
        return Judgement(not larger, details={"which": ", ".join(larger)})
    return Judgement(
        False if clear else bool(larger) or None, reason="" if clear or larger else "at_the_level"
    )


CHECKS = (ave_on_diagonal, htmt_in_range, htmt_above_correlation, fornell_larcker_criterion)


def plan_discriminant(
    paper: Paper,
    place: str,
    *,
    fornell_larcker: str | None = None,
    htmt: str | None = None,
    diagonal: str = "root",
    ave: Spec = None,
    measurement: str | None = None,
    holds: bool | None = None,
) -> Iterator[Case]:
    """The diagonal against AVE, the correlations among themselves, HTMT beside them; does the criterion hold?

    AVE is at the addresses `ave`, in the order of the constructs, in the table `measurement` by name, or
    beside the matrix itself.
    """
    if fornell_larcker is None and htmt is None:
        raise SurveyError(place, "it names no table.", "Give `fornell_larcker`, `htmt` or both.")
    if diagonal not in {"root", "ave"}:
        raise SurveyError(place, f"`diagonal: {diagonal}` is unknown.", "Use root or ave.")
    constructs = None
    if fornell_larcker is not None:
        constructs = read_square(paper, printed_table(paper, fornell_larcker, place))
        _needs_pairs(constructs, fornell_larcker, place)
        aves = _aves(paper, place, constructs, ave, measurement, fornell_larcker)
        for i, address in constructs.diagonal.items():
            if constructs.names[i] in aves and paper.read(address).text.rstrip("0.") != "1":
                known = {"ave": aves[constructs.names[i]]}
                if diagonal == "root":
                    yield Case(root_of_ave, {"sqrt_ave": address, **known})
                else:
                    yield Case(ave_on_diagonal, {"diagonal": address, **known})
        yield from matrix_cases(constructs)
        if holds is not None:
            yield from _criterion(constructs, holds)
    if htmt is not None:
        ratios = read_square(paper, printed_table(paper, htmt, place))
        _needs_pairs(ratios, htmt, place)
        yield from _ratios(ratios, constructs)


def _needs_pairs(square: Square, table: str, place: str) -> None:
    if not square.pairs:
        raise SurveyError(
            place,
            f"{table} has no column that is named like one of its lines.",
            "Name lines and columns alike, or the columns 1, 2, 3 in the order of the lines.",
        )


def _aves(
    paper: Paper, place: str, square: Square, ave: Spec, measurement: str | None, table: str
) -> Mapping[str, Term]:
    if ave is not None:
        terms = resolve(paper, ave, place)
        if len(terms) != len(square.names):
            raise SurveyError(
                place,
                f"`ave` stands for {counted(len(terms), 'number')}, the table has "
                f"{counted(len(square.names), 'construct')}.",
                "Give one for each, in the order of the table.",
            )
        return dict(zip(square.names, terms, strict=True))
    # A table may print AVE and composite reliability beside the matrix.
    constructs = constructs_of(paper, printed_table(paper, measurement or table, place))
    known = {
        unnumbered(name): construct.statistics["ave"]
        for name, construct in constructs.items()
        if "ave" in construct.statistics
    }
    return {name: known[unnumbered(name)] for name in square.names if unnumbered(name) in known}


def _criterion(square: Square, holds: bool) -> Iterator[Case]:
    for i, address in square.diagonal.items():
        beside = tuple(term for pair, term in square.pairs.items() if i in pair)
        if beside:
            roles: dict[str, Term | tuple[Term, ...]] = {"diagonal": address, "correlations": beside}
            yield Case(fornell_larcker_criterion, roles, {"holds": holds})


def _ratios(ratios: Square, constructs: Square | None) -> Iterator[Case]:
    for address in ratios.pairs.values():
        yield Case(htmt_in_range, {"htmt": address})
    if ratios.mirrored:
        for pair in sorted(ratios.lower.keys() & ratios.upper.keys()):
            yield Case(same_value, {"values": (ratios.lower[pair], ratios.upper[pair])})
    if constructs is None:
        return
    correlations = {
        frozenset((unnumbered(constructs.names[i]), unnumbered(constructs.names[j]))): term
        for (i, j), term in constructs.pairs.items()
    }
    for (i, j), address in ratios.pairs.items():
        both = frozenset((unnumbered(ratios.names[i]), unnumbered(ratios.names[j])))
        if both in correlations:
            yield Case(htmt_above_correlation, {"htmt": address, "correlation": correlations[both]})


PLANS: dict[str, Planner] = {"discriminant": plan_discriminant}
