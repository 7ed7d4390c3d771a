"""What known margins tell of raked estimates: their errors are those of residuals on the margins.

Raked weights reproduce the margins in every sample, so that the part of a variable that the margins explain
does not vary. Deville and Sarndal (1992), JASA 87, 376-382; Deville, Sarndal and Sautory (1993), JASA 88,
1013-1020; as R's `survey` has it of `calibrate(calfun = "raking")`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

_RANK = 1e-10
"""Singular values below this share of the largest are of cells that others add up to."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The margins that N respondents were raked to, of whom n (`rows`) are in a design.

    basis : (N, r), orthonormal, of the cells times root. root : (N,), of the weights before raking.
    weights : (N,), as raked and trimmed. clusters : (N,), codes; None where people were drawn one by one.
    rows : (n,), positions of the respondents of the design.
    """

    basis: Array
    root: Array
    weights: Array
    clusters: IntArray | None
    rows: IntArray

    @classmethod
    def of(
        cls,
        before: Array,
        weights: Array,
        margins: Sequence[IntArray],
        clusters: IntArray | None = None,
    ) -> Calibration:
        """The calibration of N respondents.

        before, weights : (N,), before raking and in use. margins : (N,) each, a respondent's cell.
        """
        root = np.sqrt(before / before.mean())
        cells = np.hstack([codes[:, None] == np.unique(codes) for codes in margins]) * root[:, None]
        left, singular, _ = np.linalg.svd(cells, full_matrices=False)
        codes = None if clusters is None else np.unique(clusters, return_inverse=True)[1]
        basis = left[:, singular > _RANK * singular[0]]
        return cls(basis, root, weights, codes, np.arange(len(before)))

    def subset(self, rows: BoolArray) -> Calibration:
        """Of some of the design's respondents; the others stay in the margins, as in a domain."""
        return Calibration(self.basis, self.root, self.weights, self.clusters, self.rows[rows])

    def totals(self, values: Array, scale: float) -> Array:
        """(units, q): weighted sums, by units of all N, of what the margins leave of values (n, q).

        Who is not in the design has a value of 0, as in estimates for a domain. scale : of the weights.
        """
        whole = np.zeros((len(self.root), values.shape[1]))
        whole[self.rows] = values
        rooted = whole * self.root[:, None]
        left = (rooted - self.basis @ (self.basis.T @ rooted)) / self.root[:, None]
        weighted = left * (self.weights * scale)[:, None]
        if self.clusters is None:
            return np.asarray(weighted)
        sums = np.zeros((int(self.clusters.max()) + 1, values.shape[1]))
        np.add.at(sums, self.clusters, weighted)
        return sums
