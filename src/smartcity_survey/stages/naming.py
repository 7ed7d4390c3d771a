"""From column positions to item names: what the numeric core refuses, said in the survey's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Never

import numpy as np
import pandas as pd

from smartcity_survey.errors import NoSolution, Problem, counted
from smartcity_survey.stats.core import errors
from smartcity_survey.stats.core.types import Array

COMPONENTS = "config.yaml, factors.n_components"


@contextmanager
def naming(names: Sequence[str], place: str, constructs: Sequence[str] = ()) -> Iterator[None]:
    """Turn a StatisticsError about columns into a NoSolution about items, scores or constructs.

    Parameters
    ----------
    names : name of each column, in the order given to the numeric core.
    place : what was being computed, for the message.
    constructs : name of each construct, where a model was estimated.
    """
    try:
        yield
    except (errors.StatisticsError, np.linalg.LinAlgError) as error:
        _Translator(names, place, constructs, error).tell(error)


def square(matrix: Array, names: Sequence[str], key: str) -> pd.DataFrame:
    """A matrix whose rows and columns are the same things; `key` heads the column of their names."""
    frame = pd.DataFrame(matrix, columns=list(names))
    frame.insert(0, key, list(names))
    return frame


class _Translator:
    """Positions of one computation's columns and constructs, put into names."""

    def __init__(self, names: Sequence[str], place: str, constructs: Sequence[str], cause: Exception) -> None:
        self.names, self.place, self.constructs, self.cause = names, place, constructs, cause

    def tell(self, error: Exception) -> Never:
        """Raise the NoSolution that says of names what the error says of positions."""
        match error:
            case errors.InGroup():
                self.tell(error.error)
            case errors.ConstantInTraining():
                self._each(
                    "constant_in_training",
                    [[name] for name in self._named(error.indices)],
                    "without those who are to be predicted, every respondent gave the same answer.",
                    "Check the column, or take the item out of the codebook.",
                )
            case errors.ConstantItems():
                self._each(
                    "constant",
                    [[name] for name in self._named(error.indices)],
                    "every respondent gave the same answer.",
                    "Check the column, or take the item out of the codebook.",
                )
            case errors.LinearDependence():
                self._each(
                    "dependent",
                    [self._named(group) for group in error.groups],
                    f"these determine one another (smallest eigenvalue {error.smallest_eigenvalue:.3g}, "
                    f"condition number {error.condition_number:.3g}).",
                    "Take one of them out, or look for a column that was copied or summed.",
                )
            case errors.NotFinite():
                self._each(
                    "missing",
                    [[name] for name in self._named(error.indices)],
                    "unanswered cells are left.",
                    "Nothing is imputed: use the rule `missing_items` with `missing_items_at_most: 0`.",
                )
            case errors.TooFewUnits():
                self._one(
                    "too_few_units",
                    f"clusters or effective respondents: {error.n}, needed: {error.needed}.",
                    "Collect or keep answers of more of them.",
                )
            case errors.TooFewRows():
                self._one(
                    "too_few_rows",
                    f"{counted(error.n, 'respondent')}, at least {error.needed} are needed.",
                    "Collect or keep more answers.",
                )
            case errors.DependentPredictors():
                target, predictors = self.constructs[error.target], self._of(error.predictors)
                self._raise(
                    "dependent_predictors",
                    [target, *predictors],
                    Problem(
                        f"{self.place}, {target}",
                        f"its predictors {', '.join(predictors)} determine one another.",
                        "Take one of these paths out of `model.paths`.",
                    ),
                )
            case errors.ImproperSolution():
                owner = self.constructs[error.construct]
                self._raise(
                    "unreliable" if isinstance(error, errors.Unreliable) else "improper",
                    [owner],
                    Problem(
                        f"{self.place}, {owner}",
                        f"{error.found}.",
                        "Look at the loadings of its items.",
                    ),
                )
            case errors.NotPositiveDefinite():
                self._one(
                    "not_positive_definite",
                    f"{error}.",
                    "Complete answers cannot give such correlations. Do not compute them pair by pair; where "
                    "they are polychoric, merge answer categories that hardly anyone chose.",
                )
            case errors.CorrelationsAtBound():
                self._each(
                    "at_bound",
                    [self._named(pair) for pair in error.pairs],
                    "their polychoric correlation has no maximum below 1: no answers contradict a perfect "
                    "order, as where a cell of a two-by-two table is empty.",
                    "Merge answer categories that hardly anyone chose, take one of the items out, or have a "
                    "count added to empty cells: `pls.continuity: [0.5, 0]`, as in lavaan.",
                )
            case errors.InvalidComponents():
                self._components(
                    "too_many_components" if error.asked and error.available else "no_component",
                    f"{self.place}: {counted(error.asked, 'component')} asked for, these items have "
                    f"{error.available}.",
                    f"Write a number from 1 to {error.available}, or `eigenvalue`."
                    if error.asked and error.available
                    else "No eigenvalue is above 1: write a number, or check whether these items belong "
                    "together.",
                )
            case errors.TiedEigenvalues():
                self._components(
                    "tied_eigenvalues",
                    f"{self.place}: components {error.n_components} and {error.n_components + 1} explain "
                    f"exactly the same (eigenvalue {error.eigenvalue:.6g}), so which of them is kept would "
                    "be arbitrary.",
                    f"Keep {error.n_components + 1}, which is both, or fewer than {error.n_components}.",
                )
            case errors.UnderIdentified():
                short = self._of(error.factors)
                self._raise(
                    "under_identified",
                    short,
                    Problem(
                        ", ".join([self.place, *short]),
                        "too few items measure it to estimate a factor."
                        if short
                        else "there are too many factors for so few items.",
                        "A factor needs three items, or two where it correlates with others: add items, or "
                        "lower the limits under `factors` that took them out.",
                    ),
                )
            case errors.HeywoodCase():
                self._each(
                    "heywood",
                    [[name] for name in self._named(error.indices)],
                    "its factor would explain all of its variance or more (Heywood case).",
                    "Look for an item that nearly repeats it and take one of them out. Mean scores and "
                    "PLS-SEM need no such factor.",
                )
            case errors.EndlessSlope():
                self._each(
                    "endless_slope",
                    [[name] for name in self._named(error.indices)],
                    "its discrimination grows without end: its answers order respondents as the trait does.",
                    "Look for an item that nearly repeats it and take one of them out.",
                )
            case errors.NotConverged():
                self._one(
                    "not_converged",
                    f"{error}.",
                    "The answers hardly determine this model: look for constructs that overlap, or for items "
                    "that hardly go with their construct.",
                )
            case errors.TooManyPredictors():
                self._one("too_many_predictors", f"{error}.", "Use fewer predictors of one outcome.")
            case errors.Separated():
                self._one(
                    "separated",
                    f"{error}.",
                    "Merge answers that hardly anyone gave, or take out a predictor that nearly repeats the "
                    "outcome.",
                )
            case errors.HalfFitted():
                self._one(
                    "half_fitted",
                    f"{error}.",
                    "Look for an outcome to which most gave the same answer, or that was computed from a "
                    "predictor.",
                )
            case errors.PerfectFit():
                self._one(
                    "perfect_fit",
                    f"{error}.",
                    "Look for a predictor that was computed from the outcome.",
                )
            case errors.InvalidModel():
                owners = self.names if error.kind == "items" else self.constructs
                at_fault = [owners[index] for index in error.indices if index < len(owners)]
                self._raise(
                    "invalid_model",
                    at_fault,
                    Problem(
                        ", ".join([self.place, *at_fault]),
                        f"{error.found}.",
                        "Correct `model` in the config.",
                    ),
                )
            case np.linalg.LinAlgError():
                self._one(
                    "singular",
                    "the equations have no unique solution (singular matrix).",
                    "Look for items or constructs that determine one another.",
                )
            case _:
                self._one(
                    "no_solution",
                    f"{error}.",
                    "See README, section `When a step refuses`, for what this means.",
                )

    def _named(self, positions: Iterable[int]) -> list[str]:
        return [self.names[position] for position in positions]

    def _of(self, positions: Iterable[int]) -> list[str]:
        return [self.constructs[position] for position in positions if position < len(self.constructs)]

    def _each(self, reason: str, groups: Sequence[Sequence[str]], found: str, remedy: str) -> Never:
        at_fault = list(dict.fromkeys(name for group in groups for name in group))
        problems = [Problem(", ".join([self.place, *group]), found, remedy) for group in groups or [[]]]
        self._raise(reason, at_fault, *problems)

    def _one(self, reason: str, found: str, remedy: str) -> Never:
        self._raise(reason, [], Problem(self.place, found, remedy))

    def _components(self, reason: str, found: str, remedy: str) -> Never:
        self._raise(reason, [], Problem(COMPONENTS, found, remedy))

    def _raise(self, reason: str, names: Sequence[str], *problems: Problem) -> Never:
        raise NoSolution(reason, names, problems) from self.cause
