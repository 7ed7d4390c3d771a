"""Rebuild a survey file that is consistent with what a paper prints."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from smartcity_survey.errors import SurveyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def rebuild() -> Callable[..., tuple[str, ...]]:
    """`study.run`, whose tools are an extra of their own.

    Raises
    ------
    SurveyError
        where the extra is not installed.
    """
    with needing_extra("reconstruct"):
        from smartcity_survey.reconstruct.study import run
    return run


@contextmanager
def needing_extra(command: str) -> Iterator[None]:
    """Around imports whose packages are the extra `reconstruct`; a SurveyError says what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise SurveyError(
            command,
            f"the package {error.name} is not installed.",
            f"Use `make {command} STUDY=<folder>` in the folder of this program, or install its extra "
            "`reconstruct`.",
        ) from None
