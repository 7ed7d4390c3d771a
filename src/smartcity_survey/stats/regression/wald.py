"""Joint tests of several coefficients of a regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.significance import FTest, f_test
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.least_squares import OlsFit, refuse_perfect_fit


def wald_test(fit: OlsFit, restrictions: Array, values: Array | None = None, robust: bool = False) -> FTest:
    """F test that restrictions (q, k+1) @ coefficients equal values (q,), zero by default.

    The classical test is the F test of the R2 lost under the restrictions; `robust` uses the HC3
    covariance. Columns are the coefficients, constant first.

    Raises
    ------
    PerfectFit, StatisticsError : the restrictions repeat one another.
    """
    refuse_perfect_fit(fit)
    q = len(restrictions)
    covariance = restrictions @ (fit.hc3_covariance if robust else fit.covariance) @ restrictions.T
    distance = restrictions @ fit.coef - (0 if values is None else values)
    if np.linalg.matrix_rank(restrictions) < q:
        raise StatisticsError("the restrictions to test repeat one another")
    return f_test(float(distance @ np.linalg.solve(covariance, distance)) / q, q, fit.df_residual)


def joint_test(fit: OlsFit, terms: Sequence[int], robust: bool = False) -> FTest:
    """F test that all the given coefficients (positions, constant = 0) are zero."""
    return wald_test(fit, np.eye(len(fit.coef))[list(terms)], robust=robust)
