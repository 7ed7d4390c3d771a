"""Signs of careless answering, respondent by respondent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg, special

from smartcity_survey.stats.core.correlations import covariance, require_independence
from smartcity_survey.stats.core.errors import ConstantItems, LinearDependence, TooFewRows
from smartcity_survey.stats.core.types import Array, IntArray

ROWS_AT_ONCE = 50_000
"""Length of the working arrays, so a million respondents need little more memory than their answers."""

FEWEST_SCALES = 3
"""A correlation over two scales is always 1 or -1."""


@dataclass(frozen=True, slots=True)
class CarelessIndices:
    """Indices of n respondents, each (n,), NaN where a respondent's answers do not define it.

    longstring : longest run of the same answer to items that follow one another; mean_run : mean length of
        the runs. In items; a missing answer ends a run. NaN without any answer.
    irv : intra-individual response variability, the standard deviation (n - 1) of the person's answers,
        in scale points. NaN with fewer than two answers.
    mahalanobis_d2 : squared distance from the mean of the complete respondents, in the metric of their
        covariance; mahalanobis_p : upper-tail p of chi-square with p degrees of freedom. NaN with a missing
        answer, and for everyone where the covariance of the complete respondents has no inverse.
    even_odd : within-person correlation, over scales, of the mean answers to their 1st, 3rd, ... and their
        2nd, 4th, ... items, stepped up to full length by Spearman-Brown, 2r / (1 + r), at least -1. NaN with
        fewer than three scales that have an answer in both halves, or where either half never varies (as in
        a person who gives one answer throughout: longstring and irv show that).
    """

    longstring: Array
    mean_run: Array
    irv: Array
    mahalanobis_d2: Array
    mahalanobis_p: Array
    even_odd: Array


def careless_indices(x: Array, scales: IntArray, keyed: Array | None = None) -> CarelessIndices:
    """Indices of careless answering from answers x (n, p); NaN marks a missing answer.

    Parameters
    ----------
    x : answers as given, items in the order they were asked.
    scales : (p,), the number of the scale each item belongs to, counted from 0.
    keyed : (n, p), the answers with reverse items recoded, where there are any; only even_odd reads it.

    Source: Johnson (2005) for runs and even-odd (after Jackson 1976); Dunn et al. (2018) for irv;
    Meade & Craig (2012) for Mahalanobis distance; Curran (2016) for a review.
    """
    keyed = x if keyed is None else keyed
    halves = _halves(scales)
    distance = _distance_from_complete(x)
    blocks = range(0, max(len(x), 1), ROWS_AT_ONCE)
    parts = [
        _indices_of_rows(
            x[start : start + ROWS_AT_ONCE], keyed[start : start + ROWS_AT_ONCE], halves, distance
        )
        for start in blocks
    ]
    longstring, mean_run, irv, d2, even_odd = np.concatenate(parts, axis=1)
    return CarelessIndices(
        longstring=longstring,
        mean_run=mean_run,
        irv=irv,
        mahalanobis_d2=d2,
        mahalanobis_p=np.asarray(special.chdtrc(x.shape[1], d2), dtype=np.float64),
        even_odd=even_odd,
    )


def _indices_of_rows(
    x: Array, keyed: Array, halves: tuple[Array, Array], distance: Callable[[Array], Array]
) -> Array:
    """(5, rows): longstring, mean_run, irv, d2, even_odd."""
    return np.stack([*_runs(x), _variability(x), distance(x), _even_odd(keyed, halves)])


def _runs(x: Array) -> tuple[Array, Array]:
    """Longest and mean run of each row."""
    answered = ~np.isnan(x)
    begins = answered.copy()
    begins[:, 1:] &= x[:, 1:] != x[:, :-1]
    position = np.arange(x.shape[1])
    # Each answer counts how far its run has come: its position less that of the run's first answer.
    first = np.maximum.accumulate(np.where(begins, position, 0), axis=1)
    longest = np.where(answered, position - first + 1, 0).max(axis=1)
    with np.errstate(invalid="ignore"):  # 0 / 0 without any answer
        mean = answered.sum(axis=1) / begins.sum(axis=1)
    return np.where(longest > 0, longest, np.nan), mean


def _variability(x: Array) -> Array:
    """Standard deviation of the answers in each row."""
    answered = ~np.isnan(x)
    count = answered.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):  # fewer than two answers
        mean = np.where(answered, x, 0.0).sum(axis=1) / count
        deviations = np.where(answered, x - mean[:, None], 0.0)
        sd: Array = np.sqrt(np.square(deviations).sum(axis=1) / np.where(count > 1, count - 1, np.nan))
    return sd


def _distance_from_complete(x: Array) -> Callable[[Array], Array]:
    """The function that gives rows their squared Mahalanobis distance from the complete rows of x."""
    complete = x[~np.isnan(x).any(axis=1)]
    try:
        matrix = covariance(complete)
        sd = np.sqrt(np.diagonal(matrix))
        require_independence(matrix / np.outer(sd, sd), len(complete))
    except (ConstantItems, LinearDependence, TooFewRows):
        return lambda rows: np.full(len(rows), np.nan)
    mean = complete.mean(axis=0)
    root = np.linalg.cholesky(matrix)

    def distance(rows: Array) -> Array:
        standardised = linalg.solve_triangular(root, (rows - mean).T, lower=True, check_finite=False)
        squared: Array = np.square(standardised).sum(axis=0)
        return squared

    return distance


def _halves(scales: IntArray) -> tuple[Array, Array]:
    """Membership (p, c) of the items in the first (1st, 3rd, ...) and the second half of each scale."""
    belongs = scales[:, None] == np.arange(scales.max() + 1)
    odd = belongs & (np.cumsum(belongs, axis=0) % 2 == 1)
    return odd.astype(np.float64), (belongs & ~odd).astype(np.float64)


def _even_odd(keyed: Array, halves: tuple[Array, Array]) -> Array:
    answered = ~np.isnan(keyed)
    answers = np.where(answered, keyed, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):  # halves without an answer, persons without variance
        first, second = ((answers @ half) / (answered @ half) for half in halves)
        both = ~np.isnan(first + second)
        count = both.sum(axis=1)
        varies = np.ones(len(keyed), dtype=bool)
        deviations = []
        for means in (first, second):
            # Equal means are equal to the last bit, whereas deviations from their average need not vanish.
            varies &= np.where(both, means, -np.inf).max(axis=1) > np.where(both, means, np.inf).min(axis=1)
            average = np.where(both, means, 0.0).sum(axis=1) / count
            deviations.append(np.where(both, means - average[:, None], 0.0))
        a, b = deviations
        r = np.vecdot(a, b) / np.sqrt(np.vecdot(a, a) * np.vecdot(b, b))
    # Spearman-Brown passes -1 at r = -1/3 and has its pole at -1.
    r = np.clip(r, -1 / 3, 1.0)
    return np.where(varies & (count >= FEWEST_SCALES), 2 * r / (1 + r), np.nan)
