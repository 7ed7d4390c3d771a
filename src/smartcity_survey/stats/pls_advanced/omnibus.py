"""Three groups or more at once: do they measure the same composites, and do any of their paths differ?

By permutation, as `pls.micom` does it of two groups, whose p-values these are where there are only two.
Klesel, Schuberth, Henseler and Niehaves (2019), Internet Research 29, 464-477 (tests of all groups at once);
Henseler, Ringle and Sarstedt (2016), International Marketing Review 33, 405-431 (MICOM).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.dealt import Groups, deal
from smartcity_survey.stats.core.errors import InGroup, StatisticsError
from smartcity_survey.stats.core.resample import UnitProducts, unit_products
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.pls.algorithm import construct_scores, fit_pls
from smartcity_survey.stats.pls.estimates import Estimator, PlsEstimates
from smartcity_survey.stats.pls.micom import ROUNDING, composite_correlations, correlation_test
from smartcity_survey.stats.pls.model import PlsModel, SortedModel
from smartcity_survey.stats.pls.stack import Admissibility, Reason


@dataclass(frozen=True, slots=True)
class OmnibusComparison:
    """G groups held against groups of the same sizes dealt at random; p-values are of permutations.

    sizes : (G,). correlation : (c,), the smallest between the composites that the weights of any two groups
        make of all answers. correlation_quantile : (c,), its lower 1 - level quantile under permutation.
    correlation_p, mean_p, log_variance_p : (c,), of equal weights; of equal means and variances of scores.
    paths : (G, c, c), of each group. path_p : (c, c), of equal paths. p : of all paths equal at once.
    n_permutations : admissible ones. n_inadmissible : those without a solution in one of the groups.
    """

    sizes: IntArray
    correlation: Array
    correlation_quantile: Array
    correlation_p: Array
    mean_p: Array
    log_variance_p: Array
    paths: Array
    path_p: Array
    p: float
    n_permutations: int
    n_inadmissible: int


def compare_all_groups(
    x: Array,
    model: PlsModel,
    group: IntArray,
    *,
    permutations: int,
    seed: int,
    level: float = 0.95,
    tolerance: float = 1e-12,
    max_iterations: int = 1000,
) -> OmnibusComparison:
    """Compare the groups 0, ..., G - 1 of `group` (n,) in answers x (n, p).

    What groups differ by is the sum of n_g (value_g - mean)^2 about the mean weighted by their sizes; of all
    paths at once, the sum over paths. p = (1 + permutations at least as extreme) / (1 + permutations).
    Groups are aligned in sign with the fit to all respondents. Of many respondents random groups are dealt.

    Raises
    ------
    As `pls.micom.compare_groups`.
    """
    R = correlation(x)
    whole = fit_pls(R, len(x), model, tolerance=tolerance, max_iterations=max_iterations)
    sizes = np.bincount(group)
    for one, size in enumerate(sizes):
        try:
            own = correlation(x[group == one])
            fit_pls(own, int(size), model, tolerance=tolerance, max_iterations=max_iterations)
        except StatisticsError as error:
            raise InGroup(one, error) from error
    layout = SortedModel.of(model)
    reference = whole.loadings[layout.order, layout.owner]
    estimator = Estimator(layout, model.consistent, tolerance, max_iterations, reference)
    scores = construct_scores(x, whole.outer_weights)
    units = deal(len(x), seed)
    dealt = _dealings(group, units, permutations, seed)
    codes = None if units is None else units.codes
    estimates, admissible = _estimates(x[:, layout.order], group, dealt, codes, estimator)
    means, log_variances = _moments_of_scores(scores, group, dealt, codes)
    keep = np.concatenate(([True], admissible[1:]))
    correlations = np.min(
        [
            composite_correlations(R, model, first.outer_weights, second.outer_weights)
            for first, second in combinations([one.select(keep) for one in estimates], 2)
        ],
        axis=0,
    )
    quantile, correlation_p = correlation_test(correlations[0], correlations[1:], level)
    paths = np.stack([one.path_coefficients[keep] for one in estimates])
    spread = _spread(paths, sizes)
    return OmnibusComparison(
        sizes=sizes,
        correlation=correlations[0],
        correlation_quantile=quantile,
        correlation_p=correlation_p,
        mean_p=_share_as_large(_spread(means[:, keep], sizes)),
        log_variance_p=_share_as_large(_spread(log_variances[:, keep], sizes)),
        paths=paths[:, 0],
        path_p=_share_as_large(spread),
        p=float(_share_as_large(spread.sum(axis=(1, 2)))),
        n_permutations=int(keep.sum()) - 1,
        n_inadmissible=permutations + 1 - int(keep.sum()),
    )


def _dealings(group: IntArray, units: Groups | None, permutations: int, seed: int) -> IntArray:
    """(permutations, units): groups dealt to respondents, or to random groups of many respondents."""
    if units is not None:
        # Random groups have one size, so that shares of them are shares of respondents.
        ends = np.round(units.count * np.cumsum(np.bincount(group)) / len(group))
        group = np.searchsorted(ends, np.arange(units.count), side="right")
    group = group.astype(np.min_scalar_type(group.max()))
    streams = np.random.SeedSequence(seed).spawn(permutations)
    return np.stack([np.random.default_rng(stream).permutation(group) for stream in streams])


def _moments(x: Array, group: IntArray, codes: IntArray | None) -> tuple[UnitProducts, Array]:
    """Products of the units that are dealt, and moments (q, G) of the real groups."""
    real = unit_products(x, None, group).moments(np.eye(int(group.max()) + 1))
    return unit_products(x, None, codes), real


def _estimates(
    x: Array, group: IntArray, dealt: IntArray, codes: IntArray | None, estimator: Estimator
) -> tuple[list[PlsEstimates], Array]:
    """Of every group: estimates of the real one, then of the dealt ones; and where all have a solution."""
    products, real = _moments(x, group, codes)
    count, c = len(dealt) + 1, len(estimator.layout.blocks)
    found, admissible = [], np.ones(count, dtype=bool)
    for one in range(real.shape[1]):
        own, verdicts = PlsEstimates.empty(count, x.shape[1], c), Admissibility.clean(count)
        estimator.estimate(real[:, [one]], own.select(slice(0, 1)), verdicts.select(slice(0, 1)))
        for first in range(0, len(dealt), products.stack_size()):
            part = slice(first, min(first + products.stack_size(), len(dealt)))
            moments = products.moments((dealt[part] == one).astype(np.uint8))
            into = slice(part.start + 1, part.stop + 1)
            estimator.estimate(moments, own.select(into), verdicts.select(into))
        found.append(own)
        admissible &= verdicts.reason == Reason.ADMISSIBLE
    return found, admissible


def _moments_of_scores(
    scores: Array, group: IntArray, dealt: IntArray, codes: IntArray | None
) -> tuple[Array, Array]:
    """(G, 1 + B, c): means of scores (n, c) in real and dealt groups, and logarithms of their variances."""
    products, real = _moments(scores, group, codes)
    c = scores.shape[1]
    squares = np.cumsum([c + 1, *range(c, 1, -1)])
    means, variances = [], []
    for one in range(real.shape[1]):
        drawn = products.moments((dealt == one).astype(np.uint8))
        own = np.concatenate([real[:, [one]], drawn], axis=1)
        size, sums = own[0], own[1 : c + 1]
        means.append((sums / size).T)
        variances.append(((own[squares] - sums**2 / size) / (size - 1)).T)
    return np.stack(means), np.log(np.stack(variances))


def _spread(values: Array, sizes: IntArray) -> Array:
    """(1 + B, ...): sum of n_g (value - weighted mean)^2 over the groups of values (G, 1 + B, ...)."""
    shares = (sizes / sizes.sum()).reshape(-1, *(1,) * (values.ndim - 1))
    about = values - (shares * values).sum(axis=0)
    return np.asarray((shares * about**2).sum(axis=0))


def _share_as_large(statistics: Array) -> Array:
    """p of the first of statistics (1 + B, ...) among all."""
    extreme = np.sqrt(statistics[1:]) >= np.sqrt(statistics[0]) - ROUNDING
    return np.asarray((1 + extreme.sum(axis=0)) / len(statistics))
