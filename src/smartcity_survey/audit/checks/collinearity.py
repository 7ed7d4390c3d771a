"""Standardised coefficients imply VIFs: from f2 or t and R2, one by one and all together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from smartcity_survey.audit.case import Judgement, check, identity
from smartcity_survey.audit.checks.judging import judged_size
from smartcity_survey.audit.interval import Interval, image
from smartcity_survey.audit.reported import Reported

_SLACK = 1e-9


@identity("beta")
def beta_from_t(t: Interval, vif: Interval, r2: Interval, n: Interval, predictors: Interval) -> Interval:
    """Beta is t sqrt(VIF (1 - R2)/(n - k - 1))."""

    def beta(x: float, v: float, r: float, m: float, k: float) -> float:
        return float(x * np.sqrt(v * (1 - r) / (m - k - 1)))

    return image(beta, t, vif.clipped(1.0), r2.clipped(0.0, 1.0), n, predictors)


@check("beta", arithmetic=True)
def beta_from_f2(beta: Reported, f2: Reported, r2: Reported, vif: Reported) -> Judgement:
    """The square of a standardised coefficient is f2 (1 - R2) VIF."""
    f, r, v = f2.interval.clipped(0.0), r2.interval.clipped(0.0, 1.0), vif.interval.clipped(1.0)
    return judged_size(beta, image(lambda own, all_, v: np.sqrt(own * (1 - all_) * v), f, r, v))


@check("betas", arithmetic=True)
def betas_fit_together(
    betas: tuple[Reported, ...], f2s: tuple[Reported, ...], r2: Reported, *, names: Sequence[str]
) -> Judgement:
    """Standardised coefficients, their f2 and R2 imply VIFs, and VIFs belong together.

    VIF = beta^2/(f2 (1 - R2)) is at least 1. With d_i the rows of the inverse correlation matrix, in the
    space of the predictors, d_j is the predictor less r_ij d_i of all others, so
    sqrt(VIF_j - 1) <= sum of sqrt(VIF_i - 1) over the others.
    """
    shares = [f2.interval.clipped(0.0) for f2 in f2s]
    return _polygon([beta.interval for beta in betas], shares, r2.interval, names)


@check("betas", arithmetic=True)
def betas_fit_t(
    betas: tuple[Reported, ...],
    ts: tuple[Reported, ...],
    r2: Reported,
    n: Reported,
    predictors: Reported,
    *,
    names: Sequence[str],
) -> Judgement:
    """As `betas_fit_together`, with f2 = t^2/df of a regression by least squares."""

    def share(size: float, m: float, k: float) -> float:
        return float(size**2 / (m - k - 1))

    shares = [image(share, t.interval.magnitude(), n.interval, predictors.interval) for t in ts]
    return _polygon([beta.interval for beta in betas], shares, r2.interval, names)


def _polygon(
    betas: Sequence[Interval], shares: Sequence[Interval], r2: Interval, names: Sequence[str]
) -> Judgement:
    rest = r2.clipped(0.0, 1.0)
    vifs = [
        image(lambda b, f, r: b**2 / (f * (1 - r)), beta.magnitude(), share, rest)
        for beta, share in zip(betas, shares, strict=True)
    ]
    sides = [(np.sqrt(max(vif.low - 1, 0.0)), np.sqrt(max(vif.high - 1, 0.0))) for vif in vifs]
    off = []
    for j, (name, vif) in enumerate(zip(names, vifs, strict=True)):
        others = sum(high for i, (_, high) in enumerate(sides) if i != j)
        if vif.high < 1 - _SLACK or sides[j][0] > others + _SLACK:
            off.append(f"{name} {(vif.low + min(vif.high, 1e6)) / 2:.2f}")
    return Judgement(not off, details={"which": ", ".join(off)})


OF_PREDICTOR = (beta_from_t,)
TOGETHER = (betas_fit_t,)

CHECKS = (*OF_PREDICTOR, beta_from_f2, betas_fit_together, *TOGETHER)
