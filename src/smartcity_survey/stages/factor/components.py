"""Factors: principal components, varimax with Kaiser normalisation, and which items stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.errors import NoSolution
from smartcity_survey.io import WHOLE, Card, StageResult
from smartcity_survey.stages.cards import gradient_at_end, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Weights
from smartcity_survey.stages.factor.incomplete import by_em, by_weights, item_correlations
from smartcity_survey.stages.factor.retention import (
    RETENTION,
    deletion_log,
    item_limits,
    retention_card,
    retention_frame,
)
from smartcity_survey.stages.naming import naming, square
from smartcity_survey.stages.needs import Asked, ForComponents, ItemAnswers, Options, Seed
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.components import FactorSolution, rotated_solution
from smartcity_survey.stats.factor.empirical_kaiser import empirical_kaiser_reference
from smartcity_survey.stats.factor.item_deletion import Deletion, ItemLimits, delete_items
from smartcity_survey.stats.factor.parallel import (
    ParallelAnalysis,
    components_above,
    parallel_analysis,
)
from smartcity_survey.stats.factor.partial_correlations import (
    MinimumAveragePartial,
    minimum_average_partial,
)
from smartcity_survey.stats.factor.reproduced_correlations import LARGE_RESIDUAL, Reproduced, reproduced
from smartcity_survey.stats.factor.rotation import N_STARTS, SEED, TOLERANCE
from smartcity_survey.study.config import FactorsSection
from smartcity_survey.study.model import Model

TABLES = (
    *("eigenvalues", "component_count", "minimum_average_partial", "variance_explained", "communalities"),
    *("component_matrix", "rotated_loadings", "score_coefficients", "component_transformation"),
    *("reproduced_correlations", "residual_correlations", "residual_summary"),
    *("item_retention", "item_deletion_log"),
)


SOLUTION = (
    *("n_components", "suppress_below", "promax_kappa", "oblimin_delta", "parallel"),
    *("minimum_msa", "minimum_communality", "minimum_loading", "maximum_cross_loading"),
)
"""Keys of the section that components and common factors depend on; the others ask for further tables."""
FactorOptions = Annotated[FactorsSection, Options(FactorsSection, SOLUTION)]


def n_components(section: FactorsSection) -> int | None:
    """The number of components asked for; None counts eigenvalues above 1."""
    return None if section.n_components == "eigenvalue" else section.n_components


@stage(*TABLES, essential=True)
def estimate_factors(
    answers: ItemAnswers,
    model: Asked,
    section: FactorOptions,
    seed: Seed,
    everybody: ForComponents = None,
    design: Weights = None,
) -> StageResult:
    """Components of the item correlations, rotated; how many there are by each rule; item retention.

    everybody : answers with gaps, where correlations are to be estimated from all of them. design : weights;
        parallel analysis then draws as many rows as respondents are worth (Kish).
    """
    names = list(answers.columns)
    try:
        with naming(names, "factors"):
            matrix, n = item_correlations(answers, everybody, design)
            result = factor_tables(matrix, n, names, model, section, seed)
    except NoSolution as error:
        return without_components(names, model, section, len(answers), error)
    return by_em(by_weights(result, len(answers), design), len(answers), everybody)


def factor_tables(
    matrix: Array, n: int, names: list[str], model: Model, section: FactorsSection, seed: int
) -> StageResult:
    """All tables, from correlations (p, p) of n respondents."""
    own = {name: Refusals(names) for name in TABLES}
    limits, p = item_limits(section), len(names)
    with naming(names, "factors"):
        solution = rotated_solution(matrix, n_components(section))
    random = own["eigenvalues"].attempt(
        "parallel_analysis",
        lambda: parallel_analysis(
            n, p, draws=section.parallel.draws, quantile=section.parallel.quantile, seed=seed
        ),
    )
    partial = own["minimum_average_partial"].attempt(WHOLE, lambda: minimum_average_partial(matrix))
    if limits == ItemLimits():
        deletions: tuple[Deletion, ...] = ()
    else:
        with naming(names, "factors"):
            deletions = delete_items(matrix, limits, n_components(section))
    implied = reproduced(matrix, solution.unrotated_loadings)
    k = solution.loadings.shape[1]
    components = [f"component_{number}" for number in range(1, k + 1)]
    by_component = {
        "component_matrix": solution.unrotated_loadings,
        "rotated_loadings": solution.loadings,
        "score_coefficients": solution.score_coefficients,
    }
    tables = {
        "eigenvalues": _eigenvalues(solution, random),
        "component_count": _component_count(solution, n, random, partial),
        "minimum_average_partial": pd.DataFrame() if partial is None else _partials(partial),
        "variance_explained": _variance_explained(solution, p),
        "communalities": pd.DataFrame({"item": names, "initial": 1.0, "extraction": solution.communalities}),
        **{name: _matrix(values, names, "item", components) for name, values in by_component.items()},
        "component_transformation": _matrix(solution.rotation, components, "component", components),
        "reproduced_correlations": square(implied.correlations, names, "item"),
        "residual_correlations": square(implied.residuals, names, "item"),
        "residual_summary": _residual_summary(implied),
        "item_retention": retention_frame(solution, deletions, names, model),
        "item_deletion_log": deletion_log(matrix, solution, deletions, names, own["item_deletion_log"]),
    }
    cards = _cards(tables, solution, section, n, seed)
    return StageResult(tables, {name: {**card, **own[name].card()} for name, card in cards.items()})


def without_components(
    names: list[str], model: Model, section: FactorsSection, n: int, error: NoSolution
) -> StageResult:
    """Empty tables with the reason; without limits every item stays, whatever its components would be.

    A number of components that no answers could give is a slip in the config, and where there are limits it
    was to depend on the components which items stay: nothing can be said in their place, and the error is
    raised again.
    """
    if (n_components(section) or 0) > len(names) or item_limits(section) != ItemLimits():
        raise error
    refusals = Refusals(names)
    refusals.note(WHOLE, error)
    retention = pd.DataFrame(
        {
            "item": names,
            "construct": [model.construct_of(name) for name in names],
            "retained": True,
            "rule": "",
        }
    )
    tables = {name: pd.DataFrame() for name in TABLES}
    tables["item_retention"] = retention.reindex(columns=RETENTION)
    card: Card = {**retention_card(section, n), **refusals.card()}
    return StageResult(tables=tables, cards=dict.fromkeys(tables, card))


def _eigenvalues(solution: FactorSolution, random: ParallelAnalysis | None) -> pd.DataFrame:
    p = solution.eigenvalues.size
    percent = 100 * solution.eigenvalues / p
    return pd.DataFrame(
        {
            "component": np.arange(1, p + 1),
            "eigenvalue": solution.eigenvalues,
            "percent_variance": percent,
            "cumulative_percent": np.cumsum(percent),
            "parallel_mean": np.nan if random is None else random.mean,
            "parallel_quantile": np.nan if random is None else random.quantile,
        }
    )


def _component_count(
    solution: FactorSolution, n: int, random: ParallelAnalysis | None, partial: MinimumAveragePartial | None
) -> pd.DataFrame:
    """How many components each rule would keep, as far as it could be applied, and how many were kept."""
    eigenvalues = solution.eigenvalues
    counts = {
        "eigenvalue_above_1": int((eigenvalues > 1).sum()),
        "empirical_kaiser": components_above(eigenvalues, empirical_kaiser_reference(eigenvalues, n)),
    }
    if random is not None:
        counts["parallel_mean"] = components_above(eigenvalues, random.mean)
        counts["parallel_quantile"] = components_above(eigenvalues, random.quantile)
    if partial is not None:
        counts["minimum_average_partial"] = partial.n_components
        counts["minimum_average_partial_fourth"] = partial.n_components_fourth
    counts["kept"] = solution.loadings.shape[1]
    return pd.DataFrame(list(counts.items()), columns=["rule", "n_components"])


def _partials(partial: MinimumAveragePartial) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "n_components": np.arange(partial.average_square.size),
            "average_square": partial.average_square,
            "average_fourth": partial.average_fourth,
        }
    )


def _matrix(values: Array, names: list[str], key: str, columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(values, columns=columns)
    frame.insert(0, key, [name.removeprefix("component_") for name in names])
    return frame


def _variance_explained(solution: FactorSolution, p: int) -> pd.DataFrame:
    k = solution.loadings.shape[1]
    extracted = solution.eigenvalues[:k]
    columns: dict[str, Array] = {"component": np.arange(1.0, p + 1)}
    for solved, values in (
        ("initial", solution.eigenvalues),
        ("extracted", extracted),
        ("rotated", solution.explained_variance),
    ):
        padded = np.full(p, np.nan)
        padded[: values.size] = values
        columns[f"{solved}_eigenvalue"] = padded
        columns[f"{solved}_percent"] = 100 * padded / p
        columns[f"{solved}_cumulative_percent"] = 100 * np.cumsum(padded) / p
    return pd.DataFrame(columns).astype({"component": int})


def _residual_summary(implied: Reproduced) -> pd.DataFrame:
    statistics = {
        "n_pairs": implied.n_pairs,
        "n_large_residuals": implied.n_large,
        "percent_large_residuals": 100 * implied.share_large,
        "root_mean_square_residual": implied.root_mean_square,
    }
    return pd.DataFrame(list(statistics.items()), columns=["statistic", "value"])


def _cards(
    tables: Mapping[str, pd.DataFrame], solution: FactorSolution, section: FactorsSection, n: int, seed: int
) -> dict[str, Card]:
    rule = "eigenvalue_above_1" if section.n_components == "eigenvalue" else "fixed_number"
    extraction: Card = {
        "method": "principal_components",
        "components": rule,
        "n_components": solution.loadings.shape[1],
        "signs": "positive_loading_sums",
        "divisor": "n_minus_1",
        **respondents(n),
    }
    rotation: Card = {
        **extraction,
        "rotation": "varimax_kaiser",
        "starts": N_STARTS,
        "seed": SEED,
        "tolerance": TOLERANCE,
        "gradient": gradient_at_end(solution.gradient_norm, TOLERANCE),
        # One component has no rotation, hence no curvature.
        **({"curvature": float(solution.curvature)} if np.isfinite(solution.curvature) else {}),
        "iterations": int(solution.n_iterations),
    }
    residuals: Card = {**extraction, "large_residual": LARGE_RESIDUAL}
    parallel: Card = {
        "method": "parallel_analysis_normal_data",
        "draws": section.parallel.draws,
        "quantile": section.parallel.quantile,
        "seed": seed,
        **respondents(n),
    }
    retention = retention_card(section, n)
    own: dict[str, Card] = {
        "eigenvalues": parallel,
        "component_count": parallel,
        "minimum_average_partial": {"method": "average_squared_partial_correlations", **respondents(n)},
        "component_matrix": extraction,
        "reproduced_correlations": residuals,
        "residual_correlations": residuals,
        "residual_summary": residuals,
        "item_retention": retention,
        "item_deletion_log": retention,
    }
    return {name: own.get(name, rotation) for name in tables}
