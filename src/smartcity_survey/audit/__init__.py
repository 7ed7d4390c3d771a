"""The audit of printed numbers: what a paper says, checked against itself.

>>> from smartcity_survey import audit
>>> audit.run(Path("data/published"))          # doctest: +SKIP

Functions import what they need themselves: whoever only reads a paper's numbers does not load every check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

COLUMNS = [
    "check",
    "place",
    "printed",
    "expected",
    "consistent",
    "severity",
    "explanation",
    "basis",
    "units",
]

WORDS = ["place", "printed", "expected", "explanation"]
"""Columns that are in words."""

__all__ = ["COLUMNS", "WORDS", "coverage", "in_languages", "power", "run", "seeded"]


def run(path: Path | str, language: str = "en") -> pd.DataFrame:
    """Audit a paper.

    Parameters
    ----------
    path : its `paper.yaml`, or the folder that holds it.
    language : of the explanations: en, ru or kk.

    Returns
    -------
    pd.DataFrame
        one row per check that was made, the gravest first, and one for each contradiction: `check, place,
        printed, expected, consistent, severity, explanation, basis, units`. `consistent` is True, False or
        missing (not testable); `severity` is one of `Severity`, empty where all is well; `basis` is `claim`
        where a person judged what the text says, else `arithmetic`; `units` is how far the printed number is
        from the nearest possible one, in units of its last digit.

    Raises
    ------
    SurveyError
        where the paper's files cannot be read or an address in them leads nowhere.
    """
    return _judged(path, [language])[0]


def _judged(
    path: Path | str, languages: Sequence[str], names: Mapping[str, Mapping[str, str]] | None = None
) -> list[pd.DataFrame]:
    """What `run` returns, in several languages: the paper is judged once."""
    from smartcity_survey.audit.findings import audit_cases
    from smartcity_survey.audit.messages import Wording
    from smartcity_survey.audit.outcome import line_of
    from smartcity_survey.audit.paper import read_paper
    from smartcity_survey.audit.plan import settled

    paper, cases = settled(read_paper(Path(path)))
    findings = audit_cases(paper, cases)
    frames = []
    for language in languages:
        wording = Wording(paper, language, names[language] if names else None)
        rows = [
            (
                line.check,
                line.place,
                line.printed,
                line.expected,
                line.consistent,
                line.severity.value,
                line.explanation,
                "claim" if line.is_claim else "arithmetic",
                line.units,
            )
            for line in (line_of(wording, finding) for finding in findings)
        ]
        frames.append(pd.DataFrame(rows, columns=COLUMNS).astype({"consistent": "boolean", "units": float}))
    return frames


def in_languages(path: Path | str, names: Mapping[str, Mapping[str, str]] | None = None) -> pd.DataFrame:
    """Audit a paper in every language at once.

    Parameters
    ----------
    names : language -> what the study calls the lines of printed tables; see `Wording`.

    Returns
    -------
    pd.DataFrame
        as `run`, but columns in words stand once for each language: `explanation_en`, `explanation_ru` ...
    """
    from smartcity_survey.audit.messages import LANGUAGES

    found = _judged(path, LANGUAGES, names)
    in_words = (
        frame[WORDS].add_suffix(f"_{language}") for language, frame in zip(LANGUAGES, found, strict=True)
    )
    return pd.concat([found[0].drop(columns=WORDS), *in_words], axis=1)


def seeded(path: Path | str) -> pd.DataFrame:
    """Change every printed digit in turn and see whether the audit notices; see `seeded_errors`."""
    from smartcity_survey.audit.paper import read_paper
    from smartcity_survey.audit.plan import settled
    from smartcity_survey.audit.seeding import seeded_errors

    return seeded_errors(*settled(read_paper(Path(path))))


def coverage(path: Path | str) -> pd.DataFrame:
    """How many printed numbers take part in a check, by table.

    Returns
    -------
    pd.DataFrame
        one row per table, figure or text, and `all` at the end: `object, n_numbers, n_checked`.
    """
    from smartcity_survey.audit.covered import covered
    from smartcity_survey.audit.paper import read_paper
    from smartcity_survey.audit.plan import settled

    rows = [
        (one.object, one.numbers, one.checked)
        for one in covered(*settled(read_paper(Path(path))), with_power=False)
    ]
    rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    return pd.DataFrame(rows, columns=["object", "n_numbers", "n_checked"])


def power(path: Path | str) -> pd.DataFrame:
    """How many wrong digits the audit would notice, by table.

    Returns
    -------
    pd.DataFrame
        one row per table, figure or text, and `all` at the end: `object, n_numbers, n_changes,
        share_noticed`, over changes of one digit that move a number by at least a hundredth of its size.
    """
    from smartcity_survey.audit.covered import MEANINGFUL

    changes = seeded(path)
    changes = changes[changes["relative_change"] >= MEANINGFUL]
    everything = changes.assign(object="all")
    parts = [
        frame.groupby("object", sort=False)
        .agg(
            n_numbers=("address", "nunique"),
            n_changes=("noticed", "size"),
            share_noticed=("noticed", "mean"),
        )
        .reset_index()
        for frame in (changes, everything)
    ]
    return pd.concat(parts, ignore_index=True)
