"""Interval arithmetic: exact ranges of monotone functions, and what two roundings share."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartcity_survey.audit.interval import ANYTHING, Interval, image, overlap, total

# Corners and inner points are computed by the same formula; only rounding of the last bits differs.
TOLERANCE = 1e-9

ends = st.floats(-100, 100, allow_nan=False)
intervals = st.tuples(ends, ends).map(lambda pair: Interval(min(pair), max(pair)))
shares = st.floats(0, 1)


def point(interval, share):
    return interval.low + share * (interval.high - interval.low)


@given(intervals, intervals, shares, shares)
def test_arithmetic_holds_every_result_of_members(a, b, s, t):
    x, y = point(a, s), point(b, t)
    for result, value in ((a + b, x + y), (a - b, x - y), (a * b, x * y), (-a, -x)):
        assert result.low - TOLERANCE * 1e4 <= value <= result.high + TOLERANCE * 1e4


@given(intervals, shares)
def test_magnitude_holds_every_size(a, s):
    size = a.magnitude()
    assert size.low - TOLERANCE <= abs(point(a, s)) <= size.high + TOLERANCE


def test_the_range_of_a_monotone_function_is_that_of_its_corners():
    t = image(lambda b, se: b / se, Interval(0.4795, 0.4805), Interval(0.0465, 0.0475))
    assert t.low == pytest.approx(0.4795 / 0.0475, rel=TOLERANCE)
    assert t.high == pytest.approx(0.4805 / 0.0465, rel=TOLERANCE)


def test_division_by_what_may_be_zero_is_unbounded():
    assert image(lambda a, b: a / b, Interval(1, 2), Interval(0, 1)) == Interval(1, math.inf)
    assert image(lambda a, b: a / b, Interval(-1, 0), Interval(0, 1)) == ANYTHING


def test_intervals_meet_at_a_common_end_despite_binary_fractions():
    assert Interval(0.1 + 0.2, 1.0).meets(Interval(0.0, 0.3))
    assert not Interval(0.31, 1.0).meets(Interval(0.0, 0.3))
    assert Interval(7.5e-122, 7.6e-122).meets(Interval(-0.0005, 0.0005))


def test_two_roundings_that_share_only_a_tie_are_of_different_values():
    first, second = Interval(0.115, 0.125), Interval(0.125, 0.135)
    assert first.meets(second)
    assert not first.rounds_like(second)
    assert first.rounds_like(Interval(0.05, 0.15))
    assert first.rounds_like(Interval.exactly(0.125))


def test_overlap_is_what_all_have_in_common():
    assert overlap([Interval(0, 2), Interval(1, 3), Interval(1.5, 5)]) == Interval(1.5, 2)
    assert overlap([Interval(0, 1), Interval(0.5, 3), Interval(2, 3)]) is None


def test_total_and_scaling():
    assert total([Interval(1, 2), Interval(-1, 1)]) == Interval(0, 3)
    assert total([]) == Interval(0, 0)
    assert Interval(1, 2).scaled(-2) == Interval(-4, -2)
    assert Interval(-1, 2).clipped(0) == Interval(0, 2)
    assert Interval(-2, -1).clipped(0) == Interval(0, 0)


def test_corners_are_evaluated_without_warnings_of_numpy():
    with np.errstate(all="raise"):
        assert image(np.sqrt, Interval(-1, 4)) == ANYTHING
