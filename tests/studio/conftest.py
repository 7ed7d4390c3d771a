"""Studies drafted from forms, and the studio at work on one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smartcity_survey.new_wave.start import start_new_wave
from smartcity_survey.studio.documents import Study
from tests.new_wave.tools_of_forms import google_words


@pytest.fixture
def drafted(tmp_path: Path) -> Study:
    """A study of three constructs, drafted from an export of Google Forms."""
    survey = tmp_path / "form.csv"
    survey.write_bytes(google_words())
    folder = tmp_path / "study"
    start_new_wave(folder, survey)
    return Study(folder)


@contextmanager
def open_studio(folder: Path) -> Iterator[str]:
    """The address of a studio that serves a folder."""
    command = [
        sys.executable,
        "-m",
        "smartcity_survey",
        "--language",
        "en",
        "studio",
        str(folder),
        "--no-browser",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", process.stdout.readline())
            assert found, "the studio printed no address"
            yield found[0]
        finally:
            process.terminate()
