"""Common factors: the same items by other extractions and rotations, and whether the choice matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.errors import NoSolution
from smartcity_survey.io import WHOLE, Card, StageResult
from smartcity_survey.stages.cards import corrections, gradient_at_end, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Weights
from smartcity_survey.stages.factor.components import FactorOptions, n_components
from smartcity_survey.stages.factor.incomplete import by_weights, item_correlations
from smartcity_survey.stages.naming import naming, square
from smartcity_survey.stages.needs import Continuity, ItemAnswers
from smartcity_survey.stages.refusals import Refusals, by_status, reason, takes_no_weights
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.factor.components import principal_components, rotated_solution
from smartcity_survey.stats.factor.extraction import (
    CommonFactors,
    goodness_of_fit,
    maximum_likelihood_factors,
    principal_axes,
)
from smartcity_survey.stats.factor.oblique import ObliqueRotation, oblimin, promax
from smartcity_survey.stats.factor.reproduced_correlations import reproduced
from smartcity_survey.stats.factor.rotation import TOLERANCE, Rotation, varimax
from smartcity_survey.stats.factor.target_rotation import tucker_congruence
from smartcity_survey.stats.items.polychoric_correlations import NO_CONTINUITY, corrected_pairs, polychoric
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.study.config import FactorsSection

COMPONENTS, POLYCHORIC = "components", "polychoric_components"
AXES, LIKELIHOOD = "principal_axes", "maximum_likelihood"
VARIMAX = "varimax"
DONE = "converged"
HEYWOOD = "heywood"
TABLES = (
    *("factor_solutions", "factor_communalities", "factor_matrix", "pattern_matrix", "structure_matrix"),
    *("factor_correlations", "polychoric_correlations"),
)


@dataclass(frozen=True, slots=True)
class _Extraction:
    """Unrotated loadings (p, k) of correlations (p, p); `factors` where there is a factor model."""

    matrix: Array
    loadings: Array
    factors: CommonFactors | None


@stage(*TABLES, unweighted=("polychoric_correlations",))
def compare_solutions(
    answers: ItemAnswers,
    section: FactorOptions,
    continuity: Continuity = NO_CONTINUITY,
    design: Weights = None,
) -> StageResult:
    """Components and common factors of the items, each rotated three ways, beside the main solution.

    The extractions are principal components, principal axes, maximum likelihood, and principal components of
    polychoric correlations; the rotations varimax, direct oblimin and promax. A solution that the answers do
    not admit is listed with the reason; the main solution stands in any case.

    continuity : as `pls.continuity`. design : weights, which polychoric correlations do not take; the
        likelihood's chi-square then counts the effective number of respondents.
    """
    x, names = answers.to_numpy(dtype=np.float64), list(answers.columns)
    with naming(names, "common factors"):
        matrix, n = item_correlations(answers, None, design)
        main = rotated_solution(matrix, n_components(section)).loadings
    k = main.shape[1]
    codes = np.rint(x).astype(np.int64)
    extractions: dict[str, Callable[[], _Extraction]] = {
        COMPONENTS: lambda: _of_components(matrix, k),
        AXES: lambda: _of_factors(matrix, principal_axes(matrix, k)),
        LIKELIHOOD: lambda: _of_factors(matrix, maximum_likelihood_factors(matrix, k)),
        POLYCHORIC: lambda: _of_ordered(codes, k, continuity, design),
    }
    rotations: dict[str, Callable[[Array, Callable[[], Rotation]], ObliqueRotation]] = {
        VARIMAX: lambda _, turned: _varimax(turned()),
        "oblimin": lambda loadings, _: oblimin(loadings, section.oblimin_delta),
        "promax": lambda loadings, turned: promax(loadings, section.promax_kappa, start=turned()),
    }
    found, unweighted = _Findings(names, main, n), Refusals()
    for extraction, extract in extractions.items():
        try:
            with naming(names, extraction):
                unrotated = extract()
        except NoSolution as error:
            found.refuse(extraction, "", k, error)
            if design is not None and extraction == POLYCHORIC:
                unweighted.note(WHOLE, error)
            continue
        found.extracted(extraction, unrotated)
        # With many factors varimax takes most of the time, and promax starts from it.
        turned = cache(partial(varimax, unrotated.loadings))
        for rotation, rotate in rotations.items():
            try:
                with naming(names, rotation):
                    found.rotated(extraction, rotation, unrotated, rotate(unrotated.loadings, turned))
            except NoSolution as error:
                found.refuse(extraction, rotation, k, error)
    tables = found.tables()
    added = corrections(continuity, corrected_pairs(codes, continuity), names)
    cards = _with_reasons(tables, _cards(tables, section, k, n, {**added, **unweighted.card()}))
    return by_weights(StageResult(tables, cards), len(x), design)


class _Findings:
    """The tables, filled in solution by solution."""

    def __init__(self, names: list[str], main: Array, n: int) -> None:
        self.names, self.main, self.n = names, main, n
        self.columns = [f"factor_{number}" for number in range(1, main.shape[1] + 1)]
        self.solutions: list[dict[str, object]] = []
        by_item = ["extraction", "rotation", "item", *self.columns]
        self.heads = {
            "factor_communalities": ["extraction", "item", "initial", "communality", "heywood"],
            "factor_matrix": ["extraction", "item", *self.columns],
            "pattern_matrix": by_item,
            "structure_matrix": by_item,
            "factor_correlations": ["extraction", "rotation", "factor", *self.columns],
            "polychoric_correlations": ["item", *names],
        }
        self.frames: dict[str, list[pd.DataFrame]] = {name: [] for name in self.heads}

    def refuse(self, extraction: str, rotation: str, k: int, error: NoSolution) -> None:
        told = reason(error)
        self.solutions.append(
            {
                "extraction": extraction,
                "rotation": rotation,
                "n_factors": k,
                "status": told["reason"],
                "at_fault": told["at_fault"],
            }
        )

    def extracted(self, extraction: str, unrotated: _Extraction) -> None:
        factors, p = unrotated.factors, len(self.names)
        if extraction == POLYCHORIC:
            self.frames["polychoric_correlations"].append(square(unrotated.matrix, self.names, "item"))
        self._add("factor_matrix", {"extraction": extraction, "item": self.names}, unrotated.loadings)
        if factors is not None:
            frame = pd.DataFrame(
                {
                    "extraction": extraction,
                    "item": self.names,
                    "initial": factors.initial_communalities,
                    "communality": factors.communalities,
                    "heywood": np.isin(np.arange(p), factors.heywood),
                }
            )
            self.frames["factor_communalities"].append(frame)

    def rotated(
        self, extraction: str, rotation: str, unrotated: _Extraction, turned: ObliqueRotation
    ) -> None:
        residuals = reproduced(unrotated.matrix, unrotated.loadings)
        factors = unrotated.factors
        congruence = np.abs(tucker_congruence(self.main, turned.pattern))
        apart = np.abs(turned.factor_correlations[np.triu_indices(len(self.columns), 1)])
        line: dict[str, object] = {
            "extraction": extraction,
            "rotation": rotation,
            "n_factors": len(self.columns),
            "status": HEYWOOD if factors is not None and factors.heywood.size else DONE,
            "percent_variance": 100 * np.square(unrotated.loadings).sum() / len(self.names),
            "percent_large_residuals": 100 * residuals.share_large,
            "root_mean_square_residual": residuals.root_mean_square,
            "largest_factor_correlation": apart.max() if apart.size else np.nan,
            "smallest_congruence": congruence.max(axis=1).min(),
            "n_items_moved": self._moved(turned.pattern, congruence),
            "gradient": gradient_at_end(turned.gradient_norm, TOLERANCE),
            "iterations": turned.n_iterations,
        }
        if factors is not None and extraction == LIKELIHOOD:
            fit = goodness_of_fit(factors, self.n)
            line |= {"chi2": fit.statistic, "df": fit.df, "p": fit.p}
        self.solutions.append(line)
        solution = {"extraction": extraction, "rotation": rotation}
        by_item = {**solution, "item": self.names}
        self._add("pattern_matrix", by_item, turned.pattern)
        if rotation != VARIMAX:
            by_factor = {**solution, "factor": np.arange(1, len(self.columns) + 1)}
            self._add("structure_matrix", by_item, turned.structure)
            self._add("factor_correlations", by_factor, turned.factor_correlations)

    def tables(self) -> dict[str, pd.DataFrame]:
        order = ["extraction", "rotation", "n_factors", "status", "at_fault", *_MEASURES]
        whole = dict.fromkeys(("n_items_moved", "df", "iterations"), "Int64")
        # A table without lines keeps its head: nothing was estimated, and that is a result.
        return {"factor_solutions": pd.DataFrame(self.solutions).reindex(columns=order).astype(whole)} | {
            name: pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=self.heads[name])
            for name, frames in self.frames.items()
        }

    def _add(self, table: str, keys: Mapping[str, Any], values: Array) -> None:
        columns = dict(zip(self.columns, values.T, strict=True))
        self.frames[table].append(pd.DataFrame({**keys, **columns}))

    def _moved(self, pattern: Array, congruence: Array) -> int:
        """Items whose main factor is not the one most alike their main component."""
        counterpart = congruence.argmax(axis=1)
        own = np.abs(self.main).argmax(axis=1)
        return int((np.abs(pattern).argmax(axis=1) != counterpart[own]).sum())


OF = {"polychoric_correlations": (POLYCHORIC,), "factor_communalities": (AXES, LIKELIHOOD)}
"""Tables of some extractions alone."""
_MEASURES = (
    "percent_variance",
    "percent_large_residuals",
    "root_mean_square_residual",
    "largest_factor_correlation",
    "smallest_congruence",
    "n_items_moved",
    "chi2",
    "df",
    "p",
    "gradient",
    "iterations",
)


def _of_components(matrix: Array, k: int) -> _Extraction:
    return _Extraction(matrix, principal_components(matrix, k).loadings, None)


def _of_ordered(
    codes: IntArray, k: int, continuity: tuple[float, float], design: SurveyDesign | None
) -> _Extraction:
    if design is not None:
        raise takes_no_weights(POLYCHORIC)
    return _of_components(polychoric(codes, continuity=continuity).correlation, k)


def _of_factors(matrix: Array, factors: CommonFactors) -> _Extraction:
    return _Extraction(matrix, factors.loadings, factors)


def _varimax(turned: Rotation) -> ObliqueRotation:
    """Varimax as the oblique rotation whose factors do not correlate."""
    return ObliqueRotation(
        pattern=turned.loadings,
        structure=turned.loadings,
        factor_correlations=np.eye(turned.loadings.shape[1]),
        transformation=turned.rotation,
        gradient_norm=turned.gradient_norm,
        n_iterations=turned.n_iterations,
        start_criteria=turned.start_criteria,
    )


def _with_reasons(tables: dict[str, pd.DataFrame], cards: dict[str, Card]) -> dict[str, Card]:
    """The cards; tables without lines have the reasons of the extractions that they are of."""
    solutions = tables["factor_solutions"]
    for name in tables:
        own = solutions[solutions["extraction"].isin(OF.get(name, solutions["extraction"]))]
        cards |= by_status({name: tables[name]}, {name: cards[name]}, own)
    return cards


def _cards(
    tables: dict[str, pd.DataFrame], section: FactorsSection, k: int, n: int, added: Card
) -> dict[str, Card]:
    card: Card = {
        "method": "four_extractions",
        "components": k,
        "rotation": "three_rotations_kaiser",
        "oblimin_delta": section.oblimin_delta,
        "promax_kappa": section.promax_kappa,
        "tolerance": TOLERANCE,
        "signs": "positive_loading_sums",
        "divisor": "n_minus_1",
        **respondents(n),
    }
    return dict.fromkeys(tables, card) | {
        "polychoric_correlations": {"method": "two_step_polychoric", **added, **respondents(n)}
    }
