"""The studio: a page on this computer in place of a terminal (needs the extra `studio`).

    documents -> edits -> steps -> page -> serve

Nothing lives in the page alone. Every change is an edit of the study's `config.yaml` or `codebook.yaml`, the
files that the command line reads; a page that is opened again, or a second one, shows what stands there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from smartcity_survey.errors import SurveyError


def open_studio(folder: Path, port: int, tell: Callable[[str], None], *, browser: bool) -> None:
    """Serve the page of a study's folder, as `serve.serve` does.

    Raises
    ------
    SurveyError
        where the extra `studio` is not installed.
    """
    try:
        from smartcity_survey.studio.serve import serve
    except ModuleNotFoundError as error:
        raise SurveyError(
            "smartcity-survey studio",
            f"the package {error.name} is missing.",
            'Install the extra: pip install "smartcity_survey[studio]"',
        ) from error
    serve(folder, port, tell, browser=browser)
