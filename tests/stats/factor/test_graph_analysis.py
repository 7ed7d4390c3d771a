"""Exploratory graph analysis against R's glasso, qgraph and igraph, and by its definitions.

Reference values: `graph_analysis.json`, written by `scripts/graph_analysis.R`.
"""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import NotPositiveDefinite
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.graph_communities import walktrap
from smartcity_survey.stats.factor.sparse_networks import PENALTIES, graphical_lasso, sparse_network
from tests.stats.factor_data import bfi_answers, reference, simulated_answers


@pytest.mark.parametrize(
    ("name", "x", "groups"),
    [("bfi", bfi_answers(), 5), ("simulated", simulated_answers()[:200, :20], 4)],
    ids=["bfi", "simulated"],
)
def test_it_is_that_of_glasso_and_igraph(name: str, x: Array, groups: int) -> None:
    told = reference("graph_analysis")[name]
    p = x.shape[1]
    network = sparse_network(np.corrcoef(x, rowvar=False), len(x))
    assert network.gamma == 0.5
    assert network.ebic == pytest.approx(min(told["ebic"]), rel=1e-9)
    assert network.penalty == pytest.approx(told["penalty"], rel=1e-9)
    assert len(told["ebic"]) == PENALTIES
    below = network.partial[np.triu_indices(p, 1)]  # R's lower triangle goes by columns
    np.testing.assert_allclose(below, told["partial"], atol=1e-8)
    np.testing.assert_array_equal(below != 0, np.array(told["partial"]) != 0)
    found = walktrap(np.abs(network.partial))
    assert found.modularity == pytest.approx(told["modularity"], rel=1e-8)
    numbers = list(dict.fromkeys(told["membership"]))
    assert found.membership.tolist() == [numbers.index(number) for number in told["membership"]]
    assert found.membership.max() + 1 == groups


def test_the_end_is_the_optimum() -> None:
    """Its conditions: covariances within the penalty of the correlations, and at it where there is a link."""
    S, penalty = np.corrcoef(bfi_answers()[:150], rowvar=False), 0.12
    inverse, covariances = graphical_lasso(S, penalty)
    np.testing.assert_allclose(inverse @ covariances, np.eye(25), atol=1e-7)
    apart = covariances - S
    assert np.abs(apart).max() <= penalty + 1e-8
    linked = (inverse != 0) & ~np.eye(25, dtype=bool)
    assert 0 < linked.sum() < 24 * 25
    np.testing.assert_allclose(apart[linked], penalty * np.sign(inverse[linked]), atol=1e-7)
    np.testing.assert_allclose(np.diagonal(apart), 0, atol=1e-12)


def test_a_start_at_a_smaller_penalty_ends_in_the_same_place() -> None:
    S = np.corrcoef(simulated_answers()[:100, :12], rowvar=False)
    _, nearer = graphical_lasso(S, 0.1)
    np.testing.assert_allclose(graphical_lasso(S, 0.2, nearer)[0], graphical_lasso(S, 0.2)[0], atol=1e-7)


def test_an_item_apart_from_all_others_lowers_gamma_and_has_no_link() -> None:
    rng = np.random.default_rng(2)
    trait = rng.normal(size=(300, 1))
    x = np.column_stack([np.ones(300), trait + rng.normal(size=(300, 5)), rng.normal(size=300)])
    x[:, 6] -= x[:, :6] @ np.linalg.lstsq(x[:, :6], x[:, 6])[0]  # no correlation with any of them
    x = x[:, 1:]
    network = sparse_network(np.corrcoef(x, rowvar=False), 300)
    assert network.gamma == 0
    assert not network.partial[5].any()
    assert network.partial[:5].any(axis=1).all()
    assert walktrap(network.partial).membership.tolist()[5] == 1


def test_items_that_determine_one_another_are_refused() -> None:
    x = simulated_answers()[:, :4]
    x = np.column_stack([x, x.sum(axis=1)])
    with pytest.raises(NotPositiveDefinite):
        sparse_network(np.corrcoef(x, rowvar=False), len(x))


def test_two_groups_with_one_link_between() -> None:
    """Modularity by hand: 7 links, 3 within each triangle, degrees 7 and 7: 6 / 7 - 1 / 2."""
    weights = np.zeros((6, 6))
    for one, other in [(0, 2), (0, 4), (2, 4), (1, 3), (1, 5), (3, 5), (4, 1)]:
        weights[one, other] = weights[other, one] = 1
    found = walktrap(weights)
    assert found.membership.tolist() == [0, 1, 0, 1, 0, 1]
    assert found.modularity == pytest.approx(6 / 7 - 1 / 2)


def test_without_links_every_node_is_alone() -> None:
    found = walktrap(np.zeros((3, 3)))
    assert (found.membership.tolist(), found.modularity) == ([0, 1, 2], 0)


def test_every_node_is_linked_to_itself() -> None:
    """Without that the first and last node would go with 2, 4 and 6. igraph: the same groups, .365234375."""
    weights = np.zeros((8, 8))
    for one, other, weight in [
        *((0, 7, 3), (1, 3, 1), (2, 4, 3), (2, 6, 3)),
        *((2, 7, 2), (3, 5, 1), (4, 6, 2), (6, 7, 1)),
    ]:
        weights[one, other] = weights[other, one] = weight
    found = walktrap(weights)
    assert found.membership.tolist() == [0, 1, 2, 1, 2, 1, 2, 0]
    assert found.modularity == pytest.approx(0.365234375)
