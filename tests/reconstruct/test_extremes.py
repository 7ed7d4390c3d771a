"""Printed extremes of scores are those of all rows, whichever of them the engine was given."""

from __future__ import annotations

import numpy as np

from smartcity_survey.reconstruct.extremes import missed_extremes

PRINTED = {"a": ("0.91", "4.68"), "b": ("1.00", "5.00")}


def missed(*rows: tuple[float, float]) -> list[str]:
    found = missed_extremes(np.array(rows), ("a", "b"), PRINTED)
    return [f"{' '.join(target.key)} = {target.printed}" for target in found]


def test_extremes_that_round_to_the_printed_ones_are_met():
    assert missed((0.914, 1.0), (4.6801, 5.0), (3.0, 3.0)) == []


def test_another_row_beyond_the_one_that_was_given_is_a_missed_number():
    ends = ((0.91, 1.0), (4.68, 5.0))
    assert missed(*ends, (4.6867, 3.0)) == ["score a max = 4.68"]
    assert missed(*ends, (0.9, 0.99)) == ["score a min = 0.91", "score b min = 1.00"]


def test_an_extreme_that_no_row_reaches_is_missed_too():
    assert missed((0.91, 1.0), (4.6, 5.0)) == ["score a max = 4.68"]
