"""Room that the printed numbers of a coefficient leave its standard error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.reconstruct.design import Key, Task

CONTRADICTION = "These cannot hold together; one of them is misprinted or was computed differently."
_ROUNDS = 5
Interval = tuple[float, float]


def narrowed(problem: Task) -> Task:
    """The problem with the intervals of standard errors as narrow as the other numbers make them.

    B = t SE(B) and beta = B s_x / s_y hold exactly, so a B, a beta and a t of three or four decimals leave a
    standard error less room than its own rounding does. Moves hardly change it, so it has to be right early.

    Raises
    ------
    SurveyError
        where a coefficient's printed numbers leave no room at all: it names them.
    """
    low, high = problem.boxes
    found = {key: (float(a), float(b)) for key, a, b in zip(problem.design.keys, low, high, strict=True)}
    for _ in range(_ROUNDS):
        for outcome, predictors in problem.design.regressions:
            of = problem.design.scores[outcome]
            for term in ("constant", *(problem.design.scores[j] for j in predictors)):
                _narrow(problem, found, of, term)
    return replace(
        problem,
        targets=tuple(
            replace(t, low=found[t.key][0], high=found[t.key][1]) if t.key[-1] == "std_error" else t
            for t in problem.targets
        ),
    )


def _narrow(problem: Task, found: dict[Key, Interval], of: str, term: str) -> None:
    b, error, beta, t = (("coefficient", of, term, name) for name in ("b", "std_error", "beta", "t"))
    _meet(problem, found, b, _product(found[t], found[error]), (t, error))
    _meet(problem, found, t, _quotient(found[b], found[error]), (b, error))
    _meet(problem, found, error, _quotient(found[b], found[t]), (b, t))
    if term != "constant":
        x, y = ("score", term, "sd"), ("score", of, "sd")
        ratio = _quotient(found.get(x, (-np.inf, np.inf)), found.get(y, (-np.inf, np.inf)))
        _meet(problem, found, beta, _product(found[b], ratio), (b, x, y))
        _meet(problem, found, b, _quotient(found[beta], ratio), (beta, x, y))


def _meet(problem: Task, found: dict[Key, Interval], key: Key, other: Interval, of: tuple[Key, ...]) -> None:
    """Narrow the interval of a statistic to where it meets what others make of it."""
    low, high = max(found[key][0], other[0]), min(found[key][1], other[1])
    if low > high:
        raise SurveyError.of(
            [
                Problem(
                    problem.where(key),
                    f"printed between {found[key][0]:.6g} and {found[key][1]:.6g}, but "
                    f"{', '.join(problem.where(k) for k in of)} make it {other[0]:.6g} to {other[1]:.6g}.",
                    CONTRADICTION,
                )
            ]
        )
    found[key] = low, high


def _product(a: Interval, b: Interval) -> Interval:
    ends = [x * y for x in a for y in b]
    return (-np.inf, np.inf) if not np.isfinite(ends).all() else (min(ends), max(ends))


def _quotient(a: Interval, b: Interval) -> Interval:
    if b[0] <= 0 <= b[1]:
        return -np.inf, np.inf
    return _product(a, (1 / b[1], 1 / b[0]))
