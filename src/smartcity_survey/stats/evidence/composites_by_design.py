"""Do two groups of weighted or clustered respondents measure the same composites? Step 2 of MICOM."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.draws import Take, make_all
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.estimates import Estimator
from smartcity_survey.stats.pls.micom import (
    composite_correlations,
    correlation_test,
    deal_respondents,
    estimates_of_dealings,
)
from smartcity_survey.stats.pls.model import PlsModel, SortedModel
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sem.cfa import correlations_of


@dataclass(frozen=True, slots=True)
class CompositeTest:
    """Step 2 of MICOM of c composites, by permutation.

    correlation, quantile, p : (c,), as in `GroupComparison`; quantile and p are nan where too few dealings
        differ. n_permutations : admissible ones. n_inadmissible : those without a solution in a group.
    """

    correlation: Array
    quantile: Array
    p: Array
    n_permutations: int
    n_inadmissible: int


def compare_composites(
    x: Array,
    model: PlsModel,
    second: BoolArray,
    design: SurveyDesign,
    *,
    permutations: int,
    seed: int,
    level: float = 0.95,
    tolerance: float = 1e-12,
    max_iterations: int = 1000,
    progress: Callable[[int], None] = lambda _: None,
    take: Take = make_all,
) -> CompositeTest:
    """Correlations of the composites that both groups' weighted PLS weights make of all answers x (n, p).

    A respondent keeps answers and sampling weight, and is dealt to a group as `deal_by_design` does. If the
    groups' composites are the same, but other answers came with other weights in each, p is approximate.

    Raises
    ------
    As `compare_groups` for all respondents.
    """
    R = correlations_of(weighted_covariance(x, design))
    whole = fit_pls(R, len(x), model, tolerance=tolerance, max_iterations=max_iterations)
    layout = SortedModel.of(model)
    reference = whole.loadings[layout.order, layout.owner]
    estimator = Estimator(layout, model.consistent, tolerance, max_iterations, reference)
    dealt = deal_by_design(second, design, permutations, seed)
    weights = design.weights if design.weighted else None
    first, other, admissible = estimates_of_dealings(
        x[:, layout.order], second, dealt, estimator, progress, take, weights
    )
    correlations = composite_correlations(R, model, first.outer_weights, other.outer_weights)
    found, random = correlations[0], correlations[1:]
    quantile, p = np.full((2, len(found)), np.nan)
    if len(np.unique(np.vstack((second[None], dealt)), axis=0)) * (1 - level) >= 1:
        quantile, p = correlation_test(found, random, level)
    return CompositeTest(found, quantile, p, len(random), permutations - int(admissible[1:].sum()))


def deal_by_design(second: BoolArray, design: SurveyDesign, permutations: int, seed: int) -> BoolArray:
    """(permutations, n): members of the second group, dealt anew among those who could change places.

    Without clusters these are all respondents. A cluster of one group is dealt as a whole, among such
    clusters; of a cluster with people in both groups as many as before are dealt to each. So nobody's
    likeness to others of the cluster is taken for a likeness within groups.
    """
    if design.clusters is None:
        return deal_respondents(second, permutations, seed)
    codes = design.clusters
    shares = np.bincount(codes, second) / np.bincount(codes)
    whole = (shares == 0) | (shares == 1)
    mixed = np.flatnonzero(~whole[codes])
    of_mixed = mixed[np.argsort(codes[mixed], kind="stable")]
    dealt = np.empty((permutations, len(second)), dtype=bool)
    for row, stream in zip(dealt, np.random.SeedSequence(seed).spawn(permutations), strict=True):
        rng = np.random.default_rng(stream)
        label = shares == 1
        label[whole] = rng.permutation(label[whole])
        row[:] = label[codes]
        # Sorted by cluster, and within it at random: each cluster's labels meet its members in random order.
        shuffled = mixed[np.lexsort((rng.random(len(mixed)), codes[mixed]))]
        row[shuffled] = second[of_mixed]
    return dealt
