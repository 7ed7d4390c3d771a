"""Principal components of a correlation matrix and their varimax rotation, as SPSS FACTOR reports them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import LARGEST_CONDITION, require_independence
from smartcity_survey.stats.core.errors import InvalidComponents, TiedEigenvalues
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.rotation import N_STARTS, SEED, TOLERANCE, positive_columns, varimax

TIE = 1e-12
"""Eigenvalues that differ by less than this share of the largest are equal up to rounding."""


@dataclass(frozen=True, slots=True)
class PrincipalComponents:
    """The first k principal components of p items.

    eigenvalues : (p,), all of them, descending; they sum to p.
    loadings : (p, k), correlations of items with components; column sums are positive.
    communalities : (p,), share of each item's variance the k components explain.
    n_components : k.
    """

    eigenvalues: Array
    loadings: Array
    communalities: Array
    n_components: int


@dataclass(frozen=True, slots=True)
class FactorSolution:
    """Principal components of p items, k of them kept and rotated.

    eigenvalues : (p,), all of them, descending.
    unrotated_loadings, loadings : (p, k), before and after rotation; the rotated columns are in order
        of the variance they explain and have positive sums.
    communalities : (p,), the same before and after rotation.
    rotation : (k, k), orthogonal; loadings = unrotated_loadings @ rotation. SPSS calls it component
        transformation matrix.
    explained_variance : (k,), sums of squared rotated loadings, in eigenvalue units (percent: 100 / p times).
    score_coefficients : (p, k), component scores = standardised items @ score_coefficients.
    criterion, gradient_norm, curvature, n_iterations, start_criteria : as in `Rotation`.
    """

    eigenvalues: Array
    unrotated_loadings: Array
    loadings: Array
    communalities: Array
    rotation: Array
    explained_variance: Array
    score_coefficients: Array
    criterion: float
    gradient_norm: float
    curvature: float
    n_iterations: int
    start_criteria: Array


def principal_components(R: Array, n_components: int | None = None) -> PrincipalComponents:
    """Components of a correlation matrix R (p, p).

    n_components : how many to keep; None keeps those with an eigenvalue above 1 (Kaiser 1960).

    Raises
    ------
    InvalidComponents (fewer than 1, or more than R has positive eigenvalues; or none is above 1),
    TiedEigenvalues.
    """
    ascending, vectors = np.linalg.eigh(R)
    eigenvalues = ascending[::-1]
    available = int((eigenvalues > eigenvalues[0] / LARGEST_CONDITION).sum())
    k = int((eigenvalues > 1).sum()) if n_components is None else n_components
    if not 1 <= k <= available:
        raise InvalidComponents(k, available)
    if k < len(R) and eigenvalues[k - 1] - eigenvalues[k] <= TIE * eigenvalues[0]:
        raise TiedEigenvalues(k, float(eigenvalues[k]))
    loadings = vectors[:, ::-1][:, :k] * np.sqrt(eigenvalues[:k])
    loadings *= positive_columns(loadings)
    return PrincipalComponents(eigenvalues, loadings, np.square(loadings).sum(axis=1), k)


def rotated_solution(
    R: Array,
    n_components: int | None = None,
    *,
    kaiser: bool = True,
    n_starts: int = N_STARTS,
    tolerance: float = TOLERANCE,
    seed: int = SEED,
) -> FactorSolution:
    """Principal components of a correlation matrix R (p, p), rotated by varimax.

    Options as in `principal_components` and `varimax`. Score coefficients are R^-1 loadings, computed
    from the eigenvalues without an inverse; component scores come out uncorrelated with unit variance.

    Raises
    ------
    LinearDependence, NotPositiveDefinite, and as `principal_components` and `varimax`.
    """
    require_independence(R)
    components = principal_components(R, n_components)
    k = components.n_components
    rotated = varimax(components.loadings, kaiser=kaiser, n_starts=n_starts, tolerance=tolerance, seed=seed)
    return FactorSolution(
        eigenvalues=components.eigenvalues,
        unrotated_loadings=components.loadings,
        loadings=rotated.loadings,
        communalities=components.communalities,
        rotation=rotated.rotation,
        explained_variance=np.square(rotated.loadings).sum(axis=0),
        score_coefficients=components.loadings / components.eigenvalues[:k] @ rotated.rotation,
        criterion=rotated.criterion,
        gradient_norm=rotated.gradient_norm,
        curvature=rotated.curvature,
        n_iterations=rotated.n_iterations,
        start_criteria=rotated.start_criteria,
    )
