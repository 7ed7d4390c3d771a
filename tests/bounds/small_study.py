"""A small study with a factor model: four constructs of the simulated survey, and an item outside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.bounds.quantities import Estimators
from smartcity_survey.reconstruct.design import Questionnaire
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from tests.stats.factor_data import simulated_answers, simulated_scales

SCORES = ("a", "b", "c", "d")
ONE_OUTCOME = ((3, (0, 1, 2)),)
CHAIN = ((2, (1, 0)), (3, (0, 1, 2)))  # every construct depends on all earlier ones
APART = ((2, (0, 1)), (3, (2,)))  # two paths are left out


@dataclass(frozen=True)
class Study:
    """Answers (n, p) with their design, and estimators at their covariance.

    measured : positions of the items that measure constructs. membership : (m, 4) of those.
    """

    x: Array
    measured: Array
    membership: BoolArray
    regressions: tuple[tuple[int, tuple[int, ...]], ...]
    estimators: Estimators
    cfa: CfaFit

    @property
    def items(self) -> Array:
        """Answers (n, m) of the measured items."""
        return self.x[:, self.measured]

    @property
    def paths(self) -> BoolArray:
        matrix = np.zeros((4, 4), dtype=bool)
        for outcome, predictors in self.regressions:
            matrix[list(predictors), outcome] = True
        return matrix


def study(regressions: tuple[tuple[int, tuple[int, ...]], ...] = ONE_OUTCOME, n: int = 300) -> Study:
    scale = simulated_scales()
    first = [np.flatnonzero(scale == k)[:4] for k in range(4)]
    # Items of different constructs take turns, and the fifth one measures nothing that is modelled.
    columns = [first[k][i] for i in range(4) for k in range(4)]
    factor_of = [k for _ in range(4) for k in range(4)]
    columns.insert(5, np.flatnonzero(scale == 4)[0])
    factor_of.insert(5, -1)
    x = simulated_answers()[:n, columns]
    design = Questionnaire(
        n=n,
        items=tuple(f"Q{i}" for i in range(len(columns))),
        factor_of=tuple(factor_of),
        scores=SCORES,
        regressions=regressions,
    )
    measured = np.flatnonzero(np.array(factor_of) >= 0)
    membership = np.array(factor_of)[measured][:, None] == np.arange(4)
    cfa = fit_cfa(covariance(x[:, measured], ddof=0), n, membership)
    evaluator = Evaluator(design)
    theta = evaluator.formulas.pack(cfa.loadings, cfa.uniquenesses, cfa.factor_cov)
    evaluator.solved = evaluator.solved._replace(theta=theta)
    evaluator.refresh(covariance(x))
    return Study(x, measured, membership, regressions, Estimators(evaluator), cfa)
