"""What may stand in a `paper.yaml`: its keys and what they hold, everything wrong told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from smartcity_survey.audit.reading import number, sample_size, significance_level
from smartcity_survey.errors import SurveyError
from smartcity_survey.parsing import Section

T = TypeVar("T")
_NAME = re.compile(r"(?!text$)[^:]+")
"""An object's name: what stands before a colon in an address, where the running text is `text`."""


def _told(read: Callable[[Any, str], T]) -> BeforeValidator:
    """A reader of single values, whose complaint stands among all others."""

    def validated(value: Any) -> T:
        try:
            return read(value, "")
        except SurveyError as error:
            (problem,) = error.problems
            told = {"found": problem.found, "remedy": problem.remedy}
            raise PydanticCustomError("told", "{found}", told) from None

    return BeforeValidator(validated)


def _as_written(value: Any) -> Any:
    """Numbers and dates are texts: a year, a table called 2018."""
    written = isinstance(value, int | float | date) and not isinstance(value, bool)
    return str(value) if written else value


def _listed(value: Any) -> Any:
    """One text is a list of one."""
    return [] if value is None else value if isinstance(value, list | Mapping) else [value]


def _keys_as_written(value: Any) -> Any:
    """Names of lines and tables may look like numbers."""
    return {} if value is None else _named(value) if isinstance(value, Mapping) else value


def _named(value: Mapping[Any, Any]) -> dict[Any, Any]:
    return {_as_written(key): entry for key, entry in value.items()}


def _sample(value: Any, place: str) -> str | float | None:
    is_address = isinstance(value, str) and ":" in value
    return value if value is None or is_address else sample_size(value, place)


Text = Annotated[str, BeforeValidator(_as_written)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
ByName = Annotated[dict[Text, T], BeforeValidator(_keys_as_written)]
InLanguages = Text | dict[str, Text]
Number = Annotated[float, _told(number)]
Sample = Annotated[str | float | None, _told(_sample)]
Level = Annotated[float, _told(significance_level)]
Kind = Literal["table", "figure"]


class EnteredTable(Section):
    """Where the pipeline computes a printed table again: the file, and the columns that name a line there."""

    file: Text
    keys: ByName[Text]


class EnteredObject(Section):
    """A printed table or figure."""

    kind: Kind = "table"
    number: Text | None = None
    caption: Text | None = None
    file: Text | None = None
    csv: Text | None = None
    shows: Texts = ()
    text_columns: Texts = ()
    counts: Texts = ()
    apart: Texts = ()
    continued_as: Text | None = None
    recomputed_in: EnteredTable | None = None
    note: InLanguages | None = None

    @model_validator(mode="after")
    def _entered_once(self) -> Self:
        if self.file and self.csv:
            told = {"found": "it has both a `file` and a `csv`.", "remedy": "Leave one of them."}
            raise PydanticCustomError("told", "{found}", told)
        return self


class EnteredScale(Section):
    """Smallest and largest answer."""

    minimum: Number
    maximum: Number

    @model_validator(mode="after")
    def _ends_in_order(self) -> Self:
        if self.minimum >= self.maximum:
            found = f"its minimum {self.minimum:g} is not below its maximum {self.maximum:g}."
            raise PydanticCustomError("told", "{found}", {"found": found, "remedy": "Correct it."})
        return self


class EnteredHypothesis(Section):
    """What a hypothesis states."""

    source: Text | None = None
    target: Text | None = None
    sign: Literal["positive", "negative"] | None = None


class EnteredCitation(Section):
    """What is said of the work itself, each in one text or one for each language."""

    kind: InLanguages | None = None
    language: InLanguages | None = None
    year: InLanguages | None = None
    place: InLanguages | None = None
    fieldwork: InLanguages | None = None


class EnteredFiles(Section):
    """Parts that stand in files of their own."""

    text: Text | None = None
    relations: Text | None = None
    claims: Text | None = None
    wording: Text | None = None


class EnteredPaper(Section):
    """A `paper.yaml`."""

    objects: ByName[EnteredObject] = Field(default_factory=dict)
    title: InLanguages | None = None
    citation: EnteredCitation | None = None
    scale: EnteredScale | None = None
    n: Sample = None
    alpha: Level = 0.05
    names: ByName[Text] = Field(default_factory=dict)
    labels: ByName[InLanguages] = Field(default_factory=dict)
    hypotheses: ByName[EnteredHypothesis] = Field(default_factory=dict)
    decimal: Literal[".", ","] | None = None
    rounding: Literal["nearest", "half_even", "truncated"] | None = None
    complete: bool | Annotated[tuple[Kind, ...], BeforeValidator(_listed)] | None = None
    files: EnteredFiles | None = None
    references: Any = None
    relations: Any = None
    claims: Any = None
    text: Text | None = None
    text_counts: Texts = ()

    @field_validator("objects")
    @classmethod
    def _names_fit_addresses(cls, objects: dict[str, EnteredObject]) -> dict[str, EnteredObject]:
        for name in objects:
            if not _NAME.fullmatch(name):
                remedy = "Name it without a colon, and not `text`."
                told = {"found": f"`{name}` is no name of a table.", "remedy": remedy}
                raise PydanticCustomError("told", "{found}", told)
        return objects
