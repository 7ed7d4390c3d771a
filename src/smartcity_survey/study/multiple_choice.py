"""Questions with several answers, in the codebook."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, model_validator

from smartcity_survey.parsing import Section
from smartcity_survey.study.config import Label


class MultipleChoice(Section):
    """A question with several answers: joined in one column, or a column of yes and no for each."""

    label: Label = Field(description="name shown in tables")
    wording: Label | None = Field(
        None, description="the question as people read it, for the next questionnaire; none: the label"
    )
    column: str | None = Field(None, description="column that joins the answers")
    separator: str | None = Field(None, description="what stands between them: `;`, `,`, a space")
    further_columns: tuple[str, ...] = Field(
        (), description="columns of the second answer, the third and so on, where each stands in its own"
    )
    options: dict[str | int, Label] = Field(
        default_factory=dict, description="answer as the column has it -> its label"
    )
    rest: Label | None = Field(
        None,
        description="label of answers that are not listed, as in people's own words; none: they are mistakes",
    )
    columns: dict[str, Label] = Field(default_factory=dict, description="column of an answer -> its label")
    chosen: tuple[str | int, ...] = Field((1,), description="what such a column holds where it was chosen")
    not_chosen: tuple[str | int, ...] = Field(
        (0,), description="what it holds where it was not, beside empty cells"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> MultipleChoice:
        if bool(self.columns) == bool(self.options):
            raise ValueError(
                "give `column`, `separator` and `options`, or `columns` with a column for each answer"
            )
        if self.options and not (self.column and (self.separator or self.further_columns)):
            raise ValueError(
                "`options` stand in one column: name it under `column`, and give its `separator`"
            )
        if self.further_columns and not self.options:
            raise ValueError("`further_columns` hold one of the `options` each: give these")
        if self.rest is not None and self.columns:
            raise ValueError("`rest` is of a question in one column")
        return self

    @property
    def labels(self) -> Mapping[str, Label]:
        """Each answer with its label, as tables list them."""
        listed = {str(option): label for option, label in (self.options or self.columns).items()}
        return listed | ({REST: self.rest} if self.rest is not None else {})

    def without_words(self, name: str) -> MultipleChoice:
        """The same question with names in the place of labels."""
        return self.model_copy(
            update={
                "label": name,
                "wording": None,
                "options": {option: str(option) for option in self.options},
                "columns": {column: column for column in self.columns},
                "rest": None if self.rest is None else REST,
            }
        )

    def heads(self) -> tuple[str, ...]:
        """Its columns in the survey file."""
        return tuple(self.columns) or ((self.column, *self.further_columns) if self.column else ())


REST = "other answers"
"""The answers to a question that its list has not, as one."""


def column_of(question: str, option: str) -> str:
    """Name of the column that says who chose an answer, in the respondent-level files."""
    return f"{question}: {option}"
