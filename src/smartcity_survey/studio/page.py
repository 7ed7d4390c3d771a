"""The page: its parts, and what it does with what it is sent (Shiny for Python)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import parse_qs

from htmltools import Tag, TagList, tags
from shiny import App, Inputs, Outputs, Session, reactive, render, ui
from shiny.types import FileInfo
from starlette.requests import Request

from smartcity_survey.check import check_study
from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import LANGUAGES, error_in, language_of, language_of_system
from smartcity_survey.new_wave.start import start_new_wave
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.edits import edit_of
from smartcity_survey.studio.result import report_step, written_at
from smartcity_survey.studio.running import Runner
from smartcity_survey.studio.steps import DRAWN, Step
from smartcity_survey.studio.steps.constructs import new_construct
from smartcity_survey.studio.steps.options import LANGUAGES as NAMES_OF_LANGUAGES
from smartcity_survey.studio.view import View
from smartcity_survey.study.config import Language

T = TypeVar("T")

HERE = Path(__file__).parent
LOOKED = 1.0
"""Seconds between two looks at the study's files, which another page or an editor may have changed."""


def studio_app(study: Study, runner: Runner, end: Callable[[], None]) -> App:
    """The page of a study.

    end : ends the studio, where somebody asks for it.
    """

    def page(request: Request) -> Tag:
        return _page(View(study, _language(study, request.query_params.get("language", ""))))

    def server(input: Inputs, output: Outputs, session: Session) -> None:
        _Server(study, runner, end, input, output, session).serve()

    return App(cast(Any, page), server)


def _language(study: Study, asked: str) -> Language:
    """The page's language: as asked, else the study's, else the system's."""
    chosen = next((language for language in LANGUAGES if language == asked), None)
    return chosen or language_of(study.folder) or language_of_system()


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
        ui.nav_panel(f"1 {words('Survey file')}", _upload(view), value="file"),
        *(
            ui.nav_panel(
                f"{number} {words(step.title)}",
                ui.output_ui(step.name),
                new_construct(view) if step.name == "constructs" else None,
                value=step.name,
            )
            for number, step in enumerate(DRAWN, start=2)
        ),
        ui.nav_panel(f"{len(DRAWN) + 2} {words('Analysis')}", _analysis(view), value="analysis"),
        ui.nav_panel(f"{len(DRAWN) + 3} {words('Report')}", ui.output_ui("report"), value="report"),
    ]
    return ui.page_fluid(
        tags.head(
            tags.link({"rel": "icon", "href": "data:,"}),
            tags.meta({"name": "viewport", "content": "width=device-width, initial-scale=1"}),
            tags.style((HERE / "page.css").read_text(encoding="utf-8")),
            tags.script((HERE / "page.js").read_text(encoding="utf-8")),
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
            ui.input_action_button("end", words("End the studio"), class_="btn btn-sm btn-outline-secondary"),
        ),
        title=words("Studio"),
        lang=view.language,
    )


def _upload(view: View) -> Tag:
    words = view.words
    if view.study.begun:
        return tags.div(
            tags.p(words("This folder holds a study. Go through the steps, or run the analysis at once.")),
            ui.output_ui("understood"),
        )
    return tags.div(
        tags.p(
            words(
                "Choose the file in which your survey tool saved the answers: Excel, CSV, SPSS, or the "
                "export of Google Forms, KoBo, LimeSurvey and others. A row for each respondent."
            )
        ),
        ui.input_file("survey", words("Survey file"), button_label=words("Choose a file"), placeholder=""),
        ui.output_ui("understood"),
        {"class": "drop"},
    )


def _analysis(view: View) -> Tag:
    words = view.words
    return tags.div(
        tags.p(words("What is out of date is computed; a run that was stopped goes on where it was.")),
        tags.div(
            ui.input_action_button("check", words("Check"), class_="btn btn-outline-primary"),
            ui.input_action_button("run", words("Run the analysis"), class_="btn btn-primary"),
            ui.input_action_button("stop", words("Stop"), class_="btn btn-outline-danger"),
            {"class": "buttons"},
        ),
        ui.output_ui("checked"),
        ui.output_ui("bars"),
    )


def _set_if_other(kept: reactive.value[T], value: T) -> None:
    """Set a value that is another: Shiny takes an equal one for new, and draws what depends on it anew."""
    with reactive.isolate():
        same = kept() == value
    if not same:
        kept.set(value)


class _Server:
    """What one open page does."""

    def __init__(
        self,
        study: Study,
        runner: Runner,
        end: Callable[[], None],
        input: Inputs,
        output: Outputs,
        session: Session,
    ) -> None:
        self._study, self._runner, self._end = study, runner, end
        self._input, self._output, self._session = input, output, session
        self._own: set[tuple[int, ...]] = (
            set()
        )  # versions of the files that leave the page's fields as they are
        self._drawn = reactive.value(study.version())
        self._seen = reactive.value(study.version())
        self._written = reactive.value(written_at(study))
        self._said: reactive.value[Sequence[str]] = reactive.value(())
        self._refused: reactive.value[str] = reactive.value("")
        self._found: reactive.value[tuple[Sequence[str], Sequence[str]]] = reactive.value(((), ()))

    @property
    def _view(self) -> View:
        with reactive.isolate():
            asked = parse_qs(str(self._session.clientdata.url_search()).lstrip("?")).get("language", [""])[0]
        return View(self._study, _language(self._study, asked))

    def serve(self) -> None:
        """Set up all outputs and effects of the page."""
        for step in DRAWN:
            self._shows(step.name, partial(self._draw, step))
        for name in ("state", "understood", "checked", "bars", "report"):
            self._shows(name, getattr(self, f"_{name}"))
        self._watch_files()
        self._take_file()
        self._take_edits()
        self._take_buttons()

    def _shows(self, name: str, draw: Callable[[], Any]) -> None:
        def drawn() -> Any:
            return draw()

        self._output(id=name)(render.ui(drawn))

    def _draw(self, step: Step) -> Any:
        self._drawn()
        if not self._study.begun:
            return tags.p(self._view.words("Choose the survey file first."))
        try:
            return step.draw(self._view)
        except SurveyError as error:
            return self._errors(error)

    def _errors(self, error: SurveyError) -> Tag:
        return tags.pre(
            error_in(error, self._view.language), {"class": "alert alert-danger", "role": "alert"}
        )

    def _state(self) -> Any:
        """What was refused last, and what stands in the way of a run."""
        view = self._view
        refused = self._refused()
        self._seen()
        problems = self._study.problems() if self._study.begun else ()
        lines = [view.problem(problem) for problem in problems]
        return TagList(
            tags.p(refused, {"class": "alert alert-warning"}) if refused else None,
            tags.details(
                tags.summary(view.words("To be filled in or decided before the analysis can run")),
                tags.ul(*map(tags.li, lines)),
                {"open": "", "class": "alert alert-warning"},
            )
            if lines
            else None,
        )

    def _understood(self) -> Any:
        return tags.ul(*(tags.li(line) for line in self._said()))

    def _watch_files(self) -> None:
        @reactive.effect
        def look() -> None:
            reactive.invalidate_later(LOOKED)
            _set_if_other(self._written, written_at(self._study))
            version = self._study.version()
            _set_if_other(self._seen, version)
            if version not in self._own:
                _set_if_other(self._drawn, version)

    def _take_file(self) -> None:
        @reactive.effect
        @reactive.event(self._input.survey)
        async def take() -> None:
            sent = cast("list[FileInfo] | None", self._input.survey())
            if not sent:
                return
            view = self._view
            if self._study.begun:
                self._said.set(
                    [view.words("Another page has begun the study meanwhile: go through the steps.")]
                )
                return
            # Under its own name, in a place of its own: it is copied into the study's folder.
            with tempfile.TemporaryDirectory() as place:
                named = Path(place) / Path(sent[0]["name"].replace("\\", "/")).name
                shutil.copyfile(sent[0]["datapath"], named)
                try:
                    draft = start_new_wave(self._study.folder, named)
                except SurveyError as error:
                    self._said.set(error_in(error, view.language).replace(f"{place}/", "").splitlines())
                    return
            lines = [view.words(line) for line in (*draft.guesses, *draft.to_do)]
            self._said.set([view.words("The study is begun. What was guessed:"), *lines])
            self._drawn.set(self._study.version())
            ui.update_navset("step", selected="columns", session=self._session)

    def _take_edits(self) -> None:
        @reactive.effect
        @reactive.event(self._input.edit)
        def take() -> None:
            try:
                edit = edit_of(self._input.edit())
                self._study.change(edit.apply)
            except SurveyError as error:
                self._refused.set(error_in(error, self._view.language))
                self._drawn.set(
                    (*self._study.version(), -1)
                )  # the field shows again what stands in the files
                return
            self._refused.set("")
            version = self._study.version()
            if edit.redraws:
                self._drawn.set(version)
            else:
                self._own.add(version)

    def _take_buttons(self) -> None:
        @reactive.effect
        @reactive.event(self._input.check)
        def check() -> None:
            view = self._view
            try:
                checked = check_study(self._study.folder)
            except SurveyError as error:
                self._found.set(((), error_in(error, view.language).splitlines()))
                return
            warnings = [view.problem(warning) for warning in checked.warnings]
            summary = [view.words(line) for line in (*checked.summary, checked.verdict)]
            self._found.set((summary, warnings))

        @reactive.effect
        @reactive.event(self._input.run)
        def run() -> None:
            self._found.set(((), ()))
            self._runner.begin(self._view.language)

        @reactive.effect
        @reactive.event(self._input.stop)
        def stop() -> None:
            self._runner.stop()

        @reactive.effect
        @reactive.event(self._input.end)
        def end() -> None:
            self._end()

    def _checked(self) -> Any:
        summary, problems = self._found()
        return TagList(
            tags.ul(*map(tags.li, summary)) if summary else None,
            tags.ul(*map(tags.li, problems), {"class": "alert alert-warning"}) if problems else None,
        )

    def _bars(self) -> Any:
        """How far the run is; drawn anew while it works."""
        words, shown = self._view.words, self._runner.shown
        reactive.invalidate_later(0.5 if self._runner.at_work else 2)
        bars = [*([shown.whole] if shown.whole else []), *shown.steps.values()]
        drawn = [
            tags.p(
                tags.label(words(bar.what), {"for": f"bar-{place}"}),
                tags.progress({"id": f"bar-{place}", "value": str(bar.done), "max": str(bar.total)}),
                f" {bar.done}/{bar.total}",
            )
            for place, bar in enumerate(bars)
            if self._runner.at_work
        ]
        state = None
        if self._runner.at_work:
            state = words("The analysis is at work.")
        elif shown.stopped:
            state = words("The analysis was stopped; run it again, and it goes on where it was.")
        elif shown.ended == 0:
            state = words("The analysis is finished: the next step shows the report.")
        elif shown.ended is not None:
            state = words("The analysis did not come to its end; why is below.")
        lines = tags.pre("\n".join(shown.lines), {"class": "lines", "tabindex": "0"}) if shown.lines else None
        return TagList(
            tags.p(state, {"role": "status", "class": "fw-bold"}) if state else None, *drawn, lines
        )

    def _report(self) -> Any:
        self._written()
        return report_step(self._view)
