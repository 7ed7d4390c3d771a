"""Factor count: how many common factors there are, beside the rules for components."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.io import WHOLE, Card, StageResult
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Weights
from smartcity_survey.stages.factor.incomplete import by_em, by_weights, item_correlations
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import ForComponents, ItemAnswers, Option, Seed
from smartcity_survey.stages.refusals import Refusals, takes_no_weights
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.comparison_data import (
    ALPHA,
    POPULATION,
    ComparisonData,
    count_by_comparison,
)
from smartcity_survey.stats.factor.extraction import maximum_likelihood_factors, principal_axes
from smartcity_survey.stats.factor.graph_communities import walktrap
from smartcity_survey.stats.factor.hull_method import (
    Hull,
    common_part,
    comparative_fit,
    free_parameters,
    hull,
)
from smartcity_survey.stats.factor.sparse_networks import SparseNetwork, sparse_network
from smartcity_survey.study.config import Config

ITEMS_PER_FACTOR = 3
"""A factor of fewer is not told from what two items share."""


def asks_for_graph(config: Config) -> bool:
    """Whether the config asks for exploratory graph analysis."""
    return config.factors.graph_analysis


def asks_for_comparison(config: Config) -> bool:
    """Whether the config asks for comparison data."""
    return config.factors.comparison_draws is not None


@stage(
    *("hull_fit", "factor_count"),
    optional={asks_for_comparison: ("comparison_data",), asks_for_graph: ("graph_communities",)},
    unweighted=("comparison_data",),
)
def count_factors(
    answers: ItemAnswers,
    component_count: pd.DataFrame,
    draws: Annotated[int | None, Option("factors.comparison_draws")],
    seed: Seed,
    everybody: ForComponents = None,
    design: Weights = None,
    graph: Annotated[bool, Option("factors.graph_analysis")] = False,
) -> StageResult:
    """Number of common factors by the Hull method, by comparison data and graph analysis where asked for.

    component_count : parallel analysis of components, and one more, ends the Hull method's search. everybody,
        design : as in `components`; comparison data takes complete answers without weights.
    """
    names = list(answers.columns)
    with naming(names, "factor_count"):
        matrix, n = item_correlations(answers, everybody, design)
    most = _most(component_count, len(names))
    refusals, compared = Refusals(names), Refusals(names)
    fits = _fits(matrix, n, most, refusals)
    parameters = free_parameters(len(names), most)
    hulls = {name: hull(fit, parameters) for name, fit in fits.items()}
    counts = {f"hull_{name}": found.n_factors for name, found in hulls.items()}
    card: Card = {"method": "hull", "largest": most, **respondents(n), **refusals.card()}
    tables = {"hull_fit": _hull_fit(fits, hulls, parameters)}
    cards = {"hull_fit": card, "factor_count": card}
    if graph:
        linked = Refusals(names)
        network = linked.attempt(WHOLE, lambda: sparse_network(matrix, n))
        tables["graph_communities"] = pd.DataFrame() if network is None else _communities(network, names)
        counts["graph_analysis"] = None if network is None else _groups(tables["graph_communities"])
        cards["graph_communities"] = {**_network_card(network), **respondents(n), **linked.card()}
    if draws is not None:
        found = _compared(answers, design, draws, seed, compared)
        counts["comparison_data"] = None if found is None else found.n_factors
        tables["comparison_data"] = pd.DataFrame() if found is None else _comparison(found)
        cards["comparison_data"] = {
            "method": "comparison_data",
            "draws": draws,
            "population": POPULATION,
            "alpha": ALPHA,
            "seed": seed,
            **respondents(len(answers)),
            **compared.card(),
        }
    tables["factor_count"] = pd.DataFrame(
        {"rule": list(counts), "n_factors": pd.array(list(counts.values()), dtype="Int64")}
    )
    own = {name: cards.pop(name) for name in ("comparison_data",) if name in cards}
    if draws is not None and everybody is not None:
        cards["factor_count"] = {**cards["factor_count"], "comparison_data": "complete_rows"}
    result = by_em(by_weights(StageResult(tables, cards), len(answers), design), len(answers), everybody)
    return StageResult(result.tables, {**result.cards, **own})


def _most(component_count: pd.DataFrame, p: int) -> int:
    """The largest number of factors tried: one more than components by parallel analysis, as far as p admit.

    Where no parallel analysis could be made, by the rule of eigenvalues above 1.
    """
    rules = ("parallel_mean", "eigenvalue_above_1")
    counted = component_count.set_index("rule")["n_components"] if len(component_count) else pd.Series()
    most = min(next((int(counted[rule]) for rule in rules if rule in counted), 0) + 1, p - 1)
    while most > 1 and (p - most) ** 2 < p + most:
        most -= 1
    return most


def _fits(matrix: Array, n: int, most: int, refusals: Refusals) -> dict[str, Array]:
    """Fit (most + 1,) of 0, 1, ... factors by either index; nan where there is no such solution."""

    def caf(k: int) -> float:
        return common_part(matrix, principal_axes(matrix, k).loadings if k else np.zeros((len(matrix), 0)))

    def cfi(k: int) -> float:
        return comparative_fit(matrix, maximum_likelihood_factors(matrix, k) if k else None, n)

    indices: dict[str, Callable[[int], float]] = {"caf": caf, "cfi": cfi}
    return {
        name: np.array(
            [
                np.nan if (found := refusals.attempt("factor_solution", partial(of, k))) is None else found
                for k in range(most + 1)
            ]
        )
        for name, of in indices.items()
    }


def _hull_fit(fits: dict[str, Array], hulls: dict[str, Hull], parameters: Array) -> pd.DataFrame:
    columns: dict[str, object] = {
        "n_factors": np.arange(parameters.size),
        "parameters": parameters.astype(np.int64),
    }
    for name, fit in fits.items():
        columns |= {name: fit, f"{name}_on_hull": hulls[name].on_hull, f"{name}_elbow": hulls[name].elbow}
    return pd.DataFrame(columns)


def _compared(
    answers: pd.DataFrame, design: object, draws: int, seed: int, refusals: Refusals
) -> ComparisonData | None:
    if design is not None:
        refusals.note(WHOLE, takes_no_weights("comparison_data"))
        return None
    x = answers.to_numpy(dtype=np.float64)
    most = max(1, x.shape[1] // ITEMS_PER_FACTOR)
    return refusals.attempt(WHOLE, lambda: count_by_comparison(x, most, draws=draws, seed=seed))


def _comparison(found: ComparisonData) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "n_factors": np.arange(1, len(found.p) + 1),
            "eigenvalue_distance": found.distance.mean(axis=1),
            "p": found.p,
            "population_misfit": found.misfit,
        }
    )


def _communities(network: SparseNetwork, names: Sequence[str]) -> pd.DataFrame:
    """Each item's group, groups in the order of their first items; empty for an item without links."""
    found = walktrap(np.abs(network.partial)).membership
    links = np.count_nonzero(network.partial, axis=1)
    linked = np.unique(found[links > 0])
    return pd.DataFrame(
        {
            "item": list(names),
            "community": pd.array(np.searchsorted(linked, found) + 1, dtype="Int64"),
            "links": links,
            "strength": np.abs(network.partial).sum(axis=0),
        }
    ).assign(community=lambda frame: frame["community"].where(frame["links"] > 0))


def _groups(communities: pd.DataFrame) -> int:
    return int(communities["community"].nunique())


def _network_card(network: SparseNetwork | None) -> Card:
    card: Card = {"method": "graph_analysis"}
    if network is None:
        return card
    chosen: Card = {
        "ebic_gamma": network.gamma,
        "penalty": network.penalty,
        "smallest_penalty": network.smallest,
    }
    return {**card, **chosen}
