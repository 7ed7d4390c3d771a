"""Reasons of the system, and what new-wave says, in the language of the study."""

from __future__ import annotations

import errno
import os
import re

import pytest

from smartcity_survey import cli, errors
from smartcity_survey.messages import translated
from smartcity_survey.study.config import Language

LATIN = re.compile(r"\b[a-z]{3,}\b")


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_reasons_of_the_system_are_said_in_the_language(language: Language) -> None:
    for number in errors._REASONS:
        reason = errors.reason_of(OSError(number, os.strerror(number)))
        for sentence in ("cannot be opened ({}).", "it cannot be written ({}).", "it cannot be read ({})."):
            said = translated(sentence.format(reason), language)
            assert not LATIN.search(said), said
    assert errors.reason_of(OSError("odd")) == "odd"


@pytest.mark.parametrize(
    ("language", "said"), [("ru", "на диске нет места"), ("kk", "дискіде орын қалмаған")]
)
def test_a_full_disk_is_told_in_the_language(
    language: Language, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "reports/x.csv")

    monkeypatch.setattr(cli, "app", full)
    monkeypatch.setattr(cli.SPEECH, "asked", language)
    with pytest.raises(SystemExit):
        cli.main()
    told = capsys.readouterr().err
    assert told.startswith("reports/x.csv: ")
    assert said in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize(
    "english",
    [
        "Several answers are possible to 'Q': 3 answers in the column 'Q6', parted by ','. They are counted, "
        "and measure nothing.",
        "Several answers are possible to 'Q': 3 answers in 3 columns of yes and no. They are counted, and "
        "measure nothing.",
        "Line 4 is no questionnaire: a second row of headers.",
        "s.csv: numbers are read without the units behind them: 'x' (3).",
        "s.csv: 7: 3 questionnaires with none of the answers chosen, 1 questionnaire without an answer to "
        "it.",
        "The answers are in the largest table of the page; not read: '1' (2).",
        "Column '1' is left out: all answers are the same ('2').",
        "Column '1' is left out: '75%' stands beside '0.5'; write all one way in the file.",
        "Column '1' marks 2 questionnaires as not finished (empty): the cleaning rule `marked` excludes "
        "them. To keep them, take the column out of `data.marked`.",
    ],
)
def test_what_new_wave_says_has_no_english_left(english: str, language: Language) -> None:
    said = re.sub(r"'[^']*'|`[^`]*`|s\.csv", "", translated(english, language))
    assert not LATIN.search(said), said
