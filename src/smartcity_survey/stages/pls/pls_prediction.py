"""How well the PLS model predicts answers it has not seen: PLSpredict and CVPAT."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import pls_estimator, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import PLS_FIT, Complete, Measured, Options, Seed
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.pls.prediction import (
    LossDifference,
    PlsPrediction,
    accuracy,
    loss_difference,
    predict_pls,
    random_folds,
)
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model

PREDICTION = (*PLS_FIT, "folds", "repetitions", "confidence_level")
"""What PLSpredict depends on."""
PredictionOptions = Annotated[PlsSection, Options(PlsSection, PREDICTION)]


@stage("pls_predict", "cvpat")
def predict_answers(
    answers: Complete, model: Measured, section: PredictionOptions, seed: Seed, design: Design = None
) -> StageResult:
    """Predict the items of explained constructs fold by fold, beside a linear model and the averages.

    design : weights, of training samples and of errors; clusters, each of them in one fold.
    """
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    weights = design.weights if design is not None and design.weighted else None
    with naming(model.items, "PLSpredict", model.names):
        prediction = predict_pls(
            x,
            pls_model(model, section),
            folds_of(answers, model, section, seed, design),
            weights=weights,
            tolerance=section.tolerance,
            max_iterations=section.max_iterations,
        )
    card: Card = {
        **pls_estimator(model, section),
        "method": "plspredict",
        "folds": section.folds,
        "repetitions": section.repetitions,
        "predicted_from": "direct_antecedents",
        "linear_model": "items_of_exogenous_constructs",
        "q2_predict": "against_training_averages",
        "correlations": "pearson",
        **design_card(design, margins=True),
        "divisor": "n_minus_1",
        **respondents(len(x)),
        "seed": seed,
    }
    loss: Card = {
        **card,
        "method": "cvpat" if design is None else "cvpat_by_design",
        "confidence_level": section.confidence_level,
    }
    return StageResult(
        tables={
            "pls_predict": error_frame(prediction, model, weights),
            "cvpat": loss_frame(prediction, model, section, design),
        },
        cards={"pls_predict": card, "cvpat": loss},
    )


def folds_of(
    answers: pd.DataFrame, model: Model, section: PlsSection, seed: int, design: SurveyDesign | None
) -> IntArray:
    """Folds of the respondents; a cluster is in one of them."""
    with naming(model.items, "PLSpredict", model.names):
        return random_folds(
            *(len(answers), section.folds, section.repetitions),
            seed=seed,
            clusters=None if design is None else design.clusters,
        )


def loss_columns(found: LossDifference) -> dict[str, float]:
    """What tables tell of a difference in prediction error."""
    columns = ("loss", "benchmark_loss", "difference", "t", "df", "p", "ci_low", "ci_high")
    return {name: getattr(found, name) for name in columns}


def error_frame(prediction: PlsPrediction, model: Model, weights: Array | None = None) -> pd.DataFrame:
    """Errors of prediction of each item, beside those of the linear model. weights : (n,), of the errors."""
    own = accuracy(prediction.actual, prediction.pls, prediction.average, weights)
    linear = accuracy(prediction.actual, prediction.lm, prediction.average, weights)
    return pd.DataFrame(
        {
            "item": [model.items[item] for item in prediction.items],
            "construct": [model.names[construct] for construct in prediction.constructs],
            "q2_predict": own.q2,
            "rmse": own.rmse,
            "rmse_lm": linear.rmse,
            "mae": own.mae,
            "mae_lm": linear.mae,
            "rmse_below_lm": own.rmse < linear.rmse,
        }
    )


def loss_frame(
    prediction: PlsPrediction, model: Model, section: PlsSection, design: SurveyDesign | None = None
) -> pd.DataFrame:
    """The model against both benchmarks, for each explained construct and for all of them."""
    groups = {name: prediction.constructs == model.names.index(name) for name in model.outcomes}
    if len(groups) > 1:
        groups["all"] = np.ones(len(prediction.items), dtype=bool)
    rows: list[dict[str, str | float]] = []
    for subject, items in groups.items():
        for benchmark, predicted in (("average", prediction.average), ("linear", prediction.lm)):
            found = loss_difference(
                prediction.actual[:, items],
                prediction.pls[:, items],
                predicted[:, items],
                level=section.confidence_level,
                design=design,
            )
            rows.append({"subject": subject, "benchmark": benchmark, **loss_columns(found)})
    return pd.DataFrame(rows)
