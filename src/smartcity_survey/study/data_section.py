"""The section `data` of the config: where the answers are and how to read them."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, Literal

from pydantic import Field, model_validator

from smartcity_survey.parsing import Section

FileFormat = Literal[
    "auto", "sav", "por", "dta", "csv", "xlsx", "xls", "xlsb", "ods", "html", "parquet", "rds"
]
RowNumber = Annotated[int, Field(ge=1)]


class DataSection(Section):
    """Where the answers are and how to read them."""

    file: str = Field(
        description="survey file: .sav, .por, .dta, .csv, .tsv, .xlsx, .xls, .ods, .parquet or .rds"
    )
    codebook: str = Field(description="codebook: items, constructs, labels, demographics")
    respondent: str | None = Field(None, description="column that identifies a respondent; none: row numbers")
    published: str | None = Field(None, description="folder of printed numbers to compare with; none: skip")
    format: FileFormat = Field("auto", description="auto goes by the file's content")
    encoding: str | None = Field(
        None, description="text encoding; none: UTF-8 for csv, the file's own for sav"
    )
    header_rows: tuple[RowNumber, ...] = Field(
        (),
        description="rows that hold the names of the columns, by number (in a csv the line a row ends on); "
        "none: the first",
    )
    label_row: RowNumber | None = Field(None, description="row that holds the full text of the questions")
    skip_rows: tuple[RowNumber, ...] = Field(
        (), description="rows that are no questionnaires: a second header, a row of means"
    )
    decimal: Literal[".", ","] = Field(".", description="decimal mark of numbers written as text")
    sheet: str | int = Field(0, description="sheet of a spreadsheet, by name or position")
    weight: str | None = Field(
        None,
        description="column of sampling weights; none: all respondents count alike",
    )
    cluster: str | None = Field(
        None,
        description="column of the clusters drawn as a whole (schools, mahallas); none: respondents were "
        "drawn one by one",
    )
    missing_codes: tuple[float | str, ...] = Field(
        (), description="codes and words that mean no answer, beside those the .sav declares"
    )
    marked: dict[str, tuple[str | float, ...]] = Field(
        default_factory=dict,
        description="column of the survey tool -> what it holds in rows that are no answers: previews, "
        "tests, spam, unfinished questionnaires; an empty text is an empty cell; the rule `marked` excludes "
        "them",
    )
    same_question: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="column -> columns with the same question in other languages, of which everybody "
        "answered one; they are read as one column",
    )

    @model_validator(mode="after")
    def _columns_differ(self) -> DataSection:
        named = {key: getattr(self, key) for key in ("respondent", "weight", "cluster")}
        for first, second in combinations((key for key, column in named.items() if column), 2):
            if " ".join(named[first].split()) == " ".join(named[second].split()):
                raise ValueError(
                    f"`{first}` and `{second}` are the same column, {named[first]}; name one of them "
                    "otherwise or leave it out"
                )
        return self
