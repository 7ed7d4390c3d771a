"""Bootstrap of PLS path models: every resample from one matrix product, then PLS on stacks of correlations.

Resamples draw as many respondents as there are, with replacement; of large samples random groups of them
(`core.dealt`). In each, a construct has the sign that its loadings have in the sample, judged by their
agreement with the first principal component of its own items; a flip changes the signs of its weights,
loadings and paths. Resamples without an admissible solution are counted with their reason and hold nan.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smartcity_survey.stats.core.dealt import deal
from smartcity_survey.stats.core.draws import Draws, Take, make_all, steps
from smartcity_survey.stats.core.errors import ConstantItems, NotFinite
from smartcity_survey.stats.core.intervals import Kind, Summary, bound, summarise
from smartcity_survey.stats.core.resample import (
    UnitProducts,
    correlation_stack,
    linearised_products,
    resampled_units,
    unit_products,
)
from smartcity_survey.stats.core.streamed import StreamedMoments
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.items.polychoric_correlations import NO_CONTINUITY, polychoric
from smartcity_survey.stats.missing.pairwise import pairwise_products
from smartcity_survey.stats.pls.algorithm import PlsFit, fit_pls
from smartcity_survey.stats.pls.estimates import Estimator, PlsEstimates, leave_one_out
from smartcity_survey.stats.pls.higher_order import LowerOrder
from smartcity_survey.stats.pls.model import PlsModel, SortedModel
from smartcity_survey.stats.pls.stack import Admissibility, Reason


@dataclass(frozen=True, slots=True)
class PlsBootstrap:
    """A PLS fit and its B bootstrap draws.

    fit : the sample's. estimate : the same numbers in the arrangement of the draws, without their first axis.
    draws : B of each number; nan throughout where the draw is inadmissible.
    reason, position : (B,), why a draw is inadmissible (`Reason`) and the item or construct at fault, else
        -1.
    draw_se : standard errors within each draw, from `inner_draws` resamples of it; for studentised intervals.
    jackknife : estimates without each unit in turn; for BCa intervals.
    seed : of the random streams.
    """

    fit: PlsFit
    estimate: PlsEstimates
    draws: PlsEstimates
    reason: NDArray[np.int8]
    position: IntArray
    draw_se: PlsEstimates | None
    jackknife: PlsEstimates | None
    seed: int

    @property
    def admissible(self) -> BoolArray:
        """(B,): whether a draw has a solution."""
        return np.asarray(self.reason == Reason.ADMISSIBLE)

    @property
    def n_inadmissible(self) -> int:
        """How many draws have none."""
        return int(np.count_nonzero(self.reason))

    def inadmissible(self) -> dict[tuple[Reason, int], int]:
        """Number of inadmissible draws by reason and the item or construct at fault."""
        pairs = np.stack([self.reason, self.position], axis=1)[self.reason != Reason.ADMISSIBLE]
        found, counts = np.unique(pairs, axis=0, return_counts=True)
        return {
            (Reason(int(reason)), int(position)): int(count)
            for (reason, position), count in zip(found, counts, strict=True)
        }

    def summary(self, name: str, *, kind: Kind = "percentile", level: float = 0.95) -> Summary:
        """`intervals.summarise` of one field of `PlsEstimates`, over the admissible draws."""
        keep = self.admissible
        return summarise(
            getattr(self.estimate, name),
            getattr(self.draws, name)[keep],
            kind=kind,
            level=level,
            jackknife=None if self.jackknife is None else getattr(self.jackknife, name),
            draw_se=None if self.draw_se is None else getattr(self.draw_se, name)[keep],
        )

    def upper_bound(self, name: str, level: float = 0.95) -> Array:
        """One-sided upper percentile bound of one field: what an HTMT must keep below its threshold."""
        return bound(getattr(self.draws, name)[self.admissible], level)

    def share_from(self, name: str, limit: float) -> Array:
        """One-sided p of an HTMT not below a limit: (1 + draws that reach it) / (1 + draws with a value).

        Franke and Sarstedt (2019), Internet Research 29, 430-447: tests against limits below 1.
        """
        draws = getattr(self.draws, name)[self.admissible]
        with np.errstate(invalid="ignore"):
            reached = np.count_nonzero(draws >= limit, axis=0)
        return np.asarray((1 + reached) / (1 + np.count_nonzero(~np.isnan(draws), axis=0)))


def bootstrap_pls(
    x: Array,
    model: PlsModel,
    draws: int = 10_000,
    *,
    seed: int,
    weights: Array | None = None,
    groups: IntArray | None = None,
    ordinal: bool = False,
    continuity: tuple[float, float] = NO_CONTINUITY,
    pairwise: bool = False,
    lower: LowerOrder | None = None,
    tolerance: float = 1e-12,
    max_iterations: int = 1000,
    jackknife: bool = False,
    inner_draws: int = 0,
    workers: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
    take: Take = make_all,
) -> PlsBootstrap:
    """Fit a PLS model to answers x (n, p) and to `draws` resamples of them.

    Parameters
    ----------
    weights : (n,), positive sampling weights, carried by respondents into the resamples.
    groups : (n,), groups of respondents resampled as a whole (cluster bootstrap).
    ordinal : answers are whole codes of ordered categories; polychoric correlations take the place of
        Pearson's, estimated once and in the resamples by their first-order expansion (`linearised_products`).
        Neither weights nor groups then. continuity : as `polychoric`.
    pairwise : answers may be missing (nan); every correlation is of those who answered both items, in the
        resamples too. Neither weights, groups nor `jackknife` then.
    lower : first stage of a model with higher-order constructs; answers are to its items then.
    jackknife : also fit without each unit, for BCa intervals.
    inner_draws : resamples of each draw, for studentised intervals; 50 or more.
    workers : threads; as many as processors where not given. The result does not depend on it.
    progress : called with the number of draws finished. take : has the draws made.

    Raises
    ------
    NotFinite, ConstantItems, InvalidWeights, all that `polychoric` raises, and all that `fit_pls` raises on
    the sample itself; ValueError for weights or groups of ordinal answers, and for what `pairwise` excludes.
    """
    missing = np.flatnonzero(~np.isfinite(x).all(axis=0))
    if missing.size and not pairwise:
        raise NotFinite(tuple(int(item) for item in missing))
    layout = SortedModel.of(model)
    estimator = Estimator(layout, model.consistent, tolerance, max_iterations, lower=lower)
    order = estimator.items.order
    if ordinal:
        if weights is not None or groups is not None:
            raise ValueError("polychoric correlations take neither weights nor groups")
        found = polychoric(x[:, order].astype(np.int64), continuity=continuity)
        products: UnitProducts = linearised_products(found.correlation, found.influence)
    elif pairwise:
        if weights is not None or groups is not None or jackknife:
            raise ValueError("pairwise correlations take neither weights, groups nor jackknife")
        products = pairwise_products(x[:, order])
    else:
        dealt = deal(len(x), seed) if groups is None else None
        products = unit_products(x[:, order], weights, groups if dealt is None else dealt.codes)
    return _resampled(
        products, len(x), model, estimator, draws, seed, jackknife, inner_draws, workers, progress, take
    )


def bootstrap_streamed(
    moments: StreamedMoments,
    model: PlsModel,
    draws: int = 10_000,
    *,
    seed: int,
    tolerance: float = 1e-12,
    max_iterations: int = 1000,
    workers: int | None = None,
) -> PlsBootstrap:
    """As `bootstrap_pls`, of answers that were taken in by slices; their random groups are resampled.

    Raises
    ------
    What `bootstrap_pls` raises of the sample.
    """
    estimator = Estimator(SortedModel.of(model), model.consistent, tolerance, max_iterations)
    products = moments.products(np.asarray(estimator.items.order))
    return _resampled(
        *(products, moments.n, model, estimator, draws, seed, False, 0, workers),
        progress=lambda _: None,
        take=make_all,
    )


def _resampled(
    products: UnitProducts,
    n: int,
    model: PlsModel,
    estimator: Estimator,
    draws: int,
    seed: int,
    jackknife: bool,
    inner_draws: int,
    workers: int | None,
    progress: Callable[[int], None],
    take: Take,
) -> PlsBootstrap:
    """The fit to n respondents and to resamples of the units that their products are of."""
    total = products.total()
    fit, sample = _sample_fit(total, n, model, estimator)
    estimator = replace(estimator, reference=_reference(sample, fit, estimator.layout))
    work = _Resampling(products, estimator, seed, draws, inner_draws)
    blocks = steps(draws, products.stack_size())
    take(Draws(work.arrays(), blocks, work.run, workers or os.cpu_count() or 1, progress))
    return PlsBootstrap(
        fit=fit,
        estimate=estimator.estimates(total)[0].select(0),
        draws=work.found,
        reason=work.verdicts.reason,
        position=work.verdicts.position,
        draw_se=work.draw_se,
        jackknife=leave_one_out(products, estimator) if jackknife else None,
        seed=seed,
    )


def consistent_bootstrap(
    composites: PlsBootstrap,
    R: Array,
    model: PlsModel,
    *,
    tolerance: float = 1e-12,
    max_iterations: int = 1000,
) -> PlsBootstrap:
    """PLSc in the resamples of a bootstrap of composites, without drawing or iterating again.

    PLSc corrects what the composites of a resample come to; resamples without composites have no PLSc.

    Parameters
    ----------
    R : (p, p), correlations of the sample. model : the composites' with `consistent`.

    Raises
    ------
    What `fit_pls` raises on the sample; ValueError for studentised intervals, whose inner resamples are gone.
    """
    if composites.draw_se is not None:
        raise ValueError("standard errors within the draws need a bootstrap of their own")
    layout = SortedModel.of(model)
    fit = fit_pls(R, composites.fit.n, model, tolerance=tolerance, max_iterations=max_iterations)
    estimator = Estimator(layout, True, tolerance, max_iterations, _reference(R, fit, layout))
    verdicts = Admissibility(composites.reason.copy(), composites.position.copy())
    draws = estimator.disattenuated(composites.draws, verdicts)
    estimate = estimator.disattenuated(composites.estimate.select(np.newaxis), Admissibility.clean(1))
    jackknife = composites.jackknife
    if jackknife is not None:
        jackknife = estimator.disattenuated(jackknife, Admissibility.clean(len(jackknife.r2)))
    return PlsBootstrap(
        fit=fit,
        estimate=estimate.select(0),
        draws=draws,
        reason=verdicts.reason,
        position=verdicts.position,
        draw_se=None,
        jackknife=jackknife,
        seed=composites.seed,
    )


def _reference(R: Array, fit: PlsFit, layout: SortedModel) -> Array:
    """(p,): what the loadings of a resample have to agree with, items sorted.

    The first principal component of each construct's items in their correlations R (p, p), with the sign of
    the sample's loadings. The loadings themselves would not do: those of items with little in common follow
    the other constructs, and resamples turned towards them repeat the sample's relations too faithfully.
    """
    reference = np.empty(len(layout.order))
    for j, block in enumerate(layout.blocks):
        items = layout.order[block]
        component = np.linalg.eigh(R[np.ix_(items, items)])[1][:, -1]
        reference[block] = component * (-1.0 if component @ fit.loadings[items, j] < 0 else 1.0)
    return reference


def _sample_fit(moments: Array, n: int, model: PlsModel, estimator: Estimator) -> tuple[PlsFit, Array]:
    """The fit to the sample itself, from moments (q, 1) as the draws' are, and the correlations (p, p)."""
    fitted = partial(fit_pls, n=n, tolerance=estimator.tolerance, max_iterations=estimator.max_iterations)
    items = estimator.items
    R, constant = correlation_stack(moments, len(items.order))
    if constant.any():
        raise ConstantItems(tuple(sorted(int(item) for item in items.order[constant[:, 0]])))
    place = np.argsort(items.order)
    sample = R[:, :, 0][np.ix_(place, place)]
    if estimator.lower is not None:
        fitted(sample, model=estimator.lower.model)  # its errors are those of the first stage
        sample = estimator.lower_correlations(R, Admissibility.clean(1))[:, :, 0]
    return fitted(sample, model=model), sample


class _Resampling:
    """The draws, filled in by workers that share nothing but their places in these arrays."""

    def __init__(
        self, products: UnitProducts, estimator: Estimator, seed: int, draws: int, inner_draws: int
    ) -> None:
        self.products = products
        self.estimator = estimator
        self.seed = seed
        self.inner_draws = inner_draws
        size = draws, len(estimator.layout.order), len(estimator.layout.blocks)
        self.found = PlsEstimates.empty(*size)
        self.verdicts = Admissibility.clean(draws)
        self.draw_se = PlsEstimates.empty(*size) if inner_draws else None

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """All that is filled in."""
        within = () if self.draw_se is None else self.draw_se.arrays()
        return (*self.found.arrays(), *self.verdicts.arrays(), *within)

    def run(self, part: slice) -> None:
        """Fill in the draws of one matrix product."""
        moments = self.products.moments(self.products.resampled_counts(self.seed, part.start, part.stop))
        self.estimator.estimate(moments, self.found.select(part), self.verdicts.select(part))
        if self.draw_se is not None:
            for draw in range(part.start, part.stop):
                self._standard_error(draw, self.draw_se)

    def _standard_error(self, draw: int, into: PlsEstimates) -> None:
        """Resample the units of a draw, with a stream of its own, and keep the standard deviations."""
        units = self.products.units
        members = resampled_units(self.seed, draw, draw + 1, units)[0]
        again = members[resampled_units(self.seed, 0, self.inner_draws, units, stream=draw + 1)]
        found, verdicts = self.estimator.estimates(self.products.moments(self.products.counts(again)))
        spread = found.select(verdicts.reason == Reason.ADMISSIBLE).standard_deviation()
        for field in fields(spread):
            getattr(into, field.name)[draw] = getattr(spread, field.name)
