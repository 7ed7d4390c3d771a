"""How good the PLS model is: fit, discriminant validity, collinearity of items, effects, importance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from smartcity_survey.codebook import Codebook
from smartcity_survey.config import PlsSection
from smartcity_survey.io import Card, StageResult
from smartcity_survey.model import Model
from smartcity_survey.stages.cards import pls_estimator, respondents, single_items
from smartcity_survey.stages.naming import naming, square
from smartcity_survey.stages.pls import pls_model
from smartcity_survey.stages.pls_consistent import IMPROPER
from smartcity_survey.stages.pls_inputs import PlsInputs
from smartcity_survey.stats.blindfolding import blindfolding_q2, omission_distance
from smartcity_survey.stats.correlation import require_independence
from smartcity_survey.stats.errors import DependentPredictors, ImproperSolution
from smartcity_survey.stats.ipma import importance_performance
from smartcity_survey.stats.pls import PlsFit, fit_pls
from smartcity_survey.stats.pls_fit import (
    Measurement,
    Structural,
    discrepancy,
    exact_fit,
    implied_correlations,
    outer_vif,
)
from smartcity_survey.stats.pls_model import PlsModel
from smartcity_survey.stats.types import Array
from smartcity_survey.stats.validity import htmt2

READINGS: dict[str, tuple[Measurement, Structural]] = {
    "composite_saturated": ("composite", "saturated"),
    "composite_estimated": ("composite", "estimated"),
    "factor_saturated": ("factor", "saturated"),
    "factor_estimated": ("factor", "estimated"),
}
STATISTICS = ("srmr", "d_uls", "d_g", "nfi")
INDEFINITE = "consistent correlations not positive definite"


def assess_pls(
    answers: pd.DataFrame, model: Model, codebook: Codebook, section: PlsSection, seed: int
) -> StageResult:
    """Fit the path model once and judge it by everything that needs no bootstrap of its estimates."""
    inputs = PlsInputs.of(answers, model, section)
    x = inputs.x
    pls = pls_model(model, section)
    with naming(model.items, "PLS-SEM", model.names):
        R = inputs.correlation()
        require_independence(R, len(x))
        fit = fit_pls(R, len(x), pls, tolerance=section.tolerance, max_iterations=section.max_iterations)
        factors, reason = _factors(R, fit, pls, model, section)
        fits = _fit(inputs, R, fit, factors, pls, section, seed)
        relevance, distance = _relevance(x, pls, model, section)
    card: Card = {
        **pls_estimator(model, section),
        **inputs.card(),
        "iterations": fit.n_iterations,
        "signs": "positive loading sums",
        "divisor": "n - 1",
        **respondents(fit.n),
    }
    tables = {
        "pls_fit": fits,
        "cross_loadings": _cross_loadings(fit, R, model),
        "htmt2": square(htmt2(R, model.membership()), model.names, "construct"),
        "pls_effects": _effects(fit, model),
        "blindfolding": relevance,
        "ipma": _importance(inputs, fit, model, codebook),
    }
    cards: dict[str, Card] = {
        **dict.fromkeys(tables, card),
        "pls_fit": {
            **card,
            "logarithms": "natural",
            **_exact_fit_card(inputs, section, seed),
            **reason,
        },
        "htmt2": {
            "method": "geometric means of signed correlations",
            **inputs.card(),
            **single_items(model),
            **respondents(fit.n),
        },
        "blindfolding": {
            **card,
            **inputs.unused_card(),
            "omission_distance": distance,
            "replacement": "mean of the others",
        },
        "ipma": {**card, "scores": "0 worst to 100 best answer", "effects": "total, unstandardised"},
    }
    return StageResult(tables=tables, cards=cards)


def _exact_fit_card(inputs: PlsInputs, section: PlsSection, seed: int) -> Card:
    if not inputs.plain:
        return {"exact_fit": "only for Pearson correlations of unweighted answers"}
    return {
        "exact_fit": "resamples of answers rotated to the implied correlations",
        "exact_fit_draws": section.exact_fit_draws,
        "seed": seed,
    }


def _factors(
    R: Array, fit: PlsFit, pls: PlsModel, model: Model, section: PlsSection
) -> tuple[PlsFit | None, Card]:
    """The fit of common factors by PLSc; None and the card's lines that say why where there is none."""
    try:
        factors = fit_pls(
            R,
            fit.n,
            replace(pls, consistent=True),
            tolerance=section.tolerance,
            max_iterations=section.max_iterations,
        )
    except ImproperSolution as error:
        return None, {"no_solution": IMPROPER, "at_fault": model.names[error.construct]}
    except DependentPredictors as error:
        return None, {"no_solution": INDEFINITE, "at_fault": model.names[error.target]}
    if factors.smallest_eigenvalue <= 0:
        return None, {"no_solution": INDEFINITE}
    return factors, {}


def _fit(
    inputs: PlsInputs,
    R: Array,
    composites: PlsFit,
    factors: PlsFit | None,
    pls: PlsModel,
    section: PlsSection,
    seed: int,
) -> pd.DataFrame:
    """Every reading of the model's implied correlations, with the test of exact fit.

    Factors imply them by PLSc's loadings and correlations, composites by the ordinary ones; resamples are
    fitted as the sample was.
    """
    rows: list[dict[str, str | float]] = []
    for reading, (measurement, structural) in READINGS.items():
        fit, fitted = composites, pls
        if measurement == "factor":
            if factors is None:
                rows += ({"model": reading, "statistic": name} for name in STATISTICS)
                continue
            fit, fitted = factors, replace(pls, consistent=True)
        found = discrepancy(R, implied_correlations(R, fit, fitted, measurement, structural))
        exact = (
            exact_fit(
                inputs.x,
                fitted,
                measurement,
                structural,
                draws=section.exact_fit_draws,
                seed=seed,
                tolerance=section.tolerance,
                max_iterations=section.max_iterations,
            )
            if inputs.plain
            else None
        )
        nothing = np.full(3, np.nan)
        limits = (nothing,) * 3 if exact is None else (exact.quantile(0.95), exact.quantile(0.99), exact.p())
        for position, name in enumerate(STATISTICS[:3]):
            quantile_95, quantile_99, p = (float(limit[position]) for limit in limits)
            rows.append(
                {
                    "model": reading,
                    "statistic": name,
                    "value": getattr(found, name),
                    "quantile_95": quantile_95,
                    "quantile_99": quantile_99,
                    "p": p,
                }
            )
        rows.append({"model": reading, "statistic": "nfi", "value": found.nfi})
    columns = ["model", "statistic", "value", "quantile_95", "quantile_99", "p"]
    return pd.DataFrame(rows, columns=columns)


def _cross_loadings(fit: PlsFit, R: Array, model: Model) -> pd.DataFrame:
    frame = pd.DataFrame(fit.cross_loadings, columns=list(model.names))
    frame.insert(0, "item", list(model.items))
    frame.insert(1, "vif", outer_vif(R, model.membership()))
    return frame


def _effects(fit: PlsFit, model: Model) -> pd.DataFrame:
    sources, targets = np.nonzero(fit.total_effects)
    return pd.DataFrame(
        {
            "path": [f"{model.names[i]} -> {model.names[j]}" for i, j in zip(sources, targets, strict=True)],
            "source": [model.names[i] for i in sources],
            "target": [model.names[j] for j in targets],
            "direct_effect": fit.path_coefficients[sources, targets],
            "indirect_effect": fit.indirect_effects[sources, targets],
            "total_effect": fit.total_effects[sources, targets],
        }
    )


def _relevance(x: Array, pls: PlsModel, model: Model, section: PlsSection) -> tuple[pd.DataFrame, int]:
    distance = omission_distance(len(x))
    q2 = blindfolding_q2(x, pls, distance, tolerance=section.tolerance, max_iterations=section.max_iterations)
    frame = pd.DataFrame({"construct": model.names, "q2": q2, "omission_distance": distance})
    return frame[frame["construct"].isin(model.outcomes)].reset_index(drop=True), distance


def _importance(inputs: PlsInputs, fit: PlsFit, model: Model, codebook: Codebook) -> pd.DataFrame:
    scales = [codebook.scale_of(item) for item in model.items]
    minimum = np.array([scale.minimum for scale in scales], dtype=np.float64)
    maximum = np.array([scale.maximum for scale in scales], dtype=np.float64)
    frames: list[pd.DataFrame] = []
    for outcome in model.outcomes:
        target = model.names.index(outcome)
        found = importance_performance(inputs.x, fit, target, minimum, maximum, inputs.weights)
        frame = pd.DataFrame(
            {
                "outcome": outcome,
                "construct": model.names,
                "importance": found.importance,
                "performance": found.performance,
                "negative_weights": found.negative_weights,
            }
        )
        frames.append(frame[fit.total_effects[:, target] != 0])
    return pd.concat(frames, ignore_index=True)
