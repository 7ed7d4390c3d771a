"""Printed numbers of Tables 12-16 that answers do not give, by the package's own statistics."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from smartcity_survey.reconstruct.design import Target, rounding_interval
from smartcity_survey.reconstruct.printed_study import PrintedStudy
from smartcity_survey.stats.core.correlations import correlation, covariance
from smartcity_survey.stats.factor.adequacy import bartlett_sphericity, kmo
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.items.descriptives import describe
from smartcity_survey.stats.measurement.scores import regression_score_weights
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.sem.cfa import fit_cfa

SUMMARY = (
    *("r", "r2", "adj_r2", "std_error_estimate", "ss_regression", "ss_residual", "ss_total"),
    *("ms_regression", "ms_residual", "f"),
)


def missed(study: PrintedStudy, answers: pd.DataFrame, units: float = 0.0) -> set[str]:
    """Printed numbers of Tables 12-16 that the package's own statistics of some answers do not round to.

    units : how many units of the last digit a number may be beside what is printed.

    Blank loadings, extremes of the scores and Durbin-Watson too. Numbers of respondents, degrees of freedom
    and what follows from them and from the rest (p, standard errors of skewness) have no line of their own.
    """
    own, published = own_statistics(study, answers), study.published
    blank = study.config.factors.suppress_below
    targets = [
        replace(target, printed="", low=-blank, high=blank)
        if target.key[0] == "loading" and not target.printed
        else target
        for target in published.problem.targets
        if target.printed or target.key[0] == "loading"
    ]
    for score, printed in published.extremes.items():
        for which, text in zip(("min", "max"), printed, strict=True):
            targets.append(Target(("score", score, which), *rounding_interval(text), text))
    assert published.durbin_watson is not None
    targets.append(Target(("durbin_watson",), *published.durbin_watson, "in its interval"))
    return {
        f"{' '.join(target.key)} = {target.printed}"
        for target in targets
        for beside in [1e-9 + (units * (target.high - target.low) if units else 0.0)]
        if not target.low - beside <= own[target.key] <= target.high + beside
    }


def own_statistics(study: PrintedStudy, answers: pd.DataFrame) -> dict[tuple[str, ...], Any]:
    items, model = list(study.codebook.items), study.model
    x = answers[items].to_numpy(dtype=float)
    r, n = correlation(x), len(x)
    own: dict[tuple[str, ...], Any] = {
        ("adequacy", "kmo"): kmo(r).overall,
        ("adequacy", "bartlett_chi2"): bartlett_sphericity(r, n).statistic,
    }
    rotated = rotated_solution(r, study.published.problem.design.n_components)
    for item, line in zip(items, rotated.loadings, strict=True):
        own |= {("loading", item, str(j)): value for j, value in enumerate(line, start=1)}
    measured = answers[list(model.items)].to_numpy(dtype=float)
    cfa = fit_cfa(covariance(measured, ddof=0), n, model.membership())
    scores = measured @ regression_score_weights(cfa).T
    described = describe(scores)
    for k, name in enumerate(model.names):
        own["score", name, "min"], own["score", name, "max"] = scores[:, k].min(), scores[:, k].max()
        for statistic in ("mean", "se_mean", "sd", "skewness", "kurtosis"):
            own["score", name, statistic] = getattr(described, statistic)[k]
    for outcome in model.outcomes:
        predictors = model.predictors(outcome)
        columns = [model.names.index(name) for name in predictors]
        fit = ols(scores[:, model.names.index(outcome)], scores[:, columns])
        own["durbin_watson",] = fit.durbin_watson
        own |= {("regression", outcome, name): getattr(fit, name) for name in SUMMARY}
        for place, term in enumerate(("constant", *predictors)):
            values = {"b": fit.coef[place], "std_error": fit.std_err[place], "t": fit.t[place]}
            if place:
                values["beta"] = fit.beta[place - 1]
            own |= {("coefficient", outcome, term, name): value for name, value in values.items()}
    return own
