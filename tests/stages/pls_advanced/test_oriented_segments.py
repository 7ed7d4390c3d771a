from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.pls_advanced.further_methods import asks_for
from smartcity_survey.stages.pls_advanced.oriented_segments import seek_oriented_segments
from smartcity_survey.stats.pls_advanced.oriented_segments import orient_segments
from smartcity_survey.study.config import Config, PlsSection
from tests.stages import simulated

SECTION = PlsSection(most_segments=2)
ROWS = simulated.answers().iloc[:80]
MODEL = simulated.model().keeping(
    tuple(item for construct in simulated.model().constructs for item in construct.items[:2])
)


def test_the_tables_hold_the_numbers_of_the_core() -> None:
    found = seek_oriented_segments(ROWS, MODEL, SECTION, 5).tables
    own = orient_segments(
        ROWS[list(MODEL.items)].to_numpy(), pls_model(MODEL, SECTION), 2, starts=3, seed=5, depth=100
    )
    segments = found["oriented_segments"].set_index("segments")
    assert segments.loc[2, "r2_sum"] == own.r2_sum
    assert segments.loc[2, "r2_mean"] == pytest.approx(own.r2_sum / 2)
    assert segments.loc[2, "smallest_share"] == 100 * np.bincount(own.codes).min() / 80
    assert segments.loc[2, "r2_sum"] / 2 > segments.loc[1, "r2_sum"]
    paths = found["oriented_paths"].set_index(["segment", "source"])
    target = MODEL.names.index(simulated.OUTCOME)
    for place, fit in enumerate(own.fits, start=1):
        for source in MODEL.predictors(simulated.OUTCOME):
            line = paths.loc[(place, source)]
            assert line["estimate"] == fit.path_coefficients[MODEL.names.index(source), target]
            assert line["r2"] == fit.r2[target]


@pytest.mark.parametrize("asked", [False, True])
def test_it_is_made_where_the_config_asks_for_it(asked: bool, config_content: dict[str, Any]) -> None:
    config_content.setdefault("pls", {})["oriented_segments"] = asked
    assert asks_for("oriented_segments")(Config.model_validate(config_content)) == asked
