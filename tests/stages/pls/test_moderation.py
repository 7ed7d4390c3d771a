"""The tables of moderation, on the simulated survey."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from smartcity_survey.stages.pls.pls import estimate_pls
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Moderation
from tests.stages import simulated

FIRST, SECOND, *_ = simulated.CONSTRUCTS
MODERATION = Moderation(moderator=SECOND, source=FIRST, target=simulated.OUTCOME)


@pytest.mark.parametrize("interval", ["percentile", "bca", "studentised"])
def test_interactions_and_slopes_have_intervals(
    interval: Literal["percentile", "bca", "studentised"],
) -> None:
    model = replace(simulated.model(), moderations=(MODERATION,))
    section = PlsSection(interval=interval, bootstrap_draws=100)
    result = estimate_pls(simulated.answers(), model, section, seed=1)
    effects = result.tables["moderation"].set_index(["source", "moderator", "target"])
    slopes = result.tables["simple_slopes"].set_index("moderator_at")
    interaction = (FIRST, SECOND, simulated.OUTCOME)
    assert list(effects.index) == [*((a, "", b) for a, b in model.paths), interaction]
    for table in (effects, slopes):
        assert (table["ci_low"] < table["estimate"]).all()
        assert (table["estimate"] < table["ci_high"]).all()
    step = effects.loc[interaction, "estimate"]
    assert slopes.loc[0.0, "estimate"] == pytest.approx(
        effects.loc[(FIRST, "", simulated.OUTCOME), "estimate"]
    )
    assert slopes.loc[1.0, "estimate"] - slopes.loc[0.0, "estimate"] == pytest.approx(step)
    assert slopes.loc[0.0, "estimate"] - slopes.loc[-1.0, "estimate"] == pytest.approx(step)
    assert set(slopes["moderator"]) == {SECOND}


def test_a_model_without_moderations_has_no_such_tables() -> None:
    section = PlsSection(bootstrap_draws=100)
    result = estimate_pls(simulated.answers(), simulated.model(), section, seed=1)
    assert not {"moderation", "simple_slopes"} & set(result.tables)
