"""Bootstrap of factor models: respondents or whole clusters are drawn, and the model fitted again.

Standardised estimates depend on correlations alone, so that a resample is one product of the units'
moments with how often each unit was drawn (`core.resample`); each draw has a random stream of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import weighted_correlation
from smartcity_survey.stats.core.draws import Draws, Take, make_all, steps
from smartcity_survey.stats.core.errors import NotConverged, UnderIdentified
from smartcity_survey.stats.core.intervals import Summary, summarise
from smartcity_survey.stats.core.resample import Counts, UnitProducts, correlation_stack, unit_products
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE, StructureFit, minimise
from smartcity_survey.stats.sem.sem import SemFit, fit_sem
from smartcity_survey.stats.sem.structure import Matrix, Structure, moments

MAX_ITERATIONS = 200
AT_ONCE = 64
"""Draws of a block: the time goes into fitting each by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """Estimates for items and factors of variance 1; draws have a further axis in front.

    loadings : (p, k). factor_corr : (k, k). paths : (k, k), row = source, column = target; 0 where none is.
    """

    loadings: Array
    factor_corr: Array
    paths: Array


@dataclass(frozen=True, slots=True, eq=False)
class ModelBootstrap:
    """A factor model and what it is in B resamples.

    estimate : of the sample. draws : B of each number; nan where a resample has no solution.
    n_improper : solutions with a negative uniqueness, or covariances of factors or of correlated residuals
        that are not positive definite; they are among the draws, as what sampling can lead to.
    """

    estimate: Standardised
    draws: Standardised
    n_improper: int
    seed: int

    @property
    def solved(self) -> BoolArray:
        """(B,): whether a resample has a solution."""
        return np.asarray(np.isfinite(self.draws.factor_corr).all(axis=(1, 2)))

    def summary(self, name: str, level: float = 0.95) -> Summary:
        """`intervals.summarise` of one field of `Standardised`, percentile intervals."""
        return summarise(getattr(self.estimate, name), getattr(self.draws, name)[self.solved], level=level)


def bootstrap_model(
    x: Array,
    pattern: BoolArray,
    design: SurveyDesign,
    draws: int,
    *,
    seed: int,
    paths: BoolArray | None = None,
    pairs: IntArray | None = None,
    progress: Callable[[int], None] = lambda _: None,
    take: Take = make_all,
) -> ModelBootstrap:
    """Fit a measurement model, or with `paths` a structural one, to units drawn with replacement.

    Units are the design's clusters, or respondents where there are none; as many are drawn as there are, and
    people keep their weights. Each resample is fitted from the sample's own solution, as lavaan's
    `bootstrapLavaan` does, so that all are of the same minimum.

    Parameters
    ----------
    x : (n, p). pattern : (p, k), as in `fit_cfa`. paths : (k, k), as in `fit_sem`.
    pairs : (m, 2), items whose residuals correlate, as in `fit_cfa`; in every resample too.
    progress : called with the number of draws finished. take : has the draws made.

    Source: Davison and Hinkley (1997), Bootstrap Methods and their Application, sections 2.2 and 3.8.

    Raises
    ------
    As `fit_cfa` and `fit_sem`.
    """
    R = weighted_correlation(x, design.weights)
    fit = fit_model(R, design.n, pattern, paths, pairs)
    products = unit_products(x, design.weights if design.weighted else None, design.clusters)
    structure, theta = fit.ml.structures[0], fit.ml.theta
    estimate = standardised(structure, theta)[0]
    p, k = pattern.shape
    found = Standardised(*(np.full((draws, *shape), np.nan) for shape in ((p, k), (k, k), (k, k))))
    improper = np.zeros(draws, dtype=bool)

    def fill(place: slice) -> None:
        counts = products.resampled_counts(seed, place.start, place.stop)
        for draw, fitted in enumerate(refits(products, counts, fit.ml), place.start):
            if fitted is not None:
                own, proper = standardised(structure, fitted)
                sign = np.where((own.loadings * estimate.loadings).sum(axis=0) < 0, -1.0, 1.0)
                found.loadings[draw] = own.loadings * sign
                found.factor_corr[draw] = own.factor_corr * np.outer(sign, sign)
                found.paths[draw] = own.paths * np.outer(sign, sign)
                improper[draw] = not proper

    arrays = found.loadings, found.factor_corr, found.paths, improper
    blocks = steps(draws, min(AT_ONCE, products.stack_size()))
    take(Draws(arrays, blocks, fill, progress=progress))
    return ModelBootstrap(estimate, found, int(np.count_nonzero(improper)), seed)


def fit_model(
    R: Array, n: int, pattern: BoolArray, paths: BoolArray | None = None, pairs: IntArray | None = None
) -> CfaFit | SemFit:
    """The measurement model, or with `paths` the structural one, of correlations R (p, p).

    Raises
    ------
    As `fit_cfa` and `fit_sem`.
    """
    if paths is None:
        return fit_cfa(R, n, pattern, pairs=pairs)
    return fit_sem(R, n, pattern, paths, pairs=pairs)


def refits(products: UnitProducts, counts: Counts, ml: StructureFit) -> list[Array | None]:
    """Parameters (t,) of a fitted model in samples that draw each unit as often as counts (B, U) say.

    None where a sample has no solution.
    """
    samples = resamples_of(products, counts, ml.n)
    return [None if sample is None else refit(ml, sample) for sample in samples]


def resamples_of(products: UnitProducts, counts: Counts, n: int) -> list[Sample | None]:
    """Correlations of those samples, as of n respondents; None where an item is constant."""
    stack, constant = correlation_stack(products.moments(counts), products.p)
    return [
        None if constant[:, draw].any() else Sample(n, np.ascontiguousarray(stack[:, :, draw]))
        for draw in range(len(counts))
    ]


def refit(ml: StructureFit, sample: Sample) -> Array | None:
    """Parameters (t,) of a fitted model in another sample, from its own solution; None without a solution."""
    with suppress(NotConverged, UnderIdentified):
        return minimise(
            ml.structures,
            [sample],
            ml.theta,
            multiplier=ml.n,
            tolerance=TOLERANCE,
            max_iterations=MAX_ITERATIONS,
        ).theta
    return None


def standardised(structure: Structure, theta: Array) -> tuple[Standardised, bool]:
    """A model's estimates (t,) for items and factors of variance 1, and whether they are a population's."""
    matrices = structure.matrices(theta)
    at = moments(matrices, structure.cells)
    spread, item = np.sqrt(np.abs(np.diagonal(at.factor_cov))), np.sqrt(np.diagonal(at.covariance))
    free = np.unique(structure.cells.row[structure.cells.matrix == Matrix.RESIDUAL])
    of_residuals = np.linalg.eigvalsh(matrices.residual_cov[np.ix_(free, free)])
    proper = (of_residuals > 0).all() and np.linalg.eigvalsh(at.factor_cov)[0] > 0
    return (
        Standardised(
            matrices.loadings * spread / item[:, None],
            at.factor_cov / np.outer(spread, spread),
            matrices.paths * spread[:, None] / spread,
        ),
        bool(proper),
    )
