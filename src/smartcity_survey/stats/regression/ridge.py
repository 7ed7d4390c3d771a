"""Ridge regression as a look at collinearity: what coefficients become as their variance is shrunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import require_independence
from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.types import Array


@dataclass(frozen=True, slots=True)
class RidgeTrace:
    """Ridge regressions of a standardised outcome on k standardised predictors, one per lambda.

    lambdas : (m,), added to the diagonal of the correlation matrix (Hoerl & Kennard's k; n times
        that on the scale of cross-products, as in R's MASS::lm.ridge).
    beta : (m, k), standardised coefficients; at 0 those of least squares.
    vif : (m, k), variance of the coefficients as a multiple of that with uncorrelated predictors.
    effective_df : (m,), trace of the hat matrix without the constant; k at 0.
    r2 : (m,), 1 - residual over total sum of squares in the sample.
    gcv : (m,), generalised cross-validation, residual mean square over (1 - effective_df / n)2.
    lambda_hkb : the choice of Hoerl, Kennard & Baldwin (1975), k s2 / beta'beta at lambda 0.
    """

    lambdas: Array
    beta: Array
    vif: Array
    effective_df: Array
    r2: Array
    gcv: Array
    lambda_hkb: float


def ridge_trace(correlation: Array, outcome_correlation: Array, n: int, lambdas: Array) -> RidgeTrace:
    """Trace ridge coefficients over lambdas (m,).

    Parameters
    ----------
    correlation : (k, k), of the predictors.
    outcome_correlation : (k,), of the predictors with the outcome.
    n : rows that the correlations come from.

    Source: Hoerl & Kennard (1970); Marquardt (1970) for the VIF; Golub, Heath & Wahba (1979) for
    gcv, whose degrees of freedom leave the constant out.

    Raises
    ------
    StatisticsError : a negative lambda. LinearDependence, NotPositiveDefinite.
    """
    k = len(outcome_correlation)
    if not (np.isfinite(lambdas) & (lambdas >= 0)).all():
        raise StatisticsError("ridge constants must be numbers from 0 up")
    require_independence(correlation)
    eigenvalues, vectors = np.linalg.eigh(correlation)
    projected = vectors.T @ outcome_correlation
    shrunk = 1 / (eigenvalues + lambdas[:, None])
    beta = (projected * shrunk) @ vectors.T
    vif = (eigenvalues * np.square(shrunk)) @ np.square(vectors).T
    effective_df = (eigenvalues * shrunk).sum(axis=1)
    r2 = (np.square(projected) * (2 * shrunk - eigenvalues * np.square(shrunk))).sum(axis=1)
    least_squares = projected / eigenvalues
    unexplained = 1 - projected @ least_squares
    return RidgeTrace(
        lambdas=lambdas,
        beta=beta,
        vif=vif,
        effective_df=effective_df,
        r2=r2,
        gcv=(1 - r2) / np.square(1 - effective_df / n),
        lambda_hkb=float(k * unexplained / (n - k - 1) / (least_squares @ least_squares)),
    )
