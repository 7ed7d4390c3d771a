"""Ordinal regression: proportional odds of an outcome in ordered categories, and whether they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special
from scipy.optimize import linprog

from smartcity_survey.stats.core.design import check_outcome, factor_design
from smartcity_survey.stats.core.errors import NotConverged, Separated, TooFewRows
from smartcity_survey.stats.core.significance import (
    ChiSquareTest,
    chi_square_test,
    normal_interval,
    normal_two_sided,
)
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

_MOST_STEPS = 100
_TOLERANCE = 1e-18
"""Of the squared length of a Newton step, in standard errors: a ninth digit of each error."""
_ROUNDING = 1e-10
"""Share of the log-likelihood that a step may lose, and of a step that is none."""
_MOVES = 1e-7
"""A step of the check for separation that is longer than rounding."""

PER_DF, PER_LINE = 20, 3
"""Respondents that the test of parallel lines needs for each of its degrees of freedom: so many, and so many
for every line beside the first."""


@dataclass(frozen=True, slots=True)
class ProportionalOdds:
    """logit P(y <= c) = threshold of c - x b, by maximum likelihood.

    categories : (c,), the values of y in order. thresholds, threshold_errors : (c - 1,), above each category
    but the last. coef, std_err, z, p, ci_low, ci_high : (k,), log odds of a higher category per unit of x.
    log_likelihood, of_thresholds : with the predictors and without. test : of all coefficients, by the ratio
    of both. mcfadden, nagelkerke : pseudo R2. n.
    """

    categories: Array
    thresholds: Array
    threshold_errors: Array
    coef: Array
    std_err: Array
    z: Array
    p: Array
    ci_low: Array
    ci_high: Array
    log_likelihood: float
    of_thresholds: float
    test: ChiSquareTest
    mcfadden: float
    nagelkerke: float
    n: int


@dataclass(frozen=True, slots=True)
class ParallelLines:
    """Whether coefficients are the same at every threshold. whole : of all. each : of each predictor."""

    whole: ChiSquareTest
    each: tuple[ChiSquareTest, ...]


def proportional_odds(y: Array, x: Array, level: float = 0.95) -> ProportionalOdds:
    """Fit y (n,), of two values or more whose order alone counts, on x (n, k).

    McCullagh (1980), JRSS B 42, 109-142. Newton's steps on the log-likelihood, which is concave (Pratt 1981,
    JASA 76, 103-106); errors by the observed information. Pseudo R2: McFadden (1974), 1 - l / l0, and
    Nagelkerke (1991), Biometrika 78, 691-692.

    Raises
    ------
    NotFinite, ConstantItems, LinearDependence, TooFewRows.
    Separated : no finite coefficients are most likely, as where a predictor tells a category without error.
    NotConverged.
    """
    return odds_and_influence(y, x, np.ones(len(y)), level)[0]


def odds_and_influence(
    y: Array, x: Array, weights: Array, level: float = 0.95
) -> tuple[ProportionalOdds, Array]:
    """`proportional_odds` with weights (n,) that average 1, and (n, c - 1 + k) each row's influence.

    Errors and tests of the fit take weights for numbers of rows. An influence is of a row on thresholds and
    coefficients, to be counted by its weight.

    Raises
    ------
    As `proportional_odds`.
    """
    factor_design(x)  # refuses what determines no coefficients
    check_outcome(y, x)
    categories, codes = np.unique(y, return_inverse=True)
    n, k, steps = len(y), x.shape[1], len(categories) - 1
    if n < steps + k + 1:
        raise TooFewRows(n, steps + k + 1)
    mean, sd = x.mean(axis=0), x.std(axis=0)
    likelihood = _Likelihood.of(codes, steps, (x - mean) / sd, weights)
    if likelihood.separated():
        raise Separated
    found, information = likelihood.maximum()
    # From standardised predictors back to their units: thresholds at the mean move to those at 0.
    back = np.zeros((steps + k, steps + k))
    back[:steps, :steps] = np.eye(steps)
    back[:steps, steps:] = mean / sd
    back[steps:, steps:] = np.diag(1 / sd)
    estimate = back @ found
    bread = np.linalg.inv(information)
    std_err = np.sqrt(np.diagonal(back @ bread @ back.T))
    coef, errors = estimate[steps:], std_err[steps:]
    low, high = normal_interval(coef, errors, level)
    shares = np.bincount(codes, weights) / n
    log_likelihood, alone = likelihood.value(found), float(n * (shares * np.log(shares)).sum())
    cox_snell = -np.expm1(2 * (alone - log_likelihood) / n)
    fit = ProportionalOdds(
        categories=categories,
        thresholds=estimate[:steps],
        threshold_errors=std_err[:steps],
        coef=coef,
        std_err=errors,
        z=coef / errors,
        p=normal_two_sided(coef / errors),
        ci_low=low,
        ci_high=high,
        log_likelihood=log_likelihood,
        of_thresholds=alone,
        test=chi_square_test(2 * (log_likelihood - alone), k),
        mcfadden=1 - log_likelihood / alone,
        nagelkerke=float(cox_snell / -np.expm1(2 * alone / n)),
        n=n,
    )
    return fit, likelihood.scores(found) @ bread @ back.T


def parallel_lines(y: Array, x: Array) -> ParallelLines:
    """Brant's test that y (n,), of three values or more, has the same coefficients of x (n, k) throughout.

    Wald's test of equal coefficients of the logistic regressions of y above each threshold. Brant (1990),
    Biometrics 46, 1171-1178. Its chi-square needs many respondents: with 20 for each degree of freedom, and 3
    for each and every line beside the first, it rejects parallel lines at 5 % in 2 to 9 of 100 samples, with
    fewer in 7 to 21, of 90 answers by 360 respondents in all: there it is withheld. This rule is ours, by
    simulation.

    Raises
    ------
    Separated : a category of so few that one of these regressions has no solution; what `proportional_odds`
        raises; TooFewRows, also for y of two values, whose only line is parallel.
    """
    categories = np.unique(y)
    steps, (n, k) = len(categories) - 1, x.shape
    if steps < 2:
        raise TooFewRows(len(categories), 3)
    factor_design(x)
    check_outcome(y, x)
    if n < (needed := needed_for_lines(len(categories), k)):
        raise TooFewRows(n, needed)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    design = np.column_stack([np.ones(n), x])
    coef, above = np.empty((steps, k)), np.empty((steps, n))
    for step, category in enumerate(categories[:-1]):
        fit = proportional_odds((y > category).astype(np.float64), x)
        coef[step] = fit.coef
        above[step] = special.expit(x @ fit.coef - fit.thresholds[0])
    bread = [np.linalg.inv(design.T * (p * (1 - p)) @ design) for p in above]
    covariance = np.empty((steps, k, steps, k))
    for first in range(steps):
        for second in range(first, steps):
            # Who is above the higher threshold is above the lower one: the covariance of both indicators.
            shared = design.T * (above[second] * (1 - above[first])) @ design
            block = (bread[first] @ shared @ bread[second])[1:, 1:]
            covariance[first, :, second], covariance[second, :, first] = block, block.T
    return equal_lines(coef, covariance)


def needed_for_lines(answers: int, predictors: int) -> int:
    """Respondents that the test of parallel lines needs, of so many different answers."""
    beside = answers - 2
    return beside * predictors * max(PER_DF, PER_LINE * beside)


def equal_lines(coef: Array, covariance: Array) -> ParallelLines:
    """Whether rows of coefficients (m, k), with covariances (m, k, m, k), are the same; and each column."""
    each = tuple(_same(coef[:, [j]], covariance[:, [j]][..., [j]]) for j in range(coef.shape[1]))
    return ParallelLines(_same(coef, covariance), each)


def _same(coef: Array, covariance: Array) -> ChiSquareTest:
    """Wald's test that the rows of coef (m, k), with covariances (m, k, m, k), are the same."""
    apart = coef[1:] - coef[0]
    own = covariance[1:, :, 1:] - covariance[:1, :, 1:] - covariance[1:, :, :1] + covariance[:1, :, :1]
    size = apart.size
    statistic = apart.ravel() @ np.linalg.solve(own.reshape(size, size), apart.ravel())
    return chi_square_test(float(statistic), size)


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """Of parameters (c - 1 thresholds, k coefficients), by the ends of each respondent's category.

    upper, lower : (n, c - 1 + k), whose product with the parameters is the logit up to the category, and up
    to the one below. last, first : (n,), who has no end above, or below. weights : (n,).
    """

    upper: Array
    lower: Array
    last: BoolArray
    first: BoolArray
    weights: Array
    start: Array

    @classmethod
    def of(cls, codes: IntArray, steps: int, x: Array, weights: Array) -> _Likelihood:
        """Of categories 0 to steps (n,) and x (n, k)."""
        upper, lower = (
            np.column_stack([ends[:, None] == np.arange(steps), -x * ((ends >= 0) & (ends < steps))[:, None]])
            for ends in (codes, codes - 1)
        )
        shares = np.cumsum(np.bincount(codes, weights))[:-1] / weights.sum()
        start = np.concatenate([special.logit(shares), np.zeros(x.shape[1])])
        return cls(upper, lower, codes == steps, codes == 0, weights, start)

    def separated(self) -> bool:
        """Whether some direction takes nobody's answer less likely, so that no maximum is finite.

        A linear programme: Albert and Anderson (1984), Biometrika 71, 1-10, of both ends of each category.
        """
        rising = np.concatenate([self.upper[~self.last], -self.lower[~self.first]])
        found = linprog(-rising.sum(axis=0), A_ub=-rising, b_ub=np.zeros(len(rising)), bounds=(-1, 1))
        return bool((rising @ found.x).sum() > _MOVES * len(rising))

    def _ends(self, parameters: Array) -> tuple[Array, Array]:
        high = np.where(self.last, np.inf, self.upper @ parameters)
        low = np.where(self.first, -np.inf, self.lower @ parameters)
        return high, low

    def value(self, parameters: Array) -> float:
        """Log-likelihood; -inf where thresholds are not in order."""
        high, low = self._ends(parameters)
        if not (high > low).all():
            return -np.inf
        between = np.log(-np.expm1(low - high))
        return float(self.weights @ (special.log_expit(high) + special.log_expit(-low) + between))

    def scores(self, parameters: Array) -> Array:
        """(n, c - 1 + k): each row's slopes of the log-likelihood, without its weight."""
        high, low = self._ends(parameters)
        with np.errstate(over="ignore"):
            pull = 1 / np.expm1(high - low)
        of_upper, of_lower = special.expit(-high) + pull, special.expit(low) + pull
        return np.asarray(of_upper[:, None] * self.upper - of_lower[:, None] * self.lower)

    def _slopes(self, parameters: Array) -> tuple[Array, Array]:
        """Gradient and observed information."""
        high, low = self._ends(parameters)
        below, above = special.expit(high), special.expit(low)
        gap = high - low
        with np.errstate(over="ignore"):
            bend = self.weights / (4 * np.sinh(gap / 2) ** 2)
        gradient = self.weights @ self.scores(parameters)
        crossed = self.upper.T * bend @ self.lower
        information = (
            self.upper.T * (self.weights * below * (1 - below) + bend) @ self.upper
            + self.lower.T * (self.weights * above * (1 - above) + bend) @ self.lower
            - crossed
            - crossed.T
        )
        return gradient, information

    def maximum(self) -> tuple[Array, Array]:
        """The likeliest parameters and the information there."""
        parameters, value = self.start, self.value(self.start)
        left = np.inf
        for _ in range(_MOST_STEPS):
            gradient, information = self._slopes(parameters)
            step = np.linalg.solve(information, gradient)
            left = float(gradient @ step)
            if left < _TOLERANCE:
                return parameters, information
            share, least = 1.0, value - _ROUNDING * abs(value)
            while (risen := self.value(parameters + share * step)) < least and share > _ROUNDING:
                share /= 2
            parameters, value = parameters + share * step, risen
        raise NotConverged("ordinal regression", _MOST_STEPS, left)
