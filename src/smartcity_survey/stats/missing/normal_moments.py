"""Means and covariances of normal items with missing answers, by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from smartcity_survey.stats.core.correlations import ROWS_AT_ONCE, require_independence
from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.core.triangles import symmetric_inverse
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.missing.patterns import Patterns, patterns_of, require_estimable

TOLERANCE = 1e-12
"""Largest change of a standardised mean or covariance in the last EM step, by default."""


@dataclass(frozen=True, slots=True, eq=False)
class NormalMoments:
    """The saturated normal model of p items, of which some answers are missing.

    n : rows with an answer. mean : (p,). covariance : (p, p), divisor n. log_likelihood : of the answers
    given. baseline_log_likelihood : of independent items, each by its own answers.
    patterns : of the rows with an answer. rows : (n, p), these rows.
    n_iterations.
    """

    n: int
    mean: Array
    covariance: Array
    log_likelihood: float
    baseline_log_likelihood: float
    patterns: Patterns
    rows: Array
    n_iterations: int

    @property
    def correlation(self) -> Array:
        """(p, p), with an exact unit diagonal."""
        sd = np.sqrt(np.diagonal(self.covariance))
        matrix: Array = self.covariance / np.outer(sd, sd)
        np.fill_diagonal(matrix, 1.0)
        return matrix


@dataclass(frozen=True, slots=True, eq=False)
class Condensed:
    """Rows with the sums and sums of products of all rows of their pattern, and no more than these.

    rows : (r, p), nan where the pattern has no answer. weights : (r,), what stands in them for a row of ones.
    patterns : of all rows; `ends` : (g,), where the rows of each end.
    """

    rows: Array
    weights: Array
    patterns: Patterns
    ends: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What the answers given say of all answers at given means and covariances.

    deviation : (r, p), of condensed rows from the means, missing answers as they are expected. uncertainty :
    (p, p), covariances of the answers that are missing, summed over all rows. log_likelihood : of the answers
    given.
    """

    deviation: Array
    uncertainty: Array
    log_likelihood: float


def em_moments(x: Array, *, tolerance: float = TOLERANCE, max_iterations: int = 10_000) -> NormalMoments:
    """Maximum-likelihood means and covariances of x (n, p), nan where there is no answer.

    The EM algorithm on standardised items (Dempster, Laird and Rubin 1977; Little and Rubin 2002, Statistical
    Analysis with Missing Data, section 11.2). Rows without any answer are left out. What is estimated is
    right where answers are missing at random.

    Raises
    ------
    NotFinite, TooFewRows (fewer rows than items, or too few answers of a pair of items), ConstantItems,
    LinearDependence, NotPositiveDefinite, NotConverged.
    """
    rows = require_estimable(x)
    patterns = patterns_of(rows)
    columns = (column[~np.isnan(column)] for column in rows.T)
    centre, scale = np.array([(own.mean(), own.std()) for own in columns]).T
    z = condensed(rows, patterns, centre, scale)
    mean, covariance = np.zeros(len(centre)), np.eye(len(centre))
    n, change, iteration = len(rows), np.inf, 0
    while change > tolerance:
        if iteration == max_iterations:
            raise NotConverged("EM algorithm", iteration, change)
        found = expected(z, mean, covariance)
        if found is None:
            break
        moved = z.weights @ found.deviation / n
        new_mean = mean + moved
        deviation = found.deviation - z.weights[:, None] * moved
        new_covariance = (deviation.T @ deviation + found.uncertainty) / n
        change = float(max(np.abs(new_mean - mean).max(), np.abs(new_covariance - covariance).max()))
        mean, covariance = new_mean, new_covariance
        iteration += 1
    require_independence(covariance / np.sqrt(np.outer(np.diagonal(covariance), np.diagonal(covariance))), n)
    last = expected(z, mean, covariance)
    assert last is not None  # the covariances are positive definite
    given = patterns.counts @ patterns.answered
    stretched = float(given @ np.log(scale))
    return NormalMoments(
        n=n,
        mean=centre + scale * mean,
        covariance=covariance * np.outer(scale, scale),
        log_likelihood=last.log_likelihood - stretched,
        # Each item has mean 0 and variance 1 by its own answers.
        baseline_log_likelihood=-0.5 * float(given.sum()) * (np.log(2 * np.pi) + 1) - stretched,
        patterns=patterns,
        rows=rows,
        n_iterations=iteration,
    )


def condensed(x: Array, patterns: Patterns, centre: Array, scale: Array) -> Condensed:
    """Rows in the place of x (n, p), less `centre` and over `scale` (p,).

    Of many rows Z with a pattern, and a column of ones before them, the triangle R of (1, Z) = QR has all
    sums and sums of products: R'R = (1, Z)'(1, Z).
    """
    rows, weights, ends = [], [], []
    for answered, members in zip(patterns.answered, patterns.rows(), strict=True):
        given = np.flatnonzero(answered)
        own = np.empty((0, len(given) + 1))
        for first in range(0, len(members), ROWS_AT_ONCE):
            some = members[first : first + ROWS_AT_ONCE]
            z = (x[np.ix_(some, given)] - centre[given]) / scale[given]
            own = np.vstack((own, np.column_stack((np.ones(len(z)), z))))
            if len(own) > len(given) + 1:
                own = np.asarray(np.linalg.qr(own, mode="r"))
        block = np.full((len(own), x.shape[1]), np.nan)
        block[:, given] = own[:, 1:]
        rows.append(block)
        weights.append(own[:, 0])
        ends.append(len(own))
    return Condensed(np.vstack(rows), np.concatenate(weights), patterns, np.cumsum(ends))


def expected(x: Condensed, mean: Array, covariance: Array) -> Expected | None:
    """The expectation step; None where the covariances are not positive definite.

    With the precision K, missing items m and given ones o of a row: x_m - mean_m is expected to be
    - K_mm^-1 K_mo (x_o - mean_o), with covariances K_mm^-1; no matrix of the answers given is inverted.
    """
    p = len(mean)
    triangle, failed = lapack.dpotrf(covariance, lower=1)
    if failed:
        return None
    precision = symmetric_inverse(triangle)
    log_determinant = 2 * float(np.log(np.diagonal(triangle)).sum())
    deviation = np.where(np.isnan(x.rows), 0.0, x.rows - x.weights[:, None] * mean)
    uncertainty, twice, patterns = np.zeros((p, p)), 0.0, x.patterns
    of_patterns = np.split(deviation, x.ends[:-1])
    for answered, count, own in zip(patterns.answered, patterns.counts, of_patterns, strict=True):
        of_pattern = log_determinant
        if not answered.all():
            missing = np.flatnonzero(~answered)
            given = np.flatnonzero(answered)
            lower, _ = lapack.dpotrf(precision[np.ix_(missing, missing)], lower=1)
            spread = symmetric_inverse(lower)
            regression = -spread @ precision[np.ix_(missing, given)]
            own[:, missing] = own[:, given] @ regression.T
            uncertainty[np.ix_(missing, missing)] += count * spread
            of_pattern += 2 * float(np.log(np.diagonal(lower)).sum())
        twice += count * (of_pattern + np.count_nonzero(answered) * np.log(2 * np.pi))
    distances = float(np.einsum("ij,jk,ik->", deviation, precision, deviation, optimize=True))
    return Expected(deviation, uncertainty, -0.5 * (twice + distances))
