"""Numbers of tables and figures: those of the paper where it has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from smartcity_survey.report.contents import Entry
from smartcity_survey.report.wording import Wording

PrintedNumbers = Mapping[tuple[str, str], int]
"""(`table` or `figure`, topic) -> the number the paper printed over it."""


def printed_numbers(published: str | Path | None) -> dict[tuple[str, str], int]:
    """What the paper's own tables and figures show, from `paper.yaml`; empty where a study has no paper."""
    if published is None:
        return {}
    paper = yaml.safe_load((Path(published) / "paper.yaml").read_text(encoding="utf-8"))
    return {
        (entry["kind"], topic): entry["number"]
        for entry in paper["objects"].values()
        for topic in entry.get("shows", ())
    }


def number_entries(entries: Sequence[Entry], printed: PrintedNumbers, wording: Wording) -> dict[Entry, str]:
    """`Table 12`, `Figure 6`, `Table S3` for each entry.

    Entries that share a printed number are told apart by letters (16a, 16b). What the paper did not print is
    numbered apart (S1, S2, ...); a study without a paper counts from 1.
    """
    numbers = {entry: printed.get((entry.kind, entry.topic)) for entry in entries}
    shared = Counter((entry.kind, number) for entry, number in numbers.items() if number)
    used: Counter[tuple[str, int]] = Counter()
    own: Counter[str] = Counter()
    named = {}
    for entry, number in numbers.items():
        if number:
            key = entry.kind, number
            used[key] += 1
            text = f"{number}{'abcdefgh'[used[key] - 1]}" if shared[key] > 1 else str(number)
        else:
            own[entry.kind] += 1
            text = str(own[entry.kind])
            text = wording.fill("page.supplement", number=text) if printed else text
        named[entry] = wording.fill(f"page.{entry.kind}", number=text)
    return named
