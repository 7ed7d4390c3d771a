"""PLSc: composites corrected for the unreliability of their items, on stacks of samples."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.model import SortedModel
from smartcity_survey.stats.pls.stack import Admissibility, Composites, Reason


def rho_a(weights: Array, layout: SortedModel) -> Array:
    """(c, B): Dijkstra and Henseler's reliability of composites of unit variance with weights (p, B).

    With items of unit variance, w'(S - diag S)w = 1 - w'w, so the weights alone decide. nan for a single
    item. Dijkstra and Henseler (2015), MIS Quarterly 39, 297-316, eq. 3.
    """
    squares = weights**2
    length = np.add.reduceat(squares, layout.starts, axis=0)
    fourth = np.add.reduceat(squares**2, layout.starts, axis=0)
    with np.errstate(all="ignore"):
        rho: Array = length**2 * (1.0 - length) / (length**2 - fourth)
    rho[[block.stop - block.start == 1 for block in layout.blocks]] = np.nan
    return rho


def disattenuate(composites: Composites, layout: SortedModel, verdicts: Admissibility) -> Composites:
    """PLSc: loadings and construct correlations of common factors.

    Correlations are divided by the roots of both reliabilities, loadings are w sqrt(rho_A) / w'w; sum
    scores and constructs in Mode B or with one item keep theirs. Dijkstra and Henseler (2015), eqs. 4-6.
    """
    corrected = layout.corrected
    rho = np.where(corrected[:, None], rho_a(composites.weights, layout), 1.0)
    for j in np.flatnonzero(corrected):
        verdicts.blame(Reason.UNRELIABLE, int(j), np.flatnonzero((rho[j] <= 0) | (rho[j] > 1)))
    with np.errstate(invalid="ignore"):
        root = np.sqrt(rho)
    corr = composites.construct_corr / (root[:, None] * root)
    diagonal = np.arange(len(layout.blocks))
    corr[diagonal, diagonal] = 1.0
    length = np.add.reduceat(composites.weights**2, layout.starts, axis=0)
    loadings = np.where(
        corrected[layout.owner, None],
        composites.weights * (root / length)[layout.owner],
        composites.loadings,
    )
    return Composites(composites.weights, loadings, corr, composites.n_iterations, composites.change)
