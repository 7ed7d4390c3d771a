"""Dimensions of the items: principal components with varimax, and common factors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from smartcity_survey.errors import SurveyError, counts
from smartcity_survey.notebook.answers import Items, numbers
from smartcity_survey.notebook.told import told
from smartcity_survey.notebook.view import View, named, square, statistics
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.components import (
    FactorSolution,
    rotated_solution,
)
from smartcity_survey.stats.factor.components import (
    principal_components as core_components,
)
from smartcity_survey.stats.factor.extraction import (
    CommonFactors,
    goodness_of_fit,
    maximum_likelihood_factors,
    principal_axes,
)
from smartcity_survey.stats.factor.oblique import ObliqueRotation, oblimin, promax
from smartcity_survey.stats.factor.rotation import Rotation, varimax
from smartcity_survey.study.arguments import require_choice

Method = Literal["principal_axes", "maximum_likelihood"]
Turning = Literal["varimax", "oblimin", "promax"]

METHODS = {"principal_axes": principal_axes, "maximum_likelihood": maximum_likelihood_factors}
ROTATIONS: Mapping[str, Callable[[Array], Rotation | ObliqueRotation]] = {
    "varimax": varimax,
    "oblimin": oblimin,
    "promax": promax,
}


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class ComponentsView(View):
    """Principal components with varimax rotation and Kaiser normalisation, as SPSS FACTOR.

    Attributes
    ----------
    variance_explained : a row for each component kept: eigenvalue, rotated_eigenvalue (sum of squared
        rotated loadings).
    rotated_loadings, component_matrix : (p, k), after and before rotation. score_coefficients : (p, k).
    communalities : a row for each item: extraction, the share of its variance that is explained.
    eigenvalues : all p of them. component_transformation : (k, k), the rotation.
    record : `stats.factor.components.FactorSolution`.
    """

    title: ClassVar[str] = "Principal components, varimax"
    shown: ClassVar[tuple[str, ...]] = ("variance_explained", "rotated_loadings", "communalities")
    variance_explained: pd.DataFrame
    rotated_loadings: pd.DataFrame
    communalities: pd.DataFrame
    component_matrix: pd.DataFrame
    score_coefficients: pd.DataFrame
    eigenvalues: pd.DataFrame
    component_transformation: pd.DataFrame
    record: FactorSolution


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class FactorsView(View):
    """Common factors, rotated.

    Attributes
    ----------
    pattern_matrix : (p, k), regression weights of items on factors (loadings, where factors do not
        correlate). structure_matrix : (p, k), correlations of items with factors.
    factor_correlations : (k, k). factor_matrix : (p, k), before rotation.
    communalities : a row for each item: initial (squared multiple correlation), communality.
    fit : chi2, df, p of maximum likelihood; empty for principal axes.
    record, rotation : of the numeric core, before and after rotation.
    """

    title: ClassVar[str] = "Common factors"
    shown: ClassVar[tuple[str, ...]] = ("pattern_matrix", "factor_correlations", "communalities", "fit")
    pattern_matrix: pd.DataFrame
    factor_correlations: pd.DataFrame
    communalities: pd.DataFrame
    fit: pd.DataFrame
    structure_matrix: pd.DataFrame
    factor_matrix: pd.DataFrame
    record: CommonFactors
    rotation: ObliqueRotation | Rotation


def principal_components(
    answers: pd.DataFrame, items: Items | None = None, n_components: int | None = None
) -> ComponentsView:
    """Principal components of the items' correlations (p, p), rotated by varimax.

    Parameters
    ----------
    items : all columns where none are named. n_components : None keeps eigenvalues above 1 (Kaiser 1960).

    Source: `stats.factor.components.rotated_solution`, by the conventions of SPSS FACTOR.

    Raises
    ------
    SurveyError
        for answers that are missing or no numbers, constant items, items that determine one another, and a
        number of components that these items do not have.
    """
    x, names = numbers(answers, items)
    _require_count(n_components, "principal_components, n_components")
    with told("principal_components", names, number="n_components"):
        found = rotated_solution(correlation(x), n_components)
    k = found.loadings.shape[1]
    rule = "eigenvalue above 1" if n_components is None else "as asked"
    return ComponentsView(
        notes=(f"{counts(respondent=len(x), item=len(names), component=k)} ({rule}).",),
        variance_explained=named(
            _numbered("component", k),
            "component",
            {"eigenvalue": found.eigenvalues[:k], "rotated_eigenvalue": found.explained_variance},
        ),
        rotated_loadings=_by_item(found.loadings, names, "component"),
        communalities=named(names, "item", {"extraction": found.communalities}),
        component_matrix=_by_item(found.unrotated_loadings, names, "component"),
        score_coefficients=_by_item(found.score_coefficients, names, "component"),
        eigenvalues=named(_numbered("component", len(names)), "component", {"eigenvalue": found.eigenvalues}),
        component_transformation=square(found.rotation, _numbered("component", k), "component"),
        record=found,
    )


def common_factors(
    answers: pd.DataFrame,
    items: Items | None = None,
    n_factors: int | None = None,
    *,
    method: Method = "principal_axes",
    rotation: Turning = "varimax",
) -> FactorsView:
    """Common factors of the items' correlations (p, p).

    Parameters
    ----------
    items : all columns where none are named. n_factors : None for as many as eigenvalues above 1.
    method : `principal_axes` or `maximum_likelihood`. rotation : `varimax`, `oblimin` (delta 0), `promax`
        (kappa 4).

    Sources: `stats.factor.extraction`, `stats.factor.rotation` and `stats.factor.oblique`.

    Raises
    ------
    SurveyError
        as `principal_components`; and where so many factors cannot be told, or no minimum was found.
    """
    x, names = numbers(answers, items)
    _require_count(n_factors, "common_factors, n_factors")
    require_choice(method, "common_factors, method", tuple(METHODS))
    require_choice(rotation, "common_factors, rotation", tuple(ROTATIONS))
    with told("common_factors", names, number="n_factors", of="factor"):
        matrix = correlation(x)
        k = core_components(matrix).n_components if n_factors is None else n_factors
        factors = METHODS[method](matrix, k)
        turned = ROTATIONS[rotation](factors.loadings)
        fit = goodness_of_fit(factors, len(x)) if method == "maximum_likelihood" else None
    rule = "eigenvalue above 1" if n_factors is None else "as asked"
    notes = [
        f"{counts(respondent=len(x), item=len(names), factor=k)} ({rule}): "
        f"{method.replace('_', ' ')}, {rotation}."
    ]
    if factors.heywood.size:
        at_fault = ", ".join(names[item] for item in factors.heywood)
        notes.append(f"Heywood case: the factors would explain all of {at_fault}; do not rely on them.")
    if isinstance(turned, ObliqueRotation):
        pattern, structure, correlations = turned.pattern, turned.structure, turned.factor_correlations
    else:
        # Factors that do not correlate have loadings of one kind.
        pattern, structure, correlations = turned.loadings, turned.loadings, np.eye(k)
    return FactorsView(
        notes=tuple(notes),
        pattern_matrix=_by_item(pattern, names, "factor"),
        factor_correlations=square(correlations, _numbered("factor", k), "factor"),
        communalities=named(
            names, "item", {"initial": factors.initial_communalities, "communality": factors.communalities}
        ),
        fit=statistics({} if fit is None else {"chi2": fit.statistic, "df": fit.df, "p": fit.p}),
        structure_matrix=_by_item(structure, names, "factor"),
        factor_matrix=_by_item(factors.loadings, names, "factor"),
        record=factors,
        rotation=turned,
    )


def _numbered(kind: str, k: int) -> list[str]:
    return [f"{kind}_{number}" for number in range(1, k + 1)]


def _by_item(values: Array, names: tuple[str, ...], kind: str) -> pd.DataFrame:
    columns = dict(zip(_numbered(kind, values.shape[1]), values.T, strict=True))
    return named(names, "item", columns)


def _require_count(count: object, place: str) -> None:
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
        raise SurveyError(place, f"{count!r} is no whole number from 1.", "Give 1, 2, ... or None.")
