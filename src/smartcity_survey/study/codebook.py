"""The codebook: what each column of the survey means, in every language of the report."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import (
    Field,
    ValidationError,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from smartcity_survey.errors import SurveyError
from smartcity_survey.parsing import Section, parse, read_yaml
from smartcity_survey.study.config import Label as Label
from smartcity_survey.study.config import Language
from smartcity_survey.study.dates import EXAMPLE, DayNumber, date_text, day_number
from smartcity_survey.study.multiple_choice import MultipleChoice
from smartcity_survey.study.spelling import folded

RESPONDENT = "respondent"
"""Name of the identifying column in every respondent-level file."""
WEIGHT = "sampling_weight"
"""Name of the sampling weights' column in the respondent-level files."""
RAKED_FROM = "weight_before_raking"
"""Name of the column of weights before raking in the respondent-level files."""
MARGIN = "raking_margin_"
"""What columns of the cells that weights were raked to begin with, margins counted from 1."""
CLUSTER = "sampling_cluster"
"""Name of the column of clusters in the respondent-level files."""
MARKED = "marked_as"
"""Name of the column of what the survey tool marks a row as, in the answers as read."""
CONSTANT = "constant"
"""Name of the constant among the terms of a regression."""
KEPT = {
    RESPONDENT: "identifier",
    WEIGHT: "weights",
    RAKED_FROM: "weights",
    CLUSTER: "clusters",
    MARKED: "marks of the survey tool",
    CONSTANT: "constant of regressions",
}
"""Names that no question or construct may have, and what they are kept for."""
HEADINGS = ("item", "construct")
"""Heads of the columns that name lines of tables whose other columns are items or constructs."""
MOST_SCALE_POINTS = 101


class Scale(Section):
    """An answer scale: whole codes from `minimum` to `maximum`."""

    minimum: int = Field(description="lowest code")
    maximum: int = Field(description="highest code")
    answers: dict[int, Label] = Field(default_factory=dict, description="wording of each code")
    spellings: dict[str, int] = Field(
        default_factory=dict, description="further wordings in the file -> the code each stands for"
    )
    ordered: bool = Field(
        True, description="false: nobody has put the answers in order yet, and nothing is read before"
    )
    continuous: bool = Field(False, description="true: numbers between the codes are answers too")

    @model_validator(mode="after")
    def _ends_and_codes(self) -> Scale:
        if self.minimum >= self.maximum:
            raise ValueError(f"minimum {self.minimum} is not below maximum {self.maximum}")
        if self.maximum - self.minimum >= MOST_SCALE_POINTS and not self.continuous:
            raise ValueError(f"an answer scale has at most {MOST_SCALE_POINTS} points")
        codes = [*self.answers, *self.spellings.values()]
        outside = [code for code in codes if not self.minimum <= code <= self.maximum]
        if outside:
            raise ValueError(f"answers outside {self.minimum} to {self.maximum}: {_listed(outside)}")
        _require_distinct(self.answers)
        return self


class ConstructEntry(Section):
    """A construct's label and the name its score has in the study's own tables."""

    label: Label = Field(description="name shown in tables")
    score: str | None = Field(None, description="name of its score variable, where the study has one")


class Item(Section):
    """One statement of the questionnaire."""

    construct_name: str = Field(alias="construct", description="construct it measures")
    label: Label = Field(description="short label")
    wording: Label | None = Field(
        None, description="the statement as people read it, for the next questionnaire; none: the label"
    )
    column: str | None = Field(None, description="its column in the survey file; none: named as the item")
    reverse: bool = Field(False, description="true: recoded to minimum + maximum - answer")
    wording_known: bool = Field(True, description="false: the label only names the item")
    scale: Scale | None = Field(None, description="its own scale; none: the common one")


class Band(Section):
    """A range of numbers or of dates, both ends included: a last date with all its day.

    Dates are numbers of days from here on (`dates.DayNumber`).
    """

    label: Label
    # The highest value first: the lowest is then held against it.
    maximum: float = Field(alias="to", description="highest value, a number or a date")
    minimum: float = Field(alias="from", description="lowest value, a number or a date")

    @field_serializer("maximum", "minimum")
    def _as_written(self, end: float) -> float | str:
        return end.written if isinstance(end, DayNumber) else end

    @field_validator("maximum", "minimum", mode="wrap")
    @classmethod
    def _number_or_date(cls, value: Any, read: Callable[[Any], float], info: ValidationInfo) -> float:
        end: float | None = _date_of(value, last=info.field_name == "maximum")
        if end is None:
            try:
                end = read(value)
            except ValidationError:
                if not isinstance(value, (str, date)):
                    raise
                raise PydanticCustomError(
                    "number_or_date", "Write a number, or a date as in {example}", {"example": EXAMPLE}
                ) from None
        other = info.data.get("maximum")
        if other is not None and isinstance(end, DayNumber) != isinstance(other, DayNumber):
            raise PydanticCustomError(
                "kind_of_end",
                "Write a {kind}, as at the other end of the band",
                {"kind": "date" if isinstance(other, DayNumber) else "number"},
            )
        return end


class Demographic(Section):
    """A question about the respondent: coded categories, or bands of a number or a date."""

    label: Label = Field(description="name shown in tables")
    wording: Label | None = Field(
        None, description="the question as people read it, for the next questionnaire; none: the label"
    )
    column: str | None = Field(None, description="its column in the survey file; none: of the same name")
    categories: dict[int, Label] = Field(default_factory=dict, description="label of each code")
    spellings: dict[str, int] = Field(
        default_factory=dict, description="further wordings in the file -> the code each stands for"
    )
    bands: tuple[Band, ...] = Field((), description="ranges of a number or a date")

    @model_validator(mode="after")
    def _one_kind(self) -> Demographic:
        if bool(self.categories) == bool(self.bands):
            raise ValueError("give either `categories` or `bands`")
        _require_distinct(self.categories)
        unknown = [code for code in self.spellings.values() if code not in self.categories]
        if unknown:
            raise ValueError(f"`spellings` of codes that are no category: {_listed(unknown)}")
        if self.of_dates and not all(isinstance(band.minimum, DayNumber) for band in self.bands):
            numbers = [_shown(b.minimum) for b in self.bands if not isinstance(b.minimum, DayNumber)]
            raise ValueError(
                f"some bands are of dates, but those from {_listed(numbers)} of numbers: make all of one kind"
            )
        _require_disjoint(self.bands)
        return self

    @property
    def of_dates(self) -> bool:
        """Whether the answers are dates."""
        return any(isinstance(band.minimum, DayNumber) for band in self.bands)

    def shown(self, answer: float) -> str:
        """An answer as a person writes it."""
        return date_text(answer) if self.of_dates else f"{answer:g}"


class Codebook(Section):
    """Constructs, items and demographic questions of one questionnaire."""

    scale: Scale
    constructs: dict[str, ConstructEntry]
    items: dict[str, Item]
    demographics: dict[str, Demographic] = Field(default_factory=dict)
    multiple_choice: dict[str, MultipleChoice] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Codebook:
        contradictions = []
        unknown = {
            name: item.construct_name
            for name, item in self.items.items()
            if item.construct_name not in self.constructs
        }
        if unknown:
            contradictions.append(
                "items of constructs that are not listed: "
                + _listed(
                    f"{item} ({construct}){_meant(construct, self.constructs)}"
                    for item, construct in unknown.items()
                )
            )
        named = {*self.items, *self.constructs, *self.demographics, *self.multiple_choice}
        if any(not name.strip() for name in named):
            contradictions.append("a name is empty: write one before the colon")
        clash = sorted(set(self.items) & (set(self.constructs) | set(self.demographics)))
        if clash:
            contradictions.append(f"names used for an item and for something else: {_listed(clash)}")
        for kept, use in KEPT.items():
            if kept in {*self.items, *self.demographics}:
                contradictions.append(f"the name `{kept}` is kept for the {use}: rename the question")
            if kept in self.constructs:
                contradictions.append(f"the name `{kept}` is kept for the {use}: rename the construct")
        for name in sorted(named):
            if name.startswith(MARGIN):
                contradictions.append(f"the name `{name}` is kept for the weights: rename the question")
        for heading in HEADINGS:
            if heading in {*self.items, *self.constructs}:
                contradictions.append(f"the name `{heading}` heads a column of the tables: choose another")
        asked = {*self.items, *self.constructs, *self.demographics}
        for name in sorted(asked & self.multiple_choice.keys()):
            contradictions.append(f"the name `{name}` is used in `multiple_choice` and for something else")
        heads = [*self.columns().values(), *self.choice_columns()]
        shared = [column for column, n in Counter(heads).items() if n > 1]
        if shared:
            contradictions.append(f"several questions read the column {_listed(shared)}")
        if not self.items:
            contradictions.append(
                "there are no items: write each under `items` with its `column`, `construct` and `label`, "
                "and each construct under `constructs`. Where columns under `multiple_choice` or "
                "`demographics` are items, move them from there"
            )
        if contradictions:
            raise ValueError("; ".join(contradictions))
        return self

    def columns(self) -> dict[str, str]:
        """Every item and demographic question with its column in the survey file."""
        questions: dict[str, Item | Demographic] = {**self.items, **self.demographics}
        return {name: question.column or name for name, question in questions.items()}

    def choice_columns(self) -> tuple[str, ...]:
        """Columns of the survey file that hold answers to questions with several."""
        return tuple(head for question in self.multiple_choice.values() for head in question.heads())

    def scale_of(self, item: str) -> Scale:
        """The answer scale of an item."""
        return self.items[item].scale or self.scale

    def coded(self, *, answers: bool = False) -> Codebook:
        """The same questions without words: names and codes stand in their place.

        answers : keep the words that answers may be given in.
        """

        def words(labels: Mapping[int, Label]) -> dict[int, Label]:
            return {code: label if answers else str(code) for code, label in labels.items()}

        def scale(full: Scale) -> Scale:
            kept = words(full.answers) if answers else {}
            return full.model_copy(update={"answers": kept, "spellings": full.spellings if answers else {}})

        return self.model_copy(
            update={
                "scale": scale(self.scale),
                "constructs": {name: ConstructEntry(label=name) for name in self.constructs},
                "items": {
                    name: item.model_copy(
                        update={
                            "label": name,
                            "wording": None,
                            "wording_known": True,
                            "scale": item.scale and scale(item.scale),
                        }
                    )
                    for name, item in self.items.items()
                },
                "demographics": {
                    name: question.model_copy(
                        update={
                            "label": name,
                            "wording": None,
                            "categories": words(question.categories),
                            "spellings": question.spellings if answers else {},
                            "bands": tuple(
                                band.model_copy(update={"label": str(position)})
                                for position, band in enumerate(question.bands, start=1)
                            ),
                        }
                    )
                    for name, question in self.demographics.items()
                },
                "multiple_choice": {
                    name: question.without_words(name) for name, question in self.multiple_choice.items()
                },
            }
        )

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
            raise SurveyError(
                place,
                f"no text in `{language}` (given: {given}).",
                "Add it there, or choose another `study.language`.",
            )
        return label[language]
    return label


def _require_distinct(answers: Mapping[int, Label]) -> None:
    """Refuse a wording that stands for two codes: an answer in words could not be told."""
    code_of: dict[str, int] = {}
    for code, label in answers.items():
        for wording in {label} if isinstance(label, str) else set(label.values()):
            other = code_of.setdefault(folded(wording), code)
            if other != code:
                raise ValueError(f"the wording {wording!r} stands for the codes {other} and {code}")


def _date_of(value: object, *, last: bool) -> DayNumber | None:
    """A date of yaml, or one written as text."""
    if isinstance(value, datetime):
        return day_number(value.isoformat(sep=" "), last=last)
    return day_number(str(value).strip(), last=last) if isinstance(value, (str, date)) else None


def _shown(end: float) -> str:
    return end.written if isinstance(end, DayNumber) else f"{end:g}"


def _require_disjoint(bands: Iterable[Band]) -> None:
    ordered = sorted(bands, key=lambda band: band.minimum)
    for band in ordered:
        if band.minimum > band.maximum:
            kind = "date" if isinstance(band.minimum, DayNumber) else "number"
            raise ValueError(f"a band from {_shown(band.minimum)} to {_shown(band.maximum)} holds no {kind}")
    for lower, upper in pairwise(ordered):
        if upper.minimum <= lower.maximum:
            raise ValueError(f"{_shown(upper.minimum)} lies in two bands")


def _meant(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=1)
    return f": did you mean {close[0]}?" if close else ""


def _listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names))
