"""Comparisons of groups: t, Welch, analysis of variance and effect sizes from means, SDs and sizes.

Every mean and SD is what it could have been before rounding, and so is the statistic they give: what RIVETS
(Brown, Heathers & Wilkinson) does for one test at a time.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy import stats
from scipy.optimize import minimize_scalar

from smartcity_survey.audit.address import Term, resolve_one
from smartcity_survey.audit.case import Case, Judgement, Planner, applicable, check, identity
from smartcity_survey.audit.checks.adequacy import p_of_f_test, p_of_t_test
from smartcity_survey.audit.checks.judging import judged_by_one, judged_size
from smartcity_survey.audit.headers import is_line
from smartcity_survey.audit.interval import Interval, image, total
from smartcity_survey.audit.paper import Paper, Printed
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import numbers_of, printed_table

NUMBERED = re.compile(r"(?P<name>mean|sd|n)_(?P<group>(?!if_deleted)\w+)")
# More groups than this have too many corners.
_GROUPS = 10
# Beyond each limit of a 95 % interval.
_TAIL = 0.025


def _two(numbers: tuple[Reported, ...]) -> tuple[Interval, Interval]:
    first, second = numbers
    return first.interval, second.interval


def _sizes(numbers: tuple[Reported, ...]) -> list[Interval]:
    """Sizes of groups are whole counts, whatever their column is called."""
    return [Interval.exactly(number.value or 0.0) for number in numbers]


def pooled_variance(sds: Sequence[Interval], ns: Sequence[Interval]) -> Interval:
    """The variance within groups."""
    k = len(sds)

    def variance(*values: float) -> float:
        spreads, sizes = values[:k], values[k:]
        parts = sum((m - 1) * s**2 for s, m in zip(spreads, sizes, strict=True))
        return float(parts / (sum(sizes) - k))

    return image(variance, *(sd.clipped(0.0) for sd in sds), *ns)


def student_t(means: Sequence[Interval], sds: Sequence[Interval], ns: Sequence[Interval]) -> Interval:
    """The size of t with one variance for both groups."""
    difference = (means[0] - means[1]).magnitude()
    variance = pooled_variance(sds, ns)
    return image(lambda d, v, a, b: d / np.sqrt(v * (1 / a + 1 / b)), difference, variance, *ns)


def welch_t(means: Sequence[Interval], sds: Sequence[Interval], ns: Sequence[Interval]) -> Interval:
    """The size of t with each group's own variance (Welch 1947)."""
    difference = (means[0] - means[1]).magnitude()
    return image(
        lambda d, s1, s2, a, b: d / np.sqrt(s1**2 / a + s2**2 / b),
        difference,
        *(s.clipped(0.0) for s in sds),
        *ns,
    )


def welch_df(sds: Sequence[Interval], ns: Sequence[Interval]) -> Interval:
    """Degrees of freedom of Welch's t; they depend on the ratio of the variances of the means."""
    ratio = image(lambda s1, s2, a, b: (s1**2 / a) / (s2**2 / b), *(s.clipped(1e-12) for s in sds), *ns)
    a, b = (n.low for n in ns)

    def freedom(r: float) -> float:
        return float((r + 1) ** 2 / (r**2 / (a - 1) + 1 / (b - 1)))

    peak = (a - 1) / (b - 1)
    ends = [freedom(ratio.low), freedom(ratio.high)]
    inside = [freedom(peak)] if ratio.low < peak < ratio.high else []
    return Interval(min(ends), max(ends + inside))


def between_groups(means: Sequence[Interval], ns: Sequence[float]) -> Interval:
    """The sum of squares between groups; it is largest at a corner and smallest nearest to equal means."""

    def squares(values: Sequence[float]) -> float:
        centre = np.average(values, weights=ns)
        return float(np.sum(np.asarray(ns) * (np.asarray(values) - centre) ** 2))

    def nearest(centre: float) -> float:
        values = [min(max(centre, mean.low), mean.high) for mean in means]
        return float(np.sum(np.asarray(ns) * (np.asarray(values) - centre) ** 2))

    high = max(squares(corner) for corner in itertools.product(*((m.low, m.high) for m in means)))
    span = (min(mean.low for mean in means), max(mean.high for mean in means))
    if span[0] == span[1]:
        return Interval(0.0, high)
    low = minimize_scalar(nearest, bounds=span, method="bounded", options={"xatol": 1e-10}).fun
    return Interval(max(float(low) - 1e-9, 0.0), high)


@check("t", arithmetic=True)
def t_of_groups(
    t: Reported, means: tuple[Reported, ...], sds: tuple[Reported, ...], ns: tuple[Reported, ...]
) -> Judgement:
    """t of two groups, with a common variance or with Welch's, in whichever order they are compared."""
    roles = (_two(means), _two(sds), _sizes(ns))
    allowed = [student_t(*roles), welch_t(*roles)]
    negative = (t.value or 0.0) < 0
    return judged_by_one(t, [-one if negative else one for one in allowed])


@check("df", arithmetic=True)
def df_of_groups(df: Reported, sds: tuple[Reported, ...], ns: tuple[Reported, ...]) -> Judgement:
    """Two groups have n1 + n2 - 2 degrees of freedom, or those of Welch's test."""
    sizes = _sizes(ns)
    printed = Reported(df.text, df.value, df.decimals, _rounded(df), df.marks)
    student = sizes[0] + sizes[1] - Interval.exactly(2.0)
    return judged_by_one(printed, [student, welch_df(_two(sds), sizes)])


def _rounded(number: Reported) -> Interval:
    """A printed df of Welch's test may be rounded, though a column `df` holds whole counts."""
    value, half = number.value or 0.0, number.unit / 2
    return Interval(value - half, value + half)


@check("f", arithmetic=True)
def f_of_groups(
    f: Reported, means: tuple[Reported, ...], sds: tuple[Reported, ...], ns: tuple[Reported, ...]
) -> Judgement:
    """F of a one-way analysis of variance from the groups' means, SDs and sizes."""
    between = between_groups([mean.interval for mean in means], [n.value or 0.0 for n in ns])
    within = pooled_variance([sd.interval for sd in sds], _sizes(ns))
    expected = between.scaled(1 / (len(means) - 1)) / within
    return judged_by_one(f, [expected])


@identity("df1")
def df_between(groups: Interval) -> Interval:
    """Between k groups there are k - 1 degrees of freedom."""
    return groups - Interval.exactly(1.0)


@identity("df2")
def df_within(ns: tuple[Interval, ...]) -> Interval:
    """Within k groups of n cases together there are n - k degrees of freedom."""
    return total(ns) - Interval.exactly(float(len(ns)))


@check("d", arithmetic=True)
def d_of_groups(
    d: Reported, means: tuple[Reported, ...], sds: tuple[Reported, ...], ns: tuple[Reported, ...]
) -> Judgement:
    """Cohen's d by the pooled SD, the mean of the variances or the SD of one group; or Hedges' g."""
    centres, spreads, sizes = _two(means), _two(sds), _sizes(ns)
    difference = (centres[0] - centres[1]).magnitude()
    pooled = image(np.sqrt, pooled_variance(spreads, sizes))
    mean = image(lambda a, b: np.sqrt((a**2 + b**2) / 2), *spreads)
    exact = difference / pooled
    correction = image(lambda a, b: 1 - 3 / (4 * (a + b - 2) - 1), *sizes)
    allowed = [exact, difference / mean, *(difference / spread for spread in spreads), exact * correction]
    negative = (d.value or 0.0) < 0
    return judged_by_one(d, [-one if negative else one for one in allowed])


@check("eta2", arithmetic=True)
def eta2_of_groups(
    eta2: Reported, means: tuple[Reported, ...], sds: tuple[Reported, ...], ns: tuple[Reported, ...]
) -> Judgement:
    """Eta squared is the share of the sum of squares that is between groups."""
    sizes = _sizes(ns)
    between = between_groups([mean.interval for mean in means], [n.value or 0.0 for n in ns])
    free = Interval.exactly(sum(n.value or 0.0 for n in ns) - len(ns))
    within = pooled_variance([sd.interval for sd in sds], sizes) * free
    return judged_size(eta2, image(lambda b, w: b / (b + w), between, within))


@identity("t")
def t_of_difference(difference: Interval, se_difference: Interval) -> Interval:
    """t is the difference of two means by its standard error."""
    return difference / se_difference


@identity("ci_low")
def lower_limit_of_difference(difference: Interval, se_difference: Interval, df: Interval) -> Interval:
    """The lower 95 % limit lies a critical t times the standard error below the difference."""
    return image(lambda d, s, m: d - stats.t.isf(_TAIL, m) * s, difference, se_difference, df)


@identity("ci_high")
def upper_limit_of_difference(difference: Interval, se_difference: Interval, df: Interval) -> Interval:
    """The upper 95 % limit lies a critical t times the standard error above the difference."""
    return image(lambda d, s, m: d + stats.t.isf(_TAIL, m) * s, difference, se_difference, df)


OF_DIFFERENCE = (t_of_difference, lower_limit_of_difference, upper_limit_of_difference, p_of_t_test)
OF_TWO = (t_of_groups, df_of_groups, d_of_groups)
OF_ALL = (f_of_groups, df_between, df_within, eta2_of_groups)

CHECKS = (*OF_TWO, *OF_ALL, *OF_DIFFERENCE[:-1])


def plan_groups(
    paper: Paper,
    place: str,
    *,
    table: str,
    n: Sequence[str | float] | None = None,
    tails: float = 2,
) -> Iterator[Case]:
    """The tests of each variable, from its groups' means, SDs and sizes.

    A variable is a line with `mean_1, sd_1, n_1, mean_2 ...`, or a group of lines with `mean, sd, n`, one for
    each group of cases; or it prints `difference` and `se_difference` of two groups.
    Sizes that the table does not print are `n`, in order.
    """
    printed = printed_table(paper, table, place)
    if "difference" in printed.columns:
        # SPSS: a line with a common variance and one with Welch's, of each variable.
        for line in printed.body:
            known = {**numbers_of(paper, printed, line), "tails": tails, "alpha": paper.alpha}
            yield from applicable(OF_DIFFERENCE, known)
        return
    sizes = [resolve_one(paper, one, place) for one in n or ()]
    for cells, groups in _variables(paper, printed):
        groups = [{**({"n": sizes[i]} if i < len(sizes) else {}), **group} for i, group in enumerate(groups)]
        roles: dict[str, Term | tuple[Term, ...]] = {**cells, "tails": tails, "alpha": paper.alpha}
        complete = [group for group in groups if {"mean", "sd", "n"} <= group.keys()]
        if 1 < len(complete) == len(groups) <= _GROUPS:
            roles["groups"] = float(len(groups))
            for role in ("mean", "sd", "n"):
                roles[f"{role}s"] = tuple(group[role] for group in groups)
            if len(groups) == 2:
                if "df" not in roles and "p" in roles and "t" in roles:
                    roles["df"] = _student_df(paper, groups)
                yield from applicable(
                    [one for one in OF_TWO if one is not df_of_groups or "df" in cells], roles
                )
            yield from applicable(OF_ALL, roles)
            if "f" in roles and "df1" not in roles:
                cases = sum(paper.read(group["n"]).value or 0.0 for group in groups)
                roles |= {"df1": float(len(groups) - 1), "df2": cases - len(groups)}
        if "t" in roles:
            yield from applicable((p_of_t_test,), roles)
        if "f" in roles:
            yield from applicable((p_of_f_test,), roles)


def _student_df(paper: Paper, groups: Sequence[Mapping[str, Term]]) -> float:
    return sum(paper.read(group["n"]).value or 0.0 for group in groups) - 2.0


def _variables(paper: Paper, printed: Printed) -> Iterator[tuple[dict[str, Term], list[dict[str, Term]]]]:
    """Of each variable its test statistics, and mean, SD and n of each of its groups."""
    lines = {line: numbers_of(paper, printed, line) for line in printed.body}
    grouped: dict[str, list[str]] = {}
    for line in lines:
        grouped.setdefault(printed.group_of(line) or line, []).append(line)
    for members in grouped.values():
        statistics: dict[str, Term] = {}
        groups: dict[str, dict[str, Term]] = {}
        for line in members:
            for column, term in lines[line].items():
                numbered = NUMBERED.fullmatch(column)
                if numbered:
                    groups.setdefault(numbered["group"], {})[numbered["name"]] = term
                elif column in {"mean", "sd", "n"} and len(members) > 1:
                    if not is_line(line, "total"):
                        groups.setdefault(line, {})[column] = term
                else:
                    statistics.setdefault(column, term)
        yield statistics, list(groups.values())


PLANS: dict[str, Planner] = {"groups": plan_groups}
