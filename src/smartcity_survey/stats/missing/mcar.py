"""Are answers missing completely at random? Little's test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.significance import chi_square_test
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing.normal_moments import NormalMoments, em_moments


@dataclass(frozen=True, slots=True)
class McarTest:
    """Little's test. statistic, df, p (upper tail; nan where one pattern leaves nothing to test).

    n_patterns : patterns of answered items, the complete one counted.
    """

    statistic: float
    df: int
    p: float
    n_patterns: int


def little_mcar_test(x: Array) -> McarTest:
    """Test that answers x (n, p), nan where missing, are missing completely at random.

    The means of the rows with each pattern are compared with those of all rows: the sum over patterns of
    n_j (m_j - mu_j)' Sigma_jj^-1 (m_j - mu_j), with mu and Sigma (divisor n) of `em_moments`. Little (1988),
    JASA 83, 1198-1202. A small p speaks against missing completely at random; missing at random, which
    maximum likelihood and multiple imputation need, cannot be tested.

    Raises
    ------
    As `em_moments`.
    """
    return little_mcar_test_of(em_moments(x))


def little_mcar_test_of(moments: NormalMoments) -> McarTest:
    """Little's test where the moments are known."""
    patterns = moments.patterns
    statistic, df = 0.0, -len(moments.mean)
    for answered, count, rows in zip(patterns.answered, patterns.counts, patterns.rows(), strict=True):
        given = np.flatnonzero(answered)
        gap = moments.rows[np.ix_(rows, given)].mean(axis=0) - moments.mean[given]
        covariance = moments.covariance[np.ix_(given, given)]
        statistic += count * float(gap @ linalg.solve(covariance, gap, assume_a="pos"))
        df += len(given)
    if len(patterns.counts) == 1:
        return McarTest(0.0, 0, float("nan"), 1)
    test = chi_square_test(statistic, df)
    return McarTest(test.statistic, test.df, test.p, len(patterns.counts))
