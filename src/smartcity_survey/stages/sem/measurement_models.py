"""Rival measurement models: are the constructs one thing, or do they have one thing in common?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult, join_names
from smartcity_survey.stages.cards import NORMAL, respondents, single_items
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Complete, Measured
from smartcity_survey.stages.refusals import Refusals, require_several
from smartcity_survey.stages.residual_pairs import frees_no_pairs
from smartcity_survey.stages.sem.rival_fit import cost_of, indices_of
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import BoolArray
from smartcity_survey.stats.measurement.measurement_models import (
    Bifactor,
    SecondOrder,
    fit_bifactor,
    fit_second_order,
)
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.maximum_likelihood import Fitted
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model

NESTED = ("most_alike_merged", "one_factor", "second_order")
"""Models that are the correlated factors with restrictions."""


def asks_for_rivals(config: Config) -> bool:
    """Whether a study wants other measurement models beside its own."""
    return config.cfa.other_models


def require_constructs(model: Model) -> None:
    """Refuse models of one construct."""
    require_several(model, "measurement_models")


@stage("measurement_models", "general_factor", asked_by=asks_for_rivals, requires=require_constructs)
@frees_no_pairs
def compare_measurement_models(answers: Complete, model: Measured) -> StageResult:
    """Correlated factors beside one factor, two merged, a second-order factor and a bifactor model.

    Where correlated factors have no solution, one factor alone needs none of theirs.
    """
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    n, pattern = len(x), model.membership()
    with naming(model.items, "CFA", model.names):
        S = covariance(x, ddof=0)
    refusals, several = Refusals(model.items, model.names), len(model.names) > 2
    after = (*(["most_alike_merged"] if several else []), "second_order", "bifactor")
    own = refusals.attempt("cfa", lambda: fit_cfa(S, n, pattern), also=after)
    rivals: dict[str, Callable[[], Fitted]] = {}
    pair: tuple[int, ...] = _most_alike(own) if own and several else ()
    if pair:
        rivals["most_alike_merged"] = lambda: fit_cfa(S, n, _merged(pattern, *pair))
    rivals["one_factor"] = lambda: fit_cfa(S, n, np.ones((len(S), 1), dtype=bool))
    if own:
        rivals["second_order"] = partial(fit_second_order, own, n)
        rivals["bifactor"] = partial(fit_bifactor, own, n)
    found: dict[str, Fitted] = {} if own is None else {"correlated_factors": own}
    for name, fit in rivals.items():
        fitted = refusals.attempt(name, fit)
        if fitted is not None:
            found[name] = fitted
    card: Card = {
        "method": "maximum_likelihood_rival_models",
        "divisor": "n",
        **NORMAL,
        **({"merged": join_names(model.names[j] for j in pair)} if "most_alike_merged" in found else {}),
        **single_items(model),
        **respondents(n),
        **refusals.card(),
    }
    tables = {
        "measurement_models": pd.DataFrame([_line(name, fit, own) for name, fit in found.items()]),
        "general_factor": _general(model, found.get("second_order"), found.get("bifactor")),
    }
    return StageResult(tables, dict.fromkeys(tables, card))


def _most_alike(own: CfaFit) -> tuple[int, int]:
    """The two most correlated factors."""
    first, second = np.triu_indices(own.pattern.shape[1], 1)
    at = np.abs(own.factor_corr[first, second]).argmax()
    return int(first[at]), int(second[at])


def _merged(pattern: BoolArray, first: int, second: int) -> BoolArray:
    """A pattern with two factors, the first before the second, made one."""
    merged = np.delete(pattern, second, axis=1)
    merged[:, first] |= pattern[:, second]
    return merged


def _line(name: str, fit: Fitted, own: CfaFit | None) -> dict[str, str | float]:
    """Fit of a model, and what its restrictions cost beside correlated factors."""
    cost = cost_of(fit, own) if own is not None and name in NESTED else {}
    return {"measurement_model": name, **indices_of(fit), **cost}


def _general(model: Model, second: Fitted | None, bifactor: Fitted | None) -> pd.DataFrame:
    """What constructs share: their loadings on a second-order factor; omegas and shares of the bifactor."""
    frame = pd.DataFrame({"subject": [*model.names, "all"]})
    if isinstance(second, SecondOrder):
        frame["second_order_loading"] = [*second.loadings, np.nan]
    if isinstance(bifactor, Bifactor):
        frame["omega_total"] = [*bifactor.scale_omega, bifactor.omega_total]
        frame["omega_hierarchical"] = [*bifactor.scale_omega_hierarchical, bifactor.omega_hierarchical]
        frame["ecv"] = [*([np.nan] * len(model.names)), bifactor.ecv]
        frame["puc"] = [*([np.nan] * len(model.names)), bifactor.puc]
    return frame if len(frame.columns) > 1 else pd.DataFrame()
