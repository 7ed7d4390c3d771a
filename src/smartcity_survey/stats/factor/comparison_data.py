"""Comparison data: how many factors give eigenvalues like the survey's to items answered like its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import StatisticsError, TooFewRows
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.rotation import positive_columns

POPULATION = 10_000
"""Rows of each population of comparison data."""
ALPHA = 0.30
"""Level at which a further factor counts as an improvement; Ruscio and Roche (2012) found it the best."""
MAX_TRIALS = 5
"""Corrections of the loadings without success, each half as large, that end their search."""
MAX_CORRECTIONS = 100
COMMUNALITY_STEPS = 50


@dataclass(frozen=True, slots=True)
class ComparisonData:
    """Eigenvalues of samples from populations with 1, 2, ... factors beside the survey's.

    distance : (m, draws), root mean square difference from the survey's eigenvalues in each sample.
    p : (m,), that one factor more comes no nearer, one-sided, by Mann and Whitney's test; nan for 1 factor.
    misfit : (m,), root mean square difference of the populations' correlations from the survey's.
    n_factors : before the first p above the level, at which it ends; the last one tried where none is.
    """

    distance: Array
    p: Array
    misfit: Array
    n_factors: int


def count_by_comparison(
    x: Array,
    most: int,
    *,
    draws: int = 500,
    population: int = POPULATION,
    alpha: float = ALPHA,
    seed: int = 0,
) -> ComparisonData:
    """Number of factors of answers (n, p) by comparison data, up to `most`.

    A population with k factors has the items' distributions and, as near as k factors can, their
    correlations. Each population and each sample takes its own stream spawned from the seed.

    Source: Ruscio & Roche (2012), Psychological Assessment 24, 282-292; Ruscio & Kaczetow (2008),
    Multivariate Behavioral Research 43, 355-381, for the populations.

    Raises
    ------
    TooFewRows (n <= p), ConstantItems, and StatisticsError for fewer than 2 draws.
    """
    n, p = x.shape
    if n <= p:
        raise TooFewRows(n, p + 1)
    if draws < 2:
        raise StatisticsError(f"{draws} draws, at least 2 needed")
    target = np.asarray(np.linalg.eigvalsh(correlation(x)), dtype=np.float64)
    distances: list[Array] = []
    misfits: list[float] = []
    tests = [np.nan]
    for k, stream in enumerate(np.random.SeedSequence(seed).spawn(most), start=1):
        own, *samples = stream.spawn(draws + 1)
        rows, misfit = comparison_population(x, k, population, np.random.default_rng(own))
        drawn = [_distance(rows, target, n, np.random.default_rng(one)) for one in samples]
        distances.append(np.array(drawn))
        misfits.append(misfit)
        if k > 1:
            found = stats.mannwhitneyu(distances[-1], distances[-2], alternative="less", method="asymptotic")
            tests.append(float(found.pvalue))
            if tests[-1] > alpha:
                break
    improved = len(tests) - (tests[-1] > alpha)
    return ComparisonData(np.stack(distances), np.array(tests), np.array(misfits), improved)


def comparison_population(
    x: Array, n_factors: int, size: int, rng: np.random.Generator
) -> tuple[Array, float]:
    """Rows (size, p) with k factors, each column distributed as a column of answers (n, p) is.

    Also the root mean square difference of their correlations from the answers', which is made small by
    correcting the correlations that the loadings are taken from.
    """
    p = x.shape[1]
    target = correlation(x)
    answers = np.sort(np.stack([rng.choice(column, size) for column in x.T], axis=1), axis=0)
    common, unique = rng.standard_normal((size, n_factors)), rng.standard_normal((size, p))
    pairs = np.triu_indices(p, 1)
    tried, step, trials = target, 1.0, 0
    best: tuple[float, Array, Array, Array] | None = None
    for _ in range(MAX_CORRECTIONS):
        loadings = _principal_factors(tried, n_factors)
        own = np.sqrt(np.maximum(1 - np.square(loadings).sum(axis=1), 0))
        rows = _distributed(common @ loadings.T + unique * own, answers)
        left = target - correlation(rows)
        misfit = float(np.sqrt(np.square(left[pairs]).mean()))
        if best is None or misfit < best[0]:
            best, step, trials = (misfit, tried, left, rows), 1.0, 0
        else:
            step, trials = step / 2, trials + 1
            if trials == MAX_TRIALS:
                break
        tried = best[1] + step * best[2]
    assert best is not None  # the first round sets it
    return best[3], best[0]


def _distributed(normal: Array, answers: Array) -> Array:
    """Sorted answers (size, p) in the order of normal columns (size, p)."""
    places = np.argsort(normal, axis=0)
    rows = np.empty_like(answers)
    np.put_along_axis(rows, places, answers, axis=0)
    return rows


def _principal_factors(R: Array, k: int) -> Array:
    """Loadings (p, k) of a matrix that need not be one of correlations; communalities below 1."""
    communalities = np.square(R - np.diag(np.diagonal(R))).max(axis=0)
    reduced = R.copy()
    for _ in range(COMMUNALITY_STEPS):
        np.fill_diagonal(reduced, communalities)
        eigenvalues, vectors = np.linalg.eigh(reduced)
        loadings: Array = vectors[:, -k:] * np.sqrt(np.maximum(eigenvalues[-k:], 0))
        before, communalities = communalities, np.square(loadings).sum(axis=1)
        if np.abs(communalities - before).max() < 1e-3:
            break
    # A column's sign, left to chance, would be another on another processor, and with it the population.
    turned = loadings * positive_columns(loadings)
    return np.asarray(turned / np.sqrt(np.maximum(communalities, 1.0))[:, None])


def _distance(rows: Array, target: Array, n: int, rng: np.random.Generator) -> float:
    """From eigenvalues (p,) to those of n rows drawn from a population."""
    sample = rows[rng.integers(0, len(rows), n)]
    return float(np.sqrt(np.square(np.linalg.eigvalsh(correlation(sample)) - target).mean()))
