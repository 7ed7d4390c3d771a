"""Mediation: indirect effects as products of paths, total effects, the variance accounted for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from smartcity_survey.audit.address import Term, resolve_one
from smartcity_survey.audit.case import Case, Judgement, Planner, applicable, check, identity
from smartcity_survey.audit.checks.inference import inferences
from smartcity_survey.audit.checks.judging import hull, judged
from smartcity_survey.audit.checks.paths import ESTIMATES, arrows, chain_of
from smartcity_survey.audit.interval import Interval, image, total
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import numbers_of, printed_table


@identity("indirect")
def indirect_effect(links: tuple[Interval, ...]) -> Interval:
    """An indirect effect is the product of the paths along it."""
    product = Interval.exactly(1.0)
    for link in links:
        product = product * link
    return product


@identity("total")
def total_effect(direct: Interval, indirects: tuple[Interval, ...]) -> Interval:
    """The total effect is the direct one plus every indirect one."""
    return direct + total(indirects)


@check("vaf", arithmetic=True)
def variance_accounted_for(vaf: Reported, indirect: Reported, total: Reported) -> Judgement:
    """VAF is the indirect effect's share of the total effect, printed as a share or in percent."""
    share = indirect.interval / total.interval
    percent = not vaf.percent and (vaf.value or 0.0) > 1.5
    return judged(vaf, share.scaled(100.0) if percent else share)


@check("z", arithmetic=True)
def sobel(z: Reported, path_a: Reported, path_b: Reported, se_a: Reported, se_b: Reported) -> Judgement:
    """Sobel's z is ab / sqrt(b^2 SE_a^2 + a^2 SE_b^2).

    Aroian adds SE_a^2 SE_b^2 under the root, Goodman takes it away: all three are allowed.
    """
    roles = (path_a.interval, path_b.interval, se_a.interval, se_b.interval)

    def test(sign: float) -> Interval:
        def value(x: float, y: float, sx: float, sy: float) -> float:
            return float(x * y / np.sqrt(y**2 * sx**2 + x**2 * sy**2 + sign * sx**2 * sy**2))

        return image(value, *roles)

    return judged(z, hull([test(sign) for sign in (-1.0, 0.0, 1.0)]))


CHECKS = (indirect_effect, total_effect, variance_accounted_for, sobel)


def plan_mediation(
    paper: Paper,
    place: str,
    *,
    table: str,
    paths: str | None = None,
    totals: str | None = None,
    n: str | float | None = None,
    tails: float | None = None,
    reference: str | None = None,
    level: float = 0.95,
    single: bool = True,
) -> Iterator[Case]:
    """Indirect effects from their paths, total effects, VAF and Sobel's z, and inference of each line.

    The paths of a line stand in its columns `path_a` and `path_b`, or in the table `paths`, where it is named
    `A->M->B` (or has columns `source, mediator, target`). With `single: false` a line's total effect holds
    indirect effects that other lines print. `totals` is a table of total effects `A->B`, beside which `table`
    prints every indirect effect and `paths` every path.
    """
    printed = printed_table(paper, table, place)
    links = {} if paths is None else _links(paper, place, paths)
    sample = n if n is not None else paper.n
    lines = {line: numbers_of(paper, printed, line) for line in printed.body}
    tested = []
    for line, cells in lines.items():
        roles: dict[str, Term | tuple[Term, ...]] = dict(cells)
        chain = _chain(printed.cells, line)
        along = [links.get(step) for step in pairwise(chain)]
        if len(chain) > 2 and "indirect" not in cells:
            # SmartPLS calls a specific indirect effect an `Original sample` like any other.
            estimate = next((cells[name] for name in ESTIMATES if name in cells), None)
            if estimate is not None:
                roles["indirect"] = estimate
        if {"path_a", "path_b"} <= cells.keys():
            roles["links"] = (cells["path_a"], cells["path_b"])
        elif len(chain) > 2 and all(along):
            roles["links"] = tuple(term for term in along if term is not None)
        if "direct" not in roles and len(chain) > 2 and (chain[0], chain[-1]) in links and "total" in roles:
            roles["direct"] = links[chain[0], chain[-1]]
        if single and "indirect" in roles:
            roles["indirects"] = (roles["indirect"],)  # type: ignore[assignment]
        yield from applicable((indirect_effect, total_effect, variance_accounted_for, sobel), roles)
        tested.append({**({"estimate": cells["indirect"]} if "indirect" in cells else {}), **cells})
    if totals is not None:
        yield from _totals(paper, place, totals, links, lines)
    yield from inferences(
        paper,
        place,
        tested,
        n=None if sample is None else resolve_one(paper, sample, place),
        tails=tails,
        reference=reference,
        df=None,
        level=level,
    )


def _totals(
    paper: Paper,
    place: str,
    table: str,
    links: Mapping[tuple[str, str], Term],
    lines: Mapping[str, Mapping[str, Term]],
) -> Iterator[Case]:
    """Each total effect from the path and the indirect effects between the same two variables.

    Where `links` allow an indirect effect that no line prints, the sum is not known.
    """
    along: dict[tuple[str, str], list[Term]] = {}
    for line, cells in lines.items():
        chain = chain_of(line)
        effect = next((cells[name] for name in ("indirect", *ESTIMATES) if name in cells), None)
        if len(chain) > 2 and effect is not None:
            along.setdefault((chain[0], chain[-1]), []).append(effect)
    for ends, term in _links(paper, place, table).items():
        indirects = tuple(along.get(ends, ()))
        if ends in links and len(indirects) == _ways(list(links), *ends) - 1:
            roles: dict[str, Term | tuple[Term, ...]] = {"total": term, "direct": links[ends]}
            yield Case(total_effect, {**roles, "indirects": indirects})


def _ways(links: Sequence[tuple[str, str]], source: str, target: str, passed: tuple[str, ...] = ()) -> int:
    """How many ways lead from one variable to another, without one twice."""
    if source == target:
        return 1
    onward = [end for start, end in links if start == source and end not in passed]
    return sum(_ways(links, end, target, (*passed, source)) for end in onward)


def _chain(cells: Mapping[tuple[str, str], str], line: str) -> list[str]:
    named = [cells.get((line, column), "") for column in ("source", "mediator", "target")]
    return named if all(named) else chain_of(line)


def _links(paper: Paper, place: str, paths: str) -> dict[tuple[str, str], Term]:
    printed = printed_table(paper, paths, place)
    found: dict[tuple[str, str], Term] = {}
    for line, ends in arrows(paper, printed).items():
        cells = numbers_of(paper, printed, line)
        if estimate := next((cells[name] for name in ESTIMATES if name in cells), None):
            found[ends] = estimate
    return found


PLANS: dict[str, Planner] = {"mediation": plan_mediation}
