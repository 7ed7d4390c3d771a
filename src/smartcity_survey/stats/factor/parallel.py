"""Horn's parallel analysis: the eigenvalues that uncorrelated items of the same size would show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.errors import StatisticsError, TooFewRows
from smartcity_survey.stats.core.types import Array


@dataclass(frozen=True, slots=True)
class ParallelAnalysis:
    """Eigenvalues of correlation matrices of p independent normal variables over n rows.

    mean, sd, quantile : (p,), over the draws, of the largest, second largest, ... eigenvalue;
        the means add up to p. quantile interpolates linearly between draws, at quantile_level.
    draws, seed : how many random matrices, and of which stream.
    """

    mean: Array
    sd: Array
    quantile: Array
    quantile_level: float
    draws: int
    seed: int


def parallel_analysis(
    n: int, p: int, *, draws: int = 1000, quantile: float = 0.95, seed: int = 0
) -> ParallelAnalysis:
    """Eigenvalues expected of chance alone, for n rows and p items.

    Each draw takes its own stream spawned from the seed. The cross-products of n centred normal rows are
    Wishart with n - 1 degrees of freedom, and a triangle of chi and normal variables squares to exactly
    that (Bartlett 1933), so no draw needs its n rows.

    Source: Horn (1965) for the mean, Glorfeld (1995) for the quantile.

    Raises
    ------
    TooFewRows (n <= p), and StatisticsError for fewer than 2 draws.
    """
    if n <= p:
        raise TooFewRows(n, p + 1)
    if draws < 2:
        raise StatisticsError(f"{draws} draws, at least 2 needed")
    streams = np.random.SeedSequence(seed).spawn(draws)
    eigenvalues = np.stack([_random_eigenvalues(n, p, np.random.default_rng(stream)) for stream in streams])
    return ParallelAnalysis(
        mean=eigenvalues.mean(axis=0),
        sd=eigenvalues.std(axis=0, ddof=1),
        quantile=np.quantile(eigenvalues, quantile, axis=0),
        quantile_level=quantile,
        draws=draws,
        seed=seed,
    )


def components_above(eigenvalues: Array, reference: Array) -> int:
    """How many leading eigenvalues (p,) exceed their reference (p,), up to the first that does not."""
    return int(np.logical_and.accumulate(eigenvalues > reference).sum())


def _random_eigenvalues(n: int, p: int, rng: np.random.Generator) -> Array:
    triangle: Array = np.tril(rng.standard_normal((p, p)), -1)
    np.fill_diagonal(triangle, np.sqrt(rng.chisquare(n - 1 - np.arange(p))))
    triangle /= np.linalg.norm(triangle, axis=1)[:, None]
    ascending = np.linalg.eigvalsh(triangle @ triangle.T)
    return np.asarray(ascending[::-1], dtype=np.float64)
