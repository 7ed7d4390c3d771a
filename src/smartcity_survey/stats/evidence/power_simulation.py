"""Power by simulation: what the formula comes to where predictors and errors are as observed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.dealt import LARGEST
from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.resample import unit_products
from smartcity_survey.stats.core.significance import t_two_sided
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.regression.least_squares import ols

CHUNK = 250
# A resampled scatter matrix is singular where its scaled Cholesky pivot is rounding error.
SINGULAR = 1e-10


@dataclass(frozen=True, slots=True)
class SimulatedPower:
    """Share of simulated samples in which each of k coefficients is significant.

    power : (k,); std_error : (k,), Monte Carlo error of the share.
    n_undefined : samples in which a predictor was constant or dependent; they count as not significant.
    n, draws, alpha, seed : as given.
    """

    power: Array
    std_error: Array
    n_undefined: int
    n: int
    draws: int
    alpha: float
    seed: int


def resampled_power(
    y: Array, x: Array, slopes: Array, n: int, draws: int, seed: int, alpha: float = 0.05
) -> SimulatedPower:
    """Simulate samples of n that resemble the observed rows, had the slopes (k,) been as given.

    Rows of x (n0, k) are drawn with replacement, each with its residual in the regression of y (n0,)
    on x, so skew, ties and uneven error variances come along.

    Raises
    ------
    As `ols`; TooFewRows (n < k + 2).
    """
    n0, k = x.shape
    _check_rows(n, k)
    rows = np.column_stack([x, x @ slopes + ols(y, x).residuals])
    products = unit_products(rows) if n0 <= LARGEST else None
    upper = np.triu_indices(k + 2)
    chances = np.full(n0, 1 / n0)
    streams = np.random.SeedSequence(seed).spawn(draws)
    parts, n_undefined = [], 0
    for start in range(0, draws, CHUNK):
        own = [np.random.default_rng(one) for one in streams[start : start + CHUNK]]
        moments = np.zeros((len(own), k + 2, k + 2))
        if products is None:  # few of many: not counted but taken
            for rng, into in zip(own, moments, strict=True):
                drawn = np.column_stack([np.ones(n), rows[rng.integers(n0, size=n)]])
                into[:] = np.triu(drawn.T @ drawn)
        else:
            counts = np.array([rng.multinomial(n, chances) for rng in own], dtype=np.float64)
            moments[:, *upper] = products.moments(counts).T
        factor, defined = _scatter_factor(moments, n)
        parts.append(_t_statistics(factor, n))
        n_undefined += int((~defined).sum())
        parts[-1][~defined] = 0
    return _summary(np.concatenate(parts), n_undefined, n, draws, alpha, seed)


def _check_rows(n: int, k: int) -> None:
    if n < k + 2:
        raise TooFewRows(n, k + 2)


def _scatter_factor(moments: Array, n: int) -> tuple[Array, BoolArray]:
    """Cholesky factors (B, k+1, k+1) of correlations of (x, y), and which samples have one.

    moments : (B, k+2, k+2), upper triangles of the sums of products of (1, x, y).
    """
    sums = moments[:, 0, 1:]
    second = moments[:, 1:, 1:]
    second = np.triu(second) + np.triu(second, 1).transpose(0, 2, 1)
    scatter = second - sums[:, :, None] * sums[:, None, :] / n
    spread = np.diagonal(scatter, axis1=1, axis2=2)
    varies = spread > SINGULAR * np.diagonal(second, axis1=1, axis2=2)
    defined: BoolArray = np.logical_and.reduce(varies, axis=1)
    size = np.sqrt(np.where(defined[:, None], spread, 1.0))
    correlations = scatter / (size[:, :, None] * size[:, None, :])
    defined[defined] = np.linalg.eigvalsh(correlations[defined])[:, 0] > SINGULAR
    correlations[~defined] = np.eye(correlations.shape[-1])
    return np.linalg.cholesky(correlations), defined


def _t_statistics(factor: Array, n: int) -> Array:
    """t of the slopes (B, k) from Cholesky factors (B, k+1, k+1) of scatter matrices, the outcome last."""
    k = factor.shape[-1] - 1
    inverse = np.linalg.inv(factor[:, :k, :k])
    slopes = np.einsum("bij,bi->bj", inverse, factor[:, k, :k])
    unscaled_errors = np.sqrt(np.square(inverse).sum(axis=1))
    s = factor[:, k, k] / np.sqrt(n - k - 1)
    t: Array = slopes / (unscaled_errors * s[:, None])
    return t


def _summary(t: Array, n_undefined: int, n: int, draws: int, alpha: float, seed: int) -> SimulatedPower:
    power: Array = (t_two_sided(t, n - t.shape[1] - 1) < alpha).mean(axis=0)
    std_error: Array = np.sqrt(power * (1 - power) / draws)
    return SimulatedPower(power, std_error, n_undefined, n, draws, alpha, seed)
