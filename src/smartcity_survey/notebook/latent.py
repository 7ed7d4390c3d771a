"""Models of latent factors: the confirmatory model, and the paths among its factors, as in lavaan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from smartcity_survey.errors import SurveyError, counts
from smartcity_survey.notebook.answers import numbers, require_frame
from smartcity_survey.notebook.model import Model, study_model
from smartcity_survey.notebook.options import options
from smartcity_survey.notebook.told import attempt, told
from smartcity_survey.notebook.view import View, by_path, square, statistics
from smartcity_survey.stages.sem.cfa import loadings_frame
from smartcity_survey.stages.sem.misfit import modification_frame
from smartcity_survey.stages.sem.sem import path_frame, quality_frame
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sem.cfa import CfaFit
from smartcity_survey.stats.sem.cfa import fit_cfa as core_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.stats.sem.cfa_robust import ScaledTest, satorra_bentler
from smartcity_survey.stats.sem.sem import SemFit
from smartcity_survey.stats.sem.sem import fit_sem as core_sem
from smartcity_survey.study import model as study
from smartcity_survey.study.arguments import kind_of
from smartcity_survey.study.config import RegressionSection

KINDS = {"cross_loading": "cross-loading", "residual_covariance": "residual covariance"}
"""What modification indices would free, in words."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class CfaView(View):
    """A confirmatory factor model: a factor for each construct, all correlated.

    Attributes
    ----------
    fit : `value` of each index of `stats.sem.cfa_fit.CfaIndices`, and of Satorra and Bentler's scaled test
        (satorra_bentler_...).
    loadings : a row for each item: construct; loading (its unit is the first item's), std_error, z, p;
        std_loading with its interval; r2; uniqueness; heywood.
    factor_correlations : (c, c).
    modification_indices : what is fixed at zero, the most telling first: item, kind, other;
        modification_index (about the fall of chi-square), p, change, std_change.
    residual_correlations : (p, p), sample less model.
    record : `stats.sem.cfa.CfaFit`.
    """

    title: ClassVar[str] = "Confirmatory factor analysis"
    shown: ClassVar[tuple[str, ...]] = ("fit", "loadings", "factor_correlations")
    fit: pd.DataFrame
    loadings: pd.DataFrame
    factor_correlations: pd.DataFrame
    modification_indices: pd.DataFrame
    residual_correlations: pd.DataFrame
    record: CfaFit


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class SemView(View):
    """Paths among the factors of a measurement model.

    Attributes
    ----------
    paths : a row for each path: source, target; estimate for factors of variance 1, its std_error, ci_low and
        ci_high; b and b_std_error in units of the factors' first items; z and p test b, as lavaan does.
    quality : a row for each explained construct: r2, r2_std_error.
    fit : as of `CfaView`; restrictions_...: what the paths left out cost against the model of all.
    factor_correlations : (c, c), which the paths imply.
    record : `stats.sem.sem.SemFit`.
    """

    title: ClassVar[str] = "Structural equation model"
    shown: ClassVar[tuple[str, ...]] = ("paths", "quality", "fit")
    paths: pd.DataFrame
    quality: pd.DataFrame
    fit: pd.DataFrame
    factor_correlations: pd.DataFrame
    record: SemFit


def fit_cfa(answers: pd.DataFrame, model: Model, *, confidence_level: float = 0.95) -> CfaView:
    """Fit the measurement part of a model by maximum likelihood to covariances (p, p; divisor n).

    The first item of each construct gives it its unit. Source: `stats.sem.cfa`, by lavaan's conventions.

    Raises
    ------
    SurveyError
        for answers that are missing or no numbers, constructs that their items form, too few items to tell a
        factor, items that determine one another, and no convergence.
    """
    x, declared, level = _inputs(answers, model, confidence_level, "fit_cfa")
    with told("fit_cfa", declared.items, declared.names):
        found = core_cfa(covariance(x, ddof=0), len(x), declared.membership())
        indices = asdict(fit_indices(found))
    notes = _notes(declared, len(x), found.admissible, found)
    robust = attempt(
        notes, "Satorra-Bentler", declared.items, declared.names, lambda: satorra_bentler(found, x)
    )
    changes = attempt(
        notes,
        "modification indices",
        declared.items,
        declared.names,
        lambda: _modification_indices(found, declared),
    )
    return CfaView(
        notes=tuple(notes),
        fit=statistics(_with_robust(indices, robust)),
        loadings=loadings_frame(found, declared, level).set_index("item"),
        factor_correlations=square(found.factor_corr, declared.names, "construct"),
        modification_indices=pd.DataFrame() if changes is None else changes,
        residual_correlations=square(found.residual_correlations, declared.items, "item"),
        record=found,
    )


def fit_sem(answers: pd.DataFrame, model: Model, *, confidence_level: float = 0.95) -> SemView:
    """Fit a model's paths among latent factors by maximum likelihood to covariances (p, p; divisor n).

    Source: `stats.sem.sem`; Bollen (1989), Structural Equations with Latent Variables, ch. 8.

    Raises
    ------
    SurveyError
        as `fit_cfa`, and for a model without paths.
    """
    require_paths(model, "fit_sem")
    x, declared, level = _inputs(answers, model, confidence_level, "fit_sem")
    with told("fit_sem", declared.items, declared.names):
        found = core_sem(
            covariance(x, ddof=0), len(x), declared.membership(), declared.path_matrix(), level=level
        )
        indices = asdict(fit_indices(found))
    notes = _notes(declared, len(x), found.admissible, found.measurement)
    robust = attempt(
        notes, "Satorra-Bentler", declared.items, declared.names, lambda: satorra_bentler(found, x)
    )
    fit = _with_robust(indices, robust)
    if (cost := found.restrictions) is not None:
        fit |= {"restrictions_chi2": cost.statistic, "restrictions_df": cost.df, "restrictions_p": cost.p}
    return SemView(
        notes=tuple(notes),
        paths=by_path(path_frame(found, declared)).drop(columns="admissible"),
        quality=quality_frame(found, declared).set_index("construct"),
        fit=statistics(fit),
        factor_correlations=square(found.factor_corr, declared.names, "construct"),
        record=found,
    )


def require_model(model: object, place: str) -> None:
    """Refuse, with a SurveyError, what is no model."""
    if not isinstance(model, Model):
        raise SurveyError(
            f"{place}, model",
            f"{kind_of(model)} was given for the model.",
            "Give the answers first, then the model that ss.Model(...) made.",
        )


def require_paths(model: Model, place: str) -> None:
    """Refuse, with a SurveyError, what is no model, or one that has a measurement part only."""
    require_model(model, place)
    if not model.paths:
        raise SurveyError(
            place, "the model has no paths.", "Give `paths` to ss.Model, such as 'source -> target'."
        )


def require_factors(model: Model, place: str) -> None:
    """Refuse, with a SurveyError, what is no model, and to take for a factor what its items form."""
    require_model(model, place)
    if model.composites:
        raise SurveyError(
            f"{place}, {', '.join(model.composites)}",
            "the items form it, and no factor stands behind them.",
            "Use fit_pls, or list its items without `formative` or `sum_score` where they reflect it.",
        )


def _inputs(
    answers: pd.DataFrame, model: Model, level: float, place: str
) -> tuple[Array, study.Model, float]:
    section = options(RegressionSection, place, confidence_level=level)
    require_frame(answers, "answers")
    require_factors(model, place)
    return numbers(answers, model)[0], study_model(model), section.confidence_level


def _notes(declared: study.Model, n: int, admissible: bool, found: CfaFit) -> list[str]:
    notes = [
        f"{counts(respondent=n, item=len(declared.items), construct=len(declared.names))}. "
        "Maximum likelihood; the first item of each construct has loading 1."
    ]
    if declared.single:
        notes.append(f"Without error, having a single item: {', '.join(declared.single)}.")
    if not admissible:
        beyond = np.argwhere(np.triu(np.abs(found.factor_corr) >= 1, 1))
        at_fault = [declared.items[item] for item in found.heywood]
        at_fault += [f"{declared.names[i]} with {declared.names[j]}" for i, j in beyond]
        notes.append(f"Inadmissible: it describes no population ({', '.join(at_fault) or 'all constructs'}).")
    return notes


def _with_robust(indices: Mapping[str, float], robust: ScaledTest | None) -> dict[str, float]:
    scaled = {} if robust is None else asdict(robust)
    return {**indices, **{f"satorra_bentler_{name}": value for name, value in scaled.items()}}


def _modification_indices(found: CfaFit, declared: study.Model) -> pd.DataFrame:
    changes = modification_frame(found, declared).set_index("item")
    return changes.assign(kind=changes["kind"].map(KINDS))
