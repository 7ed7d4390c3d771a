"""Disclosure control table by table: nothing small is shown, nothing small can be computed from the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.data.disclosure import protect
from smartcity_survey.io import StageResult
from smartcity_survey.study.config import DisclosureSection

ON = DisclosureSection(suppress_small_cells=True)


def protected(
    earlier: dict[str, pd.DataFrame] | None = None, n: int = 100, **tables: pd.DataFrame
) -> StageResult:
    return protect(StageResult(tables, {name: {"n": n} for name in tables}), ON, earlier)


def demographics(*counts: int, missing: int = 0, variable: str = "city") -> pd.DataFrame:
    valid = sum(counts)
    n = np.array(counts)
    return pd.DataFrame(
        {
            "variable": variable,
            "category": [f"c{code}" for code in range(1, len(counts) + 1)],
            "n": n,
            "percent": 100 * n / (valid + missing),
            "valid_percent": 100 * n / valid,
            "code": range(1, len(counts) + 1),
            "valid_n": valid,
            "n_missing": missing,
        }
    )


def left_out(frame: pd.DataFrame, column: str) -> list[bool]:
    return frame[column].isna().tolist()


def test_nothing_changes_unless_the_config_asks_for_it() -> None:
    result = StageResult({"demographics": demographics(90, 7, 3)}, {"demographics": {"n": 100}})
    assert protect(result, DisclosureSection()) is result


def test_a_small_category_takes_a_second_one_with_it() -> None:
    result = protected(demographics=demographics(90, 7, 3))
    frame = result.tables["demographics"]
    for column in ("n", "percent", "valid_percent"):
        assert left_out(frame, column) == [False, True, True]
    assert frame["n"].astype(object)[0] == 90
    assert result.cards["demographics"]["hidden_below"] == 5


def test_few_who_left_a_question_out_are_a_small_cell_too() -> None:
    frame = protected(demographics=demographics(60, 37, missing=3)).tables["demographics"]
    assert left_out(frame, "n") == [False, True]
    assert frame[["n_missing", "valid_n", "valid_percent"]].isna().all(axis=None)
    assert left_out(frame, "percent") == [False, True]


def test_whole_numbers_stay_whole_in_the_file() -> None:
    frame = protected(demographics=demographics(90, 7, 3)).tables["demographics"]
    assert frame[["n"]].to_csv(index=False, lineterminator="\n") == 'n\n90\n""\n""\n'


def test_remaining_questionnaires_do_not_tell_the_excluded() -> None:
    log = pd.DataFrame(
        {
            "rule": ["as_read", "a", "b", "c", "d"],
            "n_excluded": [0, 10, 2, 30, 8],
            "n_remaining": [150, 140, 138, 108, 100],
        }
    )
    exclusions = pd.DataFrame(
        {"rule": ["a", "a", "b", "c", "c"], "detail": list("vwxyz"), "n": [8, 2, 2, 20, 10]}
    )
    tables = protected(cleaning_log=log, exclusions=exclusions).tables
    assert left_out(tables["cleaning_log"], "n_excluded") == [False, False, True, False, True]
    assert left_out(tables["cleaning_log"], "n_remaining") == [False, False, True, True, False]
    assert left_out(tables["exclusions"], "n") == [True, True, True, False, False]


def test_flagged_and_unflagged_and_without_a_value() -> None:
    frame = pd.DataFrame({"n_valid": [100, 100, 98, 60], "n_flagged": [20, 3, 30, 30]})
    found = protected(careless=frame).tables["careless"]
    assert left_out(found, "n_flagged") == [False, True, True, False]
    assert left_out(found, "n_valid") == [False, False, True, False]


def test_few_empty_cells_of_a_column() -> None:
    log = pd.DataFrame(
        {
            "n_rows": [100, 100, 100],
            "n_answered": [100, 98, 80],
            "n_empty": [0, 2, 11],
            "n_declared_missing": [0, 0, 9],
            "n_labels": [0, 0, 78],
        }
    )
    found = protected(read_log=log).tables["read_log"]
    assert left_out(found, "n_answered") == [False, True, False]
    assert left_out(found, "n_empty") == [False, True, False]
    assert left_out(found, "n_labels") == [False, False, True]


def items(counts: dict[str, list[int]]) -> dict[str, pd.DataFrame]:
    frequencies = pd.DataFrame(
        [
            {"item": item, "code": code, "n": n, "percent": 1.0}
            for item, row in counts.items()
            for code, n in enumerate(row, start=1)
        ]
    )
    moments = dict.fromkeys(("n", "min", "max", "mean", "se_mean", "sd", "skewness", "kurtosis"), 1.0)
    owners = [item[0] for item in counts]
    descriptives = pd.DataFrame({"item": list(counts), "construct": owners, **moments})
    return {"item_frequencies": frequencies, "item_descriptives": descriptives}


def test_an_item_with_a_small_answer_keeps_its_mean_but_not_what_tells_the_answer() -> None:
    found = protected(**items({"a1": [2, 20, 30, 40, 8], "a2": [20, 20, 20, 20, 20]})).tables
    assert left_out(found["item_frequencies"], "n") == [True] * 5 + [False] * 5
    descriptives = found["item_descriptives"].set_index("item")
    assert descriptives.loc["a1", ["skewness", "kurtosis"]].isna().all()
    assert descriptives.loc["a1", ["mean", "sd", "n", "min", "max"]].notna().all()
    assert descriptives.loc["a2"].notna().all()


def test_where_mean_and_deviation_tell_the_answers_the_whole_construct_keeps_them_back() -> None:
    tables = protected(**items({"a1": [2, 58, 40], "a2": [30, 30, 40], "b1": [30, 30, 40]})).tables
    descriptives = tables["item_descriptives"].set_index("item")
    assert descriptives.loc[["a1", "a2"], ["mean", "se_mean", "sd", "skewness"]].isna().all(axis=None)
    assert descriptives.loc["b1"].notna().all()
    statistics = pd.DataFrame(
        {
            "construct": ["a", "a", "b"],
            "mean": 1.0,
            "sd": 1.0,
            "mean_if_deleted": 1.0,
            "variance_if_deleted": 1.0,
        }
    )
    earlier = {"item_descriptives": tables["item_descriptives"]}
    found = protected(earlier, item_total_statistics=statistics).tables["item_total_statistics"]
    assert found[["mean", "sd", "mean_if_deleted", "variance_if_deleted"]].isna().all(axis=1).tolist() == [
        True,
        True,
        False,
    ]


def scores(**means: float) -> dict[str, pd.DataFrame]:
    return {"descriptives": pd.DataFrame({"score": list(means), "mean": list(means.values())})}


def of_terms(outcome: str, *predictors: str) -> pd.DataFrame:
    numbers = dict.fromkeys(("b", "std_error", "beta", "t", "ci_low", "ci_high", "hc3_std_error"), 1.0)
    return pd.DataFrame({"outcome": outcome, "term": ["constant", *predictors], **numbers})


def test_scores_tell_no_more_of_a_single_item_than_the_items_own_table() -> None:
    """The moments of a score of one item are the item's; other weights are another sum of hidden means."""
    told = protected(
        **items(
            {
                "a1": [2, 20, 30, 40, 8],
                "b1": [2, 58, 40],
                "c1": [2, 58, 40],
                "c2": [30, 30, 40],
                "d1": [50] * 2,
            }
        )
    ).tables
    weights = {
        "a": {"a1": 1},
        "b": {"b1": 1},
        "c": {"c1": 0.5, "c2": 0.5},
        "C": {"c1": 0.4, "c2": 0.6},
        "d": {"d1": 1},
    }
    used = [
        {"score": score, "item": item, "weight": weight}
        for score, own in weights.items()
        for item, weight in {**own, "total": sum(own.values())}.items()
    ]
    moments = dict.fromkeys(("n", "min", "max", "mean", "se_mean", "sd", "skewness", "kurtosis"), 1.0)
    lines = pd.DataFrame({"score": list(weights), **moments})
    earlier = {"item_descriptives": told["item_descriptives"]}
    found = protected(earlier, score_weights=pd.DataFrame(used), descriptives=lines).tables["descriptives"]
    assert (
        left_out(found, "mean")
        == left_out(found, "sd")
        == left_out(found, "min")
        == [False, True, False, True, False]
    )
    assert left_out(found, "kurtosis") == [True, True, False, True, False]
    n_items = pd.DataFrame(
        {"construct": list("abcd"), "n_items": [1, 1, 2, 1], "mean": 1.0, "variance": 1.0, "sd": 1.0}
    )
    sums = protected(earlier, scale_statistics=n_items).tables["scale_statistics"]
    assert left_out(sums, "mean") == left_out(sums, "sd") == [False, True, False, False]
    # Another sum of an item's mean, in units of the scale or of another wave.
    performance = pd.DataFrame({"outcome": ["d", "d", "b"], "construct": ["a", "b", "a"], "performance": 1.0})
    waves = pd.DataFrame({"construct": list("abcd"), "mean": 1.0, "difference": 1.0})
    composites = pd.DataFrame({"construct": list("abcd"), "mean_difference": 1.0, "log_variance_ratio": 1.0})
    others = protected(
        earlier, ipma=performance, wave_means=waves, wave_mean_differences=waves, wave_micom=composites
    ).tables
    assert others["ipma"].to_numpy().tolist() == [["d", "a", 1.0]]
    assert (
        list(others["wave_means"]["construct"])
        == list(others["wave_mean_differences"]["construct"])
        == ["a", "d"]
    )
    assert left_out(others["wave_micom"], "mean_difference") == [False, True, True, False]


def test_regressions_tell_no_mean_or_deviation_that_is_left_out() -> None:
    """b over beta is a ratio of deviations; the constant and sums of squares have the rest."""
    hidden = scores(a=np.nan, b=1.0, c=1.0)
    lines = pd.concat([of_terms("b", "a", "c"), of_terms("c", "b"), of_terms("a", "b")], ignore_index=True)
    each = pd.DataFrame({"outcome": list("bca"), "dimension": 1, "eigenvalue": 1.0})
    each = each.assign(
        sum_of_squares=1.0, mean_square=1.0, std_error_estimate=1.0, min=1.0, max=1.0, mean=1.0, sd=1.0
    )
    found = protected(
        hidden,
        coefficients=lines,
        collinearity=each,
        anova=each,
        model_summary=each,
        residual_statistics=each,
    ).tables
    assert left_out(found["coefficients"], "b") == [True] * 3 + [False] * 2 + [True] * 2
    assert found["coefficients"][["beta", "t"]].notna().all(axis=None)
    assert left_out(found["collinearity"], "eigenvalue") == [True, False, True]
    for name, column in (
        ("anova", "sum_of_squares"),
        ("model_summary", "std_error_estimate"),
        ("residual_statistics", "sd"),
    ):
        assert left_out(found[name], column) == [False, False, True], name


def test_measurement_models_tell_no_deviation_that_is_left_out() -> None:
    earlier = {
        "item_descriptives": protected(**items({"a1": [2, 58, 40], "b1": [30, 30, 40]})).tables[
            "item_descriptives"
        ]
    }
    loadings = pd.DataFrame(
        {"item": ["a1", "b1"], "loading": 1.0, "std_error": 1.0, "uniqueness": 0.5, "r2": 0.5}
    )
    lines = pd.DataFrame(
        {"item": ["b1", "a1", "b1"], "other": ["b2", "b2", "a"], "change": 1.0, "residual": 1.0}
    )
    lines["std_error"] = 1.0
    paths = pd.DataFrame({"source": ["a", "b", "b"], "target": ["c", "a", "c"], "b": 1.0, "b_std_error": 1.0})
    found = protected(
        earlier, cfa_loadings=loadings, cfa_residuals=lines, modification_indices=lines, sem_paths=paths
    ).tables
    assert (
        left_out(found["cfa_loadings"], "uniqueness")
        == left_out(found["cfa_loadings"], "loading")
        == [True, False]
    )
    assert left_out(found["cfa_residuals"], "residual") == [False, True, True]
    assert left_out(found["modification_indices"], "change") == [False, True, True]
    assert left_out(found["sem_paths"], "b") == [True, True, False]
    clusters = {
        "random_intercept": of_terms("c", "b"),
        "intraclass_correlations": pd.DataFrame({"outcome": ["b", "c"]}),
    }
    clusters["intraclass_correlations"] = clusters["intraclass_correlations"].assign(between=1.0, within=1.0)
    told = scores(a=1.0, b=np.nan) | {"coefficients": of_terms("c", "b")}
    errors = protected(told, **clusters).tables
    assert errors["random_intercept"]["b"].isna().all()
    assert left_out(errors["intraclass_correlations"], "within") == [True, False]


def test_an_item_of_a_continuous_scale_has_no_counts_to_hide() -> None:
    told = items({"a1": [2, 58, 40], "b1": [30, 30, 40]})
    told["item_frequencies"] = told["item_frequencies"].query("item == 'a1'")
    found = protected(**told).tables["item_descriptives"]
    assert left_out(found, "mean") == [True, False]


@pytest.fixture
def earlier() -> dict[str, pd.DataFrame]:
    sizes = pd.concat([demographics(53, 40, 7, 3), demographics(60, 41, missing=2, variable="age")])
    return protected(demographics=sizes.reset_index(drop=True)).tables  # type: ignore[return-value]


def test_other_tables_leave_out_the_same_categories(earlier: dict[str, pd.DataFrame]) -> None:
    comparisons = pd.DataFrame(
        {"first": ["1", "1"], "second": ["2", "3"], "n_first": 53, "n_second": [40, 7]}
    ).assign(demographic="city")
    found = protected(earlier, group_comparisons=comparisons).tables["group_comparisons"]
    assert left_out(found, "n_first") == [False, False]
    assert left_out(found, "n_second") == [False, True]
    terms = ["constant", "city", "city", "city", "age", "age"]
    answers = ["", "2", "3", "4", "2", "no_answer"]
    numbers = dict.fromkeys(("b", "std_error", "beta", "t", "p", "ci_low", "ci_high", "vif"), 1.0)
    lines = pd.DataFrame({"outcome": "use", "term": terms, "answer": answers, **numbers})
    coefficients = protected(
        earlier | scores(use=1.0), coefficients=of_terms("use"), hierarchical_coefficients=lines
    ).tables["hierarchical_coefficients"]
    assert coefficients[list(numbers)].isna().all(axis=1).tolist() == [False, False, True, True, True, True]


def test_few_respondents_that_stand_out() -> None:
    frame = pd.DataFrame(
        {
            "statistic": ["n_residuals_beyond_3", "n_leverage", "white", "n_none"],
            "value": [2.0, 16.0, 2.5, 0.0],
        }
    )
    found = protected(regression_diagnostics=frame).tables["regression_diagnostics"]
    assert left_out(found, "value") == [True, False, False, False]
    curve = protected(specification_curve=pd.DataFrame({"n": [100, 97, 90], "p": 0.05})).tables[
        "specification_curve"
    ]
    assert left_out(curve, "n") == [False, True, False]


def test_specifications_without_a_few_tell_no_p(earlier: dict[str, pd.DataFrame]) -> None:
    """The estimate over its error is t; with p it has the degrees of freedom, and so the respondents."""
    curve = pd.DataFrame({"n": [100, 97, 90], "estimate": 0.2, "std_error": 0.1, "p": 0.05})
    found = protected(specification_curve=curve).tables["specification_curve"]
    assert left_out(found, "p") == [False, True, False]
    assert found["estimate"].notna().all()


def test_chi2_and_rmsea_do_not_tell_how_many_left_a_question_out() -> None:
    """RMSEA of g groups is sqrt(g (chi2 - df) / (df n)): n follows."""
    sizes = pd.concat([demographics(53, 40, missing=3), demographics(60, 36, variable="age")])
    shown = protected(n=96, demographics=sizes.reset_index(drop=True)).tables
    pairs = pd.DataFrame({"demographic": ["city", "age"], "first": ["1", "1"], "second": ["2", "2"]})
    pairs = pairs.assign(n_first=[53, 60], n_second=[40, 36])
    fit = pd.DataFrame({"demographic": ["city", "age"], "chi2": 9.0, "rmsea": 0.1, "d_rmsea": 0.0})
    found = protected(dict(shown), group_comparisons=pairs, invariance=fit).tables
    assert left_out(found["group_comparisons"], "n_second") == [True, False]
    assert left_out(found["invariance"], "rmsea") == left_out(found["invariance"], "d_rmsea") == [True, False]


def test_moderators_do_not_tell_their_categories(earlier: dict[str, pd.DataFrame]) -> None:
    lines = pd.DataFrame({"source": "a", "moderator": ["city", "age", "b"], "target": ["y", "y", "z"]})
    numbers = dict.fromkeys(("estimate", "p", "ci_low", "ci_high", "n"), 1.0)
    found = protected(
        earlier, interactions=lines.assign(**numbers), simple_slopes=lines.assign(moderator_at=1.0)
    ).tables
    # Who left `age` out is not in the regression of y; everybody is in that of z.
    assert found["interactions"][["p", "ci_low", "ci_high", "n"]].isna().all(axis=1).tolist() == [
        True,
        True,
        False,
    ]
    assert found["interactions"]["estimate"].notna().all()
    # Standardised codes tell the mean and the deviation of the codes, and these how many have each.
    assert found["simple_slopes"]["moderator"].tolist() == ["b"]


def test_slopes_along_a_construct_do_not_tell_its_ends(earlier: dict[str, pd.DataFrame]) -> None:
    """Of a construct whose mean and deviation are left out; `simple_slopes` tell no end."""
    items = pd.DataFrame({"construct": ["trust", "use"], "mean": [np.nan, 3.0], "sd": [np.nan, 1.0]})
    lines = pd.DataFrame({"moderator": ["trust", "use"], "moderator_at": 1.0})
    own = {"conditional_slopes": lines, "simple_slopes": lines.copy()}
    found = protected({**earlier, "item_descriptives": items}, **own).tables
    assert found["conditional_slopes"]["moderator"].tolist() == ["use"]
    assert found["simple_slopes"]["moderator"].tolist() == ["trust", "use"]


def test_shares_of_a_few_respondents() -> None:
    conditions = pd.DataFrame({"construct": list("abc"), "ceiling_accuracy": [100.0, 97.0, 90.0]})
    conditions = conditions.assign(importance=1.0, performance=1.0)
    paths = pd.DataFrame({"segments": [2, 2, 3, 3, 3], "segment_share": [60.0, 40.0, 57.0, 40.0, 3.0]})
    earlier = {"item_descriptives": pd.DataFrame({"construct": list("abc"), "mean": 1.0})}
    found = protected(earlier, necessary_conditions=conditions, segment_paths=paths).tables
    assert left_out(found["necessary_conditions"], "ceiling_accuracy") == [False, True, False]
    assert left_out(found["segment_paths"], "segment_share") == [False, False, True, True, True]


def test_gaps_do_not_tell_how_many_a_rule_excludes() -> None:
    log = pd.DataFrame({"rule": ["as_read", "a", "missing_items"], "n_excluded": [0, 1, 7]})
    log["n_remaining"] = [108, 107, 100]
    items = pd.DataFrame({"item": ["x", "z"], "n_missing": [7, 0], "percent": [6.5, 0.0]})
    statistics = {"n_complete": 100.0, "n_incomplete": 7.0, "mcar_p": 0.5}
    summary = pd.DataFrame({"statistic": list(statistics), "value": list(statistics.values())})
    alone = protected(n=107, missing_items=items, missing_summary=summary)
    assert alone.tables["missing_items"].notna().all(axis=None)
    shown = dict(protected(cleaning_log=log).tables)
    assert left_out(shown["cleaning_log"], "n_excluded") == [False, True, True]
    found = protected(shown, n=107, missing_items=items, missing_summary=summary)
    assert found.tables["missing_items"][["n_missing", "percent"]].isna().all(axis=None)
    assert left_out(found.tables["missing_summary"], "value") == [True, True, False]
    assert "n" not in found.cards["missing_items"]
