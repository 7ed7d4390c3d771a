from __future__ import annotations

import math

import pytest

from smartcity_survey.report.formats import formatter
from smartcity_survey.report.wording import load_wording

ENGLISH, RUSSIAN, KAZAKH = (load_wording(language).numbers for language in ("en", "ru", "kk"))
NARROW = "\u202f"


@pytest.mark.parametrize(
    ("name", "value", "english", "russian"),
    [
        ("fixed:3", 46310.3171, "46,310.317", f"46{NARROW}310,317"),
        ("fixed:0", 1275.0, "1,275", "1275"),
        ("fixed:2", -0.5, "−0.50", "−0,50"),
        ("fixed:2", -0.004, "0.00", "0,00"),
        ("ratio:3", 0.9785, ".979", "0,979"),
        ("ratio:3", -0.03, "−.030", "−0,030"),
        ("ratio:3", 1.0, "1.000", "1,000"),
        ("ratio:3", -0.0001, ".000", "0,000"),
        ("end:2", -0.00208917, "−.002", "−0,002"),
        ("end:2", 0.00049, ".0005", "0,0005"),
        ("end:2", -0.0051, "−.01", "−0,01"),
        ("end:2", -650.401, "−650.40", "−650,40"),
        ("end:3", 0.0, ".000", "0,000"),
        ("end:2", -1e-9, ".00", "0,00"),
        ("p", 0.0171, ".017", "0,017"),
        ("p", 0.0009999, "< .001", "< 0,001"),
        ("p", 0.001, ".001", "0,001"),
        ("p", 1.0, "1.000", "1,000"),
        ("count", 676.0, "676", "676"),
        ("count", 12.5, "12.5", "12,5"),
        ("percent:1", 47.04, "47.0%", "47,0\u00a0%"),
        ("power:1", 5.07e-12, "5.1 × 10⁻¹²", "5,1 × 10⁻¹²"),
        ("power:0", 0.0, "0", "0"),
        ("compact", 1e-12, "1 × 10⁻¹²", "1 × 10⁻¹²"),
        ("compact", 0.95, "0.95", "0,95"),
        ("compact", 10000.0, "10,000", f"10{NARROW}000"),
        ("compact", 0.026640, "0.02664", "0,02664"),
        ("compact", 123.456, "123.5", "123,5"),
    ],
)
def test_number_in_the_style_of_the_language(name: str, value: float, english: str, russian: str) -> None:
    assert formatter(name)(ENGLISH, value) == english
    assert formatter(name)(RUSSIAN, value) == russian
    assert formatter(name)(KAZAKH, value) == russian


@pytest.mark.parametrize("name", ["fixed:2", "ratio:3", "end:2", "count", "compact", "percent:1", "power:1"])
def test_nothing_is_written_for_no_number(name: str) -> None:
    assert formatter(name)(ENGLISH, math.nan) == ""


def test_infinity_is_shown() -> None:
    assert ENGLISH.fixed(-math.inf, 2) == "−∞"
    assert ENGLISH.compact(math.inf) == "∞"


def test_interval() -> None:
    assert ENGLISH.range(-0.04, 0.19, 2, bounded=True) == "[−.04, .19]"
    assert KAZAKH.range(-0.04, 0.19, 2, bounded=True) == "[−0,04; 0,19]"


def test_unknown_format_is_named() -> None:
    with pytest.raises(ValueError, match="no number format is called 'fixd:2'"):
        formatter("fixd:2")
