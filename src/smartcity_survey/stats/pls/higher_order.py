"""Constructs of constructs in PLS: what stands for their items, and how those correlate.

Repeated indicators: a higher-order construct is measured by the items of its components once more, which
stay in the model beside it. Two-stage (disjoint): the components take its place in a first model, and their
composites are its items in a second.

Sarstedt, Hair, Cheah, Becker and Ringle (2019), Australasian Marketing Journal 27, 197-211; Becker, Klein and
Wetzels (2012), Long Range Planning 45, 359-394.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.pls.model import PlsModel, SortedModel
from smartcity_survey.stats.pls.stack import Admissibility, estimate


@dataclass(frozen=True, slots=True, eq=False)
class LowerOrder:
    """Where the indicators of a model with higher-order constructs come from.

    model : the first stage, of p items, in which components take the place of their construct.
    item : (q,), the item that each indicator of the second stage is, or -1.
    component : (q,), the construct of the first stage whose composite it is, or -1.
    """

    model: PlsModel
    item: IntArray
    component: IntArray

    def correlations(
        self, R: Array, layout: SortedModel, verdicts: Admissibility, *, tolerance: float, max_iterations: int
    ) -> Array:
        """(q, q, B): correlations of the indicators from those of the items (p, p, B), sorted as `layout`.

        nan in samples whose first stage has no admissible solution; `verdicts` says why.
        """
        place = np.argsort(layout.order)
        items, components = self.item >= 0, self.component >= 0
        where, which = place[self.item[items]], self.component[components]
        found = np.empty((len(self.item), len(self.item), R.shape[2]))
        found[np.ix_(items, items)] = R[np.ix_(where, where)]
        if which.size:
            composites = estimate(R, layout, verdicts, tolerance=tolerance, max_iterations=max_iterations)
            found[np.ix_(components, components)] = composites.construct_corr[np.ix_(which, which)]
            for row, construct in zip(np.flatnonzero(components), which, strict=True):
                block = layout.blocks[construct]
                cross = np.einsum("kib,kb->ib", R[block][:, where], composites.weights[block])
                found[row, items] = found[items, row] = cross
        diagonal = np.arange(len(self.item))
        found[diagonal, diagonal] = 1.0
        return found
