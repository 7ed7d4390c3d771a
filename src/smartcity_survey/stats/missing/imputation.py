"""Multiple imputation: missing answers drawn from what the answers given say of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.linalg import lapack

from smartcity_survey.stats.core.errors import NotPositiveDefinite
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.missing.patterns import patterns_of, require_estimable

TOLERANCE = 1e-6
"""Of the EM algorithm in each resample, whose sampling error is far larger."""


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
