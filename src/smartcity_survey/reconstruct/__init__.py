"""Rebuild a survey file that is consistent with what a paper prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smartcity_survey.errors import SurveyError

if TYPE_CHECKING:
    from collections.abc import Callable


def rebuild() -> Callable[..., tuple[str, ...]]:
    """`study.run`, whose tools are an extra of their own.

    Raises
    ------
    SurveyError
        where the extra is not installed.
    """
    try:
        from smartcity_survey.reconstruct.study import run
    except ModuleNotFoundError as error:
        raise SurveyError(
            "reconstruct",
            f"the package {error.name} is not installed.",
            "Use `make reconstruct`, or install the extra: pip install 'smartcity_survey[reconstruct]'.",
        ) from None
    return run
