"""Hierarchical regression: predictors entered in blocks, and what each block adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.significance import FTest, f_test
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.regression.least_squares import OlsFit, ols, refuse_perfect_fit


@dataclass(frozen=True, slots=True)
class BlockStep:
    """One step: the positions (m,) of all predictors entered so far, their fit, and the change.

    r2_change : R2 gained over the step before; f_change : the F test of that gain.
    """

    predictors: IntArray
    fit: OlsFit
    r2_change: float
    f_change: FTest


def hierarchical_ols(
    y: Array,
    x: Array,
    blocks: Sequence[Sequence[int]],
    ci_level: float = 0.95,
    weights: Array | None = None,
) -> tuple[BlockStep, ...]:
    """Regress y (n,) on growing sets of the columns of x (n, k), one step per block of positions.

    Coefficients of a step follow the order of entry.

    Raises
    ------
    PerfectFit, and as `ols`; positions in the errors refer to the order of entry.
    """
    steps: list[BlockStep] = []
    entered: list[int] = []
    r2 = 0.0
    for block in blocks:
        entered.extend(block)
        fit = ols(y, x[:, entered], ci_level, weights)
        refuse_perfect_fit(fit)
        change = fit.r2 - r2
        f = (change * fit.ss_total / len(block)) / fit.ms_residual
        steps.append(BlockStep(np.array(entered), fit, change, f_test(f, len(block), fit.df_residual)))
        r2 = fit.r2
    return tuple(steps)
