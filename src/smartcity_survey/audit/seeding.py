"""How many wrong digits the audit would notice: every printed digit is changed in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

import pandas as pd

from smartcity_survey.audit.address import Term
from smartcity_survey.audit.case import Case, Judgement
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import Address
from smartcity_survey.audit.reported import Reported


def seeded_errors(paper: Paper, cases: Sequence[Case]) -> pd.DataFrame:
    """Change each digit of each printed number to each other digit and see whether a check notices.

    A change counts as noticed where a case becomes inconsistent that was not, or names an exception that it
    did not name. Cells that no case looks at are included: nothing there would be noticed.

    Returns
    -------
    pd.DataFrame
        one row per change: `object, address, printed, seeded, relative_change, noticed`; the relative
        change is to the larger of the two sizes, so it lies between 0 and 1 where the sign stays.
    """
    columns = ["object", "address", "printed", "seeded", "relative_change", "noticed"]
    return pd.DataFrame(map(astuple, seeded_changes(paper, cases)), columns=columns)


@dataclass(frozen=True, slots=True)
class Seeded:
    """One digit changed, and whether a check notices."""

    object: str
    address: str
    printed: str
    seeded: str
    relative_change: float
    noticed: bool


def seeded_changes(paper: Paper, cases: Sequence[Case]) -> Iterator[Seeded]:
    """The changes of `seeded_errors`, one by one."""
    touching: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        for address in case.addresses():
            touching[address].append(case)
    for address, printed in paper.cells.items():
        original = paper.read(address)
        if original.value is None or _is_word(paper, address):
            continue
        before = [(case, case.judge(paper.read)) for case in touching[address]]
        for seeded in changed_digits(printed):
            number = paper.read_text(address, seeded)
            if number.value is None or number.value == original.value:
                continue

            def read(term: Term, address: str = address, number: Reported = number) -> Reported:
                return number if term == address else paper.read(term)

            yield Seeded(
                address.partition(":")[0],
                address,
                printed,
                seeded,
                abs(number.value - original.value) / max(abs(number.value), abs(original.value)),
                any(_worse(case.judge(read), than, number.text, original.text) for case, than in before),
            )


def changed_digits(text: str) -> Iterator[str]:
    """The text with one digit replaced, for every digit and every other digit."""
    for i, digit in enumerate(text):
        if digit.isdigit():
            for other in "0123456789".replace(digit, ""):
                yield f"{text[:i]}{other}{text[i + 1 :]}"


def _worse(now: Judgement, than: Judgement, seeded: str, original: str) -> bool:
    if now.consistent is not False:
        return False
    # The seeded number is no new exception where the original was one already.
    named = {(name, text.replace(seeded, original)) for name, text in _exceptions(now)}
    return than.consistent is not False or not named <= _exceptions(than)


def _exceptions(judgement: Judgement) -> set[tuple[str, str]]:
    return set(judgement.details.get("exceptions", ()))


def _is_word(paper: Paper, address: str) -> bool:
    return isinstance(address, Address) and address.column in paper.objects[address.object].text_columns
