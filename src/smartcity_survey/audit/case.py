"""Checks as pure functions of one case, and what they conclude."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from smartcity_survey.audit.address import Term
from smartcity_survey.audit.interval import Interval
from smartcity_survey.audit.reported import Reported


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
    """

    consistent: bool | None
    expected: Interval | str = ""
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    decisive: bool = False
    slip: bool = False
    printed: str = ""


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
    """

    name: str
    judge: Callable[..., Judgement]
    roles: tuple[str, ...]
    target: str
    arithmetic: bool


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

    def judge(self, read: Callable[[Term], Reported]) -> Judgement:
        """Apply the check to the numbers as `read`; one divided by a printed 0 tells nothing."""
        numbers = {
            role: tuple(map(read, terms)) if isinstance(terms, tuple) else read(terms)
            for role, terms in self.roles.items()
        }
        try:
            return self.check.judge(**numbers, **self.options)
        except ZeroDivisionError:
            return Judgement(None, reason="divided_by_zero")


# From keys of a relation or claim to its cases; called with the paper and where the relation stands.
Planner = Callable[..., Iterator[Case]]


def check(target: str, *, arithmetic: bool = False) -> Callable[[Callable[..., Judgement]], Check]:
    """Make a check of a function that judges; its name and parameters are the check's name and roles."""

    def decorate(judge: Callable[..., Judgement]) -> Check:
        return Check(_name(judge), judge, tuple(inspect.signature(judge).parameters), target, arithmetic)

    return decorate


def identity(target: str, *, decides: bool = False) -> Callable[[Callable[..., Interval]], Check]:
    """Make a check of a formula for what the number in role `target` can be.

    The parameters of the formula are the roles it is computed from, as intervals (or tuples of them). The
    printed number is consistent where its interval meets the formula's. With `decides`, a printed number on
    the other side of the role `alpha` changes a conclusion.
    """

    def decorate(formula: Callable[..., Interval]) -> Check:
        inputs = tuple(inspect.signature(formula).parameters)
        roles = tuple(dict.fromkeys((target, *inputs, *(("alpha",) if decides else ()))))

        def judge(**numbers: Any) -> Judgement:
            printed = numbers[target].interval
            expected = formula(**{role: _intervals(numbers[role]) for role in inputs})
            consistent = expected.meets(printed)
            decisive = (
                decides
                and not consistent
                and {_side(printed, numbers["alpha"]), _side(expected, numbers["alpha"])}
                == {"below", "above"}
            )
            return Judgement(consistent, expected, decisive=decisive)

        return Check(_name(formula), judge, roles, target, arithmetic=True)

    return decorate


def applicable(checks: Iterable[Check], roles: Mapping[str, Term | tuple[Term, ...]]) -> Iterator[Case]:
    """One case of every check whose roles are all printed."""
    for candidate in checks:
        if roles.keys() >= set(candidate.roles):
            yield Case(candidate, {role: roles[role] for role in candidate.roles})


def _intervals(number: Reported | tuple[Reported, ...]) -> Interval | tuple[Interval, ...]:
    return tuple(one.interval for one in number) if isinstance(number, tuple) else number.interval


def _side(value: Interval, alpha: Reported) -> str:
    if value.below(alpha.interval):
        return "below"
    return "above" if alpha.interval.below(value) else "unclear"


def _name(function: Callable[..., object]) -> str:
    return function.__name__
