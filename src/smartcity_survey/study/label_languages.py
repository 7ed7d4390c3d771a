"""In which languages a study's title and labels are given."""

from __future__ import annotations

from smartcity_survey.locales import LANGUAGES
from smartcity_survey.study.codebook import Codebook, Label
from smartcity_survey.study.config import Language


def unlabelled(codebook: Codebook, language: Language) -> tuple[str, ...]:
    """Places of the labels that are given per language, but not in this one."""
    return tuple(
        place
        for place, label in _labels(codebook).items()
        if isinstance(label, dict) and language not in label
    )


def untranslated(codebook: Codebook, language: Language) -> tuple[str, ...]:
    """Places of the labels that are one text, where others are given in this language."""
    labels = _labels(codebook)
    if not any(isinstance(label, dict) and language in label for label in labels.values()):
        return ()
    return tuple(place for place, label in labels.items() if isinstance(label, str))


def languages_written(codebook: Codebook, title: Label, own: Language) -> tuple[Language, ...]:
    """Languages that a report can be written in: title and labels are given in it, and some in it by name.

    Where title and labels are one text each, that is of the study's own language alone: in another they would
    stand in sentences of a language that they are not in.
    """
    labels = (title, *_labels(codebook).values())
    return tuple(
        language
        for language in LANGUAGES
        if not any(isinstance(label, dict) and language not in label for label in labels)
        and (language == own or any(isinstance(label, dict) for label in labels))
    )


def _labels(codebook: Codebook) -> dict[str, Label]:
    """Place -> label, of everything that tables name."""
    labels: dict[str, Label] = {}
    for name, construct in codebook.constructs.items():
        labels[f"constructs.{name}"] = construct.label
    for name, item in codebook.items.items():
        labels[f"items.{name}"] = item.label
    for name, question in codebook.demographics.items():
        labels[f"demographics.{name}"] = question.label
        labels |= {f"demographics.{name}.{code}": label for code, label in question.categories.items()}
        labels |= {f"demographics.{name}.bands": band.label for band in question.bands}
    for name, choice in codebook.multiple_choice.items():
        labels[f"multiple_choice.{name}"] = choice.label
        labels |= {f"multiple_choice.{name}.{option}": label for option, label in choice.labels.items()}
    return labels
