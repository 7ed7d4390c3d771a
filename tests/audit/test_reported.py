"""Printed text becomes a value and the interval it was rounded from."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartcity_survey.audit.interval import ANYTHING, Interval
from smartcity_survey.audit.reported import exactly, read_number

# Interval bounds are one addition away from their decimal text: a few units in the last binary place.
TOLERANCE = 1e-14


@pytest.mark.parametrize(
    ("text", "value", "low", "high", "decimals", "marks"),
    [
        ("0.70", 0.70, 0.695, 0.705, 2, ""),
        ("0.7", 0.7, 0.65, 0.75, 1, ""),
        (",979", 0.979, 0.9785, 0.9795, 3, ""),
        ("-,030", -0.030, -0.0305, -0.0295, 3, ""),
        ("-.027", -0.027, -0.0275, -0.0265, 3, ""),
        ("−1,079", -1.079, -1.0795, -1.0785, 3, ""),
        (".000", 0.0, -0.0005, 0.0005, 3, ""),
        (",000*", 0.0, -0.0005, 0.0005, 3, "*"),
        ("0.017*", 0.017, 0.0165, 0.0175, 3, "*"),
        (".760a", 0.760, 0.7595, 0.7605, 3, "a"),
        (".000b", 0.0, -0.0005, 0.0005, 3, "b"),
        ("57.8%", 0.578, 0.5775, 0.5785, 3, ""),
        ("57,8 %", 0.578, 0.5775, 0.5785, 3, ""),
        ("676", 676.0, 675.5, 676.5, 0, ""),
        ("389 495", 389495.0, 389494.5, 389495.5, 0, ""),
        ("46 310,317", 46310.317, 46310.3165, 46310.3175, 3, ""),
        ("1.2E-5", 1.2e-5, 1.15e-5, 1.25e-5, 6, ""),
        ("2e3", 2000.0, 1500.0, 2500.0, -3, ""),
        ("<0.001", 0.001, 0.0, 0.001, 3, ""),
        ("< ,05", 0.05, 0.0, 0.05, 2, ""),
    ],
)
def test_forms_of_print(text, value, low, high, decimals, marks):
    number = read_number(text, "," if "," in text else ".")
    assert number.value == pytest.approx(value, rel=TOLERANCE, abs=TOLERANCE)
    assert number.interval.low == pytest.approx(low, rel=TOLERANCE, abs=TOLERANCE)
    assert number.interval.high == pytest.approx(high, rel=TOLERANCE, abs=TOLERANCE)
    assert (number.decimals, number.marks, number.text) == (decimals, marks, text)


def test_the_other_mark_separates_thousands_only_where_three_digits_follow():
    assert read_number("1,234.5", ".").value == 1234.5
    assert read_number("1.234,5", ",").value == 1234.5
    assert read_number("12,345", ".").value == 12345
    assert read_number("12,345", ",").value == 12.345
    assert read_number("0,345", ".").value == 0.345


def test_a_number_above_a_bound_is_open_upwards():
    assert read_number(">0.99").interval == Interval(0.99, math.inf)


@pytest.mark.parametrize("text", ["confirmed", "", "-", "18-25", "H1", "1.2.3", "2020-2021", "."])
def test_words_are_no_numbers(text):
    number = read_number(text)
    assert not number.is_number
    assert number.interval == ANYTHING


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_the_interval_holds_the_value_before_rounding(value, decimals):
    interval = read_number(f"{value:.{decimals}f}").interval
    slack = 1e-9 * max(1.0, abs(value))
    assert interval.low - slack <= value <= interval.high + slack


def test_constants_were_never_rounded():
    assert exactly(51).interval == Interval(51.0, 51.0)
