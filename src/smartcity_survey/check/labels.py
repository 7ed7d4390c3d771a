"""Labels that a report in another language would have in the wrong one, and labels that two things share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from smartcity_survey.data.read.cells import ROWS_SHOWN
from smartcity_survey.errors import Problem, counted
from smartcity_survey.study.codebook import Codebook, Label, text
from smartcity_survey.study.config import Config
from smartcity_survey.study.label_languages import languages_written, untranslated
from smartcity_survey.study.spelling import folded


def untranslated_labels(codebook: Codebook, config: Config, folder: Path) -> Iterator[Problem]:
    """Labels of one text, in codebooks whose other labels are given per language.

    Parameters
    ----------
    folder : of the study.
    """
    own = config.study.language
    for language in languages_written(codebook, config.study.title, own):
        places = untranslated(codebook, language)
        if language != own and places:
            shown = ", ".join(places[:ROWS_SHOWN])
            yield Problem(
                f"{folder / config.data.codebook}, {shown}",
                f"{counted(len(places), 'label')} without a text in `{language}`, in which others have one.",
                f"The report in `{language}` has them as they are; "
                f"give them as `{{{own}: ..., {language}: ...}}`.",
            )


def shared_labels(codebook: Codebook, config: Config, folder: Path) -> Iterator[Problem]:
    """Constructs, items or questions that one label stands for: tables and figures cannot tell them apart.

    A grid asks the same of several things: items of two constructs may share a label.

    Parameters
    ----------
    folder : of the study.
    """
    own = config.study.language
    languages = dict.fromkeys((own, *languages_written(codebook, config.study.title, own)))
    questions = {name: question.label for name, question in codebook.demographics.items()}
    questions |= {name: choice.label for name, choice in codebook.multiple_choice.items()}
    kinds: dict[str, dict[str, tuple[str, Label]]] = {
        "constructs": {name: ("", entry.label) for name, entry in codebook.constructs.items()},
        "items": {name: (item.construct_name, item.label) for name, item in codebook.items.items()},
        "demographics": {name: ("", label) for name, label in questions.items()},
    }
    for kind, labels in kinds.items():
        told: set[tuple[str, ...]] = set()
        for language in languages:
            alike: dict[tuple[str, str], list[str]] = {}
            for name, (construct, label) in labels.items():
                if isinstance(label, str) or language in label:
                    alike.setdefault((construct, folded(text(label, language, name))), []).append(name)
            for names in map(tuple, alike.values()):
                if len(names) > 1 and names not in told:
                    told.add(names)
                    shown = text(labels[names[0]][1], language, names[0])
                    yield Problem(
                        f"{folder / config.data.codebook}, {kind}",
                        f"{', '.join(names)} have the same label in `{language}`: “{shown}”.",
                        "Tables and figures cannot tell them apart: give each a label of its own.",
                    )
