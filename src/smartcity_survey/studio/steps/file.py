"""Step 1: the survey file, what was made of it, and a newer one that may take its place."""

from __future__ import annotations

from htmltools import Tag, TagList, tags
from shiny import ui

from smartcity_survey.studio.sent import Drafted, Newer
from smartcity_survey.studio.view import View, with_code


def said(text: str) -> Tag:
    """A line of a list."""
    return tags.li(*with_code(text))


def already_begun(view: View) -> Tag:
    """What stands above the field for the survey file where there is a study."""
    words = view.words
    return tags.div(
        tags.p(words("This folder holds a study. Go through the steps, or run the analysis at once.")),
        tags.p(
            words(
                "A newer export of the same survey can take the place of the survey file: choose it here. "
                "What differs is told first; columns, constructs, model and options stay."
            )
        ),
        {"class": "begun"},
    )


def drafted_lists(view: View, drafted: Drafted) -> TagList:
    """What was guessed, to be looked at; and what is to be done."""
    lists = ((view.words("To do"), drafted.to_do), (view.words("What was guessed"), drafted.guesses))
    return TagList(
        tags.p(view.words("The study is begun."), {"role": "status"}),
        *(
            tags.details(
                tags.summary(title),
                tags.ul(*map(view.line, lines), {"tabindex": "0"}),
                {"open": "", "class": "alert alert-info", "id": f"drafted-{place}"},
            )
            for place, (title, lines) in enumerate(lists)
            if lines
        ),
    )


def newer_file(view: View, newer: Newer) -> Tag:
    """How a newer file differs from the one in use, and whether it is to take its place."""
    used = view.study.config().data.file
    return tags.div(
        tags.p(view.words(f"{newer.name} can take the place of {used}:")),
        tags.ul(*map(view.line, newer.differs)),
        tags.div(
            ui.input_action_button("put_in_place", view.words("Put it in place"), class_="btn btn-primary"),
            ui.input_action_button("leave_it", view.words("Leave it"), class_="btn btn-outline-secondary"),
            {"class": "buttons"},
        ),
        {"class": "alert alert-info", "role": "status"},
    )
