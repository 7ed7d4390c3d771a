"""A run as several pages see it: while a file is read, in their language, and when the studio is ended."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from smartcity_survey.studio.documents import Study
from tests.new_wave.tools.tools_of_forms import google_words
from tests.report.test_browser import CHROMIUM
from tests.studio.conftest import go, open_studio, page_at, studio_at_work

pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium (Debian: chromium)")

PATIENCE = 240_000
"""Milliseconds that a run may take on a machine that does other things too."""
SLOW = """
import time
from pathlib import Path
import smartcity_survey.studio.columns as columns
import smartcity_survey.studio.sent as sent
def when(name, work):
    def later(*given, **named):
        while not Path({place!r}, name).exists():
            time.sleep(0.1)
        return work(*given, **named)
    return later
sent.start_new_wave = when("draft", sent.start_new_wave)
columns.describe_columns = when("describe", columns.describe_columns)
"""
"""Reading waits for a file of a name."""


def add(page, name: str) -> None:
    """A construct, which never is there where the page is kept waiting."""
    page.fill("#new-construct", name)
    page.click("button:text-is('Add')")
    page.wait_for_selector(f"legend:text-is('{name}')", state="attached")


def test_reading_a_file_keeps_nobody_waiting(browser, tmp_path):
    form, folder = tmp_path / "form.csv", tmp_path / "study"
    form.write_bytes(google_words())
    with open_studio(folder, SLOW.format(place=str(tmp_path))) as address:
        page, other = page_at(browser, address), page_at(browser, address)
        page.set_input_files("input[type=file]", str(form))
        page.wait_for_selector("#understood >> text=The file is read")
        go(other, "constructs")
        other.fill("#new-construct", "Trust")
        other.click("button:text-is('Add')")
        other.wait_for_selector("#state >> text=there is no study yet")
        (tmp_path / "draft").touch()
        page.wait_for_selector("#columns [role=status] >> text=The file is read")
        add(other, "Habit")
        go(page, "constructs")
        add(page, "Use")
        go(page, "columns")
        assert page.locator("#columns >> text=The file is read").count() == 1
        (tmp_path / "describe").touch()
        page.wait_for_selector("#columns table")


def test_a_run_is_told_in_the_language_of_the_page_that_looks_and_by_what_its_steps_make(browser, drafted):
    with open_studio(drafted.folder) as address:
        pages = {}
        for language in ("en", "kk", "ru"):
            pages[language] = page = page_at(browser, address)
            page.goto(f"{address.split('?')[0]}?language={language}")
            go(page, "analysis")
        (drafted.folder / "reports").mkdir()
        (drafted.folder / "reports" / "report.html").mkdir()  # where a step is to write
        pages["kk"].click("#run:enabled")
        told = {"en": "Answers read: done", "kk": "Жауаптар оқылды: дайын", "ru": "Ответы прочитаны: готово"}
        ended = {"en": "The run stopped", "kk": "Есептеу тоқтады", "ru": "Расчёт остановлен"}
        refused = {
            "en": "reports/report.html: A folder stands",
            "kk": "орнында қалта тұр",
            "ru": "стоит папка",
        }
        for language, page in pages.items():
            page.wait_for_selector(f"#bars >> text={told[language]}", timeout=PATIENCE)
            page.wait_for_selector(f"#bars pre >> text={ended[language]}", timeout=PATIENCE)
            lines = page.inner_text("#bars pre")
            assert refused[language] in lines
            assert "specification_curve" not in lines
            assert str(drafted.folder) not in lines
            others = {one for key in told if key != language for one in (told[key], ended[key])}
            assert not [one for one in others if one in lines]


def at_work(folder: Path) -> bool:
    """Whether a process of a run of a folder is there."""
    found = subprocess.run(["pgrep", "-f", f"run {folder}$"], capture_output=True, check=False)
    return found.returncode == 0


def begun(browser, address: str):
    page = page_at(browser, address)
    go(page, "analysis")
    page.click("#run:enabled")
    page.wait_for_selector("#bars >> text=It goes on when this page is closed")
    page.wait_for_selector("#bars progress[max]", timeout=PATIENCE)
    return page


def test_a_run_goes_on_without_a_page_and_ends_with_the_studio_which_asks_before(browser, drafted):
    with studio_at_work(drafted.folder) as (address, process):
        begun(browser, address).close()
        assert at_work(drafted.folder)
        page = page_at(browser, address)
        go(page, "analysis")
        page.wait_for_selector("#bars >> text=The analysis is at work")
        page.click("#end")
        page.wait_for_selector("#asked >> text=is stopped when the studio is ended")
        page.click("#go_on")
        page.wait_for_selector("#asked >> text=is stopped", state="detached")
        assert at_work(drafted.folder)
        page.click("#end")
        page.click("#end_anyhow")
        page.wait_for_selector("h1:text-is('The studio is closed.')")
        assert page.is_visible("#closed >> text=it goes on where it was")
        assert process.wait(90) == 0
        assert "The analysis is stopped with the studio" in process.stdout.read()
        assert not at_work(drafted.folder)


@pytest.mark.parametrize("ask", [signal.SIGINT, signal.SIGHUP])
def test_a_run_ends_with_the_terminal_of_its_studio_which_says_so(browser, drafted, ask):
    with studio_at_work(drafted.folder) as (address, process):
        page = begun(browser, address)
        process.send_signal(ask)
        assert process.wait(90) == 128 + ask
        assert "The analysis is stopped with the studio; run it again" in process.stdout.read()
        assert not at_work(drafted.folder)
        page.wait_for_selector("h1:text-is('The studio does not answer.')")
    assert Study(drafted.folder).problems() == ()
