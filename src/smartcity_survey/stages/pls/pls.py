"""PLS-SEM: loadings, weights and paths with their bootstrap, and the quality of the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import codes_of_scale, demographic_scale
from smartcity_survey.data.disclosure import protect
from smartcity_survey.errors import NoSolution
from smartcity_survey.io import StageResult
from smartcity_survey.stages.below_limits import below
from smartcity_survey.stages.cards import of_incomplete_rows
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.lines import path_columns
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import (
    PLS_FIT,
    AllAnswers,
    Bar,
    ForPls,
    MeasuredHigherOrder,
    Option,
    Options,
    PlsMissing,
    Seed,
    has_higher_order,
    has_moderations,
)
from smartcity_survey.stages.parts import InParts, Made, Unit, nothing_made, taken, units_of
from smartcity_survey.stages.pls.delta_errors import with_delta_errors
from smartcity_survey.stages.pls.higher_order import (
    HIGHER_ORDER_TABLES,
    higher_order_tables,
    higher_order_units,
)
from smartcity_survey.stages.pls.imputed import imputed_units, resample_imputed
from smartcity_survey.stages.pls.mediation import MEDIATION_TABLES, has_mediation, mediation_frame
from smartcity_survey.stages.pls.moderation import MODERATION_TABLES, moderation_tables
from smartcity_survey.stages.pls.pls_bootstrap import (
    bootstrap_card,
    interval_columns,
    interval_summary,
    item_interval_columns,
    resample,
)
from smartcity_survey.stages.pls.pls_consistent import CONSISTENT_TABLES, consistent_tables, consistent_units
from smartcity_survey.stages.pls.pls_inputs import PlsInputs, core_mode
from smartcity_survey.stages.pls.products import PRODUCT_TABLES, has_products, product_tables
from smartcity_survey.stages.progress import Progress, silent
from smartcity_survey.stages.refusals import refused, require_paths
from smartcity_survey.stats.core.intervals import summarise
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import PlsFit, fit_pls
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap
from smartcity_survey.stats.pls.mediation import chain_effects, chain_standard_errors, chains
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.pls.stack import Reason
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.limits import limit
from smartcity_survey.study.model import Model

TABLES = (
    *("pls_loadings", "pls_weights", "pls_paths", "pls_quality", "specific_indirect", "htmt_bounds"),
    *("pls_inadmissible", "pls_bootstrap_distributions", *CONSISTENT_TABLES),
)
COMPOSITES = "composites"
"""Name of the resamples of the composites."""
BINS = 40
"""Bars of the histogram of a path's resamples."""
SAME = 1e-9
"""Draws of a path that are no further apart are rounding."""
BootstrapOptions = Annotated[
    PlsSection, Options(PlsSection, (*PLS_FIT, "bootstrap_draws", "interval", "confidence_level"))
]

REASONS = {
    Reason.CONSTANT_ITEM: "constant",
    Reason.NOT_CONVERGED: "not_converged",
    Reason.DEPENDENT_ITEMS: "dependent",
    Reason.DEPENDENT_PREDICTORS: "dependent_predictors",
    Reason.UNRELIABLE: "unreliable",
    Reason.IMPROPER: "improper",
}


def pls_model(model: Model, section: PlsSection) -> PlsModel:
    """The model in the numeric core's terms.

    Raises
    ------
    NoSolution
        where it has no paths: weights of composites are found by them.
    """
    require_paths(model, "PLS-SEM")
    return PlsModel(
        blocks=model.membership(),
        paths=model.path_matrix(),
        modes=tuple(core_mode(construct.mode) for construct in model.constructs),
        scheme=section.scheme,
    )


def fit_model(R: Array, n: int, model: Model, section: PlsSection) -> PlsFit:
    """`fit_pls` of the model on item correlations R (p, p), iterated as the config says."""
    return fit_pls(
        R,
        n,
        pls_model(model, section),
        tolerance=section.tolerance,
        max_iterations=section.max_iterations,
    )


def resamples(
    answers: pd.DataFrame,
    model: Model,
    section: PlsSection,
    seed: int,
    missing: str,
    everybody: pd.DataFrame | None,
    imputed_samples: int,
) -> Iterator[Unit]:
    """All resamples that `estimate_pls` fits."""
    inputs, pls = _inputs(answers, model, section, missing, everybody), pls_model(model, section)
    if everybody is not None and missing != "pairwise":
        x = everybody[list(model.items)].to_numpy(dtype=np.float64)
        yield from imputed_units(inputs, x, imputed_samples, pls, section, seed)
    else:
        yield from units_of(COMPOSITES, partial(resample, inputs, pls, section, seed))
        yield from consistent_units(inputs, pls, section, seed)
    if model.higher_order:
        yield from higher_order_units(inputs, pls, model, section, seed)


@stage(
    *TABLES,
    optional={
        has_moderations: MODERATION_TABLES,
        has_products: PRODUCT_TABLES,
        has_higher_order: HIGHER_ORDER_TABLES,
        has_mediation: MEDIATION_TABLES,
    },
    hides=protect,
    beside=("demographics",),
)
def estimate_pls(
    answers: ForPls,
    model: MeasuredHigherOrder,
    section: BootstrapOptions,
    seed: Seed,
    progress: Annotated[Progress, Bar("bootstrap")] = silent,
    codebook: Codebook | None = None,
    *,
    missing: PlsMissing = "complete",
    everybody: Annotated[pd.DataFrame | None, AllAnswers("pls", ("pairwise", "multiple_imputation"))] = None,
    imputed_samples: Annotated[int, Option("missing.imputations")] = 20,
    made: Annotated[Made, InParts(resamples)] = nothing_made,
) -> StageResult:
    """Fit the path model to the kept items and to bootstrap resamples of the respondents.

    codebook : needed where a demographic variable moderates a path.
    everybody : answers with gaps, where correlations are to be pairwise or gaps imputed; in as many samples,
        which are not written.
    """
    inputs, n_complete = _inputs(answers, model, section, missing, everybody), len(answers)
    further_tables = (
        *(MODERATION_TABLES if model.every_moderation else ()),
        *(PRODUCT_TABLES if model.products else ()),
        *(HIGHER_ORDER_TABLES if model.higher_order else ()),
        *(MEDIATION_TABLES if model.mediated else ()),
    )
    try:
        with naming(model.items, "PLS-SEM", model.names):
            pls = pls_model(model, section)
            if everybody is None or missing == "pairwise":
                take = taken(made, COMPOSITES)
                imputed, bootstrap = None, resample(inputs, pls, section, seed, progress, take=take)
            else:
                x = everybody[list(model.items)].to_numpy(dtype=np.float64)
                imputed = resample_imputed(inputs, x, imputed_samples, pls, section, seed, progress, made)
                bootstrap = imputed.pooled
    except NoSolution as error:
        return refused((*TABLES, *further_tables), error)
    tables = {
        "pls_loadings": item_frame(bootstrap, model, section, "loadings", "loading"),
        "pls_weights": item_frame(bootstrap, model, section, "outer_weights", "weight"),
        "pls_paths": with_delta_errors(
            path_frame(bootstrap, model, section), inputs if imputed is None else None, pls, model
        ),
        "pls_quality": quality_frame(bootstrap, model, section),
        "specific_indirect": _specific_indirect(bootstrap, model, section),
        "htmt_bounds": _htmt_bounds(bootstrap, model, section),
        "pls_inadmissible": _inadmissible(bootstrap, model),
        "pls_bootstrap_distributions": _distributions(bootstrap, model),
    }
    card = bootstrap_card(bootstrap, inputs, model, section)
    further = [consistent_tables(inputs, bootstrap, pls, model, section, imputed, made)]
    if model.every_moderation:
        beside, codes = {}, {}
        if codebook is not None:
            moderators = dict.fromkeys(m.moderator for m in model.demographic_moderations)
            beside = {name: demographic_scale(answers[name], codebook, name) for name in moderators}
            codes = {name: codes_of_scale(codebook, name) for name in moderators}
        further.append(moderation_tables(inputs, bootstrap, model, section, beside, codes))
    if model.products:
        further.append(product_tables(inputs, bootstrap, model, section))
    if model.higher_order:
        further.append(higher_order_tables(inputs, pls, model, section, seed, made))
    elif model.mediated:
        tables["mediation"] = mediation_frame(bootstrap, model.names, model.path_matrix(), section)
    cards = dict.fromkeys(tables, card)
    for result in further:
        tables |= result.tables
        cards |= result.cards
    if model.mediated and "mediation" not in tables:
        # The constructs made of constructs have no solution, and so nothing runs through them.
        tables["mediation"], cards["mediation"] = pd.DataFrame(), cards["higher_order_paths"]
    if model.higher_order:  # all others are of the first stage
        first = {"higher_order": "by_components"}
        own = (*HIGHER_ORDER_TABLES, "mediation")
        cards = {name: each if name in own else {**each, **first} for name, each in cards.items()}
    if imputed is not None:
        cards = {name: {**each, **imputed.card(n_complete)} for name, each in cards.items()}
    return of_incomplete_rows(StageResult(tables=tables, cards=cards), missing, n_complete)


def _inputs(
    answers: pd.DataFrame, model: Model, section: PlsSection, missing: str, everybody: pd.DataFrame | None
) -> PlsInputs:
    """What is resampled; of imputed samples, how they take their answers."""
    if everybody is not None and missing == "pairwise":
        return replace(PlsInputs.of(everybody, model, section), pairwise=True)
    return PlsInputs.of(answers, model, section)


def item_frame(
    bootstrap: PlsBootstrap, model: Model, section: PlsSection, field: str, column: str
) -> pd.DataFrame:
    """One number of each item with its bootstrap. field : of the estimates. column : its head."""
    summary = interval_summary(bootstrap, section, field)
    return pd.DataFrame(
        {
            "item": model.items,
            "construct": [model.construct_of(item) for item in model.items],
            column: summary.estimate,
            **item_interval_columns(summary, model),
        }
    )


def path_frame(bootstrap: PlsBootstrap, model: Model, section: PlsSection) -> pd.DataFrame:
    """Paths with their bootstrap, effect sizes and inner VIF."""
    summary = interval_summary(bootstrap, section, "path_coefficients")
    index = {name: position for position, name in enumerate(model.names)}
    where = tuple(np.array([index[name] for name in side]) for side in zip(*model.paths, strict=True))
    return pd.DataFrame(
        {
            **path_columns(model.paths),
            "estimate": summary.estimate[where],
            **interval_columns(summary, where),
            "f2": bootstrap.fit.f2[where],
            "vif": bootstrap.fit.inner_vif[where],
        }
    )


def _distributions(bootstrap: PlsBootstrap, model: Model) -> pd.DataFrame:
    """Histogram of each path over the resamples that have a solution, in `BINS` bars of one width.

    A path that is the same in all of them has one bar.
    """
    index = {name: position for position, name in enumerate(model.names)}
    draws = bootstrap.draws.path_coefficients[bootstrap.admissible]
    frames = []
    for source, target in model.paths:
        values = draws[:, index[source], index[target]]
        low, high = values.min(initial=np.inf), values.max(initial=-np.inf)
        if high - low > SAME:
            counts, edges = np.histogram(values, bins=BINS)
        else:
            middle = (low + high) / 2 if values.size else np.nan
            counts, edges = np.array([values.size]), np.array([middle - SAME, middle + SAME])
        frames.append(
            pd.DataFrame(
                {
                    **path_columns([(source, target)] * len(counts)),
                    "bin_low": edges[:-1],
                    "bin_high": edges[1:],
                    "n_draws": counts,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _specific_indirect(bootstrap: PlsBootstrap, model: Model, section: PlsSection) -> pd.DataFrame:
    """The effect along every chain of paths; no lines where no chain is longer than one path."""
    along = chains(model.path_matrix())
    keep = bootstrap.admissible
    jackknife, draw_se = bootstrap.jackknife, None
    if bootstrap.draw_se is not None:
        # First order of the delta method: the standard errors of a product's factors, taken as independent.
        draw_se = chain_standard_errors(
            bootstrap.draws.path_coefficients[keep], bootstrap.draw_se.path_coefficients[keep], along
        )
    summary = summarise(
        chain_effects(bootstrap.estimate.path_coefficients, along),
        chain_effects(bootstrap.draws.path_coefficients[keep], along),
        kind=section.interval,
        level=section.confidence_level,
        jackknife=None if jackknife is None else chain_effects(jackknife.path_coefficients, along),
        draw_se=draw_se,
    )
    return pd.DataFrame(
        {
            **_chain_columns([[model.names[j] for j in chain] for chain in along]),
            "estimate": summary.estimate,
            **interval_columns(summary, slice(None)),
        }
    )


def _chain_columns(chains: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """Columns `source, via_1, via_2 ..., target`: a mediator to a column, empty beyond a chain's last one."""
    longest = max(map(len, chains), default=0) - 2
    via = {
        f"via_{place}": [chain[place] if place < len(chain) - 1 else "" for chain in chains]
        for place in range(1, longest + 1)
    }
    return {
        "source": [chain[0] for chain in chains],
        **via,
        "target": [chain[-1] for chain in chains],
    }


def quality_frame(bootstrap: PlsBootstrap, model: Model, section: PlsSection) -> pd.DataFrame:
    """R2 of each explained construct, with its interval."""
    summary = interval_summary(bootstrap, section, "r2")
    frame = pd.DataFrame(
        {
            "construct": model.names,
            "r2": bootstrap.fit.r2,
            "adj_r2": bootstrap.fit.adj_r2,
            "r2_ci_low": summary.low,
            "r2_ci_high": summary.high,
        }
    )
    return frame[frame["construct"].isin(model.outcomes)].reset_index(drop=True)


def _htmt_bounds(bootstrap: PlsBootstrap, model: Model, section: PlsSection) -> pd.DataFrame:
    """Both ratios of every pair of constructs, and whether their bounds keep below the usual limits."""
    rows, columns = np.tril_indices(len(model.names), -1)
    frame = pd.DataFrame(
        {"construct_1": [model.names[i] for i in columns], "construct_2": [model.names[i] for i in rows]}
    )
    for ratio, prefix in (("htmt", ""), ("htmt2", "htmt2_")):
        value = getattr(bootstrap.estimate, ratio)[rows, columns]
        # Without a value of the sample, those of some resamples bound nothing.
        bound = np.where(
            np.isnan(value), np.nan, bootstrap.upper_bound(ratio, section.confidence_level)[rows, columns]
        )
        frame[ratio] = value
        frame[f"{prefix}upper_bound"] = bound
        for constructs in ("distinct", "similar"):
            frame[f"{prefix}below_{constructs}"] = below(bound, f"htmt_{constructs}")
        reached = bootstrap.share_from(ratio, limit("htmt_distinct").value)[rows, columns]
        frame[f"{prefix}p_distinct"] = np.where(np.isnan(value), np.nan, reached)
    draws = bootstrap.draws.htmt2[bootstrap.admissible][:, rows, columns]
    frame["htmt2_undefined"] = np.count_nonzero(np.isnan(draws), axis=0)
    return frame


def _inadmissible(bootstrap: PlsBootstrap, model: Model) -> pd.DataFrame:
    rows = [
        {
            "reason": REASONS[reason],
            "where": model.items[position] if reason is Reason.CONSTANT_ITEM else model.names[position],
            "n_draws": count,
        }
        for (reason, position), count in bootstrap.inadmissible().items()
    ]
    return pd.DataFrame(rows, columns=["reason", "where", "n_draws"])
