"""Inference over many specifications of the same hypotheses at once.

The specifications share respondents, so their estimates go up and down together: whether a curve as a whole
could come from no effect is decided by resampling respondents under the null, all specifications at a time.

Source: Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, 1208-1214.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import special

from smartcity_survey.stats.core.last_bits import NOTHING
from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.core.significance import deciding_level
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

# Numbers that are drawn or multiplied at a time.
_AT_ONCE = 2**22


@dataclass(frozen=True, slots=True)
class CurveTest:
    """Joint inference on h hypotheses over S specifications, B draws under the null of no effect.

    median : (h,), of the estimates.
    significant : (h,), share with p below alpha (as `below_level`) and the dominant sign, which is the one
        that more of them have.
    stouffer : (h,), t of all specifications added up, over the root of their number: Stouffer's Z, with t in
        the place of z.
    p_median, p_significant, p_stouffer : (h,), two-sided: share of draws at least as far from zero, to
        whichever side, with the dominant sign found in each draw anew (the draw that is the sample itself
        counted with them). The smallest possible is 1 / (B + 1).
    n_draws : B.
    """

    median: Array
    significant: Array
    stouffer: Array
    p_median: Array
    p_significant: Array
    p_stouffer: Array
    n_draws: int


def draw_weights(n: int, draws: int, seed: int) -> NDArray[np.int8]:
    """(B, n): how much more often than once each of n respondents is drawn in each bootstrap sample."""
    weights = np.empty((draws, n), dtype=np.int8)
    for first, last in pairwise([*range(0, draws, max(1, _AT_ONCE // n)), draws]):
        drawn = resampled_units(seed, first, last, n) + (np.arange(last - first) * n)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=(last - first) * n)
        weights[first:last] = counts.reshape(-1, n) - 1
    return weights


def null_estimates(weights: NDArray[np.int8], influence: Array) -> Array:
    """(S, h, B): estimates in samples drawn under the null, from the influence (n, S, h) of respondents.

    To first order a bootstrap estimate exceeds the sample's by the mean influence of the respondents drawn;
    that excess is what would be estimated were there no effect (score bootstrap: Kline and Santos 2012, J. of
    Econometric Methods 1, 23-41).

    weights : (B, n), from `draw_weights`, of the respondents in the specification.
    """
    n, S, h = influence.shape
    excess = np.zeros((S * h, len(weights)))
    # Three digits decide about a share of draws: single precision is plenty, and half the memory.
    by_estimate = influence.reshape(n, -1).astype(np.float32).T
    step = max(1, _AT_ONCE // len(weights))
    for first in range(0, n, step):
        part = slice(first, first + step)
        excess += by_estimate[:, part] @ weights[:, part].astype(np.float32).T
    return np.asarray(excess.reshape(S, h, -1) / n)


def joint_test(estimates: Array, std_err: Array, df: IntArray, null: Array, alpha: float) -> CurveTest:
    """Whether estimates (S, h) as a whole are more than chance, to either side.

    The three tests of Simonsohn, Simmons and Nelson (2020), in which all specifications count alike: the
    median estimate, the share significant in the dominant direction, and Stouffer's Z.

    Parameters
    ----------
    std_err : (S, h). df : (S,), residual degrees of freedom.
    null : (S, h, B), from `null_estimates`.
    """
    critical: Array = np.asarray(special.stdtrit(df, 1 - deciding_level(alpha) / 2), dtype=np.float64)
    observed, chance = [], []
    for j in range(estimates.shape[1]):
        of_sample = _statistics(estimates[:, j, None], std_err[:, j], critical)
        of_draws = _statistics(null[:, j], std_err[:, j], critical)
        observed.append(of_sample[:, 0])
        extreme = np.count_nonzero(np.abs(of_draws) >= np.abs(of_sample), axis=1)
        chance.append((1 + extreme) / (1 + null.shape[2]))
    median, significant, stouffer = np.transpose(observed)
    p_median, p_significant, p_stouffer = np.transpose(chance)
    return CurveTest(median, significant, stouffer, p_median, p_significant, p_stouffer, null.shape[2])


def _statistics(estimates: Array, std_err: Array, critical: Array) -> Array:
    """(3, B): median, share significant with the dominant sign, and Stouffer's Z of estimates (S, B)."""
    t = estimates / std_err[:, None]
    above, below = ((sign * t > critical[:, None]).mean(axis=0) for sign in (1, -1))
    significant = np.maximum(above, below)
    return np.stack([np.median(estimates, axis=0), significant, t.sum(axis=0) / np.sqrt(len(t))])


def choice_weights(options: IntArray) -> Array:
    """(S,): weights of specifications, in which the options of each choice count alike; they add up to 1.

    The weight of a specification is the product, over its choices from the outermost to the innermost, of
    1 / m, where m is how many options of that choice there are among the specifications that share its
    options of all choices before. An option weighs no more for being combined with many others, and no less
    where combinations have no solution.

    Parameters
    ----------
    options : (S, c), option of every specification in each of c choices, the outermost choice first. Rows
        that are equal share the weight of one.
    """
    weights, group = np.ones(len(options)), np.zeros(len(options), dtype=np.int64)
    for column in options.T:
        pairs, within = np.unique(np.stack((group, column)), axis=1, return_inverse=True)
        weights /= np.bincount(pairs[0])[group]
        group = within.ravel()
    return np.asarray(weights / np.bincount(group)[group])


def weighted_shares(holds: BoolArray, weights: Array) -> Array:
    """(h,): share of specifications for which each of h statements (S, h) holds, weighted (S,)."""
    # The same sum in both places where all hold: the share is 1 then, not nearly.
    return np.asarray(np.array([weights[column].sum() for column in holds.T]) / weights.sum())


def option_shares(holds: BoolArray, options: IntArray, weights: Array) -> Array:
    """(m, h): the same among the specifications of each of m options (S,), numbered from 0 and all taken."""
    taken = (options == option for option in range(int(options.max()) + 1))
    return np.array([weighted_shares(holds[own], weights[own]) for own in taken])


def choice_importance(estimates: Array, options: IntArray) -> Array:
    """(h,): share of the variance of estimates (S, h) between the options (S,) of a choice (eta squared)."""
    centred = estimates - estimates.mean(axis=0)
    groups = np.unique(options, return_inverse=True)[1]
    counts = np.bincount(groups)
    sums = np.zeros((len(counts), estimates.shape[1]))
    np.add.at(sums, groups, centred)
    total = np.square(centred).sum(axis=0)
    between = (np.square(sums) / counts[:, None]).sum(axis=0)
    between[between <= NOTHING**2 * total] = 0.0  # as of one option alone
    return np.asarray(np.divide(between, total, out=np.full_like(total, np.nan), where=total > 0))
