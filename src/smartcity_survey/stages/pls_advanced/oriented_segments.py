"""Oriented segments: are there groups of respondents whose own paths would explain much more?"""

from __future__ import annotations

from functools import partial
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import pls_estimator, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.needs import PLS_FIT, Complete, Measured, Options, Seed
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.pls_advanced.further_methods import asks_for, path_lines
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stats.pls_advanced.oriented_segments import OrientedSegments, orient_segments
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model

STARTS = 3
DEPTH = 100
"""Candidates for a move that are tried before a start ends."""
OrientedOptions = Annotated[PlsSection, Options(PlsSection, (*PLS_FIT, "most_segments"))]


@stage("oriented_segments", "oriented_paths", asked_by=asks_for("oriented_segments"), hides=protect)
def seek_oriented_segments(
    answers: Complete, model: Measured, section: OrientedOptions, seed: Seed
) -> StageResult:
    """Divisions into 1, 2, ... segments whose own paths explain most (PLS-POS)."""
    x, pls = PlsInputs.of(answers, model, section).x, pls_model(model, section)
    refusals = Refusals(model.items, model.names)
    found = {
        k: refusals.attempt(
            "segments", partial(orient_segments, x, pls, k, starts=STARTS, seed=seed, depth=DEPTH)
        )
        for k in range(1, section.most_segments + 1)
    }
    divisions = {k: one for k, one in found.items() if one is not None}
    card: Card = {
        **pls_estimator(model, section),
        "method": "prediction_oriented_segments",
        "starts": STARTS,
        **respondents(len(x)),
        "seed": seed,
        **refusals.card(),
    }
    tables = {
        "oriented_segments": pd.DataFrame([_line(k, one) for k, one in divisions.items()]),
        "oriented_paths": pd.concat(
            [_paths(one, model) for k, one in divisions.items() if k > 1] or [pd.DataFrame()],
            ignore_index=True,
        ),
    }
    return StageResult(tables, dict.fromkeys(tables, card))


def _line(k: int, found: OrientedSegments) -> dict[str, object]:
    sizes = np.bincount(found.codes, minlength=k)
    explained = np.array([fit.r2 for fit in found.fits])
    return {
        "segments": k,
        "r2_sum": found.r2_sum,
        "r2_mean": float(np.nanmean(explained)),
        "moves": found.moves,
        "smallest_share": 100 * float(sizes.min()) / sizes.sum(),
        "starts_agree": found.found,
    }


def _paths(found: OrientedSegments, model: Model) -> pd.DataFrame:
    """Path coefficients of every segment of a division."""
    shares = np.bincount(found.codes, minlength=len(found.fits)) / len(found.codes)
    return path_lines(
        model, list(shares), [fit.path_coefficients for fit in found.fits], [fit.r2 for fit in found.fits]
    )
