"""Standard errors of path coefficients without resampling, as a check on the bootstrap's."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pandas as pd

from smartcity_survey.errors import NoSolution
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.evidence.influence_on_paths import path_influence
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.study.model import Model


def with_delta_errors(
    paths: pd.DataFrame, inputs: PlsInputs | None, pls: PlsModel, model: Model
) -> pd.DataFrame:
    """A table of the model's paths with `delta_se` after `boot_se`, those of PLSc's factors under PLSc.

    inputs : None where answers are imputed; the column is empty then, where correlations are pairwise, and
        where the derivative has no solution though the sample has one.
    """
    errors: Array = np.full(len(model.paths), np.nan)
    if inputs is not None and not inputs.pairwise:
        with suppress(NoSolution), naming(model.items, "PLS-SEM", model.names):
            found = path_influence(inputs.moments(), pls, inputs.clusters).std_err
            place = {name: position for position, name in enumerate(model.names)}
            errors[:] = [found[place[source], place[target]] for source, target in model.paths]
    paths.insert(list(paths).index("boot_se") + 1, "delta_se", errors)
    return paths
