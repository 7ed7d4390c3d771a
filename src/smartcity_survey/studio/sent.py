"""A survey file that was sent to the page: the first begins the study, a later one may take its place."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from filecmp import cmp
from pathlib import Path

from smartcity_survey.data.read.cells import missing_codes
from smartcity_survey.data.read.opening import open_table
from smartcity_survey.data.read.survey import absent_from
from smartcity_survey.errors import Problem, SurveyError, counted
from smartcity_survey.new_wave.columns import Column, describe_columns
from smartcity_survey.new_wave.start import start_new_wave
from smartcity_survey.studio.columns import columns_of
from smartcity_survey.studio.documents import Documents, Study, quoted
from smartcity_survey.studio.edits.answers import Worded, worded
from smartcity_survey.study.codebook import read_codebook
from smartcity_survey.study.config import DataSection, Language
from smartcity_survey.study.spelling import folded

_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Drafted:
    """A study that was begun. guesses : what was guessed. to_do : what a person has to do."""

    guesses: tuple[str, ...]
    to_do: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Newer:
    """A file that may take the place of the study's.

    name : its own. sent : where it lies. differs : how it differs from the one in use, a sentence each.
    """

    name: str
    sent: Path
    differs: tuple[str, ...]


def take_in(study: Study, name: str, sent: Path, language: Language) -> Drafted | Newer:
    """Begin a study with a file; where one is begun already, hold the file against the one in use.

    Raises
    ------
    SurveyError
        where the file cannot be read, which is then told by its own name, or lacks what the study needs.
    """
    with _under_its_name(name, sent) as named:
        if study.begun:
            return Newer(named.name, sent, tuple(_differences(study, named)))
        with study.held():
            if study.begun:
                raise SurveyError(
                    named.name,
                    "another page has begun the study meanwhile.",
                    "Go through the steps; for another file start the studio in another folder.",
                )
            draft = start_new_wave(study.folder, named, language)
        place = f"{named.parent}/"
        guesses, to_do = ([line.replace(place, "") for line in own] for own in (draft.guesses, draft.to_do))
        return Drafted(tuple(guesses), tuple(to_do))


def put_in_place(study: Study, newer: Newer) -> list[str]:
    """Put a newer file in the place of the one in use, which is kept; what was done.

    Raises
    ------
    SurveyError
        where the config cannot be changed.
    """
    used = study.config().data.file
    old = study.folder / used
    target = old.parent / newer.name
    kept = old
    partial = target.with_name(f".{target.name}.partial")
    shutil.copyfile(newer.sent, partial)
    if target.exists():
        kept = _free(target)
        target.replace(kept)
    partial.replace(target)

    def name_it(documents: Documents) -> None:
        documents.config["data"]["file"] = quoted(target.relative_to(study.folder).as_posix())

    if target != old:
        study.change(name_it)
    lines = [f"{newer.name} is the study's survey file now."]
    if kept.is_file():
        lines.append(f"The earlier file is kept: {kept.relative_to(study.folder).as_posix()}.")
    return lines


@contextmanager
def _under_its_name(name: str, sent: Path) -> Iterator[Path]:
    """A file that was sent, under its own name in a place of its own, by which it is told."""
    with tempfile.TemporaryDirectory() as place:
        named = Path(place) / Path(name.replace("\\", "/")).name
        shutil.copyfile(sent, named)

        def own(text: str) -> str:
            return text.replace(str(named), named.name).replace(f"{place}/", "")

        try:
            yield named
        except SurveyError as error:
            parts = [(own(one.place), own(one.found), own(one.remedy)) for one in error.problems]
            raise SurveyError.of([Problem(*part) for part in parts]) from error


def _free(path: Path) -> Path:
    """Where a file is kept that another one takes the name of: by the day it was written."""
    day = date.fromtimestamp(path.stat().st_mtime).isoformat()
    free, number = path.with_stem(f"{path.stem} ({day})"), 1
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem} ({day}, {number})")
    return free


def _differences(study: Study, named: Path) -> Iterator[str]:
    """How a file differs from the one in use; refused where it lacks a column that the study uses."""
    section = study.config().data
    own = section.model_copy(update={"file": named.name})
    codebook = read_codebook(study.folder / section.codebook)
    if absent := absent_from(named, codebook, own):
        raise SurveyError.of(list(absent))
    new = {
        column.name: column for column in describe_columns(open_table(named, own), own.decimal, problems=[])
    }
    if not any(column.n_answered for column in new.values()):
        raise SurveyError(str(named), "there is a header but no row of answers.", "Export the survey again.")
    used = study.folder / section.file
    if used.is_file():
        if cmp(used, named, shallow=False):
            yield "It is the file that is in use, to the letter."
            return
        # Whoever compares waits; the page does not.
        old = {column.name: column for column in columns_of(Study(study.folder))}
        rows, before = (next(iter(one.values())).n_rows for one in (new, old))
        yield f"It has {counted(rows, 'row')}; the one in use has {before}."
        yield from _columns_that_differ(new, old)
    yield from _new_words(study, new, section)


def _columns_that_differ(new: dict[str, Column], old: dict[str, Column]) -> Iterator[str]:
    if more := [name for name in new if name not in old]:
        yield f"Columns that the one in use has not, which are not used: {_listed(more)}."
    if gone := [name for name in old if name not in new]:
        yield f"Columns of the one in use that it has not; none of them is used: {_listed(gone)}."


def _new_words(study: Study, new: dict[str, Column], section: DataSection) -> Iterator[str]:
    """Words that are no answers yet to the questions that read them."""
    documents, none = study.read(), missing_codes(section).texts
    blocks = {one.place: one for one in worded(documents)}
    for kind, name, content in documents.questions():
        column = new.get(" ".join(str(content.get("column") or name).split()))
        place = "scale" if kind == "items" and not content.get("scale") else f"{kind}.{name}"
        if column is None or place not in blocks:
            continue
        known = _known(blocks[place]) | none
        if words := [word for word in column.words if word and folded(word) not in known]:
            yield (
                f"Answers to {column.name!r} of which nothing is said yet: {_listed(words)}. Say in step 2 "
                "whether they are answers."
            )


def _known(block: Worded) -> set[str]:
    codes = {int(code) for code in block.words} | set((block.block.get("spellings") or {}).values())
    return {folded(word) for code in codes for word in block.wordings(code)}


def _listed(names: Sequence[str]) -> str:
    more = f", … ({len(names)})" if len(names) > _MOST_NAMED else ""
    return ", ".join(repr(name) for name in names[:_MOST_NAMED]) + more
