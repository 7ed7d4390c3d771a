"""Summaries and HTML: rounded, aligned, and safe whatever the names; the tables keep every digit."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

import smartcity_survey as ss
from smartcity_survey.notebook.view import View, cell, heading, named
from tests.notebook.test_reference import answers

NASTY = "<script>alert('t')</script>&\"q\""
PLAIN = ss.Model({"a": ["A1", "A2", "A3"], "y": ["Y1", "Y2", "Y3"]}, "a -> y")
BASE = answers().iloc[:150]


def every_view() -> dict[str, View]:
    """Views whose items, constructs and groups have names that are markup."""
    frame = BASE.rename(columns={"A1": NASTY})
    frame["city"] = np.where(frame["gender"] == 1, "<b>", "<i>")
    model = ss.Model({"<u>": [NASTY, "A2", "A3"], "<i>": ["Y1", "Y2", "Y3"]}, "<u> -> <i>")
    return {
        "describe": ss.describe(frame, model),
        "adequacy": ss.adequacy(frame, model),
        "principal_components": ss.principal_components(frame, model, 2),
        "common_factors": ss.common_factors(frame, model, 2),
        "measurement": ss.measurement(frame, model),
        "fit_cfa": ss.fit_cfa(frame, model),
        "fit_sem": ss.fit_sem(frame, model),
        "fit_ols": ss.fit_ols(ss.scores(frame, model), "<u> -> <i>"),
        "fit_pls": ss.fit_pls(frame, model, bootstrap_draws=100),
        "predict_pls": ss.predict_pls(frame, model, folds=2, repetitions=1),
        "compare_groups": ss.compare_groups(frame, model, "city", permutations=20),
    }


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_html_escapes_every_name() -> None:
    for name, view in every_view().items():
        page = _Tags()
        page.feed(view._repr_html_())
        assert page.tags == {"div", "h3", "h4", "p", "table", "tr", "th", "td"}, name
        assert page.open == []
        assert any(markup in text for text in page.text for markup in (NASTY, "<u>", "<i>", "<b>")), name


def test_summaries_show_their_tables_and_name_the_others() -> None:
    for name, view in every_view().items():
        text = view.summary()
        assert text.splitlines()[0] == view.title
        assert all(f"\n{heading(table)}\n" in text for table in view.shown), name
        others = set(view.tables) - set(view.shown)
        assert all(table in text.splitlines()[-1] for table in others), name
        assert repr(view) == text
        assert set(view.shown) <= set(view.tables)


def test_a_summary_in_full() -> None:
    """Worked out by hand from the tables: three decimals, columns aligned, words left and numbers right."""
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "longer": [1.0, 1.0, 5.0, 5.0]})
    assert ss.describe(frame).summary() == (
        "Descriptive statistics\n"
        "4 respondents. Formulas of SPSS.\n"
        "\n"
        "Items\n"
        "item    n    min    max   mean  se_mean     sd  skewness  se_skewness  kurtosis  se_kurtosis\n"
        "x       4  1.000  4.000  2.500    0.645  1.291     0.000        1.014    -1.200        2.619\n"
        "longer  4  1.000  5.000  3.000    1.155  2.309     0.000        1.014    -6.000        2.619"
    )


@pytest.mark.parametrize(
    ("value", "name", "alone", "shown"),
    [
        (0.12345, "mean", False, "0.123"),
        (2.0, "mean", False, "2.000"),
        (2.0, "df", True, "2"),
        (0.0, "p", False, "<0.001"),
        (0.0004, "correlation_p", False, "<0.001"),
        (0.0444, "p", False, "0.044"),
        (0.0004, "mean", False, "4.0e-04"),
        (-0.0006, "mean", False, "-0.001"),
        (0.0, "mean", False, "0.000"),
        (np.nan, "mean", False, ""),
        (None, "mean", False, ""),
        (pd.NA, "consistent", False, ""),
        (np.True_, "heywood", False, "yes"),
        (False, "heywood", False, "no"),
        (np.int64(7), "n", False, "7"),
        ("a, b", "explanation", False, "a, b"),
        (np.inf, "f", False, "inf"),
    ],
)
def test_cells_are_rounded_where_they_are_shown(value: object, name: str, alone: bool, shown: str) -> None:
    assert cell(value, name, alone=alone) == shown


def test_tables_keep_every_digit_and_their_records() -> None:
    view = ss.fit_pls(BASE, PLAIN, bootstrap_draws=100)
    assert view.paths.loc["a -> y", "estimate"] == view.record.fit.path_coefficients[0, 1]
    assert view.loadings.loc["A2", "loading"] == view.record.fit.loadings[1, 0]
    assert view.loadings.loc["A2", "construct"] == "a"


def test_the_same_call_gives_the_same_numbers_and_another_seed_others() -> None:
    first, again = (ss.fit_pls(BASE, PLAIN, bootstrap_draws=100) for _ in range(2))
    pd.testing.assert_frame_equal(first.paths, again.paths)
    other = ss.fit_pls(BASE, PLAIN, bootstrap_draws=100, seed=2)
    assert (first.paths["estimate"] == other.paths["estimate"]).all()
    assert (first.paths["boot_se"] != other.paths["boot_se"]).all()


def test_single_items_have_no_uncertainty_of_their_own() -> None:
    model = ss.Model({"a": ["A1", "A2", "A3"], "y": "Y1"}, "a -> y")
    view = ss.fit_pls(BASE, model, bootstrap_draws=100)
    assert view.loadings.loc["Y1", "loading"] == pytest.approx(1, abs=1e-12)
    assert view.loadings.loc["Y1", ["boot_se", "p", "ci_low"]].isna().all()
    assert view.loadings.loc["A1", ["boot_se", "p", "ci_low"]].notna().all()
    groups = ss.compare_groups(BASE, model, "gender", permutations=20)
    assert np.isnan(groups.micom.loc["y", "correlation_p"])
    assert groups.micom.loc["a", "correlation_p"] > 0


def test_a_view_cannot_be_changed() -> None:
    view = ss.describe(BASE, PLAIN)
    with pytest.raises(AttributeError):
        view.items = pd.DataFrame()


def test_a_ratio_without_a_value_has_no_bound() -> None:
    """HTMT2 has none where items of two constructs do not correlate positively."""
    turned = BASE.assign(Y1=6 - BASE["Y1"])
    view = ss.fit_pls(turned, PLAIN, bootstrap_draws=100)
    assert view.htmt[["htmt", "htmt_upper_bound"]].notna().all(axis=None)
    assert view.htmt[["htmt2", "htmt2_upper_bound"]].isna().all(axis=None)


def test_empty_tables_long_texts_and_notes_said_twice_are_readable() -> None:
    @dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
    class Found(View):
        title: ClassVar[str] = "Found"
        shown: ClassVar[tuple[str, ...]] = ("nothing", "long")
        nothing: pd.DataFrame
        long: pd.DataFrame

    sentence = (
        "This explanation goes on and on, well beyond what fits beside the other cells of its line. " * 2
    )
    long = named(["means"], "check", {"place": ["Table 3"], "explanation": [sentence.strip()]})
    view = Found(notes=("Said once.", "Said once."), nothing=long.head(0), long=long)
    lines = repr(view).splitlines()
    assert lines[:5] == ["Found", "Said once.", "", "Nothing", "none"]
    assert lines[7:9] == ["means", "  place: Table 3"]
    assert lines[9].startswith("  explanation: This explanation")
    assert max(map(len, lines)) <= 100
    assert view._repr_html_().count("Said once.") == 1
