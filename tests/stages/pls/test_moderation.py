"""The tables of moderation, on the simulated survey."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from smartcity_survey.stages.pls.moderation import MODERATION_TABLES, POINTS, moderation_tables
from smartcity_survey.stages.pls.pls import estimate_pls, pls_model
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Moderation
from tests.stages import simulated
from tests.stages.refusals import refused

FIRST, SECOND, *_ = simulated.CONSTRUCTS
OUTCOME = simulated.OUTCOME
MODERATION = Moderation(moderator=SECOND, source=FIRST, target=OUTCOME)


@pytest.mark.parametrize("interval", ["percentile", "bca", "studentised"])
def test_interactions_and_slopes_have_intervals(
    interval: Literal["percentile", "bca", "studentised"],
) -> None:
    model = replace(simulated.model(), moderations=(MODERATION,))
    section = PlsSection(interval=interval, bootstrap_draws=100)
    result = estimate_pls(simulated.answers(), model, section, seed=1)
    effects = result.tables["moderation"].set_index(["source", "moderator", "target"])
    slopes = result.tables["simple_slopes"].set_index("moderator_at")
    interaction = (FIRST, SECOND, OUTCOME)
    assert list(effects.index) == [*((a, "", b) for a, b in model.paths), interaction]
    for table in (effects, slopes):
        assert (table["ci_low"] < table["estimate"]).all()
        assert (table["estimate"] < table["ci_high"]).all()
    step = effects.loc[interaction, "estimate"]
    assert slopes.loc[0.0, "estimate"] == pytest.approx(effects.loc[(FIRST, "", OUTCOME), "estimate"])
    assert slopes.loc[1.0, "estimate"] - slopes.loc[0.0, "estimate"] == pytest.approx(step)
    assert slopes.loc[0.0, "estimate"] - slopes.loc[-1.0, "estimate"] == pytest.approx(step)
    assert set(slopes["moderator"]) == {SECOND}
    (region,) = result.tables["johnson_neyman"].itertuples()
    band = result.tables["conditional_slopes"]
    assert len(band) == POINTS
    at, differs = band["moderator_at"], (band["ci_low"] > 0) | (band["ci_high"] < 0)
    told = {
        "above": at > region.from_sd,
        "below": at < region.to_sd,
        "outside": (at < region.from_sd) | (at > region.to_sd),
        "between": (at > region.from_sd) & (at < region.to_sd),
        "everywhere": at == at,
        "nowhere": at != at,
    }
    assert (differs == told[region.differs]).all()
    np.testing.assert_allclose(np.interp(slopes.index, at, band["estimate"]), slopes["estimate"], atol=1e-9)
    assert (region.source, region.target, region.moderator) == (FIRST, OUTCOME, SECOND)
    path = effects.loc[(FIRST, "", OUTCOME), "estimate"]
    expected = {"outside", "between", "above", "below", "everywhere", "nowhere"}
    assert region.differs in expected
    if region.differs == "outside":  # it is zero there
        assert region.from_sd < -path / step < region.to_sd
    # Nobody is five standard deviations from the mean of a mean of answers from 1 to 5.
    assert not any(abs(end) > 5 for end in (region.from_sd, region.to_sd))


def test_a_model_without_moderations_has_no_such_tables() -> None:
    section = PlsSection(bootstrap_draws=100)
    result = estimate_pls(simulated.answers(), simulated.model(), section, seed=1)
    assert not {"moderation", "simple_slopes"} & set(result.tables)


def test_slopes_of_a_moderator_of_two_categories_stand_at_these() -> None:
    """A standard deviation below or above the mean of yes and no there is nobody."""
    answers, model = simulated.answers(), simulated.model()
    member = (np.arange(len(answers)) % 4 == 0) + 1.0
    inputs = PlsInputs.of(answers, model, PlsSection(bootstrap_draws=100))
    moderated = replace(model, moderations=(Moderation(moderator="member", source=FIRST, target=OUTCOME),))
    bootstrap = bootstrap_pls(inputs.x, pls_model(model, PlsSection()), 100, seed=1)
    section = PlsSection(bootstrap_draws=100)
    codes = {"member": {1.0: 7, 2.0: 9}}
    result = moderation_tables(inputs, bootstrap, moderated, section, {"member": member}, codes)
    slopes = result.tables["simple_slopes"]
    assert slopes["category"].tolist() == [7, 9]
    for name in ("johnson_neyman", "conditional_slopes"):
        assert result.tables[name].empty
        assert refused(result, name) == [("table", "two_categories", "")]
    assert refused(result, "moderated_mediation") == [("table", "no_moderated_chain", "")]
    expected = np.array([1.0, 2.0] - member.mean()) / member.std(ddof=1)
    np.testing.assert_allclose(slopes["moderator_at"], expected, rtol=1e-12)
    effects = result.tables["moderation"].set_index(["source", "moderator"])["estimate"]
    step = effects[FIRST, "member"] * (expected[1] - expected[0])
    assert slopes["estimate"].iloc[1] - slopes["estimate"].iloc[0] == pytest.approx(step)
    age = {"member": np.arange(len(answers)) % 3 + 1.0}
    of_three = moderation_tables(inputs, bootstrap, moderated, section, age)
    assert "refused" not in of_three.cards["johnson_neyman"]
    for name in MODERATION_TABLES:
        assert of_three.cards[name]["moderator_bands"] == "scored_by_number"
        assert "moderator_bands" not in result.cards[name]
    several = of_three.tables["simple_slopes"]
    assert several["moderator_at"].tolist() == [-1.0, 0.0, 1.0]
    assert "category" not in several
