"""From column positions to item names: what the numeric core refuses, said in the survey's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pandas as pd

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.stats import errors
from smartcity_survey.stats.types import Array

COMPONENTS = "config.yaml, factors.n_components"


@contextmanager
def naming(names: Sequence[str], place: str, constructs: Sequence[str] = ()) -> Iterator[None]:
    """Turn a StatisticsError about columns into a SurveyError about items, scores or constructs.

    Parameters
    ----------
    names : name of each column, in the order given to the numeric core.
    place : what was being computed, for the message.
    constructs : name of each construct, where a model was estimated.
    """
    try:
        yield
    except errors.ConstantItems as error:
        raise SurveyError.of(
            [
                Problem(
                    f"{place}, {names[index]}",
                    "every respondent gave the same answer.",
                    "Check the column, or take the item out of the codebook.",
                )
                for index in error.indices
            ]
        ) from error
    except errors.LinearDependence as error:
        raise SurveyError.of(
            [
                Problem(
                    f"{place}, {', '.join(names[index] for index in group)}",
                    f"these determine one another (smallest eigenvalue {error.smallest_eigenvalue:.3g}, "
                    f"condition number {error.condition_number:.3g}).",
                    "Take one of them out, or look for a column that was copied or summed.",
                )
                for group in error.groups
            ]
        ) from error
    except errors.NotFinite as error:
        raise SurveyError.of(
            [
                Problem(
                    f"{place}, {names[index]}",
                    "unanswered cells are left.",
                    "Nothing is imputed: use the rule `missing_items` with `missing_items_at_most: 0`.",
                )
                for index in error.indices
            ]
        ) from error
    except errors.TooFewRows as error:
        raise SurveyError(
            place,
            f"{error.n} respondents, at least {error.needed} are needed.",
            "Collect or keep more answers.",
        ) from error
    except errors.DependentPredictors as error:
        raise SurveyError(
            f"{place}, {constructs[error.target]}",
            f"its predictors {', '.join(constructs[index] for index in error.predictors)} "
            "determine one another.",
            "Take one of these paths out of `model.paths`.",
        ) from error
    except errors.ImproperSolution as error:
        raise SurveyError(
            f"{place}, {constructs[error.construct]}", f"{error}.", "Look at the loadings of its items."
        ) from error
    except errors.NotPositiveDefinite as error:
        raise SurveyError(
            place,
            f"{error}.",
            "Complete answers cannot give such correlations. Do not compute them pair by pair; where "
            "they are polychoric, merge answer categories that hardly anyone chose.",
        ) from error
    except errors.CorrelationsAtBound as error:
        raise SurveyError.of(
            [
                Problem(
                    f"{place}, {names[first]} and {names[second]}",
                    "their polychoric correlation has no maximum below 1: no answers contradict a perfect "
                    "order, as where a cell of a two-by-two table is empty.",
                    "Merge answer categories that hardly anyone chose, take one of the items out, or have a "
                    "count added to empty cells: `pls.continuity: [0.5, 0]`, as in lavaan.",
                )
                for first, second in error.pairs
            ]
        ) from error
    except errors.InvalidComponents as error:
        raise SurveyError(
            COMPONENTS,
            f"{place}: {error.asked} components asked for, these items have {error.available}.",
            f"Write a number from 1 to {error.available}, or `eigenvalue`."
            if error.asked and error.available
            else "No eigenvalue is above 1: write a number, or check whether these items belong together.",
        ) from error
    except errors.TiedEigenvalues as error:
        raise SurveyError(
            COMPONENTS,
            f"{place}: components {error.n_components} and {error.n_components + 1} explain exactly the same "
            f"(eigenvalue {error.eigenvalue:.6g}), so which of them is kept would be arbitrary.",
            f"Keep {error.n_components + 1}, which is both, or fewer than {error.n_components}.",
        ) from error
    except errors.UnderIdentified as error:
        short = ", ".join(constructs[index] for index in error.factors if index < len(constructs))
        raise SurveyError(
            f"{place}, {short}" if short else place,
            "too few items measure it to estimate a factor." if short else f"{error}.",
            "A factor needs three items, or two where it correlates with others: add items, or lower the "
            "limits under `factors` that took them out.",
        ) from error
    except errors.HeywoodCase as error:
        raise SurveyError.of(
            [
                Problem(
                    f"{place}, {names[index]}",
                    "its factor would explain all of its variance or more (Heywood case).",
                    "Look for an item that nearly repeats it and take one of them out, or score by `mean`.",
                )
                for index in error.indices
            ]
        ) from error
    except errors.StatisticsError as error:
        raise SurveyError(
            place, f"{error}.", "See README, section `When a step refuses`, for what this means."
        ) from error


def square(matrix: Array, names: Sequence[str], key: str) -> pd.DataFrame:
    """A matrix whose rows and columns are the same things; `key` heads the column of their names."""
    frame = pd.DataFrame(matrix, columns=list(names))
    frame.insert(0, key, list(names))
    return frame
