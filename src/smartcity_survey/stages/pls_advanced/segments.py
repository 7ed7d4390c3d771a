"""Segments: are there groups of respondents, unknown beforehand, with other paths?"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated

import pandas as pd

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import pls_estimator, respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import PLS_FIT, Complete, Measured, Options, Seed
from smartcity_survey.stages.pls_advanced.further_methods import asks_for, fitted, path_lines
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stats.pls.algorithm import construct_scores
from smartcity_survey.stats.pls_advanced.segments import find_segments, segment_criteria
from smartcity_survey.study.config import PlsSection

STARTS = 10
SegmentOptions = Annotated[PlsSection, Options(PlsSection, (*PLS_FIT, "most_segments"))]


@stage("segment_criteria", "segment_paths", asked_by=asks_for("segments"), hides=protect)
def seek_segments(answers: Complete, model: Measured, section: SegmentOptions, seed: Seed) -> StageResult:
    """Mixtures of 1, 2, ... segments of the path model (FIMIX-PLS), with criteria for their number."""
    with naming(model.items, "PLS-SEM", model.names):
        x, fit = fitted(answers, model, section)
    scores, paths = construct_scores(x, fit.outer_weights), model.path_matrix()
    refusals = Refusals(model.items, model.names)
    found = {
        k: refusals.attempt("segments", partial(find_segments, scores, paths, k, starts=STARTS, seed=seed))
        for k in range(1, section.most_segments + 1)
    }
    mixtures = {k: one for k, one in found.items() if one is not None}
    card: Card = {
        **pls_estimator(model, section),
        "method": "finite_mixture",
        "starts": STARTS,
        **respondents(len(x)),
        "seed": seed,
        **refusals.card(),
    }
    tables = {
        "segment_criteria": pd.DataFrame(
            [
                {
                    "segments": k,
                    "log_likelihood": one.log_likelihood,
                    "parameters": one.parameters,
                    **asdict(segment_criteria(one)),
                    "smallest_share": 100 * float(one.shares.min()),
                    "starts_agree": one.found,
                }
                for k, one in mixtures.items()
            ]
        ),
        "segment_paths": pd.concat(
            [
                path_lines(model, list(one.shares), list(one.path_coefficients), list(one.r2))
                for k, one in mixtures.items()
                if k > 1
            ]
            or [pd.DataFrame()]
        ),
    }
    return StageResult(tables, dict.fromkeys(tables, card))
