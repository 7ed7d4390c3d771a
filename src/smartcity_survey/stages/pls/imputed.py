"""The bootstrap of samples whose missing answers were imputed, which no file holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from smartcity_survey.io import Card
from smartcity_survey.stages.pls.pls_bootstrap import resample
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.progress import Progress, part, silent
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing.imputation import imputations
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap
from smartcity_survey.stats.pls.imputed import pool_bootstraps
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.study.config import PlsSection


@dataclass(frozen=True, slots=True, eq=False)
class Imputed:
    """Imputed samples: correlations (p, p) of each, its bootstrap, and all bootstraps as one."""

    correlations: Sequence[Array]
    bootstraps: Sequence[PlsBootstrap]
    pooled: PlsBootstrap

    def card(self, n_complete: int) -> Card:
        """Lines of an estimator card, in place of those for complete rows."""
        return {
            "n": self.pooled.fit.n,
            "n_complete": n_complete,
            "missing": "multiple_imputation",
            "imputations": len(self.bootstraps),
            "imputed_by": "em_of_resample_normal_draws",
            "pooled": "rubin",
            "bootstrap_draws": len(self.pooled.reason),
            "seed": self.pooled.seed,
        }


def resample_imputed(
    inputs: PlsInputs,
    x: Array,
    m: int,
    model: PlsModel,
    section: PlsSection,
    seed: int,
    progress: Progress = silent,
) -> Imputed:
    """Impute the answers x (n, p) m times and bootstrap each sample, with the resamples shared out.

    inputs : how answers are taken.
    """
    share = -(-section.bootstrap_draws // m)
    own = section.model_copy(update={"bootstrap_draws": share})
    correlations, bootstraps = [], []
    tell = part(progress, 0, m * share)
    for number, filled in enumerate(imputations(x, m, seed)):
        sample = replace(inputs, x=filled)
        stream = int(np.random.SeedSequence((seed, number)).generate_state(1)[0])
        bootstraps.append(resample(sample, model, own, stream))
        correlations.append(sample.correlation())
        tell((number + 1) * share)
    return Imputed(correlations, bootstraps, replace(pool_bootstraps(bootstraps), seed=seed))
