"""Spread of unprinted quantities over several reconstructions, held against their own computation."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.data.reconstructions import read_reconstructions
from smartcity_survey.io import StageResult
from smartcity_survey.stages.comparison.spread import OF, compare_reconstructions
from smartcity_survey.stages.measurement.measurement import evaluate_measurement
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CleaningSection, GroupsSection, PlsSection
from tests.stages import simulated
from tests.stages.refusals import refused

GROUPS = GroupsSection(variables=("city", "age"), smallest=90)
QUANTITIES = ["item_mean", "item_sd", "cfa_fit", "pls_path", "htmt", "subgroup_difference"]


@cache
def reconstructions() -> tuple[pd.DataFrame, ...]:
    """The simulated answers and two like them: other respondents drawn from the same."""
    own = simulated.answers()
    return own, *(
        own.sample(len(own), replace=True, random_state=seed, ignore_index=True) for seed in (3, 12)
    )


@cache
def compared() -> StageResult:
    own, first, second = reconstructions()
    return compare_reconstructions(
        own, {3: first, 12: second}, simulated.model(), simulated.codebook(), PlsSection(), GROUPS
    )


def values(quantity: str, *of: str) -> tuple[float, float, float, float]:
    """Minimum, mean, maximum and range in the table."""
    table = compared().tables["spread"].set_index(["quantity", *OF])
    row = table.loc[(quantity, *of, *[""] * (len(OF) - len(of))), ["minimum", "mean", "maximum", "range"]]
    return tuple(row.astype(float))


def expected(numbers: list[float]) -> object:
    low, high = min(numbers), max(numbers)
    return pytest.approx((low, sum(numbers) / len(numbers), high, high - low), abs=1e-9)


def test_every_quantity_is_listed_once() -> None:
    table = compared().tables["spread"]
    c, p = len(simulated.CONSTRUCTS), len(simulated.ITEMS)
    sizes = table.groupby("quantity", sort=False).size()
    assert sizes.to_dict() == dict(zip(QUANTITIES, (p, p, 4, c - 1, c * (c - 1) // 2, 2), strict=True))
    assert not table.duplicated(["quantity", *OF]).any()
    assert (table["reconstructions"] == 3).all()
    assert not table.isna().any(axis=None)


def test_item_means_and_deviations() -> None:
    item = simulated.ITEMS[4]
    columns = [frame[item].to_numpy() for frame in reconstructions()]
    assert values("item_mean", item) == expected([float(column.mean()) for column in columns])
    assert values("item_sd", item) == expected([float(np.std(column, ddof=1)) for column in columns])


def test_paths_of_sum_scores_are_the_regression_of_standardised_sums() -> None:
    *sources, target = simulated.CONSTRUCTS
    model = simulated.model()
    sums = replace(model, constructs=tuple(replace(c, mode="sum_score") for c in model.constructs))
    own, first, second = reconstructions()
    result = compare_reconstructions(
        own, {3: first, 12: second}, sums, simulated.codebook(), PlsSection(), GroupsSection()
    )
    betas = []
    for frame in reconstructions():
        z = frame[list(simulated.ITEMS)].apply(lambda item: (item - item.mean()) / item.std())
        scores = pd.DataFrame(
            {name: z[list(simulated.items_of(name))].sum(axis=1) for name in simulated.CONSTRUCTS}
        )
        r = scores.corr()
        betas.append(np.linalg.solve(r.loc[sources, sources], r.loc[sources, target]))
    table = result.tables["spread"]
    found = table[table["quantity"] == "pls_path"]
    assert found[["of", "other"]].to_numpy().tolist() == [[source, target] for source in sources]
    assert found["minimum"].to_numpy() == pytest.approx(np.min(betas, axis=0), abs=1e-9)
    assert found["mean"].to_numpy() == pytest.approx(np.mean(betas, axis=0), abs=1e-9)
    assert found["maximum"].to_numpy() == pytest.approx(np.max(betas, axis=0), abs=1e-9)


def test_fit_and_htmt_are_those_of_the_stages_that_print_them() -> None:
    model, pairs = simulated.model(), []
    for frame in reconstructions():
        square = evaluate_measurement(frame, model, PlsSection()).tables["htmt"].set_index("construct")
        pairs.append(float(square.loc["c", "b"]))
    assert values("htmt", "c", "b") == expected(pairs)
    cfi = []
    for frame in reconstructions():
        x = frame[list(model.items)].to_numpy()
        cfi.append(fit_indices(fit_cfa(np.cov(x.T, ddof=0), len(x), model.membership())).cfi)
    assert values("cfa_fit", "cfi") == expected(cfi)


def test_groups_are_compared_by_the_mean_of_the_outcomes_items() -> None:
    numbers = []
    for frame in reconstructions():
        score = frame[list(simulated.items_of(simulated.OUTCOME))].mean(axis=1)
        north, south = score[frame["city"] == 1], score[frame["city"] == 2]
        df = len(north) + len(south) - 2
        pooled = np.sqrt(((len(north) - 1) * north.var() + (len(south) - 1) * south.var()) / df)
        numbers.append(float((north.mean() - south.mean()) / pooled * (1 - 3 / (4 * df - 1))))
    low, mean, high, _ = values("subgroup_difference", "y", "", "city", "1", "2")
    assert (low, mean, high) == pytest.approx((min(numbers), np.mean(numbers), max(numbers)), abs=1e-6)


def test_a_category_too_small_in_one_reconstruction_is_compared_in_none() -> None:
    counts = [frame["city"].value_counts()[3.0] for frame in reconstructions()]
    table = compared().tables["spread"]
    groups = table.loc[table["quantity"] == "subgroup_difference", list(OF)]
    assert min(counts) < GROUPS.smallest <= max(counts)
    assert groups.to_numpy().tolist() == [["y", "", "city", "1", "2"], ["y", "", "age", "1", "2"]]


def test_the_summary_names_where_the_range_is_largest() -> None:
    table, brief = compared().tables["spread"], compared().tables["spread_summary"]
    assert brief["quantity"].tolist() == QUANTITIES
    for line in brief.itertuples():
        own = table[table["quantity"] == line.quantity].set_index(list(OF))["range"]
        largest = tuple(getattr(line, f"largest_{column}") for column in OF)
        assert (line.n, largest) == (len(own), own.idxmax())
        assert (line.median_range, line.largest_range) == (own.median(), own.max())


def test_the_card_tells_the_seeds_and_how_items_were_chosen() -> None:
    card = compared().cards["spread"]
    assert card["reconstructions"] == 3
    assert card["seeds"] == "3, 12"
    assert card["kept_items"] == "kept_in_data_in_use"
    assert card["n"] == len(simulated.answers())


def test_a_constant_item_is_named_with_its_seed() -> None:
    own, first, _ = reconstructions()
    item = simulated.ITEMS[0]
    result = compare_reconstructions(
        own,
        {3: first.assign(**{item: 4.0})},
        simulated.model(),
        simulated.codebook(),
        PlsSection(),
        GROUPS,
    )
    assert refused(result, "spread") == [("seed 3", "constant", item)]
    assert result.tables["spread"].empty


def test_files_are_read_in_the_order_of_their_seeds_and_reverse_items_recoded(
    tmp_path: Path, codebook: Codebook, survey: pd.DataFrame
) -> None:
    answers = survey.drop(columns="id").astype({"city": "Int64"})
    answers.loc[0, "city"] = pd.NA
    for seed in (10, 9):
        answers.iloc[::-1].to_csv(tmp_path / f"answers_{seed}.csv", index=False)
    rules = CleaningSection(rules=("blank_form", "out_of_range", "missing_items", "unknown_category"))
    found = read_reconstructions(tmp_path, codebook, rules, len(survey))
    assert list(found) == [9, 10]
    assert found[9]["T2"].tolist() == (6 - survey["T2"]).tolist()[::-1]
    assert np.isnan(found[9]["city"].iloc[-1])
