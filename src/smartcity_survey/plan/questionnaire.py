"""A codebook as the questionnaire that its answers come from: groups of questions with their answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.locales import LANGUAGES
from smartcity_survey.plan.names import FormNames, Place
from smartcity_survey.study.codebook import Codebook, Demographic, Label, Scale, text
from smartcity_survey.study.config import Language
from smartcity_survey.study.dates import date_text
from smartcity_survey.study.multiple_choice import MultipleChoice

Kind = Literal["select_one", "select_multiple", "integer", "decimal", "date"]
MOST_CHOICES = 20
"""Points of a scale without words that are shown one by one; of a longer one people write a number."""
ABOUT = "about_you"
"""Group of the questions about the respondent."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer: the code that files hold, and its words; none: the code."""

    name: str
    label: Label


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes
    ----------
    key : its place in the codebook, `items.SE1`. name : of its column in the answers.
    low, high : least and greatest answer of a number or a date, as text.
    """

    key: str
    name: str
    kind: Kind
    label: Label
    choices: tuple[Choice, ...] = ()
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions under one heading. path : names of the groups it stands in, its own at the end."""

    path: tuple[str, ...]
    label: Label | None
    questions: tuple[Question, ...]

    @property
    def scale(self) -> tuple[Choice, ...]:
        """The answers, where all questions have the same."""
        first = self.questions[0]
        same = all((one.kind, one.choices) == (first.kind, first.choices) for one in self.questions)
        return first.choices if same else ()


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """What people are asked, in every language that has all words.

    Attributes
    ----------
    changes : place in the codebook -> what must stand there for the answers to fit; empty: nothing.
    unworded : items whose label only names them. incomplete : language -> first place without its words.
    """

    groups: tuple[Group, ...]
    languages: tuple[Language, ...]
    changes: Mapping[Place, object] = field(default_factory=dict)
    unworded: tuple[str, ...] = ()
    incomplete: Mapping[Language, str] = field(default_factory=dict)

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions in their order."""
        return tuple(question for group in self.groups for question in group.questions)


def questionnaire_of(
    codebook: Codebook, language: Language, place: str = "codebook.yaml", beside: Sequence[str] = ()
) -> Questionnaire:
    """The questionnaire of a codebook: its items in their order, then the questions about the respondent.

    A column whose name no form may have is called by the name of its question, or by a number, and `changes`
    says what the codebook needs to fit the answers.

    Parameters
    ----------
    language : of labels that are one text for all. place : names the codebook in messages.
    beside : names that the form gives to identifier and cluster.

    Raises
    ------
    SurveyError
        where no language has all the words, or a scale's words have no order yet.
    """
    unordered = [name for name in codebook.items if not codebook.scale_of(name).ordered]
    if unordered:
        raise SurveyError(
            f"{place}, items.{unordered[0]}",
            "nobody has put the words of its scale in order yet.",
            "Put the answers in order from lowest to highest, and take out `ordered: false`.",
        )
    names = FormNames(codebook, beside)
    groups = _each_once([*_statements(codebook, names), *_about(codebook, names)])
    languages, incomplete = _languages(groups, language)
    if not languages:
        raise SurveyError.of(
            [
                Problem(f"{place}, {where}", f"no text in `{language}`.", "Add it there.")
                for language, where in incomplete.items()
            ]
        )
    return Questionnaire(
        tuple(groups),
        languages,
        names.changes,
        tuple(n for n, item in codebook.items.items() if not item.wording_known and item.wording is None),
        {language: f"{place}, {where}" for language, where in incomplete.items()},
    )


def _statements(codebook: Codebook, names: FormNames) -> Iterator[Group]:
    """Items in the questionnaire's order, those of one construct that follow one another together."""
    runs = [
        (construct, [*run])
        for construct, run in groupby(codebook.items, lambda name: codebook.items[name].construct_name)
    ]
    # Constructs that are mixed are not told apart by headings either.
    mixed = len({construct for construct, _ in runs}) < len(runs)
    if mixed:
        runs = [("", list(codebook.items))]
    for construct, items in runs:
        label = None if mixed else codebook.constructs[construct].label
        questions = [_item(name, codebook, names) for name in items]
        yield from _in_groups(questions, names.group(construct or "statements"), label)


def _about(codebook: Codebook, names: FormNames) -> Iterator[Group]:
    questions = [_demographic(name, one, names) for name, one in codebook.demographics.items()]
    questions += [_multiple(name, one, names) for name, one in codebook.multiple_choice.items()]
    yield from _in_groups(questions, names.group(ABOUT), None)


def _in_groups(
    questions: Sequence[tuple[tuple[str, ...], Question]], own: str, label: Label | None
) -> Iterator[Group]:
    """Questions by the groups that their columns are named with, else in a group of our own."""
    for path, run in groupby(questions, lambda one: one[0]):
        yield Group(path or (own,), label, tuple(question for _, question in run))


def _each_once(groups: Sequence[Group]) -> list[Group]:
    """The groups, each with all its questions and those that stand within one another together: no form may
    have two of a name side by side."""
    together: dict[str, dict[tuple[str, ...], Group]] = {}
    for group in groups:
        within = together.setdefault(group.path[0], {})
        before = within.get(group.path)
        within[group.path] = (
            replace(before, questions=(*before.questions, *group.questions)) if before else group
        )
    # Deeper ones next to those that they stand in.
    return [within[path] for within in together.values() for path in _nested([*within])]


def _nested(paths: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Paths in the order in which each group that they share is opened first."""
    opened: dict[tuple[str, ...], int] = {}
    for path in paths:
        for depth in range(1, len(path) + 1):
            opened.setdefault(path[:depth], len(opened))
    return sorted(paths, key=lambda path: [opened[path[:depth]] for depth in range(1, len(path) + 1)])


def _item(name: str, codebook: Codebook, names: FormNames) -> tuple[tuple[str, ...], Question]:
    item, scale = codebook.items[name], codebook.scale_of(name)
    path, head = names.question("items", name, item.column)
    question = Question(f"items.{name}", head, "select_one", item.wording or item.label)
    low, high = str(scale.minimum), str(scale.maximum)
    if scale.continuous:
        return path, replace(question, kind="decimal", low=low, high=high)
    if scale.maximum - scale.minimum >= MOST_CHOICES and len(scale.answers) < 3:
        return path, replace(question, kind="integer", low=low, high=high)
    return path, replace(question, choices=_points(scale))


def _points(scale: Scale) -> tuple[Choice, ...]:
    return tuple(
        Choice(str(code), scale.answers.get(code, str(code)))
        for code in range(scale.minimum, scale.maximum + 1)
    )


def _demographic(name: str, entry: Demographic, names: FormNames) -> tuple[tuple[str, ...], Question]:
    path, head = names.question("demographics", name, entry.column)
    question = Question(f"demographics.{name}", head, "select_one", entry.wording or entry.label)
    if entry.categories:
        choices = tuple(Choice(str(code), label) for code, label in entry.categories.items())
        return path, replace(question, choices=choices)
    low, high = min(band.minimum for band in entry.bands), max(band.maximum for band in entry.bands)
    if entry.of_dates:
        return path, replace(question, kind="date", low=_day(low), high=_day(high))
    whole = all(float(end).is_integer() for band in entry.bands for end in (band.minimum, band.maximum))
    return path, replace(question, kind="integer" if whole else "decimal", low=f"{low:g}", high=f"{high:g}")


def _day(number: float) -> str:
    return date_text(number)[:10]


def _multiple(name: str, entry: MultipleChoice, names: FormNames) -> tuple[tuple[str, ...], Question]:
    path, head, choices = names.several(name, entry)
    labels = [Choice(choice, label) for choice, label in zip(choices, entry.labels.values(), strict=True)]
    return path, Question(
        f"multiple_choice.{name}", head, "select_multiple", entry.wording or entry.label, tuple(labels)
    )


def _languages(groups: Sequence[Group], only: Language) -> tuple[tuple[Language, ...], dict[Language, str]]:
    """Languages in which every word is given, and of the others that have some the first place without."""
    texts: dict[str, Label] = {}
    for group in groups:
        if group.label is not None:
            texts[f"constructs: {group.path[-1]}"] = group.label
        for question in group.questions:
            texts[question.key] = question.label
            texts |= {f"{question.key}: {choice.name}": choice.label for choice in question.choices}
    own = {key: label for key, label in texts.items() if not isinstance(label, str)}
    given = {language for label in own.values() for language in label} or {only}
    missing = {
        language: next((key for key, label in own.items() if language not in label), "")
        for language in LANGUAGES
        if language in given
    }
    complete = tuple(language for language, key in missing.items() if not key)
    return complete, {language: key for language, key in missing.items() if key}


def words(label: Label, language: Language, key: str) -> str:
    """A label in one language."""
    return text(label, language, f"codebook.yaml, {key}")


def plain(label: str) -> str:
    """A text on one line, without the characters that no document holds."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+", " ", label).strip()
