"""Common method: could one way of asking, instead of the constructs, make the answers alike?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.errors import SurveyError
from smartcity_survey.io import WHOLE, Card, StageResult
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, correlation_by, design_card
from smartcity_survey.stages.measurement.scores import require_scores
from smartcity_survey.stages.needs import Complete, Measured, Method, Options
from smartcity_survey.stages.refusals import Refusals, require_paths
from smartcity_survey.stats.quality.common_method import (
    full_collinearity_vif,
    harman,
    marker_adjusted,
    marker_adjusted_by_design,
)
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import CommonMethodSection
from smartcity_survey.study.limits import limit
from smartcity_survey.study.model import Model

ADJUSTED = ["predictor", "outcome", "correlation", "marker_correlation", "adjusted_correlation", "t", "p"]


@stage("common_method_bias", "marker_adjusted")
def judge_common_method(
    answers: Complete,
    scores: pd.DataFrame,
    model: Measured,
    codebook: Codebook,
    section: Annotated[CommonMethodSection, Options(CommonMethodSection, ("marker",))],
    method: Method,
    design: Design = None,
) -> StageResult:
    """Harman's single factor, full-collinearity VIF and, where a marker was asked, correlations less it.

    design : weights of all correlations; weights and clusters of the errors of those less the marker.
    """
    require_scores(scores, model)
    values = scores[list(model.names)].to_numpy(dtype=np.float64)
    n = len(values)
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    refusals, marked = Refusals(model.items, model.names), Refusals(model.items, model.names)
    single = refusals.attempt("harman", lambda: harman(correlation_by(x, design)))
    vif = refusals.attempt(
        "full_collinearity_vif",
        lambda: full_collinearity_vif(correlation_by(values, design)),
        items=model.names,
    )
    rows = []
    if single is not None:
        rows += [
            ("harman_component", "all_items", 100 * single.component, limit("single_factor").value),
            ("harman_factor", "all_items", 100 * single.factor, limit("single_factor").value),
        ]
    if vif is not None:
        rows += [
            ("full_collinearity_vif", name, float(value), limit("vif_common_method").value)
            for name, value in zip(model.names, vif, strict=True)
        ]
    bias = pd.DataFrame(rows, columns=["test", "subject", "value", "limit"])
    bias["below_limit"] = bias["value"] < bias["limit"]
    adjusted_table = marked.attempt(
        WHOLE,
        lambda: _marker_table(answers, scores, model, codebook, section.marker, design),
        items=[*model.names, section.marker or ""],
    )
    card: Card = {
        "method": "harman_and_full_collinearity",
        "scores": method,
        **respondents(n),
        **design_card(design, errors=False),
        **refusals.card(),
    }
    adjusted: Card = {
        "method": "lindell_whitney" if design is None else "lindell_whitney_by_design",
        "marker": section.marker or "none",
        "scores": method,
        **respondents(n),
        **design_card(design, margins=True),
        **marked.card(),
    }
    return StageResult(
        tables={
            "common_method_bias": bias,
            "marker_adjusted": pd.DataFrame(columns=ADJUSTED) if adjusted_table is None else adjusted_table,
        },
        cards={"common_method_bias": card, "marker_adjusted": adjusted},
    )


def _marker_table(
    answers: pd.DataFrame,
    scores: pd.DataFrame,
    model: Model,
    codebook: Codebook,
    marker: str | None,
    design: SurveyDesign | None,
) -> pd.DataFrame:
    if marker is None:
        return pd.DataFrame(columns=ADJUSTED)
    require_paths(model, "marker_adjusted")
    items = marker_items(marker, model, codebook)
    score = answers[list(items)].mean(axis=1).rename("")
    constructs = list(model.names)
    R = correlation_by(np.column_stack([scores[constructs], score]), design)
    # The marker's smallest correlation is the best guess of what method alone produces.
    own = R[-1, :-1]
    method = float(own[np.abs(own).argmin()])
    sides = np.array([[constructs.index(side) for side in path] for path in model.paths]).T
    where = sides[0], sides[1]
    values = scores[constructs].to_numpy(dtype=np.float64)
    adjusted = (
        marker_adjusted(R[:-1, :-1][where], method, len(scores))
        if design is None
        else marker_adjusted_by_design(values, where, method, design)
    )
    return pd.DataFrame(
        {
            "predictor": [source for source, _ in model.paths],
            "outcome": [target for _, target in model.paths],
            "correlation": R[:-1, :-1][where],
            "marker_correlation": method,
            "adjusted_correlation": adjusted.correlation,
            "t": adjusted.t,
            "p": adjusted.p,
        }
    )


def marker_items(marker: str, model: Model, codebook: Codebook) -> Sequence[str]:
    """Items of the marker, an item or a construct of the codebook that the model does not use.

    Raises
    ------
    SurveyError
        where the codebook has no such thing, or the model uses it.
    """
    items = codebook.items_of(marker) if marker in codebook.constructs else (marker,)
    used = sorted(set(items) & set(model.items))
    if not items or any(item not in codebook.items for item in items):
        raise SurveyError(
            "config.yaml, common_method.marker",
            f"the codebook has no item or construct {marker}.",
            "Correct the name, or leave the key empty where no marker was asked.",
        )
    if used:
        raise SurveyError(
            "config.yaml, common_method.marker",
            f"{', '.join(used)} measures a construct of the model.",
            "A marker has nothing to do with the model: choose another variable.",
        )
    return items
