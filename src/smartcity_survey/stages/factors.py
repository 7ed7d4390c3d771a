"""Factors: principal components, varimax with Kaiser normalisation, and which items stay."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.config import FactorsSection
from smartcity_survey.io import Card, StageResult
from smartcity_survey.model import Model
from smartcity_survey.stages.naming import naming
from smartcity_survey.stats.correlation import correlation
from smartcity_survey.stats.factors import FactorSolution, rotated_solution
from smartcity_survey.stats.parallel import parallel_analysis
from smartcity_survey.stats.types import Array


def estimate_factors(items: pd.DataFrame, model: Model, section: FactorsSection, seed: int) -> StageResult:
    """Components of the item correlations, rotated; eigenvalues beside random ones; item retention."""
    names = list(items.columns)
    n, p = items.shape
    with naming(names, "factors"):
        solution = rotated_solution(
            correlation(items.to_numpy(dtype=np.float64)),
            None if section.n_components == "eigenvalue" else section.n_components,
        )
        random = parallel_analysis(
            n, p, draws=section.parallel.draws, quantile=section.parallel.quantile, seed=seed
        )
    k = solution.loadings.shape[1]
    percent = 100 * solution.eigenvalues / p
    eigenvalues = pd.DataFrame(
        {
            "component": np.arange(1, p + 1),
            "eigenvalue": solution.eigenvalues,
            "percent_variance": percent,
            "cumulative_percent": np.cumsum(percent),
            "parallel_mean": random.mean,
            "parallel_quantile": random.quantile,
        }
    )
    components = [f"component_{number}" for number in range(1, k + 1)]
    loadings = pd.DataFrame(solution.loadings, columns=components)
    loadings.insert(0, "item", names)
    communalities = pd.DataFrame({"item": names, "initial": 1.0, "extraction": solution.communalities})
    rule = "eigenvalue > 1" if section.n_components == "eigenvalue" else "fixed number"
    card: Card = {
        "method": "principal components of the correlation matrix",
        "components": f"{k} ({rule})",
        "rotation": "varimax with Kaiser normalisation",
        "gradient": float(solution.gradient_norm),
        "iterations": int(solution.n_iterations),
        "n": n,
    }
    retention = _retention(solution.loadings, names, model, section.minimum_loading)
    parallel: Card = {
        "method": "parallel analysis, normal data",
        "draws": section.parallel.draws,
        "quantile": section.parallel.quantile,
        "seed": seed,
        "n": n,
    }
    return StageResult(
        tables={
            "eigenvalues": eigenvalues,
            "variance_explained": _variance_explained(solution, p),
            "communalities": communalities,
            "rotated_loadings": loadings,
            "item_retention": retention,
        },
        cards={
            "eigenvalues": parallel,
            "variance_explained": card,
            "communalities": card,
            "rotated_loadings": card,
            "item_retention": {"minimum_loading": _or_none(section.minimum_loading), "n": n},
        },
    )


def retained_items(retention: pd.DataFrame) -> tuple[str, ...]:
    """Items that stay, from `item_retention`."""
    return tuple(retention.loc[retention["retained"], "item"])


def _variance_explained(solution: FactorSolution, p: int) -> pd.DataFrame:
    k = solution.loadings.shape[1]
    extracted = solution.eigenvalues[:k]
    columns: dict[str, Array] = {"component": np.arange(1.0, p + 1)}
    for stage, values in (
        ("initial", solution.eigenvalues),
        ("extracted", extracted),
        ("rotated", solution.explained_variance),
    ):
        padded = np.full(p, np.nan)
        padded[: values.size] = values
        columns[f"{stage}_eigenvalue"] = padded
        columns[f"{stage}_percent"] = 100 * padded / p
        columns[f"{stage}_cumulative_percent"] = 100 * np.cumsum(padded) / p
    return pd.DataFrame(columns).astype({"component": int})


def _retention(loadings: Array, names: list[str], model: Model, minimum: float | None) -> pd.DataFrame:
    best = np.abs(loadings).argmax(axis=1)
    largest = loadings[np.arange(len(names)), best]
    retained = np.ones(len(names), dtype=bool) if minimum is None else np.abs(largest) >= minimum
    rule = "all items stay" if minimum is None else f"largest loading below {minimum:g}"
    return pd.DataFrame(
        {
            "item": names,
            "construct": [model.construct_of(name) for name in names],
            "component": best + 1,
            "largest_loading": largest,
            "retained": retained,
            "rule": np.where(retained, "", rule),
        }
    )


def _or_none(value: float | None) -> float | str:
    return "none" if value is None else value
