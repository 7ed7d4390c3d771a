"""What one open page shows and does with what it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property, partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import parse_qs

from htmltools import TagList, tags
from shiny import Inputs, Outputs, Session, reactive, render, ui
from shiny.types import FileInfo

from smartcity_survey.check import Checked, check_study
from smartcity_survey.errors import SurveyError
from smartcity_survey.messages import LANGUAGES, language_of, language_of_system
from smartcity_survey.studio.beside import beside
from smartcity_survey.studio.columns import StillRead
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.edits import edit_of
from smartcity_survey.studio.freshness import Freshness
from smartcity_survey.studio.result import bars, report_step, written_at
from smartcity_survey.studio.running import Runner
from smartcity_survey.studio.sent import Drafted, Newer, put_in_place, take_in
from smartcity_survey.studio.steps import DRAWN, Step
from smartcity_survey.studio.steps.file import already_begun, drafted_lists, newer_file, said
from smartcity_survey.studio.steps.options import gaps_note
from smartcity_survey.studio.view import View, with_code
from smartcity_survey.study.config import Language

T = TypeVar("T")

LOOKED = 1.0
"""Seconds between two looks at the study's files, which another page or an editor may have changed."""


def page_language(study: Study, asked: str) -> Language:
    """The page's language: as asked, else the study's, else the system's."""
    chosen = next((language for language in LANGUAGES if language == asked), None)
    return chosen or language_of(study.folder) or language_of_system()


def _set_if_other(kept: reactive.value[T], value: T) -> None:
    """Set a value that is another: Shiny takes an equal one for new, and draws what depends on it anew."""
    with reactive.isolate():
        same = kept() == value
    if not same:
        kept.set(value)


class Server:
    """What one open page does."""

    def __init__(
        self,
        study: Study,
        runner: Runner,
        fresh: Freshness,
        end: Callable[[], None],
        input: Inputs,
        output: Outputs,
        session: Session,
    ) -> None:
        self._study, self._runner, self._fresh, self._end = study, runner, fresh, end
        self._input, self._output, self._session = input, output, session
        self._own: set[tuple[int, ...]] = set()
        """Versions of the files that leave the page's fields as they are."""
        self._drawn = {step.name: reactive.value(study.version()) for step in DRAWN}
        self._tick = reactive.value(0)
        self._seen = reactive.value(study.version())
        self._written = reactive.value(written_at(study))
        self._old = reactive.value(False)
        self._at_work = reactive.value(runner.at_work)
        self._ending = reactive.value(False)
        self._said: reactive.value[Sequence[str]] = reactive.value(())
        self._drafted: reactive.value[Drafted | None] = reactive.value(None)
        self._newer: reactive.value[Newer | None] = reactive.value(None)
        self._told: reactive.value[tuple[str, Sequence[str]]] = reactive.value(("", ()))

    @cached_property
    def _view(self) -> View:
        """In the language that the page began in: a study that is begun meanwhile may have another."""
        with reactive.isolate():
            asked = parse_qs(str(self._session.clientdata.url_search()).lstrip("?")).get("language", [""])[0]
        return View(self._study, page_language(self._study, asked))

    def serve(self) -> None:
        """Set up all outputs and effects of the page."""
        for step in DRAWN:
            self._shows(step.name, partial(self._draw, step))
        for name in ("state", "begun", "understood", "guessed", "bars", "report", "asked", "gaps"):
            self._shows(name, getattr(self, f"_{name}"))
        for name in ("old", "old_report"):
            self._shows(name, self._out_of_date)
        self._keep_time()
        self._watch_files()
        self._take_file()
        self._take_edits()
        self._take_check()
        self._take_buttons()

    def _shows(self, name: str, draw: Callable[[], Any]) -> None:
        def drawn() -> Any:
            return draw()

        self._output(id=name)(render.ui(drawn))

    def _draw(self, step: Step) -> Any:
        self._drawn[step.name]()
        if not self._study.begun:
            return tags.p(self._view.words("Choose the survey file first."))
        try:
            with self._study.telling():
                return step.draw(self._view)
        except StillRead:
            self._tick()
            return tags.p(self._view.words("The file is read."), {"role": "status"})
        except SurveyError as error:
            lines = self._view.problems(error.problems)
            return tags.ul(*map(said, lines), {"class": "alert alert-danger", "role": "alert"})

    def _state(self) -> Any:
        """What was refused or told last, and what stands in the way of a run."""
        view = self._view
        refused, notes = self._told()
        self._seen()
        lines = view.problems(self._study.problems()) if self._study.begun else []
        return TagList(
            tags.p(*with_code(refused), {"class": "alert alert-warning"}) if refused else None,
            *(tags.p(view.words(note), {"class": "alert alert-info"}) for note in notes),
            tags.details(
                tags.summary(view.words("To be filled in or decided before the analysis can run")),
                tags.ul(*map(said, lines), {"tabindex": "0"}),
                {"open": "", "class": "alert alert-warning"},
            )
            if lines
            else None,
        )

    def _begun(self) -> Any:
        self._seen()
        return already_begun(self._view) if self._study.begun else None

    def _understood(self) -> Any:
        """What was said of the file that was sent."""
        said = tags.ul(*map(self._view.line, self._said())) if self._said() else None
        newer = self._newer()
        return TagList(said, newer_file(self._view, newer) if newer else None)

    def _guessed(self) -> Any:
        """What was guessed and what is to be done, above the columns, to which the page goes then."""
        drafted = self._drafted()
        return drafted_lists(self._view, drafted) if drafted and self._study.begun else None

    def _out_of_date(self) -> Any:
        if not self._old():
            return None
        said = self._view.words(
            "The report is out of date: what it is made from has changed since, or its run did not come to "
            "its end. Run the analysis again."
        )
        return tags.p(said, {"class": "alert alert-warning", "role": "status"})

    def _keep_time(self) -> None:
        """Tick as long as the page is open.

        Shiny's own timer is broken off where a page is closed while another is served, and prints that.
        """
        ended, ticks = asyncio.Event(), count(1)

        async def ticking() -> None:
            while not ended.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), LOOKED)
                    return
                async with reactive.lock():
                    self._tick.set(next(ticks))
                    await reactive.flush()

        self._ticking = asyncio.create_task(ticking())
        self._session.on_ended(ended.set)

    def _watch_files(self) -> None:
        @reactive.effect
        def look() -> None:
            self._tick()
            _set_if_other(self._written, written_at(self._study))
            _set_if_other(self._old, self._fresh.is_old())
            _set_if_other(self._at_work, self._runner.at_work)
            version = self._study.version()
            _set_if_other(self._seen, version)
            if version not in self._own:
                for drawn in self._drawn.values():
                    _set_if_other(drawn, version)

        @reactive.effect
        def can_act() -> None:
            self._seen()
            at_work = self._at_work()
            ready = self._study.begun and not self._study.problems()
            for name, can in (
                ("run", ready and not at_work),
                ("stop", at_work),
                ("check", self._study.begun),
            ):
                ui.update_action_button(name, disabled=not can, session=self._session)

    def _take_file(self) -> None:
        @reactive.extended_task
        async def reading(name: str, sent: str, language: Language) -> Drafted | Newer:
            return await asyncio.wrap_future(beside(take_in, self._study, name, Path(sent), language))

        @reactive.effect
        @reactive.event(self._input.survey)
        def take() -> None:
            sent = cast("list[FileInfo] | None", self._input.survey())
            if sent:
                self._newer.set(None)
                self._said.set([self._view.words("The file is read.")])
                reading.invoke(sent[0]["name"], sent[0]["datapath"], self._view.language)

        @reactive.effect
        def taken() -> None:
            try:
                found = reading.result()
            except SurveyError as error:
                self._said.set(self._view.problems(error.problems))
                return
            self._said.set(())
            if isinstance(found, Newer):
                self._newer.set(found)
                return
            self._drafted.set(found)
            for drawn in self._drawn.values():
                drawn.set(self._study.version())
            ui.update_navset("step", selected="columns", session=self._session)

        @reactive.effect
        @reactive.event(self._input.put_in_place)
        def put() -> None:
            newer = self._newer()
            self._newer.set(None)
            try:
                if newer and self._runner.at_work:
                    raise SurveyError(newer.name, "an analysis is at work.", "Stop it first.")
                if newer:
                    self._said.set(put_in_place(self._study, newer))
            except SurveyError as error:
                self._said.set(self._view.problems(error.problems))

        @reactive.effect
        @reactive.event(self._input.leave_it)
        def leave() -> None:
            self._newer.set(None)

    def _take_edits(self) -> None:
        @reactive.effect
        @reactive.event(self._input.edit)
        async def take() -> None:
            sent = cast(Any, self._input.edit())
            field = str(sent.get("field", ""))
            try:
                edit = edit_of(sent.get("edit"))
                notes = self._study.change(edit.apply)
            except SurveyError as error:
                self._told.set(("\n".join(self._view.problems(error.problems)), ()))
                await self._session.send_custom_message("refused", {"field": field})
                return
            self._told.set(("", notes))
            taken: dict[str, object] = {"field": field, "called": dict(edit.called)}
            await self._session.send_custom_message("taken", taken)
            version = self._study.version()
            _set_if_other(self._seen, version)
            self._own.add(version)
            for name, drawn in self._drawn.items():
                if name != edit.keeps:
                    drawn.set(version)

    def _take_check(self) -> None:
        @reactive.extended_task
        async def checking() -> Checked:
            return await asyncio.wrap_future(beside(check_study, self._study.folder))

        @reactive.effect
        @reactive.event(self._input.check)
        def check() -> None:
            checking.invoke()

        def checked() -> Any:
            self._at_work()
            view, status = self._view, checking.status()
            if status == "running":
                return tags.p(view.words("The survey file is read and checked."), {"role": "status"})
            if status not in ("success", "error") or self._runner.at_work:
                return None
            try:
                found = checking.result()
            except SurveyError as error:
                lines = view.problems(error.problems)
                return tags.ul(*map(said, lines), {"class": "alert alert-danger", "role": "alert"})
            lines = view.problems(found.warnings)
            return TagList(
                tags.ul(*map(view.line, (*found.summary, found.verdict))),
                tags.ul(*map(said, lines), {"class": "alert alert-warning"}) if lines else None,
            )

        self._shows("checked", checked)

    def _take_buttons(self) -> None:
        @reactive.effect
        @reactive.event(self._input.run)
        def run() -> None:
            self._runner.begin()
            self._at_work.set(True)

        @reactive.effect
        @reactive.event(self._input.stop)
        def stop() -> None:
            self._runner.stop()

        async def close() -> None:
            await self._session.send_custom_message("closed", {"stops": self._runner.at_work})
            self._end()

        @reactive.effect
        @reactive.event(self._input.end)
        async def end() -> None:
            if self._runner.at_work:
                self._ending.set(True)
            else:
                await close()

        @reactive.effect
        @reactive.event(self._input.end_anyhow)
        async def end_anyhow() -> None:
            await close()

        @reactive.effect
        @reactive.event(self._input.go_on)
        def go_on() -> None:
            self._ending.set(False)

    def _asked(self) -> Any:
        """What becomes of a run where the studio is ended, before it is."""
        if not (self._ending() and self._at_work()):
            return None
        words = self._view.words
        return tags.div(
            tags.p(words("The analysis is at work, and is stopped when the studio is ended.")),
            ui.input_action_button("end_anyhow", words("Stop it and end"), class_="btn btn-sm btn-danger"),
            ui.input_action_button("go_on", words("Go on"), class_="btn btn-sm btn-outline-secondary"),
            {"class": "alert alert-warning", "role": "alert"},
        )

    def _gaps(self) -> Any:
        self._seen()
        return gaps_note(self._view)

    def _bars(self) -> Any:
        """How far the run is."""
        self._at_work()
        self._tick()
        return bars(self._view, self._runner)

    def _report(self) -> Any:
        self._written()
        return report_step(self._view)
