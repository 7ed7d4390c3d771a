"""Sparse partial correlations of items: the graphical lasso, its penalty by the extended BIC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.errors import NotConverged, NotPositiveDefinite
from smartcity_survey.stats.core.types import Array

PENALTIES = 100
SMALLEST_SHARE = 0.1
"""Of the smallest penalty in the largest, at which no two items are linked."""
GAMMAS = (0.5, 0.25, 0.0)
_MOST_SWEEPS = 1000
_TOLERANCE = 1e-9
"""Largest change of a covariance in the last sweep."""
_SINGULAR = 1e-10


@dataclass(frozen=True, slots=True)
class SparseNetwork:
    """Links between items.

    partial : (p, p), partial correlations given all other items; 0 on the diagonal and where no link is.
    penalty, ebic : of the network chosen, by that gamma. smallest : penalty tried.
    """

    partial: Array
    penalty: float
    smallest: float
    ebic: float
    gamma: float


def graphical_lasso(correlations: Array, penalty: float, start: Array | None = None) -> tuple[Array, Array]:
    """Inverse (p, p) with penalised off-diagonal elements, and the covariances (p, p) that it is of.

    Maximises log det K - trace(SK) - penalty * sum of |K| off the diagonal, a column of the covariances at a
    time: Friedman, Hastie and Tibshirani (2008), Biostatistics 9, 432-441.

    start : covariances of a smaller penalty, from which fewer sweeps are needed. They are within this penalty
        of the correlations too, without which the steps need not end (Mazumder and Hastie 2012).

    Raises
    ------
    NotPositiveDefinite, NotConverged.
    """
    _require_definite(correlations)
    p = len(correlations)
    covariances: Array = (correlations if start is None else start).copy()
    slopes = np.zeros((p, p))
    change = np.inf
    for _ in range(_MOST_SWEEPS):
        before = covariances.copy()
        for column in range(p):
            others = np.delete(np.arange(p), column)
            among = covariances[np.ix_(others, others)]
            slopes[others, column] = _lasso(
                among, correlations[others, column], penalty, slopes[others, column]
            )
            covariances[others, column] = covariances[column, others] = among @ slopes[others, column]
        change = float(np.abs(covariances - before).max())
        if change < _TOLERANCE:
            break
    else:
        raise NotConverged("graphical lasso", _MOST_SWEEPS, change)
    precision = 1 / (np.diagonal(covariances) - (covariances * slopes).sum(axis=0))
    inverse = -slopes * precision
    linked = (inverse != 0) & (inverse.T != 0)
    inverse = np.where(linked, (inverse + inverse.T) / 2, 0.0) + np.diag(precision)
    return inverse, covariances


def _lasso(among: Array, with_outcome: Array, penalty: float, start: Array) -> Array:
    """Coefficients b (k,) that minimise b'Ab / 2 - b'c + penalty * sum |b|, exactly, from others near them.

    One coefficient at a time is let in, and those that would change their sign on the way leave: the active
    set of Osborne, Presnell and Turlach (2000), IMA Journal of Numerical Analysis 20, 389-403.
    """
    b: Array = start.copy()
    signs = np.sign(b)
    while True:
        while (active := np.flatnonzero(signs)).size:
            target = np.linalg.solve(
                among[np.ix_(active, active)], with_outcome[active] - penalty * signs[active]
            )
            now, wrong = b[active], np.flatnonzero(target * signs[active] <= 0)
            if not wrong.size:
                b[active] = target
                break
            shares = now[wrong] / (now[wrong] - target[wrong])
            first = int(np.argmin(shares))
            b[active] = now + shares[first] * (target - now)
            leaving = active[wrong[first]]
            b[leaving] = signs[leaving] = 0.0
        gradient = among @ b - with_outcome
        unused = np.where(signs == 0, np.abs(gradient), 0.0)
        entering = int(np.argmax(unused))
        if unused[entering] <= penalty * (1 + 1e-12):
            return b
        signs[entering] = -np.sign(gradient[entering])


def sparse_network(correlations: Array, n: int) -> SparseNetwork:
    """The graphical lasso of correlations (p, p) of n respondents whose extended BIC is smallest.

    100 penalties, evenly spaced on the logarithmic scale. Foygel and Drton (2010), NIPS 23, 604-612: the BIC
    plus 4 * gamma * links * log p, by the largest gamma that leaves no item without links (as EGAnet), or 0.
    Epskamp and Fried (2018), Psychological Methods 23, 617-634.

    Raises
    ------
    NotPositiveDefinite, NotConverged.
    """
    p = len(correlations)
    _require_definite(correlations)
    largest = float(np.abs(correlations - np.eye(p)).max())
    penalties = np.geomspace(SMALLEST_SHARE * largest, largest, PENALTIES)
    partials, fits = np.empty((PENALTIES, p, p)), np.empty(PENALTIES)
    covariances: Array | None = None
    for step, penalty in enumerate(penalties):
        inverse, covariances = graphical_lasso(correlations, float(penalty), covariances)
        fits[step] = n * (np.linalg.slogdet(inverse)[1] - (inverse * correlations).sum())
        partials[step] = _partial(inverse)
    links = np.count_nonzero(partials, axis=(1, 2)) / 2
    for gamma in GAMMAS:
        ebic = -fits + links * (np.log(n) + 4 * gamma * np.log(p))
        best = int(np.argmin(ebic))
        if partials[best].any(axis=0).all():
            break
    return SparseNetwork(
        partials[best], float(penalties[best]), float(penalties[0]), float(ebic[best]), gamma
    )


def _partial(inverse: Array) -> Array:
    root = 1 / np.sqrt(np.diagonal(inverse))
    partial = -inverse * np.outer(root, root)
    np.fill_diagonal(partial, 0.0)
    return partial + 0.0


def _require_definite(correlations: Array) -> None:
    smallest = float(np.linalg.eigvalsh(correlations)[0])
    if smallest < _SINGULAR:
        raise NotPositiveDefinite(smallest)
