"""The page in a real browser: no console error, every image loads, nothing overflows on phone and desktop."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
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


def opened(browser: Any, page: Path, width: int, height: int = 900) -> None:
    show(browser, page, width)
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_table_of_the_study_is_clipped_on_a_desktop(
    browser: Any, bundled_pages: Mapping[Language, Path], language: Language
) -> None:
    show(browser, bundled_pages[language], 1280)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    clipped = """
        return [...document.querySelectorAll('.scroll')]
          .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.dataset.label)
    """
    assert browser.execute_script(clipped) == []
    assert browser.execute_script("return document.querySelectorAll('main table').length") > 80


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_has_every_verdict_with_its_line(
    browser: Any, bundled_pages: Mapping[Language, Path], language: Language, width: int, height: int
) -> None:
    opened(browser, bundled_pages[language], width, height)
    last = "return [...document.querySelectorAll('.answers p')].map(p => p.getBoundingClientRect().bottom)"
    ends = browser.execute_script(last)
    assert len(ends) == 6
    assert max(ends) <= height
    for part in (".checked", ".found"):
        assert browser.execute_script(f"return document.querySelector('{part}').innerText.length") > 60


def test_boxes_take_the_tab_key_only_where_they_scroll(
    browser: Any, bundled_pages: Mapping[Language, Path]
) -> None:
    wrong = """
        const scrolls = box => box.scrollWidth > box.clientWidth + 1;
        return [...document.querySelectorAll('.scroll')]
          .filter(box => box.offsetParent && scrolls(box) !== box.hasAttribute('tabindex')).length
    """
    boxes = "return document.querySelectorAll('.scroll[tabindex]').length"
    show(browser, bundled_pages["ru"], 390)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    browser.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 300))")
    assert browser.execute_script(wrong) == 0
    assert browser.execute_script(boxes) > 10
    show(browser, bundled_pages["ru"], 1280)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    browser.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 300))")
    assert browser.execute_script(boxes) == 0


def test_a_link_opens_what_it_leads_to_and_the_menu_tells_where_one_is(
    browser: Any, bundled_pages: Mapping[Language, Path]
) -> None:
    show(browser, bundled_pages["en"], 1280)
    visible = "return document.getElementById('table-audit-3').checkVisibility()"
    assert not browser.execute_script(visible)
    browser.execute_script("document.querySelector('a[href=\"#table-audit-3\"]').click()")
    browser.execute_async_script("setTimeout(arguments[0], 600)")
    assert browser.execute_script(visible)
    current = "return [...document.querySelectorAll('nav [aria-current]')].map(a => a.hash)"
    assert len(browser.execute_script(current)) == 1
    browser.execute_script(
        "const s = document.querySelector('nav input'); s.value = 'HTMT2';s.dispatchEvent(new Event('input'))"
    )
    left = browser.execute_script(
        "return [...document.querySelectorAll('nav ol ol li:not([hidden])')].map(li => li.innerText)"
    )
    assert 0 < len(left) < 5
    assert all("HTMT" in text for text in left)


def test_long_tables_are_filtered_and_sorted(browser: Any, bundled_pages: Mapping[Language, Path]) -> None:
    show(browser, bundled_pages["ru"], 1280)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    table = "document.querySelector('table[aria-labelledby=table-communalities]')"
    lines = (
        f"return [...{table}.querySelectorAll('tbody tr')].filter(r => r.offsetParent).map(r => r.innerText)"
    )
    before = browser.execute_script(lines)
    assert len(before) > 40
    head = f"{table}.querySelectorAll('thead th')[2]"
    browser.execute_script(f"{head}.querySelector('button').click()")
    assert browser.execute_script(f"return {head}.getAttribute('aria-sort')") == "ascending"
    values = [float(line.split("\t")[2].replace(",", ".")) for line in browser.execute_script(lines)]
    assert values == sorted(values)
    assert len(values) == len(before)
    browser.execute_script(
        f"const f = {table}.parentElement.previousElementSibling; f.value = 'SEN4';"
        "f.dispatchEvent(new Event('input'))"
    )
    assert [line.split()[0] for line in browser.execute_script(lines)] == ["SEN4"]
    few = "return !document.querySelector('table[aria-labelledby=table-adequacy] button')"
    assert browser.execute_script(few)


def test_a_table_is_copied_for_word(browser: Any, bundled_pages: Mapping[Language, Path]) -> None:
    show(browser, bundled_pages["ru"], 1280)
    browser.execute_script("""
        window.said = {};
        const give = DataTransfer.prototype.setData;
        DataTransfer.prototype.setData = function (kind, text) {
            said[kind] = text;
            return give.call(this, kind, text);
        };
    """)
    # A browser lets a page copy only where somebody clicked.
    button = "figure[aria-labelledby=table-coefficients] button.copy"
    browser.find_element("css selector", button).click()
    copied = browser.execute_script("return [said['text/html'], said['text/plain']]")
    html, plain = copied
    assert "<table" in html
    assert "\u00ad" not in html + plain
    assert "0,488" in html
    assert plain.startswith("Таблица 16b")


def test_the_page_works_without_script(browser: Any, bundled_pages: Mapping[Language, Path]) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(browser, bundled_pages["en"], 1280)
        menu = browser.find_element("css selector", "nav a[href='#table-coefficients']")
        assert menu.is_displayed()
        assert not browser.find_element("css selector", "button.copy").is_displayed()
        summary = browser.find_element("css selector", "#measurement summary")
        summary.click()
        assert browser.find_element("id", "table-reliability").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("language", LANGUAGES)
def test_verdicts_are_printed_whole(
    browser: Any, bundled_pages: Mapping[Language, Path], language: Language
) -> None:
    """On a sheet of A4 no number of a verdict stands beyond the edge of its column."""
    show(browser, bundled_pages[language], 688)  # 182 mm
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        beyond = """
            return [...document.querySelectorAll('.verdicts td:not([colspan])')].flatMap(cell =>
              [...cell.querySelectorAll('span')]
                .filter(e => e.getBoundingClientRect().right > cell.getBoundingClientRect().right + 1)
                .map(e => e.textContent));
        """
        assert browser.execute_script("return document.querySelectorAll('.verdicts .numbers').length") > 10
        assert browser.execute_script(beyond) == []
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
