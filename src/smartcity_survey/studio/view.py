"""What every step of the page is drawn from, and the fields that send edits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from htmltools import Tag, TagChild, tags

from smartcity_survey.errors import Problem
from smartcity_survey.messages import problem_in, translated
from smartcity_survey.studio.documents import Study
from smartcity_survey.study.config import Language


@dataclass(frozen=True, slots=True)
class View:
    """A study as one page shows it, in the page's language."""

    study: Study
    language: Language

    def words(self, english: str) -> str:
        """A text of the page in its language."""
        return translated(english, self.language)

    def problem(self, problem: Problem) -> str:
        """A problem in the page's language."""
        return problem_in(problem, self.language)


def sends(do: str, **about: str) -> dict[str, str]:
    """Attributes of a field or button whose change is an edit: `page.js` sends it with the field's value."""
    return {"data-edit": json.dumps({"do": do, **about}, ensure_ascii=False)}


def field_id(do: str, *about: str) -> str:
    """An id of a field, the same whenever the step is drawn again, so that the keyboard stays there."""
    return "-".join([do, *(one.encode("utf-8").hex() for one in about)])


def text_field(name: str, value: str, label: str, edit: Mapping[str, str], **more: Any) -> Tag:
    """A line of text with its name for who cannot see where it stands."""
    return tags.input(
        {
            "type": "text",
            "id": name,
            "value": value,
            "aria-label": label,
            "class": "form-control",
            **edit,
            **more,
        }
    )


def choice_field(
    name: str, options: Mapping[str, str], chosen: str, label: str, edit: Mapping[str, str], **more: Any
) -> Tag:
    """A choice of several."""
    entries = [
        tags.option(text, {"value": value, **({"selected": ""} if value == chosen else {})})
        for value, text in options.items()
    ]
    return tags.select(*entries, {"id": name, "aria-label": label, "class": "form-select", **edit, **more})


def check_field(
    name: str, checked: bool, label: TagChild, edit: Mapping[str, str], hidden: bool = False
) -> Tag:
    """A box to be ticked, with its label beside it or for who cannot see where it stands."""
    box = tags.input(
        {
            "type": "checkbox",
            "id": name,
            "class": "form-check-input",
            **edit,
            **({"checked": ""} if checked else {}),
        },
        {"aria-label": str(label)} if hidden else {},
    )
    return box if hidden else tags.label(box, " ", label, {"for": name, "class": "form-check-label"})


def button(text: str, edit: Mapping[str, str], look: str = "btn-outline-secondary", **more: str) -> Tag:
    """A button that sends an edit."""
    return tags.button(text, {"type": "button", "class": f"btn btn-sm {look}", **edit, **more})
