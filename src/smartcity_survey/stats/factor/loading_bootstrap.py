"""How far rotated loadings vary from sample to sample: varimax in resamples of the respondents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.dealt import deal
from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.resample import correlation_stack, unit_products
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.factor.components import principal_components, rotated_solution
from smartcity_survey.stats.factor.rotation import varimax
from smartcity_survey.stats.factor.target_rotation import procrustes, reordered


@dataclass(frozen=True, slots=True)
class LoadingBootstrap:
    """Rotated loadings of p items on k components in resamples.

    loadings : (p, k), of the sample. draws : (B, p, k), of the admissible resamples, columns in the order and
        with the signs nearest to the sample's.
    n_inadmissible : resamples with a constant item, or without the rotation.
    """

    loadings: Array
    draws: Array
    n_inadmissible: int

    @property
    def main(self) -> BoolArray:
        """(B, p, k): whether a component has the item's largest loading in size, in each resample."""
        size = np.abs(self.draws)
        return np.asarray(size == size.max(axis=2, keepdims=True))


def bootstrap_loadings(
    x: Array,
    n_components: int,
    draws: int = 1000,
    *,
    seed: int,
    weights: Array | None = None,
    groups: IntArray | None = None,
) -> LoadingBootstrap:
    """Components of answers (n, p) rotated by varimax, in the sample and in resamples.

    Each resample is rotated by varimax of its own, from the rotation nearest to the sample's; its columns are
    then ordered and signed as the sample's are, but not turned to them, so that what varimax leaves undecided
    shows. Every draw has a stream of its own. Many respondents are resampled in random groups (`deal`).

    weights : (n,), sampling weights. groups : (n,), groups of respondents resampled as a whole.

    Source: Chatterjee (1984), Journal of Statistical Computation and Simulation 20, 93-102.

    Raises
    ------
    As `rotated_solution` on the sample; StatisticsError where fewer than two resamples are admissible.
    """
    dealt = deal(len(x), seed) if groups is None else None
    products = unit_products(x, weights, groups if dealt is None else dealt.codes)
    p = x.shape[1]
    sample = correlation_stack(products.total(), p)[0][..., 0]
    loadings = rotated_solution(sample, n_components).loadings
    found: list[Array] = []
    step = products.stack_size()
    for first in range(0, draws, step):
        counts = products.resampled_counts(seed, first, min(first + step, draws))
        stack, constant = correlation_stack(products.moments(counts), p)
        for matrix in np.moveaxis(stack, 2, 0)[~constant.any(axis=0)]:
            try:
                found.append(_rotated(matrix, loadings))
            except (StatisticsError, np.linalg.LinAlgError):
                continue
    if len(found) < 2:
        raise StatisticsError(f"{len(found)} of {draws} resamples have rotated loadings, at least 2 needed")
    return LoadingBootstrap(loadings, np.stack(found), draws - len(found))


def _rotated(matrix: Array, target: Array) -> Array:
    """Loadings (p, k) of correlations (p, p), rotated and ordered as a target (p, k)."""
    unrotated = principal_components(matrix, target.shape[1]).loadings
    begun = unrotated @ procrustes(unrotated, target)
    return reordered(varimax(begun, n_starts=1).loadings, target)
