"""Hypotheses: each claim judged by OLS, PLS-SEM and SEM, beside what the study concluded.

A claim about a construct made of constructs is judged by PLS-SEM alone: no other method estimates one.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.checks.printed import PrintedVerdicts
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.lines import Line, line_of
from smartcity_survey.stages.needs import Claims
from smartcity_survey.stats.core.significance import LEVEL_MARGIN
from smartcity_survey.study.model import Hypothesis
from smartcity_survey.study.verdict import judge

METHODS = ("published", "ols", "pls", "sem")
"""The order in which verdicts stand side by side."""


_LINE = ("hypothesis", "method")
STATE = ("state", "reading", "low", "high")
"""What `decisions` says of a verdict."""
UNPRINTED = ("open", "decided")
"""States of a verdict whose numbers are nowhere in print: it has a set of values, not one value."""
ENDS_INSTEAD = {"unprinted": "ends_of_sets_in_place_of_estimates"}
"""Entry of the cards of tables that show sets of values in place of unprinted estimates."""


def methods_of(hypotheses: pd.DataFrame) -> list[str]:
    """Methods that judged some hypothesis, in the order of `METHODS`, whatever the first hypothesis has."""
    found = hypotheses["method"].unique()
    return [*(m for m in METHODS if m in found), *(m for m in found if m not in METHODS)]


@stage("hypotheses")
def judge_hypotheses(
    coefficients: pd.DataFrame,
    pls_paths: pd.DataFrame,
    sem_paths: pd.DataFrame,
    published: Annotated[pd.DataFrame | None, PrintedVerdicts()],
    model: Claims,
    higher_order_paths: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
) -> StageResult:
    """Verdicts by method.

    Parameters
    ----------
    coefficients, pls_paths, sem_paths : the stage files of that name.
    published : `hypothesis, estimate, p, verdict` as printed; none where nothing was.
    higher_order_paths : the stage file of that name; none where no construct is made of constructs.
    decisions : the stage file of that name, of answers that are a reconstruction; its columns `state,
        reading, low, high` then say of each verdict whether the print decides it. Where it is open or
        decided, estimate, interval and p are left out, for they are those of one file among many; the
        verdict is then the decided one, or `open`.
    """
    rows: list[dict[str, Any]] = []
    for hypothesis in model.claims:
        if published is not None and hypothesis.name in set(published["hypothesis"]):
            rows.append(_published_row(hypothesis, published))
        if hypothesis in model.higher_hypotheses:
            paths = pd.DataFrame() if higher_order_paths is None else higher_order_paths
            rows.append(_path_row(hypothesis, "pls", paths, model.alpha))
            continue
        rows.append(_ols_row(hypothesis, coefficients, model.alpha))
        rows.append(_path_row(hypothesis, "pls", pls_paths, model.alpha))
        rows.append(_path_row(hypothesis, "sem", sem_paths, model.alpha))
    card: Card = {
        "method": "estimates_by_each_method",
        "verdict": "sign_as_claimed_and_p_below_alpha",
        "alpha": model.alpha,
        "close_calls": LEVEL_MARGIN,
        "ols": "beta_with_scaled_interval_of_b",
        "pls": "path_coefficient_bootstrap_interval",
        "sem": "standardised_path_normal_interval",
    }
    if model.higher_hypotheses:
        card = {**card, "higher_order": "claims_by_pls_alone"}
    columns = ["hypothesis", "predictor", "method", "estimate", "ci_low", "ci_high", "p", "verdict"]
    frame = pd.DataFrame(rows, columns=[*columns, "outcome", "expected_sign"])
    if decisions is not None:
        frame = frame.merge(decisions[[*_LINE, *STATE]], on=list(_LINE), how="left")
        frame.loc[frame["state"].isin(UNPRINTED), ["estimate", "ci_low", "ci_high", "p"]] = math.nan
        frame.loc[frame["state"] == "open", "verdict"] = "open"
        card = {**card, **ENDS_INSTEAD}
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
    line = line_of(paths, source=hypothesis.source, target=hypothesis.target)
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
