"""A run's check is done by its server of steps, and says what the check here says."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import NoReturn

import pytest

from smartcity_survey import check
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.workflow import forks
from smartcity_survey.workflow.check_step import check_by
from tests.workflow.test_nothing_lost import write_study

pytestmark = pytest.mark.skipif(not forks.can_fork(), reason="steps are forked on Linux alone")


Server = tuple[socket.socket, str]


def _twice(made: Server) -> tuple[Server, Server]:
    """The socket for who serves and for who asks, who are two processes."""
    return made, (socket.socket(fileno=os.dup(made[0].fileno())), made[1])


def _problems(server: Server | None, folder: Path) -> tuple[Problem, ...]:
    try:
        check_by(server, folder)
    except SurveyError as error:
        return error.problems
    return ()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    write_study(tmp_path / "зерттеу")
    return tmp_path / "зерттеу"


def _here(_: Path) -> NoReturn:
    raise AssertionError("checked here")


@pytest.mark.parametrize("wrong", [False, True])
def test_the_server_says_what_is_said_here(study: Path, monkeypatch: pytest.MonkeyPatch, wrong: bool) -> None:
    config = study / "config.yaml"
    if wrong:
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("seed:", "сид:", 1), encoding="utf-8")
    here = _problems(None, study)
    assert bool(here) == wrong
    made, own = _twice(forks.listening())
    with forks.serving(lambda: None, made=made):
        monkeypatch.setattr(check, "check_study", _here)
        assert _problems(own, study) == here


def test_nobody_waits_for_a_server_that_has_ended(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(check, "check_study", asked.append)
    check_by(forks.listening(), study)
    assert asked == [study]


def test_a_check_that_breaks_off_is_done_again_here(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that its error is told as ever."""
    made, own = _twice(forks.listening())
    monkeypatch.setattr(check, "check_study", _here)
    with forks.serving(lambda: None, made=made), pytest.raises(AssertionError, match="checked here"):
        check_by(own, study)
