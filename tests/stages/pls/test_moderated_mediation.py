"""Moderated mediation on the simulated survey, against least squares on scores."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stages.pls.pls import estimate_pls, pls_model
from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import construct_scores, fit_pls
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model, Moderation
from tests.stages import simulated

A, M, W, *_ = simulated.CONSTRUCTS
Y = simulated.OUTCOME
PATHS = ((A, M), (W, M), (M, Y), (W, Y))
DRAWS = 100


def model_of(*moderated: tuple[str, str]) -> Model:
    """A -> M -> Y, W on both; steps that W moderates."""
    moderations = tuple(Moderation(moderator=W, source=i, target=j) for i, j in moderated)
    kept = tuple(one for one in simulated.model().constructs if one.name in (A, M, W, Y))
    return replace(simulated.model(), constructs=kept, paths=PATHS, hypotheses=(), moderations=moderations)


def table_of(model: Model, **options: object) -> pd.DataFrame:
    section = PlsSection(bootstrap_draws=DRAWS, **options)  # type: ignore[arg-type]
    return estimate_pls(simulated.answers(), model, section, seed=1).tables["moderated_mediation"]


def by_hand(model: Model, x: Array, at: float) -> float:
    """The effect A -> M -> Y at a value of W, from regressions of scores with products of them."""
    fit = fit_pls(correlation(x), len(x), pls_model(model, PlsSection()))
    scores = dict(zip(model.names, construct_scores(x, fit.outer_weights).T, strict=True))
    effect = 1.0
    moderated = {(one.source, one.target) for one in model.moderations}
    for source, target in pairwise((A, M, Y)):
        terms = [scores[name] for name, to in PATHS if to == target]
        products = [scores[i] * scores[W] for i, j in moderated if j == target]
        design = np.column_stack([*terms, *products, np.ones(len(x))])
        slopes = np.linalg.lstsq(design, scores[target], rcond=None)[0]
        own = slopes[[name for name, to in PATHS if to == target].index(source)]
        effect *= own + (slopes[len(terms)] * at if (source, target) in moderated else 0.0)
    return effect


@pytest.mark.parametrize("moderated", [((A, M),), ((M, Y),), ((A, M), (M, Y))])
def test_conditional_effects_and_index_by_hand(moderated: tuple[tuple[str, str], ...]) -> None:
    model = model_of(*moderated)
    x = simulated.answers()[list(model.items)].to_numpy(dtype=float)
    table = table_of(model)
    assert set(table["source"]) == {A}
    assert set(table["via"]) == {M}
    conditional = table[table["quantity"] == "conditional"].set_index("moderator_at")["estimate"]
    for at in (-1.0, 0.0, 1.0):
        assert conditional[at] == pytest.approx(by_hand(model, x, at), rel=1e-7)
    index = table[table["quantity"] == "index"]["estimate"]
    if len(moderated) == 1:
        assert index.item() == pytest.approx(conditional[1.0] - conditional[0.0], rel=1e-9)
    else:  # its change differs from value to value
        assert index.empty


def test_a_moderator_of_two_categories_has_an_effect_in_each() -> None:
    """By a dummy, whose slopes do not depend on how the categories are coded."""
    model = replace(model_of(), demographic_moderations=(Moderation("age", A, M),))
    frame, section = simulated.answers(), PlsSection(bootstrap_draws=DRAWS)
    tables = estimate_pls(frame, model, section, 1, codebook=simulated.codebook()).tables
    table = tables["moderated_mediation"].set_index("quantity")
    x = frame[list(model.items)].to_numpy(dtype=float)
    fit = fit_pls(correlation(x), len(x), pls_model(model, section))
    scores = dict(zip(model.names, construct_scores(x, fit.outer_weights).T, strict=True))
    old = (frame["age"] > 35).to_numpy(dtype=float)
    design = np.column_stack([scores[A], scores[W], old, scores[A] * old, np.ones(len(x))])
    slopes = np.linalg.lstsq(design, scores[M], rcond=None)[0]
    step = fit.path_coefficients[model.names.index(M), model.names.index(Y)]
    conditional = table.loc["conditional"]
    assert conditional["category"].tolist() == [1, 2]
    np.testing.assert_allclose(conditional["estimate"], step * (slopes[0] + [0, slopes[3]]), rtol=1e-9)
    np.testing.assert_allclose(conditional["moderator_at"], tables["simple_slopes"]["moderator_at"])
    assert np.isnan(table.loc["index", "category"])
    assert table.loc["index", "estimate"] == pytest.approx(step * slopes[3] * old.std(ddof=1))


def test_errors_are_of_resamples_of_both_stages() -> None:
    model = model_of((A, M))
    x = simulated.answers()[list(model.items)].to_numpy(dtype=float)
    drawn = [
        by_hand(model, x[units], 1.0) - by_hand(model, x[units], 0.0)
        for units in resampled_units(1, 0, DRAWS, len(x))
    ]
    index = table_of(model).set_index("quantity").loc["index"]
    assert index["boot_mean"] == pytest.approx(np.mean(drawn), rel=1e-6)
    assert index["boot_se"] == pytest.approx(np.std(drawn, ddof=1), rel=1e-6)
    assert index["ci_low"] == pytest.approx(np.quantile(drawn, 0.025, method="weibull"), abs=0.01)


@pytest.mark.parametrize(("interval", "told"), [("bca", "bca"), ("studentised", "percentile")])
def test_the_card_tells_the_kind_of_interval(interval: Any, told: str) -> None:
    section = PlsSection(bootstrap_draws=DRAWS, interval=interval)
    cards = estimate_pls(simulated.answers(), model_of((A, M)), section, seed=1).cards
    assert cards["moderated_mediation"]["interval"] == told
    assert cards["moderation"]["interval"] == interval


@pytest.mark.parametrize("interval", ["bca", "studentised"])
def test_every_kind_of_interval_has_ends(interval: str) -> None:
    table = table_of(model_of((A, M)), interval=interval)
    assert (table["ci_low"] < table["estimate"]).all()
    assert (table["estimate"] < table["ci_high"]).all()


def test_without_a_chain_there_is_nothing() -> None:
    moderation = Moderation(moderator=M, source=A, target=Y)
    assert table_of(replace(simulated.model(), moderations=(moderation,))).empty
