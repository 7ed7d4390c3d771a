"""Standard errors of path coefficients without resampling, as a check on the bootstrap's."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pandas as pd

from smartcity_survey.errors import NoSolution
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.evidence.construct_moments import pls_moments
from smartcity_survey.stats.evidence.subset_regression import sandwich_fits
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.study.model import Model


def with_delta_errors(
    paths: pd.DataFrame, inputs: PlsInputs | None, pls: PlsModel, model: Model
) -> pd.DataFrame:
    """A table of the model's paths with `delta_se` after `boot_se`.

    inputs : None where answers are imputed; the column is empty then, where correlations are pairwise, and
        where the derivative has no solution though the sample has one.
    """
    errors: Array = np.full(len(model.paths), np.nan)
    if inputs is not None and not inputs.pairwise:
        with suppress(NoSolution), naming(model.items, "PLS-SEM", model.names):
            errors[:] = delta_errors(inputs, pls, model)
    paths.insert(list(paths).index("boot_se") + 1, "delta_se", errors)
    return paths


def delta_errors(inputs: PlsInputs, pls: PlsModel, model: Model) -> Array:
    """(paths,): standard errors to first order, from the influence of each respondent, or whole cluster, on
    the solution of the algorithm (`CompositeResponse`, `sandwich_fits`).

    Those of PLSc are of its factors; nan where it has no admissible solution.
    """
    found = pls_moments(inputs.moments(), pls)
    moments = found.factors if pls.consistent else found.composites
    if moments is None:
        return np.full(len(model.paths), np.nan)
    moments = replace(moments, clusters=inputs.clusters)
    place = {name: position for position, name in enumerate(model.names)}
    errors: dict[tuple[str, str], float] = {}
    no_controls = np.zeros((1, 0), dtype=bool)
    for outcome in model.outcomes:
        sources = model.predictors(outcome)
        places = np.array([place[source] for source in sources])
        own = sandwich_fits(moments, place[outcome], places, no_controls).std_err[0]
        errors |= {(source, outcome): error for source, error in zip(sources, own, strict=True)}
    return np.array([errors[path] for path in model.paths])
