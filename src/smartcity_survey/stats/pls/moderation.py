"""Moderation in a PLS path model by the two-stage approach.

Stage one is the model without interactions; stage two regresses a target's scores on those of its predictors
and on products of scores. Scores have unit variance, products stay as they are, so that a product's
coefficient is what one standard deviation of the moderator adds to the slope of the path.

Chin, Marcolin and Newsted (2003), Information Systems Research 14, 189-217; Henseler and Chin (2010),
Structural Equation Modeling 17, 82-109; Becker, Ringle and Sarstedt (2018), Journal of Applied Structural
Equation Modeling 2, 1-21 (products of standardised scores, not standardised again).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from scipy.special import ndtri

from smartcity_survey.stats.core.errors import LinearDependence
from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.core.significance import normal_interval
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap

# Terms whose correlations have a smaller eigenvalue determine one another.
_DEPENDENT = 1e-10
# Draws whose respondents are counted at a time, for memory.
_STACK = 256


@dataclass(frozen=True, slots=True)
class Moderated:
    """A target of stage two: its predictors, and which of them are multiplied.

    products : each of two, (source, moderator), of one twice, for a curve, or of three.
    """

    target: int
    predictors: tuple[int, ...]
    products: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class SecondStage:
    """Regression of one target, in one sample or in B (then on a first axis).

    coefficients, f2 : (k + m,), of k predictors and m products, in their order.
    covariance : (k + m, k + m), of the coefficients, by least squares with the scores as given.
    intercept : of scores whose means are zero, that is for predictors at their means. r2 : with products.
    """

    coefficients: Array
    covariance: Array
    f2: Array
    intercept: Array
    r2: Array

    @property
    def std_err(self) -> Array:
        """(k + m,): standard errors of the coefficients."""
        return np.asarray(np.sqrt(np.diagonal(self.covariance, axis1=-2, axis2=-1)))

    @classmethod
    def stack(cls, found: list[SecondStage]) -> SecondStage:
        """Samples one upon another."""
        return cls(*(np.stack([getattr(one, field.name) for one in found]) for field in fields(cls)))


@dataclass(frozen=True, slots=True)
class ModeratedBootstrap:
    """Stage two in the sample, in its B draws and, for BCa intervals, without each respondent in turn.

    reach : (2, c), smallest and largest score of each construct in the sample.
    """

    estimate: SecondStage
    draws: SecondStage
    jackknife: SecondStage | None
    reach: Array


def second_stage(x: Array, outer_weights: Array, shares: Array, plan: Moderated) -> SecondStage:
    """Stage two in one sample.

    Parameters
    ----------
    x : (n, p), answers. outer_weights : (p, c), of stage one, for standardised items.
    shares : (n,), of the respondents in the sample, summing to 1.

    Raises
    ------
    LinearDependence, whose group names predictors and, counted after them, products.
    """
    n = len(x)
    scores = _scores(x, outer_weights, shares)
    products = [np.prod(scores[:, list(factors)], axis=1) for factors in plan.products]
    terms = np.column_stack([scores[:, list(plan.predictors)], *products])
    centre = shares @ terms
    about = terms - centre
    outcome = scores[:, plan.target]
    moments = (about * shares[:, None]).T @ np.column_stack([about, outcome])
    sd = np.sqrt(np.diagonal(moments))
    correlations = moments[:, :-1] / np.outer(sd, sd)
    eigenvalues = np.linalg.eigvalsh(correlations)
    if not eigenvalues[0] > _DEPENDENT:
        condition = float(eigenvalues[-1] / max(eigenvalues[0], np.finfo(float).tiny))
        raise LinearDependence((tuple(range(len(sd))),), float(eigenvalues[0]), condition)
    inverse = np.linalg.inv(correlations) / np.outer(sd, sd)
    coefficients = inverse @ moments[:, -1]
    total = shares @ outcome**2
    unexplained = total - coefficients @ moments[:, -1]
    return SecondStage(
        coefficients=coefficients,
        covariance=inverse * unexplained / (n - len(coefficients) - 1),
        f2=coefficients**2 / (np.diagonal(inverse) * unexplained),
        intercept=np.asarray(-centre @ coefficients),
        r2=np.asarray(1 - unexplained / total),
    )


def _scores(x: Array, outer_weights: Array, shares: Array) -> Array:
    """(n, c): of stage one, in standard deviations from their means."""
    n = len(x)
    z = x - shares @ x
    return np.asarray((z / np.sqrt(shares @ z**2)) @ outer_weights * np.sqrt((n - 1) / n))


def moderate(
    x: Array,
    blocks: BoolArray,
    bootstrap: PlsBootstrap,
    plan: Moderated,
    weights: Array | None = None,
    groups: IntArray | None = None,
) -> ModeratedBootstrap:
    """Stage two on the sample and the resamples of a bootstrap of stage one.

    Parameters
    ----------
    x, weights, groups : (n, p), (n,), (n,), what the bootstrap was given.
    blocks : (p, c), whether the item measures the construct.

    Draws without an admissible stage one are nan.

    Raises
    ------
    As `second_stage` on the sample itself.
    """
    n = len(x)
    base = np.ones(n) if weights is None else weights
    unit = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
    units = int(unit.max()) + 1

    def fitted(item_weights: Array, counts: Array) -> SecondStage:
        drawn = counts[unit] * base
        return second_stage(x, np.where(blocks, item_weights[:, None], 0.0), drawn / drawn.sum(), plan)

    estimate = fitted(bootstrap.estimate.outer_weights, np.ones(units))
    nothing = SecondStage(*(np.full_like(getattr(estimate, f.name), np.nan) for f in fields(estimate)))

    def attempted(item_weights: Array, counts: Array) -> SecondStage:
        if not np.isfinite(item_weights).all():
            return nothing
        try:
            return fitted(item_weights, counts)
        except LinearDependence:
            return nothing

    found = [
        attempted(item_weights, counts)
        for item_weights, counts in zip(
            bootstrap.draws.outer_weights, _counts(bootstrap.seed, len(bootstrap.reason), units), strict=True
        )
    ]
    without = None
    if bootstrap.jackknife is not None:
        left_out = np.eye(units)
        without = SecondStage.stack(
            [
                attempted(item_weights, 1.0 - left_out[row])
                for row, item_weights in enumerate(bootstrap.jackknife.outer_weights)
            ]
        )
    own = np.where(blocks, bootstrap.estimate.outer_weights[:, None], 0.0)
    scores = _scores(x, own, base / base.sum())[base > 0]
    reach = np.stack([scores.min(axis=0), scores.max(axis=0)])
    return ModeratedBootstrap(estimate, SecondStage.stack(found), without, reach)


def simple_slopes(stage: SecondStage, plan: Moderated, product: int, at: Array) -> tuple[Array, Array, Array]:
    """Slope of a moderated path, its standard error and intercept (..., v), at v values of the moderator.

    Values are in standard deviations from the mean; the other predictors are at their means. Aiken and West
    (1991), Multiple Regression: Testing and Interpreting Interactions, ch. 2.
    """
    source, moderator = plan.products[product]
    path, main = plan.predictors.index(source), plan.predictors.index(moderator)
    interaction = len(plan.predictors) + product
    coefficients, covariance = stage.coefficients[..., None], stage.covariance[..., None]
    slope = coefficients[..., path, :] + coefficients[..., interaction, :] * at
    variance = (
        covariance[..., path, path, :]
        + 2 * at * covariance[..., path, interaction, :]
        + at**2 * covariance[..., interaction, interaction, :]
    )
    return slope, np.sqrt(variance), stage.intercept[..., None] + coefficients[..., main, :] * at


def slopes_at(stage: SecondStage, plan: Moderated, source: int, at: Array) -> tuple[Array, Array]:
    """Slope of a predictor and its standard error (..., v), at v points of all constructs `at` (v, c).

    Points are in standard deviations from the means. The slope is the derivative of the regression by the
    score of `source`: a curve's changes with the source itself, that of a three-way interaction with both
    other factors. Aiken and West (1991), Multiple Regression: Testing and Interpreting Interactions, ch. 4-5.
    """
    gradient = np.zeros((len(at), len(plan.predictors) + len(plan.products)))
    gradient[:, plan.predictors.index(source)] = 1.0
    for place, factors in enumerate(plan.products, len(plan.predictors)):
        for position in (position for position, factor in enumerate(factors) if factor == source):
            others = [factor for other, factor in enumerate(factors) if other != position]
            gradient[:, place] += np.prod(at[:, others], axis=1)
    slope = stage.coefficients @ gradient.T
    variance = np.einsum("vi,...ij,vj->...v", gradient, stage.covariance, gradient)
    return np.asarray(slope), np.asarray(np.sqrt(variance))


@dataclass(frozen=True, slots=True)
class JohnsonNeyman:
    """Where along a moderator the slope of a path differs from 0.

    where : `outside` of low to high, `between` them, `above` low, `below` high, `everywhere` or `nowhere`.
    low, high : values of the moderator, in standard deviations from its mean, where p is 1 - level; nan where
    there are none.
    """

    where: Literal["outside", "between", "above", "below", "everywhere", "nowhere"]
    low: float
    high: float

    def within(self, smallest: float, largest: float) -> JohnsonNeyman:
        """The region among values that the moderator has: what lies beyond them is no finding."""
        nan = float("nan")
        if self.where not in ("outside", "between"):
            return self
        low_seen, high_seen = smallest < self.low < largest, smallest < self.high < largest
        if low_seen and high_seen:
            return self
        if low_seen or high_seen:
            # Below the one value that is left the slope differs, or above it.
            if (self.where == "outside") == low_seen:
                return JohnsonNeyman("below", nan, self.low if low_seen else self.high)
            return JohnsonNeyman("above", self.low if low_seen else self.high, nan)
        inside = self.low <= smallest and largest <= self.high
        return JohnsonNeyman("everywhere" if inside == (self.where == "between") else "nowhere", nan, nan)


def johnson_neyman(slope: float, interaction: float, covariance: Array, level: float = 0.95) -> JohnsonNeyman:
    """Regions of significance of slope + interaction * moderator, from their covariance (2, 2).

    The roots of (slope + interaction m)^2 = z^2 var(m), with the normal quantile z. Johnson and Neyman
    (1936); Bauer and Curran (2005), Multivariate Behavioral Research 40, 373-400, equation 13.
    """
    z2 = float(ndtri((1 + level) / 2)) ** 2
    a = interaction**2 - z2 * float(covariance[1, 1])
    b = 2 * (slope * interaction - z2 * float(covariance[0, 1]))
    c = slope**2 - z2 * float(covariance[0, 0])
    discriminant = b**2 - 4 * a * c
    if discriminant <= 0:
        return JohnsonNeyman("everywhere" if c > 0 else "nowhere", float("nan"), float("nan"))
    low, high = sorted((-b + sign * float(np.sqrt(discriminant))) / (2 * a) for sign in (1, -1))
    return JohnsonNeyman("outside" if a > 0 else "between", low, high)


def slope_band(
    slope: float, interaction: float, covariance: Array, at: Array, level: float = 0.95
) -> tuple[Array, Array]:
    """Ends (k,) of the pointwise intervals of slope + interaction * moderator, at values (k,) of it.

    One of them is 0 where `johnson_neyman` says that the slope begins to differ. Bauer and Curran (2005),
    equation 12.
    """
    error = np.sqrt(covariance[0, 0] + 2 * at * covariance[0, 1] + at**2 * covariance[1, 1])
    return normal_interval(slope + interaction * at, error, level)


def _counts(seed: int, draws: int, n: int) -> Iterator[Array]:
    """How often each draw of `resampled_units` contains each of n units."""
    for first in range(0, draws, _STACK):
        for members in resampled_units(seed, first, min(first + _STACK, draws), n):
            yield np.bincount(members, minlength=n).astype(np.float64)
