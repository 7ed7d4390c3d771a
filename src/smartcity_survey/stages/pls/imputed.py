"""The bootstrap of samples whose missing answers were imputed, which no file holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from smartcity_survey.io import Card
from smartcity_survey.stages.parts import Made, Unit, nothing_made, taken, units_of
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
    made: Made = nothing_made,
) -> Imputed:
    """Impute the answers x (n, p) m times and bootstrap each sample, with the resamples shared out.

    inputs : how answers are taken.
    """
    own = _share(section, m)
    correlations, bootstraps = [], []
    tell = part(progress, 0, m * own.bootstrap_draws)
    for number, sample, stream in _samples(inputs, x, m, seed):
        take = taken(made, _name(number))
        bootstraps.append(resample(sample, model, own, stream, take=take))
        correlations.append(sample.correlation())
        tell((number + 1) * own.bootstrap_draws)
    return Imputed(correlations, bootstraps, replace(pool_bootstraps(bootstraps), seed=seed))


def imputed_units(
    inputs: PlsInputs, x: Array, m: int, model: PlsModel, section: PlsSection, seed: int
) -> Iterator[Unit]:
    """The resamples of `resample_imputed`."""
    own = _share(section, m)
    for number, sample, stream in _samples(inputs, x, m, seed):
        yield from units_of(_name(number), partial(resample, sample, model, own, stream))


def _share(section: PlsSection, m: int) -> PlsSection:
    return section.model_copy(update={"bootstrap_draws": -(-section.bootstrap_draws // m)})


def _samples(inputs: PlsInputs, x: Array, m: int, seed: int) -> Iterator[tuple[int, PlsInputs, int]]:
    """Number, answers and random stream of each imputed sample."""
    for number, filled in enumerate(imputations(x, m, seed)):
        stream = int(np.random.SeedSequence((seed, number)).generate_state(1)[0])
        yield number, replace(inputs, x=filled), stream


def _name(number: int) -> str:
    return f"imputed sample {number}"
