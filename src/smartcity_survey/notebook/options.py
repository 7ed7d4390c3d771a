"""Options by the names, the defaults and the limits that a study's config has for them."""

from __future__ import annotations

import re
from typing import TypeVar

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.parsing import Section, parse

S = TypeVar("S", bound=Section)

_OF_YAML = re.compile(
    "(, which is how yaml|; put it in quotes where yaml|; a word goes in quotes).*", re.DOTALL
)
"""What is said of a config's file alone."""

SEED = 1
"""Of the random streams, where none is given: the same call gives the same numbers."""


def options(section: type[S], place: str, **given: object) -> S:
    """Options as a section of the config.

    Raises
    ------
    SurveyError
        naming the option and what it may be.
    """
    try:
        return parse(section, given, place)
    except SurveyError as error:
        raise SurveyError.of(
            [
                Problem(problem.place, _OF_YAML.sub(".", problem.found), _OF_YAML.sub(".", problem.remedy))
                for problem in error.problems
            ]
        ) from None


def require_seed(seed: object, place: str) -> None:
    """Refuse, with a SurveyError, what cannot start a random stream."""
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise SurveyError(f"{place}, seed", f"{seed!r} is no seed.", "Give a whole number from 0.")
