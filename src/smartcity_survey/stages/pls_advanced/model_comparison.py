"""Rival models: which paths explain each outcome best, and which predict it best?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Annotated, TypeVar

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import pls_estimator, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Claimed, Complete, Options, Seed, never
from smartcity_survey.stages.pls.pls import fit_model, pls_model
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.pls.pls_prediction import PREDICTION, folds_of, loss_columns
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import PlsFit
from smartcity_survey.stats.pls.prediction import (
    PlsPrediction,
    loss_difference,
    predict_pls,
)
from smartcity_survey.stats.pls_advanced.model_comparison import akaike_weights, model_criteria
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.study.config import Config, PlsSection
from smartcity_survey.study.model import Model
from smartcity_survey.study.model_checks import DECLARED

T = TypeVar("T")
ComparisonOptions = Annotated[PlsSection, Options(PlsSection, PREDICTION)]
WithRivals = Annotated[Model, Claimed(kept=True, claims=never, rivals=True)]


def has_rivals(config: Config) -> bool:
    """Whether the study names rival models beside its own paths."""
    return bool(config.model.other_models and config.model.paths)


@stage("model_criteria", "model_losses", asked_by=has_rivals)
def compare_models(
    answers: Complete, model: WithRivals, section: ComparisonOptions, seed: Seed, design: Design = None
) -> StageResult:
    """Information criteria of each outcome in the model and its rivals, and CVPAT between them."""
    models = {DECLARED: model, **model.rivals()}
    weights = design.weights if design is not None and design.weighted else None
    folds = folds_of(answers, model, section, seed, design)
    inputs = PlsInputs.of(answers, model, section)
    with naming(model.items, "PLS-SEM", model.names):
        R = inputs.correlation()

    def fitted(one: Model) -> PlsFit:
        places = [model.items.index(item) for item in one.items]
        return fit_model(R[np.ix_(places, places)], len(answers), one, section)

    def predicted(one: Model) -> PlsPrediction:
        return predict_pls(
            answers[list(one.items)].to_numpy(dtype=np.float64),
            pls_model(one, section),
            folds,
            weights=weights,
            tolerance=section.tolerance,
            max_iterations=section.max_iterations,
        )

    notes: list[Refusals] = []

    def attempt(compute: Callable[[Model], T], one: Model) -> T | None:
        notes.append(Refusals(one.items, one.names))
        return notes[-1].attempt("path_model", partial(compute, one))

    attempts = {name: attempt(fitted, one) for name, one in models.items()}
    fits = {name: fit for name, fit in attempts.items() if fit is not None}
    foretold = {name: attempt(predicted, models[name]) for name in fits}
    predictions = {name: one for name, one in foretold.items() if one is not None}
    tables = {
        "model_criteria": _criteria(fits, models, partial(attempt, fitted)),
        "model_losses": _losses(predictions, models, section, design),
    }
    shared: Card = {
        **pls_estimator(model, section),
        **respondents(len(answers)),
        **Refusals().card(*notes),
    }
    cards: dict[str, Card] = {
        "model_criteria": {**shared, "method": "information_criteria", **inputs.card()},
        "model_losses": {
            **shared,
            "method": "cvpat" if design is None else "cvpat_by_design",
            "folds": section.folds,
            "repetitions": section.repetitions,
            "predicted_from": "direct_antecedents",
            "correlations": "pearson",
            **design_card(design, margins=True),
            "confidence_level": section.confidence_level,
            "seed": seed,
        },
    }
    return StageResult(tables, cards)


def _criteria(
    fits: Mapping[str, PlsFit], models: Mapping[str, Model], fitted: Callable[[Model], PlsFit | None]
) -> pd.DataFrame:
    """Each outcome in every model that explains it, with the models' weights by BIC."""
    outcomes = dict.fromkeys(outcome for name in fits for outcome in models[name].outcomes)
    frames = []
    for outcome in outcomes:
        explaining = [name for name in fits if outcome in models[name].outcomes]
        every = dict.fromkeys(source for name in explaining for source in models[name].predictors(outcome))
        full = _regression(models[DECLARED], outcome, tuple(every))
        full_fit = fitted(full)
        full_r2 = np.nan if full_fit is None else float(full_fit.r2[full.names.index(outcome)])
        rows = []
        for name in explaining:
            fit, target = fits[name], models[name].names.index(outcome)
            k, r2 = len(models[name].predictors(outcome)), float(fit.r2[target])
            rows.append(
                {
                    "outcome": outcome,
                    "path_model": name,
                    "n_predictors": k,
                    "r2": r2,
                    "adj_r2": float(fit.adj_r2[target]),
                    **asdict(model_criteria(r2, k, fit.n, full_r2, len(every))),
                }
            )
        frame = pd.DataFrame(rows)
        frames.append(frame.assign(akaike_weight=akaike_weights(frame["bic"].to_numpy(dtype=np.float64))))
    return pd.concat(frames or [pd.DataFrame()], ignore_index=True)


def _regression(model: Model, outcome: str, predictors: tuple[str, ...]) -> Model:
    """The model of one outcome alone and of all its predictors in any of the models."""
    joined = {outcome, *predictors}
    constructs = tuple(each for each in model.constructs if each.name in joined)
    return Model(constructs, tuple((source, outcome) for source in predictors), (), model.alpha)


def _losses(
    predictions: Mapping[str, PlsPrediction],
    models: Mapping[str, Model],
    section: PlsSection,
    design: SurveyDesign | None,
) -> pd.DataFrame:
    """The model against each rival, in the outcomes that both explain; a negative difference favours it."""
    rows: list[dict[str, str | float]] = []
    own = predictions.get(DECLARED)
    for name, other in predictions.items():
        if own is None or name == DECLARED:
            continue
        both = [outcome for outcome in models[DECLARED].outcomes if outcome in models[name].outcomes]
        subjects = {outcome: [outcome] for outcome in both} | ({"all": both} if len(both) > 1 else {})
        for subject, outcomes in subjects.items():
            actual, predicted = _of_outcomes(own, models[DECLARED], outcomes)
            _, rival = _of_outcomes(other, models[name], outcomes)
            found = loss_difference(actual, predicted, rival, level=section.confidence_level, design=design)
            rows.append({"subject": subject, "path_model": name, **loss_columns(found)})
    return pd.DataFrame(rows)


def _of_outcomes(prediction: PlsPrediction, model: Model, outcomes: list[str]) -> tuple[Array, Array]:
    """Answers to the items of some outcomes, and what they were predicted to be."""
    named = np.array(model.names)[prediction.constructs]
    items = np.concatenate([np.flatnonzero(named == outcome) for outcome in outcomes])
    return prediction.actual[:, items], prediction.pls[:, items]
