"""What the crosscheck writes down: differences, and a bound where they are noise."""

import sys

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.io import REFUSED, WHOLE
from smartcity_survey.stages.checks.crosscheck import (
    EXACT,
    OPTIMUM,
    PEERS,
    Comparison,
    _cfa,
    crosscheck,
    disagreements,
)
from smartcity_survey.stages.refusals import Unsolved
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.study.model import Construct, Model
from tests.stats.survey_data import answered_survey


def compared(ours: float, tolerance: float = EXACT) -> float:
    return Comparison("r2", "statsmodels", np.array([ours]), np.array([0.5]), tolerance).difference()


def test_noise_is_written_as_one_bound_and_a_difference_as_itself() -> None:
    assert compared(0.5) == compared(0.5 + 1e-16) == compared(0.5 - 9e-11) == 1e-10
    # Written, 0.5 may have been up to 5e-8 more or less.
    assert compared(0.5 + 5e-8) == 1e-10
    assert compared(0.5 + 5.3e-8) == pytest.approx(3e-9, rel=1e-6)
    assert [compared(0.5, tolerance) for tolerance in (1e-5, 1e-4)] == [1e-7, 1e-6]
    assert np.isnan(compared(np.nan))


def test_a_difference_past_its_tolerance_is_told() -> None:
    line = {
        "quantity": "r2",
        "outcome": "use",
        "package": "statsmodels",
        "tolerance": EXACT,
        "scale": "absolute",
    }
    for difference in (compared(0.5 + 7e-8), compared(np.nan)):
        frame = pd.DataFrame([line | {"max_abs_difference": difference}])
        frame = frame.assign(agrees=frame["max_abs_difference"] <= frame["tolerance"])
        [problem] = disagreements(frame)
        assert problem.place.endswith("r2, use")
        assert "statsmodels differs" in problem.found


def test_semopy_ends_at_our_optimum() -> None:
    """To far fewer than the tolerance's digits, so that a fault of ours cannot hide in its stopping rule."""
    items, _ = answered_survey(300, 8)
    names = [f"i{j}" for j in range(12)]
    model = Model(
        tuple(Construct(f"c{j}", tuple(names[3 * j : 3 * j + 3]), "reflective") for j in range(4)),
        (("c0", "c3"),),
        (),
        0.05,
    )
    fit = fit_cfa(np.cov(items, rowvar=False, ddof=0), 300, model.membership())
    tables = {
        "cfa_loadings": pd.DataFrame({"item": names, "std_loading": fit.std_loadings.sum(axis=1)}),
        "cfa_fit": pd.DataFrame({"statistic": ["chi2"], "value": [fit.chi2]}),
    }
    for comparison in _cfa(pd.DataFrame(items, columns=names), tables, model):
        assert comparison.tolerance == OPTIMUM
        assert np.abs(comparison.ours - comparison.theirs).max() < OPTIMUM / 100


def measured(names: list[str], constructs: list[str]) -> tuple[pd.DataFrame, Model, dict[str, pd.DataFrame]]:
    """A survey of two constructs of three items, its model and what our CFA says of it."""
    answers, _ = answered_survey(300, 8)
    items = pd.DataFrame(answers[:, :6], columns=names)
    owners = tuple(
        Construct(c, tuple(names[3 * j : 3 * j + 3]), "reflective") for j, c in enumerate(constructs)
    )
    model = Model(owners, ((constructs[0], constructs[1]),), (), 0.05)
    fit = fit_cfa(np.cov(items, rowvar=False, ddof=0), len(items), model.membership())
    loadings, errors = fit.std_loadings[fit.pattern], fit.std_err_std_loadings[fit.pattern]
    tables = {
        "cfa_loadings": pd.DataFrame(
            {
                "item": names,
                "std_loading": loadings,
                "std_loading_low": loadings - 1.96 * errors,
                "std_loading_high": loadings + 1.96 * errors,
            }
        ),
        "cfa_fit": pd.DataFrame({"statistic": ["chi2"], "value": [fit.chi2]}),
    }
    return items, model, tables


def test_names_need_not_be_syntax_of_semopys() -> None:
    items, model, tables = measured(["T 1", "a-b", "c/d", "it's", "x[0]", "~+*"], ["my trust", "use-it"])
    for comparison in _cfa(items, tables, model):
        assert comparison.reason == ""
        assert comparison.agrees()


def test_a_peer_that_stops_early_is_no_disagreement_but_a_fault_of_ours_is() -> None:
    items, model, tables = measured([f"i{j}" for j in range(6)], ["a", "b"])
    ours = tables["cfa_fit"]["value"].item()
    # Had we found a higher likelihood than there is, the peer's would look like stopped early ...
    early = tables | {"cfa_fit": tables["cfa_fit"].assign(value=ours - 1)}
    assert {c.reason for c in _cfa(items, early, model)} == {"lower_maximum"}
    # ... but one below the peer's, or loadings that its likelihood does not explain, are ours to answer for.
    late = tables | {"cfa_fit": tables["cfa_fit"].assign(value=ours + 1)}
    assert [c.agrees() for c in _cfa(items, late, model)] == [True, False]
    moved = tables["cfa_loadings"].assign(std_loading=tables["cfa_loadings"]["std_loading"] + 0.01)
    assert [c.agrees() for c in _cfa(items, tables | {"cfa_loadings": moved}, model)] == [False, True]


NO_RESULTS = dict.fromkeys(
    (
        "adequacy",
        "item_msa",
        "rotated_loadings",
        "coefficients",
        "model_summary",
        "cfa_fit",
        "cfa_loadings",
    ),
    pd.DataFrame(),
)


def test_what_the_run_has_no_result_for_is_not_compared() -> None:
    items, model, _ = measured([f"i{j}" for j in range(6)], ["a", "b"])
    table = crosscheck(items, pd.DataFrame(), NO_RESULTS, model).tables["crosscheck"]
    assert table.empty
    assert disagreements(table) == ()


def test_a_model_too_large_for_the_peer_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smartcity_survey.stages.checks.crosscheck.MOST_ITEMS", 5)
    [comparison] = _cfa(*(measured([f"i{j}" for j in range(6)], ["a", "b"])[k] for k in (0, 2, 1)))
    assert (comparison.reason, comparison.agrees()) == ("too_large", None)


def test_without_the_packages_the_table_is_empty_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items, model, tables = measured([f"i{j}" for j in range(6)], ["a", "b"])
    for peer in PEERS:
        monkeypatch.setitem(sys.modules, peer, None)
    with pytest.warns(Unsolved, match=r"pip install 'smartcity_survey\[crosscheck\]'"):
        result = crosscheck(items, pd.DataFrame(), NO_RESULTS | tables, model)
    assert result.tables["crosscheck"].empty
    assert disagreements(result.tables["crosscheck"]) == ()
    [line] = result.cards["crosscheck"][REFUSED]
    assert line == {"part": WHOLE, "reason": "not_installed", "at_fault": ", ".join(PEERS)}


def test_with_some_of_the_packages_the_others_comparisons_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items, model, tables = measured([f"i{j}" for j in range(6)], ["a", "b"])
    monkeypatch.setitem(sys.modules, "factor_analyzer", None)
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    present = NO_RESULTS | tables | {"adequacy": pd.DataFrame({"statistic": ["kmo"], "value": [0.8]})}
    with pytest.warns(Unsolved, match="factor_analyzer, statsmodels"):
        result = crosscheck(items, pd.DataFrame(), present, model)
    assert set(result.tables["crosscheck"]["package"]) == {"semopy"}
    assert result.tables["crosscheck"]["agrees"].all()
    [line] = result.cards["crosscheck"][REFUSED]
    assert line == {
        "part": "crosscheck",
        "reason": "not_installed",
        "at_fault": "factor_analyzer, statsmodels",
    }
