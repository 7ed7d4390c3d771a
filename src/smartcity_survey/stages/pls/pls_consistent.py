"""PLSc: what paths and loadings would be without measurement error, beside those of the composites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from smartcity_survey.errors import NoSolution
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.lines import path_columns
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.parts import Made, Unit, nothing_made, taken, units_of
from smartcity_survey.stages.pls.imputed import Imputed
from smartcity_survey.stages.pls.pls_bootstrap import (
    bootstrap_card,
    interval_columns,
    interval_summary,
    item_interval_columns,
    resample,
)
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.refusals import refused
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap, consistent_bootstrap
from smartcity_survey.stats.pls.imputed import pool_bootstraps
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model

CONSISTENT_TABLES = ("plsc_paths", "plsc_loadings", "plsc_quality")
METHOD = "consistent_pls"


def consistent_tables(
    inputs: PlsInputs,
    composites: PlsBootstrap,
    pls: PlsModel,
    model: Model,
    section: PlsSection,
    imputed: Imputed | None = None,
    made: Made = nothing_made,
) -> StageResult:
    """Consistent estimates from the resamples of the composite ones, by the same streams.

    imputed : the samples behind the composites, where these are pooled.

    An improper solution of the sample is no reason to stop: the composites stand. The tables then have no
    lines, and their card says why.
    """
    try:
        with naming(model.items, "PLSc", model.names):
            factors = _bootstrap(inputs, composites, _consistent(pls), section, imputed, made)
    except NoSolution as error:
        return refused(
            CONSISTENT_TABLES,
            error,
            card={"method": METHOD, **inputs.card(), **respondents(composites.fit.n)},
        )
    card: Card = {
        **bootstrap_card(factors, inputs, model, section),
        "method": METHOD,
        "smallest_eigenvalue": factors.fit.smallest_eigenvalue,
    }
    tables = {
        "plsc_paths": _paths(composites, factors, model, section),
        "plsc_loadings": _loadings(composites, factors, model, section),
        "plsc_quality": _quality(composites, factors, model),
    }
    return StageResult(tables=tables, cards=dict.fromkeys(tables, card))


def consistent_units(inputs: PlsInputs, pls: PlsModel, section: PlsSection, seed: int) -> Iterator[Unit]:
    """Resamples of their own, where those of the composites do not serve."""
    if section.interval == "studentised":
        yield from units_of(METHOD, partial(resample, inputs, _consistent(pls), section, seed))


def _consistent(pls: PlsModel) -> PlsModel:
    return replace(pls, consistent=True)


def _bootstrap(
    inputs: PlsInputs,
    composites: PlsBootstrap,
    pls: PlsModel,
    section: PlsSection,
    imputed: Imputed | None,
    made: Made,
) -> PlsBootstrap:
    if imputed is not None:
        again = [
            consistent_bootstrap(
                own, R, pls, tolerance=section.tolerance, max_iterations=section.max_iterations
            )
            for own, R in zip(imputed.bootstraps, imputed.correlations, strict=True)
        ]
        return replace(pool_bootstraps(again), seed=composites.seed)
    if composites.draw_se is not None:
        return resample(inputs, pls, section, composites.seed, take=taken(made, METHOD))
    return consistent_bootstrap(
        composites,
        inputs.correlation(),
        pls,
        tolerance=section.tolerance,
        max_iterations=section.max_iterations,
    )


def _paths(
    composites: PlsBootstrap, factors: PlsBootstrap, model: Model, section: PlsSection
) -> pd.DataFrame:
    summary = interval_summary(factors, section, "path_coefficients")
    index = {name: position for position, name in enumerate(model.names)}
    where = tuple(np.array([index[name] for name in side]) for side in zip(*model.paths, strict=True))
    return pd.DataFrame(
        {
            **path_columns(model.paths),
            "composite": composites.fit.path_coefficients[where],
            "consistent": summary.estimate[where],
            **interval_columns(summary, where),
        }
    )


def _loadings(
    composites: PlsBootstrap, factors: PlsBootstrap, model: Model, section: PlsSection
) -> pd.DataFrame:
    summary = interval_summary(factors, section, "loadings")
    return pd.DataFrame(
        {
            "item": model.items,
            "construct": [model.construct_of(item) for item in model.items],
            "composite": composites.estimate.loadings,
            "consistent": summary.estimate,
            **item_interval_columns(summary, model),
        }
    )


def _quality(composites: PlsBootstrap, factors: PlsBootstrap, model: Model) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "construct": model.names,
            "rho_a": factors.fit.rho_a,
            "composite_r2": composites.fit.r2,
            "consistent_r2": factors.fit.r2,
        }
    )
