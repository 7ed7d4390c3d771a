"""Slips of one key: would a lost sign, two swapped digits or one wrong digit explain a difference?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from smartcity_survey.audit.address import Term
from smartcity_survey.audit.case import Case
from smartcity_survey.audit.checks.arithmetic import repeated_value
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.printed import column_of_address
from smartcity_survey.audit.reported import Reported

# What is never below zero can have lost no minus.
_NEVER_NEGATIVE = frozenset(
    [
        "n",
        "sd",
        "std_error",
        "se_mean",
        "p",
        "df",
        "df1",
        "df2",
        "f",
        "vif",
        "tolerance",
        "percent",
        "variance",
    ]
)
_NUMBER = re.compile(r"^(?P<sign>[-−–]?)(?P<digits>[\d.,]+)(?P<rest>.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Slip:
    """A printed number that one stroke of a key turns into what the others agree with.

    Attributes
    ----------
    address : the cell.
    printed, meant : as it stands, and as it would agree.
    settled : how many differences it settles.
    """

    address: str
    printed: str
    meant: str
    settled: int


def edits(text: str, decimal: str = ".") -> Iterator[tuple[str, int]]:
    """Texts one stroke away, and how many differences each must settle to be believed.

    A lost or added sign, swapped neighbours and a lost decimal point are known kinds of slip. One wrong
    digit could explain nearly any single difference, so it must settle two.
    """
    match = _NUMBER.match(text)
    if match is None:
        return
    sign, digits, rest = match["sign"], match["digits"], match["rest"]
    yield f"{'' if sign else '-'}{digits}{rest}", 1
    for i in range(len(digits) - 1):
        first, second = digits[i], digits[i + 1]
        if first != second and (first + second).isdigit():
            yield f"{sign}{digits[:i]}{second}{first}{digits[i + 2 :]}{rest}", 1
    if digits.isdigit():
        for i in range(len(digits)):
            yield f"{sign}{digits[:i] or '0'}{decimal}{digits[i:]}{rest}", 1
    for i, digit in enumerate(digits):
        if digit.isdigit():
            for other in "0123456789".replace(digit, ""):
                yield f"{sign}{digits[:i]}{other}{digits[i + 1 :]}{rest}", 2


def find_slip(paper: Paper, failing: Case, touching: Mapping[str, Sequence[Case]]) -> Slip | None:
    """The slip that settles a failing case and the most other differences with it, if there is one.

    Parameters
    ----------
    failing : an inconsistent case.
    touching : address to the cases that look at it.
    """
    best: Slip | None = None
    for address in failing.addresses():
        cases, printed = touching[address], paper.cells[address]
        before = [case.judge(paper.read).consistent for case in cases]
        unsigned = address in paper.counts or column_of_address(address) in _NEVER_NEGATIVE
        for meant, needed in edits(printed, paper.decimal):
            if unsigned and meant.startswith("-"):
                continue
            edited = paper.read_text(address, meant)

            def read(term: Term, address: str = address, edited: Reported = edited) -> Reported:
                return edited if term == address else paper.read(term)

            if not edited.is_number or failing.judge(read).consistent is not True:
                continue
            settled = _settled(cases, before, read)
            if settled >= needed and (best is None or settled > best.settled):
                best = Slip(address, printed, meant, settled)
    return best


def _settled(cases: Sequence[Case], before: Sequence[bool | None], read: Callable[[Term], Reported]) -> int:
    """Differences settled; none where others arise. A copy of a slip may disagree with its correction."""
    settled = 0
    for case, consistent in zip(cases, before, strict=True):
        now = case.judge(read).consistent
        if now is False and consistent is not False and case.check is not repeated_value:
            return 0
        settled += consistent is False and now is not False
    return settled
