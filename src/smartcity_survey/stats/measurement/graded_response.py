"""The graded response model of one scale: ordered answers that a single normal trait explains.

Marginal maximum likelihood: the trait is summed out over fixed nodes; expectation and maximisation (Bock &
Aitkin 1981) come near the maximum, quasi-Newton steps from the respondents' own gradients end there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.core.errors import ConstantItems, EndlessSlope, NotConverged, UnderIdentified
from smartcity_survey.stats.core.types import Array, IntArray

NODES = np.linspace(-6.0, 6.0, 121)
_DENSITY = np.exp(-0.5 * np.square(NODES))
LOG_WEIGHTS = np.log(_DENSITY / _DENSITY.sum())
FEWEST_ITEMS = 3
EM_CYCLES = 50
MAX_STEPS = 500
MAX_HALVINGS = 30
TOLERANCE = 1e-7
"""Largest derivative of the mean log-likelihood of a respondent at the solution."""
FIRST_SLOPE = 1.5
LARGEST_SLOPE = 50.0
"""An item of a larger slope is a step of the trait, which rises between two nodes."""
ROUNDING = 1e-14
"""Share of the log-likelihood by which a step may lose."""


@dataclass(frozen=True, slots=True)
class GradedItem:
    """An item with categories 0, ..., m: P(answer >= c) is logistic in slope * (trait - thresholds[c - 1]).

    slope : discrimination, without the factor 1.702. intercepts : (m,), - slope * thresholds, descending.
    covariance : (1 + m, 1 + m), of slope and intercepts.
    """

    slope: float
    intercepts: Array
    covariance: Array

    @property
    def thresholds(self) -> Array:
        """(m,): trait at which an answer above is as likely as not."""
        return np.asarray(-self.intercepts / self.slope)

    @property
    def slope_error(self) -> float:
        """Standard error of the slope."""
        return float(np.sqrt(self.covariance[0, 0]))

    @property
    def threshold_errors(self) -> Array:
        """(m,): standard errors of the thresholds, by the delta method."""
        by = np.hstack([self.intercepts[:, None] / self.slope**2, -np.eye(len(self.intercepts)) / self.slope])
        return np.asarray(np.sqrt(np.einsum("ma,ab,mb->m", by, self.covariance, by)))


@dataclass(frozen=True, slots=True)
class GradedResponse:
    """A graded response model of p items.

    items : in order. codes : (n, p), categories 0, 1, ... of the answers. posterior : (n, nodes), of the
        trait at `NODES`. log_likelihood : at the maximum. gradient : largest derivative of its mean there.
    """

    items: tuple[GradedItem, ...]
    codes: IntArray
    posterior: Array
    log_likelihood: float
    gradient: float
    n_iterations: int

    @property
    def n_parameters(self) -> int:
        """Slopes and thresholds."""
        return sum(1 + len(item.intercepts) for item in self.items)


def fit_graded_response(x: Array) -> GradedResponse:
    """Slopes and thresholds of answers (n, p), whose categories are the different answers to an item.

    Standard errors are of the summed products of the respondents' gradients. The slopes' sum is positive.

    Source: Samejima (1969); Bock & Aitkin (1981), Psychometrika 46, 443-459, for nodes and first steps.

    Raises
    ------
    UnderIdentified (fewer than three items), ConstantItems, NotConverged, EndlessSlope (an item that
    orders respondents as the trait does).
    """
    p = x.shape[1]
    if p < FEWEST_ITEMS:
        raise UnderIdentified(tuple(range(p)))
    found = [np.unique(column, return_inverse=True) for column in x.T]
    if constant := tuple(j for j, (values, _) in enumerate(found) if len(values) < 2):
        raise ConstantItems(constant)
    codes = np.column_stack([inverse for _, inverse in found])
    parameters = [_start(column) for column in codes.T]
    for _ in range(EM_CYCLES):
        posterior, _ = _posterior(codes, parameters)
        pairs = zip(parameters, codes.T, strict=True)
        parameters = [_maximised(own, column, posterior) for own, column in pairs]
    return _finished(codes, parameters)


def category_probabilities(slope: float, intercepts: Array, trait: Array) -> Array:
    """(q, m + 1): probability of each category at trait (q,)."""
    return np.asarray(-np.diff(_above(slope, intercepts, trait), axis=1))


def _above(slope: float, intercepts: Array, trait: Array) -> Array:
    """(q, m + 2): probability of an answer in category 0, 1, ..., m, m + 1 or above."""
    between = special.expit(slope * trait[:, None] + intercepts)
    return np.pad(between, ((0, 0), (1, 1)), constant_values=((0, 0), (1, 0)))


def probability_slopes(slope: float, intercepts: Array, trait: Array) -> Array:
    """(q, m + 1, 1 + m): derivatives of the categories' probabilities by slope and intercepts."""
    above = _above(slope, intercepts, trait)
    bends = above * (1 - above)
    by_intercept = np.zeros((len(trait), len(intercepts) + 1, len(intercepts)))
    places = np.arange(len(intercepts))
    by_intercept[:, places + 1, places] = bends[:, 1:-1]
    by_intercept[:, places, places] = -bends[:, 1:-1]
    by_slope = by_intercept.sum(axis=2, keepdims=True) * trait[:, None, None]
    return np.concatenate([by_slope, by_intercept], axis=2)


def _start(codes: IntArray) -> Array:
    """Slope and intercepts that give an item's frequencies."""
    above = 1 - np.cumsum(np.bincount(codes))[:-1] / len(codes)
    # A logistic curve of this slope, averaged over a standard normal trait, is about as much flatter.
    return np.concatenate([[FIRST_SLOPE], special.logit(above) * np.sqrt(1 + (FIRST_SLOPE / 1.702) ** 2)])


def _log_probabilities(own: Array) -> Array:
    """(nodes, m + 1); minus infinity where intercepts do not descend."""
    chances = category_probabilities(float(own[0]), own[1:], NODES)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(chances, 0)))


def _posterior(codes: IntArray, parameters: Sequence[Array]) -> tuple[Array, float]:
    """Of the trait at the nodes (n, nodes), and the log-likelihood."""
    joint = np.tile(LOG_WEIGHTS, (len(codes), 1))
    for column, own in zip(codes.T, parameters, strict=True):
        joint += _log_probabilities(own).T[column]
    total = special.logsumexp(joint, axis=1)
    if not np.isfinite(total).all():
        return joint, -np.inf
    return np.exp(joint - total[:, None]), float(total.sum())


def _maximised(own: Array, codes: IntArray, posterior: Array) -> Array:
    """One step of Fisher scoring on an item's expected log-likelihood, halved until it gains."""
    expected = np.stack([posterior[codes == code].sum(axis=0) for code in range(len(own))], axis=1)
    probabilities = category_probabilities(float(own[0]), own[1:], NODES)
    slopes = probability_slopes(float(own[0]), own[1:], NODES)
    safe = np.maximum(probabilities, 1e-300)
    gradient = np.einsum("qc,qck->k", expected / safe, slopes)
    information = np.einsum("q,qck,qcl->kl", expected.sum(axis=1), slopes / safe[..., None], slopes)
    step = np.linalg.solve(information, gradient)

    def value(candidate: Array) -> float:
        logs = _log_probabilities(candidate)
        return float((expected * np.where(expected > 0, logs, 0)).sum())

    before = value(own)
    for halving in range(MAX_HALVINGS):
        candidate: Array = own + step / 2**halving
        if value(candidate) >= before:
            return candidate
    return own


def _gradients(codes: IntArray, parameters: Sequence[Array], posterior: Array) -> Array:
    """(n, parameters): derivatives of each respondent's log-likelihood."""
    columns = []
    for column, own in zip(codes.T, parameters, strict=True):
        chances = np.maximum(category_probabilities(float(own[0]), own[1:], NODES), 1e-300)
        relative = probability_slopes(float(own[0]), own[1:], NODES) / chances[..., None]
        part = np.empty((len(codes), len(own)))
        for code in range(len(own)):
            rows = column == code
            part[rows] = posterior[rows] @ relative[:, code]
        columns.append(part)
    return np.hstack(columns)


def _finished(codes: IntArray, parameters: list[Array]) -> GradedResponse:
    """The maximum, from near it, by steps of Broyden, Fletcher, Goldfarb and Shanno."""
    n, ends = len(codes), np.cumsum([len(own) for own in parameters])[:-1]
    posterior, value = _posterior(codes, parameters)
    each = _gradients(codes, parameters, posterior)
    gradient = each.mean(axis=0)
    inverse = _inverse(each.T @ each / n)
    for step in range(MAX_STEPS):
        largest = float(np.abs(gradient).max())
        if largest <= TOLERANCE:
            covariance = _inverse(each.T @ each)
            return _record(codes, parameters, posterior, value, covariance, largest, EM_CYCLES + step)
        direction = inverse @ gradient
        for halving in range(MAX_HALVINGS):
            moved = direction / 2**halving
            candidate = [own + part for own, part in zip(parameters, np.split(moved, ends), strict=True)]
            found, reached = _posterior(codes, candidate)
            if reached >= value + 1e-4 * n * float(gradient @ moved) - ROUNDING * abs(value):
                break
        else:
            break
        parameters, posterior, value = candidate, found, reached
        each = _gradients(codes, parameters, posterior)
        before, gradient = gradient, each.mean(axis=0)
        inverse = _updated(inverse, moved, before - gradient)
    raise NotConverged("graded response model", EM_CYCLES + MAX_STEPS, float(np.abs(gradient).max()))


def _inverse(information: Array) -> Array:
    """Of a matrix of summed products; NotConverged where it is singular: some answers have no slope."""
    try:
        return np.asarray(np.linalg.inv(information), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise NotConverged("graded response model", EM_CYCLES, np.inf) from None


def _updated(inverse: Array, moved: Array, bent: Array) -> Array:
    """The inverse of the curvature after a step and the change of the gradient along it."""
    product = float(moved @ bent)
    if product <= 0:
        return inverse
    along = inverse @ bent
    outer = np.outer(moved, along)
    squared = np.outer(moved, moved)
    return np.asarray(
        inverse - (outer + outer.T) / product + squared * (1 + float(bent @ along) / product) / product
    )


def _record(
    codes: IntArray,
    parameters: list[Array],
    posterior: Array,
    value: float,
    covariance: Array,
    gradient: float,
    steps: int,
) -> GradedResponse:
    if steep := tuple(j for j, own in enumerate(parameters) if abs(own[0]) > LARGEST_SLOPE):
        raise EndlessSlope(steep)
    # The trait has no direction of its own: its mirror image fits as well.
    sign = -1.0 if sum(float(own[0]) for own in parameters) < 0 else 1.0
    items, start = [], 0
    for own in parameters:
        place = slice(start, start := start + len(own))
        turn = np.ones(len(own))
        turn[0] = sign
        turned = covariance[place, place] * np.outer(turn, turn)
        items.append(GradedItem(sign * float(own[0]), own[1:], turned))
    return GradedResponse(tuple(items), codes, posterior[:, :: int(sign)], value, gradient, steps)
