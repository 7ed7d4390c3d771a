"""The structural model of PLS: regressions among composites, on stacks of samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.stacked_regression import DEPENDENT, selection, sweep
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.model import SortedModel
from smartcity_survey.stats.pls.stack import Admissibility, Reason


@dataclass(frozen=True, slots=True)
class InnerModel:
    """The structural model: path coefficients, f2 and inner VIF (c, c, B), R2 (c, B).

    f2 and VIF are nan where there is no path, R2 is nan for constructs that nothing explains.
    """

    path_coefficients: Array
    r2: Array
    f2: Array
    vif: Array


def structure(corr: Array, layout: SortedModel, verdicts: Admissibility) -> InnerModel:
    """Regress each explained construct on its predictors, from construct correlations (c, c, B).

    f2 = (R2 - R2 without the predictor) / (1 - R2) with the scores kept (Hair et al. 2022, ch. 6), which is
    coefficient^2 / (VIF (1 - R2)).
    """
    shape = corr.shape
    paths = np.zeros(shape)
    f2, vif = np.full(shape, np.nan), np.full(shape, np.nan)
    r2 = np.full(shape[1:], np.nan)
    with np.errstate(all="ignore"):
        for target, predictors in layout.regressions:
            swept = selection(corr, target, predictors)
            smallest = sweep(swept, len(predictors))
            coefficients, inflation = swept[:-1, -1], np.diagonal(swept[:-1, :-1]).T
            unexplained = swept[-1, -1]
            verdicts.blame(Reason.DEPENDENT_PREDICTORS, target, np.flatnonzero(smallest < DEPENDENT))
            verdicts.blame(Reason.IMPROPER, target, np.flatnonzero(unexplained < 0))
            paths[predictors, target] = coefficients
            vif[predictors, target] = inflation
            f2[predictors, target] = coefficients**2 / (inflation * unexplained)
            r2[target] = 1.0 - unexplained
    return InnerModel(paths, r2, f2, vif)
