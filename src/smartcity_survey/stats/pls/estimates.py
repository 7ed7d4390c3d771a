"""PLS estimates of many samples at once, from the moments of their items."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from smartcity_survey.stats.core.resample import UnitProducts, correlation_stack
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.measurement.validity import htmt2_stack, htmt_stack
from smartcity_survey.stats.pls.consistent import disattenuate
from smartcity_survey.stats.pls.higher_order import LowerOrder
from smartcity_survey.stats.pls.model import SortedModel
from smartcity_survey.stats.pls.stack import Admissibility, Composites, Reason, estimate
from smartcity_survey.stats.pls.structural_model import structure


@dataclass(frozen=True, slots=True)
class PlsEstimates:
    """Estimates of a PLS model in B samples, items and constructs in the caller's order.

    outer_weights, loadings : (B, p), of each item for its own construct.
    path_coefficients, f2 : (B, c, c), row explains column; f2 is nan where there is no path.
    r2 : (B, c), nan for constructs that nothing explains.
    construct_corr : (B, c, c), of composites; of common factors under PLSc.
    htmt, htmt2 : (B, c, c), from absolute correlations; by geometric means, nan where one is not positive.
    """

    outer_weights: Array
    loadings: Array
    path_coefficients: Array
    r2: Array
    f2: Array
    construct_corr: Array
    htmt: Array
    htmt2: Array

    @classmethod
    def empty(cls, size: int, p: int, c: int) -> PlsEstimates:
        """Room for `size` samples, not filled."""
        shapes = ((p,), (p,), (c, c), (c,), (c, c), (c, c), (c, c), (c, c))
        return cls(*(np.empty((size, *shape)) for shape in shapes))

    def arrays(self) -> tuple[Array, ...]:
        """All of them, in their order."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def select(self, samples: BoolArray | slice | int | None) -> PlsEstimates:
        """Estimates of some samples (views for a slice), or of one without the first axis; None adds it."""
        return PlsEstimates(*(values[samples] for values in self.arrays()))

    def standard_deviation(self) -> PlsEstimates:
        """Standard deviation over the samples, divisor B - 1, without the first axis; nan for one sample."""
        values = self.arrays()
        if len(self.r2) < 2:
            return PlsEstimates(*(np.full(value.shape[1:], np.nan) for value in values))
        return PlsEstimates(*(value.std(axis=0, ddof=1) for value in values))


@dataclass(frozen=True, slots=True)
class Estimator:
    """A model with the options of its estimation.

    reference : (p,), loadings of sorted items; a construct whose loadings in a sample point away from them is
        flipped. None: every construct has the sign that makes its loadings' sum positive.
    lower : first stage of a model with higher-order constructs, whose items the moments are of; else None.
    """

    layout: SortedModel
    consistent: bool
    tolerance: float
    max_iterations: int
    reference: Array | None = None
    lower: LowerOrder | None = None

    @property
    def items(self) -> SortedModel:
        """The layout by which the items of the moments are sorted."""
        return self.layout if self.lower is None else SortedModel.of(self.lower.model)

    def estimates(self, moments: Array) -> tuple[PlsEstimates, Admissibility]:
        """The estimates of samples with moments (q, B), as `UnitProducts` gives them."""
        size = moments.shape[1]
        found = PlsEstimates.empty(size, len(self.layout.order), len(self.layout.blocks))
        verdicts = Admissibility.clean(size)
        self.estimate(moments, found, verdicts)
        return found, verdicts

    def estimate(self, moments: Array, into: PlsEstimates, verdicts: Admissibility) -> None:
        """Fill `into` and `verdicts` with the estimates of samples with moments (q, B)."""
        layout = self.layout
        items = self.items
        R, constant = correlation_stack(moments, len(items.order))
        flat = np.flatnonzero(constant.any(axis=0))
        verdicts.blame(Reason.CONSTANT_ITEM, items.order[constant[:, flat].argmax(axis=0)], flat)
        if self.lower is not None:
            R = self.lower_correlations(R, verdicts)
            R = np.ascontiguousarray(R[layout.order][:, layout.order])
        composites = estimate(
            R, layout, verdicts, tolerance=self.tolerance, max_iterations=self.max_iterations
        )
        into.htmt[:] = htmt_stack(R, layout.blocks).transpose(2, 0, 1)
        into.htmt2[:] = htmt2_stack(R, layout.blocks).transpose(2, 0, 1)
        self._fill(composites, into, verdicts)

    def disattenuated(self, found: PlsEstimates, verdicts: Admissibility) -> PlsEstimates:
        """PLSc's estimates of the samples whose composites have the estimates `found`; adds to `verdicts`."""
        size, order = len(found.r2), self.layout.order
        composites = Composites(
            found.outer_weights[:, order].T,
            found.loadings[:, order].T,
            found.construct_corr.transpose(1, 2, 0),
            np.zeros(size, dtype=np.int64),
            np.zeros(size),
        )
        into = PlsEstimates.empty(size, len(order), len(self.layout.blocks))
        into.htmt[:], into.htmt2[:] = found.htmt, found.htmt2
        with np.errstate(all="ignore"):
            self._fill(composites, into, verdicts)
        return into

    def _fill(self, composites: Composites, into: PlsEstimates, verdicts: Admissibility) -> None:
        """All that follows from the composites, with the signs of the reference."""
        layout = self.layout
        if self.consistent:
            composites = disattenuate(composites, layout, verdicts)
        inner = structure(composites.construct_corr, layout, verdicts)
        sign = self._signs(composites.loadings)
        into.outer_weights[:, layout.order] = (composites.weights * sign[layout.owner]).T
        into.loadings[:, layout.order] = (composites.loadings * sign[layout.owner]).T
        into.path_coefficients[:] = (inner.path_coefficients * sign[:, None] * sign).transpose(2, 0, 1)
        into.r2[:] = inner.r2.T
        into.f2[:] = inner.f2.transpose(2, 0, 1)
        into.construct_corr[:] = (composites.construct_corr * sign[:, None] * sign).transpose(2, 0, 1)
        bad = np.flatnonzero(verdicts.reason)
        for field in fields(into):
            getattr(into, field.name)[bad] = np.nan

    def lower_correlations(self, R: Array, verdicts: Admissibility) -> Array:
        """(q, q, B): correlations of the indicators of `lower` from those of sorted items (p, p, B)."""
        if self.lower is None:
            raise ValueError("a model without higher-order constructs has no first stage")
        return self.lower.correlations(
            R, self.items, verdicts, tolerance=self.tolerance, max_iterations=self.max_iterations
        )

    def _signs(self, loadings: Array) -> Array:
        """(c, B): -1 where a construct's loadings (p, B) point away from the reference, else 1."""
        if self.reference is None:
            return np.ones((len(self.layout.blocks), loadings.shape[1]))
        agreement = np.add.reduceat(loadings * self.reference[:, None], self.layout.starts, axis=0)
        return np.where(agreement < 0, -1.0, 1.0)


def leave_one_out(products: UnitProducts, estimator: Estimator) -> PlsEstimates:
    """Jackknife: estimates without each unit in turn; nan where what is left has no admissible solution."""
    layout = estimator.layout
    found = PlsEstimates.empty(products.units, len(layout.order), len(layout.blocks))
    verdicts = Admissibility.clean(products.units)
    step, total = products.stack_size(), products.total()
    for first in range(0, products.units, step):
        part = slice(first, first + step)
        estimator.estimate(total - products.of(part), found.select(part), verdicts.select(part))
    return found
