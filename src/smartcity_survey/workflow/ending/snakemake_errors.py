"""What ends Snakemake itself: it is told to be silent on steps, and then is so on its own errors."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from smartcity_survey.errors import SurveyError, refused_by_system
from smartcity_survey.workflow.progress import tell_problems

_OF_STEPS = "At least one job did not complete successfully."
"""Snakemake's sentence after a step that has told by itself why it ended."""


def tell_errors() -> None:
    """Have Snakemake tell its own errors as steps tell theirs, in this process and from now on."""
    own: Any = import_module("snakemake.cli")
    own.SnakemakeApi.print_exception = lambda _, error: _tell(error)
    own.print_exception = lambda error, *_: _tell(error)


def _tell(error: Exception) -> None:
    if str(error) == _OF_STEPS:
        return
    if isinstance(error, OSError):
        tell_problems(refused_by_system(error, "Snakemake"))
        return
    reason = f"{type(error).__name__}: {_in_one_line(error)}"
    remedy = "Mend what it names, and run again; what is finished stays."
    tell_problems(SurveyError("Snakemake", f"it went no further: {reason}.", remedy))


def _in_one_line(error: Any) -> str:
    return " ".join(str(error).split()).rstrip(".")
