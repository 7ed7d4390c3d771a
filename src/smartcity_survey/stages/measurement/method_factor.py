"""Method factor: what is left of loadings and correlations once a factor of the method takes its part?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.errors import NoSolution, Problem
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import NORMAL, respondents, single_items
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.measurement.common_method import marker_items
from smartcity_survey.stages.needs import Complete, Measured, Option, Options
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stages.residual_pairs import frees_no_pairs
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.significance import ChiSquareTest, chi_square_test
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement.method_factor import (
    MarkerModels,
    MethodFactor,
    fit_marker_models,
    fit_method_factor,
)
from smartcity_survey.stats.sem.cfa import CfaFit, fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CommonMethodSection, Config
from smartcity_survey.study.model import Model

TABLES = ("method_models", "method_loadings", "method_correlations")
INDICES = ("chi2", "df", "p", "cfi", "rmsea", "srmr")
LATENT = {"latent_equal": True, "latent_free": False}
"""Models with a latent method factor -> whether all items load on it alike."""


def asks_for_method(config: Config) -> bool:
    """Whether a study wants factors of the method of asking."""
    return config.common_method.latent_factor


@stage(*TABLES, asked_by=asks_for_method)
@frees_no_pairs
def take_method_out(
    answers: Complete,
    model: Measured,
    codebook: Codebook,
    section: Annotated[CommonMethodSection, Options(CommonMethodSection, ("marker",))],
    alpha: Annotated[float, Option("model.alpha")],
) -> StageResult:
    """A latent factor of the method behind all items, and the CFA marker where several items mark it.

    Where CFA has no solution there is no latent factor either; the marker's models need none of it.
    """
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    marks = [] if section.marker is None else list(marker_items(section.marker, model, codebook))
    refusals = Refusals(model.items, model.names)
    found: dict[str, MethodFactor] = {}
    own = refusals.attempt(
        "cfa", lambda: fit_cfa(covariance(x, ddof=0), len(x), model.membership()), also=list(LATENT)
    )
    if own is not None:
        latent = {name: partial(fit_method_factor, own, equal=equal) for name, equal in LATENT.items()}
        fits = {name: refusals.attempt(name, fit) for name, fit in latent.items()}
        found = {name: fit for name, fit in fits.items() if fit is not None}
    marked = None
    if marks:
        both = np.column_stack((x, answers[marks].to_numpy(dtype=np.float64)))
        marked = refusals.attempt(
            "marker_models",
            partial(_marker_models, both, marks, model, alpha),
            items=[*model.items, *marks],
        )
    card: Card = {
        "method": "method_factors",
        "marker": section.marker or "none",
        "divisor": "n",
        **NORMAL,
        **single_items(model),
        **respondents(len(x)),
        **refusals.card(),
    }
    shown = {name: fit for name, fit in found.items() if fit.admissible}
    if marked is not None and marked.cfa.admissible and marked.better(alpha).admissible:
        shown["marker"] = marked.better(alpha)
    lines = [] if own is None else [_line("correlated_factors", own), *_latent_lines(own, found)]
    lines += [] if marked is None else _marker_lines(marked, alpha)
    tables = {name: pd.DataFrame() for name in TABLES}
    if lines:
        tables["method_models"] = pd.DataFrame(lines)
    if own is not None or shown:
        tables["method_loadings"] = _loadings(model, own, shown)
        tables["method_correlations"] = _correlations(model, own, shown)
    return StageResult(tables, dict.fromkeys(tables, card))


def require_marker_items(marks: Sequence[str]) -> None:
    """Refuse, with a NoSolution, markers that are no factor, as they are a single item."""
    if len(marks) == 1:
        problem = Problem(
            "config.yaml, common_method.marker",
            f"{marks[0]} is a single item, whose error nothing tells: there is no CFA marker.",
            "Name a construct of two items or more.",
        )
        raise NoSolution("single_marker", marks, [problem])


def _marker_models(both: Array, marks: Sequence[str], model: Model, alpha: float) -> MarkerModels:
    require_marker_items(marks)
    return fit_marker_models(covariance(both, ddof=0), len(both), model.membership(), alpha=alpha)


def _line(
    name: str, fit: CfaFit | MethodFactor, beside: str = "", test: ChiSquareTest | None = None
) -> dict[str, object]:
    """Fit of a model, and its test against another."""
    indices = fit_indices(fit)
    line: dict[str, object] = {
        "method_model": name,
        "status": "converged" if fit.admissible else "heywood",
        **{key: getattr(indices, key) for key in INDICES},
    }
    if (
        isinstance(fit, MethodFactor)
        and fit.admissible
        and name not in ("marker_baseline", "marker_restricted")
    ):
        line["method_variance"] = 100 * fit.method_variance
    if test is not None:
        line |= {
            "compared_with": beside,
            "chi2_change": test.statistic,
            "df_change": test.df,
            "p_change": test.p,
        }
    return line


def _latent_lines(own: CfaFit, found: Mapping[str, MethodFactor]) -> list[dict[str, object]]:
    return [
        _line(
            name,
            fit,
            "correlated_factors",
            chi_square_test(max(own.chi2 - fit.ml.chi2, 0.0), own.df - fit.ml.df),
        )
        for name, fit in found.items()
    ]


def _marker_lines(found: MarkerModels, alpha: float) -> list[dict[str, object]]:
    unconstrained = found.unconstrained
    better = "marker_constrained" if found.better(alpha) is found.constrained else "marker_unconstrained"
    lines = [
        _line("marker_cfa", found.cfa),
        _line("marker_baseline", found.baseline),
        _line("marker_constrained", found.constrained, "marker_baseline", found.of_constrained),
        *(
            []
            if unconstrained is None
            else [_line("marker_unconstrained", unconstrained, "marker_constrained", found.of_unconstrained)]
        ),
        _line("marker_restricted", found.restricted, better, found.of_restricted),
    ]
    if not found.cfa.admissible:  # the others hold what it found
        lines = [line | {"status": "heywood"} for line in lines]
    return lines


def _loadings(model: Model, own: CfaFit | None, found: Mapping[str, MethodFactor]) -> pd.DataFrame:
    """Standardised loadings without a method, with each that is admissible, and on it."""
    frame = pd.DataFrame(
        {
            "item": model.items,
            "construct": [model.construct_of(item) for item in model.items],
            "std_loading": np.nan if own is None else own.std_loadings.sum(axis=1),
        }
    )
    for name, fit in found.items():
        frame[f"with_{name}"] = fit.std_loadings
        frame[f"on_{name}"] = fit.method_loadings
    return frame


def _correlations(model: Model, own: CfaFit | None, found: Mapping[str, MethodFactor]) -> pd.DataFrame:
    """Correlations of the constructs without a method and with each that is admissible."""
    first, second = np.triu_indices(len(model.names), 1)

    def pairs(correlations: Array) -> Array:
        return np.asarray(correlations[first, second])

    return pd.DataFrame(
        {
            "construct_1": [model.names[j] for j in first],
            "construct_2": [model.names[j] for j in second],
            "correlation": np.nan if own is None else pairs(own.factor_corr),
            **{f"with_{name}": pairs(fit.factor_corr) for name, fit in found.items()},
        }
    )
