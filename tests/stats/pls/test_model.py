"""A path model says at once which of its rules it breaks."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import InvalidModel
from smartcity_survey.stats.pls.model import PlsModel, SortedModel
from tests.stats.pls_data import membership

CHAIN = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)


def test_modes_default_to_mode_a() -> None:
    assert PlsModel(membership([0, 1, 2]), CHAIN).modes == ("mode_a",) * 3


def test_layout_sorts_items_and_knows_what_is_adjacent() -> None:
    layout = SortedModel.of(PlsModel(membership([2, 0, 1, 0, 2]), CHAIN))
    assert layout.order.tolist() == [1, 3, 2, 0, 4]
    assert layout.owner.tolist() == [0, 0, 1, 2, 2]
    assert layout.blocks == (slice(0, 2), slice(2, 3), slice(3, 5))
    assert layout.neighbours == ((1,), (0, 2), (1,))
    assert layout.reach == (0, 0, 2)
    assert [(target, sources.tolist()) for target, sources in layout.regressions] == [(1, [0]), (2, [1])]


@pytest.mark.parametrize(
    ("blocks", "paths", "modes", "message"),
    [
        (membership([0, 1]), CHAIN, (), "do not fit together"),
        (membership([0, 1, 2]), CHAIN, ("mode_a",), "1 modes for 3 constructs"),
        (np.zeros((1, 3), dtype=bool), CHAIN, (), r"items \[0\] do not measure exactly one"),
        (np.ones((1, 3), dtype=bool), CHAIN, (), r"items \[0\] do not measure exactly one"),
        (membership([0, 2, 2]), CHAIN, (), r"constructs \[1\] have no item"),
        (membership([0, 1, 2]), CHAIN & False, (), r"constructs \[0, 1, 2\] have no path"),
        (membership([0, 1, 2]), CHAIN | CHAIN.T, (), "circle"),
        (membership([0, 1, 2]), CHAIN | np.eye(3, dtype=bool), (), "circle"),
    ],
)
def test_broken_rules_are_named(blocks: object, paths: object, modes: object, message: str) -> None:
    with pytest.raises(InvalidModel, match=message):
        PlsModel(blocks, paths, modes)  # type: ignore[arg-type]
