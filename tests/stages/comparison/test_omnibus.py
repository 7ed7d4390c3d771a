"""All groups at once on the simulated survey, whose groups do not differ; and pairs corrected by Holm."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import StageResult
from smartcity_survey.stages.comparison.corrected import with_holm
from smartcity_survey.stages.comparison.omnibus import asks_for_all, compare_at_once
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stats.pls_advanced.omnibus import compare_all_groups
from smartcity_survey.study.config import Config, GroupsSection, PlsSection
from smartcity_survey.study.model import Model
from tests.stages import simulated
from tests.stages.refusals import refused

A, *_ = simulated.CONSTRUCTS
DRAWS = 25


def with_a_single_item() -> Model:
    first, *others = simulated.model().constructs
    return replace(simulated.model(), constructs=(replace(first, items=first.items[:1]), *others))


@cache
def compared(smallest: int = 50) -> StageResult:
    return compare_at_once(
        simulated.answers(),
        with_a_single_item(),
        simulated.codebook(),
        GroupsSection(variables=("city", "age"), permutations=DRAWS, smallest=smallest),
        PlsSection(),
        0.05,
        1,
    )


def test_tables_hold_the_numbers_of_the_core() -> None:
    tables, frame = compared().tables, simulated.answers()
    city = frame["city"].dropna()
    single = with_a_single_item()
    found = compare_all_groups(
        frame.loc[city.index, list(single.items)].to_numpy(dtype=float),
        pls_model(single, PlsSection()),
        city.to_numpy(dtype=np.int64) - 1,
        permutations=DRAWS,
        seed=1,
    )
    line = tables["omnibus_groups"].set_index("demographic").loc["city"]
    assert (line["n_groups"], line["p"], line["n_draws"]) == (3, found.p, found.n_permutations)
    paths = tables["omnibus_paths"].query("demographic == 'city'")
    np.testing.assert_allclose(paths["p"], found.path_p[:-1, -1])
    np.testing.assert_allclose(paths["estimate_max"], found.paths[:, :-1, -1].max(axis=0))
    np.testing.assert_allclose(paths["estimate_min"], found.paths[:, :-1, -1].min(axis=0))
    composites = tables["omnibus_micom"].query("demographic == 'city'").set_index("construct")
    np.testing.assert_allclose(composites["mean_p"], found.mean_p)
    np.testing.assert_allclose(composites["correlation_p"][1:], found.correlation_p[1:])


def test_invariance_is_stated_and_a_single_item_has_no_weights_to_differ() -> None:
    table = compared().tables["omnibus_micom"]
    of_single = table["construct"] == A
    assert table["correlation_p"].isna().tolist() == of_single.tolist()
    shown = of_single | (table["correlation_p"] > 0.05)
    full = shown & (table["mean_p"] > 0.05) & (table["log_variance_p"] > 0.05)
    expected = np.where(full, "full", np.where(shown, "partial", "not_shown"))
    assert table["invariance"].tolist() == expected.tolist()
    assert "full" in set(expected)


def test_too_few_groups_are_told() -> None:
    result = compared(smallest=676)
    assert result.tables["omnibus_groups"]["status"].tolist() == ["one_group", "one_group"]
    for name in ("omnibus_micom", "omnibus_paths"):
        assert refused(result, name) == [("table", "one_group", "")]


def test_pairs_are_corrected_by_holm_within_a_variable_and_path() -> None:
    lines = [
        ("city", pair, path, p)
        for path, values in (("x", (0.01, 0.03, 0.02)), ("y", (0.5, 0.4, np.nan)))
        for pair, p in enumerate(values)
    ]
    lines.append(("sex", 0, "x", 0.04))
    frame = pd.DataFrame(lines, columns=["demographic", "first", "source", "p"]).assign(target="t")
    found = with_holm(frame)["p_holm"].to_numpy()
    np.testing.assert_allclose(found, [0.03, 0.04, 0.04, 0.8, 0.8, np.nan, np.nan])


@pytest.mark.parametrize(("asked", "variables"), [(True, ["city"]), (False, ["city"]), (True, [])])
def test_only_studies_that_ask_have_it(
    config_content: dict[str, Any], asked: bool, variables: list[str]
) -> None:
    config_content["groups"] = {"all_together": asked, "variables": variables}
    assert asks_for_all(Config.model_validate(config_content)) == (asked and bool(variables))
