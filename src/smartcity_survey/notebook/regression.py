"""Scores of constructs, and ordinary least squares with its diagnostics, as SPSS REGRESSION."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import ClassVar

import pandas as pd

from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.notebook.answers import numbers, require_frame
from smartcity_survey.notebook.latent import require_factors, require_model, require_paths
from smartcity_survey.notebook.model import Model, parse_paths, study_model
from smartcity_survey.notebook.options import options
from smartcity_survey.notebook.told import told
from smartcity_survey.notebook.view import View, named
from smartcity_survey.stages.measurement.scores import METHODS, methods, score_weights
from smartcity_survey.stages.regression.regression import (
    case_frame,
    collinearity_frame,
    fitted_frames,
    residual_frame,
)
from smartcity_survey.stats.regression.least_squares import OlsFit, ols, refuse_perfect_fit
from smartcity_survey.stats.regression.ols_diagnostics import RegressionDiagnostics, regression_diagnostics
from smartcity_survey.study.arguments import require_text
from smartcity_survey.study.config import PlsSection, RegressionSection, ScoreMethod

CONSTANT = "constant"


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class RegressionView(View):
    """A regression with a constant, and how far its assumptions hold.

    Attributes
    ----------
    coefficients : a row for each term, the constant first: b, std_error in units of the outcome; beta
        (standardised); t, p, ci_low, ci_high; tolerance, vif; hc3_std_error, hc3_t, hc3_p (robust to unequal
        variances); zero_order, partial, part correlations.
    model_summary : r, r2, adj_r2, std_error_estimate, durbin_watson, n. anova : by source of variance.
    diagnostics : statistic and p of Breusch-Pagan (Koenker), White, Jarque-Bera, Shapiro-Wilk, RESET and the
        exact Durbin-Watson test, as far as the rows allow.
    collinearity : eigenvalue, condition index and variance proportions of each dimension.
    residual_statistics : min, max, mean, sd of predictions, residuals and case diagnostics.
    cases : a row for each row of the data: fitted, residual, ..., leverage, cooks_distance.
    record, diagnosis : records of the numeric core.
    """

    title: ClassVar[str] = "Ordinary least squares"
    shown: ClassVar[tuple[str, ...]] = ("model_summary", "anova", "coefficients", "diagnostics")
    coefficients: pd.DataFrame
    model_summary: pd.DataFrame
    anova: pd.DataFrame
    diagnostics: pd.DataFrame
    collinearity: pd.DataFrame
    residual_statistics: pd.DataFrame
    cases: pd.DataFrame
    record: OlsFit
    diagnosis: RegressionDiagnostics


def scores(answers: pd.DataFrame, model: Model, method: ScoreMethod = "mean") -> pd.DataFrame:
    """A score of each construct for each respondent: (n, c), with the rows' labels and constructs' names.

    Scores are weighted sums of the answers as given.

    Parameters
    ----------
    method : `mean` or `sum` of the items, first `component`, `pls` (standardised by the items' deviations),
        `cfa_regression`, `cfa_bartlett`, `cfa_skrondal_laake`. docs/conventions.md says how they differ.

    Raises
    ------
    SurveyError
        for answers that are missing or no numbers, an unknown method, and a method without a solution.
    """
    require_model(model, "scores")
    x, _ = numbers(answers, model)
    declared, place = study_model(model), f"scores by {method}"
    known = methods(declared)
    require_text(method, "scores, method", f"Choose from {', '.join(known)}.")
    if method not in known:
        found = f"{method!r} is none of this model."
        if method in METHODS:
            found = f"{method!r} needs constructs that are either predictors or outcomes, and one is both."
        raise SurveyError("scores, method", found, f"Choose from {', '.join(known)}.")
    if method == "pls":
        require_paths(model, place)
    if method.startswith("cfa"):
        require_factors(model, place)
    with told(place, declared.items, declared.names):
        weights = score_weights(method, x, declared, PlsSection())
    return pd.DataFrame(x @ weights.T, index=answers.index, columns=list(declared.names))


def fit_ols(columns: pd.DataFrame, paths: str, *, confidence_level: float = 0.95) -> RegressionView:
    """Regress one column on others: `fit_ols(scores, "economy, people -> adoption")`.

    Parameters
    ----------
    columns : (n, ...) scores, or any data frame. paths : as of `Model`; all end at the one outcome.

    Sources: `stats.regression`, by the conventions of SPSS REGRESSION; MacKinnon and White (1985) for HC3.

    Raises
    ------
    SurveyError
        for cells that are missing or no numbers, several outcomes, constant columns, predictors that
        determine one another, too few rows, and an outcome that the predictors reproduce exactly.
    """
    level = options(RegressionSection, "fit_ols", confidence_level=confidence_level).confidence_level
    require_frame(columns, "fit_ols, columns")
    arrows = parse_paths(paths, "fit_ols, paths")
    outcomes = list(dict.fromkeys(target for _, target in arrows))
    if len(outcomes) != 1:
        raise SurveyError(
            "fit_ols, paths",
            f"{counted(len(outcomes), 'outcome')}.",
            "Write one regression: 'first predictor, second predictor -> outcome'.",
        )
    predictors = [source for source, _ in arrows]
    with _of_paths():
        data, names = numbers(columns, [*predictors, *outcomes])
    x, y = data[:, :-1], data[:, -1]
    with told("fit_ols", names):
        found = ols(y, x, ci_level=level)
        refuse_perfect_fit(found)
        diagnosis = regression_diagnostics(found, x)
    tables = fitted_frames(found, predictors)
    return RegressionView(
        notes=(
            f"{outcomes[0]} on {', '.join(predictors)}: {counted(found.n, 'row')}. "
            "Classical standard errors, HC3 beside them; Durbin-Watson in the order of the rows.",
        ),
        coefficients=tables["coefficients"].set_index("term"),
        model_summary=tables["model_summary"].set_index(pd.Index(outcomes, name="outcome")),
        anova=tables["anova"].set_index("source"),
        diagnostics=_diagnostics(diagnosis),
        collinearity=collinearity_frame(diagnosis.collinearity, predictors)
        .astype({"dimension": str})
        .set_index("dimension"),
        residual_statistics=residual_frame(diagnosis.residual_statistics).set_index("quantity"),
        cases=case_frame(found, diagnosis).set_index(columns.index),
        record=found,
        diagnosis=diagnosis,
    )


@contextmanager
def _of_paths() -> Iterator[None]:
    """Say of `paths` what is wrong with the names in it."""
    try:
        yield
    except SurveyError as error:
        problems = [
            replace(problem, place=problem.place.replace("answers", "fit_ols, paths", 1))
            if problem.found in _OF_NAMES
            else problem
            for problem in error.problems
        ]
        raise SurveyError.of(problems) from None


_OF_NAMES = ("there is no such column.", "it is named twice.")


def _diagnostics(diagnosis: RegressionDiagnostics) -> pd.DataFrame:
    tests = {
        "breusch_pagan_koenker": diagnosis.breusch_pagan.lagrange_multiplier,
        "white": None if diagnosis.white is None else diagnosis.white.lagrange_multiplier,
        "jarque_bera": diagnosis.jarque_bera,
        "shapiro_wilk": diagnosis.shapiro,
        "reset": diagnosis.reset,
        "durbin_watson_exact": diagnosis.durbin_watson,
    }
    made = {name: (test.statistic, test.p) for name, test in tests.items() if test is not None}
    columns = {"statistic": [value for value, _ in made.values()], "p": [p for _, p in made.values()]}
    return named(list(made), "test", columns)
