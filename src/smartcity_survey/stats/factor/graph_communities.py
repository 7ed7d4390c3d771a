"""Groups of closely linked nodes of a weighted graph, by short random walks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.types import Array, IntArray

WALK_STEPS = 4


@dataclass(frozen=True, slots=True)
class Communities:
    """membership : (p,), 0, 1, ... in the order of their first nodes. modularity : of this division."""

    membership: IntArray
    modularity: float


def walktrap(weights: Array, steps: int = WALK_STEPS) -> Communities:
    """Communities of a graph with symmetric weights (p, p), none negative and 0 on the diagonal.

    Nodes are alike as far as walks of so many steps from both end in the same places; linked communities are
    merged, least loss first, and the division of largest modularity is taken. Every node has a link to itself
    as strong as its others on average. A node without links is a community of its own.

    Pons and Latapy (2006), Journal of Graph Algorithms and Applications 10, 191-218; Newman (2006) on
    modularity.
    """
    p = len(weights)
    links = np.count_nonzero(weights, axis=1)
    looped = weights + np.diag(np.where(links > 0, weights.sum(axis=1) / np.maximum(links, 1), 1.0))
    strength = looped.sum(axis=1)
    walks = np.linalg.matrix_power(looped / strength[:, None], steps) / np.sqrt(strength)
    members = {node: [node] for node in range(p)}
    places = {node: walks[node] for node in range(p)}
    linked = {(i, j) for i, j in np.argwhere(np.triu(weights, 1)).tolist()}
    best = _divided(members, weights)
    for merged in range(p, 2 * p):
        if not linked:
            break
        first, second = min(linked, key=lambda pair: (_loss(pair, members, places), pair))
        sizes = np.array([len(members[first]), len(members[second])], dtype=np.float64)
        members[merged] = members.pop(first) + members.pop(second)
        places[merged] = np.average([places.pop(first), places.pop(second)], axis=0, weights=sizes)
        gone = {first, second}
        beside = {one for pair in linked if gone & set(pair) for one in pair} - gone
        linked = {pair for pair in linked if not gone & set(pair)} | {(other, merged) for other in beside}
        found = _divided(members, weights)
        if found.modularity > best.modularity:
            best = found
    return best


def _loss(pair: tuple[int, int], members: dict[int, list[int]], places: dict[int, Array]) -> float:
    """What merging two communities adds to the squared distances within, as in Ward's method."""
    first, second = pair
    one, other = len(members[first]), len(members[second])
    return float(one * other / (one + other) * np.square(places[first] - places[second]).sum())


def _divided(members: dict[int, list[int]], weights: Array) -> Communities:
    """The division, and its share of weights within communities above what strengths alone give."""
    membership = np.empty(len(weights), dtype=np.int64)
    for number, nodes in enumerate(sorted(map(min, members.values()))):
        own = next(each for each in members.values() if min(each) == nodes)
        membership[own] = number
    total = float(weights.sum())
    if total == 0:
        return Communities(membership, 0.0)
    strength = weights.sum(axis=1)
    together = membership[:, None] == membership
    return Communities(
        membership, float(((weights - np.outer(strength, strength) / total) * together).sum() / total)
    )
