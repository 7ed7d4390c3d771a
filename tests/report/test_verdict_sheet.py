"""The verdict sheet and the figures behind it: what a reader sees of how far each verdict can be trusted."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from markupsafe import escape
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.text import Text

from smartcity_survey.io import Card, write_json, write_table
from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.figures import plot_importance, plot_ridge, plot_specification_curve
from smartcity_survey.report.figures.collinear import _spread
from smartcity_survey.report.page import write_report
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.tables import Table, render_table, score_notes
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.conftest import MANIFEST, MakeSetting

CONTENTS = load_contents()
SHEET = next(entry for entry in CONTENTS.entries("table") if entry.name == "verdict_sheet")
Tables = dict[str, pd.DataFrame]


def sheet(frame: pd.DataFrame, setting: MakeSetting, language: Language = "en") -> Table:
    return render_table(frame, SHEET, CONTENTS, setting(language))


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_verdicts_are_signs_with_words_behind_them(tables: Tables, setting: MakeSetting) -> None:
    table = sheet(tables["verdict_sheet"], setting)
    first = table.groups[0].lines[0]
    assert first[0].text == "H1: Trust → Use (+)"
    assert [(cell.mark, cell.text) for cell in first[1:6]] == [
        *[("yes", "confirmed")] * 4,
        ("no", "not confirmed"),
    ]
    assert [cell.text for cell in first[6:]] == [".105", "89%", ".004", ".12", "inconclusive", "inconclusive"]


def test_caveats_are_sentences_with_the_lines_numbers(tables: Tables, setting: MakeSetting) -> None:
    first, second = sheet(tables["verdict_sheet"], setting).groups[0].remarks
    assert first[0] == (
        "In sum, by the tests of the regression: inconclusive. The tests together show neither an effect "
        "nor its absence."
    )
    assert first[1] == (
        "The verdict depends most on the scores: 97% of the specifications confirm with CFA, Bartlett, "
        "70% with consistent PLS."
    )
    assert first[2] == (
        "The paper counts it as confirmed, but prints a coefficient with the opposite sign (−.105)."
    )
    assert first[5] == "89% of the alternative analyses (specifications) reach this verdict."
    assert second[0] == (
        "In sum, by the tests of the regression: probably no effect. The evidence for its absence is "
        "strong, though the interval [−.105, .078] does not rule out one beyond ±.10."
    )
    assert (
        second[1]
        == "The verdict depends most on the items: 55% of the specifications confirm with all items, "
        "0% with strict selection."
    )
    assert "Not confirmed does not mean absent: the interval [−.105, .078] reaches beyond ±.10." in second
    kazakh = sheet(tables["verdict_sheet"], setting, "kk").groups[0].remarks[1]
    assert (
        "Расталмауы әсердің жоқтығын білдірмейді: [−0,105; 0,078] интервалы ±0,10 шегінен шығады." in kazakh
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("column", ["answer", "caveats", "hinges_on"])
def test_every_code_is_a_sentence_whose_numbers_the_sheet_has(
    tables: Tables, setting: MakeSetting, language: Language, column: str
) -> None:
    prefix = f"values.{column}."
    codes = [key.removeprefix(prefix) for key in setting(language).wording.texts if key.startswith(prefix)]
    nothing = dict.fromkeys(SHEET.remarks, "")
    sentences = []
    for code in codes:
        ends = {f"{end}_{method}": 0.2 for end in ("low", "high") for method in ("ols", "pls", "sem")}
        ends |= {f"reading_{method}": "strict" for method in ("ols", "pls", "sem")}
        ends |= {"groups": "city", "pair": "1, 2", "n_pairs": 3}
        frame = tables["verdict_sheet"].head(1).assign(**nothing | ends | {column: code})
        sentences += sheet(frame, setting, language).groups[0].remarks[0]
    assert len(sentences) == len(codes) > 5
    assert all(sentence.endswith(".") and "{" not in sentence for sentence in sentences)


def test_a_study_without_print_and_without_caveats_has_a_sheet(tables: Tables, setting: MakeSetting) -> None:
    frame = tables["verdict_sheet"].drop(columns=["verdict_published", "printed_estimate", "verdict_sem"])
    table = sheet(frame.assign(**dict.fromkeys(SHEET.remarks, np.nan)), setting)
    assert table.headings[:4] == ("Hypothesis", "OLS", "PLS-SEM", "OLS, Holm")
    assert table.groups[0].remarks == ((), ())


def test_the_sheet_stands_right_below_the_verdicts(
    reports: Path, tmp_path: Path, setting: MakeSetting
) -> None:
    write_report(reports, MANIFEST, setting("en"), tmp_path / "report.html")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    order = [html.index(f'id="{part}"') for part in ("verdicts", "trust", "table-verdict_sheet", "sample")]
    assert order == sorted(order)
    assert '<span class="mark yes alone" title="confirmed"><span>confirmed</span></span>' in html
    number = re.search(r'<h3 id="table-hypothesis_tests"><span>(.+?)</span>', html)
    assert number
    assert (
        "<li>The Bayes factor supports the absence of an effect "
        f'(<a href="#table-hypothesis_tests">{number[1]}</a>).</li>' in html
    )


def test_a_curve_shows_its_share_its_printed_value_and_every_choice(
    tables: Tables, setting: MakeSetting
) -> None:
    figure = plot_specification_curve(tables["specification_curve"], tables["hypotheses"], setting("en"))
    shown = texts(figure)
    curve = tables["specification_curve"]
    for name, own in curve.groupby("hypothesis"):
        assert name in shown
        weighted = own.loc[own["confirmed"], "weight"].sum() / own["weight"].sum()
        assert f"{100 * weighted:.0f}%" in shown
    assert {"Items", "Estimator", "without outliers", "PLS-SEM", "City", "printed estimate"} <= set(shown)
    published = tables["hypotheses"].query("method == 'published'")["estimate"]
    marked = [line.get_ydata()[0] for axes in figure.axes for line in axes.lines if line.get_marker() == "D"]
    np.testing.assert_array_equal(marked, published)


def test_a_curve_rises_and_colours_follow_the_verdict(tables: Tables, setting: MakeSetting) -> None:
    curve = tables["specification_curve"]
    figure = plot_specification_curve(curve, tables["hypotheses"], setting("en"))
    points = next(c for c in figure.axes[0].collections if isinstance(c, PathCollection))
    heights = np.asarray(points.get_offsets())[:, 1]
    own = curve[curve["hypothesis"] == "H1"].sort_values("estimate", kind="stable")
    np.testing.assert_allclose(heights, own["estimate"])
    blue = np.asarray(points.get_facecolors())[:, 2] > 0.68
    assert len(np.unique(np.asarray(points.get_facecolors()), axis=0)) == own["confirmed"].nunique()
    assert blue.any()


def test_without_print_nothing_is_marked_and_more_hypotheses_take_more_rows(
    tables: Tables, setting: MakeSetting
) -> None:
    curve, hypotheses = tables["specification_curve"], tables["hypotheses"].query("method == 'ols'")
    many = [
        pd.concat(
            [frame[frame["hypothesis"] == "H1"].assign(hypothesis=f"H{number}") for number in range(1, 9)]
        )
        for frame in (curve, hypotheses)
    ]
    one = plot_specification_curve(curve, hypotheses, setting("ru"))
    eight = plot_specification_curve(*many, setting("ru"))
    assert "напечатанная оценка" not in texts(one)
    assert eight.get_figheight() > 1.8 * one.get_figheight()
    assert {f"H{number}" for number in range(1, 9)} <= set(texts(eight))


def test_the_most_important_predictor_is_on_top(tables: Tables, setting: MakeSetting) -> None:
    figure = plot_importance(tables["relative_importance"], setting("en"))
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Trust", "Ease of use"]
    assert {".54", ".61", ".11", "−.01", "10%", "14%", "3.1", "4.9"} <= set(texts(figure))
    assert [bar.get_width() for bar in axes.patches] == [0.542295, 0.612982]


def test_ridge_begins_at_least_squares_and_names_its_lines(tables: Tables, setting: MakeSetting) -> None:
    trace = tables["ridge_trace"]
    figure = plot_ridge(trace, setting("kk"))
    assert {"Сенім ұғымы  0,11", "Қолдану жеңілдігі  −0,01", "Ең үлкен VIF", "0"} <= set(texts(figure))
    heights = [line.get_ydata() for line in figure.axes[0].lines if len(line.get_ydata()) == len(trace)]
    np.testing.assert_array_equal(heights, trace[["beta_trust", "beta_ease"]].T)


def test_two_outcomes_have_their_own_panels_and_predictors(tables: Tables, setting: MakeSetting) -> None:
    trace = tables["ridge_trace"]
    other = trace.assign(outcome="ease").drop(columns="beta_ease")
    both = pd.concat([trace, other], ignore_index=True)
    importance = tables["relative_importance"]
    two = pd.concat([importance, importance.head(1).assign(outcome="ease")], ignore_index=True)
    ridge = plot_ridge(both, setting("en"))
    assert sum(text.startswith("Ease of use  ") for text in texts(ridge)) == 1
    assert {"Use", "Ease of use"} <= set(texts(plot_importance(two, setting("en"))))


def test_names_too_near_are_moved_apart_and_keep_their_order() -> None:
    levels = np.array([0.3, -0.02, 0.1, -0.01, -0.015])
    spread = _spread(levels, 0.03)
    assert (np.diff(np.sort(spread)) >= 0.03 * (1 - 1e-6)).all()
    np.testing.assert_array_equal(np.argsort(spread), np.argsort(levels))
    np.testing.assert_array_equal(spread[[0]], levels[[0]])


def test_long_names_of_constructs_do_not_run_into_each_other(tables: Tables, setting: MakeSetting) -> None:
    there = setting("kk")
    labels = replace(there.labels, constructs=dict.fromkeys(there.labels.constructs, "Ақылды қоршаған орта"))
    figure = plot_specification_curve(
        tables["specification_curve"], tables["hypotheses"], replace(there, labels=labels)
    )
    figure.draw_without_rendering()
    names = [text for text in figure.findobj(Text) if text.get_text() == "Ақылды\nқоршаған орта"]
    assert len(names) == 2
    left, right = sorted((text.get_window_extent() for text in names), key=lambda box: box.x0)
    assert left.x1 < right.x0
    assert all(box.y1 <= figure.bbox.y1 for box in (left, right))


def page(folder: Path, tables: Tables, card: Card, setting: Setting) -> str:
    """A report of the verdicts and the regression alone, whose scores the card names."""
    for name in ("hypotheses", "verdict_sheet", "coefficients"):
        write_table(tables[name], folder / "tables" / f"{name}.csv")
    write_json({"coefficients": card}, folder / "cards" / "regression.json")
    write_report(folder, MANIFEST, setting, folder / "report.html")
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_turned_sign_stands_beside_its_verdict_at_the_head_of_the_page(
    tmp_path: Path, tables: Tables, setting: MakeSetting, language: Language
) -> None:
    turned = tables["verdict_sheet"].assign(
        caveats=["sign_against_correlation, collinear", "absence_not_shown"], beta=[-0.322, 0.02]
    )
    html = page(tmp_path, tables | {"verdict_sheet": turned}, {}, setting(language))
    head = html[html.index('<section id="verdicts">') : html.index('<section id="trust">')]
    sentence = sheet(turned, setting, language).groups[0].remarks[0][2]
    assert f"<ul><li>{sentence}</li></ul>" in head
    assert {"en": "−.322", "ru": "−0,322", "kk": "−0,322"}[language] in sentence
    assert re.sub("<details>.*?</details>", "", head, flags=re.DOTALL).count("<li>") == 1
    assert head.index("<b>H1</b>") < head.index(sentence) < head.index("<b>H2</b>")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("method", ["cfa_regression", "cfa_bartlett"])
def test_biased_scores_are_named_at_the_head_of_the_page_and_below_the_regression(
    tmp_path: Path, tables: Tables, setting: MakeSetting, language: Language, method: str
) -> None:
    html = page(tmp_path, tables, {"scores": method}, setting(language))
    (note,) = score_notes({"scores": method}, setting(language))
    assert "Skrondal" in note
    assert "cfa_skrondal_laake" in note
    note = str(escape(note))
    study, rest = html.index('<section id="study">'), html.index('<section id="trust">')
    assert note in html[:study]
    assert note in html[study:rest]


def test_item_means_have_no_warning(tmp_path: Path, tables: Tables, setting: MakeSetting) -> None:
    assert "Skrondal" not in page(tmp_path, tables, {"scores": "mean"}, setting("en"))
