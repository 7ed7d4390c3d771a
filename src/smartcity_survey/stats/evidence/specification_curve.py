"""Inference over many specifications of the same hypotheses at once.

The specifications share respondents, so their estimates go up and down together: whether a curve as a whole
could come from no effect is decided by resampling respondents under the null, all specifications at a time.

Source: Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, 1208-1214.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.core.significance import deciding_level
from smartcity_survey.stats.core.types import Array, IntArray


@dataclass(frozen=True, slots=True)
class CurveTest:
    """Joint inference on h hypotheses over S specifications, B draws under the null of no effect.

    median : (h,), of the estimates. significant : (h,), share with p below alpha (as `below_level`) and the
        claimed sign.
    stouffer : (h,), signed t of all specifications added up, over the root of their number.
    p_median, p_significant, p_stouffer : (h,), share of draws at least as extreme in the claimed direction
        (the draw that is the sample itself counted with them).
    n_draws : B.
    """

    median: Array
    significant: Array
    stouffer: Array
    p_median: Array
    p_significant: Array
    p_stouffer: Array
    n_draws: int


def draw_weights(n: int, draws: int, seed: int) -> Array:
    """(B, n): how much more often than once each of n respondents is drawn in each bootstrap sample."""
    drawn = resampled_units(seed, 0, draws, n) + (np.arange(draws) * n)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=draws * n).reshape(draws, n)
    return np.asarray(counts - 1.0)


def null_estimates(weights: Array, influence: Array) -> Array:
    """(S, h, B): estimates in samples drawn under the null, from the influence (n, S, h) of respondents.

    To first order a bootstrap estimate exceeds the sample's by the mean influence of the respondents drawn;
    that excess is what would be estimated were there no effect (score bootstrap: Kline and Santos 2012, J. of
    Econometric Methods 1, 23-41).

    weights : (B, n), from `draw_weights`, of the respondents in the specification.
    """
    n, S, h = influence.shape
    # Three digits decide about a share of draws: single precision is plenty, and half the memory.
    excess = influence.reshape(n, -1).astype(np.float32).T @ weights.astype(np.float32).T
    return np.asarray(excess.reshape(S, h, -1) / n)


def joint_test(
    estimates: Array, std_err: Array, df: IntArray, null: Array, signs: Array, alpha: float
) -> CurveTest:
    """Whether estimates (S, h) as a whole are more than chance.

    Parameters
    ----------
    std_err : (S, h). df : (S,), residual degrees of freedom.
    null : (S, h, B), from `null_estimates`.
    signs : (h,), 1 or -1, the claimed direction.
    """
    critical: Array = np.asarray(special.stdtrit(df, 1 - deciding_level(alpha) / 2), dtype=np.float64)
    observed, chance = [], []
    for j, sign in enumerate(signs):
        of_sample = _statistics(estimates[:, j, None] * sign, std_err[:, j], critical)
        of_draws = _statistics(null[:, j] * sign, std_err[:, j], critical)
        observed.append(of_sample[:, 0])
        extreme = np.count_nonzero(of_draws >= of_sample, axis=1)
        chance.append((1 + extreme) / (1 + null.shape[2]))
    median, significant, stouffer = np.transpose(observed)
    p_median, p_significant, p_stouffer = np.transpose(chance)
    return CurveTest(
        median * signs, significant, stouffer, p_median, p_significant, p_stouffer, null.shape[2]
    )


def _statistics(estimates: Array, std_err: Array, critical: Array) -> Array:
    """(3, B): median, share significant and Stouffer's Z of estimates (S, B), positive as claimed."""
    t = estimates / std_err[:, None]
    significant = (t > critical[:, None]).mean(axis=0)
    return np.stack([np.median(estimates, axis=0), significant, t.sum(axis=0) / np.sqrt(len(t))])


def choice_importance(estimates: Array, options: IntArray) -> Array:
    """(h,): share of the variance of estimates (S, h) between the options (S,) of a choice (eta squared)."""
    centred = estimates - estimates.mean(axis=0)
    groups = np.unique(options, return_inverse=True)[1]
    counts = np.bincount(groups)
    sums = np.zeros((len(counts), estimates.shape[1]))
    np.add.at(sums, groups, centred)
    total = np.square(centred).sum(axis=0)
    between = (np.square(sums) / counts[:, None]).sum(axis=0)
    return np.asarray(np.divide(between, total, out=np.full_like(total, np.nan), where=total > 0))
