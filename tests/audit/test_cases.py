"""Papers of `cases/`, entered from publications: what must come out of each."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from smartcity_survey import audit
from tests.audit.papers_in_memory import contradictions, of

CASES = Path(__file__).parent / "cases"


def case(name: str) -> pd.DataFrame:
    return audit.run(CASES / f"{name}.yaml")


@pytest.mark.parametrize(
    "name",
    [
        *("adequacy_crash", "cp1251", "f13_PMC7710521", "f14_geriatr", "f4_PMC9307489", "multi", "neg"),
        *("normality_crash", "one_tailed", "semi", "trunc", "valid_percent"),
    ],
)
def test_nothing_is_held_against_an_ordinary_layout(name: str) -> None:
    findings = case(name)
    assert contradictions(findings) == []
    assert of(findings, "unread") == []
    assert findings.consistent.sum() >= 2


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("f4_PMC9307489", "truncates"),
        ("trunc", "truncates"),
        ("multi", "Several answers could be chosen"),
        ("one_tailed", "one-tailed"),
        ("valid_percent", "those who answered (395)"),
        ("f6_rotated", "oblique"),
        ("f14_geriatr", "no column “p”"),
    ],
)
def test_the_layout_that_was_recognised_is_said_once(name: str, note: str) -> None:
    assert sum(note in text for text in of(case(name), "note")) == 1


def test_ave_and_cr_of_one_construct_are_one_typing_error() -> None:
    findings = case("f2_PMC8359917")
    (said,) = contradictions(findings)
    assert "0.578 is printed; 0.6367 to 0.6383 follows from loadings 0.649 and 0.924 (59 units" in said
    assert "Also in: Table 1, BI, CR." in said
    assert "0.549 is meant, 0.649 is printed" in said
    assert list(findings.severity[:2]) == ["typo", ""]


def test_rotated_matrices_have_two_errors_only() -> None:
    row, total = contradictions(case("f6_rotated"))
    assert "0.53; 0.003; 0.949 add up to more than 1" in row
    assert "50.67% is printed; 50.16% to 50.18%" in total


def test_two_figures_of_one_number_are_named_with_their_captions() -> None:
    assert contradictions(case("dup")) == ["Figure 7 is the number of more than one: “one” and “another”."]


def test_verdicts_without_p_are_held_against_t_and_stars() -> None:
    findings = case("f14_geriatr")
    assert findings.check.value_counts()[["verdict_by_t", "verdict_by_stars"]].tolist() == [6, 6]


def test_a_star_that_t_does_not_bear_out_is_found() -> None:
    """`.513***` is taken for no p-value; `.164*` is a finding: t 1.267 has p .205 by z, .103 on one side.

    With fewer cases p is larger still: no n and no tail makes the star right at the level declared.
    """
    (said,) = contradictions(case("stars_beta"))
    assert said == ".164* is printed, and the mark does not agree with t 1.267."


def test_absurd_values_under_headers_of_spss_are_found() -> None:
    findings = case("silent_columns")
    wrong = findings[findings.consistent.eq(False).fillna(False)]
    for place in ("SE of the mean", "x, t", "x, p", "sex/m, %", "sex/f, %", "q1, component", "q2, component"):
        assert wrong.place.str.contains(place).any(), place
    assert {"9.9", "5.0", "99.0", "0.9", "10.0%", "20.0%"} & set(wrong.printed) >= {"99.0", "0.9", "10.0%"}


def test_a_mistyped_column_of_repeats_is_named_and_its_values_are_found() -> None:
    findings = case("repeats_typo")
    assert of(findings, "unread") == [
        "A relation names the column “bta”, which Table 2 does not have; “beta” is taken.",
        "A relation names the column “pp”, which Table 2 does not have; “p” is taken.",
    ]
    assert [text.split(" is")[0] for text in contradictions(findings)] == ["-0.99", "0.77"]


def test_cells_that_are_no_numbers_are_named_and_read_as_they_were_meant() -> None:
    findings = case("unread")
    assert sorted(of(findings, "unread")) == [
        "No number: 0.9O (0.90?).",
        "No number: 3..47 (3.47?).",
        "No number: O.50 (0.50?).",
    ]
    assert {"99.0", "0.9O"} == set(findings[findings.consistent.eq(False).fillna(False)].printed)
