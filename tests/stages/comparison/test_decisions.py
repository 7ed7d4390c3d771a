"""Whether the print decides a verdict: by the ends of its sets, by witnesses, or by neither."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from smartcity_survey.data.bounds import END_COLUMNS
from smartcity_survey.stages.comparison.bounds import NOT_SOUGHT, compare_with_bounds, identified_sets
from smartcity_survey.stages.comparison.decided import UNSURE, decisions
from smartcity_survey.study.model import Hypothesis
from tests.stages.comparison.ends import PLS, TARGET, end, model, surveys


def decided(low: float, high: float, *witnesses: float, method: str = "pls", **more: object) -> pd.Series:
    """The decision on H1 where a set has these ends and witnesses these estimates with p = .001."""
    ends = [end(method, "a", "claimed", side, v, **more) for side, v in (("low", low), ("high", high))]
    claim = {"method": method, "hypothesis": "H1", "predictor": "a", "outcome": TARGET}
    shown = pd.DataFrame(
        [
            {**claim, "expected_sign": "positive", "witness": f"w{place}", "estimate": value, "p": 0.001}
            | {"verdict": "confirmed" if value > 0 else "not_confirmed"}
            for place, value in enumerate(witnesses)
        ],
        columns=["witness", *claim, "expected_sign", "estimate", "p", "verdict"],
    )
    one = replace(model(), hypotheses=(Hypothesis("H1", "a", TARGET, "positive"),))
    table = decisions(identified_sets(pd.DataFrame(ends)), shown, one)
    assert table["method"].tolist() == ["published", "ols", method]
    assert table["state"].tolist()[:2] == ["printed", "printed"]
    return table.iloc[2]


def test_the_same_verdict_at_both_ends_is_decided() -> None:
    found = decided(0.1, 0.3)
    assert (found["state"], found["lowest_verdict"], found["highest_verdict"]) == (
        "decided",
        *["confirmed"] * 2,
    )
    assert decided(-0.3, 0.07)["state"] == "decided"  # p at .07 / .04 is .08


def test_an_end_on_either_side_of_the_level_is_open() -> None:
    found = decided(0.07, 0.3, 0.12, 0.2)
    assert (found["state"], found["lowest_verdict"]) == ("open", "not_confirmed")
    assert (found["confirmed_by"], found["not_confirmed_by"]) == ("w1", "")
    assert decided(-0.3, -0.1)["state"] == "decided"  # significant, but against the claim


def test_a_witness_against_the_ends_opens_a_verdict() -> None:
    found = decided(0.1, 0.3, 0.2, -0.1, -0.2)
    assert (found["state"], found["confirmed_by"], found["not_confirmed_by"]) == ("open", "w0", "w2")


def test_the_smallest_set_with_both_verdicts_is_named_and_one_beyond_the_claimed_fit_opens_nothing() -> None:
    def of(**sets: tuple[float, float]) -> pd.Series:
        lines = [
            end("pls", "a", reading, side, value)
            for reading, ends in sets.items()
            for side, value in zip(("low", "high"), ends, strict=True)
        ]
        nobody = pd.DataFrame(columns=["witness", "method", "predictor", "outcome", "verdict"])
        one = replace(model(), hypotheses=(Hypothesis("H1", "a", TARGET, "positive"),))
        return decisions(identified_sets(pd.DataFrame(lines)), nobody, one).iloc[2]

    sure, wide, wider = (0.1, 0.2), (-0.1, 0.3), (-0.5, 0.6)
    first = of(strict=wide, claimed=wider, print=wider)
    assert (first["state"], first["reading"], first["low"]) == ("open", "strict", -0.1)
    second = of(strict=sure, claimed=wider, print=wider)
    assert (second["state"], second["reading"], second["high"]) == ("open", "claimed", 0.6)
    third = of(strict=sure, claimed=sure, print=wider)
    assert (third["state"], third["reading"], third["low"]) == ("decided", "claimed", 0.1)
    assert of(strict=sure, claimed=sure, print=sure)["reading"] == "print"
    assert of(print=wide)["state"] == "open"


def on_h1(
    ends: list[dict[str, object]], outcome: str = TARGET, shown: pd.DataFrame | None = None
) -> pd.DataFrame:
    nobody = pd.DataFrame(columns=["witness", "method", "predictor", "outcome", "verdict"])
    one = replace(model(), hypotheses=(Hypothesis("H1", "a", outcome, "positive"),))
    sets = identified_sets(pd.DataFrame(ends, columns=list(END_COLUMNS)))
    return decisions(sets, nobody if shown is None else shown, one).set_index("method")


def test_the_strictest_set_alone_decides_nothing() -> None:
    """What was not sought under the claimed fit may be another verdict there."""
    strict = [end("pls", "a", "strict", side, value) for side, value in (("low", 0.2), ("high", 0.3))]
    found = on_h1(strict).loc["pls"]
    assert (found["state"], found["reading"], found["lowest_verdict"]) == ("open", "strict", "confirmed")
    claimed = [end("pls", "a", "claimed", side, value) for side, value in (("low", 0.2), ("high", 0.3))]
    assert on_h1(strict + claimed).loc["pls", "state"] == "decided"


def of_errors(**sets: tuple[float, float, float, float]) -> pd.Series:
    """The decision on H1: reading to low, its standard error, high, its standard error."""
    ends = [
        end("pls", "a", reading, side, value, std_error=error)
        for reading, (low, low_error, high, high_error) in sets.items()
        for side, value, error in (("low", low, low_error), ("high", high, high_error))
    ]
    return on_h1(ends).loc["pls"]


def test_a_verdict_is_decided_by_the_most_adverse_error_found() -> None:
    """p is not known between the ends: .1 / .04 is significant, .1 / .06 not; .09 / .05 is not, / .04 is."""
    assert of_errors(claimed=(0.1, 0.04, 0.5, 0.05))["state"] == "decided"
    assert of_errors(claimed=(-0.3, 0.05, 0.09, 0.05))["state"] == "decided"
    for ends, told in (
        ((0.1, 0.04, 0.5, 0.06), [UNSURE, "confirmed"]),
        ((-0.3, 0.04, 0.09, 0.05), ["not_confirmed", UNSURE]),
    ):
        found = of_errors(claimed=ends)
        assert (found["state"], found["reading"]) == ("open", "claimed")
        assert [found["lowest_verdict"], found["highest_verdict"]] == told


def test_a_set_is_open_only_by_verdicts_of_its_own_data() -> None:
    """H4 by SEM: both strict ends confirm it at their own errors, a wider set has the larger one."""
    strict = (0.126, 0.0638, 0.614, 0.0572)
    found = of_errors(strict=strict, claimed=(0.113, 0.0655, 1.395, 0.0537))
    assert (found["state"], found["reading"], found["low"]) == ("open", "claimed", 0.113)
    assert (found["lowest_verdict"], found["highest_verdict"]) == ("not_confirmed", "confirmed")
    # .12 / .06 is significant, .12 / .0655 is not, and no data of the claimed fit were found that say so.
    unsure = of_errors(strict=strict, claimed=(0.12, 0.06, 1.395, 0.0655))
    assert (unsure["state"], unsure["reading"]) == ("open", "claimed")
    assert (unsure["lowest_verdict"], unsure["highest_verdict"]) == (UNSURE, "confirmed")
    # What the strict set shows holds in the claimed one, whose own ends are alike.
    alike = of_errors(strict=(0.2, 0.05, 0.3, 0.05), claimed=(-0.1, 0.05, 0.4, 0.5))
    assert (alike["state"], alike["reading"]) == ("open", "claimed")
    assert (alike["lowest_verdict"], alike["highest_verdict"]) == ("not_confirmed", "not_confirmed")


@pytest.mark.parametrize("nothing", [0.0, 7e-5])
def test_an_end_where_nothing_is_left_to_explain_has_no_test(nothing: float) -> None:
    """R2 of 1: the standard error is 0 but for rounding, and so is that of everything."""
    ends = [
        end("mean", "a", "print", "low", 0.04, std_error=nothing),
        end("mean", "a", "print", "high", 0.26, std_error=nothing),
    ]
    found = on_h1(ends).loc["mean"]
    assert (found["state"], found["lowest_verdict"], found["highest_verdict"]) == (
        "open",
        *["no_standard_error"] * 2,
    )


def test_what_no_set_was_sought_of_is_open() -> None:
    """Ends of another hypothesis, or of another outcome: a path without its own is open, whatever the file in
    use says; no ends at all, likewise, but for the printed regression."""
    shown = pd.DataFrame(
        {"method": ["ols", "pls", "sem"], "witness": "data_in_use", "verdict": "confirmed", "estimate": 0.3}
        | {"predictor": "a", "outcome": TARGET, "expected_sign": "positive"}
    )
    of_b = [end("pls", "b", "claimed", side, value) for side, value in (("low", 0.2), ("high", 0.3))]
    for ends, printed in ((of_b, "open"), ([], "printed")):
        found = on_h1(ends, shown=shown)
        assert found["state"].to_dict() == {
            "published": "printed",
            "ols": printed,
            "pls": "open",
            "sem": "open",
        }
        assert found.loc["pls", ["reading", "low", "high"]].isna().all()


def test_a_reconstruction_whose_bounds_nobody_sought_is_open_throughout() -> None:
    own, *_ = surveys()
    result = compare_with_bounds(own, NOT_SOUGHT, model(), PLS, "cfa_regression", 5)
    states = result.tables["decisions"].groupby("method")["state"].unique().map(tuple).to_dict()
    assert states["ols"] == states["published"] == ("printed",)
    assert {states[name] for name in set(states) - {"ols", "published"}} == {("open",)}
    assert {"pls", "sem", "mean"} <= set(states)
    assert all(result.tables[name].empty for name in ("identified_sets", "witnesses", "prices"))


def test_an_end_without_a_standard_error_has_a_verdict_by_its_sign_alone() -> None:
    nothing = float("nan")
    assert decided(-0.3, -0.1, method="plsc", std_error=nothing)["state"] == "decided"
    found = decided(0.1, 0.3, method="plsc", std_error=nothing)
    assert (found["state"], found["highest_verdict"]) == ("open", "no_standard_error")


def test_a_regression_of_other_scores_than_the_printed_has_the_set_of_its_scores() -> None:
    ends = [end("mean", "a", "claimed", side, value) for side, value in (("low", -0.2), ("high", 0.3))]
    sets = identified_sets(pd.DataFrame(ends))
    one = replace(model(), hypotheses=(Hypothesis("H1", "a", TARGET, "positive"),))
    nobody = pd.DataFrame(columns=["witness", "method", "predictor", "outcome", "verdict"])
    found = {
        scores: decisions(sets, nobody, one, scores).set_index("method").loc["ols"]
        for scores in ("cfa_regression", "mean", "sum", "cfa_skrondal_laake")
    }
    assert {name: line["state"] for name, line in found.items()} == {
        "cfa_regression": "printed",
        "mean": "open",
        "sum": "open",
        "cfa_skrondal_laake": "open",
    }
    assert found["mean"][["low", "high", "reading"]].tolist() == [-0.2, 0.3, "claimed"]
    assert found["cfa_skrondal_laake"][["low", "reading"]].isna().all()
