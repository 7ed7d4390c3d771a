"""Step 3: which items measure which construct, and which are worded the other way round."""

from __future__ import annotations

from htmltools import Tag, tags

from smartcity_survey.studio.documents import Documents
from smartcity_survey.studio.edits.base import MOST_LETTERS
from smartcity_survey.studio.labels import label_of
from smartcity_survey.studio.view import (
    View,
    button,
    check_field,
    choice_field,
    field_id,
    sends,
    text_field,
)


def constructs_step(view: View) -> Tag:
    """A box for every construct with its items."""
    documents = view.study.read()
    labels = construct_labels(documents)
    return tags.div(
        tags.p(
            view.words(
                "Put every item into the construct that it measures. Mark items that are worded the other "
                "way round: who agrees with them has little of it."
            )
        ),
        *(_construct(view, documents, name, labels) for name in labels),
    )


def new_construct(view: View) -> Tag:
    """A field for one more; it is not drawn anew with the step, so that what is typed stays."""
    return tags.div(
        tags.label(view.words("New construct"), {"for": "new-construct", "class": "form-label"}),
        tags.div(
            tags.input(
                {
                    "type": "text",
                    "id": "new-construct",
                    "class": "form-control",
                    "maxlength": str(MOST_LETTERS),
                }
            ),
            tags.button(
                view.words("Add"),
                {
                    "type": "button",
                    "class": "btn btn-primary",
                    "data-from": "new-construct",
                    **sends("add_construct"),
                },
            ),
            {"class": "input-group"},
        ),
        {"class": "mt-3 narrow"},
    )


def construct_labels(documents: Documents) -> dict[str, str]:
    """Construct -> its label, in the codebook's order."""
    constructs = documents.codebook.get("constructs") or {}
    return {str(name): label_of(content, documents) for name, content in constructs.items()}


def _construct(view: View, documents: Documents, name: str, labels: dict[str, str]) -> Tag:
    items = {
        str(item): content
        for item, content in (documents.codebook.get("items") or {}).items()
        if content.get("construct") == name
    }
    legend = view.words("Name of the construct")
    lines = []
    for item, content in items.items():
        asked = label_of(content, documents)
        about = f"{view.words('Construct')}: {asked}"
        lines.append(
            tags.li(
                tags.span(asked, " ", tags.code(item), {"class": "asked"}),
                choice_field(field_id("assign", item), labels, name, about, sends("assign", item=item)),
                check_field(
                    field_id("turn", item),
                    bool(content.get("reverse")),
                    view.words("worded the other way round"),
                    sends("turn", item=item),
                ),
            )
        )
    empty = button(view.words("Remove"), sends("remove_construct", name=name)) if not items else None
    none = (
        tags.p(view.words("No item measures it yet."), {"class": "text-body-secondary"})
        if not items
        else None
    )
    return tags.fieldset(
        tags.legend(f"{labels[name]}", {"class": "visually-hidden"}),
        text_field(
            field_id("construct", name),
            labels[name],
            legend,
            sends("name_construct", name=name),
        ),
        tags.ul(*lines, {"class": "items"}),
        none,
        empty,
    )
