"""The page in a real browser: no console error, every image loads, nothing overflows on phone and desktop."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smartcity_survey.report.figures import FIGURES
from smartcity_survey.report.page import write_report
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Language
from tests.report.conftest import MANIFEST, MakeSetting

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
REPORT = Path(__file__).resolve().parents[2] / "reports" / "report.html"

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs Chromium and chromedriver (Debian: chromium, chromium-driver)"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield driver
    driver.quit()


def show(browser: Any, page: Path, width: int) -> None:
    """Open a page as on a screen of that width, a phone's where it is narrow."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(page.resolve().as_uri())


def check(browser: Any) -> None:
    """No console message, no image that failed, nothing wider than the window; closed tables opened too."""
    broken = "return [...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.alt)"
    assert browser.execute_script(broken) == []
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    too_wide = """
        const inside = e => e.closest('.scroll, pre, nav');
        return [...document.body.querySelectorAll('*')]
          .filter(e => !inside(e) && e.getBoundingClientRect().right > innerWidth + 1)
          .map(e => e.tagName + '.' + e.className);
    """
    assert browser.execute_script(too_wide) == []
    scrolls = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.execute_script(scrolls) == 0
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_page_reads_well(
    browser: Any, reports: Path, tmp_path: Path, setting: MakeSetting, language: Language, width: int
) -> None:
    page = tmp_path / "report.html"
    write_report(reports, MANIFEST, setting(language), page, printed={("table", "descriptives"): 12})
    show(browser, page, width)
    check(browser)
    assert browser.execute_script("return document.images.length") == len(FIGURES)


@pytest.mark.parametrize("width", [390, 1280])
def test_bundled_report_reads_well(browser: Any, width: int) -> None:
    """The report of the bundled study, with its 51 items."""
    if not REPORT.is_file():
        pytest.skip("no report yet: run make")
    show(browser, REPORT, width)
    check(browser)


def test_a_broken_page_is_noticed(browser: Any, tmp_path: Path) -> None:
    page = tmp_path / "broken.html"
    for body in (
        '<img src="missing.png" alt="lost">',
        '<p style="width: 5000px">wide</p>',
        "<script>throw 1</script>",
    ):
        page.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{body}", encoding="utf-8")
        show(browser, page, 390)
        with pytest.raises(AssertionError):
            check(browser)
        browser.get_log("browser")


def test_narrow_page_shows_each_verdict_with_its_method(
    browser: Any, reports: Path, tmp_path: Path, setting: MakeSetting
) -> None:
    page = tmp_path / "report.html"
    write_report(reports, MANIFEST, setting("kk"), page)
    show(browser, page, 390)
    content = "return getComputedStyle(document.querySelector('.verdicts td'), '::before').content"
    assert browser.execute_script(content) == '"Басылған"'
