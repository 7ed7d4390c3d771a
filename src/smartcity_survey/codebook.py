"""The codebook: what each column of the survey means, in every language of the report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, model_validator

from smartcity_survey.config import Label as Label
from smartcity_survey.config import Language, Section, parse, read_yaml
from smartcity_survey.errors import SurveyError


class Scale(Section):
    """An answer scale: whole codes from `minimum` to `maximum`."""

    minimum: int = Field(description="lowest code")
    maximum: int = Field(description="highest code")
    answers: dict[int, Label] = Field(default_factory=dict, description="wording of each code")

    @model_validator(mode="after")
    def _ordered(self) -> Scale:
        if self.minimum >= self.maximum:
            raise ValueError(f"minimum {self.minimum} is not below maximum {self.maximum}")
        return self


class ConstructEntry(Section):
    """A construct's label and the name its score has in the study's own tables."""

    label: Label = Field(description="name shown in tables")
    score: str | None = Field(None, description="name of its score variable, where the study has one")


class Item(Section):
    """One statement of the questionnaire."""

    construct_name: str = Field(alias="construct", description="construct it measures")
    label: Label = Field(description="short label")
    reverse: bool = Field(False, description="true: recoded to minimum + maximum - answer")
    wording_known: bool = Field(True, description="false: the label only names the item")
    scale: Scale | None = Field(None, description="its own scale; none: the common one")


class Band(Section):
    """A range of a numeric demographic variable, both ends included."""

    label: Label
    minimum: float = Field(alias="from", description="lowest value")
    maximum: float = Field(alias="to", description="highest value")


class Demographic(Section):
    """A question about the respondent: coded categories, or bands of a number."""

    label: Label = Field(description="name shown in tables")
    categories: dict[int, Label] = Field(default_factory=dict, description="label of each code")
    bands: tuple[Band, ...] = Field((), description="ranges of a numeric answer")

    @model_validator(mode="after")
    def _one_kind(self) -> Demographic:
        if bool(self.categories) == bool(self.bands):
            raise ValueError("give either `categories` or `bands`")
        return self


class Codebook(Section):
    """Constructs, items and demographic questions of one questionnaire."""

    scale: Scale
    constructs: dict[str, ConstructEntry]
    items: dict[str, Item]
    demographics: dict[str, Demographic] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Codebook:
        unknown = {
            name: item.construct_name
            for name, item in self.items.items()
            if item.construct_name not in self.constructs
        }
        if unknown:
            raise ValueError(
                "items of constructs that are not listed: "
                + ", ".join(f"{item} ({construct})" for item, construct in unknown.items())
            )
        clash = sorted(set(self.items) & (set(self.constructs) | set(self.demographics)))
        if clash:
            raise ValueError(f"names used for an item and for something else: {', '.join(clash)}")
        return self

    def scale_of(self, item: str) -> Scale:
        """The answer scale of an item."""
        return self.items[item].scale or self.scale

    def items_of(self, construct: str) -> tuple[str, ...]:
        """Items of a construct, in the questionnaire's order."""
        return tuple(name for name, item in self.items.items() if item.construct_name == construct)


def read_codebook(path: Path) -> Codebook:
    """Read and validate a codebook; SurveyError lists every problem."""
    return parse(Codebook, read_yaml(path), str(path))


def text(label: Label, language: Language, place: str) -> str:
    """The label in one language; one text without a language serves all.

    Raises
    ------
    SurveyError
        where labels are given per language but not in this one.
    """
    if isinstance(label, Mapping):
        if language not in label:
            given = ", ".join(label) or "none"
            raise SurveyError(place, f"no label in `{language}` (given: {given}).", "Add it to the codebook.")
        return label[language]
    return label
