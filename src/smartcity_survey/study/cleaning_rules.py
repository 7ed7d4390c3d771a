"""Rules that exclude questionnaires, each with what it excludes; `data/clean.py` applies them."""

from typing import Annotated, Literal

from pydantic import Field

CleaningRule = Annotated[
    Literal[
        "marked",
        "blank_form",
        "missing_items",
        "out_of_range",
        "unknown_category",
        "duplicate_respondent",
        "duplicate_answers",
        "careless",
    ],
    Field(
        json_schema_extra={
            "enumDescriptions": [
                "marked by the survey tool as a test, as spam or as unfinished, by `data.marked`",
                "no item answered",
                "more unanswered items than `missing_items_at_most`",
                "a code outside the item's scale",
                "a demographic code that the codebook lacks",
                "an identifier seen before; the first questionnaire stays",
                "all answers as in an earlier row",
                "an index of careless answers beyond its limit under `careless`",
            ]
        }
    ),
]
