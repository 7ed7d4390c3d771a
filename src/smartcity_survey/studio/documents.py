"""A study's config and codebook as texts that are changed in places: comments and order stay."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from yaml import YAMLError
from yaml import safe_dump as dump_yaml
from yaml import safe_load as parse_yaml

from smartcity_survey.data.read.survey import unordered_scales
from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.io import write_text
from smartcity_survey.parsing import parse, read_yaml
from smartcity_survey.studio.comments import with_comments
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, parse_config
from smartcity_survey.study.model import build_model

CONFIG = "config.yaml"
ASIDE = ".studio.yaml"
"""Beside the config: what the page took out, and may put back; without it nothing else is lost."""
_BLOCKS = ("constructs", "items", "demographics", "multiple_choice")
_PLAIN = re.compile(r"[^\W\d_]([\w .()/–-]*[\w.)])?")
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
"""Words that yaml takes for something else than a text."""


@dataclass(slots=True)
class Documents:
    """Config and codebook as they are written; changing them changes what `Study.change` writes."""

    study: Study
    config: Any
    codebook: Any
    aside: dict[str, Any]
    """What was taken out and may come back: `questions` by column and use, `claims` by the ends of a path,
    and the `orders` in which paths and claims stood."""
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Tell, in English, what an edit did beside what was asked of it."""
        self.notes.append(text)

    def questions(self) -> Iterator[tuple[str, str, Any]]:
        """Kind (`items`, `demographics`, `multiple_choice`), name and content of every question."""
        for kind in _BLOCKS[1:]:
            for name, content in (self.codebook.get(kind) or {}).items():
                yield kind, str(name), content


class Study:
    """A study's folder, whose files one page or several change.

    waits : whether whoever asks for the survey file's columns waits until it is read, or is told that it is.
    """

    def __init__(self, folder: Path, *, waits: bool = True) -> None:
        self.folder, self.waits = folder, waits
        self._lock = Lock()

    @property
    def begun(self) -> bool:
        """Whether the folder holds a study."""
        return (self.folder / CONFIG).is_file()

    def version(self) -> tuple[int, ...]:
        """Changes whenever a file of the study does."""
        return tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in self._paths())

    def read(self) -> Documents:
        """Config and codebook as they stand.

        Raises
        ------
        SurveyError
            where one of them is missing or is no yaml.
        """
        config, codebook = (self._document(path) for path in self._paths())
        documents = Documents(self, config, codebook, self._aside())
        _require_blocks(documents.config, CONFIG, ("model",))
        _require_blocks(documents.codebook, "codebook.yaml", _BLOCKS)
        return documents

    def change(self, edit: Callable[[Documents], None]) -> Sequence[str]:
        """Change the files as they stand now, whoever changed them last; a refused edit changes nothing.

        Returns what the edit did beside what was asked of it.
        """
        if not self.begun:  # nor does anybody wait here for another page, which is about to begin it
            raise SurveyError("config.yaml", "there is no study yet.", "Choose the survey file first.")
        with self._lock:
            documents = self.read()
            aside = plain(documents.aside)
            with self.telling():
                edit(documents)
            written = {}
            for path, content in zip(self._paths(), (documents.config, documents.codebook), strict=True):
                before = path.read_text(encoding="utf-8-sig")
                written[path] = with_comments(before, _text(content))
                _require_readable(written[path], path.name)
            for path, text in written.items():
                if text != path.read_text(encoding="utf-8"):
                    write_text(text, path)
            if documents.aside != aside:
                text = dump_yaml(documents.aside, allow_unicode=True, sort_keys=False)
                write_text(text, self.folder / ASIDE)
        return documents.notes

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Tell what fails because a file says something wrong in the words of `problems`.

        Steps and edits take each block as it should be; an editor may have left it halfway. What fails while
        nothing is wrong with the files is a fault of ours, and stays one.
        """
        try:
            yield
        except SurveyError:
            raise
        except (LookupError, TypeError, AttributeError, ValueError, OSError) as error:
            if not (problems := self.problems()):
                raise
            raise SurveyError.of(list(problems)) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let no page change the study meanwhile."""
        with self._lock:
            yield

    def problems(self) -> tuple[Problem, ...]:
        """What config and codebook say wrongly; the survey file is not read for it."""
        found: list[Problem] = []
        place, questions = self._paths()
        config = codebook = None
        try:
            config = parse_config(read_yaml(place), str(place))
        except SurveyError as error:
            found += error.problems
        try:
            codebook = parse(Codebook, read_yaml(questions), str(questions))
            found += unordered_scales(codebook)
        except SurveyError as error:
            found += error.problems
        if config and codebook:
            try:
                build_model(config.model, codebook, f"{place}, model")
            except SurveyError as error:
                found += error.problems
        return tuple(found)

    def config(self) -> Config:
        """The config, with the defaults of what it leaves out."""
        return parse_config(read_yaml(self.folder / CONFIG), str(self.folder / CONFIG))

    def _paths(self) -> tuple[Path, Path]:
        config = self.folder / CONFIG
        try:
            codebook = str(read_yaml(config)["data"]["codebook"])
        except (SurveyError, LookupError, TypeError):
            codebook = "codebook.yaml"
        return config, self.folder / codebook

    def _aside(self) -> dict[str, Any]:
        try:
            kept = read_yaml(self.folder / ASIDE)
        except SurveyError:  # there is none, or nobody can read it: nothing comes back then
            return {}
        return kept if isinstance(kept, dict) else {}

    def _document(self, path: Path) -> Any:
        read_yaml(path)  # which says what is wrong with it, and where
        return _yaml().load(path.read_text(encoding="utf-8-sig"))


def _require_blocks(content: Any, file: str, names: Iterable[str]) -> None:
    """Refuse what an editor has left halfway: a block that holds no keys, or entries that hold none."""
    for name in names:
        block = content.get(name)
        entries = block.values() if isinstance(block, dict) and name in _BLOCKS else ()
        if (block is None and name not in _BLOCKS) or not isinstance(block, dict | None):
            raise SurveyError(f"{file}, {name}", "it holds no keys.", "Write `key: value` lines below it.")
        if any(not isinstance(entry, dict) for entry in entries):
            raise SurveyError(
                f"{file}, {name}", "one of its entries holds no keys.", "Write `key: value` lines below it."
            )


def _require_readable(text: str, file: str) -> None:
    """Refuse an edit after which nobody could read the file, this page included."""
    try:
        parse_yaml(text)
    except YAMLError as error:
        raise SurveyError(
            file, "it would be no valid yaml after this change.", "Make it in the file itself, by an editor."
        ) from error


def flow(content: Any) -> Any:
    """A mapping or a list that is written on one line."""
    if isinstance(content, dict):
        written: Any = CommentedMap((quoted(key), flow(value)) for key, value in content.items())
    elif isinstance(content, list):
        written = CommentedSeq(map(flow, content))
    else:
        return quoted(content)
    written.fa.set_flow_style()
    return written


def quoted(value: Any) -> Any:
    """A text in quotes where some reader of yaml, old or new, would take it for something else."""
    plain = not isinstance(value, str) or (_PLAIN.fullmatch(value) and value.lower() not in _WORDS)
    return value if plain else DoubleQuotedScalarString(value)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def plain(content: Any) -> Any:
    """What a part of a document says, without how it is written."""
    if isinstance(content, dict):
        return {plain(key): plain(value) for key, value in content.items()}
    if isinstance(content, list):
        return [*map(plain, content)]
    kinds = (bool, str, int, float)
    return next((kind(content) for kind in kinds if isinstance(content, kind)), content)


def _text(content: Any) -> str:
    for block in content.values() if isinstance(content, CommentedMap) else ():
        if isinstance(block, CommentedMap | CommentedSeq) and not block:
            block.fa.set_flow_style()  # `{}` behind its key: below a comment it would be no yaml
    written = io.StringIO()
    _yaml().dump(content, written)
    return written.getvalue()
