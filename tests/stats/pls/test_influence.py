"""The derivative of PLS weights and correlations, against differences of the algorithm's own results."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.influence import CompositeResponse, disattenuated_influence
from smartcity_survey.stats.pls.model import PlsModel, SortedModel
from tests.stats.survey_data import answered_survey

# Central differences over this step are good to its square, and to the algorithm's 1e-13 over it.
STEP = 1e-5
ACCURACY = 1e-6
# Two explain the third, and all of them the last: a construct that both explains and is explained. One item
# is a construct of its own.
SIZES = (4, 3, 4, 1)
BLOCKS = np.repeat(np.eye(4, dtype=bool), SIZES, axis=0)
PATHS = np.zeros((4, 4), dtype=bool)
PATHS[[0, 1, 0, 1, 2], [2, 2, 3, 3, 3]] = True
# Items of a construct need not stand side by side.
SHUFFLED = np.random.default_rng(4).permutation(12)


@pytest.fixture(scope="module")
def correlation():
    return np.corrcoef(answered_survey(400, 8)[0].T)


def estimated(R, model):
    """Weights, correlations of composites and of factors; the sign is that of the loadings' sum."""
    plain, consistent = (
        fit_pls(R, 400, replace(model, consistent=consistent), tolerance=1e-14, max_iterations=5000)
        for consistent in (False, True)
    )
    return plain.outer_weights.sum(axis=1), plain.construct_corr, consistent.construct_corr


@pytest.mark.parametrize("scheme", ["path", "factorial", "centroid"])
@pytest.mark.parametrize(
    "modes",
    [
        ("mode_a",) * 4,
        ("mode_b", "mode_a", "mode_b", "mode_a"),
        ("sum_score", "mode_a", "mode_b", "mode_a"),
    ],
)
@pytest.mark.parametrize("order", [np.arange(12), SHUFFLED], ids=["sorted", "shuffled"])
def test_the_influence_is_the_derivative(correlation, scheme, modes, order):
    R, model = correlation[np.ix_(order, order)], PlsModel(BLOCKS[order], PATHS, modes, scheme)
    layout = SortedModel.of(replace(model, consistent=True))
    weights, corr, _ = estimated(R, model)
    in_order = np.ix_(layout.order, layout.order)
    response = CompositeResponse.at(R[in_order], weights[layout.order], layout)
    change = np.random.default_rng(3).normal(size=(12, 12))
    change = change + change.T
    np.fill_diagonal(change, 0.0)
    moved = change[in_order] @ response.by_construct
    found = response.influence(np.stack((moved, -2 * moved)))
    factors, _ = disattenuated_influence(corr, weights[layout.order], found, layout)
    ahead, behind = (estimated(R + sign * STEP * change, model) for sign in (1, -1))
    expected = [(after - before) / (2 * STEP) for after, before in zip(ahead, behind, strict=True)]
    np.testing.assert_allclose(found.weights[0], expected[0][layout.order], atol=ACCURACY)
    np.testing.assert_allclose(found.construct_corr[0], expected[1], atol=ACCURACY)
    np.testing.assert_allclose(factors[0], expected[2], atol=ACCURACY)
    np.testing.assert_allclose(found.weights[1], -2 * found.weights[0], atol=1e-12)


def test_a_construct_turned_round_keeps_its_derivative(correlation):
    """Weights of either sign solve the algorithm."""
    model = PlsModel(BLOCKS, PATHS)
    layout = SortedModel.of(model)
    weights = estimated(correlation, model)[0]
    turned = np.where(layout.owner == 0, -weights, weights)
    moved = np.random.default_rng(1).normal(size=(1, 12, 12))
    moved = moved + moved.swapaxes(1, 2)
    sign = np.where(layout.owner == 0, -1, 1)
    plain, other = (
        response.influence(moved @ response.by_construct).weights
        for response in (CompositeResponse.at(correlation, own, layout) for own in (weights, turned))
    )
    np.testing.assert_allclose(other, sign * plain, atol=1e-9)
