"""Hypotheses: each claim judged by OLS, PLS-SEM and SEM, beside what the study concluded."""

from __future__ import annotations

import math
from typing import Any, Literal

import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.model import Hypothesis, Model
from smartcity_survey.stages.lines import Line, line_of

Verdict = Literal["confirmed", "not_confirmed", "no_solution"]


def judge(estimate: float, p: float, sign: Literal["positive", "negative"], alpha: float) -> Verdict:
    """Confirmed where the estimate points the way that was claimed and p is below alpha.

    An estimate or p that could not be computed decides nothing.
    """
    if math.isnan(estimate) or math.isnan(p):
        return "no_solution"
    right_way = estimate > 0 if sign == "positive" else estimate < 0
    return "confirmed" if right_way and p < alpha else "not_confirmed"


def judge_hypotheses(
    coefficients: pd.DataFrame,
    pls_paths: pd.DataFrame,
    sem_paths: pd.DataFrame,
    published: pd.DataFrame | None,
    model: Model,
) -> StageResult:
    """Verdicts by method.

    Parameters
    ----------
    coefficients, pls_paths, sem_paths : the stage files of that name.
    published : `hypothesis, estimate, p, verdict` as printed; none where nothing was.
    """
    rows: list[dict[str, Any]] = []
    for hypothesis in model.hypotheses:
        if published is not None and hypothesis.name in set(published["hypothesis"]):
            rows.append(_published_row(hypothesis, published))
        rows.append(_ols_row(hypothesis, coefficients, model.alpha))
        rows.append(_path_row(hypothesis, "pls", pls_paths, model.alpha))
        rows.append(_path_row(hypothesis, "sem", sem_paths, model.alpha))
    card: Card = {
        "method": "estimates of the model by each method",
        "verdict": "confirmed: sign as claimed and two-sided p below alpha",
        "alpha": model.alpha,
        "ols": "standardised coefficient; interval of b scaled by the standard deviations",
        "pls": "path coefficient with bootstrap interval",
        "sem": "standardised path among factors with normal interval",
    }
    columns = ["hypothesis", "predictor", "method", "estimate", "ci_low", "ci_high", "p", "verdict"]
    frame = pd.DataFrame(rows, columns=[*columns, "outcome", "expected_sign"])
    return StageResult(tables={"hypotheses": frame}, cards={"hypotheses": card})


def _row(hypothesis: Hypothesis, method: str, **values: Any) -> dict[str, Any]:
    return {
        "hypothesis": hypothesis.name,
        "predictor": hypothesis.source,
        "outcome": hypothesis.target,
        "expected_sign": hypothesis.sign,
        "method": method,
        **values,
    }


def _published_row(hypothesis: Hypothesis, published: pd.DataFrame) -> dict[str, Any]:
    printed = published.set_index("hypothesis").loc[hypothesis.name]
    return _row(
        hypothesis, "published", estimate=printed["estimate"], p=printed["p"], verdict=printed["verdict"]
    )


def _ols_row(hypothesis: Hypothesis, coefficients: pd.DataFrame, alpha: float) -> dict[str, Any]:
    line = line_of(coefficients, outcome=hypothesis.target, term=hypothesis.source)
    scale = line["beta"] / line["b"]
    return _row(
        hypothesis,
        "ols",
        estimate=line["beta"],
        ci_low=line["ci_low"] * scale,
        ci_high=line["ci_high"] * scale,
        p=line["p"],
        verdict=judge(line["beta"], line["p"], hypothesis.sign, alpha),
    )


def _path_row(hypothesis: Hypothesis, method: str, paths: pd.DataFrame, alpha: float) -> dict[str, Any]:
    line = line_of(paths, path=f"{hypothesis.source} -> {hypothesis.target}")
    if line.get("admissible") in (False, "False"):
        # A solution that describes no population decides nothing; its own table keeps the numbers.
        line = Line()
    return _row(
        hypothesis,
        method,
        estimate=line["estimate"],
        ci_low=line["ci_low"],
        ci_high=line["ci_high"],
        p=line["p"],
        verdict=judge(line["estimate"], line["p"], hypothesis.sign, alpha),
    )
