"""What `check` passes, a run finishes: held to studies drawn at random."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings

from smartcity_survey.check import check_study
from smartcity_survey.errors import SurveyError
from tests.workflow.drawn_studies import DrawnStudy, Ranges, studies
from tests.workflow.in_process import run_steps
from tests.workflow.studies.degenerate_studies import PLAIN

# Every example is a whole run: a smaller one is not searched for but where a person looks for it.
few = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
many = settings(few, max_examples=100)


def passes(folder: Path) -> bool:
    """Whether the check passes a study; a warning does not stand in the way."""
    try:
        check_study(folder)
    except SurveyError as error:
        note(f"refused: {error}")
        return False
    return True


def keeps_its_word(drawn: DrawnStudy) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        drawn.write(folder)
        if passes(folder):
            run_steps(folder)
            page = (folder / "reports" / "report.html").read_text(encoding="utf-8")
            assert "</html>" in page


@few
@given(drawn=studies(Ranges()))
def test_what_the_check_passes_a_run_finishes(drawn: DrawnStudy) -> None:
    keeps_its_word(drawn)


@pytest.mark.slow
@many
@given(drawn=studies(Ranges()))
def test_what_the_check_passes_a_run_finishes_at_length(drawn: DrawnStudy) -> None:
    keeps_its_word(drawn)


def test_the_drawn_studies_are_not_all_refused(tmp_path: Path) -> None:
    """Else the property would hold of nothing."""
    PLAIN.write(tmp_path)
    assert passes(tmp_path)
