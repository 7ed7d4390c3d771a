"""Hypotheses: each claim judged by OLS, PLS-SEM and SEM, beside what the study concluded.

A claim about a construct made of constructs is judged by PLS-SEM alone: no other method estimates one. So are
claims about indirect effects, and differences between groups; interactions are judged by OLS, too.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult, join_names
from smartcity_survey.stages.checks.printed import PrintedVerdicts
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.lines import Line, line_of
from smartcity_survey.stages.needs import Claims, WhereClaimed, claims_groups
from smartcity_survey.stats.core.multiplicity import holm
from smartcity_survey.stats.core.significance import LEVEL_MARGIN
from smartcity_survey.stats.pls.mediation import mediation_type
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
ABOUT = {
    "mediation": (
        *("via", "total_indirect", "total_indirect_ci_low", "total_indirect_ci_high", "mediation_type"),
    ),
    "moderation": ("moderator",),
    "groups": ("groups", "pair", "n_pairs"),
}
"""Columns of claims that are about more than a path."""
EFFECTS = {
    "mediation_type": "zhao_lynch_chen",
    "moderator": "product_of_standardised_scores",
    "groups": "largest_difference_holm",
}
"""How such claims are judged."""


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
    mediation: pd.DataFrame | None = None,
    moderation: pd.DataFrame | None = None,
    interactions: pd.DataFrame | None = None,
    multigroup: Annotated[pd.DataFrame | None, WhereClaimed("multigroup", claims_groups)] = None,
    decisions: pd.DataFrame | None = None,
) -> StageResult:
    """Verdicts by method.

    Parameters
    ----------
    coefficients, pls_paths, sem_paths : the stage files of that name.
    published : `hypothesis, estimate, p, verdict` as printed; none where nothing was.
    higher_order_paths : the stage file of that name; none where no construct is made of constructs.
    mediation, moderation, interactions, multigroup : the stage files of these names; none where nothing runs
        through a construct, depends on one, or differs between groups.
    decisions : the stage file of that name, of answers that are a reconstruction; its columns `state,
        reading, low, high` then say of each verdict whether the print decides it. Where it is open or
        decided, estimate, interval and p are left out, for they are those of one file among many; the
        verdict is then the decided one, or `open`.
    """
    rows: list[dict[str, Any]] = []
    for hypothesis in model.claims:
        if published is not None and hypothesis.name in set(published["hypothesis"]):
            rows.append(_published_row(hypothesis, published))
        if hypothesis.kind == "mediation":
            rows.append(_mediation_row(hypothesis, _frame(mediation), model.alpha))
            continue
        if hypothesis.kind == "moderation":
            keys = {"source": hypothesis.source, "moderator": hypothesis.moderator}
            line = line_of(_frame(interactions), target=hypothesis.target, **keys)
            rows.append(_effect_row(hypothesis, "ols", line, model.alpha))
            line = line_of(_frame(moderation), target=hypothesis.target, **keys)
            rows.append(_effect_row(hypothesis, "pls", line, model.alpha))
            continue
        if hypothesis.kind == "groups":
            rows.append(_groups_row(hypothesis, _frame(multigroup), model.alpha))
            continue
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
    kinds = {claim.kind for claim in model.effect_hypotheses}
    about = [column for kind, own in ABOUT.items() if kind in kinds for column in own]
    card = {**card, **{column: EFFECTS[column] for column in about if column in EFFECTS}}
    columns = ["hypothesis", "predictor", "method", "estimate", "ci_low", "ci_high", "p", "verdict"]
    frame = pd.DataFrame(rows, columns=[*columns, "outcome", "expected_sign", *about])
    frame[about] = frame[about].fillna("")
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


def _frame(table: pd.DataFrame | None) -> pd.DataFrame:
    return pd.DataFrame() if table is None else table


def _effect_row(hypothesis: Hypothesis, method: str, line: Line, alpha: float) -> dict[str, Any]:
    """An effect that has a line of its own among the estimates."""
    return _row(
        hypothesis,
        method,
        estimate=line["estimate"],
        ci_low=line["ci_low"],
        ci_high=line["ci_high"],
        p=line["p"],
        verdict=judge(line["estimate"], line["p"], hypothesis.sign, alpha),
        moderator=hypothesis.moderator,
    )


def _mediation_row(hypothesis: Hypothesis, mediation: pd.DataFrame, alpha: float) -> dict[str, Any]:
    """The effect along the chain that is claimed, the total indirect effect and the type of mediation."""
    ends = {"source": hypothesis.source, "target": hypothesis.target}
    via = join_names(hypothesis.via)
    own = line_of(mediation, effect="specific", via=via, **ends)
    direct = line_of(mediation, effect="direct", **ends)
    total = line_of(mediation, effect="total_indirect", **ends)
    kind = "no_direct_path"
    if math.isnan(own["estimate"]):
        kind = ""
    elif not math.isnan(direct["p"]):
        kind = mediation_type(own["estimate"], own["p"], direct["estimate"], direct["p"], alpha)
    return _effect_row(hypothesis, "pls", own, alpha) | {
        "via": via,
        "total_indirect": total["estimate"],
        "total_indirect_ci_low": total["ci_low"],
        "total_indirect_ci_high": total["ci_high"],
        "mediation_type": kind,
    }


def _groups_row(hypothesis: Hypothesis, multigroup: pd.DataFrame, alpha: float) -> dict[str, Any]:
    """The largest difference between two of the groups; p after Holm's adjustment for all pairs of them."""
    keys = {"demographic": hypothesis.groups, "source": hypothesis.source, "target": hypothesis.target}
    own = multigroup
    for column, value in keys.items():
        own = own[own[column] == value] if column in own else own.head(0)
    own = own.dropna(subset=["p"]) if len(own) else own
    row = _row(hypothesis, "pls", verdict="no_solution", groups=hypothesis.groups)
    row["expected_sign"] = "differs"
    if own.empty:
        return row
    adjusted = holm(own["p"].to_numpy(dtype=np.float64))
    best = int(np.lexsort((-own["difference"].abs().to_numpy(), adjusted))[0])
    line = own.iloc[best]
    return row | {
        "estimate": line["difference"],
        "p": adjusted[best],
        # Either direction is a difference.
        "verdict": judge(abs(line["difference"]), adjusted[best], "positive", alpha),
        "pair": join_names((str(line["first"]), str(line["second"]))),
        "n_pairs": len(own),
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
    return _effect_row(hypothesis, method, line, alpha)
