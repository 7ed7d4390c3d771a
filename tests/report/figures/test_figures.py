from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from smartcity_survey.report.figures import (
    FIGURES,
    SUFFIXES,
    draw_all,
    draw_figure,
    plot_coefficients,
    plot_loadings,
    plot_path_diagram,
    plot_scree,
    save,
)
from smartcity_survey.report.figures.drawing import text_on
from smartcity_survey.report.figures.importance_performance import SIDES, sides
from smartcity_survey.report.fonts import FAMILY, font_file, missing_glyphs
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.conftest import STUDY, MakeSetting


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def drawn(name: str, tables: dict[str, pd.DataFrame], setting: Setting) -> Figure:
    """A figure from the small study's tables, all those included that say more."""
    entry = FIGURES[name]
    frames = [tables[Path(need).name] for need in entry.needs]
    return entry.draw(*frames, setting, **{table: tables[table] for table in entry.also})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_figure_is_drawn_in_every_language(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, name: str, language: Language
) -> None:
    figure = drawn(name, tables, setting(language))
    assert missing_glyphs("".join(texts(figure))) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in FIGURES if name != "diagnostics"])
def test_no_text_is_cut_off(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, tmp_path: Path, name: str, language: Language
) -> None:
    """Labels as long as those of the bundled study, and one that is longer than its neighbours."""
    there = setting(language)
    long = dict.fromkeys(there.labels.items, "Қашықтан бақылау мен үй дабылы")
    constructs = dict.fromkeys(there.labels.constructs, "Ақылды қоршаған орта")
    labels = replace(there.labels, items=long | {"E2": long["E2"] + " қолдану"}, constructs=constructs)
    figure = drawn(name, tables, replace(there, labels=labels))
    save(figure, tmp_path / name)
    assert cut_off(figure) == []


STATEMENT = "Қаланың цифрлық қызметтерін пайдалану ыңғайлылығы мен сенімділігі туралы пікір "
LONG_LABELS = {
    "statements": (3 * STATEMENT, "Қалалық ортаға сенім деңгейі мен ыңғайлылығы"),
    "no blanks": ("https://" + "сұрақ/" * 30, "Қызметтерді" + "пайдалану" * 5),
}
"""Labels of items and of constructs, as exports of forms have them."""


@pytest.mark.parametrize("kind", LONG_LABELS)
@pytest.mark.parametrize("name", [name for name in FIGURES if name != "diagnostics"])
def test_texts_of_any_length_stay_on_the_figure_and_apart(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, tmp_path: Path, name: str, kind: str
) -> None:
    """Labels go on in a second line, and what is longer ends with an ellipsis; the panels keep their room."""
    there = setting("kk")
    item, construct = LONG_LABELS[kind]
    labels = replace(
        there.labels,
        items={name: f"{item} {name}" for name in there.labels.items},
        constructs={name: f"{construct} {name}" for name in there.labels.constructs},
        categories=dict.fromkeys(there.labels.categories, construct),
        demographics=dict.fromkeys(there.labels.demographics, construct),
    )
    figure = drawn(name, tables, replace(there, labels=labels))
    save(figure, tmp_path / name)
    assert cut_off(figure) == []
    assert overlapping(figure) == []
    panels = [axes.get_window_extent() for axes in figure.axes]
    assert max(box.x1 for box in panels) - min(box.x0 for box in panels) > 0.4 * figure.bbox.width


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Names along an axis and titles that lie on one another; one with an empty line stands above all."""
    written = [
        text
        for axes in figure.axes
        if axes.axison
        for text in (
            axes.title, axes._left_title, axes._right_title, axes.xaxis.label, axes.yaxis.label,
            *(axes.get_yticklabels() if axes.yaxis.get_tick_params()["labelleft"] else ()),
        )
        if text.get_visible() and re.search(r"[^\W\d]{3}", text.get_text())
    ]  # fmt: skip
    boxes = [
        (text.get_text(), text.get_window_extent()) for text in written if not text.get_text().endswith("\n")
    ]
    return [
        (one, other)
        for place, (one, box) in enumerate(boxes)
        for other, below in boxes[place + 1 :]
        if min(box.x1, below.x1) - max(box.x0, below.x0) > 1
        and min(box.y1, below.y1) - max(box.y0, below.y0) > 1
    ]


def cut_off(figure: Figure) -> list[str]:
    """Texts that reach beyond the edge of a figure."""
    figure.draw_without_rendering()
    edge = figure.bbox
    return [
        text.get_text()
        for text in figure.findobj(Text)
        if text.get_visible()
        and re.search(r"[^\W\d]{3}", text.get_text())  # ticks beyond an axis have numbers only
        for box in [text.get_window_extent()]
        if box.width
        and not (edge.x0 <= box.x0 and box.x1 <= edge.x1 and edge.y0 <= box.y0 and box.y1 <= edge.y1)
    ]


def test_all_figures_are_written_as_svg_png_and_pdf(reports: Path) -> None:
    files = {path.name for path in (reports / "figures").iterdir()}
    assert files == {f"{name}{suffix}" for name in FIGURES for suffix in SUFFIXES}


def test_figures_are_the_same_bytes_whatever_the_surroundings(
    reports: Path, tmp_path: Path, setting: MakeSetting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another clock and somebody's own matplotlib settings change nothing, nor does a warning arise."""
    monkeypatch.setattr(time, "time", lambda: 2e9)
    monkeypatch.setitem(matplotlib.rcParams, "font.size", 30)
    monkeypatch.setitem(matplotlib.rcParams, "svg.hashsalt", None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = draw_all(reports, tmp_path, setting("kk"))
    assert shown == tuple(FIGURES)
    for path in sorted((reports / "figures").iterdir()):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


DRAW_SCREE = """
import contextlib, locale, sys
with contextlib.suppress(locale.Error):   # a machine need not have every locale; LC_ALL names it all the same
    locale.setlocale(locale.LC_ALL, "")
from smartcity_survey.io import read_table
from smartcity_survey.report.figures import plot_scree, save
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.wording import load_wording
save(plot_scree(read_table(sys.argv[1]), Setting(load_wording("ru"), None)), sys.argv[2])
"""


@pytest.mark.parametrize("name", ["C", "ru_RU.UTF-8", "kk_KZ.UTF-8"])
def test_figure_is_the_same_bytes_in_any_locale(
    tmp_path: Path, setting: MakeSetting, tables: dict[str, pd.DataFrame], name: str
) -> None:
    save(plot_scree(tables["eigenvalues"], setting("ru")), tmp_path / "here")
    environment = os.environ | {"LANG": name, "LC_ALL": name, "TZ": "Asia/Almaty", "PYTHONHASHSEED": "5"}
    source = str(STUDY / "tables" / "eigenvalues.csv")
    command = [sys.executable, "-c", DRAW_SCREE, source, str(tmp_path / "there")]
    subprocess.run(command, env=environment, check=True)
    for suffix in SUFFIXES:
        assert (tmp_path / f"here{suffix}").read_bytes() == (tmp_path / f"there{suffix}").read_bytes()


def test_images_carry_no_date_and_no_program(
    tables: dict[str, pd.DataFrame], tmp_path: Path, setting: MakeSetting
) -> None:
    svg, png, pdf = save(plot_scree(tables["eigenvalues"], setting("en")), tmp_path / "scree")
    text = svg.read_text(encoding="utf-8")
    assert "dc:date" not in text
    assert "Matplotlib v" not in text
    assert b"Software" not in png.read_bytes()
    assert not re.search(rb"/(CreationDate|Producer|Creator)", pdf.read_bytes())


def test_text_uses_the_bundled_typeface(tables: dict[str, pd.DataFrame], setting: MakeSetting) -> None:
    figure = plot_scree(tables["eigenvalues"], setting("kk"))
    families = {text.get_fontfamily()[0] for text in figure.findobj(Text)}
    assert families == {FAMILY}
    from matplotlib.font_manager import findfont

    assert Path(findfont(FAMILY, fallback_to_default=False)) == font_file()


def test_figures_without_numbers_are_left_out_and_old_images_removed(
    tmp_path: Path, setting: MakeSetting
) -> None:
    figures = tmp_path / "figures"
    figures.mkdir()
    for name in ("demographics", "scree", "own"):
        (figures / f"{name}.svg").write_text("old", encoding="utf-8")
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "demographics.csv").write_text("variable,code,n,percent\n", encoding="utf-8")
    assert draw_all(tmp_path, figures, setting("en")) == ()
    assert [path.name for path in figures.iterdir()] == ["own.svg"]


def test_coefficients_are_no_figure_where_the_print_leaves_all_open(
    tables: dict[str, pd.DataFrame], tmp_path: Path, setting: MakeSetting
) -> None:
    figures = tmp_path / "figures"
    figures.mkdir()
    (figures / "coefficients.svg").write_text("old", encoding="utf-8")
    read = {"hypotheses": tables["hypotheses"].assign(state="open")}
    assert not draw_figure("coefficients", tmp_path, figures, setting("en"), {}, read=read)
    assert list(figures.iterdir()) == []


def test_small_loadings_are_grey_and_large_ones_shaded(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    figure = plot_loadings(tables["rotated_loadings"], setting("kk"))
    cells = {text.get_text(): text for text in figure.axes[0].texts}
    assert cells["0,85"].get_color() != cells["−0,12"].get_color()
    assert cells["0,85"].get_fontsize() > cells["−0,12"].get_fontsize()
    assert len(figure.axes[0].texts) == 27


def test_fifty_one_items_stay_legible(setting: MakeSetting) -> None:
    """Seven points at least, and rows that do not touch."""
    items = [f"Q{number}" for number in range(51)]
    loadings = pd.DataFrame(np.full((51, 7), 0.6), columns=[f"component_{k}" for k in range(1, 8)])
    loadings.insert(0, "item", items)
    figure = plot_loadings(loadings, setting("en"))
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    gaps = [upper.y0 - lower.y1 for upper, lower in pairwise(boxes)]
    assert min(text.get_fontsize() for text in figure.axes[0].texts) >= 7
    assert min(gaps) > 0


def test_path_diagram_names_constructs_coefficients_and_explained_variance(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    frames = (tables["pls_paths"], tables["pls_quality"], tables["pls_loadings"])
    shown = texts(plot_path_diagram(*frames, setting("en")))
    assert {"Trust", "Ease of use", "Use", ".420***", "[.32, .52]", "−.031", "R² = .400"} <= set(shown)
    assert "significant (p < .05)" in shown


def test_coefficient_plot_has_a_mark_for_each_method(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    figure = plot_coefficients(tables["hypotheses"], setting("ru"))
    assert {"Напечатано", "Регрессия МНК", "PLS-SEM", "Зависимая переменная: Использование"} <= set(
        texts(figure)
    )
    offsets = {
        c.get_label(): np.asarray(c.get_offsets())
        for c in figure.axes[0].collections
        if not c.get_label().startswith("_")
    }
    np.testing.assert_allclose(offsets["Напечатано"][:, 0], [-0.105, -0.3])
    assert np.all(offsets["Напечатано"][:, 1] < offsets["PLS-SEM"][:, 1])


@pytest.mark.parametrize(
    ("color", "expected"), [("#00558c", "white"), ("#ffffff", "#1f2933"), ("#bcd9ee", "#1f2933")]
)
def test_text_stands_out_from_its_ground(color: str, expected: str) -> None:
    assert text_on(color) == expected


def test_text_stays_inside_the_boxes_of_a_deep_model(setting: MakeSetting) -> None:
    """Five layers and long Kazakh names: boxes get narrower and taller, text is broken into lines."""
    chain = ("trust", "ease", "use", "gain", "stay")
    names = dict.fromkeys(chain, "Ақылды қоршаған ортаны қабылдау")
    there = setting("kk")
    deep = replace(there, labels=replace(there.labels, constructs=names))
    paths = pd.DataFrame(
        [
            {"source": a, "target": b, "estimate": 0.4, "ci_low": 0.3, "ci_high": 0.5, "p": 0.0}
            for a, b in pairwise(chain)
        ]
    )
    quality = pd.DataFrame({"construct": chain[1:], "r2": 0.5})
    loadings = pd.DataFrame({"construct": chain, "item": chain, "loading": 0.8})
    figure = plot_path_diagram(paths, quality, loadings, deep)
    figure.draw_without_rendering()
    boxes = [patch.get_window_extent() for patch in figure.axes[0].patches if patch.get_zorder() == 4]
    inside = [text.get_window_extent() for text in figure.axes[0].texts if text.get_zorder() == 5]
    assert len(boxes) == 5
    for extent in inside:
        assert any(
            box.x0 <= extent.x0 and extent.x1 <= box.x1 and box.y0 <= extent.y0 and extent.y1 <= box.y1
            for box in boxes
        )


def test_labels_of_the_map_stand_beside_their_points_and_cover_nothing() -> None:
    points = np.array([[50.0, 50.0], [55.0, 50.0], [95.0, 20.0]])
    chosen = sides(points, [(30.0, 8.0)] * 3, (0.0, 0.0, 100.0, 100.0))
    assert [SIDES[side].ha for side in chosen[:2]] == ["right", "left"]
    assert SIDES[chosen[2]].ha == "right", "there is no room at the right edge"
    kept_off = sides(points[:1], [(30.0, 8.0)], (0.0, 0.0, 100.0, 100.0), [(60.0, 0.0, 61.0, 100.0)])
    assert SIDES[kept_off[0]].ha == "right"


def test_figures_of_counts_mark_what_is_left_out(
    tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    demographics, frequencies = tables["demographics"].copy(), tables["item_frequencies"].copy()
    demographics.loc[[0, 1], ["n", "percent", "valid_percent"]] = np.nan
    frequencies.loc[frequencies["item"] == frequencies["item"][0], ["n", "percent"]] = np.nan
    assert texts(FIGURES["demographics"].draw(demographics, setting("en"))).count("x") == 2
    assert texts(FIGURES["items"].draw(frequencies, setting("en"))).count("x") == 1


def test_figures_of_single_respondents_can_be_left_out(
    reports: Path, setting: MakeSetting, tmp_path: Path
) -> None:
    shown = draw_all(reports, tmp_path, setting("en"), respondents=False)
    assert set(FIGURES) - set(shown) == {"diagnostics"}
