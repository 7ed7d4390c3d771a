"""The page: its parts, which `server.py` fills (Shiny for Python)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from htmltools import Tag, head_content, tags
from shiny import App, Inputs, Outputs, Session, ui
from starlette.requests import Request

from smartcity_survey.messages import LANGUAGES
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.freshness import Freshness
from smartcity_survey.studio.running import Runner
from smartcity_survey.studio.server import Server, page_language
from smartcity_survey.studio.steps import DRAWN
from smartcity_survey.studio.steps.constructs import new_construct
from smartcity_survey.studio.steps.file import already_begun
from smartcity_survey.studio.view import View, with_code
from smartcity_survey.studio.words.on_the_page import LANGUAGES as NAMES_OF_LANGUAGES

_CLOSED = "Everything is saved. This page can be closed; `smartcity-survey studio` opens it again."
_STOPS = "The analysis was stopped; run it again, and it goes on where it was."
STEPS_IN_ORDER = ("file", *(step.name for step in DRAWN), "analysis", "report")
HERE = Path(__file__).parent
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E"
    "%3Ccircle cx='4' cy='4' r='4' fill='%231f2933'/%3E%3C/svg%3E"
)
"""Without one a browser asks for a file that is not there."""


def studio_app(study: Study, runner: Runner, end: Callable[[], None]) -> App:
    """The page of a study.

    end : ends the studio, where somebody asks for it.
    """
    fresh = Freshness(study, runner)

    def page(request: Request) -> Tag:
        return _page(View(study, page_language(study, request.query_params.get("language", ""))))

    def server(input: Inputs, output: Outputs, session: Session) -> None:
        Server(study, runner, fresh, end, input, output, session).serve()

    return App(cast(Any, page), server)


def _page(view: View) -> Tag:
    words = view.words
    languages = [
        tags.li(
            tags.a(
                NAMES_OF_LANGUAGES[language],
                {"href": f"?language={language}", "lang": language},
                {"aria-current": "page"} if language == view.language else {},
            )
        )
        for language in LANGUAGES
    ]
    panels = [
        ui.nav_panel(_headed("file", words("Survey file")), _upload(view), value="file"),
        *(
            ui.nav_panel(
                _headed(step.name, words(step.title)),
                ui.output_ui("guessed") if step.name == "columns" else None,
                ui.output_ui(step.name),
                new_construct(view) if step.name == "constructs" else None,
                value=step.name,
            )
            for step in DRAWN
        ),
        ui.nav_panel(_headed("analysis", words("Analysis")), _analysis(view), value="analysis"),
        ui.nav_panel(
            _headed("report", words("Report")),
            ui.output_ui("old_report"),
            ui.output_ui("report"),
            value="report",
        ),
    ]
    return ui.page_fluid(
        head_content(
            tags.link({"rel": "icon", "href": _ICON}),
            tags.meta({"name": "viewport", "content": "width=device-width, initial-scale=1"}),
            tags.style((HERE / "page.css").read_text(encoding="utf-8")),
            tags.script((HERE / "page.js").read_text(encoding="utf-8")),
        ),
        tags.div(
            tags.h1(words("The studio is closed.")),
            tags.p(words(_STOPS), {"id": "stops"}),
            tags.p(*with_code(words(_CLOSED))),
            {"id": "closed", "role": "alert", "hidden": ""},
        ),
        tags.div(
            tags.h1(words("The studio does not answer.")),
            tags.p(
                words(
                    "It was closed, or the connection to it was lost. What was done is saved. Load this page "
                    "anew, or start the studio once more."
                )
            ),
            {"id": "lost", "role": "alert", "hidden": ""},
        ),
        tags.header(
            tags.h1(words("Studio")),
            tags.code(str(view.study.folder)),
            tags.ul(*languages, {"class": "languages", "aria-label": words("Language of this page")}),
        ),
        tags.main(
            tags.div(ui.output_ui("state"), {"aria-live": "polite", "class": "state"}),
            ui.navset_underline(*panels, id="step"),
        ),
        tags.footer(
            tags.p(words("Nothing leaves this computer. Everything stands in the study's folder.")),
            tags.div(ui.output_ui("asked"), {"aria-live": "assertive"}),
            ui.input_action_button("end", words("End the studio"), class_="btn btn-sm btn-outline-secondary"),
        ),
        title=words("Studio"),
        lang=view.language,
    )


def _headed(step: str, title: str) -> str:
    """A step's title with its number, by which messages name it."""
    return f"{STEPS_IN_ORDER.index(step) + 1} {title}"


def _upload(view: View) -> Tag:
    """The field for the survey file; it stays in place, and is hidden by what says that a study is begun."""
    words = view.words
    asks = tags.div(
        tags.p(
            *with_code(
                words(
                    "Choose the file in which your survey tool saved the answers: Excel, CSV, SPSS, or the "
                    "export of Google Forms, KoBo, LimeSurvey and others. A row for each respondent."
                )
            )
        ),
        ui.input_file("survey", words("Survey file"), button_label=words("Choose a file"), placeholder=""),
        {"class": "drop"},
    )
    begun = already_begun(view) if view.study.begun else ui.output_ui("begun")
    return tags.div(begun, asks, ui.output_ui("understood"), {"class": "first"})


def _analysis(view: View) -> Tag:
    words = view.words
    return tags.div(
        tags.p(words("What is out of date is computed; a run that was stopped goes on where it was.")),
        tags.div(
            ui.input_action_button("check", words("Check"), class_="btn btn-outline-primary", disabled=True),
            ui.input_action_button("run", words("Run the analysis"), class_="btn btn-primary", disabled=True),
            ui.input_action_button("stop", words("Stop"), class_="btn btn-outline-danger", disabled=True),
            {"class": "buttons"},
        ),
        ui.output_ui("old"),
        ui.output_ui("checked"),
        ui.output_ui("bars"),
    )
