"""Names of the study's own things (items, constructs, answers, demographics) in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from smartcity_survey.io import split_names
from smartcity_survey.study.codebook import Codebook, text
from smartcity_survey.study.config import Language

REVERSED = " (R)"
"""After the label of an item whose answers were recoded."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What the codebook calls things, in one language.

    Attributes
    ----------
    constructs, items : name -> label.
    owner : item -> its construct's name.
    answers : code of the common scale -> wording; empty where the codebook gives none.
    demographics : variable -> label.
    categories : (variable, code) -> label; codes of bands count from 1.
    witnesses : name of a survey with the same printed tables -> what it was made for.
    unworded : items whose label only names them, because their wording is not known.
    questions, choices : of questions with several answers: name -> label; (name, answer) -> label.
    """

    constructs: Mapping[str, str]
    items: Mapping[str, str]
    owner: Mapping[str, str]
    answers: Mapping[int, str]
    demographics: Mapping[str, str]
    categories: Mapping[tuple[str, int], str]
    witnesses: Mapping[str, str] = field(default_factory=dict)
    unworded: frozenset[str] = frozenset()
    questions: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def construct(self, name: str) -> str:
        """Label of a construct; another name (the constant, a total) stands for itself."""
        return self.constructs.get(name, name)

    def path(self, *constructs: str) -> str:
        """The labels of constructs along a path, with arrows between them."""
        return " → ".join(self.construct(name) for name in constructs)

    def product(self, factors: str, target: str) -> str:
        """The path of a product: labels of its factors, one given twice as a square."""
        names = split_names(factors)
        shown = [
            f"{self.construct(name)}²" if names.count(name) == 2 else self.construct(name)
            for name in dict.fromkeys(names)
        ]
        return f"{' × '.join(shown)} → {self.construct(target)}"


def labels_of(codebook: Codebook, language: Language) -> Labels:
    """The codebook's labels in one language; SurveyError where one is not given in it."""
    demographics = codebook.demographics.items()
    return Labels(
        constructs={
            name: text(entry.label, language, f"codebook, constructs.{name}")
            for name, entry in codebook.constructs.items()
        },
        items={
            name: text(item.label, language, f"codebook, items.{name}") + (REVERSED if item.reverse else "")
            for name, item in codebook.items.items()
        },
        owner={name: item.construct_name for name, item in codebook.items.items()},
        answers={
            code: text(label, language, f"codebook, scale.answers.{code}")
            for code, label in codebook.scale.answers.items()
        },
        demographics={
            name: text(entry.label, language, f"codebook, demographics.{name}")
            for name, entry in demographics
        },
        categories={
            (name, code): text(label, language, f"codebook, demographics.{name}.{code}")
            for name, entry in demographics
            for code, label in (
                *entry.categories.items(),
                *((position, band.label) for position, band in enumerate(entry.bands, start=1)),
            )
        },
        unworded=frozenset(name for name, item in codebook.items.items() if not item.wording_known),
        questions={
            name: text(choice.label, language, f"codebook, multiple_choice.{name}")
            for name, choice in codebook.multiple_choice.items()
        },
        choices={
            (name, option): text(label, language, f"codebook, multiple_choice.{name}.{option}")
            for name, choice in codebook.multiple_choice.items()
            for option, label in choice.labels.items()
        },
    )
