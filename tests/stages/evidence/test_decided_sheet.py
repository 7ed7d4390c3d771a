"""The verdict sheet of a reconstruction: what the print leaves open is left out of it."""

from __future__ import annotations

import pandas as pd

from tests.stages.evidence.test_verdict_sheet import ABSENT, REVERSED, SOLID, sheet


def decided_by(**states: str) -> pd.DataFrame:
    """Decisions on H1: method to its state, each set from .1 to .3."""
    lines = [{"hypothesis": "H1", "method": name, "state": state} for name, state in states.items()]
    return pd.DataFrame(lines).assign(low=0.1, high=0.3, reading="claimed")


def test_what_the_print_leaves_open_is_left_out_with_what_rests_on_it() -> None:
    facts = {**SOLID, **REVERSED, "share_confirmed": 0.4, "vif": 4.0, "p_holm": 0.2}
    before, after = (
        set(str(sheet(facts, decisions=known)["caveats"]).split(", "))
        for known in (None, decided_by(pls="open"))
    )
    assert {"sign_other_by_pls", "sign_against_correlation", "most_specifications_disagree"} <= before
    assert {"lost_after_holm", "collinear"} <= before
    assert after == {"lost_after_holm", "collinear_in_print", "open_by_pls"}
    line = sheet(facts, decisions=decided_by(pls="open"))
    assert (line["verdict_pls"], line["state_pls"], line["low_pls"], line["high_pls"]) == (
        "open",
        "open",
        0.1,
        0.3,
    )
    assert line["reading_pls"] == "claimed"
    assert line[["estimate_pls", "p_pls"]].isna().all()
    gone = {"share_agreeing", "share_confirmed", "p_curve", "zero_order", "zero_order_mean", "beta_mean"}
    assert not gone & set(line.index)
    assert (line["verdict_ols"], line["beta"], line["p"]) == ("confirmed", facts["beta"], facts["p"])


def test_what_the_print_decides_keeps_its_verdict_and_says_so() -> None:
    line = sheet(SOLID, decisions=decided_by(pls="decided"))
    assert (line["verdict_pls"], line["state_pls"], line["caveats"]) == (
        *("confirmed", "decided"),
        "decided_by_pls",
    )
    assert line[["estimate_pls", "p_pls"]].isna().all()


def test_answers_of_people_have_no_states() -> None:
    assert not [name for name in sheet(SOLID).index if name.startswith(("state_", "low_", "high_"))]


def test_a_printed_regression_has_no_state_and_another_has_its_ends() -> None:
    printed = sheet(SOLID, decisions=decided_by(ols="printed", pls="decided"))
    assert printed["caveats"] == "decided_by_pls"
    assert "state_ols" not in printed.index
    other = sheet(SOLID, decisions=decided_by(ols="open", pls="decided"))
    assert other["caveats"] == "open_by_ols, decided_by_pls"
    assert other[["beta", "p", "p_holm", "equivalence_ci_low", "vif"]].isna().all()
    assert other[["answer", "evidence", "verdict_holm"]].tolist() == ["", "", "open"]
    facts = {**ABSENT, "printed": "confirmed", "estimate": -0.1, "vif": 4.0}
    kept = str(sheet(facts, decisions=decided_by(ols="open"))["caveats"]).split(", ")
    assert kept == ["printed_against_claim", "open_by_ols"]
    assert other[["verdict_ols", "low_ols", "high_ols"]].tolist() == ["open", 0.1, 0.3]
