"""KMO and Bartlett's test of sphericity, and any other test statistic against its p."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import stats

from smartcity_survey.audit.address import Term, resolve_one
from smartcity_survey.audit.case import Case, Planner, applicable, identity
from smartcity_survey.audit.headers import canonical
from smartcity_survey.audit.interval import Interval, image
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.tables import columns_of, printed_table
from smartcity_survey.errors import SurveyError


@identity("kmo")
def kmo_in_range() -> Interval:
    """KMO lies between 0 and 1."""
    return Interval(0.0, 1.0)


@identity("bartlett_df")
def df_of_sphericity(items: Interval) -> Interval:
    """Bartlett's test of p items has p(p - 1)/2 degrees of freedom."""
    return image(lambda p: p * (p - 1) / 2, items)


@identity("bartlett_p", decides=True)
def p_of_sphericity(bartlett_chi2: Interval, bartlett_df: Interval) -> Interval:
    """p is the upper tail of chi-square."""
    return image(stats.chi2.sf, bartlett_chi2.clipped(0.0), bartlett_df)


_ADEQUACY = frozenset({"kmo", "bartlett_chi2", "bartlett_df", "bartlett_p"})
ADEQUACY = (kmo_in_range, df_of_sphericity, p_of_sphericity)


@identity("p", decides=True)
def p_of_chi2(chi2: Interval, df: Interval) -> Interval:
    """p is the upper tail of chi-square."""
    return image(stats.chi2.sf, chi2.clipped(0.0), df)


@identity("p", decides=True)
def p_of_f_test(f: Interval, df1: Interval, df2: Interval) -> Interval:
    """p is the upper tail of F."""
    return image(stats.f.sf, f.clipped(0.0), df1, df2)


@identity("p", decides=True)
def p_of_t_test(t: Interval, df: Interval, tails: Interval) -> Interval:
    """p is the tail of t, on both sides or on one."""
    return image(lambda x, m, sides: sides * stats.t.sf(x, m), t.magnitude(), df, tails)


@identity("p", decides=True)
def p_of_z_test(z: Interval, tails: Interval) -> Interval:
    """p is the tail of the normal distribution, on both sides or on one."""
    return image(lambda x, sides: sides * stats.norm.sf(x), z.magnitude(), tails)


@identity("p", decides=True)
def p_of_correlation(r: Interval, n: Interval, tails: Interval) -> Interval:
    """p of a correlation is that of t = r sqrt((n - 2)/(1 - r^2))."""

    return image(tail_of_correlation, r.magnitude().clipped(0.0, 1.0), n, tails)


def tail_of_correlation(size: float, n: float, tails: float) -> float:
    """p of a correlation of that size (0 to 1) in n cases, on one side or two."""
    return float(tails * stats.t.sf(size * np.sqrt((n - 2) / (1 - size**2)), n - 2))


TESTS = (p_of_chi2, p_of_f_test, p_of_t_test, p_of_z_test, p_of_correlation)

CHECKS = (*ADEQUACY, *TESTS)


def plan_adequacy(
    paper: Paper,
    place: str,
    *,
    table: str,
    items: str | float | None = None,
    n: str | float | None = None,
) -> Iterator[Case]:
    """KMO within 0-1, df from the number of items, p from chi-square and df; in lines or in columns."""
    printed = printed_table(paper, table, place)
    roles: dict[str, Term] = {"alpha": paper.alpha}
    if items is not None:
        roles["items"] = resolve_one(paper, items, place)
    in_lines: dict[str, Term] = {}
    for line in printed.lines:
        cells = columns_of(printed, line)
        if any(column in _ADEQUACY for column in cells):
            # One line of several columns is one test; each further line is one of its own.
            yield from applicable(ADEQUACY, roles | cells)
        elif len(cells) == 1:
            in_lines.setdefault(canonical(line.rpartition("/")[2], "adequacy"), next(iter(cells.values())))
    yield from applicable(ADEQUACY, roles | in_lines)


def plan_test(paper: Paper, place: str, *, tails: float = 2, **numbers: Any) -> Iterator[Case]:
    """A test statistic (`t`, `f`, `chi2`, `z` or `r`), its `df` (`df1`, `df2`, `n`) and its `p`."""
    roles: dict[str, Term] = {role: resolve_one(paper, spec, place) for role, spec in numbers.items()}
    cases = list(applicable(TESTS, roles | {"tails": tails, "alpha": paper.alpha}))
    if not cases:
        known = "; ".join(", ".join(r for r in c.roles if r not in {"alpha", "tails"}) for c in TESTS)
        raise SurveyError(place, f"no test has just {', '.join(numbers)}.", f"Give one of: {known}.")
    yield from cases


PLANS: dict[str, Planner] = {"adequacy": plan_adequacy, "test": plan_test}
