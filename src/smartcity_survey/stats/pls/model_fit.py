"""How far the correlations that a PLS model implies are from those observed.

Which correlations a model implies is a choice that changes every number, so it is made by name. `composite`
takes the correlations within a construct's items as they are, `factor` lets the construct produce them: then
the loadings and correlations ought to be PLSc's, as those of composites fit worse (cSEM prints either).
`saturated` takes the correlations of the
constructs as they are, so that only the measurement is judged; `estimated` takes those the paths produce.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.correlations import check_conditioning, correlation
from smartcity_survey.stats.core.dealt import deal
from smartcity_survey.stats.core.draws import Draws, Take, make_all, steps
from smartcity_survey.stats.core.errors import LinearDependence
from smartcity_survey.stats.core.resample import correlation_stack, unit_products
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.pls.algorithm import PlsFit, fit_each, fit_pls
from smartcity_survey.stats.pls.model import PlsModel

Measurement = Literal["composite", "factor"]
Structural = Literal["saturated", "estimated"]


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Distances between observed and implied correlations: 0 is a perfect fit, for `nfi` 1 is.

    srmr : root mean square of the residuals, diagonal counted. d_uls : half the sum of all squared residuals.
    d_g : geodesic distance. nfi : normed fit index against independent items.
    d_g and nfi are nan where the implied correlations are not positive definite.
    """

    srmr: float
    d_uls: float
    d_g: float
    nfi: float


@dataclass(frozen=True, slots=True)
class ExactFit:
    """Discrepancies of resamples from a population in which the model holds.

    draws : (B, 3), srmr, d_uls and d_g of the admissible ones. n_inadmissible : resamples without a solution.
    """

    observed: Discrepancy
    draws: Array
    n_inadmissible: int

    def quantile(self, level: float) -> Array:
        """(3,): what srmr, d_uls and d_g stay below in that share of samples if the model holds."""
        return np.asarray(np.quantile(self.draws, level, axis=0))

    def p(self) -> Array:
        """(3,): share of resamples at least as far from the model as the sample is."""
        observed = np.array([self.observed.srmr, self.observed.d_uls, self.observed.d_g])
        return np.asarray((self.draws >= observed).mean(axis=0))


def implied_correlations(
    R: Array, fit: PlsFit, model: PlsModel, measurement: Measurement, structural: Structural
) -> Array:
    """(p, p): item correlations that a fit to item correlations R (p, p) implies.

    Items of different constructs correlate by their loadings and the constructs' correlation. Within a
    construct `factor` has the product of the loadings, `composite` (and any but Mode A in both) R itself.
    """
    corr = fit.construct_corr if structural == "saturated" else path_correlations(fit, model)
    implied = np.asarray(fit.loadings @ corr @ fit.loadings.T)
    for mode, block in zip(model.modes, model.blocks.T, strict=True):
        if measurement == "composite" or mode != "mode_a":
            within = np.ix_(block, block)
            implied[within] = R[within]
    np.fill_diagonal(implied, 1.0)
    return implied


def path_correlations(fit: PlsFit, model: PlsModel) -> Array:
    """(c, c): correlations of constructs that paths produce from those of the constructs nothing explains.

    Every construct keeps unit variance. (cSEM keeps the disturbances' variances instead, lets the variances
    drift from one and then writes ones on the diagonal; the two agree where no explained construct explains.)
    """
    corr = fit.construct_corr.copy()
    known = np.flatnonzero(~model.paths.any(axis=0)).tolist()
    while len(known) < len(corr):
        for target in range(len(corr)):
            predictors = np.flatnonzero(model.paths[:, target])
            if target not in known and set(predictors) <= set(known):
                produced = fit.path_coefficients[predictors, target] @ corr[predictors][:, known]
                corr[target, known] = corr[known, target] = produced
                known.append(target)
    return corr


def discrepancy(R: Array, implied: Array) -> Discrepancy:
    """Distances between observed R (p, p) and implied correlations (p, p).

    Logarithms are natural; cSEM's d_G takes those to base ten and is smaller by ln(10)^2.

    Dijkstra and Henseler (2015), Computational Statistics & Data Analysis 81, 10-23, sec. 3 (d_ULS, d_G);
    Henseler et al. (2014), Organizational Research Methods 17, 182-209 (SRMR); Bentler and Bonett (1980),
    Psychological Bulletin 88, 588-606 (NFI, of the maximum-likelihood discrepancy).
    """
    srmr, d_uls, d_g, ratios = _distances(R, implied)
    nfi = np.nan
    if ratios is not None:
        nfi = float(1 - ((ratios - np.log(ratios)).sum() - len(R)) / -np.linalg.slogdet(R).logabsdet)
    return Discrepancy(srmr, d_uls, d_g, nfi)


def _distances(R: Array, implied: Array) -> tuple[float, float, float, Array | None]:
    """srmr, d_uls and d_g, and the ratios (p,) behind the last; None where nothing correlates as implied."""
    p = len(R)
    d_uls = float(((R - implied) ** 2).sum() / 2)
    srmr = float(np.sqrt(2 * d_uls / (p * (p + 1))))
    try:
        ratios = np.asarray(linalg.eigh(R, implied, eigvals_only=True))
    except linalg.LinAlgError:
        return srmr, d_uls, np.nan, None
    return srmr, d_uls, float((np.log(ratios) ** 2).sum() / 2), ratios


def exact_fit(
    x: Array,
    model: PlsModel,
    measurement: Measurement,
    structural: Structural,
    *,
    draws: int,
    seed: int,
    tolerance: float = 1e-12,
    max_iterations: int = 1000,
    take: Take = make_all,
) -> ExactFit | None:
    """Is the sample further from the model than samples are from a population in which it holds?

    The answers (n, p) are rotated so that they have exactly the implied correlations, resampled (large
    samples by `core.dealt`), and fitted anew. None where the implied correlations are not positive definite:
    no such population exists.

    take : has the resamples made.

    Beran and Srivastava (1985), Annals of Statistics 13, 95-115; Dijkstra and Henseler (2015), sec. 4.

    Raises
    ------
    All that `fit_pls` raises on the sample itself.
    """
    R = correlation(x)
    fit = fit_pls(R, len(x), model, tolerance=tolerance, max_iterations=max_iterations)
    implied = implied_correlations(R, fit, model, measurement, structural)
    if linalg.eigvalsh(implied)[0] <= 0:
        return None
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    population = z @ _power(R, -0.5) @ _power(implied, 0.5)
    dealt = deal(len(x), seed)
    products = unit_products(population, groups=None if dealt is None else dealt.codes)
    distances, admissible = np.empty((draws, 3)), np.empty(draws, dtype=bool)

    def fill(place: slice) -> None:
        counts = products.resampled_counts(seed, place.start, place.stop)
        resampled, _ = correlation_stack(products.moments(counts), len(R))
        again = fit_each(resampled, len(x), model, tolerance=tolerance, max_iterations=max_iterations)
        samples = np.ascontiguousarray(np.moveaxis(resampled, 2, 0))
        for draw, sample, own in zip(range(place.start, place.stop), samples, again, strict=True):
            admissible[draw] = own is not None
            if own is not None:
                expected = implied_correlations(sample, own, model, measurement, structural)
                distances[draw] = _distances(sample, expected)[:3]

    take(Draws((distances, admissible), steps(draws, products.stack_size()), fill))
    return ExactFit(discrepancy(R, implied), distances[admissible], int(np.count_nonzero(~admissible)))


def outer_vif(R: Array, blocks: BoolArray) -> Array:
    """(p,): variance inflation of each item by the others of its construct; 1 for a single item.

    Raises
    ------
    LinearDependence.
    """
    vif = np.ones(len(R))
    for items in map(np.flatnonzero, blocks.T):
        own = R[np.ix_(items, items)]
        conditioning = check_conditioning(own)
        if conditioning.dependent:
            groups = tuple(tuple(int(items[i]) for i in group) for group in conditioning.dependent)
            raise LinearDependence(groups, conditioning.smallest_eigenvalue, conditioning.condition_number)
        vif[items] = np.diagonal(linalg.inv(own))
    return vif


def _power(symmetric: Array, exponent: float) -> Array:
    values, vectors = linalg.eigh(symmetric)
    return np.asarray((vectors * values**exponent) @ vectors.T)
