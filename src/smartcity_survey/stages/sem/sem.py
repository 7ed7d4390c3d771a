"""SEM: the paths among the factors of the measurement model, by maximum likelihood."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import (
    full_information,
    gradient_at_end,
    inadmissible,
    respondents,
    single_items,
)
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card
from smartcity_survey.stages.lines import path_columns
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Counted, FactorModelsMissing, Level, Measured, complete_rows
from smartcity_survey.stages.refusals import Refusals, require_paths
from smartcity_survey.stages.residual_pairs import ResidualPairs, freed_card, positions
from smartcity_survey.stages.sem.robust import EstimatorAsked, robust_statistics, scaled_statistics
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_sem
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.cfa_incomplete import fit_incomplete_sem
from smartcity_survey.stats.sem.cfa_robust import fit_robust_sem, satorra_bentler
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE
from smartcity_survey.stats.sem.sem import SemFit, fit_sem
from smartcity_survey.study.model import Model


@stage("sem_paths", "sem_quality", "sem_fit", hides=protect, beside=("item_descriptives",))
def estimate_sem(
    answers: pd.DataFrame,
    model: Measured,
    level: Level,
    missing: FactorModelsMissing = "complete",
    counted: Counted = None,
    design: Design = None,
    estimator: EstimatorAsked = "ml",
    residual_pairs: ResidualPairs = (),
) -> StageResult:
    """The structural model on latent factors: the third estimator beside OLS and PLS-SEM.

    missing : by `fiml` of all answers given. counted : items that complete questionnaires have all answers
        to; None where no answer is missing. design : sampling weights and clusters. estimator : by `mlr`
        errors and tests allow for answers that are not normal, as they do with gaps or a design anyway.
        residual_pairs : items whose residuals may correlate.
    """
    require_paths(model, "SEM")
    x = complete_rows(answers, counted)[list(model.items)].to_numpy(dtype=np.float64)
    refusals, pairs = Refusals(model.items, model.names), positions(residual_pairs, model)
    blocks, paths = model.membership(), model.path_matrix()
    with naming(model.items, "SEM", model.names):
        if missing == "fiml":
            moments = em_moments(answers[list(model.items)].to_numpy(dtype=np.float64))
            found = fit_incomplete_sem(moments, blocks, paths, pairs=pairs, level=level)
            fit, statistics = found.sem, robust_statistics(found.sem, found.test)
            how: Card = {**full_information(fit.ml.n, len(x)), "method": "fiml_structural_equations"}
        elif design is not None:
            of_design = fit_design_sem(x, blocks, paths, design, pairs=pairs, level=level)
            fit, statistics = of_design.sem, robust_statistics(of_design.sem, of_design.test)
            how = {
                "method": "pseudo_ml_structural_equations",
                "standard_errors": "sandwich_observed",
                **design_card(design),
            }
        elif estimator == "mlr":
            robust = fit_robust_sem(x, blocks, paths, pairs=pairs, level=level)
            fit = robust.sem
            statistics = asdict(fit_indices(fit)) | scaled_statistics("yuan_bentler", robust.test)
            how = {
                "method": "maximum_likelihood_structural_equations",
                "standard_errors": "sandwich_observed",
            }
        else:
            S = covariance(x, ddof=0)
            fit = fit_sem(S, len(x), blocks, paths, pairs=pairs, level=level)
            statistics = _statistics(fit, x, refusals)
            how = {"method": "maximum_likelihood_structural_equations"}
    card: Card = {
        **how,
        "scaling": "first_loading_1",
        "tolerance": TOLERANCE,
        "gradient": gradient_at_end(fit.ml.gradient_norm, TOLERANCE),
        "iterations": fit.ml.n_iterations,
        **({} if missing == "fiml" else {"divisor": "n"}),
        **single_items(model),
        **freed_card(residual_pairs, model),
        **({} if missing == "fiml" else respondents(len(x))),
        "confidence_level": level,
        "admissible": str(fit.admissible).lower(),
    }
    if not fit.admissible:
        card = {**card, **inadmissible(model, fit.measurement.heywood, fit.factor_corr)}
    tables = {
        "sem_paths": path_frame(fit, model),
        "sem_quality": quality_frame(fit, model),
        "sem_fit": _with_restrictions(fit, statistics),
    }
    cards: dict[str, Card] = dict.fromkeys(tables, card)
    return StageResult(tables=tables, cards=cards | {"sem_fit": {**card, **refusals.card()}})


def path_frame(fit: SemFit, model: Model) -> pd.DataFrame:
    """Paths standardised with their intervals, and as estimated: z and p are of the estimated ones."""
    index = {name: position for position, name in enumerate(model.names)}
    where = tuple(np.array([index[name] for name in side]) for side in zip(*model.paths, strict=True))
    estimates = fit.estimates
    return pd.DataFrame(
        {
            **path_columns(model.paths),
            "estimate": estimates.beta[where],
            "std_error": estimates.std_err_beta[where],
            "z": estimates.z[where],
            "p": estimates.p[where],
            "ci_low": estimates.ci_low[where],
            "ci_high": estimates.ci_high[where],
            "b": estimates.coef[where],
            "b_std_error": estimates.std_err[where],
            "admissible": fit.admissible,
        }
    )


def quality_frame(fit: SemFit, model: Model) -> pd.DataFrame:
    """What is explained of each explained construct."""
    frame = pd.DataFrame(
        {"construct": model.names, "r2": fit.estimates.r2, "r2_std_error": fit.estimates.std_err_r2}
    )
    return frame[frame["construct"].isin(model.outcomes)].reset_index(drop=True)


def _statistics(fit: SemFit, x: Array, refusals: Refusals) -> dict[str, float]:
    """Indices as of the confirmatory model, with the scaled ones."""
    statistics = asdict(fit_indices(fit))
    test = refusals.attempt("satorra_bentler", lambda: satorra_bentler(fit, x))
    return statistics if test is None else statistics | scaled_statistics("satorra_bentler", test)


def _with_restrictions(fit: SemFit, statistics: dict[str, float]) -> pd.DataFrame:
    """Indices of fit; where paths are left out, what that costs against the confirmatory model."""
    if fit.restrictions is not None:
        statistics = statistics | {
            "restrictions_chi2": fit.restrictions.statistic,
            "restrictions_df": fit.restrictions.df,
            "restrictions_p": fit.restrictions.p,
        }
    return pd.DataFrame(
        [(name, float(value)) for name, value in statistics.items()], columns=["statistic", "value"]
    )
