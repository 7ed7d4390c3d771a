"""Step 2: what was understood of the survey file, column by column, to be corrected."""

from __future__ import annotations

from htmltools import Tag, TagChild, tags

from smartcity_survey.studio.columns import Used, uses
from smartcity_survey.studio.steps.answers import answers_cells
from smartcity_survey.studio.view import View, choice_field, field_id, sends, text_field

_USES = {
    "items": "Item of the questionnaire",
    "demographics": "About the respondent",
    "unused": "Not used",
}
_SEVERAL = "Several answers possible"


def columns_step(view: View) -> Tag:
    """A line for every column: what it is used as, its label, its answers."""
    found = uses(view.study)
    answers = answers_cells(view, found)
    rows = [tags.tr(*_cells(view, one, cell)) for one, cell in zip(found, answers, strict=True)]
    heads = ("Column of the file", "Used as", "Label", "Answers")
    return tags.div(
        tags.p(view.words("Correct what was understood wrongly. Every change is saved at once.")),
        tags.table(
            tags.caption(view.words("Columns of the survey file"), {"class": "visually-hidden"}),
            tags.thead(tags.tr(*(tags.th(view.words(head), {"scope": "col"}) for head in heads))),
            tags.tbody(*rows),
            {"class": "table align-middle cards"},
        ),
    )


def _cells(view: View, one: Used, answers: TagChild) -> list[Tag]:
    column = one.column.name
    named = f"{view.words('Used as')}: {column}"
    options = {key: view.words(text) for key, text in _USES.items()}
    if one.several:
        options = {"multiple_choice": view.words(_SEVERAL), "unused": options["unused"]}
    use = choice_field(field_id("use", column), options, one.use, named, sends("use", column=column))
    label: TagChild = tags.span(one.asked, {"class": "text-body-secondary"})
    if one.use in ("items", "demographics"):
        about = f"{view.words('Label')}: {column}"
        edit = sends("name_question", question=one.name)
        label = text_field(field_id("label", one.name), one.asked, about, edit)
    cells = (tags.code(column), use, label, answers)
    heads = ("Column of the file", "Used as", "Label", "Answers")
    return [tags.td(cell, {"data-head": view.words(head)}) for head, cell in zip(heads, cells, strict=True)]
