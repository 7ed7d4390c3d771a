"""Draws of a stage that other processes may make, part by part, before the stage runs.

A stage says by a parameter that it has such draws, and by a plan which they are:

    def planned(answers: pd.DataFrame, section: GroupsSection, seed: int) -> Iterator[Unit]: ...

    @stage(...)
    def compare_groups(..., made: Annotated[Made, InParts(planned)] = nothing_made) -> StageResult: ...

The plan takes some of the stage's arguments, by their names. A part makes every n-th unit of it
(`workflow/parts.py`); the stage makes the others itself: all of them in a run without parts. So results do
not depend on parts, and where a plan leaves units out, nothing but time is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from inspect import signature
from typing import Any

from numpy.linalg import LinAlgError

from smartcity_survey.errors import NoSolution
from smartcity_survey.stages.needs import Files, Need
from smartcity_survey.stats.core.draws import Draws, Take, draws_of
from smartcity_survey.stats.core.draws import Made as Numbers
from smartcity_survey.stats.core.errors import StatisticsError

Unit = tuple[str, Callable[[], Numbers]]
"""A name that no other unit of the stage has, and what makes the unit's numbers."""
Made = Callable[[str], Numbers | None]
"""Name of a unit -> its numbers, where a part has made them."""


def nothing_made(name: str) -> Numbers | None:
    """No part has made anything."""
    return None


@dataclass(frozen=True)
class InParts(Need):
    """What parts have made of a stage's draws. plan : all that they may make."""

    plan: Callable[..., Iterable[Unit]]

    def value(self, paths: Files, options: Any) -> Made:
        return nothing_made

    def units(self, arguments: Mapping[str, Any]) -> Iterator[Unit]:
        """The plan, of a stage with these arguments."""
        yield from self.plan(**{name: arguments[name] for name in signature(self.plan).parameters})


def unit_name(draws: str, place: slice) -> str:
    """A block's name, from that of its draws."""
    return f"{draws} {place.start}"


def taken(made: Made, draws: str) -> Take:
    """How a computation takes draws of this name: from the parts, else by making them."""

    def take(own: Draws) -> None:
        own.make(lambda place: made(unit_name(draws, place)))

    return take


def units_of(draws: str, compute: Callable[..., object]) -> Iterator[Unit]:
    """The blocks of a computation's draws, under this name; none where it has no solution, as the stage says.

    compute : takes its draws by its argument `take`.
    """
    with suppress(NoSolution, StatisticsError, LinAlgError):
        for own in draws_of(lambda take: compute(take=take)):
            for place in own.blocks:
                yield unit_name(draws, place), partial(own.block, place)
