"""Item analysis: each item against its scale, scales in brief, intervals of the reliability coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, astuple
from functools import partial

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import WHOLE, Card, StageResult
from smartcity_survey.stages.cards import respondents, single_items
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Weights, design_card
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Complete, Measured
from smartcity_survey.stages.refusals import Refusals, takes_no_weights
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement.reliability_coefficients import (
    cronbach_alpha,
    feldt_interval,
    item_summary,
    item_total,
)
from smartcity_survey.stats.measurement.reliability_intervals import (
    CoefficientIntervals,
    factor_intervals,
    omega_intervals,
)
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.study.model import Model

LEVEL = 0.95


@stage(
    "item_total_statistics",
    "scale_statistics",
    "item_summary",
    "reliability_intervals",
    unweighted=("reliability_intervals",),
    hides=protect,
    beside=("item_descriptives",),
)
def analyse_items(answers: Complete, model: Measured, design: Weights = None) -> StageResult:
    """SPSS RELIABILITY's tables for every construct, and intervals of alpha, omega, reliability and AVE.

    design : sampling weights, by which covariances and means are taken; no intervals are known then.
    """
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    n, membership = len(x), model.membership()
    with naming(model.items, "item analysis", model.names):
        covariances = covariance(x) if design is None else weighted_covariance(x, design)
    refusals = Refusals(model.items, model.names)
    means = np.average(x, axis=0, weights=None if design is None else design.weights)
    factors = None
    if design is None:
        factors = refusals.attempt("cfa", lambda: factor_intervals(x, membership, LEVEL))
    unknown = CoefficientIntervals(*np.full((4, len(model.names)), np.nan))
    rho_c, ave = (unknown, unknown) if factors is None else factors
    parts: dict[str, list[pd.DataFrame]] = {}
    alphas = []
    for construct in model.constructs:
        own = np.flatnonzero(membership[:, model.names.index(construct.name)])
        S, mean = covariances[np.ix_(own, own)], means[own]
        alphas.append(cronbach_alpha(S))
        for name, frame in _scale_tables(S, mean, construct.items).items():
            frame.insert(0, "construct", construct.name)
            parts.setdefault(name, []).append(frame)
    if design is not None:
        return _weighted(parts, model, design)
    coefficients = {
        "alpha": _alpha_intervals(np.array(alphas), n, membership.sum(axis=0)),
        "omega": _omegas(x, model, refusals),
        "composite_reliability": rho_c,
        "ave": ave,
    }
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    tables["reliability_intervals"] = pd.concat(
        [_interval_frame(name, found, model) for name, found in coefficients.items()], ignore_index=True
    )
    card: Card = {
        "method": "covariances_of_kept_items",
        "divisor": "n_minus_1",
        **single_items(model),
        **respondents(n),
    }
    intervals: Card = {
        "method": "feldt_and_robust_delta_logit",
        "omega": "one_factor_and_joint_model",
        "confidence_level": LEVEL,
        "divisor": "n",
        **single_items(model),
        **respondents(n),
        **refusals.card(),
    }
    return StageResult(
        tables=tables, cards=dict.fromkeys(tables, card) | {"reliability_intervals": intervals}
    )


def _weighted(parts: Mapping[str, list[pd.DataFrame]], model: Model, design: SurveyDesign) -> StageResult:
    """The tables of weighted covariances; intervals of the coefficients would count all respondents alike."""
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    refusals = Refusals(model.items, model.names)
    refusals.note(WHOLE, takes_no_weights("reliability_intervals"))
    card: Card = {
        "method": "covariances_of_kept_items",
        "divisor": "n_minus_1",
        **single_items(model),
        **respondents(design.n),
        **design_card(design),
    }
    return StageResult(
        tables={**tables, "reliability_intervals": pd.DataFrame()},
        cards=dict.fromkeys(tables, card) | {"reliability_intervals": {**card, **refusals.card()}},
    )


def _scale_tables(S: Array, mean: Array, items: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    total = item_total(S, mean)
    summary = asdict(item_summary(S, mean)) if len(items) > 1 else {}
    return {
        "item_total_statistics": pd.DataFrame(
            {
                "item": items,
                "mean": mean,
                "sd": np.sqrt(np.diagonal(S)),
                "mean_if_deleted": total.mean_if_deleted,
                "variance_if_deleted": total.variance_if_deleted,
                "corrected_correlation": total.corrected_correlation,
                "squared_multiple_correlation": total.squared_multiple_correlation,
                "alpha_if_deleted": total.alpha_if_deleted,
            }
        ),
        "scale_statistics": pd.DataFrame(
            {
                "n_items": [len(items)],
                "mean": [total.scale_mean],
                "variance": [total.scale_variance],
                "sd": [total.scale_sd],
                "alpha": [cronbach_alpha(S)],
            }
        ),
        "item_summary": pd.DataFrame(
            [
                {
                    "statistic": f"item_{statistic}",
                    "mean": spread["mean"],
                    "min": spread["minimum"],
                    "max": spread["maximum"],
                    "range": spread["range"],
                    "ratio": spread["ratio"],
                    "variance": spread["variance"],
                }
                for statistic, spread in summary.items()
            ],
            columns=["statistic", "mean", "min", "max", "range", "ratio", "variance"],
        ),
    }


def _omegas(x: Array, model: Model, refusals: Refusals) -> CoefficientIntervals:
    """Omega of every construct that has one; the others' reasons are noted."""
    parts = []
    for construct, block in zip(model.constructs, model.membership().T, strict=True):
        own, one = x[:, block], np.ones((len(construct.items), 1), dtype=bool)
        found = refusals.attempt(
            "omega", partial(omega_intervals, own, one, LEVEL), items=construct.items, of=construct.name
        )
        parts.append(np.full(4, np.nan) if found is None else np.concatenate(astuple(found)))
    return CoefficientIntervals(*np.array(parts).T)


def _alpha_intervals(alpha: Array, n: int, n_items: Array) -> CoefficientIntervals:
    low, high = feldt_interval(alpha, n, n_items, LEVEL)
    return CoefficientIntervals(alpha, np.full(alpha.shape, np.nan), low, high)


def _interval_frame(coefficient: str, found: CoefficientIntervals, model: Model) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "construct": model.names,
            "coefficient": coefficient,
            "estimate": found.estimate,
            "std_error": found.std_err,
            "ci_low": found.low,
            "ci_high": found.high,
        }
    )
