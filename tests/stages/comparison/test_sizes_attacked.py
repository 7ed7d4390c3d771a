"""Sizes of groups that are left out, solved for from the differences of composites of all pairs."""

from __future__ import annotations

from itertools import combinations
from math import exp, sqrt

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import StageResult
from smartcity_survey.stages.comparison.groups import compare_respondents
from smartcity_survey.study.config import DisclosureSection, GroupsSection, ModelSection, PlsSection
from smartcity_survey.study.model import build_model
from tests.data.test_disclosure import demographics, protected
from tests.stages import simulated

SIZES = (61, 41, 15, 3)
SINGLE = {name: {"items": [simulated.items_of(name)[0]]} for name in simulated.CONSTRUCTS[:2]}


def raw(line: pd.Series[float], first: int, second: int, variance: float) -> float:
    """A difference of means in the unit of the first group's variance, by the sizes of both."""
    d, n = line["mean_difference"], first + second
    within = ((first - 1) * variance + (second - 1) * variance / exp(line["log_variance_ratio"])) / (n - 1)
    return float(d * sqrt(within / (1 - first * second / n / (n - 1) * d**2)))


def sizes_that_close(micom: pd.DataFrame, first: int, second: int) -> set[int]:
    """Sizes of a third group by which the raw differences of the three pairs of a single item add up."""
    candidates = set(range(2, 60))
    for _, own in micom.groupby("construct"):
        pairs = own.set_index(["first", "second"])[["mean_difference", "log_variance_ratio"]]
        if pairs.isna().any(axis=None):
            continue
        second_variance = exp(-pairs.loc[("1", "2"), "log_variance_ratio"])
        known = raw(pairs.loc[("1", "2")], first, second, 1.0)
        candidates &= {
            n
            for n in candidates
            if abs(
                known
                + raw(pairs.loc[("2", "3")], second, n, second_variance)
                - raw(pairs.loc[("1", "3")], first, n, 1.0)
            )
            < 5e-6
        }
    return candidates


def compared() -> StageResult:
    """Groups of cities by two constructs of a single item, as printed: in seven digits."""
    answers = simulated.answers().iloc[: sum(SIZES)].copy()
    answers["city"] = np.repeat([1.0, 2.0, 3.0, 4.0], SIZES)
    source, target = SINGLE
    section = {"constructs": SINGLE, "paths": [{"from": [source], "to": target}]}
    result = compare_respondents(
        answers,
        build_model(ModelSection.model_validate(section), simulated.codebook()),
        simulated.codebook(),
        GroupsSection(variables=("city",), permutations=20, smallest=15),
        PlsSection(),
        0.05,
        1,
    )
    tables = dict(result.tables)
    numbers = tables["micom"].select_dtypes("number").columns
    tables["micom"][numbers] = tables["micom"][numbers].map(lambda value: float(f"{value:.7g}"))
    return StageResult(tables, result.cards)


def test_differences_of_a_single_item_do_not_tell_how_many_are_in_a_hidden_group() -> None:
    result = compared()
    pairs = list(zip(result.tables["micom"]["first"], result.tables["micom"]["second"], strict=True))
    assert set(pairs) == set(combinations("123", 2))
    # Unprotected, three pairs have one solution.
    assert sizes_that_close(result.tables["micom"], *SIZES[:2]) == {SIZES[2]}
    earlier = protected(n=sum(SIZES), demographics=demographics(*SIZES)).tables
    assert earlier["demographics"]["n"].isna().tolist() == [False, False, True, True]
    shown = protect(result, DisclosureSection(suppress_small_cells=True), earlier).tables["micom"]
    assert len(sizes_that_close(shown, *SIZES[:2])) > 10
    # Of every construct, and of pairs with the hidden group alone; verdicts and their p stay.
    hidden = shown["second"] == "3"
    for column in ("mean_difference", "log_variance_ratio"):
        assert shown[column].isna().equals(hidden)
    assert shown[["mean_p", "log_variance_p", "invariance"]].notna().all(axis=None)
