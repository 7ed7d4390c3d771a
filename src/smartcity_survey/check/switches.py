"""Methods that the config asks for and that have nothing to work on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smartcity_survey.errors import NoSolution, Problem
from smartcity_survey.parsing import Refines, Section
from smartcity_survey.stages.collection import stages
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model


class _Reader:
    """A section of a config that notes of the keys that are read whether they are switched on, or empty."""

    def __init__(self, section: Section, place: str, read: dict[str, bool]) -> None:
        self._section, self._place, self._read = section, place, read

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._section, name)
        if isinstance(value, Section):
            return _Reader(value, f"{self._place}{name}.", self._read)
        if name in type(self._section).model_fields and (value is True or not value):
            self._read[f"{self._place}{name}"] = bool(value)
        return value


def _without_what_they_refine(config: Config, place: str) -> Iterator[Problem]:
    """Keys that say how another is done, which is not asked for."""
    for name, section in config:
        if not isinstance(section, Section):
            continue
        for key, field in type(section).model_fields.items():
            for other in [mark.key for mark in field.metadata if isinstance(mark, Refines)]:
                if getattr(section, key) and not getattr(section, other):
                    yield Problem(
                        f"{place}, {name}.{key}",
                        f"it says how `{name}.{other}` is done, which is not asked for.",
                        "Fill that one, or take the key out.",
                    )


def idle_switches(config: Config, model: Model, place: str) -> Iterator[Problem]:
    """Keys that are true and change nothing, as another key is empty or the model has nothing for them.

    Which keys ask for a stage, and which others it needs beside them, is what its condition reads.
    """
    yield from _without_what_they_refine(config, place)
    for stage in stages().values():
        read: dict[str, bool] = {}
        asked = stage.asked_by(_Reader(config, "", read))  # type: ignore[arg-type]
        switches = [key for key, on in read.items() if on]
        empty = [key for key, on in read.items() if not on]
        if not switches:
            continue
        key = f"{place}, {switches[0]}"
        if asked:
            try:
                stage.requires(model)
            except NoSolution as error:
                for problem in error.problems:
                    yield Problem(key, problem.found, problem.remedy)
        elif empty:
            yield Problem(
                key,
                f"it asks for a method that has nothing to work on: `{'`, `'.join(empty)}` is empty.",
                "Fill it, or take the key out.",
            )
