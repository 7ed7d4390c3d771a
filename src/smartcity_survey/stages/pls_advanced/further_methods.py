"""What the methods beside the PLS path model share: who asks for one, and the fit they start from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from smartcity_survey.stages.lines import path_columns
from smartcity_survey.stages.needs import PLS_FIT
from smartcity_survey.stages.pls.pls import fit_model
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import PlsFit
from smartcity_survey.study.config import Config, PlsSection
from smartcity_survey.study.model import Model

FURTHER = (*PLS_FIT, "further_draws")
"""What they depend on."""


def asks_for(method: str) -> Callable[[Config], bool]:
    """Whether a study with paths wants the method that a key of `pls` names."""
    return lambda config: bool(getattr(config.pls, method) and config.model.paths)


def fitted(answers: pd.DataFrame, model: Model, section: PlsSection) -> tuple[Array, PlsFit]:
    """Answers (n, p) to the items of a model, and PLS-SEM's fit to them."""
    inputs = PlsInputs.of(answers, model, section)
    return inputs.x, fit_model(inputs.correlation(), len(inputs.x), model, section)


def predictors_of(model: Model, outcome: str) -> tuple[int, list[int]]:
    """Positions of an outcome and of the constructs with a path to it."""
    target = model.names.index(outcome)
    return target, [int(source) for source in np.flatnonzero(model.path_matrix()[:, target])]


def path_lines(
    model: Model, shares: Sequence[float], paths: Sequence[Array], r2: Sequence[Array]
) -> pd.DataFrame:
    """A line for each path of each segment of a division.

    shares : of the respondents. paths : (c, c) path coefficients. r2 : (c,); each by segment.
    """
    sources, targets = (
        np.array([model.names.index(name) for name in side]) for side in zip(*model.paths, strict=True)
    )
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "segments": len(shares),
                    "segment": segment,
                    "segment_share": 100 * share,
                    **path_columns(model.paths),
                    "estimate": own[sources, targets],
                    "r2": explained[targets],
                }
            )
            for segment, (share, own, explained) in enumerate(zip(shares, paths, r2, strict=True), start=1)
        ]
    )
