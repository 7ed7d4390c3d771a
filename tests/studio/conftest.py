"""Studies drafted from forms, and the studio at work on one."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from smartcity_survey.new_wave.start import start_new_wave
from smartcity_survey.studio.documents import Study
from tests.new_wave.tools.tools_of_forms import google_words
from tests.report.test_browser import CHROMIUM, FLAGS

PACKAGE = "smartcity_survey"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM:
        pytest.skip("needs Chromium (Debian: chromium)")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield started
        started.close()


def page_at(browser: Any, address: str, width: int = 1280) -> Any:
    page = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True).new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.wait_for_selector("#state", state="attached")
    return page


def go(page: Any, step: str) -> None:
    page.click(f"[data-value={step}]")


@pytest.fixture
def drafted(tmp_path: Path) -> Study:
    """A study of three constructs, drafted from an export of Google Forms."""
    survey = tmp_path / "form.csv"
    survey.write_bytes(google_words())
    folder = tmp_path / "study"
    start_new_wave(folder, survey)
    return Study(folder)


@contextmanager
def open_studio(folder: Path, first: str = "") -> Iterator[str]:
    """The address of a studio that serves a folder.

    first : code that its process runs before it.
    """
    with studio_at_work(folder, first) as (address, _):
        yield address


@contextmanager
def studio_at_work(folder: Path, first: str = "") -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Address and process of a studio that serves a folder."""
    start = ["-c", f"{first}\nfrom smartcity_survey.cli import main\nmain()"] if first else ["-m", PACKAGE]
    command = [sys.executable, *start, "--language", "en", "studio", str(folder), "--no-browser"]
    with tempfile.TemporaryFile("w+") as said:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process:
            try:
                assert process.stdout is not None
                found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", process.stdout.readline())
                assert found, "the studio printed no address"
                yield found[0], process
            finally:
                process.terminate()
        said.seek(0)
        assert "Traceback" not in (told := said.read()), told
