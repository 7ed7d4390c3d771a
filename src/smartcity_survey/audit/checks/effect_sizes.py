"""Effect sizes from the test statistics beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import stats

from smartcity_survey.audit.address import Term, resolve_one
from smartcity_survey.audit.case import Case, Judgement, Planner, applicable, check
from smartcity_survey.audit.checks.judging import judged, judged_by_one, judged_size
from smartcity_survey.audit.interval import Interval, image
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import numbers_of, printed_table
from smartcity_survey.errors import SurveyError


@check("eta2", arithmetic=True)
def eta2_from_f(eta2: Reported, f: Reported, df1: Reported, df2: Reported) -> Judgement:
    """(Partial) eta squared is F df1/(F df1 + df2)."""
    return judged_size(
        eta2,
        image(lambda x, a, b: x * a / (x * a + b), f.interval.clipped(0.0), df1.interval, df2.interval),
    )


@check("omega2", arithmetic=True)
def omega2_from_f(omega2: Reported, f: Reported, df1: Reported, df2: Reported) -> Judgement:
    """(Partial) omega squared is df1 (F - 1)/(df1 (F - 1) + df1 + df2 + 1) of one factor."""

    def share(x: float, a: float, b: float) -> float:
        return float(a * (x - 1) / (a * (x - 1) + a + b + 1))

    return judged(omega2, image(share, f.interval, df1.interval, df2.interval))


@check("r", arithmetic=True)
def r_from_t(r: Reported, t: Reported, df: Reported) -> Judgement:
    """The correlation that belongs to a t is t/sqrt(t^2 + df)."""
    size = t.interval.magnitude()
    return judged_size(r, image(lambda x, m: x / np.sqrt(x * x + m), size, df.interval))


@check("d", arithmetic=True)
def d_from_t(d: Reported, t: Reported, n1: Reported, n2: Reported) -> Judgement:
    """Cohen's d of two groups is t sqrt(1/n1 + 1/n2), its approximation 2t/sqrt(df); or Hedges' g."""
    size, one, two = t.interval.magnitude(), n1.interval, n2.interval
    exact = image(lambda x, a, b: x * np.sqrt(1 / a + 1 / b), size, one, two)
    approximate = image(lambda x, a, b: 2 * x / np.sqrt(a + b - 2), size, one, two)
    correction = image(lambda a, b: 1 - 3 / (4 * (a + b - 2) - 1), one, two)
    allowed = [exact, approximate, exact * correction]
    return judged_by_one(d, [-part for part in allowed] if (d.value or 0.0) < 0 else allowed)


@check("v", arithmetic=True)
def v_from_chi2(v: Reported, chi2: Reported, n: Reported, smaller: Reported) -> Judgement:
    """Cramer's V is sqrt(chi2/(n (k - 1))), with k the smaller number of rows or columns; phi with k = 2."""
    size = image(
        lambda x, m, k: np.sqrt(x / (m * (k - 1))), chi2.interval.clipped(0.0), n.interval, smaller.interval
    )
    return judged_size(v, size)


@check("f2", arithmetic=True)
def f2_of_r2(f2: Reported, r2: Reported) -> Judgement:
    """f2 of a whole regression is R2/(1 - R2)."""
    return judged_size(f2, image(lambda r: r / (1 - r), r2.interval.clipped(0.0, 1.0)))


@check("wald", arithmetic=True)
def wald_of_b(wald: Reported, b: Reported, std_error: Reported) -> Judgement:
    """Wald's statistic is (B/SE) squared; some programs print B/SE itself under that name."""
    ratio = b.interval / std_error.interval.clipped(0.0)
    size = ratio.magnitude()
    return judged_by_one(wald, [Interval(size.low**2, size.high**2), ratio])


@check("p", arithmetic=True)
def p_from_wald(p: Reported, wald: Reported, alpha: Reported) -> Judgement:
    """p is the upper tail of chi-square with one degree of freedom, or both tails of z, Wald's root."""
    size = wald.interval.magnitude()
    of_root = judged(p, image(lambda x: 2 * stats.norm.sf(x), size), alpha)
    if of_root.consistent or wald.interval.high < 0:
        return of_root
    return judged(p, image(lambda x: stats.chi2.sf(x, 1), size), alpha)


@check("odds_ratio", arithmetic=True)
def odds_ratio_of_b(odds_ratio: Reported, b: Reported) -> Judgement:
    """An odds ratio is exp(B)."""
    return judged(odds_ratio, image(np.exp, b.interval))


@check("odds_ratio", arithmetic=True)
def odds_ratio_in_interval(odds_ratio: Reported, ci_low: Reported, ci_high: Reported) -> Judgement:
    """The limits of an odds ratio lie equally far from it in logarithms: its square is their product."""
    low, high = ci_low.interval.clipped(0.0), ci_high.interval.clipped(0.0)
    return judged(odds_ratio, image(lambda a, b: np.sqrt(a * b), low, high))


@check("p", arithmetic=True)
def p_of_odds_ratio(
    p: Reported, odds_ratio: Reported, ci_low: Reported, ci_high: Reported, alpha: Reported
) -> Judgement:
    """The limits of an odds ratio give its standard error, and with it p of Wald's test."""
    low, high = ci_low.interval.clipped(1e-12), ci_high.interval.clipped(1e-12)
    error = image(lambda a, b: (np.log(b) - np.log(a)) / (2 * stats.norm.isf(0.025)), low, high)
    if error.low <= 0:
        return Judgement(None, reason="interval_too_coarse")
    z = image(np.log, odds_ratio.interval.clipped(1e-12)).magnitude() / error
    return judged(p, image(lambda x: 2 * stats.norm.sf(x), z), alpha)


CHECKS = (
    eta2_from_f,
    omega2_from_f,
    r_from_t,
    d_from_t,
    v_from_chi2,
    f2_of_r2,
    wald_of_b,
    p_from_wald,
    odds_ratio_of_b,
    odds_ratio_in_interval,
    p_of_odds_ratio,
)


def plan_effect_sizes(
    paper: Paper, place: str, *, table: str | None = None, **numbers: Any
) -> Iterator[Case]:
    """Effect sizes of every line of a table, or of numbers named one by one.

    `d, r, eta2, omega2, v, f2` or `odds_ratio`, and beside them `t, f, df, df1, df2, n1, n2, chi2, n,
    smaller, r2, b, ci_low, ci_high, p`. Those named serve lines that do not print them.
    """
    known = {role for one in CHECKS for role in one.roles}
    if stranger := next((name for name in numbers if name not in known), None):
        raise SurveyError(place, f"`{stranger}` is unknown.", f"Known are {', '.join(sorted(known))}.")
    shared: dict[str, Term] = {"alpha": paper.alpha}
    shared |= {role: resolve_one(paper, spec, place) for role, spec in numbers.items()}
    if table is None:
        cases = list(applicable(CHECKS, shared))
        if not cases:
            sets = "; ".join(", ".join(role for role in one.roles if role != "alpha") for one in CHECKS)
            raise SurveyError(
                place,
                f"no effect size follows from {', '.join(numbers) or 'nothing'}.",
                f"Give one of: {sets}.",
            )
        yield from cases
        return
    printed = printed_table(paper, table, place)
    for line in printed.body:
        yield from applicable(CHECKS, shared | numbers_of(paper, printed, line))


PLANS: dict[str, Planner] = {"effect_sizes": plan_effect_sizes}
