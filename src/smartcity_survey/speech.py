"""The language of the console: which it is, and help and complaints about a command in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from typer import rich_utils
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

from smartcity_survey.messages import language_of, language_of_system, translated
from smartcity_survey.study.config import Language

_WORDS_OF_TYPER = {
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commands",
    "ERRORS_PANEL_TITLE": "Error",
    "ABORTED_TEXT": "Aborted.",
    "REQUIRED_LONG_STRING": "[required]",
    "DEFAULT_STRING": "[default: {}]",
    "RICH_HELP": "Try [blue]'{command_path} {help_option}'[/] for help.",
}
"""What Typer draws a page of help with; it looks these names up whenever it draws one."""
_USAGE = "Usage: "


class Speech:
    """The language of the console: as asked, else the study's, else the system's."""

    def __init__(self) -> None:
        self.asked: Language | None = None
        self.study: Path | None = None

    def begin(self, asked: Language | None) -> None:
        """Speak as asked; of no study yet."""
        self.asked, self.study = asked, None

    def language(self) -> Language:
        of_study = None if self.study is None else language_of(self.study)
        return self.asked or of_study or language_of_system()

    def words(self, text: str) -> str:
        """A line in that language, indented as it was."""
        indent = text[: len(text) - len(text.lstrip(" -"))]
        return indent + translated(text.removeprefix(indent), self.language())

    def say(self, line: str) -> None:
        typer.echo(self.words(line))


SPEECH = Speech()


class SpokenCommand(TyperCommand):
    """A command whose help is in the language of the console."""

    def get_usage(self, ctx: Any) -> str:
        return super().get_usage(ctx).replace(_USAGE, SPEECH.words(_USAGE), 1)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _speak(self)
        _speak_of(self.get_params(ctx))
        super().format_help(ctx, formatter)


class SpokenGroup(TyperGroup):
    """Commands whose help, and what is said of one that is written wrongly, are in that language."""

    def get_usage(self, ctx: Any) -> str:
        return super().get_usage(ctx).replace(_USAGE, SPEECH.words(_USAGE), 1)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        for command in (self, *self.commands.values()):
            _speak(command)
        _speak_of(self.get_params(ctx))
        super().format_help(ctx, formatter)

    def make_context(self, *given: Any, **named: Any) -> Any:
        with _spoken_complaints():
            return super().make_context(*given, **named)

    def invoke(self, ctx: Any) -> Any:
        with _spoken_complaints():
            return super().invoke(ctx)


def _speak(command: Any) -> None:
    """Put what a command does, and the words around it, into the language."""
    command.help = "\n\n".join(map(SPEECH.words, (command.help or "").split("\n\n")))
    _teach_typer()


def _teach_typer() -> None:
    for name, english in _WORDS_OF_TYPER.items():
        setattr(rich_utils, name, SPEECH.words(english))


def _speak_of(parameters: list[Any]) -> None:
    for parameter in parameters:
        if isinstance(parameter, TyperArgument | TyperOption):
            parameter.help = SPEECH.words(parameter.help or "")


@contextmanager
def _spoken_complaints() -> Iterator[None]:
    """What Typer says of a wrong command, in the language."""
    try:
        yield
    except TyperException as error:
        said = SPEECH.words(error.format_message())
        error.format_message = lambda: said  # type: ignore[method-assign]
        _teach_typer()
        raise
