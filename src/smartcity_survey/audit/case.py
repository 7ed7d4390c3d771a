"""Checks as pure functions of one case, and what they conclude."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from smartcity_survey.audit.address import Term
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.printed import Address
from smartcity_survey.audit.reported import Reported

_CONVENTIONS = Path(__file__).parent / "conventions.yaml"
# Numbers whose sign says which way an effect goes.
_ESTIMATES = frozenset({"b", "beta", "estimate"})
# A p of .01 is a number like any other; .001 and .0001 are where tables stop.
_FLOOR_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a check concludes about one case.

    Attributes
    ----------
    consistent : None where the numbers cannot tell.
    expected : what the other numbers allow; text where it is no interval.
    reason : sentence to use instead of the usual one for this outcome.
    details : words for that sentence.
    decisive : the conclusion drawn from the number would be another.
    slip : a slip of the pen is evident without a search for one.
    printed : what is printed, where the case has no number of its own.
    note : all is well, and yet readers should know it.
    unread : something that was entered takes part in no check; `reason` says what.
    """

    consistent: bool | None
    expected: Interval | str = ""
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    decisive: bool = False
    slip: bool = False
    printed: str = ""
    note: bool = False
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A named pure function from the printed numbers of one case to a judgement.

    Attributes
    ----------
    name : its name in `audit.csv` and in the locale files.
    judge : takes `Reported` (or tuples of them) by role, and options by name.
    roles : the roles it needs.
    target : the role whose printed number is judged.
    arithmetic : the numbers are bound by arithmetic, so a slip of one key may explain a difference.
    needs_numbers : none of its roles may hold words.
    """

    name: str
    judge: Callable[..., Judgement]
    roles: tuple[str, ...]
    target: str
    arithmetic: bool
    needs_numbers: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """One application of a check.

    Attributes
    ----------
    check : what is checked.
    roles : role to the address (or addresses, or constants) of its numbers.
    options : words the check needs besides numbers.
    place : where it stands, if not where the target stands.
    says : what the text says about it.
    bears_on : conclusions that fall with it.
    """

    check: Check
    roles: Mapping[str, Term | tuple[Term, ...]]
    options: Mapping[str, Any] = field(default_factory=dict)
    place: str = ""
    says: str | Mapping[str, str] = ""
    bears_on: tuple[str, ...] = ()

    def terms(self, role: str) -> tuple[Term, ...]:
        """Addresses and constants in a role."""
        terms = self.roles.get(role, ())
        return terms if isinstance(terms, tuple) else (terms,)

    def addresses(self) -> tuple[str, ...]:
        """Every printed cell the case looks at, the judged ones first."""
        ordered = sorted(self.roles, key=lambda role: role != self.check.target)
        found = (term for role in ordered for term in self.terms(role))
        return tuple(dict.fromkeys(term for term in found if isinstance(term, str)))

    def cells(self) -> tuple[Address, ...]:
        """Every printed cell the case looks at, with its table, line and column."""
        return tuple(address for address in self.addresses() if isinstance(address, Address))

    def judge(self, read: Callable[[Term], Reported]) -> Judgement:
        """Apply the check to the numbers as `read`; one divided by a printed 0 tells nothing.

        Neither do words where a number is needed; `audit.unread` names them.
        """
        numbers = {
            role: tuple(map(read, terms)) if isinstance(terms, tuple) else read(terms)
            for role, terms in self.roles.items()
        }
        if self.check.needs_numbers and not all(map(_readable, numbers.values())):
            return Judgement(None, reason="no_number")
        try:
            with np.errstate(all="ignore"):
                return self.check.judge(**numbers, **self.options)
        except ZeroDivisionError:
            return Judgement(None, reason="divided_by_zero")
        except (ArithmeticError, ValueError):
            return Judgement(None, reason="no_value")


# From keys of a relation or claim to its cases; called with the paper and where the relation stands.
Planner = Callable[..., Iterator[Case]]


def check(
    target: str, *, arithmetic: bool = False, needs_numbers: bool = True
) -> Callable[[Callable[..., Judgement]], Check]:
    """Make a check of a function that judges; its name and parameters are the check's name and roles."""

    def decorate(judge: Callable[..., Judgement]) -> Check:
        roles = tuple(inspect.signature(judge).parameters)
        return Check(_name(judge), judge, roles, target, arithmetic, needs_numbers)

    return decorate


def identity(target: str, *, decides: bool = False) -> Callable[[Callable[..., Interval]], Check]:
    """Make a check of a formula for what the number in role `target` can be.

    The parameters of the formula are the roles it is computed from, as intervals (or tuples of them). The
    printed number is consistent where its interval meets the formula's. With `decides`, a printed number on
    the other side of the role `alpha` changes a conclusion, as does one on the other side of its conventional
    limit, or an estimate of the other sign.
    """

    def decorate(formula: Callable[..., Interval]) -> Check:
        inputs = tuple(inspect.signature(formula).parameters)
        roles = tuple(dict.fromkeys((target, *inputs, *(("alpha",) if decides else ()))))

        def judge(**numbers: Any) -> Judgement:
            printed = numbers[target].interval
            expected = formula(**{role: _intervals(numbers[role]) for role in inputs})
            if expected.meets(printed):
                return Judgement(True, expected)
            if decides and _is_floor(numbers[target]) and expected.below(printed):
                return Judgement(True, expected, reason="floor", note=True)
            limits = [numbers["alpha"].interval] if decides else []
            limits += [Interval.exactly(limit) for role, limit in _conventions().items() if role == target]
            limits += [Interval.exactly(0.0)] if target in _ESTIMATES else []
            sides = [{_side(printed, limit), _side(expected, limit)} for limit in limits]
            return Judgement(False, expected, decisive={"below", "above"} in sides)

        return Check(_name(formula), judge, roles, target, arithmetic=True)

    return decorate


def _is_floor(p: Reported) -> bool:
    """Whether a p is the smallest its digits can say: SAS prints 0.0001 for all that are smaller."""
    return p.decimals >= _FLOOR_DECIMALS and p.value is not None and math.isclose(p.value, p.unit)


@cache
def _conventions() -> Mapping[str, float]:
    content: Mapping[str, float] = yaml.safe_load(_CONVENTIONS.read_text(encoding="utf-8"))
    return content


def applicable(checks: Iterable[Check], roles: Mapping[str, Term | tuple[Term, ...]]) -> Iterator[Case]:
    """One case of every check whose roles are all printed."""
    for candidate in checks:
        if roles.keys() >= set(candidate.roles):
            yield Case(candidate, {role: roles[role] for role in candidate.roles})


def _readable(number: Reported | tuple[Reported, ...]) -> bool:
    return all(map(_readable, number)) if isinstance(number, tuple) else number.is_number


def _intervals(number: Reported | tuple[Reported, ...]) -> Interval | tuple[Interval, ...]:
    return tuple(one.interval for one in number) if isinstance(number, tuple) else number.interval


def _side(value: Interval, limit: Interval) -> str:
    if value.below(limit):
        return "below"
    return "above" if limit.below(value) else "unclear"


def _name(function: Callable[..., object]) -> str:
    return function.__name__
