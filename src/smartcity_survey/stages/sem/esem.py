"""ESEM: loadings and correlations of the constructs where every item may load on all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.errors import NoSolution, Problem
from smartcity_survey.io import WHOLE, Card, StageResult
from smartcity_survey.stages.cards import NORMAL, left_out, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Complete, Measured
from smartcity_survey.stages.refusals import Refusals, require_scales
from smartcity_survey.stages.sem.rival_fit import cost_of, indices_of
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.measurement.esem import Esem, fit_esem
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model

TABLES = ("esem_fit", "esem_loadings", "esem_correlations")


def asks_for_exploratory(config: Config) -> bool:
    """Whether a study wants all items on all factors beside its measurement model."""
    return config.cfa.exploratory


def require_turnable(model: Model) -> None:
    """Refuse models whose items do not determine as many common factors."""
    require_scales(model, "ESEM")
    scales = model.of_scales()
    p, k = len(scales.items), len(scales.names)
    # Degrees of freedom of unrestricted factors (Lawley and Maxwell 1971, p. 36), twice.
    if (p - k) ** 2 < p + k:
        problem = Problem(
            "ESEM",
            "there are too many factors for so few items.",
            "Take it out, or measure the constructs by more items.",
        )
        raise NoSolution("under_identified", scales.names, [problem])


@stage(*TABLES, asked_by=asks_for_exploratory, requires=require_turnable)
def explore_measurement_model(answers: Complete, model: Measured) -> StageResult:
    """Every item on every factor, turned to zeros off its construct: its fit and loadings beside CFA's.

    Nothing tells a single item's factor from its error, so both models are of the other constructs.
    """
    scales = model.of_scales()
    x = answers[list(scales.items)].to_numpy(dtype=np.float64)
    pattern, refusals = scales.membership(), Refusals(scales.items, scales.names)
    with naming(scales.items, "ESEM", scales.names):
        S = covariance(x, ddof=0)
    found = refusals.attempt(WHOLE, lambda: fit_esem(S, len(x), pattern))
    own = refusals.attempt("cfa", lambda: fit_cfa(S, len(x), pattern)) if found else None
    card: Card = {
        "method": "exploratory_target_rotation",
        "divisor": "n",
        **NORMAL,
        **left_out(model),
        **respondents(len(x)),
        **refusals.card(),
    }
    if found is None:
        return StageResult({name: pd.DataFrame() for name in TABLES}, dict.fromkeys(TABLES, card))
    tables = {
        "esem_fit": _fit(own, found),
        "esem_loadings": _loadings(own, found, scales),
        "esem_correlations": _correlations(own, found, scales),
    }
    return StageResult(tables, dict.fromkeys(tables, card))


def _fit(own: CfaFit | None, found: Esem) -> pd.DataFrame:
    """Fit of both models, and what the zeros of the declared one cost; of one, where CFA has no solution."""
    lines: list[dict[str, object]] = [
        {
            "measurement_model": name,
            "status": "converged" if fit.admissible else "heywood",
            **indices_of(fit),
        }
        for name, fit in (("correlated_factors", own), ("exploratory", found))
        if fit is not None
    ]
    if own:
        lines[0] |= cost_of(own, found)
    return pd.DataFrame(lines)


def _loadings(own: CfaFit | None, found: Esem, model: Model) -> pd.DataFrame:
    """CFA's loading of each item, the error of the own loading here, and the loadings on all factors."""
    pattern = model.membership()
    frame = pd.DataFrame(
        {
            "item": model.items,
            "std_loading": own.std_loadings[pattern] if own else np.nan,
            "std_error": found.std_err_std_loadings[pattern],
            "largest_other": np.abs(np.where(pattern, 0.0, found.std_loadings)).max(axis=1),
        }
    )
    return frame.join(pd.DataFrame(found.std_loadings, columns=list(model.names)))


def _correlations(own: CfaFit | None, found: Esem, model: Model) -> pd.DataFrame:
    first, second = np.triu_indices(len(model.names), 1)
    return pd.DataFrame(
        {
            "construct_1": [model.names[i] for i in first],
            "construct_2": [model.names[j] for j in second],
            "correlation": own.factor_corr[first, second] if own else np.nan,
            "with_esem": found.factor_corr[first, second],
            "std_error": found.std_err_factor_corr[first, second],
        }
    )
