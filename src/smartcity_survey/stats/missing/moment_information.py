"""How well incomplete answers tell means and covariances: observed information and its robust counterpart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing.normal_moments import NormalMoments

ROWS = 4096
"""Respondents whose derivatives are held at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Saturated:
    """information, products : (t, t), `observed_information` and `score_products` per row."""

    information: Array
    products: Array

    def trace(self) -> float:
        """Trace of the inverse information times the score products: t where answers are normal."""
        return float(np.trace(np.linalg.solve(self.information, self.products)))

    def covariance(self) -> Array:
        """(t, t): sampling covariances of means and covariances times the rows, for any distribution."""
        bread = np.linalg.inv(self.information)
        return np.asarray(bread @ self.products @ bread)


def observed_information(moments: NormalMoments) -> Array:
    """(t, t), t = p + p (p + 1) / 2: minus the second derivatives of the log-likelihood.

    Parameters are the means, then the covariances by row of the lower triangle. With P the precision of the
    items answered (zero elsewhere), d the deviations of a row and Q = P (sum of d d') P, a pattern of m rows
    adds m P for the means, tr(dS P dS (Q - m P / 2)) for the covariances, and dmu' P dS P (sum of d).
    Little and Rubin (2002), section 9.1.
    """
    p = len(moments.mean)
    row, column = np.tril_indices(p)
    of_means = np.zeros((p, p))
    precisions, weights, between = [], [], np.zeros((p, p, p))
    for precision, count, deviation in _by_pattern(moments):
        standardised = deviation @ precision
        of_means += count * precision
        precisions.append(precision.ravel())
        weights.append((standardised.T @ standardised - count / 2 * precision).ravel())
        between += precision[:, :, None] * standardised.sum(axis=0)
    # Sum over patterns of P_ac W_bd, for all a, c, b, d.
    products = (np.array(precisions).T @ np.array(weights)).reshape(p, p, p, p)
    a, b, c, d = row[:, None], column[:, None], row, column
    products = products + products.transpose(2, 3, 0, 1)
    of_covariances = products[a, c, b, d] + products[b, c, a, d]
    of_covariances += products[a, d, b, c] + products[b, d, a, c]
    half = np.where(row == column, 0.5, 1.0)
    of_covariances *= 0.5 * half[:, None] * half
    cross = (between[:, row, column] + between[:, column, row]) * half
    return np.asarray(np.block([[of_means, cross], [cross.T, of_covariances]]))


def score_products(moments: NormalMoments) -> Array:
    """(t, t): products of the rows' first derivatives of the log-likelihood, summed over the rows."""
    p = len(moments.mean)
    total, waiting = np.zeros((p + p * (p + 1) // 2,) * 2), []
    for slopes in _slopes(moments):
        waiting.append(slopes)
        if sum(map(len, waiting)) > ROWS:
            total += _squared(waiting)
            waiting = []
    return total + _squared(waiting) if waiting else total


def moment_influence(moments: NormalMoments) -> Array:
    """(n, p, p): how far each row moves the covariances, in the rows' order: without it they are about
    `covariance - influence / n`. The inverse information times the row's first derivatives."""
    n, p = moments.rows.shape
    row, column = np.tril_indices(p)
    slopes = np.empty((n, p + len(row)))
    for rows, own in zip(moments.patterns.rows(), _slopes(moments), strict=True):
        slopes[rows] = own
    change = n * np.linalg.solve(observed_information(moments), slopes.T)[p:].T
    influence = np.empty((n, p, p))
    influence[:, row, column] = influence[:, column, row] = change
    return influence


def _slopes(moments: NormalMoments) -> Iterator[Array]:
    """(rows, t) of each pattern: first derivatives of the log-likelihood of its rows."""
    row, column = np.tril_indices(len(moments.mean))
    half = np.where(row == column, 0.5, 1.0)
    for precision, _, deviation in _by_pattern(moments):
        standardised = deviation @ precision
        of_covariances = half * (standardised[:, row] * standardised[:, column] - precision[row, column])
        yield np.hstack((standardised, of_covariances))


def _squared(slopes: Sequence[Array]) -> Array:
    """Many rows in one product: a product for each pattern would take far longer."""
    together = np.vstack(slopes)
    return np.asarray(together.T @ together)


def saturated(moments: NormalMoments) -> Saturated:
    """What the saturated model's means and covariances are told by, per row."""
    return Saturated(observed_information(moments) / moments.n, score_products(moments) / moments.n)


def moment_covariance(moments: NormalMoments) -> Array:
    """(t, t): sampling covariances of means and covariances for any distribution (the sandwich estimator)."""
    return saturated(moments).covariance() / moments.n


def _by_pattern(moments: NormalMoments) -> Iterator[tuple[Array, int, Array]]:
    """Of each pattern the precision (p, p), the number of rows, and their deviations (rows, p)."""
    p = len(moments.mean)
    deviations = np.nan_to_num(moments.rows - moments.mean)
    patterns = moments.patterns
    for answered, count, rows in zip(patterns.answered, patterns.counts, patterns.rows(), strict=True):
        given = np.flatnonzero(answered)
        precision = np.zeros((p, p))
        precision[np.ix_(given, given)] = linalg.inv(moments.covariance[np.ix_(given, given)])
        yield precision, int(count), deviations[rows]
