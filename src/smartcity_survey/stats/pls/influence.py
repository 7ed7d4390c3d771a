"""How PLS composites answer to a change of their items' correlations: the derivative of the solution.

The algorithm ends where another step leaves the weights w as they are, w = T(w, R). A small change of the
correlations R therefore moves them by dw = (I - dT/dw)^-1 (dT/dR) dR (implicit function theorem). With dR the
influence of a respondent this is that respondent's influence on the weights, and no sample is estimated anew
(Hampel, Ronchetti, Rousseeuw and Stahel 1986, Robust Statistics, ch. 2). Items are sorted by construct.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.pls.consistent import rho_a
from smartcity_survey.stats.pls.model import SortedModel
from smartcity_survey.stats.pls.stack import inner_weights


@dataclass(frozen=True, slots=True)
class CompositeInfluence:
    """Influence of n respondents on outer weights (n, p) and on correlations of composites (n, c, c)."""

    weights: Array
    construct_corr: Array


@dataclass(frozen=True, slots=True, eq=False)
class CompositeResponse:
    """The derivative at one sample's solution.

    loadings : (p,), correlation of each item with its own composite.
    weights : (p,), and by_construct : (p, c), the same, each in the column of its construct.
    cross : (p, c), correlations of items and composites. corr : (c, c), of composites.
    inner : (c, c), weight of the row composite in the inner proxy of the column composite; 0 if not joined.
    scale : (c,), standard deviation of the composites before they are scaled to 1.
    inverses : of the items' correlations, by construct in Mode B.
    of_corr : (p, c, c), change of `corr` for a unit of each weight. remaining : (p, p), I - dT/dw.
    """

    layout: SortedModel
    loadings: Array
    weights: Array
    by_construct: Array
    cross: Array
    corr: Array
    inner: Array
    scale: Array
    inverses: dict[int, Array]
    of_corr: Array
    remaining: Array

    @classmethod
    def at(cls, R: Array, weights: Array, layout: SortedModel) -> CompositeResponse:
        """The derivative at weights (p,) that solve item correlations R (p, p)."""
        p, c, owner = len(weights), len(layout.blocks), layout.owner
        every = np.arange(p)
        by_construct = np.zeros((p, c))
        by_construct[every, owner] = weights
        cross = R @ by_construct
        corr = by_construct.T @ cross
        inner = inner_weights(corr[:, :, None], layout)[0][:, :, 0] * layout.adjacent
        inverses: dict[int, Array] = {
            j: np.asarray(np.linalg.inv(R[layout.blocks[j], layout.blocks[j]]), dtype=np.float64)
            for j in layout.mode_b
        }
        loadings = cross[every, owner]
        raw = _blockwise(np.einsum("il,li->i", cross, inner[:, owner])[None], inverses, layout)[0]
        raw[_items_of(layout.sum_scores, layout)] = 1.0
        # Raw weights are the scale times the weights, whose composites have unit variance.
        scale = np.add.reduceat(loadings * raw, layout.starts)
        of_corr = np.zeros((p, c, c))
        of_corr[every, owner] += cross
        of_corr[every, :, owner] += cross
        start = cls(
            layout, loadings, weights, by_construct, cross, corr, inner, scale, inverses, of_corr, np.eye(p)
        )
        of_cross = np.zeros((p, p, c))
        of_cross[every, :, owner] = R
        step = start._step(of_cross, of_corr, np.zeros((p, p)))
        start.remaining[:] -= step
        return start

    def influence(self, moved: Array) -> CompositeInfluence:
        """Influence on weights and correlations.

        moved : (n, p, c), influence on the items' correlations times the weights, R W.
        """
        corr = np.einsum("il,nik->nlk", self.by_construct, moved, optimize=True)
        own = moved[:, np.arange(len(self.weights)), self.layout.owner]
        weights: Array = np.asarray(np.linalg.solve(self.remaining.T, self._step(moved, corr, own).T).T)
        size = self.corr.size
        return CompositeInfluence(
            weights, corr + (weights @ self.of_corr.reshape(-1, size)).reshape(corr.shape)
        )

    def _step(self, cross: Array, corr: Array, own: Array) -> Array:
        """(n, p): change of the weights after one step of the algorithm.

        Parameters
        ----------
        cross, corr : (n, p, c) and (n, c, c), changes of what the step starts from.
        own : (n, p), change of the items' correlations within constructs times the weights.
        """
        layout, owner = self.layout, self.layout.owner
        inner = self._inner_change(corr)
        raw = np.einsum("nil,li->ni", cross, self.inner[:, owner])
        raw += np.einsum("il,nli->ni", self.cross, inner[:, :, owner])
        for j in self.inverses:
            raw[:, layout.blocks[j]] -= self.scale[j] * own[:, layout.blocks[j]]
        raw = _blockwise(raw, self.inverses, layout)
        raw[:, _items_of(layout.sum_scores, layout)] = 0.0
        raw /= self.scale[owner]
        # What would change the variance of a composite is taken out of its weights.
        variance = np.add.reduceat(raw * self.loadings + 0.5 * own * self.weights, layout.starts, axis=1)
        return np.asarray(raw - variance[:, owner] * self.weights)

    def _inner_change(self, corr: Array) -> Array:
        """(n, c, c): change of the inner weights with that of the composites' correlations (n, c, c)."""
        if self.layout.scheme == "centroid":
            return np.zeros_like(corr)
        changed = corr * self.layout.adjacent
        if self.layout.scheme == "path":
            for target, predictors in self.layout.regressions:
                rows, slopes = predictors[:, None], self.inner[predictors, target]
                right = corr[:, predictors, target] - corr[:, rows, predictors] @ slopes
                changed[:, predictors, target] = np.linalg.solve(self.corr[rows, predictors], right.T).T
        return np.asarray(changed)


def disattenuated_influence(
    corr: Array, weights: Array, found: CompositeInfluence, layout: SortedModel
) -> tuple[Array, Array]:
    """(n, c, c), influence on PLSc's correlations of factors, and (n, c) on the reliabilities rho_A.

    Parameters
    ----------
    corr : (c, c), of composites. weights : (p,), outer.
    """
    w, starts = weights, layout.starts
    length, fourth = np.add.reduceat(w**2, starts), np.add.reduceat(w**4, starts)
    rho = np.where(layout.corrected, rho_a(w[:, None], layout)[:, 0], 1.0)
    of_length = 2 * np.add.reduceat(w * found.weights, starts, axis=1)
    of_fourth = 4 * np.add.reduceat(w**3 * found.weights, starts, axis=1)
    with np.errstate(all="ignore"):
        # rho = L^2 (1 - L) / (L^2 - F), of the sums of squares and of fourth powers.
        relative = 2 / length - 1 / (1 - length) - 2 * length / (length**2 - fourth)
        moved = rho * (relative * of_length + of_fourth / (length**2 - fourth))
    moved = np.where(layout.corrected, moved, 0.0)
    half = 0.5 * moved / rho
    root = np.sqrt(rho)
    factors = (found.construct_corr - corr * (half[:, :, None] + half[:, None, :])) / np.outer(root, root)
    diagonal = np.arange(len(corr))
    factors[:, diagonal, diagonal] = 0.0
    return factors, moved


def _blockwise(raw: Array, inverses: dict[int, Array], layout: SortedModel) -> Array:
    """Rows of raw weights (n, p), those of constructs in Mode B regressed on their items."""
    for j, inverse in inverses.items():
        raw[:, layout.blocks[j]] = raw[:, layout.blocks[j]] @ inverse
    return raw


def _items_of(constructs: tuple[int, ...], layout: SortedModel) -> IntArray:
    """Positions of the items of some constructs."""
    return np.flatnonzero(np.isin(layout.owner, constructs))
