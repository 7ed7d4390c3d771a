"""How good the PLS model is: fit, discriminant validity, collinearity of items, effects, importance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import WHOLE, Card, StageResult
from smartcity_survey.stages.cards import (
    of_incomplete_rows,
    pls_estimator,
    resampled,
    respondents,
    single_items,
)
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.naming import naming, square
from smartcity_survey.stages.needs import PLS_FIT, ForPls, Measured, Options, PlsMissing, Seed
from smartcity_survey.stages.parts import InParts, Made, Unit, nothing_made, taken, units_of
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.pls.pls_inputs import PlsInputs, scale_ends
from smartcity_survey.stages.refusals import Refusals, takes_no_weights
from smartcity_survey.stats.core.correlations import require_independence
from smartcity_survey.stats.core.draws import Take
from smartcity_survey.stats.core.errors import NotPositiveDefinite
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement.validity import htmt2
from smartcity_survey.stats.pls.algorithm import PlsFit, fit_pls
from smartcity_survey.stats.pls.blindfolding import blindfolding_q2, omission_distance
from smartcity_survey.stats.pls.ipma import importance_performance
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.pls.model_fit import (
    ExactFit,
    Measurement,
    Structural,
    discrepancy,
    exact_fit,
    implied_correlations,
    outer_vif,
)
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model

READINGS: dict[str, tuple[Measurement, Structural]] = {
    "composite_saturated": ("composite", "saturated"),
    "composite_estimated": ("composite", "estimated"),
    "factor_saturated": ("factor", "saturated"),
    "factor_estimated": ("factor", "estimated"),
}
STATISTICS = ("srmr", "d_uls", "d_g", "nfi")


TABLES = ("pls_fit", "cross_loadings", "htmt2", "pls_effects", "blindfolding", "ipma")


AssessmentOptions = Annotated[PlsSection, Options(PlsSection, (*PLS_FIT, "exact_fit_draws"))]


def resamples(answers: pd.DataFrame, model: Model, section: PlsSection, seed: int) -> Iterator[Unit]:
    """All resamples of the tests of exact fit."""
    inputs, pls = PlsInputs.of(answers, model, section), pls_model(model, section)
    for reading in READINGS:
        if inputs.plain:
            yield from units_of(reading, partial(_exact, inputs, pls, reading, section, seed))


@stage(*TABLES, unweighted=("blindfolding",), hides=protect, beside=("item_descriptives",))
def assess_pls(
    answers: ForPls,
    model: Measured,
    codebook: Codebook,
    section: AssessmentOptions,
    seed: Seed,
    missing: PlsMissing = "complete",
    *,
    made: Annotated[Made, InParts(resamples)] = nothing_made,
) -> StageResult:
    """Fit the path model once and judge it by everything that needs no bootstrap of its estimates."""
    inputs = PlsInputs.of(answers, model, section)
    x = inputs.x
    pls = pls_model(model, section)
    with naming(model.items, "PLS-SEM", model.names):
        R = inputs.correlation()
        fit = fit_pls(R, len(x), pls, tolerance=section.tolerance, max_iterations=section.max_iterations)
    refusals = {name: Refusals(model.items, model.names) for name in TABLES}
    distance = omission_distance(len(x))

    factors = refusals["pls_fit"].attempt("plsc", lambda: _factors(R, fit.n, pls, section))

    def attempt(name: str, compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        found = refusals[name].attempt(WHOLE, compute)
        return pd.DataFrame() if found is None else found

    card: Card = {
        **pls_estimator(model, section),
        **inputs.card(),
        "iterations": fit.n_iterations,
        "signs": "positive_loading_sums",
        "divisor": "n_minus_1",
        **respondents(fit.n),
    }
    tables = {
        "pls_fit": attempt("pls_fit", lambda: _fit(inputs, R, fit, factors, pls, section, seed, made)),
        "cross_loadings": _cross_loadings(fit, R, model, refusals["cross_loadings"]),
        "htmt2": square(htmt2(R, model.membership()), model.names, "construct"),
        "pls_effects": effect_frame(fit, model),
        "blindfolding": attempt("blindfolding", lambda: _relevance(inputs, pls, model, section, distance)),
        "ipma": _importance(inputs, fit, model, codebook),
    }
    cards: dict[str, Card] = {
        **dict.fromkeys(tables, card),
        "pls_fit": {
            **card,
            "logarithms": "natural",
            **_exact_fit_card(inputs, section, seed),
        },
        "htmt2": {
            "method": "geometric_means_signed",
            **inputs.card(),
            **single_items(model),
            **respondents(fit.n),
        },
        "blindfolding": {
            **card,
            **inputs.unused_card(),
            "omission_distance": distance,
            "replacement": "mean_of_the_others",
        },
        "ipma": {**card, "scores": "worst_0_best_100", "effects": "total_unstandardised"},
    }
    result = StageResult(tables, {name: {**card, **refusals[name].card()} for name, card in cards.items()})
    return of_incomplete_rows(result, "mean_replacement") if missing == "mean_replacement" else result


def _exact_fit_card(inputs: PlsInputs, section: PlsSection, seed: int) -> Card:
    if not inputs.plain:
        return {"exact_fit": "only_pearson_unweighted"}
    return {
        "exact_fit": "answers_rotated_to_implied",
        "exact_fit_draws": section.exact_fit_draws,
        **resampled(len(inputs.x)),
        "seed": seed,
    }


def _factors(R: Array, n: int, pls: PlsModel, section: PlsSection) -> PlsFit:
    """The fit of common factors by PLSc, whose correlations are those of some population."""
    factors = fit_pls(
        R,
        n,
        replace(pls, consistent=True),
        tolerance=section.tolerance,
        max_iterations=section.max_iterations,
    )
    if factors.smallest_eigenvalue <= 0:
        raise NotPositiveDefinite(factors.smallest_eigenvalue)
    return factors


def _fit(
    inputs: PlsInputs,
    R: Array,
    composites: PlsFit,
    factors: PlsFit | None,
    pls: PlsModel,
    section: PlsSection,
    seed: int,
    made: Made,
) -> pd.DataFrame:
    """Every reading of the model's implied correlations, with the test of exact fit.

    Factors imply them by PLSc's loadings and correlations, composites by the ordinary ones; resamples are
    fitted as the sample was.
    """
    require_independence(R, len(inputs.x))
    rows: list[dict[str, str | float]] = []
    for reading, (measurement, structural) in READINGS.items():
        fit, fitted = composites, _as_read(pls, reading)
        if measurement == "factor":
            if factors is None:
                rows += ({"model": reading, "statistic": name} for name in STATISTICS)
                continue
            fit = factors
        found = discrepancy(R, implied_correlations(R, fit, fitted, measurement, structural))
        take = taken(made, reading)
        exact = _exact(inputs, pls, reading, section, seed, take) if inputs.plain else None
        nothing = np.full(3, np.nan)
        limits = (
            (nothing,) * 3
            if exact is None or not len(exact.draws)
            else (exact.quantile(0.95), exact.quantile(0.99), exact.p())
        )
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


def _as_read(pls: PlsModel, reading: str) -> PlsModel:
    """The model as it is fitted for a reading: factors by PLSc."""
    return replace(pls, consistent=True) if READINGS[reading][0] == "factor" else pls


def _exact(
    inputs: PlsInputs, pls: PlsModel, reading: str, section: PlsSection, seed: int, take: Take
) -> ExactFit | None:
    return exact_fit(
        inputs.x,
        _as_read(pls, reading),
        *READINGS[reading],
        draws=section.exact_fit_draws,
        seed=seed,
        tolerance=section.tolerance,
        max_iterations=section.max_iterations,
        take=take,
    )


def _cross_loadings(fit: PlsFit, R: Array, model: Model, refusals: Refusals) -> pd.DataFrame:
    inflation = refusals.attempt("vif", lambda: outer_vif(R, model.membership()))
    frame = pd.DataFrame(fit.cross_loadings, columns=list(model.names))
    frame.insert(0, "item", list(model.items))
    frame.insert(1, "vif", np.nan if inflation is None else inflation)
    return frame


def effect_frame(fit: PlsFit, model: Model) -> pd.DataFrame:
    """Direct, indirect and total effects of all constructs that a chain of paths joins.

    The share mediated (variance accounted for, Hair et al. 2022) is of effects with one sign alone.
    """
    sources, targets = np.nonzero(fit.total_effects)
    direct, indirect = (own[sources, targets] for own in (fit.path_coefficients, fit.indirect_effects))
    with np.errstate(invalid="ignore"):
        share = np.where(direct * indirect > 0, 100 * indirect / (direct + indirect), np.nan)
    return pd.DataFrame(
        {
            "source": [model.names[i] for i in sources],
            "target": [model.names[j] for j in targets],
            "direct_effect": direct,
            "indirect_effect": indirect,
            "total_effect": fit.total_effects[sources, targets],
            "vaf_percent": share,
        }
    )


def _relevance(
    inputs: PlsInputs, pls: PlsModel, model: Model, section: PlsSection, distance: int
) -> pd.DataFrame:
    if inputs.weights is not None:
        raise takes_no_weights("blindfolding")
    q2 = blindfolding_q2(
        inputs.x, pls, distance, tolerance=section.tolerance, max_iterations=section.max_iterations
    )
    frame = pd.DataFrame({"construct": model.names, "q2": q2, "omission_distance": distance})
    return frame[frame["construct"].isin(model.outcomes)].reset_index(drop=True)


def _importance(inputs: PlsInputs, fit: PlsFit, model: Model, codebook: Codebook) -> pd.DataFrame:
    minimum, maximum = scale_ends(model, codebook)
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
