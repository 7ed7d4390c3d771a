"""The verdict sheet: one line per hypothesis, every caveat where it belongs and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from smartcity_survey.stages.evidence.verdict_sheet import HINGE, verdict_sheet
from smartcity_survey.study.config import RobustnessSection
from smartcity_survey.study.model import Construct, Hypothesis, Model

MODEL = Model(
    constructs=tuple(Construct(name, (f"{name}1", f"{name}2"), "reflective") for name in ("trust", "use")),
    paths=(("trust", "use"),),
    hypotheses=(Hypothesis("H1", "trust", "use", "positive"),),
    alpha=0.05,
)
# A verdict that nothing speaks against; each test changes what its caveat is about.
SOLID: dict[str, Any] = {
    **{"estimate": 0.4, "printed": "confirmed", "ols": "confirmed", "pls": "confirmed"},
    **{"beta": 0.4, "p": 1e-6, "p_holm": 1e-5, "evidence": "very_strong_for", "equivalence_p": 1.0},
    **{"equivalence_ci_low": 0.3, "equivalence_ci_high": 0.5, "detectable_beta": 0.12, "vif": 2.0},
    **{"share_confirmed": 1.0, "share_claimed_sign": 1.0, "p_median_holm": 0.002, "estimate_median": 0.4},
    **{"zero_order": 0.5, "zero_order_mean": 0.5, "beta_mean": 0.4, "estimate_pls": 0.4, "p_pls": 1e-6},
}
ABSENT: dict[str, Any] = {
    **SOLID,
    **{"estimate": 0.02, "printed": "not_confirmed", "ols": "not_confirmed", "pls": "not_confirmed"},
    **{"beta": 0.02, "p": 0.6, "p_holm": 1.0, "evidence": "undecided", "equivalence_p": 0.01},
    **{"equivalence_ci_low": -0.03, "equivalence_ci_high": 0.07, "detectable_beta": 0.08},
    **{"share_confirmed": 0.0, "p_median_holm": 0.5, "estimate_median": 0.02},
    **{"beta_mean": 0.02, "estimate_pls": 0.02, "p_pls": 0.6},
}
REVERSED: dict[str, Any] = {
    "zero_order": -0.5,
    "zero_order_mean": -0.5,
    "beta_mean": -0.4,
    "estimate_pls": -0.4,
    "estimate_median": -0.4,
}


OTHERWISE = ("sign_other_by_means", "sign_other_by_pls")
# Significant in a large survey, though negligible.
TINY: dict[str, Any] = {"beta": 0.04, "estimate": 0.04, "p": 0.01}


def sheet(
    facts: dict[str, Any],
    sign: str = "positive",
    published: bool = True,
    model: Model = MODEL,
    decisions: pd.DataFrame | None = None,
) -> pd.Series[Any]:
    """The one line of the sheet, from stage files with these facts."""
    claim = {"hypothesis": "H1", "predictor": "trust", "outcome": "use"}
    methods = [*(["published"] if published else []), "ols", "pls", *(["sem"] if "sem" in facts else [])]
    of = {"published": "estimate", "ols": "beta", "pls": "estimate_pls", "sem": "estimate_sem"}
    hypotheses = pd.DataFrame(
        [
            {
                **claim,
                "method": method,
                "estimate": facts[of[method]],
                "p": facts[f"p_{method}" if method in ("pls", "sem") else "p"],
                "verdict": facts["printed" if method == "published" else method],
            }
            for method in methods
        ]
    )
    line = pd.DataFrame([{**claim, **facts, "n_specifications": 100}])
    means = {"method": "mean", "zero_order": facts["zero_order_mean"], "beta": facts["beta_mean"]}
    regressions = pd.DataFrame([{**claim, **means}])
    claimed = replace(model, hypotheses=(Hypothesis("H1", "trust", "use", sign),))  # type: ignore[arg-type]
    result = verdict_sheet(
        hypotheses, line, line, line, line, regressions, claimed, RobustnessSection(), decisions
    )
    assert set(result.cards) == set(result.tables)
    return result.tables["verdict_sheet"].iloc[0]


def caveats(facts: dict[str, Any], **options: Any) -> list[str]:
    return [code for code in str(sheet(facts, **options)["caveats"]).split(", ") if code]


def test_a_solid_verdict_has_no_caveat() -> None:
    line = sheet(SOLID)
    assert line["caveats"] == ""
    assert line["equivalence"] == "relevant"
    assert (
        line[["verdict_published", "verdict_ols", "verdict_pls", "verdict_holm"]].tolist()
        == ["confirmed"] * 4
    )


def test_a_negligible_effect_is_said_to_be_negligible() -> None:
    assert sheet(ABSENT)["equivalence"] == "negligible"
    assert caveats(ABSENT) == ["effect_negligible"]


@pytest.mark.parametrize(
    ("base", "changed", "expected"),
    [
        (SOLID, {"estimate": -0.4}, ["printed_against_claim", "printed_sign_reversed"]),
        (SOLID, {"estimate": 0.41}, ["printed_value_differs"]),
        (SOLID, {"estimate": 0.404}, []),
        (SOLID, {"pls": "not_confirmed"}, ["methods_disagree"]),
        # On a reputation survey regression scores gave the first, means and PLS the others.
        (
            SOLID,
            {"beta_mean": -0.009, "estimate_pls": -0.016, "p_pls": 0.8},
            ["sign_other_by_means", "sign_other_by_pls"],
        ),
        (SOLID, {"zero_order_mean": -0.42}, ["sign_against_correlation"]),
        (SOLID, {"zero_order": -0.42}, ["sign_against_correlation"]),
        (ABSENT, {"beta": -0.002, "estimate": -0.002}, ["effect_negligible"]),
        (
            ABSENT,
            {"beta": -0.12, "estimate": -0.12},
            ["sign_against_correlation", *OTHERWISE, "effect_negligible"],
        ),
        (ABSENT, {"beta_mean": -0.02, "estimate_pls": -0.02}, ["effect_negligible"]),
        (ABSENT, {**TINY, "estimate_pls": -0.04, "p_pls": 0.6}, ["effect_negligible"]),
        (ABSENT, {**TINY, "estimate_pls": -0.04, "p_pls": 0.01}, ["sign_other_by_pls", "effect_negligible"]),
        (SOLID, {"p": 0.03, "p_holm": 0.06}, ["lost_after_holm"]),
        (SOLID, {"p_holm": 0.06, "vif": 3.0}, ["lost_after_holm", "collinear"]),
        (SOLID, {"p_holm": 0.06, "evidence": "undecided"}, ["lost_after_holm", "evidence_undecided"]),
        (SOLID, {"vif": 9.0}, []),
        (SOLID, {"share_confirmed": 0.89}, ["specifications_disagree"]),
        (SOLID, {"share_confirmed": 0.49}, ["most_specifications_disagree"]),
        (SOLID, {"share_claimed_sign": 0.7}, ["sign_depends"]),
        (SOLID, {"p_median_holm": 0.06}, ["curve_may_be_chance"]),
        (ABSENT, {"share_confirmed": 0.6}, ["most_specifications_disagree", "effect_negligible"]),
        (ABSENT, {"p_median_holm": 0.01}, ["curve_beyond_chance", "effect_negligible"]),
        (ABSENT, {"share_claimed_sign": 0.02}, ["effect_negligible"]),
        (ABSENT, {"equivalence_p": 0.2, "equivalence_ci_high": 0.12}, ["absence_not_shown"]),
        (ABSENT, {"evidence": "strong_against"}, ["effect_negligible", "evidence_against"]),
        (ABSENT, {"detectable_beta": 0.15}, ["effect_negligible", "small_effects_missed"]),
        (ABSENT, {"vif": 4.0}, ["collinear", "effect_negligible"]),
        (
            ABSENT,
            {"printed": "confirmed"},
            [
                *("verdict_not_reproduced", "most_specifications_disagree"),
                *("curve_may_be_chance", "effect_negligible"),
            ],
        ),
    ],
)
def test_each_caveat_where_it_belongs(
    base: dict[str, Any], changed: dict[str, Any], expected: list[str]
) -> None:
    assert caveats({**base, **changed}) == expected


@pytest.mark.parametrize(
    ("base", "changed", "expected"),
    [
        (SOLID, {}, []),
        (SOLID, {"estimate_median": -0.2}, ["curve_against_claim"]),
        (SOLID, {"estimate_median": -0.2, "p_median_holm": 0.06}, ["curve_may_be_chance"]),
        (
            ABSENT,
            {"estimate_median": -0.2, "p_median_holm": 0.01},
            ["curve_against_claim", "effect_negligible"],
        ),
        (ABSENT, {"estimate_median": -0.2, "p_median_holm": 0.06}, ["effect_negligible"]),
    ],
)
def test_a_curve_beyond_chance_speaks_for_the_side_it_is_on(
    base: dict[str, Any], changed: dict[str, Any], expected: list[str]
) -> None:
    assert caveats({**base, **changed}) == expected


def test_what_a_split_hinges_on_stands_beside_a_share_that_is_too_small() -> None:
    hinge: dict[str, Any] = {
        **{"hinges_on": "score", "highest_option": "mean, pls", "share_highest": 0.9},
        **{"lowest_option": "latent", "share_lowest": 0.0},
    }
    split = sheet({**SOLID, **hinge, "share_confirmed": 0.89})
    assert split[list(HINGE)].to_dict() == hinge
    assert sheet({**SOLID, **hinge, "share_confirmed": 0.9})[list(HINGE)].isna().all()
    assert sheet({**ABSENT, **hinge, "share_confirmed": 0.11})["hinges_on"] == "score"
    assert "power" not in split.index


def test_a_negative_claim_is_read_the_other_way_round() -> None:
    mirrored = {**SOLID, **REVERSED, "estimate": -0.4, "beta": -0.4}
    mirrored |= {"equivalence_ci_low": -0.5, "equivalence_ci_high": -0.3}
    line = sheet(mirrored, sign="negative")
    assert (line["verdict_holm"], line["equivalence"], line["caveats"]) == ("confirmed", "relevant", "")
    assert caveats({**mirrored, "ols": "not_confirmed", "pls": "not_confirmed"}, sign="positive")[:2] == [
        "printed_against_claim",
        "verdict_not_reproduced",
    ]


def test_a_clear_effect_against_the_claim_is_named() -> None:
    against = {**ABSENT, **REVERSED, "beta": -0.2, "estimate": -0.2, "p": 0.001, "equivalence_p": 0.99}
    against |= {"equivalence_ci_low": -0.3, "equivalence_ci_high": -0.11, "evidence": "strong_for"}
    assert caveats(against) == ["significant_against_claim"]


def test_without_print_the_regressions_verdict_is_under_test() -> None:
    line = sheet({**SOLID, "share_confirmed": 0.8}, published=False)
    assert "verdict_published" not in line.index
    assert line["share_agreeing"] == 0.8
    assert line["caveats"] == "specifications_disagree"
    assert sheet({**ABSENT, "share_confirmed": 0.05}, published=False)["share_agreeing"] == 0.95


def test_a_study_without_hypotheses_has_an_empty_sheet() -> None:
    nothing = pd.DataFrame()
    model = Model(MODEL.constructs, MODEL.paths, (), MODEL.alpha)
    result = verdict_sheet(*[nothing] * 6, model, RobustnessSection())
    assert result.tables["verdict_sheet"].empty
    assert list(result.tables["verdict_sheet"]) == ["hypothesis", "caveats"]


def test_a_single_item_is_a_caveat_of_every_verdict_on_it() -> None:
    trust, use = MODEL.constructs
    single = replace(MODEL, constructs=(trust, replace(use, items=("use1",))))
    assert caveats(SOLID, model=single) == ["single_item"]


def test_a_regression_without_a_solution_leaves_the_line_empty_and_says_so() -> None:
    none = pd.DataFrame()
    claim = {"hypothesis": "H1", "predictor": "trust", "outcome": "use"}
    verdicts = {"ols": "no_solution", "pls": "confirmed", "sem": "not_confirmed"}
    hypotheses = pd.DataFrame(
        [
            {**claim, "method": method, "estimate": 0.3, "p": 0.01, "verdict": v}
            for method, v in verdicts.items()
        ]
    )
    line = (
        verdict_sheet(hypotheses, none, none, none, none, none, MODEL, RobustnessSection())
        .tables["verdict_sheet"]
        .iloc[0]
    )
    assert line["caveats"] == "regression_unsolved, methods_disagree"
    assert (line["verdict_holm"], line["equivalence"], line["evidence"]) == ("no_solution", "", "")
    assert line["answer"] == "no_solution"
    assert line[["beta", "p", "vif", "share_agreeing", "p_curve"]].isna().all()


def test_another_method_without_a_solution_is_no_disagreement() -> None:
    assert caveats(SOLID | {"pls": "no_solution"}) == ["pls_unsolved"]
    by_sem = {"sem": "no_solution", "estimate_sem": float("nan"), "p_sem": float("nan")}
    assert caveats(SOLID | by_sem) == ["sem_unsolved"]


def test_without_a_curve_nothing_is_said_of_its_shares() -> None:
    gone = dict.fromkeys(("share_confirmed", "share_claimed_sign", "p_median_holm"), float("nan"))
    assert caveats(SOLID | gone) == ["curve_unsolved"]


def test_a_method_beyond_chance_with_the_other_sign_is_told_beside_a_coefficient_near_zero() -> None:
    near_zero = ABSENT | {"beta": -0.05, "estimate_pls": 0.19, "p_pls": 0.003, "pls": "confirmed"}
    assert "sign_other_by_pls" in caveats(near_zero)
    assert "sign_other_by_pls" not in caveats(near_zero | {"p_pls": 0.2})
    assert "sign_other_by_pls" not in caveats(near_zero | {"estimate_pls": 0.04})


BOUND = RobustnessSection().equivalence_bound
ZERO: dict[str, Any] = {**ABSENT, "beta": 0.0, "estimate": 0.0}
BESIDE: dict[str, Any] = {"beta": 0.06, "estimate": 0.06, "p": 0.01, "p_pls": 0.6}
FAINT: dict[str, Any] = {"beta": 0.05, "estimate": 0.05, "p": 0.6}


@pytest.mark.parametrize(
    ("base", "changed", "expected"),
    [
        # Nothing has no sign that could be reversed or stand against the claim.
        (ZERO, {"estimate": 0.004}, ["effect_negligible"]),
        (ZERO, {"estimate": -0.004}, ["effect_negligible"]),
        (ZERO, {"p": 0.01}, ["effect_negligible"]),
        (ZERO, {**REVERSED, "p": 0.01}, ["effect_negligible"]),
        (ZERO, {**REVERSED, "p_pls": 0.01}, ["effect_negligible"]),
        (SOLID, {"estimate": 0.0}, ["printed_value_differs"]),
        # Half a unit of the second decimal is a difference, to either side; what rounds alike is none.
        (ZERO, {"estimate": 0.005}, ["printed_value_differs", "effect_negligible"]),
        (SOLID, {"estimate": 0.406}, ["printed_value_differs"]),
        (SOLID, {"estimate": 0.39}, ["printed_value_differs"]),
        # A p of alpha is not below it.
        (ABSENT, {**REVERSED, "beta": -0.05, "estimate": -0.05, "p": 0.05}, ["effect_negligible"]),
        (
            ABSENT,
            {**REVERSED, "beta": -0.05, "estimate": -0.05, "p": 0.049},
            ["significant_against_claim", "effect_negligible"],
        ),
        (ABSENT, {"equivalence_p": 0.05}, ["absence_not_shown"]),
        (SOLID, {"p_median_holm": 0.05}, ["curve_may_be_chance"]),
        (ABSENT, {"p_median_holm": 0.05}, ["effect_negligible"]),
        # A coefficient of the bound is not beyond it, and worth no sign at a p of alpha.
        (
            ABSENT,
            {**REVERSED, "beta": BOUND, "estimate": BOUND, "p": 0.05, "estimate_pls": 0.1},
            ["effect_negligible"],
        ),
        (ABSENT, {"detectable_beta": BOUND}, ["effect_negligible"]),
        # Beside a significant coefficient: below alpha or further off than the bound.
        (ABSENT, {**TINY, "estimate_pls": -0.04, "p_pls": 0.05}, ["effect_negligible"]),
        (ABSENT, {**BESIDE, "estimate_pls": -0.04}, ["effect_negligible"]),
        (ABSENT, {**BESIDE, "estimate_pls": -0.05}, ["sign_other_by_pls", "effect_negligible"]),
        # Beside one that is not, both.
        (
            ABSENT,
            {**FAINT, "estimate_pls": -0.19, "p_pls": 0.003},
            ["sign_other_by_pls", "effect_negligible"],
        ),
        (
            ABSENT,
            {**FAINT, "estimate_pls": -0.12, "p_pls": 0.003},
            ["sign_other_by_pls", "effect_negligible"],
        ),
        (ABSENT, {**FAINT, "estimate_pls": -0.19, "p_pls": 0.05}, ["effect_negligible"]),
        (ABSENT, {**FAINT, "estimate_pls": -0.05, "p_pls": 0.003}, ["effect_negligible"]),
        (ABSENT, {**FAINT, "estimate_pls": 0.19, "p_pls": 0.003}, ["effect_negligible"]),
        # Nine of ten specifications agree, half of them do not disagree mostly.
        (SOLID, {"share_confirmed": 0.9}, []),
        (SOLID, {"share_confirmed": 0.53}, ["specifications_disagree"]),
        (SOLID, {"share_confirmed": 0.5}, ["specifications_disagree"]),
        (SOLID, {"share_claimed_sign": 0.9}, []),
        (SOLID, {"share_claimed_sign": 1 - 0.9}, []),
    ],
)
def test_at_its_edge_a_caveat_is_given_or_not(
    base: dict[str, Any], changed: dict[str, Any], expected: list[str]
) -> None:
    assert caveats({**base, **changed}) == expected


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.11, 0.3, "relevant"),
        (BOUND, 0.3, "inconclusive"),
        (-0.3, -0.11, "relevant"),
        (-0.3, -BOUND, "inconclusive"),
        (-0.3, 0.05, "inconclusive"),
        (-0.05, 0.3, "inconclusive"),
    ],
)
def test_an_effect_is_relevant_where_its_interval_lies_beyond_the_bound(
    low: float, high: float, word: str
) -> None:
    facts = {**SOLID, "equivalence_ci_low": low, "equivalence_ci_high": high, "equivalence_p": 0.9}
    assert sheet(facts)["equivalence"] == word


def test_the_line_carries_what_the_tables_say_and_nothing_else() -> None:
    sem = {"sem": "confirmed", "estimate_sem": 0.45, "p_sem": 0.004}
    tables = {key: SOLID[key] for key in ("beta", "p", "p_holm", "evidence", "vif", "detectable_beta")}
    shares = {key: SOLID[key] for key in ("share_confirmed", "share_claimed_sign")}
    line = sheet({**SOLID, **sem, "zero_order": 0.51, "beta_mean": 0.42})
    assert line[list(HINGE)].isna().all()
    assert line.drop(list(HINGE)).to_dict() == {
        **{"hypothesis": "H1", "predictor": "trust", "outcome": "use", "expected_sign": "positive"},
        **{f"verdict_{method}": "confirmed" for method in ("published", "ols", "pls", "sem", "holm")},
        **{"printed_estimate": 0.4, **tables, **shares, "share_agreeing": 1.0},
        **{"equivalence": "relevant", "equivalence_bound": BOUND},
        **{"equivalence_ci_low": 0.3, "equivalence_ci_high": 0.5},
        **{"zero_order": 0.51, "zero_order_mean": 0.5, "beta_mean": 0.42},
        **{"estimate_pls": 0.4, "p_pls": 1e-6, "estimate_sem": 0.45, "p_sem": 0.004},
        **{"n_specifications": 100, "p_curve": 0.002, "estimate_median": 0.4},
        **{"answer": "effect", "caveats": ""},
    }


def test_a_sign_turned_round_by_sem_is_told_of_sem() -> None:
    sem = {"sem": "confirmed", "estimate_sem": -0.2, "p_sem": 0.6}
    assert caveats({**SOLID, **sem}) == ["sign_other_by_sem"]
    assert caveats({**SOLID, **sem, "estimate_sem": 0.2}) == []


def test_a_print_against_a_negative_claim_is_named() -> None:
    mirrored = {**SOLID, **REVERSED, "beta": -0.4, "estimate": 0.4}
    mirrored |= {"equivalence_ci_low": -0.5, "equivalence_ci_high": -0.3}
    assert caveats(mirrored, sign="negative") == ["printed_against_claim", "printed_sign_reversed"]
    against = {**ABSENT, "beta": 0.04, "estimate": 0.04, "p": 0.01}
    assert caveats(against, sign="negative") == ["significant_against_claim", "effect_negligible"]


def test_one_method_left_disagrees_with_nobody() -> None:
    unsolved = {**SOLID, "ols": "no_solution", "beta": float("nan"), "p": float("nan")}
    assert caveats(unsolved) == ["regression_unsolved"]


def test_the_card_carries_the_limits_that_caveats_depend_on() -> None:
    model = replace(MODEL, hypotheses=(), alpha=0.01)
    card = verdict_sheet(*[pd.DataFrame()] * 6, model, RobustnessSection()).cards["verdict_sheet"]
    assert card["method"]
    limits = {"alpha": 0.01, "equivalence_bound": BOUND, "specifications_agree_from": 0.9}
    assert {key: card[key] for key in (*limits, "collinear_from")} == {**limits, "collinear_from": 3.0}
