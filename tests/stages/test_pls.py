"""The table of specific indirect effects, for every kind of interval."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from smartcity_survey.config import PlsSection
from smartcity_survey.stages.pls import estimate_pls
from tests.stages import simulated

FIRST, SECOND, *_ = simulated.CONSTRUCTS


@pytest.mark.parametrize("interval", ["percentile", "bca", "studentised"])
def test_chains_have_effects_with_intervals(interval: Literal["percentile", "bca", "studentised"]) -> None:
    direct = simulated.model()
    model = replace(direct, paths=((FIRST, SECOND), *direct.paths))
    draws = 100
    result = estimate_pls(
        simulated.answers(), model, PlsSection(interval=interval, bootstrap_draws=draws), seed=1
    )
    table = result.tables["specific_indirect"]
    paths = result.tables["pls_paths"].set_index("path")["estimate"]
    steps = f"{FIRST} -> {SECOND}", f"{SECOND} -> {simulated.OUTCOME}"
    assert table["path"].tolist() == [f"{FIRST} -> {SECOND} -> {simulated.OUTCOME}"]
    assert table["estimate"].item() == pytest.approx(paths[steps[0]] * paths[steps[1]], rel=1e-9)
    assert table["ci_low"].item() < table["estimate"].item() < table["ci_high"].item()


def test_a_model_of_direct_paths_has_none() -> None:
    section = PlsSection(bootstrap_draws=100)
    result = estimate_pls(simulated.answers(), simulated.model(), section, seed=1)
    assert result.tables["specific_indirect"].empty
