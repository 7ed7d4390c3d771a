"""The examples that scrutiny's documentation publishes, with the results it gives for them (numbers only)."""

from __future__ import annotations

import itertools

import pytest

from smartcity_survey.audit.checks import CHECKS, granularity
from smartcity_survey.audit.reported import exactly, read_number

# pigs1: mean, n, and whether GRIM holds.
PIGS1 = [
    ("7.22", 32, True), ("4.74", 25, False), ("5.23", 29, False), ("2.57", 24, False), ("6.77", 27, False),
    ("2.68", 28, True), ("7.01", 29, False), ("7.38", 26, True), ("3.14", 27, False), ("6.89", 31, False),
    ("5.00", 25, True), ("0.24", 28, False),
]  # fmt: skip
# Mean, n, items, and whether GRIM holds; where n times items is 100 or more, two decimals test nothing.
FURTHER = [
    ("5.27", 43, 1, False),
    *((mean, 28, 1, holds) for mean, holds in zip(
        ("8.97", "2.61", "7.26", "3.64", "9.26", "10.46", "7.39"),
        (False, True, False, True, False, True, True), strict=True)),
    *((mean, 40, 1, holds) for mean, holds in zip(
        ("5.90", "5.71", "3.50", "3.82", "4.61", "5.24"),
        (True, False, True, True, False, False), strict=True)),
    *((mean, 40, 3, None) for mean in ("5.90", "5.71", "3.50", "3.82", "4.61", "5.24")),
    ("6.92", 30, 1, False), ("3.48", 30, 1, False), ("1.59", 30, 2, False), ("2.61", 30, 2, False),
    ("4.04", 30, 3, True), ("4.50", 30, 3, True),
]  # fmt: skip
PERCENTAGES = [("32.5%", 438, False), ("35.6%", 455, True), ("21.7%", 501, False), ("39.3%", 516, True)]
# pigs3 and further: mean, SD, n, and whether DEBIT holds.
DEBIT = [
    *((mean, sd, 1683, mean != "0.19") for mean, sd in (
        ("0.53", "0.50"), ("0.44", "0.50"), ("0.77", "0.42"), ("0.19", "0.35"), ("0.34", "0.47"),
        ("0.93", "0.25"), ("0.12", "0.33"))),
    ("0.35", "0.18", 20, False),
    *((mean, sd, 1000, False) for mean, sd in (
        ("0.26", "0.14"), ("0.87", "0.15"), ("0.68", "0.09"), ("0.33", "0.22"), ("0.21", "0.23"))),
]  # fmt: skip
# Mean, SD, n, and whether GRIMMER holds. The fifth SD is too coarse for us to test. The first scrutiny calls
# impossible by its third test, of which it warns that it errs: sum 223 and sum of squares 2179 give it.
GRIMMER = [
    ("8.9", "2.81", 25, True), ("2.6", "2.05", 25, False), ("7.2", "2.89", 25, True),
    ("3.6", "3.11", 25, True), ("9.2", "7.13", 25, None), ("10.4", "2.53", 25, True),
    ("7.3", "3.14", 25, True), ("7.3", "2.51", 12, False),
]  # fmt: skip


def grim(mean, n, items=1):
    return CHECKS["grim"].judge(mean=read_number(mean), n=exactly(n), items=exactly(items)).consistent


def grimmer(mean, sd, n, items=1):
    numbers = {"mean": read_number(mean), "sd": read_number(sd), "n": exactly(n), "items": exactly(items)}
    return CHECKS["grimmer"].judge(**numbers)


def test_grim_agrees_on_all_twelve_of_the_published_data_set():
    assert [grim(mean, n) for mean, n, _ in PIGS1] == [holds for *_, holds in PIGS1]


@pytest.mark.parametrize(("mean", "n", "items", "holds"), FURTHER)
def test_grim_agrees_on_further_examples(mean, n, items, holds):
    assert grim(mean, n, items) is holds


@pytest.mark.parametrize(("share", "n", "holds"), PERCENTAGES)
def test_grim_agrees_on_percentages(share, n, holds):
    shares = CHECKS["shares_of_whole_counts"].judge(shares=(read_number(share),), n=exactly(n))
    assert shares.consistent is holds


@pytest.mark.parametrize(("mean", "sd", "n", "holds"), DEBIT)
def test_debit_agrees(mean, sd, n, holds):
    judged = CHECKS["debit"].judge(mean=read_number(mean), sd=read_number(sd), n=exactly(n))
    assert judged.consistent is holds


@pytest.mark.parametrize(("mean", "sd", "n", "holds"), GRIMMER)
def test_grimmer_agrees_or_says_that_it_cannot_test(mean, sd, n, holds):
    assert grimmer(mean, sd, n).consistent is holds


def test_the_first_case_of_grimmer_is_possible():
    """The sample's own mean and SD, as printed."""
    n, total, squares = 25, 223, 2179
    assert f"{total / n:.1f}" == "8.9"
    assert f"{((squares - total**2 / n) / (n - 1)) ** 0.5:.2f}" == "2.81"
    assert squares % 2 == total % 2


def test_a_mean_that_grim_fails_has_no_sd_however_coarse_the_sd_is_printed():
    judged = grimmer("5.27", "9.1", 43)
    assert (judged.consistent, judged.reason) == (False, "mean_off_grid")
    assert grimmer("5.28", "9.1", 43).consistent is None


@pytest.mark.parametrize("n", [2, 3, 5, 6])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_possible_samples_are_those_that_all_samples_show(width, n):
    """Every sample of n answers on a scale of up to five."""
    samples = list(itertools.combinations_with_replacement(range(width + 1), n))
    real = {(sum(sample), sum(x * x for x in sample)) for sample in samples}
    for total in range(n * width + 1):
        squares = {square for one, square in real if one == total}
        assert granularity.extreme_squares(total, n, width) == (min(squares), max(squares))
        found = {q for q in range(n * width**2 + 1) if granularity.has_sample(total, q, n, width)}
        assert found == squares
