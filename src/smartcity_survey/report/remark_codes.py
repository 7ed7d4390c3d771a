"""Which sentences of a line are said, and in which form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from smartcity_survey.io import split_names
from smartcity_survey.stages.evidence.verdict_sheet import AGREEING

WITH_BAYES_FACTOR = ("effect", "effect_against_claim")
"""Answers that a Bayes factor takes part in, where there is one."""


def remark_codes(line: Mapping[str, Any], remarks: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Column, code and key of the wording of each sentence of a line.

    An answer to which no Bayes factor has contributed (weighted or clustered answers have none) does not say
    that one agrees. What a verdict hinges on is not said where nearly all specifications come to the same.
    """
    for column in remarks:
        for code in split_names(line.get(column, "")):
            if column == "hinges_on" and not _wavers(line):
                continue
            yield column, code, f"{code}_without_bayes" if _without_bayes(line, column, code) else code


def _without_bayes(line: Mapping[str, Any], column: str, code: str) -> bool:
    evidence = line.get("evidence")
    return column == "answer" and code in WITH_BAYES_FACTOR and not (isinstance(evidence, str) and evidence)


def _wavers(line: Mapping[str, Any]) -> bool:
    """Whether more than a few specifications come to another verdict than the others.

    The verdict sheet, which knows the verdict that they are held against, has decided that already.
    """
    share = line.get("share_confirmed")
    if "share_agreeing" in line or not isinstance(share, float):
        return True
    return 1 - AGREEING < share < AGREEING
