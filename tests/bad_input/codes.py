"""Codes that must be refused: booleans and dates, and answers that mean no answer."""

from __future__ import annotations

from datetime import date

from .configs import other_wave
from .harness import Case, both, file, setting

CASES = (
    Case(
        "a bare No that means no answer",
        setting("config", "data", "missing_codes", to=[False, "NA"]),
        "config.yaml, data.missing_codes",
        "found the boolean false, which is how yaml reads No",
        "a word goes in quotes: 'No'",
    ),
    Case(
        "a date that means no answer",
        setting("config", "data", "missing_codes", to=[date(1900, 1, 1)]),
        "config.yaml, data.missing_codes.0",
        "found the date 1900-01-01",
        "put it in quotes",
    ),
    Case(
        "a bare yes for a number",
        setting("config", "seed", to=True),
        "config.yaml, seed",
        "found the boolean true",
        "Write a number",
    ),
    Case(
        "an answer that means no answer",
        setting("config", "data", "missing_codes", to=[5]),
        "config.yaml, data.missing_codes",
        "5 means no answer, but is an answer on the scale from 1 to 5 of T1, T2, T3, U1, U2 and 1 more",
        "Take it out of `missing_codes`",
    ),
    Case(
        "an answer in quotes that means no answer",
        setting("config", "data", "missing_codes", to=["5"]),
        "config.yaml, data.missing_codes",
        "5 means no answer, but is an answer on the scale from 1 to 5",
        "correct the codebook",
    ),
    Case(
        "a category that means no answer",
        both(
            setting("config", "data", "missing_codes", to=[9]),
            setting(
                "codebook", "demographics", "city", "categories", to={1: "North", 2: "South", 9: "Other"}
            ),
        ),
        "config.yaml, data.missing_codes",
        "9 means no answer, but is a category of city",
        "Take it out of `missing_codes`",
    ),
    Case(
        "the wording of an answer that means no answer",
        setting("config", "data", "missing_codes", to=["NO"]),
        "config.yaml, data.missing_codes",
        "'no' means no answer, but is the wording of an answer to T1, T2, T3, U1, U2 and 1 more",
        "Take it out of `missing_codes`",
    ),
    Case(
        "an answer that means no answer in another wave",
        both(
            other_wave(lambda answers: answers),
            setting("config", "waves", "2026", "missing_codes", to=[99, 1]),
        ),
        "config.yaml, waves.2026.missing_codes",
        "1 means no answer, but is an answer on the scale from 1 to 5",
        "Take it out of `missing_codes`",
    ),
    Case(
        "a code with a zero in front",
        file("codebook.yaml", b"scale:\n  minimum: 1\n  maximum: 010\n"),
        "codebook.yaml, line 3",
        "`010` is another number than it seems",
        "Mend the line",
    ),
    Case(
        "a time for a code",
        file("config.yaml", b"data:\n  missing_codes: [12:30]\n"),
        "config.yaml, line 2",
        "`12:30` is another number than it seems",
        "Mend the line",
    ),
)
