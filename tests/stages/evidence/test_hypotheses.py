"""A claim is confirmed only where sign and p agree with it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import pandas as pd
import pytest

from smartcity_survey.io import Card
from smartcity_survey.stages.evidence.hypotheses import METHODS, judge_hypotheses, methods_of
from smartcity_survey.study.model import Construct, Hypothesis, Model
from smartcity_survey.study.verdict import judge

MODEL = Model(
    constructs=tuple(Construct(name, (f"{name}1", f"{name}2"), "reflective") for name in ("a", "b", "y")),
    paths=(("a", "y"), ("b", "y")),
    hypotheses=(Hypothesis("H1", "a", "y", "positive"), Hypothesis("H2", "b", "y", "negative")),
    alpha=0.05,
)


@pytest.mark.parametrize(
    ("estimate", "p", "sign", "verdict"),
    [
        (0.2, 0.01, "positive", "confirmed"),
        (0.2, 0.05, "positive", "not_confirmed"),
        (-0.2, 0.01, "positive", "not_confirmed"),
        (-0.2, 0.01, "negative", "confirmed"),
        (0.2, 0.01, "negative", "not_confirmed"),
        (0.0, 0.01, "positive", "not_confirmed"),
        (0.0, 0.01, "negative", "not_confirmed"),
        (1.2, 0.01, "positive", "confirmed"),
        (0.2, 0.0499, "positive", "confirmed"),
        (math.nan, math.nan, "positive", "no_solution"),
        (0.2, math.nan, "positive", "no_solution"),
    ],
)
def test_verdict(estimate: float, p: float, sign: Literal["positive", "negative"], verdict: str) -> None:
    assert judge(estimate, p, sign, alpha=0.05) == verdict


def test_each_method_takes_its_line_and_what_has_none_has_no_solution() -> None:
    """b is on the scale of the answers, beta standardised: the interval of b is scaled by beta over b."""
    coefficients = pd.DataFrame(
        {
            "outcome": "y",
            "term": ["constant", "a", "b"],
            "b": [1.0, 0.5, -0.2],
            "beta": [math.nan, 0.4, -0.1],
            "ci_low": [0.5, 0.25, -0.6],
            "ci_high": [1.5, 0.75, 0.2],
            "p": [0.01, 0.001, 0.3],
        }
    )
    pls = pd.DataFrame(
        {"source": ["b", "a"], "estimate": [-0.2, 0.3], "ci_low": [-0.3, 0.1], "ci_high": [-0.1, 0.5]}
    ).assign(target="y", p=[0.001, 0.2])
    table = judge_hypotheses(coefficients, pls, pd.DataFrame(), None, MODEL).tables["hypotheses"]
    lines = table.set_index(["hypothesis", "method"])
    assert lines["verdict"].to_dict() == {
        ("H1", "ols"): "confirmed",
        ("H1", "pls"): "not_confirmed",
        ("H1", "sem"): "no_solution",
        ("H2", "ols"): "not_confirmed",
        ("H2", "pls"): "confirmed",
        ("H2", "sem"): "no_solution",
    }
    assert lines.loc[("H1", "ols"), ["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx(
        [0.4, 0.2, 0.6]
    )
    assert lines.loc[("H2", "ols"), ["ci_low", "ci_high"]].tolist() == pytest.approx([-0.3, 0.1])
    assert lines.loc[("H2", "ols"), ["estimate", "p"]].tolist() == [-0.1, 0.3]
    assert lines.loc[("H2", "pls"), ["estimate", "ci_low", "ci_high", "p"]].tolist() == [
        -0.2,
        -0.3,
        -0.1,
        0.001,
    ]
    assert table.groupby("hypothesis")[["predictor", "outcome", "expected_sign"]].agg(set).to_dict(
        "index"
    ) == {
        "H1": {"predictor": {"a"}, "outcome": {"y"}, "expected_sign": {"positive"}},
        "H2": {"predictor": {"b"}, "outcome": {"y"}, "expected_sign": {"negative"}},
    }
    assert lines.loc[("H1", "sem"), ["estimate", "ci_low", "ci_high", "p"]].isna().all()


def test_an_inadmissible_solution_decides_nothing() -> None:
    paths = pd.DataFrame(
        {"source": ["a", "b"], "estimate": [1.2, -0.9], "ci_low": [0.1, -1.5], "ci_high": [2.0, -0.1]}
    ).assign(target="y", p=[0.001, 0.001])
    none = pd.DataFrame()
    # A column read from a file beside empty cells holds text.
    by_verdict = {"confirmed": (True, "True"), "no_solution": (False, "False")}
    for verdict, admissible in [(verdict, each) for verdict, both in by_verdict.items() for each in both]:
        table = judge_hypotheses(none, none, paths.assign(admissible=admissible), None, MODEL)
        of_sem = table.tables["hypotheses"].query("method == 'sem'")
        assert set(of_sem["verdict"]) == {verdict}


COMPOSED = replace(
    MODEL,
    higher_hypotheses=(Hypothesis("H0", "ab", "y", "positive"), Hypothesis("H3", "y", "ab", "negative")),
    claim_order=("H0", "H1", "H2", "H3"),
)
HIGHER = pd.DataFrame(
    {"source": ["b", "ab"], "estimate": [0.1, 0.4], "ci_low": [0.0, 0.3], "ci_high": [0.2, 0.5]}
).assign(target="y", p=[0.2, 0.001])


def test_claims_about_constructs_made_of_constructs_are_judged_by_pls_alone() -> None:
    """In the order of the config; one whose path has no line has no solution."""
    published = pd.DataFrame(
        {"hypothesis": ["H3"], "estimate": [-0.3], "p": [0.01], "verdict": ["confirmed"]}
    )
    result = judge_hypotheses(*[pd.DataFrame()] * 3, published, COMPOSED, HIGHER)
    table = result.tables["hypotheses"]
    own = table[table["hypothesis"].isin(["H0", "H3"])]
    assert list(own[["hypothesis", "method", "verdict"]].itertuples(index=False, name=None)) == [
        ("H0", "pls", "confirmed"),
        ("H3", "published", "confirmed"),
        ("H3", "pls", "no_solution"),
    ]
    assert own.iloc[0][["estimate", "ci_low", "ci_high", "p"]].tolist() == [0.4, 0.3, 0.5, 0.001]
    assert list(table["hypothesis"].unique()) == ["H0", "H1", "H2", "H3"]
    assert methods_of(table) == ["published", "ols", "pls", "sem"]
    assert result.cards["hypotheses"]["higher_order"] == "claims_by_pls_alone"


def test_paths_without_a_solution_leave_the_claim_without_one() -> None:
    table = judge_hypotheses(*[pd.DataFrame()] * 3, None, COMPOSED, pd.DataFrame()).tables["hypotheses"]
    assert table["verdict"].eq("no_solution").all()
    assert len(table) == 2 + 2 * 3


def test_a_model_without_them_says_nothing_of_them() -> None:
    result = judge_hypotheses(*[pd.DataFrame()] * 3, None, MODEL)
    assert "higher_order" not in result.cards["hypotheses"]


def test_the_card_says_what_decides_and_what_each_method_estimates() -> None:
    card = judge_hypotheses(*[pd.DataFrame()] * 3, None, replace(MODEL, alpha=0.01)).cards["hypotheses"]
    assert card["alpha"] == 0.01
    assert set(METHODS) - {"published"} < set(card)
    assert "below_alpha" in str(card["verdict"])
    assert card["method"]


def test_methods_stand_in_their_order_and_unknown_ones_after_them() -> None:
    table = pd.DataFrame({"method": ["bayes", "sem", "pls", "sem"]})
    assert methods_of(table) == ["pls", "sem", "bayes"]


def test_an_unjudged_study_still_has_every_column() -> None:
    """The report reads them by name."""
    empty = judge_hypotheses(*[pd.DataFrame()] * 3, None, replace(MODEL, hypotheses=())).tables["hypotheses"]
    full = judge_hypotheses(*[pd.DataFrame()] * 3, None, MODEL).tables["hypotheses"]
    assert empty.empty
    assert list(empty) == list(full)
    assert {"hypothesis", "predictor", "outcome", "expected_sign", "method", "verdict"} < set(empty)
    assert {"estimate", "ci_low", "ci_high", "p"} < set(empty)


def test_decisions_stand_beside_the_verdicts_of_a_reconstruction() -> None:
    name = MODEL.claims[0].name
    decisions = pd.DataFrame(
        {"hypothesis": [name] * 2, "method": ["ols", "pls"], "state": ["printed", "open"]}
    ).assign(reading=["", "claimed"], low=[math.nan, -0.2], high=[math.nan, 0.4])
    empty = [pd.DataFrame()] * 3
    plain = judge_hypotheses(*empty, None, MODEL).tables["hypotheses"]
    table = judge_hypotheses(*empty, None, MODEL, decisions=decisions).tables["hypotheses"]
    assert "state" not in plain
    left = table["state"] != "open"
    assert table.loc[left, list(plain.columns)].equals(plain[left])
    own = table[table["hypothesis"] == name].set_index("method")
    assert own["state"].dropna().to_dict() == {"ols": "printed", "pls": "open"}
    assert own.loc["pls", ["low", "high"]].tolist() == [-0.2, 0.4]
    assert own.loc["pls", "verdict"] == "open"


@pytest.mark.parametrize(("state", "verdict"), [("open", "open"), ("decided", "confirmed")])
def test_no_estimate_or_p_of_one_file_stands_where_the_print_has_a_set(state: str, verdict: str) -> None:
    name = MODEL.claims[0].name
    path = {"source": MODEL.claims[0].source, "target": MODEL.claims[0].target}
    sign = 1 if MODEL.claims[0].sign == "positive" else -1
    numbers = {"estimate": 0.3 * sign, "ci_low": 0.1, "ci_high": 0.5, "p": 0.001}
    paths = pd.DataFrame([{**path, **numbers}])
    decisions = pd.DataFrame(
        [{"hypothesis": name, "method": "pls", "state": state, "reading": "strict", "low": 0.2, "high": 0.4}]
    )
    empty = pd.DataFrame()

    def pls(decisions: pd.DataFrame | None) -> tuple[pd.Series, Card]:
        result = judge_hypotheses(empty, paths, empty, None, MODEL, decisions=decisions)
        table = result.tables["hypotheses"].set_index(["hypothesis", "method"])
        return table.loc[(name, "pls")], result.cards["hypotheses"]

    plain, plain_card = pls(None)
    assert plain[list(numbers)].tolist() == list(numbers.values())
    assert "unprinted" not in plain_card
    line, card = pls(decisions)
    assert line[list(numbers)].isna().all()
    assert line[["verdict", "low", "high", "reading"]].tolist() == [verdict, 0.2, 0.4, "strict"]
    assert card["unprinted"] == "ends_of_sets_in_place_of_estimates"
