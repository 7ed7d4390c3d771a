"""Fit indices of structural models: each from chi-square, its df, n and the baseline model."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from smartcity_survey.audit.address import Term, resolve_one
from smartcity_survey.audit.case import Case, Judgement, Planner, applicable, check, identity
from smartcity_survey.audit.checks.adequacy import p_of_chi2
from smartcity_survey.audit.checks.judging import hull, judged, judged_by_one
from smartcity_survey.audit.headers import line_named
from smartcity_survey.audit.interval import Interval, image
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.reported import Reported
from smartcity_survey.audit.tables import numbers_of, printed_table

_COLUMN = "value"


@identity("chi2_df")
def chi2_by_df(chi2: Interval, df: Interval) -> Interval:
    """The normed chi-square is chi-square by its degrees of freedom."""
    return chi2 / df


@check("rmsea", arithmetic=True)
def rmsea_from_chi2(rmsea: Reported, chi2: Reported, df: Reported, n: Reported) -> Judgement:
    """RMSEA is sqrt((chi2 - df)/(df (n - 1))) (Steiger 1990), in some programs with n."""

    def value(x: float, d: float, m: float) -> float:
        return float(np.sqrt(np.maximum(x - d, 0.0) / (d * m)))

    return judged(rmsea, _by_n(value, chi2.interval, df.interval, n.interval))


@check("rmsea_low", arithmetic=True)
def rmsea_lower_limit(rmsea_low: Reported, chi2: Reported, df: Reported, n: Reported) -> Judgement:
    """The lower 90 % limit of RMSEA is that of the noncentrality of chi-square."""
    return judged(rmsea_low, _rmsea_limit(chi2.interval, df.interval, n.interval, 0.95))


@check("rmsea_high", arithmetic=True)
def rmsea_upper_limit(rmsea_high: Reported, chi2: Reported, df: Reported, n: Reported) -> Judgement:
    """The upper 90 % limit of RMSEA is that of the noncentrality of chi-square."""
    return judged(rmsea_high, _rmsea_limit(chi2.interval, df.interval, n.interval, 0.05))


def _rmsea_limit(chi2: Interval, df: Interval, n: Interval, below: float) -> Interval:
    def limit(x: float, d: float, m: float) -> float:
        return math.sqrt(noncentrality(float(x), float(d), below) / (float(d) * float(m)))

    return _by_n(limit, chi2, df, n)


def noncentrality(chi2: float, df: float, below: float) -> float:
    """The noncentrality at which a share `below` of chi-squares is smaller than this one; 0 where none is."""
    if not (math.isfinite(chi2) and math.isfinite(df) and df > 0) or chi2 <= 0:
        return math.nan
    if stats.chi2.cdf(chi2, df) <= below:
        return 0.0
    high = chi2 + 20.0 * math.sqrt(chi2) + 50.0
    return float(brentq(lambda nc: stats.ncx2.cdf(chi2, df, nc) - below, 1e-12, high))


def _by_n(value: object, chi2: Interval, df: Interval, n: Interval) -> Interval:
    """With n and with n - 1, as programs differ."""
    less = n - Interval.exactly(1.0)
    return hull([image(value, chi2, df, size) for size in (n, less)])  # type: ignore[arg-type]


@identity("cfi")
def cfi_from_baseline(
    chi2: Interval, df: Interval, chi2_baseline: Interval, df_baseline: Interval
) -> Interval:
    """CFI is 1 - (chi2 - df)/(chi2 of the baseline - its df), neither below 0 (Bentler 1990)."""
    misfit = (chi2 - df).clipped(0.0)
    null = (chi2_baseline - df_baseline).clipped(0.0)
    return image(lambda own, base: 1 - own / np.maximum(base, own), misfit, null)


@identity("tli")
def tli_from_baseline(
    chi2: Interval, df: Interval, chi2_baseline: Interval, df_baseline: Interval
) -> Interval:
    """TLI compares chi-square by df of the baseline and of the model (Tucker & Lewis 1973)."""
    return image(lambda own, base: (base - own) / (base - 1), chi2 / df, chi2_baseline / df_baseline)


@identity("nfi")
def nfi_from_baseline(chi2: Interval, chi2_baseline: Interval) -> Interval:
    """NFI is 1 - chi2/chi2 of the baseline (Bentler & Bonett 1980)."""
    return Interval.exactly(1.0) - chi2 / chi2_baseline


@identity("ifi")
def ifi_from_baseline(chi2: Interval, df: Interval, chi2_baseline: Interval) -> Interval:
    """IFI is (chi2 of the baseline - chi2)/(chi2 of the baseline - df) (Bollen 1989)."""
    return image(lambda own, d, base: (base - own) / (base - d), chi2, df, chi2_baseline)


@identity("tli")
def tli_from_cfi(cfi: Interval, df: Interval, df_baseline: Interval) -> Interval:
    """Below 1, 1 - TLI is 1 - CFI times the baseline's df by the model's."""
    expected = image(lambda c, d, base: 1 - (1 - c) * base / d, cfi, df, df_baseline)
    return Interval(expected.low, np.inf) if cfi.high >= 1.0 else expected


@identity("tli")
def tli_at_most_cfi(cfi: Interval) -> Interval:
    """Below 1, TLI is smaller than CFI, for the baseline has more degrees of freedom than the model."""
    return Interval.at_most(np.inf if cfi.high >= 1.0 else cfi.high)


@identity("cfi")
def index_in_range() -> Interval:
    """CFI lies between 0 and 1."""
    return Interval(0.0, 1.0)


@identity("srmr")
def srmr_in_range() -> Interval:
    """SRMR lies between 0 and 1."""
    return Interval(0.0, 1.0)


@identity("df_baseline")
def df_of_baseline(items: Interval) -> Interval:
    """The baseline model of p items has p(p - 1)/2 degrees of freedom."""
    return image(lambda p: p * (p - 1) / 2, items)


@identity("df")
def df_from_parameters(items: Interval, parameters: Interval) -> Interval:
    """A model of p items has p(p + 1)/2 - q degrees of freedom."""
    return image(lambda p, q: p * (p + 1) / 2 - q, items, parameters)


@identity("agfi")
def agfi_from_gfi(gfi: Interval, df: Interval, items: Interval) -> Interval:
    """AGFI is 1 - p(p + 1)/(2 df) (1 - GFI)."""
    return image(lambda g, d, p: 1 - p * (p + 1) / (2 * d) * (1 - g), gfi, df, items)


@check("aic", arithmetic=True)
def aic_from_chi2(aic: Reported, chi2: Reported, df: Reported, items: Reported) -> Judgement:
    """AIC is chi2 + 2q (AMOS, with or without means) or chi2 - 2 df; from a likelihood it may be anything."""
    means = items.interval
    free = image(lambda p, d: p * (p + 1) / 2 - d, means, df.interval)
    allowed = [
        chi2.interval + free.scaled(2.0),
        chi2.interval + (free + means).scaled(2.0),
        chi2.interval - df.interval.scaled(2.0),
    ]
    judgement = judged_by_one(aic, allowed)
    if judgement.consistent:
        return judgement
    return Judgement(None, judgement.expected, reason="aic_of_likelihood")


@check("bic", arithmetic=True)
def bic_from_aic(bic: Reported, aic: Reported, n: Reported) -> Judgement:
    """BIC - AIC is the number of parameters times ln n - 2, and that number is whole."""
    parameters = image(lambda gap, m: gap / (np.log(m) - 2), bic.interval - aic.interval, n.interval)
    if not math.isfinite(parameters.width):
        return Judgement(None, reason="not_finite")
    whole = math.floor(parameters.high + 1e-9) >= max(1, math.ceil(parameters.low - 1e-9))
    return Judgement(whole, details={"parameters": f"{(parameters.low + parameters.high) / 2:.2f}"})


INDICES = (
    chi2_by_df,
    p_of_chi2,
    rmsea_from_chi2,
    rmsea_lower_limit,
    rmsea_upper_limit,
    cfi_from_baseline,
    tli_from_baseline,
    nfi_from_baseline,
    ifi_from_baseline,
    index_in_range,
    srmr_in_range,
    df_of_baseline,
    df_from_parameters,
    agfi_from_gfi,
    aic_from_chi2,
    bic_from_aic,
)
TLI = (tli_from_cfi, tli_at_most_cfi)

CHECKS = tuple(one for one in (*INDICES, *TLI) if one is not p_of_chi2)


def plan_fit_indices(
    paper: Paper,
    place: str,
    *,
    table: str,
    n: str | float | None = None,
    items: str | float | None = None,
    parameters: str | float | None = None,
    baseline: str | None = None,
) -> Iterator[Case]:
    """The indices of every model: its lines are models, or indices of one model in the column `value`.

    `baseline` is the line of the independence model (without it the line that is called so), whose `chi2` and
    `df` then are the baseline's.
    """
    printed = printed_table(paper, table, place)
    shared: dict[str, Term] = {"alpha": paper.alpha}
    for role, spec in (("n", n if n is not None else paper.n), ("items", items), ("parameters", parameters)):
        if spec is not None:
            shared[role] = resolve_one(paper, spec, place)
    cells = {line: numbers_of(paper, printed, line) for line in printed.lines}
    baseline = baseline or line_named(printed.lines, "baseline")
    if "chi2" in cells or ("df" in cells and _COLUMN in printed.columns):
        models = [{line: own[_COLUMN] for line, own in cells.items() if _COLUMN in own}]
    else:
        models = [cells[line] for line in printed.body if line != baseline]
    if baseline is not None and baseline in cells:
        shared |= {
            f"{role}_baseline": cells[baseline][role] for role in ("chi2", "df") if role in cells[baseline]
        }
    for model in models:
        roles = shared | model
        yield from applicable(INDICES, roles)
        if "df_baseline" not in roles and "items" in shared:
            count = paper.read(shared["items"]).value
            if count:
                roles["df_baseline"] = count * (count - 1) / 2
        exact = list(applicable((tli_from_cfi,), roles))
        yield from exact or applicable((tli_at_most_cfi,), roles)


PLANS: dict[str, Planner] = {"fit_indices": plan_fit_indices}
