"""A survey from nothing but the printed tables, once more."""

import pytest

from tests.conftest import REPOSITORY

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("numba", reason="the extra `reconstruct` is not installed")

from smartcity_survey.data.clean import clean_responses
from smartcity_survey.data.read import read_survey
from smartcity_survey.reconstruct.printed_study import read_study
from smartcity_survey.reconstruct.study import run
from tests.reconstruct.printed_numbers import missed

CONFIG = REPOSITORY / "config.yaml"


@pytest.mark.slow
def test_the_program_makes_a_survey_that_gives_every_printed_number(tmp_path):
    """Which survey, the processor's last digits decide; that it gives them is recomputed here."""
    assert run(CONFIG, tmp_path, progress=lambda _: None) == ()
    study = read_study(CONFIG)
    responses = read_survey(tmp_path / "survey_reconstructed.csv", study.codebook, study.config.data)
    assert len(responses.answers) == 1000
    answers = clean_responses(responses.answers, study.codebook, study.config.cleaning).answers
    assert len(answers) == 676
    assert missed(study, answers) == set()
