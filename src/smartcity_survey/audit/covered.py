"""How many of a paper's printed numbers any check looks at, and how many wrong digits it would notice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from smartcity_survey.audit.case import Case
from smartcity_survey.audit.paper import Paper
from smartcity_survey.audit.seeding import seeded_changes

# Smaller changes than this share of a number are left out when the audit's power is summed up.
MEANINGFUL = 0.01


@dataclass(frozen=True, slots=True)
class Covered:
    """The numbers of one table, figure or text.

    Attributes
    ----------
    name : what readers call it. numbers : printed in it. checked : those that a check could judge.
    changes : seeded errors of one digit. noticed : those of them that a check notices.
    """

    object: str
    numbers: int
    checked: int
    changes: int = 0
    noticed: int = 0
    name: str = ""

    def called(self, name: str) -> Covered:
        """The same under the name readers know."""
        return replace(self, name=name)

    @property
    def power(self) -> float | None:
        """Share of wrong digits noticed; None where none were tried."""
        return self.noticed / self.changes if self.changes else None


def covered(paper: Paper, cases: Sequence[Case], *, with_power: bool = True) -> Iterator[Covered]:
    """One line for each table, figure or text that prints numbers."""
    judged = {
        cell for case in cases if case.judge(paper.read).consistent is not None for cell in case.addresses()
    }
    tried: dict[str, list[bool]] = defaultdict(list)
    if with_power:
        for change in seeded_changes(paper, cases):
            if change.relative_change >= MEANINGFUL:
                tried[change.object].append(change.noticed)
    for printed in paper.objects.values():
        numbers = [
            printed.address(line, column)
            for line, column in printed.cells
            if column in printed.number_columns and paper.read(printed.address(line, column)).is_number
        ]
        if numbers:
            found = tried[printed.id]
            checked = sum(number in judged for number in numbers)
            yield Covered(printed.id, len(numbers), checked, len(found), sum(found))
