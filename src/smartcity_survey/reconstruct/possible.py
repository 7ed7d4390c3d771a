"""Printed numbers that no answers have, told before anything is searched for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from smartcity_survey.audit.checks.correlations import impossible_direction
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.reconstruct.design import BEYOND_COVARIANCE, Task
from smartcity_survey.reconstruct.relations import CONTRADICTION

_HEAVY = 0.3
"""Weight in the direction that proves a matrix impossible, from which a variable is named."""


def require_possible_numbers(problem: Task) -> None:
    """Refuse numbers that no answers have: means off the scale or off the grid of n whole answers, too large
    SDs, impossible correlations, regressions of too few respondents.

    Raises
    ------
    SurveyError
        where some are: it names the cells.

    Sources: Brown & Heathers (2017), GRIM; Bhatia & Davis (2000), the largest variance at a mean.
    """
    complaints = [*_too_few(problem), *_off_the_scale(problem), *_off_the_grid(problem)]
    complaints += _printed_twice(problem)
    for kind, names in (("correlation", problem.design.items), ("score_correlation", problem.design.scores)):
        complaints += _correlations(problem, kind, names)
    if complaints:
        raise SurveyError.of(complaints)


def require_some_number(problem: Task) -> None:
    """Refuse a paper of which no number that covariances and means could have is used.

    Raises
    ------
    SurveyError
        where none is: every value of every quantity would be possible.
    """
    if all(target.key[-1] in BEYOND_COVARIANCE for target in problem.targets):
        raise SurveyError(
            "paper.yaml",
            "no printed number is used that ends could be sought from, so every value is possible.",
            "Say what the tables show under `shows`, and name their lines and columns as in "
            "data/published/README.md.",
        )


def _printed_twice(problem: Task) -> Iterator[Problem]:
    """Numbers that different cells print of one statistic, of which no value is a rounding of all."""
    for key, own in problem.by_key.items():
        least, most = max(own, key=lambda target: target.low), min(own, key=lambda target: target.high)
        if least.low > most.high and least.printed and most.printed:
            yield Problem(
                problem.where(key), f"printed {least.printed}, and {most.printed} too.", CONTRADICTION
            )


def _too_few(problem: Task) -> Iterator[Problem]:
    """Fewer respondents than a regression has coefficients, or as many."""
    design = problem.design
    for outcome, predictors in design.regressions:
        least = len(predictors) + 2
        if design.n < least:
            yield Problem(
                "paper.yaml, n",
                f"{counted(design.n, 'respondent')}, too few for the regression of {design.scores[outcome]}.",
                "Check the number.",
            )


def _off_the_scale(problem: Task) -> Iterator[Problem]:
    """Means and SDs of items, and of scores that are means of items."""
    d = problem.design
    kinds = {"item"} if d.weights is None else {"item", "score"}
    own = {target.key: target for target in problem.targets if target.key[0] in kinds}
    for key, target in own.items():
        mean = own.get((*key[:2], "mean"))
        if key[-1] == "mean" and (target.high < d.low or target.low > d.high):
            yield Problem(
                target.where,
                f"answers from {d.low} to {d.high} have no mean of {target.printed}.",
                "Check the mean and the scale.",
            )
        elif key[-1] == "sd":
            low, high = (d.low, d.high) if mean is None else (mean.low, mean.high)
            # The variance at a mean is largest at the middle of the scale.
            centre = float(np.clip((d.low + d.high) / 2, low, high))
            most = np.sqrt(max((d.high - centre) * (centre - d.low), 0.0) * d.n / (d.n - 1))
            if target.low > most:
                yield Problem(
                    target.where,
                    f"{d.n} answers from {d.low} to {d.high} have an SD of at most {most:.3f} there, "
                    f"not of {target.printed}.",
                    "Check the SD, the mean and the scale.",
                )
            least = 1 / np.sqrt(d.n)  # one respondent a point off all others
            if key[0] == "item" and target.high < least:
                yield Problem(
                    target.where,
                    f"{d.n} whole answers that are not all alike have an SD of at least {least:.3f}, "
                    f"not of {target.printed}.",
                    "Check the SD; nothing depends on an item that everybody answers alike.",
                )


def _off_the_grid(problem: Task) -> Iterator[Problem]:
    n = problem.design.n
    for target in problem.targets:
        is_mean = target.key[0] == "item" and target.key[-1] == "mean"
        if is_mean and np.floor(target.high * n) < target.low * n:
            yield Problem(
                target.where,
                f"no {n} whole answers have a mean that is printed as {target.printed}.",
                "Check the mean and n.",
            )


def _correlations(problem: Task, kind: str, names: tuple[str, ...]) -> Iterator[Problem]:
    """Printed correlations of which, within rounding, no correlation matrix is made."""
    targets = [target for target in problem.targets if target.key[0] == kind]
    if not targets:
        return
    low, high = -np.ones((len(names),) * 2), np.ones((len(names),) * 2)
    np.fill_diagonal(low, 1.0)
    for target in targets:
        i, j = (names.index(name) for name in target.key[1:])
        low[i, j] = low[j, i] = max(target.low, low[i, j])
        high[i, j] = high[j, i] = min(target.high, high[i, j])
    beyond = [target for target in targets if target.low > 1 or target.high < -1]
    if beyond:
        at_fault = beyond
    else:
        direction = impossible_direction(low, high)
        if direction is None:
            return
        weight = np.abs(direction)
        heavy = {names[i] for i in np.argsort(-weight)[: max(3, int((weight > _HEAVY).sum()))]}
        at_fault = [target for target in targets if set(target.key[1:]) <= heavy]
    for target in at_fault:
        others = ", ".join(f"{' '.join(o.key[1:])} {o.printed}" for o in at_fault if o is not target)
        found = f"{target.printed} beside {others}" if others else target.printed
        yield Problem(target.where, f"no correlation matrix has {found}.", CONTRADICTION)
