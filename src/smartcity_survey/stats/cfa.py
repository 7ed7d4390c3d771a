"""Confirmatory factor analysis by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, special

from smartcity_survey.stats.cfa_model import Pattern, State, evaluate, starting_values
from smartcity_survey.stats.correlation import require_independence
from smartcity_survey.stats.errors import ConstantItems, NotConverged, TooFewRows
from smartcity_survey.stats.types import Array, BoolArray, IntArray

MAX_HALVINGS = 30


@dataclass(frozen=True, slots=True, eq=False)
class CfaFit:
    """A fitted measurement model of p items, k correlated factors and q free parameters.

    loadings : (p, k), in item units per unit of the factor; zero outside the pattern, 1 for markers.
    uniquenesses : (p,), item variance the factors leave. factor_cov, factor_corr : (k, k).
    std_loadings : (p, k), items and factors of variance 1.
    std_err_loadings (p, k), std_err_uniquenesses (p,), std_err_factor_cov (k, k) : from the expected
        information; 0 for what is fixed.
    implied, sample : (p, p), covariances of the model and of the respondents.
    information : (q, q), expected second derivatives of the discrepancy, items in their own units.
    f_min : discrepancy at the end, 0 where the model reproduces the sample.
    chi2 : n * f_min, or (n - 1) * f_min by Wishart; df; p, its upper tail.
    gradient_norm : largest absolute derivative of the discrepancy, items standardised. n_iterations.
    n : respondents. multiplier : n, or n - 1 by Wishart.
    heywood : positions of items whose uniqueness is not positive; such a solution is improper.
    """

    loadings: Array
    uniquenesses: Array
    factor_cov: Array
    factor_corr: Array
    std_loadings: Array
    std_err_loadings: Array
    std_err_uniquenesses: Array
    std_err_factor_cov: Array
    implied: Array
    sample: Array
    information: Array
    pattern: Pattern
    f_min: float
    chi2: float
    df: int
    p: float
    gradient_norm: float
    n_iterations: int
    n: int
    multiplier: int
    heywood: IntArray


def fit_cfa(
    S: Array,
    n: int,
    pattern: BoolArray,
    *,
    wishart: bool = False,
    tolerance: float = 1e-9,
    max_iterations: int = 500,
) -> CfaFit:
    """Fit a measurement model to item covariances S (p, p; divisor n, or n - 1 by Wishart) of n respondents.

    Parameters
    ----------
    pattern : (p, k), whether the item loads on the factor; a factor's marker, with loading 1, is the first
        item that loads on it alone.
    tolerance : largest absolute derivative of the discrepancy at convergence, items standardised.

    Scoring with the expected second derivatives; steps are halved until the discrepancy falls.

    Raises
    ------
    TooFewRows (n <= p), ConstantItems, LinearDependence, UnderIdentified, NotConverged.
    """
    p = len(S)
    if n <= p:
        raise TooFewRows(n, p + 1)
    variances = np.diagonal(S)
    constant = np.flatnonzero(variances <= 0)
    if constant.size:
        raise ConstantItems(tuple(int(item) for item in constant))
    scale = np.sqrt(variances)
    R = S / np.outer(scale, scale)
    log_determinant = require_independence(R, n).log_determinant
    parameters = Pattern.of(pattern)
    theta, state, iterations = _minimise(R, parameters, tolerance, max_iterations)
    return _record(
        theta,
        S,
        scale,
        parameters,
        n=n,
        multiplier=n - 1 if wishart else n,
        f_min=state.discrepancy - log_determinant - p,
        gradient_norm=float(np.abs(state.gradient).max()),
        n_iterations=iterations,
    )


def _minimise(R: Array, pattern: Pattern, tolerance: float, max_iterations: int) -> tuple[Array, State, int]:
    theta = starting_values(R, pattern)
    state = evaluate(theta, R, pattern)
    if state is None:
        raise NotConverged("CFA", 0, np.inf)
    for iteration in range(max_iterations):
        if np.abs(state.gradient).max() <= tolerance:
            return theta, state, iteration
        direction = linalg.solve(state.information, -state.gradient, assume_a="sym", check_finite=False)
        theta, state = _step(theta, direction, state, R, pattern, iteration)
    raise NotConverged("CFA", max_iterations, float(np.abs(state.gradient).max()))


def _step(
    theta: Array, direction: Array, state: State, R: Array, pattern: Pattern, iteration: int
) -> tuple[Array, State]:
    """The first of ever shorter steps along the direction that does not raise the discrepancy."""
    # Near the minimum the discrepancy no longer tells two points apart: rounding must not stop the iteration.
    slack = 1e-13 * abs(state.discrepancy)
    for halving in range(MAX_HALVINGS):
        candidate = theta + direction / 2**halving
        found = evaluate(candidate, R, pattern)
        if found is not None and found.discrepancy <= state.discrepancy + slack:
            return candidate, found
    raise NotConverged("CFA", iteration, float(np.abs(state.gradient).max()))


def _record(
    theta: Array,
    S: Array,
    scale: Array,
    pattern: Pattern,
    *,
    n: int,
    multiplier: int,
    f_min: float,
    gradient_norm: float,
    n_iterations: int,
) -> CfaFit:
    """The fit in the items' own units; `theta` is that of standardised items."""
    loadings, factor_cov, uniquenesses = pattern.split(theta)
    marker = scale[pattern.markers]
    std_loadings = loadings * np.sqrt(np.diagonal(factor_cov))
    loadings = loadings * scale[:, None] / marker
    factor_cov = factor_cov * np.outer(marker, marker)
    uniquenesses = uniquenesses * np.square(scale)
    state = evaluate(pattern.join(loadings, factor_cov, uniquenesses), S, pattern)
    if state is None:
        raise NotConverged("CFA", n_iterations, gradient_norm)
    variance = np.diagonal(np.linalg.inv(state.information)) * 2 / multiplier
    std_err = pattern.split(np.sqrt(np.maximum(variance, 0)))
    std_err[0][pattern.markers, np.arange(pattern.k)] = 0.0
    spread = np.sqrt(np.diagonal(factor_cov))
    df = pattern.p * (pattern.p + 1) // 2 - pattern.size
    chi2 = multiplier * f_min
    return CfaFit(
        loadings=loadings,
        uniquenesses=uniquenesses,
        factor_cov=factor_cov,
        factor_corr=factor_cov / np.outer(spread, spread),
        std_loadings=std_loadings / np.sqrt(np.diagonal(state.implied) / np.square(scale))[:, None],
        std_err_loadings=std_err[0],
        std_err_uniquenesses=std_err[2],
        std_err_factor_cov=std_err[1],
        implied=state.implied,
        sample=S,
        information=state.information,
        pattern=pattern,
        f_min=f_min,
        chi2=chi2,
        df=df,
        p=float(special.chdtrc(df, max(chi2, 0.0))) if df else np.nan,
        gradient_norm=gradient_norm,
        n_iterations=n_iterations,
        n=n,
        multiplier=multiplier,
        heywood=np.flatnonzero(uniquenesses <= 0),
    )
