"""From column positions to item names: what the numeric core refuses, said in the survey's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.stats import errors


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
    except errors.StatisticsError as error:
        raise SurveyError(
            place, f"{error}.", "See README, section `When a step refuses`, for what this means."
        ) from error
