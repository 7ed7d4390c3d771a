"""How well a PLS path model predicts answers it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from smartcity_survey.errors import counts
from smartcity_survey.notebook.answers import numbers
from smartcity_survey.notebook.latent import require_paths
from smartcity_survey.notebook.model import Model, study_model
from smartcity_survey.notebook.options import SEED, options, require_seed
from smartcity_survey.notebook.told import told
from smartcity_survey.notebook.view import View
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.pls.pls_prediction import error_frame, loss_frame
from smartcity_survey.stats.pls import prediction as core
from smartcity_survey.study.config import PlsSection, Scheme


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class PredictionView(View):
    """PLSpredict and CVPAT.

    Attributes
    ----------
    items : a row for each item of an explained construct: construct; q2_predict against the averages of the
        training folds; rmse and mae in units of the answers, rmse_lm and mae_lm of the linear model.
    cvpat : rows `construct, benchmark` (average, linear): loss, benchmark_loss (mean squared errors),
        difference (negative favours the model), t, df, p, ci_low, ci_high; `all` where several are explained.
    record : `stats.pls.prediction.PlsPrediction`.
    """

    title: ClassVar[str] = "PLSpredict"
    shown: ClassVar[tuple[str, ...]] = ("items", "cvpat")
    items: pd.DataFrame
    cvpat: pd.DataFrame
    record: core.PlsPrediction


def predict_pls(
    answers: pd.DataFrame,
    model: Model,
    *,
    folds: int = 10,
    repetitions: int = 10,
    seed: int = SEED,
    scheme: Scheme = "path",
    confidence_level: float = 0.95,
) -> PredictionView:
    """Predict the items of explained constructs fold by fold, from answers (n, p).

    Beside the model stand a linear model of all items of constructs that nothing explains, and the averages.

    Parameters
    ----------
    folds : parts of the respondents, each predicted from the others. repetitions : divisions into folds,
        whose predictions are averaged. seed : of the divisions.

    Sources: Shmueli et al. (2016, 2019) for PLSpredict; Liengaard et al. (2021) for CVPAT.

    Raises
    ------
    SurveyError
        for answers that are missing or no numbers, options out of range, fewer respondents than folds or than
        the linear model has predictors, and what `fit_pls` refuses in a training sample.
    """
    section = options(
        PlsSection,
        "predict_pls",
        folds=folds,
        repetitions=repetitions,
        scheme=scheme,
        confidence_level=confidence_level,
    )
    require_seed(seed, "predict_pls")
    require_paths(model, "predict_pls")
    x, _ = numbers(answers, model)
    declared = study_model(model)
    with told("predict_pls", declared.items, declared.names, number="folds"):
        divisions = core.random_folds(len(x), section.folds, section.repetitions, seed=seed)
        found = core.predict_pls(
            x,
            pls_model(declared, section),
            divisions,
            tolerance=section.tolerance,
            max_iterations=section.max_iterations,
        )
    return PredictionView(
        notes=(
            f"{counts(respondent=len(x), fold=section.folds, repetition=section.repetitions)}, seed {seed}. "
            "Predicted from the scores of direct antecedents.",
        ),
        items=error_frame(found, declared).set_index("item").drop(columns="rmse_below_lm"),
        cvpat=loss_frame(found, declared, section).set_index("subject").rename_axis("construct"),
        record=found,
    )
