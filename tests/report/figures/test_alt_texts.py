"""An alternative text says what a figure shows, in numbers of the tables and in the page's language."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.report.figures import FIGURES
from smartcity_survey.report.figures.alt_texts import RESULTS, alt_text
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.conftest import MakeSetting

Tables = dict[str, pd.DataFrame]


def changed(tables: Tables, *names: str) -> Tables:
    """The tables with other numbers in some of them: signs turned and sizes halved, counts and codes kept."""
    kept = {"code", "component", "moderator_at", "lambda", "gcv"}
    found = dict(tables)
    for name in names:
        frame = tables[name].copy()
        for column in frame.select_dtypes("float").columns.difference(list(kept)):
            frame[column] = -0.5 * frame[column][::-1].to_numpy()
        found[name] = frame
    return found


def test_results_are_of_figures() -> None:
    """A figure may have none; words of a result that nothing reads are an error elsewhere."""
    assert set(RESULTS) <= set(FIGURES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", RESULTS)
def test_a_changed_table_changes_the_text(
    tables: Tables, setting: MakeSetting, name: str, language: Language
) -> None:
    there = setting(language)
    text = alt_text(name, tables, there)
    kind = there.wording[f"figures.{name}.alt"]
    assert text.startswith(kind)
    assert re.search(r"\d", text.removeprefix(kind))
    assert alt_text(name, changed(tables, *RESULTS[name].needs), there) != text


@pytest.mark.parametrize("name", RESULTS)
def test_without_its_tables_a_text_says_the_kind(tables: Tables, setting: MakeSetting, name: str) -> None:
    there = setting("en")
    for missing in RESULTS[name].needs:
        rest = {table: frame for table, frame in tables.items() if table != missing}
        empty = tables | {missing: tables[missing].head(0)}
        assert (
            alt_text(name, rest, there)
            == alt_text(name, empty, there)
            == there.wording[f"figures.{name}.alt"]
        )


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("name", RESULTS)
def test_numbers_are_written_as_the_language_writes_them(
    tables: Tables, setting: MakeSetting, name: str, language: Language
) -> None:
    text = alt_text(name, tables, setting(language))
    assert not re.search(r"\d\.\d|(?<![\w.])\.\d|[ (]-\d", text)


def test_results_that_decide_are_told(tables: Tables, setting: MakeSetting) -> None:
    there = setting("en")
    states = tables["decisions"][["hypothesis", "method", "state", "reading", "low", "high"]]
    opened = tables | {"hypotheses": tables["hypotheses"].merge(states, how="left")}
    path = alt_text("path", opened, there)
    assert "Trust → Use: H1  −.35 to .71 (.420*** [.32, .52]), left open" in path
    assert "R²: Use .41 to .63 (.400)." in path
    assert "Ease of use → Use: H2  −.031 [−.13, .07], not significant" in alt_text("path", tables, there)
    assert alt_text("coefficients", tables, there).endswith("Printed with the opposite sign: H1 −.105.")
    assert "Left out of the scales: U3." in alt_text("loadings", tables, there)
    assert "across zero: H2 [−.13, .07]." in alt_text("bootstrap", tables, there)
    assert "above the 95% quantile of parallel analysis: 7." in alt_text("scree", tables, there)


def test_answers_that_are_left_out_give_no_result(tables: Tables, setting: MakeSetting) -> None:
    hidden = tables["item_frequencies"].assign(n=np.nan, percent=np.nan)
    text = alt_text("items", tables | {"item_frequencies": hidden}, setting("en"))
    assert text.endswith("Most agreement: –; least: –.")
