"""What the page answers to whoever points at it: arrows, answers to items, specifications by choice."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.report.figures import plot_items, plot_path_diagram, save
from smartcity_survey.report.figures.alt_texts import alt_text
from smartcity_survey.report.figures.specification_curve import plot_specification_curve
from smartcity_survey.report.page import write_report
from smartcity_survey.report.setting import Setting
from smartcity_survey.report.specification_filter import SpecificationFilter, specification_filter
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.conftest import HOSTILE, MANIFEST, MakeSetting
from tests.report.test_browser import browser, pytestmark, show

__all__ = ["browser"]
in_a_browser = pytestmark
Tables = Mapping[str, pd.DataFrame]
SVG = "{http://www.w3.org/2000/svg}"


def told(figure: Any, folder: Path) -> list[str]:
    """Words of the parts of a figure that tell their numbers, as the svg has them, each once."""
    svg, *_ = save(figure, folder / "drawn")
    marks = [g for g in ElementTree.parse(svg).iter(f"{SVG}g") if g.get("class") == "mark"]
    return list(dict.fromkeys(str(mark[0].text) for mark in marks))


def path_of(tables: Tables, setting: Setting, hypotheses: pd.DataFrame) -> Any:
    names = ("pls_paths", "pls_quality", "pls_loadings")
    return plot_path_diagram(*(tables[name] for name in names), setting, hypotheses=hypotheses)


def test_an_arrow_tells_estimate_interval_and_effect(
    tables: Tables, setting: MakeSetting, tmp_path: Path
) -> None:
    assert told(path_of(tables, setting("en"), tables["hypotheses"]), tmp_path) == [
        "H1: Trust → Use\nβ = .420, 95% interval [.320, .520], p < .001; f² = .020",
        "H2: Ease of use → Use\nβ = −.031, 95% interval [−.131, .069], p = .620; f² = .020",
    ]


@pytest.mark.parametrize(
    ("language", "opened", "decided", "in_use"),
    [
        (
            "en",
            "Left open by the printed tables: −.35 to .71",
            "not confirmed",
            "In the file in use: β = .420",
        ),
        ("ru", "оставляют открытым: −0,35 … 0,71", "не подтверждена", "В файле анализа: β = 0,420"),
        ("kk", "ашық қалдырады: −0,35 … 0,71", "расталмады", "Талдаудағы файлда: β = 0,420"),
    ],
)
def test_an_arrow_tells_what_the_print_decides(
    tables: Tables, setting: MakeSetting, tmp_path: Path,
    language: Language, opened: str, decided: str, in_use: str,
) -> None:  # fmt: skip
    states = tables["decisions"][["hypothesis", "method", "state", "reading", "low", "high"]]
    hypotheses = tables["hypotheses"].merge(states, how="left")
    first, second = told(path_of(tables, setting(language), hypotheses), tmp_path)
    assert opened in first
    assert in_use in first
    assert decided in second
    assert opened.partition(":")[0] not in second


def test_every_answer_to_an_item_tells_its_share_and_count(
    tables: Tables, setting: MakeSetting, tmp_path: Path
) -> None:
    words = told(plot_items(tables["item_frequencies"], setting("en")), tmp_path)
    frame = tables["item_frequencies"]
    shown = frame[frame["percent"] > 0]
    assert len(words) >= len(shown)
    line = shown[shown["item"] == "E1"].iloc[0]
    share = f"{line['percent']:.1f}% (n = {line['n']:.0f})"
    assert any(one.startswith("E1 Item E1\n") and one.endswith(share) for one in words)
    assert any(HOSTILE in one for one in words), "a label is text, whatever its signs"


def of_people(tables: Tables, setting: MakeSetting, language: Language = "en") -> SpecificationFilter:
    found = specification_filter(tables, setting(language))
    assert found
    return found


def test_numbers_of_the_curve_are_those_of_its_file(tables: Tables, setting: MakeSetting) -> None:
    """Estimates, options, verdicts and weights, hypothesis by hypothesis."""
    own, curve = of_people(tables, setting), tables["specification_curve"]
    data = json.loads(own.data)
    labels = {position: label for _, options in own.choices for position, label in options}
    assert sorted(labels) == list(range(data["options"]))
    for line, numbers in zip(own.curves, data["curves"], strict=True):
        lines = curve[curve["hypothesis"] == line.name].sort_values("estimate", kind="stable")
        np.testing.assert_allclose(numbers["estimate"], lines["estimate"], atol=5e-6)
        assert numbers["confirmed"] == lines["confirmed"].astype(int).tolist()
        weight = lines["weight"] / lines["weight"].max()
        np.testing.assert_allclose(numbers["weight"], weight, rtol=1e-5)
        for s, controls in enumerate(lines["controls"]):
            options = {labels[o] for taken in numbers["taken"] for o in data["sets"][taken[s]]}
            assert {"City", "Age"} & options == {
                name for name in ("City", "Age") if name.lower() in str(controls)
            }


@pytest.mark.parametrize(
    ("language", "choice", "options"),
    [
        ("en", "Missing answers", {"complete questionnaires", "EM algorithm"}),
        ("ru", "Пропуски", {"полные анкеты", "алгоритм EM"}),
        ("kk", "Бос қалған жауаптар", {"толық сауалнамалар", "EM алгоритмі"}),
    ],
)
def test_what_becomes_of_missing_answers_is_a_choice_of_the_filter_where_it_is_one(
    tables: Tables, setting: MakeSetting, language: Language, choice: str, options: set[str]
) -> None:
    curve = tables["specification_curve"]
    assert choice not in {name for name, _ in of_people(tables, setting, language).choices}
    by_em = np.arange(len(curve)) % 3 == 0
    curve = curve.assign(missing=np.where(by_em, "em", "complete"))
    found = of_people({**tables, "specification_curve": curve}, setting, language)
    labels = dict(found.choices)[choice]
    assert {label for _, label in labels} == options
    [position] = [at for at, label in labels if "EM" in label]
    data = json.loads(found.data)
    for line, numbers in zip(found.curves, data["curves"], strict=True):
        own = curve[curve["hypothesis"] == line.name].sort_values("estimate", kind="stable")
        taken = [any(position in data["sets"][one[s]] for one in numbers["taken"]) for s in range(len(own))]
        assert taken == (own["missing"] == "em").tolist()
    figure = plot_specification_curve(curve, tables["hypotheses"], setting(language))
    words = {label.get_text() for axes in figure.axes for label in axes.get_yticklabels()}
    assert options | {choice} <= words


def test_a_choice_without_alternatives_is_no_filter(tables: Tables, setting: MakeSetting) -> None:
    one = tables["specification_curve"].drop_duplicates("hypothesis")
    assert specification_filter({**tables, "specification_curve": one.head(1)}, setting("en")) is None
    assert specification_filter({}, setting("en")) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_print_leaves_open_is_not_in_the_filter(
    tables: Tables, setting: MakeSetting, language: Language
) -> None:
    """Neither a share, nor what it could be computed from."""
    bounded = specification_filter(tables, replace(setting(language), bounded=True))
    assert bounded
    assert not bounded.shares
    assert {key for curve in json.loads(bounded.data)["curves"] for key in curve} == {"estimate", "taken"}
    assert all(curve.share == "" for curve in bounded.curves)
    assert all("%" in curve.share for curve in of_people(tables, setting, language).curves)


def test_the_figure_shows_no_share_that_a_print_leaves_open(tables: Tables, setting: MakeSetting) -> None:
    plain, bounded = (
        plot_specification_curve(
            tables["specification_curve"], tables["hypotheses"], replace(setting("en"), bounded=known)
        )
        for known in (False, True)
    )

    def words(figure: Any) -> str:
        image = io.BytesIO()
        figure.savefig(image, format="svg")
        return " ".join(re.findall(r"<!-- (.*?) -->", image.getvalue().decode()))

    assert re.search(r"\d%(?! interval)", words(plain))
    assert not re.search(r"\d%(?! interval)", words(bounded))
    for gone in ("Confirming", "confirms the hypothesis"):
        assert gone in words(plain)
        assert gone not in words(bounded)
    shares = [
        alt_text("specification_curve", dict(tables), replace(setting("en"), bounded=b)) for b in (0, 1)
    ]
    assert "Share" in shares[0]
    assert "%" in shares[0]
    assert "%" not in shares[1]


@pytest.fixture(scope="module")
def pages(
    reports: Path, tables: Tables, setting: MakeSetting, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Path]:
    """The small study as of people's answers and as a reconstruction with bounds."""
    made = {}
    for name in ("people", "bounded"):
        folder = tmp_path_factory.mktemp(name) / "reports"
        shutil.copytree(reports, folder)
        if name == "people":
            (folder / "tables/decisions.csv").unlink()
        save(path_of(tables, setting("en"), tables["hypotheses"]), folder / "figures/path")
        made[name] = folder / "report.html"
        write_report(folder, MANIFEST, setting("en"), made[name])
    return made


OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true);"
LIVE = "document.getElementById('figure-path').closest('figure').querySelector('.live')"
TIP = "return [...document.querySelectorAll('.tip')].filter(t => !t.hidden).map(t => t.textContent)"


@in_a_browser
def test_arrows_are_read_by_pointer_and_by_keyboard(browser: Any, pages: Mapping[str, Path]) -> None:
    from selenium.webdriver.common.keys import Keys

    show(browser, pages["people"], 1280)
    assert browser.execute_script(TIP) == []
    browser.execute_script(
        f"const mark = {LIVE}.shadowRoot.querySelector('.mark');"
        "mark.scrollIntoView({block: 'center'});"
        "const box = mark.getBoundingClientRect();"
        "mark.dispatchEvent(new PointerEvent('pointermove', {bubbles: true, composed: true,"
        " clientX: box.left + 5, clientY: box.top + 5}))"
    )
    assert browser.execute_script(TIP) == [
        "H1: Trust → Use\nβ = .420, 95% interval [.320, .520], p < .001; f² = .020"
    ]
    stops = f"return [...{LIVE}.shadowRoot.querySelectorAll('[tabindex=\"0\"]')].length"
    assert browser.execute_script(stops) == 1, "one stop of the tab key for all arrows"
    browser.execute_script(f"{LIVE}.shadowRoot.querySelector('[tabindex=\"0\"]').focus()")
    for key, start in ((Keys.ARROW_DOWN, "H2: "), (Keys.ARROW_DOWN, "H2: "), (Keys.HOME, "H1: ")):
        browser.switch_to.active_element.send_keys(key)
        (words,) = browser.execute_script(TIP)
        assert words.startswith(start)
    name = f"return {LIVE}.shadowRoot.activeElement.getAttribute('aria-label')"
    assert browser.execute_script(name).startswith("H1: Trust → Use; β = .420")
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert browser.execute_script(TIP) == []
    assert browser.get_log("browser") == []


@in_a_browser
def test_without_script_and_in_print_the_picture_stands_there(
    browser: Any, pages: Mapping[str, Path]
) -> None:
    picture = "img[data-tells]"
    shown = f"return [...document.querySelectorAll('{picture}')].map(i => getComputedStyle(i).display)"
    extra = (
        "return [...document.querySelectorAll('.live, .specifications, .point')]"
        ".filter(e => getComputedStyle(e).display !== 'none').length"
    )
    show(browser, pages["people"], 1280)
    assert set(browser.execute_script(shown)) == {"none"}
    assert browser.execute_script(extra) > 2
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert set(browser.execute_script(shown)) == {"block"}
    assert browser.execute_script(extra) == 0
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(browser, pages["people"], 1280)
        assert browser.find_element("css selector", picture).is_displayed()
        assert browser.find_elements("css selector", ".live") == []
        assert not browser.find_element("css selector", ".specifications").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


ROWS = "return [...document.querySelectorAll('.specifications tbody tr')].map(r => r.innerText.split('\\t'))"


def untick(browser: Any, label: str) -> None:
    browser.execute_script(
        "[...document.querySelectorAll('.specifications label')]"
        f".find(l => l.textContent.trim() === '{label}').querySelector('input').click()"
    )


@in_a_browser
def test_the_share_moves_with_the_options(
    browser: Any, pages: Mapping[str, Path], tables: Tables, setting: MakeSetting
) -> None:
    """What the page shows for a part of the specifications is what the file has for them."""
    curve = tables["specification_curve"]
    show(browser, pages["people"], 1280)
    browser.execute_script(OPEN_ALL)
    browser.execute_async_script("setTimeout(arguments[0], 300)")

    def expected(kept: pd.DataFrame) -> list[list[str]]:
        style, rows = setting("en").wording.numbers, []
        for name, whole in curve.groupby("hypothesis", sort=False):
            own = kept[kept["hypothesis"] == name]
            before, now = (
                style.percentage(100 * float(np.average(f["confirmed"], weights=f["weight"])), 0)
                for f in (whole, own)
            )
            ends = own["estimate"].min(), own["estimate"].median(), own["estimate"].max()
            numbers = [style.fixed(float(f"{end:.5f}"), 3, bounded=True) for end in ends]
            rows.append([str(len(own)), *numbers, f"{before} → {now}"])
        return rows

    def rows() -> list[list[str]]:
        return [[cell.strip() for cell in row[2:]] for row in browser.execute_script(ROWS)]

    assert rows() == expected(curve)
    scores = curve["score"].unique()
    label = setting("en").wording.value("score", str(scores[0]))
    untick(browser, label)
    part = curve[curve["score"] != scores[0]]
    assert 0 < len(part) < len(curve)
    assert rows() == expected(part)
    untick(browser, "City")
    part = part[~part["controls"].astype(str).str.contains("city")]
    assert rows() == expected(part)
    assert expected(part) != expected(curve)
    said = "return document.querySelector('.specifications output').textContent"
    assert f"{part['hypothesis'].value_counts().max()} of" in browser.execute_script(said)
    browser.execute_script("document.querySelector('.specifications [type=reset]').click()")
    browser.execute_async_script("setTimeout(arguments[0], 100)")
    assert rows() == expected(curve)
    assert browser.get_log("browser") == []


@in_a_browser
def test_of_a_reconstruction_the_filter_shows_estimates_alone(
    browser: Any, pages: Mapping[str, Path]
) -> None:
    show(browser, pages["bounded"], 1280)
    browser.execute_script(OPEN_ALL)
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    text = browser.execute_script("return document.querySelector('.specifications').innerText")
    assert "%" not in text
    assert "onfirm" not in text
    drawn = "return [...document.querySelectorAll('.specifications path.yes')].map(p => p.getAttribute('d'))"
    assert set(browser.execute_script(drawn)) == {""}
