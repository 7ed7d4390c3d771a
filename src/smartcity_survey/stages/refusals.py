"""What a stage could not compute: empty cells and the reason, so that nothing secondary ends a run."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

import pandas as pd

from smartcity_survey.errors import Category, NoSolution, Problem, counted
from smartcity_survey.io import AT_FAULT, REFUSED, WHOLE, Card, StageResult, join_names
from smartcity_survey.stages.naming import naming
from smartcity_survey.study.model import Model

UNASKED = ("no_paths", "one_construct", "no_moderated_chain", "no_curve")
"""Reasons that lie in the model: it asks for no such thing."""
SOLVED = ("compared", "converged", "heywood")
"""What `status` says of a line that has a solution; else it is the reason why there is none."""
P = ParamSpec("P")
T = TypeVar("T")


class Refusals:
    """Parts of a stage that have no solution, with the reason of each; the other parts stand.

    Parameters
    ----------
    items, constructs : names of the columns and constructs that the parts are computed from.
    """

    def __init__(self, items: Sequence[str] = (), constructs: Sequence[str] = ()) -> None:
        self._items, self._constructs = items, constructs
        self._found: list[dict[str, Any]] = []

    def attempt(
        self,
        part: str,
        compute: Callable[[], T],
        *,
        items: Sequence[str] | None = None,
        of: str = "",
        also: Sequence[str] = (),
    ) -> T | None:
        """What `compute` returns; None where it has no solution, whose reason is noted.

        Parameters
        ----------
        part : a code for what is computed, which reports put into words.
        items : names of this part's columns, where they are not those of the stage.
        of : the construct that the part is about, where there is one for each; it is named first.
        also : parts that begin where this one ends, so that they have none either.
        """
        try:
            with naming(self._items if items is None else items, part, self._constructs):
                return compute()
        except NoSolution as error:
            for each in (part, *also):
                self.note(each, error, of)
            return None

    def note(self, part: str, error: NoSolution, of: str = "") -> None:
        """Keep the reason why a part has no solution; the same is kept once."""
        line = _told(part, error, of)
        if line not in self._found:
            self._found.append(line)
            _log(error)

    def card(self, *others: Refusals) -> Card:
        """The line of an estimator card that tells these and other refusals; nothing where there are none."""
        found = [line for refusals in (self, *others) for line in refusals._found]
        return {REFUSED: found} if found else {}


def takes_no_weights(what: str) -> NoSolution:
    """Why something that would count all respondents alike is left empty in a weighted study."""
    problem = Problem(
        what,
        "it takes no sampling weights, so it is left empty.",
        "Leave out `data.weight` and `weighting.margins` to see it of unweighted answers.",
    )
    return NoSolution("no_weights", (), [problem])


def takes_no_clusters(what: str) -> NoSolution:
    """Why something that takes respondents for independent is left empty in a study with clusters."""
    problem = Problem(
        what,
        "it takes no clusters, so it is left empty.",
        "Leave out `data.cluster` to see it of respondents as if they were independent.",
    )
    return NoSolution("no_clusters", (), [problem])


def require_paths(model: Model, place: str) -> None:
    """Refuse, with a NoSolution, what is about paths in a study of measurement alone."""
    if not model.paths:
        problem = Problem(place, "the model has no paths.", "Name some under `model.paths`.")
        raise NoSolution("no_paths", (), [problem])


def require_several(model: Model, place: str) -> None:
    """Refuse, with a NoSolution, what holds constructs against one another where there is one."""
    if len(model.constructs) < 2:
        problem = Problem(place, "the model has one construct.", "This is about two or more.")
        raise NoSolution("one_construct", (), [problem])


def require_scales(model: Model, place: str) -> None:
    """Refuse, with a NoSolution, what holds constructs of several items against one another."""
    require_several(model, place)
    if len(model.constructs) - len(model.single) < 2:
        problem = Problem(
            place,
            "fewer than two constructs have two items or more.",
            "Take it out: single items are left out of it.",
        )
        raise NoSolution("few_scales", (), [problem])


def require_items(model: Model, place: str, fewest: int) -> None:
    """Refuse, with a NoSolution, what is about constructs of many items where there is none."""
    if all(len(construct.items) < fewest for construct in model.constructs):
        problem = Problem(
            place,
            f"no construct has {counted(fewest, 'item')} or more.",
            "Take it out: nothing can be computed of fewer.",
        )
        raise NoSolution("few_items", (), [problem])


class Unsolved(UserWarning):
    """What had no solution, in full and with the remedy; a run's log keeps it."""


def _log(error: NoSolution) -> None:
    warnings.warn(str(error), Unsolved, stacklevel=3)


def reason(error: NoSolution, of: str = "") -> dict[str, str]:
    """Cells that tell why something has no solution, and the items and constructs at fault, `of` first."""
    names = [name for name in error.names if not isinstance(name, Category)]
    return {"reason": error.reason, AT_FAULT: join_names(dict.fromkeys([of, *names] if of else names))}


def _told(part: str, error: NoSolution, of: str = "") -> dict[str, Any]:
    """An entry of `refused` in a card."""
    answers = [name for name in error.names if isinstance(name, Category)]
    categories = [{"variable": answer.variable, "answer": answer.answer} for answer in answers]
    return {"part": part, **reason(error, of), **({"categories": categories} if categories else {})}


def without_lines(card: Card, why: str, part: str = WHOLE, names: str = "") -> Card:
    """The card of a table without lines, with the reason.

    why : a code, as reports put it into words. part : `WHOLE`, or `NONE_FOUND` where all was computed.
    names : of what is at fault, as `join_names` writes them.
    """
    told = card.get(REFUSED, [])
    before = told if isinstance(told, list) else []
    line = {"part": part, "reason": why, AT_FAULT: names}
    return card if line in before else {**card, REFUSED: [*before, line]}


def by_status(
    tables: Mapping[str, pd.DataFrame], cards: Mapping[str, Card], beside: pd.DataFrame
) -> dict[str, Card]:
    """The cards; those of tables without lines have the reasons that a table beside them lists.

    beside : columns `status`, and `at_fault` where names are told.
    """
    found = dict(cards)
    names = beside[AT_FAULT] if AT_FAULT in beside else pd.Series("", beside.index)
    lines = [
        (str(status), at_fault if isinstance(at_fault, str) else "")
        for status, at_fault in zip(beside["status"], names, strict=True)
        if status not in SOLVED
    ]
    for name, table in tables.items():
        if not len(table):
            for why, at_fault in lines:
                found[name] = without_lines(found[name], why, names=at_fault)
    return found


def refused(
    tables: Iterable[str],
    error: NoSolution,
    private: Mapping[str, Sequence[str]] = MappingProxyType({}),
    card: Card = MappingProxyType({}),
) -> StageResult:
    """Empty tables, their cards with the reason; `private` as in `empty_without_solution`."""
    _log(error)
    told: Card = {**card, REFUSED: [_told(WHOLE, error)]}
    return StageResult(
        tables={name: pd.DataFrame() for name in tables},
        cards=dict.fromkeys(tables, told),
        private={name: pd.DataFrame(columns=list(columns)) for name, columns in private.items()},
    )


def empty_without_solution(
    *tables: str, private: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Callable[[Callable[P, StageResult]], Callable[P, StageResult]]:
    """A stage whose tables are empty, with the reason in their cards, where the answers admit no solution.

    Parameters
    ----------
    tables : all that the stage makes of every study.
    private : the respondent-level frames it makes, with the columns that other stages look for.
    """

    def decorate(stage: Callable[P, StageResult]) -> Callable[P, StageResult]:
        @wraps(stage)
        def run(*given: P.args, **named: P.kwargs) -> StageResult:
            try:
                return stage(*given, **named)
            except NoSolution as error:
                return refused(tables, error, private)

        return run

    return decorate
