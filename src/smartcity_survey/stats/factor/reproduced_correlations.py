"""How well a few components or factors reproduce the correlations they were extracted from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.types import Array

LARGE_RESIDUAL = 0.05
"""SPSS counts residual correlations beyond this size."""


@dataclass(frozen=True, slots=True)
class Reproduced:
    """Correlations of p items as their loadings imply them.

    correlations : (p, p), communalities on the diagonal.
    residuals : (p, p), observed less reproduced; NaN on the diagonal, which communalities describe.
    n_pairs, n_large : pairs of items, and those whose residual exceeds `LARGE_RESIDUAL` in size.
    share_large : n_large / n_pairs. root_mean_square : of the residuals.
    """

    correlations: Array
    residuals: Array
    n_pairs: int
    n_large: int
    share_large: float
    root_mean_square: float


def reproduced(R: Array, loadings: Array) -> Reproduced:
    """What loadings (p, k) on uncorrelated factors make of a correlation matrix R (p, p).

    Rotation, orthogonal or oblique, changes nothing here: the unrotated loadings serve every rotation.
    """
    correlations = loadings @ loadings.T
    residuals = R - correlations
    pairs = residuals[np.triu_indices(len(R), 1)]
    np.fill_diagonal(residuals, np.nan)
    n_large = int((np.abs(pairs) > LARGE_RESIDUAL).sum())
    return Reproduced(
        correlations=correlations,
        residuals=residuals,
        n_pairs=pairs.size,
        n_large=n_large,
        share_large=n_large / pairs.size,
        root_mean_square=float(np.sqrt(np.square(pairs).mean())),
    )
