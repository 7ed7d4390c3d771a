"""Higher-order constructs: the paths as the config has them, and how components make up their construct."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from smartcity_survey.io import StageResult
from smartcity_survey.stages.cards import MODES
from smartcity_survey.stages.lines import path_columns
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.parts import Made, Unit, nothing_made, taken, units_of
from smartcity_survey.stages.pls.mediation import mediation_frame
from smartcity_survey.stages.pls.pls_bootstrap import (
    bootstrap_card,
    interval_columns,
    interval_summary,
    resample,
)
from smartcity_survey.stages.pls.pls_inputs import PlsInputs, core_mode
from smartcity_survey.stages.refusals import empty_without_solution
from smartcity_survey.stats.core.types import IntArray
from smartcity_survey.stats.measurement.reliability_coefficients import (
    average_variance_extracted,
    composite_reliability,
)
from smartcity_survey.stats.pls.algorithm import PlsFit, fit_pls
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap
from smartcity_survey.stats.pls.higher_order import LowerOrder
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.pls.model_fit import outer_vif
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import HigherOrder, Model
from smartcity_survey.study.verdict import judge


@dataclass(frozen=True, slots=True, eq=False)
class SecondStage:
    """The model with its higher-order constructs.

    names : of its constructs. indicators : the construct that each measures, and the item or component it is.
    """

    names: tuple[str, ...]
    indicators: tuple[tuple[str, str], ...]
    model: PlsModel
    lower: LowerOrder


HIGHER_ORDER_TABLES = ("higher_order_paths", "higher_order_components", "higher_order_quality")
DRAWS = "higher order"
"""Name of the resamples of the second stage."""


@empty_without_solution(*HIGHER_ORDER_TABLES)
def higher_order_tables(
    inputs: PlsInputs,
    first: PlsModel,
    model: Model,
    section: PlsSection,
    seed: int,
    made: Made = nothing_made,
) -> StageResult:
    """Both stages on the sample and on every resample."""
    second = second_stage(first, model)
    names = [" of ".join(reversed(indicator)) for indicator in second.indicators]
    # Errors of the first stage are told of its own items and constructs.
    with naming(model.items, "higher-order constructs, first stage", model.names):
        lower = fit_pls(
            inputs.correlation(),
            len(inputs.x),
            first,
            tolerance=section.tolerance,
            max_iterations=section.max_iterations,
        )
    with naming(names, "higher-order constructs", second.names):
        take = taken(made, DRAWS)
        bootstrap = resample(inputs, second.model, section, seed, lower=second.lower, take=take)
    modes = [*(c.mode for c in model.constructs), *(h.mode for h in model.higher_order)]
    card = {
        **bootstrap_card(bootstrap, inputs, model, section),
        "mode": ", ".join(dict.fromkeys(MODES[mode] for mode in modes)),
        "method": "pls_higher_order",
    }
    tables = {
        "higher_order_paths": _paths(bootstrap, second, model, section),
        "higher_order_components": _components(bootstrap, lower, second, model, section),
        "higher_order_quality": _quality(bootstrap, second, model),
    }
    if model.mediated:
        paths = np.zeros((len(second.names),) * 2, dtype=bool)
        for source, target in model.higher_paths:
            paths[second.names.index(source), second.names.index(target)] = True
        tables["mediation"] = mediation_frame(bootstrap, second.names, paths, section)
    return StageResult(tables=tables, cards=dict.fromkeys(tables, card))


def higher_order_units(
    inputs: PlsInputs, first: PlsModel, model: Model, section: PlsSection, seed: int
) -> Iterator[Unit]:
    """The resamples of the second stage."""
    second = second_stage(first, model)
    fit = partial(resample, inputs, second.model, section, seed, lower=second.lower)
    yield from units_of(DRAWS, fit)


def second_stage(first: PlsModel, model: Model) -> SecondStage:
    """Constructs and indicators of the second stage: components of two-stage constructs become items."""
    replaced = {c for h in model.higher_order if h.approach == "two_stage" for c in h.components}
    kept = [construct for construct in model.constructs if construct.name not in replaced]
    names = (*(c.name for c in kept), *(h.name for h in model.higher_order))
    items = {construct.name: construct.items for construct in model.constructs}
    indicators = [(construct.name, item) for construct in kept for item in construct.items]
    for higher in model.higher_order:
        parts = [c if higher.approach == "two_stage" else items[c] for c in higher.components]
        for part in parts:
            indicators += [(higher.name, part)] if isinstance(part, str) else [(higher.name, i) for i in part]
    paths = np.zeros((len(names),) * 2, dtype=bool)
    for source, target in (*model.higher_paths, *_joining(model)):
        paths[names.index(source), names.index(target)] = True
    of_items = {item: position for position, item in enumerate(model.items)}
    of_components = {name: position for position, name in enumerate(model.names)}
    pls = PlsModel(
        blocks=np.array([[owner == name for name in names] for owner, _ in indicators]),
        paths=paths,
        modes=tuple(map(core_mode, [*(c.mode for c in kept), *(h.mode for h in model.higher_order)])),
        scheme=first.scheme,
    )
    lower = LowerOrder(
        first,
        item=np.array([of_items.get(part, -1) for _, part in indicators]),
        component=np.array([-1 if part in of_items else of_components[part] for _, part in indicators]),
    )
    return SecondStage(names, tuple(indicators), pls, lower)


def _joining(model: Model) -> list[tuple[str, str]]:
    """Paths between repeated indicators' constructs and their components: from the causes to the effects."""
    repeated = [h for h in model.higher_order if h.approach == "repeated_indicators"]
    return [
        (component, higher.name) if higher.mode == "mode_b" else (higher.name, component)
        for higher in repeated
        for component in higher.components
    ]


def _paths(bootstrap: PlsBootstrap, second: SecondStage, model: Model, section: PlsSection) -> pd.DataFrame:
    """The paths the config names, each with the verdict on the claim about it."""
    summary = interval_summary(bootstrap, section, "path_coefficients")
    where = tuple(
        np.array([second.names.index(name) for name in side])
        for side in zip(*model.higher_paths, strict=True)
    )
    claims = {(claim.source, claim.target): claim for claim in (*model.hypotheses, *model.higher_hypotheses)}
    frame = pd.DataFrame(
        {
            **path_columns(model.higher_paths),
            "estimate": summary.estimate[where],
            **interval_columns(summary, where),
            "f2": bootstrap.fit.f2[where],
            "vif": bootstrap.fit.inner_vif[where],
        }
    )
    about = [claims.get(path) for path in model.higher_paths]
    frame["hypothesis"] = [claim.name if claim else "" for claim in about]
    frame["verdict"] = [
        judge(estimate, p, claim.sign, model.alpha) if claim else ""
        for claim, estimate, p in zip(about, frame["estimate"], frame["p"], strict=True)
    ]
    return frame


def _components(
    bootstrap: PlsBootstrap, lower: PlsFit, second: SecondStage, model: Model, section: PlsSection
) -> pd.DataFrame:
    """Weights and loadings of components; repeated indicators have one of them, as a path."""
    frames = []
    for higher in model.higher_order:
        if higher.approach == "two_stage":
            where: tuple[IntArray, ...] = (_positions(higher, second),)
            roles = {"weight": "outer_weights", "loading": "loadings"}
            parts = [model.names.index(component) for component in higher.components]
            block = np.ones((len(parts), 1), dtype=bool)
            vif = outer_vif(lower.construct_corr[np.ix_(parts, parts)], block)
        else:
            at = np.full(len(higher.components), second.names.index(higher.name))
            own = np.array([second.names.index(component) for component in higher.components])
            where = (own, at) if higher.mode == "mode_b" else (at, own)
            roles = {"weight" if higher.mode == "mode_b" else "loading": "path_coefficients"}
            vif = bootstrap.fit.inner_vif[where]
        for role, field in roles.items():
            summary = interval_summary(bootstrap, section, field)
            frames.append(
                pd.DataFrame(
                    {
                        "construct": higher.name,
                        "lower_order": higher.components,
                        "approach": higher.approach,
                        "role": role,
                        "estimate": summary.estimate[where],
                        **interval_columns(summary, where),
                        "vif": vif if role == "weight" else np.nan,
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def _quality(bootstrap: PlsBootstrap, second: SecondStage, model: Model) -> pd.DataFrame:
    """Variance explained, and how reliably components reflect a construct that is reflective."""
    fit = bootstrap.fit
    frame = pd.DataFrame({"r2": fit.r2, "adj_r2": fit.adj_r2}, index=pd.Index(second.names, name="construct"))
    explained = {target for _, target in model.higher_paths}
    # Components that repeat their construct are explained by it, which is measurement.
    frame.loc[[name for name in second.names if name not in explained]] = np.nan
    for higher in model.higher_order:
        if higher.mode == "mode_b":
            continue
        if higher.approach == "two_stage":
            loadings = fit.loadings[_positions(higher, second)].sum(axis=1)
        else:
            parts = [second.names.index(component) for component in higher.components]
            loadings = fit.path_coefficients[second.names.index(higher.name), parts]
        block = np.ones((len(loadings), 1), dtype=bool)
        frame.loc[higher.name, "composite_reliability"] = composite_reliability(loadings[:, None], block)[0]
        frame.loc[higher.name, "ave"] = average_variance_extracted(loadings[:, None], block)[0]
    columns = ["composite_reliability", "ave", "r2", "adj_r2"]
    return frame.reindex(columns=columns).dropna(how="all").reset_index()


def _positions(higher: HigherOrder, second: SecondStage) -> IntArray:
    """Positions of a construct's indicators."""
    return np.array([at for at, (owner, _) in enumerate(second.indicators) if owner == higher.name])
