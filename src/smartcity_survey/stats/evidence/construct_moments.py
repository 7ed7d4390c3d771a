"""Correlations of constructs and covariates under several measurement models, with respondents' influence.

Whatever the measurement (scores, PLS composites, PLSc, confirmatory factors), a structural model needs only
these correlations; their influence carries the uncertainty of the measurement into every standard error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from smartcity_survey.stats.core.errors import ImproperSolution, NotConverged
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.items.item_moments import CorrelationInfluence, standardised
from smartcity_survey.stats.pls.consistent import disattenuate, rho_a
from smartcity_survey.stats.pls.model import PlsModel, SortedModel
from smartcity_survey.stats.pls.stack import Admissibility, Reason, estimate

# Correlations of respondents that are perturbed at a time: few enough for caches.
_STACKED = 2**21
# Influences are differences of order 1/n: more digits of the weights would not be seen.
_TOLERANCE = 1e-9
_MAX_ITERATIONS = 1000


@dataclass(frozen=True, slots=True)
class ConstructMoments:
    """Correlations of c constructs followed by d covariates over n respondents, q = c + d.

    correlation : (q, q), unit diagonal.
    influence : (n, q, q): without one respondent correlations are about `correlation - influence / (n - 1)`.
    scores : (n, q), standardised (divisor n), where constructs are observed scores; None for latent ones.
    weights : (n,), sampling weights that average 1, which scores and influence have already; None where
        respondents count alike. clusters : (n,), codes 0, 1, ... of those drawn together; None where nobody
        was.
    """

    correlation: Array
    influence: Array
    scores: Array | None
    weights: Array | None = None
    clusters: IntArray | None = None

    @property
    def units(self) -> int:
        """Units that were drawn: clusters, or respondents."""
        return len(self.influence) if self.clusters is None else int(self.clusters.max()) + 1


def score_moments(scores: Array, covariates: Array, weights: Array | None = None) -> ConstructMoments:
    """Moments of observed scores (n, c), their weights taken as given; by sampling weights that average 1.

    Influence is that of covariances of variables once standardised, so that regressions on it are ordinary
    least squares with sandwich errors.
    """
    z = standardised(np.hstack((scores, covariates)), weights)
    if weights is None:
        R = z.T @ z / len(z)
        return ConstructMoments(R, z[:, :, None] * z[:, None, :] - R, z)
    R = (z * weights[:, None]).T @ z / len(z)
    influence = weights[:, None, None] * (z[:, :, None] * z[:, None, :] - R)
    return ConstructMoments(R, influence, z, weights)


@dataclass(frozen=True, slots=True)
class PlsMoments:
    """Moments of PLS composites, and of the common factors behind them by PLSc.

    factors : None where PLSc has no admissible solution, for all respondents or (`stable` is false) without
        one of them, so that there is no standard error.
    """

    composites: ConstructMoments
    factors: ConstructMoments | None
    stable: bool


def pls_moments(items: CorrelationInfluence, model: PlsModel) -> PlsMoments:
    """Moments of a PLS model's constructs; covariates are correlates, not part of the model.

    Influence is by perturbation: the model is estimated once more for each respondent, on correlations with
    that respondent's influence taken out.

    Raises
    ------
    NotConverged, ImproperSolution, where the composites themselves cannot be estimated.
    """
    layout = SortedModel.of(replace(model, consistent=True))
    sample = _pls_correlations(items.correlation[:, :, None], items.p, layout)
    stacks, step = [], max(1, _STACKED // items.correlation.size)
    for first in range(0, items.n, step):
        influence = items.influence_of(slice(first, first + step))
        perturbed = items.correlation - influence / (items.n - 1)
        stacks.append(_pls_correlations(perturbed.transpose(1, 2, 0), items.p, layout))
    composites, factors = (
        (whole[:, :, 0], np.concatenate(parts, axis=2).transpose(2, 0, 1))
        for whole, parts in zip(sample, zip(*stacks, strict=True), strict=True)
    )
    solved, stable = (bool(np.isfinite(part).all()) for part in factors)
    latent = by_perturbation(*factors) if solved and stable else None
    return PlsMoments(by_perturbation(*composites), latent, stable or not solved)


def _pls_correlations(R: Array, p: int, layout: SortedModel) -> tuple[Array, Array]:
    """(q, q, B) twice: correlations of composites and covariates, and of factors (nan where improper) and
    covariates, from those of items and covariates (m, m, B)."""
    order = layout.order
    verdicts = Admissibility.clean(R.shape[2])
    composites = estimate(
        np.ascontiguousarray(R[order][:, order]),
        layout,
        verdicts,
        tolerance=_TOLERANCE,
        max_iterations=_MAX_ITERATIONS,
    )
    refused = np.flatnonzero(verdicts.reason)
    if refused.size:
        reason = Reason(int(verdicts.reason[refused[0]]))
        if reason is Reason.NOT_CONVERGED:
            raise NotConverged("PLS", _MAX_ITERATIONS, float(composites.change[refused[0]]))
        raise ImproperSolution(int(verdicts.position[refused[0]]), reason.name.lower())
    beside = np.add.reduceat(composites.weights[:, None, :] * R[order, p:], layout.starts, axis=0)
    observed = joint_correlations(composites.construct_corr, beside, R[p:, p:])
    factors = disattenuate(composites, layout, verdicts)
    with np.errstate(invalid="ignore"):
        reliability = np.where(layout.corrected[:, None], rho_a(composites.weights, layout), 1.0)
        latent = joint_correlations(factors.construct_corr, beside / np.sqrt(reliability)[:, None], R[p:, p:])
    latent[:, :, verdicts.reason != Reason.ADMISSIBLE] = np.nan
    return observed, latent


def joint_correlations(constructs: Array, beside: Array, covariates: Array) -> Array:
    """(q, q, B) of constructs (c, c, B), their correlations with covariates (c, d, B), and covariates."""
    c, d = beside.shape[:2]
    joint = np.empty((c + d, c + d, beside.shape[2]))
    joint[:c, :c], joint[:c, c:], joint[c:, c:] = constructs, beside, covariates
    joint[c:, :c] = beside.transpose(1, 0, 2)
    return joint


def by_perturbation(sample: Array, perturbed: Array) -> ConstructMoments:
    """Moments of latent constructs from correlations (q, q) and those without each respondent (n, q, q)."""
    influence = (sample - perturbed) * (len(perturbed) - 1)
    return ConstructMoments(sample, influence - influence.mean(axis=0), None)
