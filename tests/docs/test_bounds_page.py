"""docs/bounds.md: its numbers are those of the files of bounds and of the printed problem."""

from __future__ import annotations

import re

import pytest

from smartcity_survey.data.bounds_tables import END_LAYOUT, FURTHER_LAYOUT, read_bounds_table
from smartcity_survey.reconstruct.printed_study import read_study
from smartcity_survey.stages.comparison.bounds import further_tables, identified_sets, with_further
from tests.conftest import REPOSITORY

TEXT = (REPOSITORY / "docs/bounds.md").read_text(encoding="utf-8").replace("\n", " ")
ENDS = read_bounds_table(REPOSITORY / "data/bounds/ends.csv", END_LAYOUT)
FURTHER = read_bounds_table(REPOSITORY / "data/bounds/further.csv", FURTHER_LAYOUT)
FIRST = identified_sets(with_further(ENDS[ENDS["seed"] == ENDS["seed"].min()], FURTHER))
WIDTHS = further_tables(FIRST, FURTHER).groupby("table")["of_width"]


@pytest.mark.parametrize(
    ("words", "table"),
    [
        ("correlations of the constructs", "construct_correlations"),
        ("outer loadings", "outer_loadings"),
        ("means and standard deviations of the items", "item_descriptives"),
    ],
)
def test_shares_that_a_further_table_leaves_are_those_of_the_files(words: str, table: str) -> None:
    ((low, high),) = re.findall(rf"{words} (\d+)(?: to (\d+))? %", TEXT)
    least, most = (f"{100 * share:.0f}" for share in (WIDTHS.min()[table], WIDTHS.max()[table]))
    assert (low, high or low) == (least, most)


def test_where_searches_for_governance_stopped_is_that_of_the_files() -> None:
    strict = ENDS.query(
        "method == 'pls' and predictor == 'governance' and reading == 'strict' and side == 'high'"
    )
    first, second = strict.sort_values("seed")["value"]
    own = FURTHER.query("predictor == 'governance' and side == 'high' and table != 'construct_correlations'")
    told = [f"{value:.3f}".removeprefix("0") for value in (first, own["value"].max(), second)]
    assert f"stopped at {told[0]} (settled) from the first start" in TEXT
    assert f"came to {told[1]} and the second start to {told[2]};" in TEXT


def test_the_example_of_a_set_that_is_open_with_the_claimed_fit_is_that_of_the_ends() -> None:
    lines = ENDS.query("method == 'sem' and predictor == 'mobility'")
    at = lines.set_index(["reading", "side"])
    z = at["value"] / at["std_error"]
    low, high = (f"{at.loc[('claimed', side), 'value']:.3f}".removeprefix("0") for side in ("low", "high"))
    assert f"(z {z['strict', 'low']:.2f} and {z['strict', 'high']:.1f})" in TEXT
    assert f"({low}, z {z['claimed', 'low']:.2f})" in TEXT
    assert f"from {low} to {high}." in TEXT


def test_limits_of_the_readings_are_those_of_the_problem() -> None:
    problem = read_study(REPOSITORY / "config.yaml").published.problem
    (claimed,) = (target.high for target in problem.targets if target.key == ("cfa", "chi2"))
    assert f"degrees of freedom, {problem.design.degrees_of_freedom})" in TEXT
    assert f"(χ² at most {claimed:.0f})" in TEXT
