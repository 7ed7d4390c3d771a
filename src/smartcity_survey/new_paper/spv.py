"""Output files of SPSS (.spv), read through PSPP's own converter where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from smartcity_survey.errors import SurveyError
from smartcity_survey.new_paper.document import Document
from smartcity_survey.new_paper.web import read_web

CONVERTER = "pspp-output"
"""Comes with PSPP 1.4 or later; no library for Python reads these files."""
# A file of a thousand tables takes it a few seconds.
_SECONDS = 120


def read_spv(file: Path) -> Document:
    """Read an .spv as the page that `pspp-output convert` makes of it.

    Raises
    ------
    SurveyError
        where the converter is not installed, or cannot read the file.
    """
    converter = shutil.which(CONVERTER)
    if converter is None:
        raise SurveyError(
            str(file),
            "output files of SPSS are read through `pspp-output`, which is not installed.",
            "Install PSPP (on Debian and Ubuntu `apt install pspp`), or export it from SPSS as .xlsx.",
        )
    with TemporaryDirectory() as folder:
        page = Path(folder) / "output.html"
        try:
            finished = subprocess.run(
                [converter, "convert", str(file.resolve()), str(page)],
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
            converted = finished.returncode == 0 and page.is_file()
        except (OSError, subprocess.TimeoutExpired):
            converted = False
        if not converted:
            raise SurveyError(
                str(file),
                "PSPP cannot read it as an output file of SPSS.",
                "Export the output from SPSS as .xlsx, and give that.",
            )
        return read_web(page)
