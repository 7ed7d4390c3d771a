"""Verdict sheet: each hypothesis with everything that speaks for and against its verdict, on one page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pandas as pd

from smartcity_survey.io import Card, StageResult, join_names, split_names
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.evidence.fed_back import fed_back
from smartcity_survey.stages.evidence.hypotheses import ENDS_INSTEAD, STATE, UNPRINTED
from smartcity_survey.stages.evidence.measured_badly import measured_badly
from smartcity_survey.stages.lines import Line, line_of
from smartcity_survey.stages.needs import Claims, Options
from smartcity_survey.study.config import RobustnessSection
from smartcity_survey.study.limits import limit
from smartcity_survey.study.model import Hypothesis
from smartcity_survey.study.verdict import DIRECTIONS, Sign, judge

Row = Mapping[str, Any]

UNSOLVED = "no_solution"
INCONCLUSIVE = "inconclusive"
"""The equivalence test shows neither a negligible nor a relevant effect."""
HINGE = ("hinges_on", "highest_option", "share_highest", "lowest_option", "share_lowest")
AGREEING = 0.9
"""Share of specifications that should agree with a verdict or with a sign; below it there is a caveat."""
JUDGED = ("ols", "pls", "sem")
"""Methods whose numbers may be nowhere in print."""
OPEN_COLUMNS = (
    *("zero_order", "zero_order_mean", "beta_mean"),
    *("share_confirmed", "share_agreeing", "share_claimed_sign", "estimate_median", "p_curve"),
)
ON_ANSWERS = (
    *("methods_disagree", "pls_unsolved", "sem_unsolved", "sign_against_correlation", "sign_other_by_means"),
    *("sign_other_by_pls", "sign_other_by_sem", "most_specifications_disagree", "specifications_disagree"),
    *("curve_unsolved", "sign_depends", "curve_may_be_chance", "curve_beyond_chance", "curve_against_claim"),
    *("item_against_construct", "unreliable_construct", "feedback_biased", "feedback_weak"),
    "feedback_unsolved",
)
"""Caveats that rest on numbers which are nowhere in print, nor follow from it."""
OF_PRINT = ("printed_against_claim", "single_item")
"""Caveats that rest on the print alone, whatever regression is in use."""
ON_REGRESSION = (
    *("beta", "p", "p_holm", "equivalence_ci_low", "equivalence_ci_high"),
    *("detectable_beta", "vif", "zero_order"),
)
"""Numbers of the regression in use: where it is not the printed one, of one file among many."""
MEDIATION = {
    "complementary": "mediation_complementary",
    "competitive": "mediation_competitive",
    "indirect_only": "mediation_indirect_only",
    "direct_only": "mediation_direct_only",
    "no_effect": "mediation_no_effect",
    "no_direct_path": "mediation_no_direct_path",
}
"""Type of mediation -> the caveat that tells it."""
SAME = 0.005
"""Coefficients nearer than this have the same two decimals, or all but."""


@stage("verdict_sheet")
def verdict_sheet(
    hypotheses: pd.DataFrame,
    hypothesis_tests: pd.DataFrame,
    power: pd.DataFrame,
    relative_importance: pd.DataFrame,
    specification_summary: pd.DataFrame,
    score_regressions: pd.DataFrame,
    model: Claims,
    section: Annotated[RobustnessSection, Options(RobustnessSection, ("equivalence_bound",))],
    decisions: pd.DataFrame | None = None,
    pls_loadings: pd.DataFrame | None = None,
    reliability: pd.DataFrame | None = None,
    feedback_paths: pd.DataFrame | None = None,
    feedback_tests: pd.DataFrame | None = None,
) -> StageResult:
    """One row per hypothesis: verdicts, how far they can be trusted, and caveats as codes.

    Claims about constructs made of constructs, indirect effects, interactions and differences between groups
    have the verdicts alone: the other tests are of regression coefficients.

    Parameters
    ----------
    hypotheses, ..., score_regressions, pls_loadings, ..., feedback_tests : the stage files of these names.

    The column `share_agreeing` is the share of specifications, weighted as in `specification_curve`, that
    agree with the printed verdict, or with that of the regression where nothing was printed. Where too few
    do, `hinges_on` and the columns beside it say which choice decides. `p_curve` is the two-sided p of the
    median of all specifications after Holm's adjustment. `answer` weighs all tests of the coefficient.

    Where the answers are a reconstruction whose bounds are known (`decisions`), what the print leaves open is
    left out: estimates, p-values, shares and caveats that rest on it. In their place stand `state_<method>,
    reading_<method>, low_<method>, high_<method>`.
    """
    rows = []
    for hypothesis in model.claims:
        doubts = measured_badly(hypothesis, model, pls_loadings, reliability)
        doubts += fed_back(hypothesis, feedback_paths, feedback_tests, model.alpha)
        if hypothesis not in model.hypotheses:
            row = _estimated(hypothesis, hypotheses)
            rows.append(row | {"caveats": join_names((*split_names(row["caveats"]), *doubts))})
            continue
        row = {
            **_verdicts(hypothesis, hypotheses, hypothesis_tests, model.alpha),
            **_evidence(line_of(hypothesis_tests, hypothesis=hypothesis.name), section, model.alpha),
            **_size(hypothesis, power, relative_importance),
            **_elsewhere(hypothesis, hypotheses, score_regressions),
        }
        row |= _curve(row, line_of(specification_summary, hypothesis=hypothesis.name))
        row |= {"answer": _answer(row, model.alpha)}
        caveats = [*_caveats(row, model.alpha)]
        if {hypothesis.source, hypothesis.target} & set(model.single):
            caveats.append("single_item")
        caveats += doubts
        if decisions is not None:
            row, caveats = _as_decided(row, caveats, decisions)
        rows.append(row | {"caveats": join_names(caveats)})
    card: Card = {
        "method": "results_by_hypothesis",
        "alpha": model.alpha,
        "equivalence_bound": section.equivalence_bound,
        **({"specifications_agree_from": AGREEING} if decisions is None else ENDS_INSTEAD),
        "collinear_from": limit("vif_ideal").value,
    }
    frame = pd.DataFrame(rows) if rows else pd.DataFrame(columns=["hypothesis", "caveats"])
    return StageResult(tables={"verdict_sheet": frame}, cards={"verdict_sheet": card})


def _estimated(hypothesis: Hypothesis, hypotheses: pd.DataFrame) -> dict[str, Any]:
    """A claim that is judged by its estimates alone."""
    own = hypotheses[hypotheses["hypothesis"] == hypothesis.name].set_index("method")
    solved = any(verdict != UNSOLVED for verdict in own["verdict"])
    caveats = ["verdict_alone"] if solved else []
    kind = own["mediation_type"].max() if "mediation_type" in own else ""
    if kind in MEDIATION:
        caveats.append(MEDIATION[kind])
    caveats += _unsolved({f"verdict_{method}": verdict for method, verdict in own["verdict"].items()})
    if len(set(own["verdict"]) - {UNSOLVED}) > 1:
        caveats.append("methods_disagree")
    methods = [method for method in JUDGED if method in own.index]
    if hypothesis.kind == "groups" and solved and own["n_pairs"].iloc[0] > 1:
        caveats.append("largest_difference")
    if hypothesis.kind == "moderation":
        caveats.append("moderation_not_by_sem")
    about = ("via", "moderator", "groups", "pair", "n_pairs")
    return {
        "hypothesis": hypothesis.name,
        "predictor": hypothesis.source,
        "outcome": hypothesis.target,
        "expected_sign": own["expected_sign"].iloc[0],
        **{name: own[name].iloc[0] for name in about if name in own},
        **{f"verdict_{method}": verdict for method, verdict in own["verdict"].items()},
        **{f"estimate_{method}": own.loc[method, "estimate"] for method in methods},
        **{f"p_{method}": own.loc[method, "p"] for method in methods},
        "answer": "" if solved else UNSOLVED,
        "caveats": join_names(caveats),
    }


def _as_decided(
    row: dict[str, Any], caveats: list[str], decisions: pd.DataFrame
) -> tuple[dict[str, Any], list[str]]:
    """A row with what the print decides, without what it leaves open."""
    own = {m: line_of(decisions, hypothesis=row["hypothesis"], method=m) for m in JUDGED}
    kept = [code for code in caveats if code not in ON_ANSWERS]
    row = {name: value for name, value in row.items() if name not in (*OPEN_COLUMNS, *HINGE)}
    for method, line in own.items():
        if f"verdict_{method}" not in row or line["state"] not in UNPRINTED:
            continue
        if method == "ols":
            words = dict.fromkeys(("equivalence", "evidence", "answer"), "")
            row |= {**dict.fromkeys(ON_REGRESSION, math.nan), **words, "verdict_holm": "open"}
            kept = [code for code in kept if code in OF_PRINT]
        row |= {f"{column}_{method}": line[column] for column in STATE}
        row |= {name: math.nan for name in (f"estimate_{method}", f"p_{method}") if name in row}
        kept.append(f"{line['state']}_by_{method}")
        if line["state"] == "open":
            row |= {f"verdict_{method}": "open"}
    return row, ["collinear_in_print" if code == "collinear" else code for code in kept]


def _verdicts(
    hypothesis: Hypothesis, hypotheses: pd.DataFrame, tests: pd.DataFrame, alpha: float
) -> dict[str, Any]:
    """The claim, its verdict by every method and after Holm's adjustment, and the printed coefficient."""
    own = hypotheses[hypotheses["hypothesis"] == hypothesis.name].set_index("method")
    adjusted = line_of(tests, hypothesis=hypothesis.name)
    return {
        "hypothesis": hypothesis.name,
        "predictor": hypothesis.source,
        "outcome": hypothesis.target,
        "expected_sign": hypothesis.sign,
        **{f"verdict_{method}": verdict for method, verdict in own["verdict"].items()},
        "verdict_holm": judge(adjusted["beta"], adjusted["p_holm"], hypothesis.sign, alpha),
        **({"printed_estimate": own.loc["published", "estimate"]} if "published" in own.index else {}),
    }


def _evidence(test: Line, section: RobustnessSection, alpha: float) -> dict[str, Any]:
    """The coefficient, and what equivalence test and Bayes factor make of it; nothing where there is none."""
    low, high, bound = test["equivalence_ci_low"], test["equivalence_ci_high"], section.equivalence_bound
    relevant = low > bound or high < -bound
    equivalence = "negligible" if test["equivalence_p"] < alpha else "relevant" if relevant else INCONCLUSIVE
    return {
        "beta": test["beta"],
        "p": test["p"],
        "p_holm": test["p_holm"],
        "equivalence": "" if math.isnan(test["beta"]) else equivalence,
        "equivalence_bound": bound,
        "equivalence_ci_low": low,
        "equivalence_ci_high": high,
        "evidence": test["evidence"] if isinstance(test["evidence"], str) else "",
    }


def _size(hypothesis: Hypothesis, power: pd.DataFrame, importance: pd.DataFrame) -> dict[str, Any]:
    """What could have been found, and how far the predictor stands apart from the others."""
    keys = {"outcome": hypothesis.target, "predictor": hypothesis.source}
    found, shares = line_of(power, **keys), line_of(importance, **keys)
    return {
        "detectable_beta": found["detectable_beta"],
        "vif": shares["vif"],
        "zero_order": shares["zero_order"],
    }


def _elsewhere(hypothesis: Hypothesis, hypotheses: pd.DataFrame, regressions: pd.DataFrame) -> dict[str, Any]:
    """The path by PLS-SEM and SEM, and by item means, whose correlation has the sign of the constructs'."""
    own = hypotheses[hypotheses["hypothesis"] == hypothesis.name].set_index("method")
    means = line_of(regressions, outcome=hypothesis.target, predictor=hypothesis.source, method="mean")
    methods = [method for method in ("pls", "sem") if method in own.index]
    return {
        **{f"estimate_{method}": own.loc[method, "estimate"] for method in methods},
        **{f"p_{method}": own.loc[method, "p"] for method in methods},
        "zero_order_mean": means["zero_order"],
        "beta_mean": means["beta"],
    }


def _curve(row: Row, curve: Line) -> dict[str, Any]:
    """What the specification curve adds: agreement with the verdict, and whether the curve may be chance."""
    confirmed = curve["share_confirmed"]
    agreeing = {"confirmed": confirmed, "not_confirmed": 1 - confirmed}.get(_verdict(row), math.nan)
    decisive = curve if agreeing < AGREEING else Line()
    return {
        "n_specifications": curve["n_specifications"],
        "share_confirmed": confirmed,
        "share_agreeing": agreeing,
        "share_claimed_sign": curve["share_claimed_sign"],
        "estimate_median": curve["estimate_median"],
        "p_curve": curve["p_median_holm"],
        **{key: decisive[key] for key in HINGE},
    }


def _answer(row: Row, alpha: float) -> str:
    """One code for what all tests of a coefficient come to; the first that fits.

    - `no_solution`: there is no coefficient.
    - `no_relevant_effect`: the equivalence test is significant: the whole interval of level 1 - 2 alpha lies
      within the bounds. An effect may still be there, but not one that matters.
    - `effect`, `effect_against_claim`: p after Holm's adjustment is below alpha (an interval as wide as the
      number of tests asks for leaves out zero), and the Bayes factor is at least moderately for an effect;
      of weighted or clustered answers, which have no Bayes factor, the interval of the equivalence test lies
      beyond a bound instead.
    - `probably_no_effect`: p is not below alpha, and the Bayes factor is at least strongly against an effect,
      but the interval reaches beyond a bound. Moderate evidence is too little where the interval is open.
    - `undecided`: everything else, and so wherever the tests contradict one another.
    """
    evidence, beta = str(row["evidence"]), row["beta"]
    if math.isnan(beta):
        return UNSOLVED
    if row["equivalence"] == "negligible":
        return "no_relevant_effect"
    sign: Sign = "positive" if beta > 0 else "negative"
    if judge(beta, row["p_holm"], sign, alpha) == "confirmed" and (
        evidence.endswith("for") or (not evidence and row["equivalence"] == "relevant")
    ):
        return "effect" if sign == row["expected_sign"] else "effect_against_claim"
    absent = judge(beta, row["p"], sign, alpha) == "not_confirmed" and row["equivalence"] == INCONCLUSIVE
    strong = evidence in ("strong_against", "very_strong_against")
    return "probably_no_effect" if absent and strong else "undecided"


def _verdict(row: Row) -> str:
    """The verdict under test: the printed one, or the regression's where nothing was printed."""
    return str(row.get("verdict_published", row["verdict_ols"]))


def _caveats(row: Row, alpha: float) -> Iterator[str]:
    """Codes of what a reader of the verdict should know; the report has a sentence for each."""
    sign = 1 if row["expected_sign"] == "positive" else -1
    printed = row.get("printed_estimate", row["beta"])
    apart = ("verdict_published", "verdict_holm")
    recomputed = {row[key] for key in row if key.startswith("verdict_") and key not in apart}
    if UNSOLVED in (_verdict(row), row["verdict_ols"]):
        # There is nothing to qualify: what is said of a coefficient needs one.
        yield "regression_unsolved"
        if len(recomputed - {UNSOLVED}) > 1:
            yield "methods_disagree"
        return
    confirmed, found = _verdict(row) == "confirmed", row["verdict_ols"] == "confirmed"
    yield from _unsolved(row)
    if confirmed and printed * sign < 0:
        yield "printed_against_claim"
    if printed * row["beta"] < 0:
        yield "printed_sign_reversed"
    elif abs(printed - row["beta"]) >= SAME:
        yield "printed_value_differs"
    if confirmed != found:
        yield "verdict_not_reproduced"
    if len(recomputed - {UNSOLVED}) > 1:
        yield "methods_disagree"
    if row["beta"] * sign < 0 and row["p"] < alpha:
        yield "significant_against_claim"
    if found and row["verdict_holm"] not in ("confirmed", UNSOLVED):
        yield "lost_after_holm"
    yield from _sign_caveats(row, alpha)
    yield from _curve_caveats(row, confirmed, alpha)
    if not found or row["verdict_holm"] != "confirmed":
        if row["vif"] >= limit("vif_ideal").value:
            yield "collinear"
        yield from _absence_caveats(row, found)


def _unsolved(row: Row) -> list[str]:
    """The methods beside the regression that have no solution, each of which says why under its own table."""
    return [f"{method}_unsolved" for method in ("pls", "sem") if row.get(f"verdict_{method}") == UNSOLVED]


def _sign_caveats(row: Row, alpha: float) -> Iterator[str]:
    """A coefficient worth a sign whose sign is the other one alone, by other scores or by other methods.

    It is worth one where p is below alpha or its size above the equivalence bound. The other estimate has the
    other sign, and is worth it too or further away than the bound: beside -.32, .01 is no agreement, and a
    coefficient of -.002 beside a correlation of .40 is not reversed but absent.
    """
    beta, bound = row["beta"], row["equivalence_bound"]
    notable = row["p"] < alpha or abs(beta) > bound

    def reversed_by(other: float, p: float = math.nan) -> bool:
        if notable:
            return bool(other * beta < 0 and (p < alpha or abs(other - beta) > bound))
        # Where the coefficient is worth no sign, one that is beyond chance and far from it still is.
        return bool(other * beta < 0 and p < alpha and abs(other - beta) > bound)

    if reversed_by(row["zero_order_mean"]) or reversed_by(row["zero_order"]):
        yield "sign_against_correlation"
    if reversed_by(row["beta_mean"]):
        yield "sign_other_by_means"
    for method, code in (("pls", "sign_other_by_pls"), ("sem", "sign_other_by_sem")):
        if reversed_by(row.get(f"estimate_{method}", math.nan), row.get(f"p_{method}", math.nan)):
            yield code


def _curve_caveats(row: Row, confirmed: bool, alpha: float) -> Iterator[str]:
    if math.isnan(row["share_confirmed"]):
        yield "curve_unsolved"
        return
    if row["share_agreeing"] < 0.5:
        yield "most_specifications_disagree"
    elif row["share_agreeing"] < AGREEING:
        yield "specifications_disagree"
    if 1 - AGREEING < row["share_claimed_sign"] < AGREEING:
        yield "sign_depends"
    claimed = row["estimate_median"] * DIRECTIONS[row["expected_sign"]] > 0
    if row["p_curve"] < alpha and not claimed:
        yield "curve_against_claim"
    elif confirmed and row["p_curve"] >= alpha:
        yield "curve_may_be_chance"
    elif not confirmed and row["p_curve"] < alpha:
        yield "curve_beyond_chance"


def _absence_caveats(row: Row, found: bool) -> Iterator[str]:
    """Absence of evidence and evidence of absence are told apart."""
    if found:
        if row["evidence"] == "undecided":
            yield "evidence_undecided"
        return
    if row["equivalence"] == "negligible":
        yield "effect_negligible"
    elif row["equivalence"] == INCONCLUSIVE:
        yield "absence_not_shown"
    if row["evidence"].endswith("against"):
        yield "evidence_against"
    if row["detectable_beta"] > row["equivalence_bound"]:
        yield "small_effects_missed"
