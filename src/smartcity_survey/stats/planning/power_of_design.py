"""Power of a regression in a wave that is still to come: its covariance, clusters and lost answers.

Predictors and errors are normal with the covariance given. The t of a slope does not depend on the others'
values, so one simulation serves all paths to an outcome.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from smartcity_survey.stats.core.errors import StatisticsError, TooFewRows
from smartcity_survey.stats.core.significance import t_two_sided
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.evidence.power_simulation import SimulatedPower

CELLS_AT_ONCE = 4_000_000


def design_power(
    R: Array,
    slopes: Array,
    residual_variance: float,
    n: int,
    draws: int,
    seed: int,
    alpha: float = 0.05,
    answering: float = 1.0,
) -> SimulatedPower:
    """Share of simulated waves in which each of k slopes is significant by the t test of OLS.

    The scatter matrix of a wave is drawn as a whole, by Bartlett's decomposition of the Wishart
    distribution: a wave of a million costs what one of a hundred does.

    Parameters
    ----------
    R : (k, k), covariance of the predictors. slopes : (k,). residual_variance : of the errors.
    n : questionnaires of a wave. answering : share of them, at random, that can be analysed.

    Source: Bartlett (1933); Muirhead (1982), theorem 3.2.14.

    Raises
    ------
    TooFewRows (fewer than k + 2 expected), StatisticsError (R not positive definite; variance, alpha or
    share out of range).
    """
    factor, k = _checked(R, residual_variance, n, alpha, answering)
    rng = np.random.default_rng(seed)
    rows = rng.binomial(n, answering, size=draws)
    enough = rows >= k + 2
    df: Array = np.maximum(rows, k + 2) - (k + 1.0)
    # (B, k+1, k+1): scatter of independent normals, the error last.
    lower = np.zeros((draws, k + 1, k + 1))
    for j in range(k + 1):
        lower[:, j, j] = np.sqrt(rng.chisquare(df + k - j))
        lower[:, j + 1 :, j] = rng.standard_normal((draws, k - j))
    x = factor @ lower[:, :k, :k]
    error = np.sqrt(residual_variance) * lower[:, k, :]
    inverse = np.linalg.inv(x)
    estimated = slopes + np.einsum("bij,bi->bj", inverse, error[:, :k])
    spread = np.sqrt(np.square(inverse).sum(axis=1))
    s = error[:, k] / np.sqrt(df)
    significant = t_two_sided(estimated / (spread * s[:, None]), df[:, None]) < alpha
    return _summary(significant, enough, n, draws, alpha, seed)


def clustered_power(
    R: Array,
    slopes: Array,
    residual_variance: float,
    clusters: int,
    cluster_size: int,
    intraclass_correlation: float,
    draws: int,
    seed: int,
    alpha: float = 0.05,
    answering: float = 1.0,
) -> SimulatedPower:
    """As `design_power`, where people of one cluster resemble one another and the test allows for it.

    Predictors and errors have the same intraclass correlation; errors of the slopes are robust to clusters
    (CR1), with one degree of freedom less than there are clusters.

    Parameters
    ----------
    clusters, cluster_size : how many, and the questionnaires of each.

    Source: Liang and Zeger (1986); Cameron and Miller (2015), equations 10 to 12.

    Raises
    ------
    As `design_power`; StatisticsError (fewer than two clusters, a cluster of fewer than two, a correlation
    that is not from 0 to 1).
    """
    if clusters < 2 or cluster_size < 2:
        raise StatisticsError(f"{clusters} clusters of {cluster_size}: at least two of two are needed")
    if not 0 <= intraclass_correlation < 1:
        raise StatisticsError(
            f"an intraclass correlation is at least 0 and below 1, not {intraclass_correlation}"
        )
    n = clusters * cluster_size
    factor, k = _checked(R, residual_variance, n, alpha, answering)
    step = max(1, CELLS_AT_ONCE // (n * (k + 2)))
    parts, enough = [], []
    for start, stream in zip(range(0, draws, step), _streams(seed, draws, step), strict=True):
        size = (min(step, draws - start), clusters, cluster_size)
        rng = np.random.default_rng(stream)
        between = np.sqrt(intraclass_correlation) * rng.standard_normal((*size[:2], 1, k + 1))
        normal = np.sqrt(1 - intraclass_correlation) * rng.standard_normal((*size, k + 1)) + between
        x = normal[..., :k] @ factor.T
        e = np.sqrt(residual_variance) * normal[..., k]
        there = rng.random(size) < answering if answering < 1 else np.ones(size, dtype=bool)
        t, df, enough_rows = cluster_robust_t(x, e, there, slopes)
        parts.append(t_two_sided(t, df[:, None]) < alpha)
        enough.append(enough_rows)
    return _summary(np.concatenate(parts), np.concatenate(enough), n, draws, alpha, seed)


def cluster_robust_t(x: Array, e: Array, there: BoolArray, slopes: Array) -> tuple[Array, Array, BoolArray]:
    """Cluster-robust t (B, k) of OLS slopes, degrees of freedom (B,), and (B,) whether rows were enough.

    Parameters
    ----------
    x : (B, G, m, k). e : (B, G, m), errors; the outcome is `x @ slopes + e`. there : (B, G, m), who can be
        analysed.

    Source: Cameron and Miller (2015), equations 10 to 12 (CR1).
    """
    draws, k = len(x), x.shape[-1]
    n = there.sum(axis=(1, 2))
    clusters: Array = there.any(axis=2).sum(axis=1).astype(np.float64)
    enough = (n >= k + 2) & (clusters >= 2)
    n = np.maximum(n, k + 2)
    clusters = np.maximum(clusters, 2.0)
    x = (x - (x * there[..., None]).sum(axis=(1, 2), keepdims=True) / n[:, None, None, None]) * there[
        ..., None
    ]
    e = (e - (e * there).sum(axis=(1, 2), keepdims=True) / n[:, None, None]) * there
    rows = x.reshape(draws, -1, k)
    scatter = np.einsum("bij,bik->bjk", rows, rows, optimize=True)
    scatter[~enough] = np.eye(k)
    bread = np.linalg.inv(scatter)
    shift = np.einsum("bjk,bik,bi->bj", bread, rows, e.reshape(draws, -1), optimize=True)
    residuals = e - (x @ shift[:, None, :, None])[..., 0]
    sums = np.einsum("bgmk,bgm->bgk", x, residuals, optimize=True)
    meat = np.einsum("bgj,bgk->bjk", sums, sums, optimize=True)
    correction = clusters / (clusters - 1) * (n - 1) / (n - k - 1)
    variance = np.einsum("bjk,bkl,blj->bj", bread, meat, bread, optimize=True) * correction[:, None]
    df: Array = clusters - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (slopes + shift) / np.sqrt(variance)
    return np.asarray(t, dtype=np.float64), df, enough


def rows_by_curve(n: Array, power: Array, wanted: float) -> float:
    """n at which a simulated power curve reaches what is wanted, or inf where it stays below.

    The normal quantile of power is close to linear in the square root of n: a line through the simulated
    points, weighted by what each tells, gives less chance error than any one of them.

    Parameters
    ----------
    n, power : (g,), respondents and the share of significant draws at each.
    """
    inside = (power > 0.02) & (power < 0.995)
    if inside.sum() < 2:
        found = n[power >= wanted]
        return float(found.min()) if len(found) else np.inf
    x, p = np.sqrt(n[inside]), power[inside]
    y = special.ndtri(p)
    # Variance of a quantile by the delta method; the points nearest to the wanted power count most.
    density = np.exp(-np.square(y) / 2)
    weights = np.square(density) / (p * (1 - p)) * np.exp(-np.square(y - special.ndtri(wanted)))
    middle = np.average(x, weights=weights)
    slope = (weights * (x - middle) * y).sum() / (weights * np.square(x - middle)).sum()
    if not slope > 0:
        return np.inf
    height = np.average(y, weights=weights)
    return float(max(middle + (special.ndtri(wanted) - height) / slope, 0.0) ** 2)


def _streams(seed: int, draws: int, step: int) -> list[np.random.SeedSequence]:
    return np.random.SeedSequence(seed).spawn(-(-draws // step))


def _checked(R: Array, residual_variance: float, n: int, alpha: float, answering: float) -> tuple[Array, int]:
    """Cholesky factor of the predictors' covariance, and their number."""
    k = len(R)
    if not residual_variance > 0:
        raise StatisticsError(f"the variance of the errors is above 0, not {residual_variance}")
    if not 0 < alpha < 1:
        raise StatisticsError(f"alpha must lie between 0 and 1, not at {alpha}")
    if not 0 < answering <= 1:
        raise StatisticsError(f"the share that answers is above 0 and at most 1, not {answering}")
    if n * answering < k + 2:
        raise TooFewRows(int(n * answering), k + 2)
    try:
        factor: Array = np.asarray(np.linalg.cholesky(R), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise StatisticsError("the covariance of the predictors is not positive definite") from None
    return factor, k


def _summary(
    significant: BoolArray, enough: BoolArray, n: int, draws: int, alpha: float, seed: int
) -> SimulatedPower:
    power: Array = (significant & enough[:, None]).mean(axis=0)
    std_error: Array = np.sqrt(power * (1 - power) / draws)
    return SimulatedPower(power, std_error, int((~enough).sum()), n, draws, alpha, seed)
