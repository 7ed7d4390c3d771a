"""Cluster bootstrap: CFA and SEM in samples of whole schools or mahallas, beside their sandwich errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import respondents, single_items
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card
from smartcity_survey.stages.lines import path_columns
from smartcity_survey.stages.needs import Bar, Counted, Level, Measured, Option, Seed, complete_rows
from smartcity_survey.stages.parts import InParts, Made, Unit, nothing_made, taken, units_of
from smartcity_survey.stages.progress import Progress, part, silent
from smartcity_survey.stages.refusals import Refusals, require_paths
from smartcity_survey.stages.residual_pairs import frees_no_pairs
from smartcity_survey.stats.core.draws import Take, make_all
from smartcity_survey.stats.core.intervals import Summary
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_cfa, fit_design_sem
from smartcity_survey.stats.sampling.resampled_clusters import ClusterBootstrap, bootstrap_clusters
from smartcity_survey.stats.sem.cfa import CfaFit
from smartcity_survey.stats.sem.sem import SemFit
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model

TABLES = ("cluster_loadings", "cluster_correlations", "cluster_paths")


def has_cluster_bootstrap(config: Config) -> bool:
    """Whether respondents were drawn in clusters, and the factor models are to be bootstrapped by them."""
    return bool(config.data.cluster and config.cfa.bootstrap_draws)


def resamples(
    answers: pd.DataFrame, model: Model, draws: int, seed: int, counted: Sequence[str] | None, design: Design
) -> Iterator[Unit]:
    """All resamples of `resample_clusters`."""
    for name, paths in (("cfa", None), *((("sem", model.path_matrix()),) if model.paths else ())):
        yield from units_of(name, partial(_resample, answers, model, draws, seed, counted, design, paths))


def _resample(
    answers: pd.DataFrame,
    model: Model,
    draws: int,
    seed: int,
    counted: Sequence[str] | None,
    design: Design,
    paths: BoolArray | None,
    progress: Callable[[int], None] = lambda _: None,
    take: Take = make_all,
) -> ClusterBootstrap:
    if design is None:
        raise ValueError("a study without clusters has no such stage")
    return bootstrap_clusters(
        _items(answers, model, counted),
        model.membership(),
        design,
        draws,
        seed=seed,
        paths=paths,
        progress=progress,
        take=take,
    )


def _items(answers: pd.DataFrame, model: Model, counted: Sequence[str] | None) -> Array:
    return complete_rows(answers, counted)[list(model.items)].to_numpy(dtype=np.float64)


@stage(*TABLES, asked_by=has_cluster_bootstrap)
@frees_no_pairs
def resample_clusters(
    answers: pd.DataFrame,
    model: Measured,
    draws: Annotated[int, Option("cfa.bootstrap_draws")],
    level: Level,
    seed: Seed,
    counted: Counted = None,
    design: Design = None,
    progress: Annotated[Progress, Bar("cluster bootstrap")] = silent,
    made: Annotated[Made, InParts(resamples)] = nothing_made,
) -> StageResult:
    """Standardised loadings, correlations of the factors and paths in resamples of whole clusters.

    level : of the percentile intervals. counted : as in `confirm_model`. design : clusters, and weights where
        there are some, which people keep in the resamples. progress : of both models.
    """
    if design is None:
        raise ValueError("a study without clusters has no such stage")
    x = _items(answers, model, counted)
    card: Card = {**design_card(design), **single_items(model), **respondents(len(x))}
    whole = 2 * draws if model.paths else draws

    def resampled(name: str, before: int, paths: BoolArray | None) -> ClusterBootstrap:
        told, take = part(progress, before, whole), taken(made, name)
        return _resample(answers, model, draws, seed, counted, design, paths, told, take)

    def measured() -> tuple[ClusterBootstrap, CfaFit]:
        return resampled("cfa", 0, None), fit_design_cfa(x, model.membership(), design).cfa

    def structural() -> tuple[ClusterBootstrap, SemFit]:
        require_paths(model, "SEM")
        paths = model.path_matrix()
        return resampled("sem", draws, paths), fit_design_sem(
            x, model.membership(), paths, design, level=level
        ).sem

    of_cfa, of_sem = Refusals(model.items, model.names), Refusals(model.items, model.names)
    cfa, sem = of_cfa.attempt("cfa", measured), of_sem.attempt("sem", structural)
    own_cfa = {"method": "pseudo_ml_correlated_factors", **card, **of_cfa.card()}
    own_sem = {"method": "pseudo_ml_structural_equations", **card, **of_sem.card()}
    tables = dict.fromkeys(TABLES, pd.DataFrame())
    if cfa is not None:
        own_cfa |= _card(cfa[0], draws, level)
        tables["cluster_loadings"] = _loadings(*cfa, model, level)
        tables["cluster_correlations"] = _correlations(*cfa, model, level)
    if sem is not None:
        own_sem |= _card(sem[0], draws, level)
        tables["cluster_paths"] = _paths(*sem, model, level)
    cards = {name: own_sem if name == "cluster_paths" else own_cfa for name in TABLES}
    return StageResult(tables=tables, cards=cards)


def _card(bootstrap: ClusterBootstrap, draws: int, level: float) -> Card:
    return {
        "resamples": "whole_clusters",
        "bootstrap_draws": draws,
        "inadmissible_draws": int(draws - bootstrap.solved.sum()),
        "improper_draws": bootstrap.n_improper,
        "standard_errors": "bootstrap_and_sandwich",
        "interval": "percentile",
        "confidence_level": level,
        "seed": bootstrap.seed,
    }


def _columns(summary: Summary, sandwich: Array, where: tuple[IntArray, ...]) -> dict[str, Array]:
    """Estimates, their errors by both ways, and intervals by the bootstrap."""
    return {
        "estimate": summary.estimate[where],
        "boot_mean": summary.mean[where],
        "boot_se": summary.se[where],
        "sandwich_se": sandwich[where],
        "t": summary.t[where],
        "p": summary.p[where],
        "ci_low": summary.low[where],
        "ci_high": summary.high[where],
    }


def _loadings(bootstrap: ClusterBootstrap, cfa: CfaFit, model: Model, level: float) -> pd.DataFrame:
    """Items of constructs with several; a single item is 1 in every sample."""
    owner = cfa.pattern.argmax(axis=1)
    several = np.flatnonzero(~np.isin(owner, [model.names.index(name) for name in model.single]))
    where = several, owner[several]
    return pd.DataFrame(
        {
            "item": [model.items[i] for i in several],
            "construct": [model.names[j] for j in owner[several]],
            **_columns(bootstrap.summary("loadings", level), cfa.std_err_std_loadings, where),
        }
    )


def _correlations(bootstrap: ClusterBootstrap, cfa: CfaFit, model: Model, level: float) -> pd.DataFrame:
    first, second = np.triu_indices(len(model.names), 1)
    columns = _columns(bootstrap.summary("factor_corr", level), cfa.std_err_factor_corr, (first, second))
    return pd.DataFrame(
        {
            "construct_1": [model.names[j] for j in first],
            "construct_2": [model.names[j] for j in second],
            **columns,
        }
    )


def _paths(bootstrap: ClusterBootstrap, sem: SemFit, model: Model, level: float) -> pd.DataFrame:
    where = tuple(
        np.array([model.names.index(name) for name in side]) for side in zip(*model.paths, strict=True)
    )
    summary = bootstrap.summary("paths", level)
    return pd.DataFrame({**path_columns(model.paths), **_columns(summary, sem.estimates.std_err_beta, where)})
