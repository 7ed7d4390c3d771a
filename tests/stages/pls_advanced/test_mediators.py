"""Congruence and predictive contributions of mediators on the simulated survey: seminrExtras' numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.pls_advanced.congruence import compare_profiles
from smartcity_survey.stages.pls_advanced.mediator_contribution import strength, triples, weigh_mediators
from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.pls.prediction import accuracy, predict_pls
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model
from tests.stages import simulated
from tests.stages.weights.drawn import answers, design

A, B, C, *_ = simulated.CONSTRUCTS
Y = simulated.OUTCOME
PATHS = ((A, C), (B, C), (C, Y), (A, Y))
N, DRAWS = 30, 100


def model() -> Model:
    kept = tuple(one for one in simulated.model().constructs if one.name in (A, B, C, Y))
    return replace(simulated.model(), constructs=kept, paths=PATHS)


def of_seminr(n: int) -> Any:
    seminr = pytest.importorskip("seminr", reason="seminr, the oracle, is not installed")
    frame = simulated.answers().head(n)
    return seminr.estimate_pls(
        {item: frame[item].to_numpy() for item in model().items},
        seminr.constructs(*(seminr.composite(one.name, list(one.items)) for one in model().constructs)),
        seminr.relationships(*(seminr.paths(*path) for path in PATHS)),
        inner_weights=seminr.path_weighting,
        max_it=3000,
        stop_criterion=13,
    )


def test_congruence_and_its_errors_like_seminr_extras() -> None:
    extras = pytest.importorskip("seminrExtras", reason="seminrExtras, the oracle, is not installed")
    section = PlsSection(further_draws=DRAWS)
    table = compare_profiles(simulated.answers().head(N), model(), section, 3).tables["congruence"]
    theirs = extras.congruence_test(of_seminr(N), nboot=DRAWS, draws=resampled_units(3, 0, DRAWS, N)).results
    named = table.set_index(["construct_1", "construct_2"])
    for row, values in zip(theirs.rows, theirs.values, strict=True):
        first, _, second = row.split()
        line = named.loc[(first, second) if (first, second) in named.index else (second, first)]
        np.testing.assert_allclose(line[["congruence", "boot_se"]].astype(float), values[[0, 2]], atol=1e-7)
    assert (table["apart"] == (table["ci_high"] < 1)).all()
    assert (table["ci_low"] < table["congruence"]).all()


def test_what_is_one_construct_is_congruent() -> None:
    """Two constructs that share the same items' noise-free copies relate to all others alike."""
    frame, own = simulated.answers().copy(), model()
    first, second = simulated.items_of(A), simulated.items_of(B)
    width = min(len(first), len(second))
    frame[list(second[:width])] = frame[list(first[:width])].to_numpy()
    kept = tuple(
        replace(one, items=one.items[:width]) if one.name in (A, B) else one for one in own.constructs
    )
    alike = replace(own, constructs=kept, paths=((A, C), (B, Y), (C, Y)))
    table = compare_profiles(frame, alike, PlsSection(further_draws=DRAWS), 3).tables["congruence"]
    line = table.query("construct_1 == @A and construct_2 == @B").iloc[0]
    assert line["congruence"] > 0.99
    assert line["congruence"] > table["congruence"].drop(line.name).max()


def test_contributions_like_seminr_extras() -> None:
    """Every respondent is predicted from all others: folds do not depend on a seed."""
    extras = pytest.importorskip("seminrExtras", reason="seminrExtras, the oracle, is not installed")
    section = PlsSection(folds=N, repetitions=1)
    table = weigh_mediators(simulated.answers().head(N), model(), section, 1).tables["mediator_contributions"]
    theirs = extras.assess_pcm(of_seminr(N), target=Y, noFolds=N, reps=1, seed=1)
    assert {(one.antecedent, one.mediator) for one in theirs.pcm_results} == {(A, C), (B, C)}
    columns = ["rmse", "rmse_without", "pcm_rmse", "mae", "mae_without", "pcm_mae"]
    for one in theirs.pcm_results:
        own = table.query("source == @one.antecedent and via == @one.mediator").set_index("item")
        found = own.loc[list(one.results.rows), columns].to_numpy()
        # seminrExtras stops its own models at 1e-7.
        np.testing.assert_allclose(found, one.results.values, atol=1e-5)


def test_weights_count_in_what_mediators_add() -> None:
    section, own = PlsSection(folds=3, repetitions=1), design("weighted")
    result = weigh_mediators(answers("weighted"), model(), section, 1, own)
    kept = tuple(one for one in model().constructs if one.name in (A, C, Y))
    alone = replace(model(), constructs=kept, paths=((A, C), (A, Y), (C, Y)))
    x = answers("weighted")[list(alone.items)].to_numpy(dtype=float)
    folds = np.random.default_rng(np.random.SeedSequence(1).spawn(1)[0]).permutation(np.arange(len(x)) % 3)
    predicted = predict_pls(x, pls_model(alone, section), folds, weights=own.weights)
    at = predicted.constructs == alone.names.index(Y)
    expected = accuracy(predicted.actual[:, at], predicted.pls[:, at], predicted.average[:, at], own.weights)
    table = result.tables["mediator_contributions"].query("source == @A")
    np.testing.assert_allclose(table["rmse"], expected.rmse, rtol=1e-9)
    assert result.cards["mediator_contributions"]["weights"] == "sampling_weights"


def test_every_two_paths_one_behind_the_other() -> None:
    found = [tuple(one.name for one in chain) for chain in triples(model())]
    assert found == [(A, C, Y), (B, C, Y)]
    assert triples(simulated.model()) == []
    nothing = weigh_mediators(simulated.answers(), simulated.model(), PlsSection(), 1)
    assert nothing.tables["mediator_contributions"].empty


def test_strength_by_convention() -> None:
    values = np.array([-0.01, 0.0, 0.049, 0.05, 0.099, 0.1, np.nan])
    assert strength(values) == ["none", "weak", "weak", "moderate", "moderate", "strong", "none"]
