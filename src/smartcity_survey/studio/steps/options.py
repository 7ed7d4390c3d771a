"""Step 5: the few options that everybody chooses, and all others of one value, folded."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from htmltools import Tag, tags
from shiny import ui

from smartcity_survey.check.gaps import gaps_without_method
from smartcity_survey.errors import SurveyError
from smartcity_survey.studio.edits.base import MOST_LETTERS
from smartcity_survey.studio.labels import label_of
from smartcity_survey.studio.options import (
    CALLED,
    CHOICES,
    SECTIONS,
    SHOWN,
    Offered,
    in_capitals,
    offered,
    shown_list,
)
from smartcity_survey.studio.view import (
    View,
    button,
    check_field,
    choice_field,
    field_id,
    sends,
    with_code,
)
from smartcity_survey.studio.words.on_the_page import LANGUAGES
from smartcity_survey.study.missing_answers import gaps_taken

GAPS = "cleaning.missing_items_at_most"


def options_step(view: View) -> Tag:
    """Fields of the options, each with what it does."""
    documents = view.study.read()
    found = {one.key: one for one in offered()}
    config = documents.config

    def row(option: Offered) -> Tag:
        section, name = option.key.split(".")
        written = (config.get(section) or {}).get(name)
        if option.key == "study.title":
            written = label_of({"label": written or ""}, documents)
        return _option(view, option, written)

    rest = [one for key, one in found.items() if key not in SHOWN]
    folded = [
        tags.details(
            tags.summary(view.words(SECTIONS[section]), " ", tags.code(section)),
            *map(row, own),
            {"id": f"folded-{section}"},
        )
        for section, own in groupby(rest, key=lambda one: one.key.partition(".")[0])
    ]
    shown = [part for key in SHOWN for part in (row(found[key]), *([ui.output_ui("gaps")] * (key == GAPS)))]
    return tags.div(
        *shown,
        tags.details(
            tags.summary(view.words("All other options")), *folded, {"class": "mt-4", "id": "folded"}
        ),
    )


def gaps_note(view: View) -> Tag | None:
    """What is told beside the number of gaps that a row may have, where no method takes such rows."""
    try:
        config = view.study.config()
    except SurveyError:  # which is told above the steps
        return None
    if not (remedy := gaps_without_method(config)):
        return None
    told = view.words(
        "Rows with unanswered items are kept, but no method takes them: where there is one, the run is "
        "refused."
    )
    choose = button(view.words("Choose these methods"), {"id": "take_gaps", **sends("take_gaps")})
    return tags.div(
        tags.p(*with_code(f"{told} {view.told(remedy)}")),
        choose if gaps_taken(config).section else None,
        {"class": "alert alert-warning option", "role": "status"},
    )


def _option(view: View, option: Offered, written: Any) -> Tag:
    name, edit = field_id("option", option.key), sends("option", key=option.key)
    # What each choice means, which the config's comment has to say, stands in its own words here.
    description = view.words(CALLED.get(option.key, option.description))
    description = in_capitals(description.partition(";")[0] if option.choices else description)
    if option.many:
        description += f" {view.words('Several stand with semicolons between them.')}"
        written, default = shown_list(written or ()), ""
    else:
        default = "" if option.default is None else f"{option.default}"
    value = "" if written is None else f"{written}"
    if option.kind is bool:
        checked = option.default if written is None else bool(written)
        return tags.p(check_field(name, bool(checked), tags.span(*with_code(description)), edit))
    if option.choices:
        choices = {one: LANGUAGES.get(one) or in_capitals(view.words(CHOICES[one])) for one in option.choices}
        field = choice_field(name, choices, value or default, description, edit)
    else:
        kind = "text" if option.kind is str else "number"
        field = tags.input({"type": kind, "id": name, "class": "form-control", "value": value, **edit})
        if kind == "text":
            field.attrs["maxlength"] = str(MOST_LETTERS)
        if default:
            field.attrs["placeholder"] = default
        if kind == "number":
            field.attrs["step"] = "1" if option.kind is int else "any"
    label = tags.label(*with_code(description), " ", {"for": name, "class": "form-label"})
    label.append(tags.code(option.key))
    return tags.div(label, field, {"class": "option"})
