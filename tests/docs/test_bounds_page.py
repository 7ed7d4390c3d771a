"""docs/bounds.md: its numbers are those of the report's table and of the printed problem."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from smartcity_survey.reconstruct.printed_study import read_study
from tests.conftest import REPOSITORY

TEXT = (REPOSITORY / "docs/bounds.md").read_text(encoding="utf-8").replace("\n", " ")
WIDTHS = pd.read_csv(REPOSITORY / "reports/tables/further_tables.csv").groupby("table")["of_width"]


@pytest.mark.parametrize(
    ("words", "table"),
    [
        ("correlations of the constructs", "construct_correlations"),
        ("outer loadings", "outer_loadings"),
        ("means and standard deviations of the items", "item_descriptives"),
    ],
)
def test_shares_that_a_further_table_leaves_are_those_of_the_report(words: str, table: str) -> None:
    ((low, high),) = re.findall(rf"{words} (\d+)(?: to (\d+))? %", TEXT)
    least, most = (f"{100 * share:.0f}" for share in (WIDTHS.min()[table], WIDTHS.max()[table]))
    assert (low, high or low) == (least, most)


def test_the_example_of_a_set_that_is_open_with_the_claimed_fit_is_that_of_the_ends() -> None:
    lines = pd.read_csv(REPOSITORY / "data/bounds/ends.csv").query(
        "method == 'sem' and predictor == 'mobility'"
    )
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
