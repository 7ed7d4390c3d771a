"""Names of files are UTF-8 whatever encoding the machine's language has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.locales import locale_environment
from tests.workflow.test_nothing_lost import write_study


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has names of its own encoding")
def test_cyrillic_names_are_found_under_an_older_encoding(tmp_path: Path) -> None:
    spoken = locale_environment("ru_RU.CP1251", tmp_path / "locales")
    if spoken is None:
        pytest.skip("this machine has no locale ru_RU.CP1251 (Debian: package locales)")
    folder = tmp_path / "ещё одна «папка»"
    write_study(folder)
    checked = subprocess.run(
        [sys.executable, "-m", "smartcity_survey.cli", "check", str(folder)],
        env=os.environ | spoken,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "жауаптар 1.csv: 40 questionnaires" in checked.stdout
