"""The conventional limits of `limits.yaml`, the one place from which stages, figures and report take them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from smartcity_survey.own_yaml import load_own

LIMITS = Path(__file__).parent / "limits.yaml"

SIGNS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {"at_least": operator.ge, "at_most": operator.le, "above": operator.gt, "below": operator.lt}
)
"""How a value has to stand to its limit."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that results are usually held against.

    Attributes
    ----------
    sign : `at_least`, `at_most`, `above` or `below`.
    text : the limit with the decimals it is given with.
    judges : what is held against it.
    source : who proposed it.
    """

    name: str
    sign: str
    text: str
    judges: str
    source: str

    @property
    def value(self) -> float:
        """The limit as a number."""
        return float(self.text)

    @property
    def decimals(self) -> int:
        """Decimals it is given with."""
        return len(self.text.partition(".")[2])

    def met(self, value: float) -> bool:
        """Whether a value keeps to the limit; NaN does not."""
        return bool(SIGNS[self.sign](value, self.value))


def limit(name: str) -> Limit:
    """The limit of that name; KeyError where `limits.yaml` has none."""
    return limits()[name]


@cache
def limits() -> Mapping[str, Limit]:
    """All limits in the order of `limits.yaml`; ValueError where an entry is not as its head says."""
    entries = load_own(LIMITS)
    return MappingProxyType({name: _limit(name, entry) for name, entry in entries.items()})


def _limit(name: str, entry: Mapping[str, Any]) -> Limit:
    signs = [key for key in entry if key in SIGNS]
    if len(signs) != 1 or set(entry) != {*signs, "judges", "source"} or not isinstance(entry[signs[0]], str):
        raise ValueError(
            f"limits.yaml, {name}: write one of {', '.join(SIGNS)} as text, `judges` and `source`."
        )
    return Limit(name, signs[0], entry[signs[0]], entry["judges"], entry["source"])
