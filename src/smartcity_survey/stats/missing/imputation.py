"""Multiple imputation: missing answers drawn from what the answers given say of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from smartcity_survey.stats.core.errors import NotPositiveDefinite
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.missing.patterns import patterns_of, require_estimable

TOLERANCE = 1e-6
"""Of the EM algorithm in each resample, whose sampling error is far larger."""


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Estimates of several imputed samples as one, by Rubin's rules; every array has the estimates' shape.

    estimate : mean of the estimates. within : mean of their squared standard errors. between : variance of
    the estimates, divisor m - 1. std_err : root of within + (1 + 1 / m) between. df : of Student's t (Rubin
    1987). missing_information : share of `std_err` squared that is due to the answers missing.
    """

    estimate: Array
    within: Array
    between: Array
    std_err: Array
    df: Array
    missing_information: Array


def imputations(x: Array, m: int, seed: int) -> Iterator[Array]:
    """Yield m copies of the answers x (n, p), nan where missing, with every missing answer drawn.

    Each copy has its own saturated normal model, by maximum likelihood from a resample of the respondents,
    so that the uncertainty of the model is in the draws; missing answers are drawn given those of the same
    respondent (Honaker and King 2010, American Journal of Political Science 54, 561-581). They are not
    rounded to the answer scale, which would bias correlations (Schafer 1997, section 5.1). Rows without any
    answer are left out.

    Raises
    ------
    As `em_moments`.
    """
    rows = require_estimable(x)
    patterns = patterns_of(rows)
    for number in range(m):
        rng = np.random.default_rng((seed, number))
        moments = em_moments(rows[rng.integers(len(rows), size=len(rows))], tolerance=TOLERANCE)
        filled = rows.copy()
        for answered, members in zip(patterns.answered, patterns.rows(), strict=True):
            if answered.all():
                continue
            missing, given = np.flatnonzero(~answered), np.flatnonzero(answered)
            S = moments.covariance
            slopes = np.linalg.solve(S[np.ix_(given, given)], S[np.ix_(given, missing)])
            left = S[np.ix_(missing, missing)] - S[np.ix_(missing, given)] @ slopes
            triangle, failed = lapack.dpotrf(left, lower=1)
            if failed:
                raise NotPositiveDefinite(float(np.linalg.eigvalsh(left)[0]))
            expected = moments.mean[missing] + (rows[np.ix_(members, given)] - moments.mean[given]) @ slopes
            drawn = rng.standard_normal((len(members), len(missing))) @ np.tril(triangle).T
            filled[np.ix_(members, missing)] = expected + drawn
        yield filled


def pool(estimates: Array, std_err: Array) -> Pooled:
    """Pool estimates (m, ...) of m imputed samples and their standard errors (m, ...) by Rubin's rules.

    Rubin (1987), Multiple Imputation for Nonresponse in Surveys, section 3.3.
    """
    m = len(estimates)
    within = np.square(std_err).mean(axis=0)
    between = estimates.var(axis=0, ddof=1)
    added = (1 + 1 / m) * between
    with np.errstate(divide="ignore", invalid="ignore"):
        share = added / (within + added)
        df = (m - 1) / np.square(share)
    return Pooled(estimates.mean(axis=0), within, between, np.sqrt(within + added), df, share)
