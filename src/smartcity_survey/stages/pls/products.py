"""Curves and three-way interactions: products of scores in stage two, and what they do to a path's slope."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult, join_names
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.pls.moderation import effects_of, summary_of
from smartcity_survey.stages.pls.pls_bootstrap import bootstrap_card, interval_columns
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.refusals import empty_without_solution, without_lines
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap
from smartcity_survey.stats.pls.moderation import Moderated, ModeratedBootstrap, moderate, slopes_at
from smartcity_survey.study.config import Config, PlsSection
from smartcity_survey.study.model import Model

PRODUCT_TABLES = ("product_terms", "product_slopes", "curve_shapes")
AT = (-1.0, 0.0, 1.0)
"""Where along itself the slope of a curve is told, in standard deviations from the mean."""
CORNERS = tuple(product((-1.0, 1.0), repeat=2))
"""Values of the two moderators of a three-way interaction."""
FAR = 2.0
"""A curve that turns further from the mean than so many standard deviations has hardly anybody behind it."""


def has_products(config: Config) -> bool:
    """Whether the study names curves or three-way interactions."""
    return bool(config.model.products)


@empty_without_solution(*PRODUCT_TABLES)
def product_tables(
    inputs: PlsInputs, bootstrap: PlsBootstrap, model: Model, section: PlsSection
) -> StageResult:
    """Stage two of every target that has products, on the resamples of stage one."""
    terms, slopes, shapes = [], [], []
    undefined = 0
    for plan in product_plans(model):
        of_terms = [(j,) for j in plan.predictors] + list(plan.products)
        factors = [join_names([model.names[j] for j in one]) for one in of_terms]
        with naming(factors, "products", model.names):
            found = moderate(inputs.x, model.membership(), bootstrap, plan, inputs.weights, inputs.clusters)
        undefined += int(np.isnan(found.draws.r2).sum())
        named = pd.DataFrame({"factors": factors, "target": model.names[plan.target]})
        table = effects_of(found, named, section)
        terms.append(table)
        for one in model.products:
            if one.target == model.names[plan.target]:
                places = tuple(model.names.index(name) for name in one.factors)
                slopes.append(_slopes(found, plan, places, model, section))
                if len(set(places)) == 1:
                    curvature = table.iloc[of_terms.index(places)]
                    shapes.append(_shape(found, plan, places, model, curvature))
    card: Card = {
        **bootstrap_card(bootstrap, inputs, model, section),
        "method": "two_stage_moderation",
        "products": "of_unit_variance_scores",
        "inadmissible_draws": undefined,
    }
    tables = {
        "product_terms": pd.concat(terms, ignore_index=True),
        "product_slopes": pd.concat(slopes, ignore_index=True),
        "curve_shapes": pd.DataFrame(shapes, columns=["source", "target", "shape", "turns_at"]),
    }
    cards = dict.fromkeys(tables, card)
    if not shapes:
        cards["curve_shapes"] = without_lines(card, "no_curve")
    return StageResult(tables, cards)


def product_plans(model: Model) -> tuple[Moderated, ...]:
    """Stage two of each target with products: its predictors, moderations by constructs, and all products.

    A three-way interaction stands beside the products of any two of its factors, without which it cannot be
    read; and a curve beside the moderations, for which it could be mistaken.
    """
    index = {name: position for position, name in enumerate(model.names)}
    found = []
    for target in model.outcomes:
        own = [one.factors for one in model.products if one.target == target]
        if not own:
            continue
        pairs = [(one.source, one.moderator) for one in model.moderations if one.target == target]
        pairs += [pair for factors in own if len(factors) == 3 for pair in combinations(factors, 2)]
        distinct = {frozenset(pair): pair for pair in reversed(pairs)}
        terms = [*reversed(distinct.values()), *own]
        found.append(
            Moderated(
                index[target],
                tuple(index[name] for name in model.predictors(target)),
                tuple(tuple(index[name] for name in factors) for factors in terms),
            )
        )
    return tuple(found)


def _slopes(
    found: ModeratedBootstrap, plan: Moderated, places: tuple[int, ...], model: Model, section: PlsSection
) -> pd.DataFrame:
    """Slope of the first factor: along itself, or at low and high values of both others."""
    keep = ~np.isnan(found.draws.r2)
    source, *others = dict.fromkeys(places)
    moderators = others or [source]
    values = np.array(CORNERS if others else [(value,) for value in AT])
    at = np.zeros((len(values), len(model.names)))
    at[:, moderators] = values
    slope, _ = slopes_at(found.estimate, plan, source, at)
    drawn, errors = slopes_at(found.draws, plan, source, at)
    without: Array | None = None
    if found.jackknife is not None:
        without, _ = slopes_at(found.jackknife, plan, source, at)
    summary = summary_of(slope, drawn[keep], without, errors[keep], section)
    told = {
        f"{which}_{part}": value
        for which, moderator, column in zip(("first", "second"), moderators, values.T, strict=False)
        for part, value in (("moderator", model.names[moderator]), ("at", column))
    }
    return pd.DataFrame(
        {
            "source": model.names[source],
            "target": model.names[plan.target],
            **told,
            "estimate": summary.estimate,
            **interval_columns(summary, slice(None)),
        }
    )


def _shape(
    found: ModeratedBootstrap, plan: Moderated, places: tuple[int, ...], model: Model, curvature: pd.Series
) -> dict[str, object]:
    """What a curve looks like from two standard deviations below the mean to two above it."""
    slope = float(found.estimate.coefficients[plan.predictors.index(places[0])])
    bend = float(curvature["estimate"])
    turns_at = -slope / (2 * bend)
    if curvature["ci_low"] <= 0 <= curvature["ci_high"]:
        shape = "straight"
    elif abs(turns_at) < FAR:
        shape = "u_shaped" if bend > 0 else "inverted_u"
    else:
        shape = f"{'rises' if slope > 0 else 'falls'}_{'faster' if slope * bend > 0 else 'slower'}"
    names = {"source": model.names[places[0]], "target": model.names[plan.target]}
    return {**names, "shape": shape, "turns_at": np.nan if shape == "straight" else turns_at}
