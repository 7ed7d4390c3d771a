"""How much a mediator adds to the prediction of an outcome (PCM).

Danks (2021), The DATA BASE for Advances in Information Systems 52, special issue, 24-42.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.pls.model import Mode, PlsModel, Scheme
from smartcity_survey.stats.pls.prediction import Accuracy, Antecedents, accuracy, predict_pls

_PATHS = np.array([[False, True, True], [False, False, True], [False, False, False]])


@dataclass(frozen=True, slots=True)
class MediatorContribution:
    """Errors (m,) of the m items of an outcome, predicted with the mediator's own score and without it.

    pcm_rmse, pcm_mae : shares of the error without it that the mediator takes away; negative: it misleads.
    """

    rmse: Array
    rmse_without: Array
    pcm_rmse: Array
    mae: Array
    mae_without: Array
    pcm_mae: Array


def contribution_of_mediator(
    source: Array,
    mediator: Array,
    outcome: Array,
    modes: tuple[Mode, Mode, Mode],
    scheme: Scheme,
    folds: IntArray,
    *,
    weights: Array | None = None,
    tolerance: float = 1e-12,
    max_iterations: int = 1000,
) -> MediatorContribution:
    """Predictions of the model source -> mediator -> outcome with the direct path, and of nothing else.

    With the mediator: the outcome from the observed scores of both others. Without: from the source alone, by
    its total effect.

    Parameters
    ----------
    source, mediator, outcome : (n, any number), answers to their items. modes : in this order.
    folds, weights : as `predict_pls`, which raises what it raises there.
    """
    x = np.column_stack([source, mediator, outcome])
    owner = np.repeat(np.arange(3), [source.shape[1], mediator.shape[1], outcome.shape[1]])
    model = PlsModel(owner[:, None] == np.arange(3), _PATHS, modes, scheme)
    options: dict[str, Any] = {"tolerance": tolerance, "max_iterations": max_iterations}

    def errors(antecedents: Antecedents) -> Accuracy:
        found = predict_pls(x, model, folds, weights=weights, antecedents=antecedents, **options)
        own = found.constructs == 2
        predictions = found.actual[:, own], found.pls[:, own], found.average[:, own]
        return accuracy(*predictions, weights)

    with_it, without = errors("direct"), errors("earliest")
    return MediatorContribution(
        rmse=with_it.rmse,
        rmse_without=without.rmse,
        pcm_rmse=1 - with_it.rmse / without.rmse,
        mae=with_it.mae,
        mae_without=without.mae,
        pcm_mae=1 - with_it.mae / without.mae,
    )
