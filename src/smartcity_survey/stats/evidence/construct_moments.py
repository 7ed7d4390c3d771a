"""Correlations of constructs and covariates under several measurement models, with respondents' influence.

Whatever the measurement (scores, PLS composites, PLSc, confirmatory factors), a structural model needs only
these correlations; their influence carries the uncertainty of the measurement into every standard error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from smartcity_survey.stats.core.dealt import Groups
from smartcity_survey.stats.core.errors import ImproperSolution, NotConverged
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.items.held_influence import GroupedItems
from smartcity_survey.stats.items.item_moments import CorrelationInfluence, standardised
from smartcity_survey.stats.pls.consistent import disattenuate, rho_a
from smartcity_survey.stats.pls.influence import CompositeResponse, disattenuated_influence
from smartcity_survey.stats.pls.model import PlsModel, SortedModel
from smartcity_survey.stats.pls.stack import Admissibility, Composites, Reason, estimate

# Numbers that are carried over at a time: few enough for caches.
_AT_ONCE = 2**21
_TOLERANCE = 1e-10
_MAX_ITERATIONS = 1000


@dataclass(frozen=True, slots=True)
class ConstructMoments:
    """Correlations of c constructs followed by d covariates over n respondents, q = c + d.

    correlation : (q, q), unit diagonal.
    influence : (n, q, q): without one respondent correlations are about `correlation - influence / (n - 1)`;
        None where it follows from scores. With `groups` (G, q, q), of the groups of a large sample, each as
        if of one respondent of G; that of scores is of their covariances then.
    scores : (n, q), standardised (divisor n), where constructs are observed scores; None for latent ones.
    weights : (n,), sampling weights that average 1, which scores and influence have already; None where
        respondents count alike. clusters : (n,), codes 0, 1, ... of those drawn together; None where nobody
        was. groups : of a large sample (`core.dealt`); None where influence is by respondent.
    """

    correlation: Array
    influence: Array | None
    scores: Array | None
    weights: Array | None = None
    clusters: IntArray | None = None
    groups: Groups | None = None

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.by_respondent) if self.groups is None else self.groups.n

    @property
    def units(self) -> int:
        """Units that were drawn: clusters, or respondents."""
        return self.n if self.clusters is None else int(self.clusters.max()) + 1

    @property
    def by_respondent(self) -> Array:
        """(n, ...): scores, or influence where there are none."""
        found = self.influence if self.scores is None else self.scores
        if found is None:
            raise ValueError("constructs have scores or influence")
        return found

    def influence_on_products(self, columns: Array) -> Array:
        """(n, q, t): influence on the correlations times columns (q, t).

        That of scores is of covariances of variables once standardised, so that regressions on it are
        ordinary least squares with sandwich errors.
        """
        if self.influence is not None:
            return np.asarray(self.influence @ columns)
        z = self.by_respondent
        found: Array = z[:, :, None] * (z @ columns)[:, None, :] - self.correlation @ columns
        return found if self.weights is None else found * self.weights[:, None, None]


def score_moments(
    scores: Array, covariates: Array, weights: Array | None = None, groups: Groups | None = None
) -> ConstructMoments:
    """Moments of observed scores (n, c), their weights taken as given; by sampling weights that average 1.

    groups : of a large sample, whose influences are wanted.
    """
    z = standardised(np.hstack((scores, covariates)), weights)
    weighted = z if weights is None else z * weights[:, None]
    R = weighted.T @ z / len(z)
    if groups is None:
        return ConstructMoments(R, None, z, weights)
    size = groups.sums(np.ones(len(z)) if weights is None else weights)
    sums = groups.products(weighted, z) - size[:, None, None] * R
    return ConstructMoments(R, sums * (groups.count / groups.n), z, weights, groups=groups)


@dataclass(frozen=True, slots=True)
class PlsMoments:
    """Moments of PLS composites, and of the common factors behind them by PLSc.

    factors : None where PLSc has no admissible solution.
    """

    composites: ConstructMoments
    factors: ConstructMoments | None


def pls_moments(items: CorrelationInfluence, model: PlsModel) -> PlsMoments:
    """Moments of a PLS model's constructs; covariates are correlates, not part of the model.

    Influence is by the derivative of the algorithm's solution, see `CompositeResponse`.

    Raises
    ------
    NotConverged, ImproperSolution, where the composites themselves cannot be estimated.
    """
    layout = SortedModel.of(replace(model, consistent=True))
    p, order = items.p, layout.order
    verdicts = Admissibility.clean(1)
    R = items.correlation[np.ix_(order, order)]
    found = _composites(R, layout, verdicts)
    weights, covariates = found.weights[:, 0], items.correlation[p:, p:]
    response = CompositeResponse.at(R, weights, layout)
    with_items = items.correlation[p:, order]
    beside, corr = with_items @ response.by_construct, found.construct_corr[:, :, 0]
    latent_corr = disattenuate(found, layout, verdicts).construct_corr[:, :, 0]
    solved = verdicts.reason[0] == Reason.ADMISSIBLE
    reliability = np.where(layout.corrected & solved, rho_a(weights[:, None], layout)[:, 0], 1.0)
    root = np.sqrt(reliability)
    n, q = items.n, len(corr) + len(covariates)
    of_composites, of_factors = np.empty((n, q, q)), np.empty((n if solved else 0, q, q))
    unsorted = np.empty_like(response.by_construct)
    unsorted[order] = response.by_construct
    for part in parts(n, len(items.correlation) * len(corr)):
        moved = items.influence_on_products(unsorted, part)
        change = response.influence(moved[:, order])
        of_weights = [change.weights[:, own] @ with_items[:, own].T for own in layout.blocks]
        moved_beside = moved[:, p:] + np.stack(of_weights, axis=2)
        between = items.influence_of_covariates(part)
        of_composites[part] = joined(change.construct_corr, moved_beside, between)
        if solved:
            moved_corr, moved_rho = disattenuated_influence(corr, weights, change, layout)
            moved_beside -= beside * (0.5 * moved_rho / reliability)[:, None]
            of_factors[part] = joined(moved_corr, moved_beside / root, between)
    groups = items.groups if isinstance(items, GroupedItems) else None
    composites = ConstructMoments(joined(corr, beside, covariates), of_composites, None, groups=groups)
    if not solved:
        return PlsMoments(composites, None)
    factors = ConstructMoments(
        joined(latent_corr, beside / root, covariates), of_factors, None, groups=groups
    )
    return PlsMoments(composites, factors)


def _composites(R: Array, layout: SortedModel, verdicts: Admissibility) -> Composites:
    """The composites of sorted items with correlations R (p, p)."""
    stack = np.ascontiguousarray(R[:, :, None])
    found = estimate(stack, layout, verdicts, tolerance=_TOLERANCE, max_iterations=_MAX_ITERATIONS)
    reason = Reason(int(verdicts.reason[0]))
    if reason is Reason.NOT_CONVERGED:
        raise NotConverged("PLS", _MAX_ITERATIONS, float(found.change[0]))
    if reason is not Reason.ADMISSIBLE:
        raise ImproperSolution(int(verdicts.position[0]), reason.name.lower())
    return found


def parts(n: int, size: int) -> Iterator[slice]:
    """Slices of n respondents, each few enough for the cache where `size` numbers belong to one."""
    step = max(1, _AT_ONCE // size)
    for first in range(0, n, step):
        yield slice(first, first + step)


def joined(constructs: Array, beside: Array, covariates: Array) -> Array:
    """(..., q, q) of constructs (..., c, c), covariates with them (..., d, c), and covariates (..., d, d)."""
    upper = np.concatenate((constructs, beside.swapaxes(-1, -2)), axis=-1)
    return np.concatenate((upper, np.concatenate((beside, covariates), axis=-1)), axis=-2)
