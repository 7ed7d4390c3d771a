"""Paths with controls where gaps are kept: means in them for PLS-SEM, complete questionnaires for SEM."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.io import REFUSED
from smartcity_survey.stages.sem.controlled_paths import estimate_controlled_paths
from smartcity_survey.study.config import PlsSection
from tests.stages import simulated

MODEL = simulated.model()


def paths(
    answers: pd.DataFrame, complete: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, dict[str, object]]:
    plain = pd.DataFrame([{"source": a, "target": b, "estimate": 0.0} for a, b in MODEL.paths])
    result = estimate_controlled_paths(
        answers,
        MODEL,
        simulated.codebook(),
        ("age",),
        PlsSection(bootstrap_draws=100),
        0.95,
        1,
        plain,
        plain,
        None,
        complete,
    )
    return result.tables["controlled_paths"].set_index("method"), dict(result.cards["controlled_paths"])


def test_each_method_has_its_own_answers() -> None:
    whole = simulated.answers()
    rows = np.arange(len(whole)) % 5 == 0
    gappy = whole.copy()
    gappy.loc[rows, MODEL.items[0]] = np.nan
    complete = gappy.dropna(subset=list(MODEL.items)).reset_index(drop=True)
    filled = gappy.fillna({MODEL.items[0]: gappy[MODEL.items[0]].mean()})
    both, card = paths(filled, complete)
    assert REFUSED not in card
    assert (card["n"], card["n_complete"]) == (len(whole), len(complete))
    of_filled, _ = paths(filled)
    of_complete, alone = paths(complete)
    assert "n_complete" not in alone
    np.testing.assert_allclose(both.loc["pls", "estimate"], of_filled.loc["pls", "estimate"])
    np.testing.assert_allclose(both.loc["sem", "estimate"], of_complete.loc["sem", "estimate"])
    assert not np.allclose(of_filled.loc["sem", "estimate"], of_complete.loc["sem", "estimate"])
