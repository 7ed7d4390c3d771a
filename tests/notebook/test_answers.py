"""Nothing is dropped, filled in or guessed: every function says which cells of a frame are no answers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import smartcity_survey as ss
from smartcity_survey.notebook.answers import strange_codes
from tests.notebook.test_reference import answers, model

ITEMS = [f"A{number}" for number in range(1, 6)]
SURVEY = answers().iloc[:200]
MODEL = ss.Model({"a": ITEMS, "y": ["Y1", "Y2", "Y3"]}, "a -> y")

FUNCTIONS: dict[str, Callable[[pd.DataFrame], object]] = {
    "describe": lambda frame: ss.describe(frame, MODEL),
    "adequacy": lambda frame: ss.adequacy(frame, MODEL),
    "principal_components": lambda frame: ss.principal_components(frame, MODEL, 2),
    "common_factors": lambda frame: ss.common_factors(frame, MODEL, 2),
    "measurement": lambda frame: ss.measurement(frame, MODEL),
    "fit_cfa": lambda frame: ss.fit_cfa(frame, MODEL),
    "fit_sem": lambda frame: ss.fit_sem(frame, MODEL),
    "scores": lambda frame: ss.scores(frame, MODEL),
    "fit_ols": lambda frame: ss.fit_ols(frame, "A1, A2 -> Y1"),
    "fit_pls": lambda frame: ss.fit_pls(frame, MODEL, bootstrap_draws=100),
    "predict_pls": lambda frame: ss.predict_pls(frame, MODEL, folds=2, repetitions=1),
    "compare_groups": lambda frame: ss.compare_groups(frame, MODEL, "gender", permutations=20),
}


def changed(cell: object, *, dtype: object = None) -> pd.DataFrame:
    """The survey with one answer of A2 replaced."""
    frame = SURVEY.astype({"A2": dtype or object})
    frame.loc[7, "A2"] = cell
    return frame


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("gap", [np.nan, None, pd.NA], ids=str)
def test_missing_answers_are_counted_and_never_dropped(function: str, gap: object) -> None:
    with pytest.raises(ss.SurveyError) as error:
        FUNCTIONS[function](changed(gap))
    assert "1 of 200 rows lack an answer to 1 of the" in str(error.value)
    assert "A2 (1)" in str(error.value)
    assert "ss.complete(answers, items)" in str(error.value)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_complete_answers_are_fitted_and_the_rows_counted(function: str) -> None:
    wanted = [*MODEL.items, "gender"]
    complete = ss.complete(changed(np.nan), wanted)
    assert len(complete) == 199
    assert 7 not in complete.index
    result = FUNCTIONS[function](complete)
    if function == "compare_groups":
        assert result.record.n_first + result.record.n_second == 199
    else:
        assert "199" in (repr(result) if function != "scores" else str(result.shape))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_unknown_item_is_told_with_the_nearest_name(function: str) -> None:
    with pytest.raises(ss.SurveyError) as error:
        FUNCTIONS[function](SURVEY.rename(columns={"A2": "a_2"}))
    argument = "fit_ols, paths" if function == "fit_ols" else "answers"
    assert str(error.value) == f"{argument}, A2: there is no such column. Did you mean 'a_2'?"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("often", "answers, A2, row 7: 'often' is no number."),
        ("4", "answers, A2, row 7: '4' is text, not a number."),
        (pd.Timestamp("2026-11-28"), "answers, A2, row 7: Timestamp('2026-11-28 00:00:00') is no number."),
        (4 + 1j, "answers, A2, row 7: (4+1j) is no number."),
        (np.inf, "answers, A2, row 7: infinite values in 1 cell."),
    ],
)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_cell_that_is_no_number_is_told_with_its_row(function: str, cell: object, told: str) -> None:
    with pytest.raises(ss.SurveyError) as error:
        FUNCTIONS[function](changed(cell))
    assert str(error.value).startswith(told)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int8", "category", object, "float32"], ids=str)
def test_numbers_of_every_kind_are_numbers(dtype: object) -> None:
    expected = ss.describe(SURVEY, ITEMS).items
    pd.testing.assert_frame_equal(
        ss.describe(SURVEY.astype(dict.fromkeys(ITEMS, dtype)), ITEMS).items, expected
    )
    decimals = SURVEY.assign(A2=SURVEY["A2"].map(Decimal))
    pd.testing.assert_frame_equal(ss.describe(decimals, ITEMS).items, expected)


def test_rows_are_taken_by_position_whatever_their_labels() -> None:
    labels = SURVEY.set_axis(["same"] * len(SURVEY))
    again = ss.fit_pls(labels, MODEL, bootstrap_draws=100)
    pd.testing.assert_frame_equal(again.paths, ss.fit_pls(SURVEY, MODEL, bootstrap_draws=100).paths)
    assert list(again.scores.index) == ["same"] * len(SURVEY)
    shuffled = SURVEY[SURVEY.columns[::-1]]
    pd.testing.assert_frame_equal(
        ss.fit_pls(shuffled, MODEL, bootstrap_draws=100).paths,
        ss.fit_pls(SURVEY, MODEL, bootstrap_draws=100).paths,
    )


@pytest.mark.parametrize(
    ("frame", "items", "told"),
    [
        (SURVEY.to_numpy(), ITEMS, "answers: a ndarray was given."),
        (SURVEY.iloc[:0], ITEMS, "answers: there is no row."),
        (SURVEY, [], "answers: no items are named."),
        (SURVEY, ["A1", "A1"], "answers, A1: it is named twice."),
        (SURVEY.rename(columns={"A2": "A1"}), ITEMS, "answers, A1: 2 columns have this name."),
        (SURVEY, ["unlike"], "answers, unlike: there is no such column. The data frame has the columns A1, "),
    ],
)
def test_what_is_no_survey_is_refused(frame: object, items: list[str], told: str) -> None:
    with pytest.raises(ss.SurveyError) as error:
        ss.describe(frame, items)
    assert told in str(error.value)


@pytest.mark.parametrize("text", ["NA", " n/a ", "", "NaN", ".", "-", "#N/A"])
def test_complete_asks_about_words_that_may_mean_no_answer(text: str) -> None:
    frame = SURVEY.assign(city=["Almaty"] * 198 + [text, text])
    with pytest.raises(ss.SurveyError) as error:
        ss.complete(frame, [*ITEMS, "city"])
    told = (
        f"answers, city, row {SURVEY.index[198]}: the text {text!r} is an answer or means that there is none"
    )
    assert str(error.value).startswith(f"{told} (2 such cells).")
    assert f"missing_codes=[{text!r}]" in str(error.value)
    assert len(ss.complete(frame.replace(text, np.nan), [*ITEMS, "city"])) == 198
    assert len(ss.complete(frame, ITEMS)) == 200
    assert len(ss.complete(frame.replace(text, "Nan Province"), [*ITEMS, "city"])) == 200


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("value", [1e200, -1e31])
def test_numbers_beyond_all_answers_are_named(function: str, value: float) -> None:
    with pytest.raises(ss.SurveyError) as error:
        FUNCTIONS[function](changed(value))
    assert str(error.value).startswith(f"answers, A2, row 7: {value!r} is no answer: numbers beyond 1e+30")


def test_complete_refuses_to_leave_nobody() -> None:
    frame = SURVEY.assign(A1=np.nan)
    with pytest.raises(ss.SurveyError, match=r"no row of 200 has .* all of the 5 items: A1 \(200\)"):
        ss.complete(frame, ITEMS)
    with pytest.raises(ss.SurveyError, match="Did you mean 'A1'"):
        ss.complete(frame, ["a11"])


def test_the_frame_is_left_as_it_was() -> None:
    frame = SURVEY.copy()
    for function in FUNCTIONS.values():
        function(frame)
    pd.testing.assert_frame_equal(frame, SURVEY)


def test_all_columns_are_described_where_none_are_named() -> None:
    assert list(ss.describe(SURVEY).items.index) == list(SURVEY.columns)
    assert list(ss.describe(SURVEY, "A1").items.index) == ["A1"]
    assert list(ss.describe(SURVEY, model()).items.index) == list(model().items)


@pytest.mark.parametrize("code", [99, 9, -1, -99, "99"])
def test_a_code_apart_from_all_others_is_named_before_it_counts(code: float | str) -> None:
    with pytest.warns(UserWarning, match=r"^complete: codes that stand apart .*: A2 \(-?\d+\)") as found:
        kept = ss.complete(changed(code), ITEMS)
    assert f"A2 ({code})" in str(found[0].message)
    assert f"missing_codes=[{code}]" in str(found[0].message)
    assert kept.loc[7, "A2"] == code  # told, not changed


@pytest.mark.parametrize(
    "values",
    [[1, 2, 3, 4, 5], [0, 1, 8, 9, 10], [18, 25, *range(30, 60), 99], [1, 2, 3.5, 9], [9, 9, 9], [7, 8, 9]],
)
def test_codes_that_belong_to_a_scale_and_numbers_are_no_suspects(values: list[float]) -> None:
    assert strange_codes(pd.Series(values)) == ()
