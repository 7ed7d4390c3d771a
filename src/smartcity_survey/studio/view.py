"""What every step of the page is drawn from, and the fields that send edits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from htmltools import Tag, TagChild, tags

from smartcity_survey.errors import Problem, SurveyError
from smartcity_survey.messages import translated
from smartcity_survey.studio.documents import Study
from smartcity_survey.studio.edits.base import MOST_LETTERS
from smartcity_survey.studio.labels import label_of
from smartcity_survey.studio.options import in_capitals
from smartcity_survey.studio.words.keys import by_fields, called, field_of
from smartcity_survey.studio.words.on_the_page import on_the_page
from smartcity_survey.study.config import Language

_KEY = re.compile(r"[_.:{-]|^[a-z]")
_IN_A_FILE = re.compile(r".*?(?P<file>(config|codebook)\.yaml)(, (?P<key>[^:]*))?", re.DOTALL)
_IN_QUOTES = r"(?<!\w)(?:'[^'\n]*?(?:'(?!\w)|\.\.\.)|\"[^\"\n]*?(?:\"(?!\w)|\.\.\.)|[“«][^”»]*[”»])"
"""What stands in quotation marks; a long one is cut off without its last."""
_OF_A_FILE = re.compile(r"(config|codebook)\.yaml: ")
_BLOCKS = {
    "constructs": "Construct",
    "items": "Item",
    "demographics": "Question",
    "multiple_choice": "Question",
    "hypotheses": "Hypothesis",
    "paths": "Model",
    "scale": "Answers",
}
"""A part of the files -> what the page calls it."""
ON_THE_PAGE = {
    "it has no items.": "Put items into it in step 3, or remove it there.",
    "no path begins or ends at it.": (
        "Tick in step 4 what explains it or what it explains, or remove it in step 3."
    ),
}
"""What was found -> what to do about it on the page."""


@dataclass(frozen=True, slots=True)
class View:
    """A study as one page shows it, in the page's language."""

    study: Study
    language: Language

    def words(self, english: str) -> str:
        """A text of the page in its language."""
        return translated(english, self.language)

    def problems(self, problems: Sequence[Problem]) -> list[str]:
        """Problems in the page's language, with the words that the page has for their places.

        Each place is told once, and so is what is wrong with several.
        """
        found: dict[str, list[str]] = {}
        labels = self._labels()
        for one in problems:
            remedy = ON_THE_PAGE.get(one.found) or on_the_page(one.remedy)
            said = f"{in_capitals(self.words(one.found))} {self.words(remedy)}"
            found.setdefault(self._place(one.place, labels), []).append(self._named(said, labels))
        places: dict[str, list[str]] = {}
        for place, of_it in found.items():
            places.setdefault(" ".join(dict.fromkeys(of_it)), []).append(place)
        return [f"{', '.join(several)}: {said}" for said, several in places.items()]

    def line(self, english: str) -> Tag:
        """A line of what was found, with labels in place of names; in which file is no matter here."""
        said = self.told(english)
        own = _OF_A_FILE.sub("", said)
        return tags.li(*with_code(said if own == said else in_capitals(own)))

    def told(self, english: str) -> str:
        """A text of the program in the page's words."""
        return self._named(self.words(on_the_page(english)), self._labels())

    def _quoted(self, label: str) -> str:
        return f"“{label}”" if self.language == "en" else f"«{label}»"

    def _labels(self) -> dict[str, str]:
        """Construct or question -> its label; of files that cannot be read none."""
        try:
            documents = self.study.read()
        except SurveyError:
            return {}
        constructs = documents.codebook.get("constructs") or {}
        named = [*constructs.items(), *((name, content) for _, name, content in documents.questions())]
        return {str(name): label_of(content, documents) for name, content in named}

    def _place(self, place: str, labels: Mapping[str, str]) -> str:
        """Where on the page a place of the files is."""
        written = _IN_A_FILE.fullmatch(place)
        if not written:
            return self._labelled(self.words(place.replace(f"{self.study.folder}/", "")), labels)
        if not written["key"]:
            return str(written["file"])
        block, _, name = written["key"].removeprefix("model.").partition(".")
        own = name.partition(".")[0]
        if block == "paths" and own.isdigit():
            return self.words(f"Path {int(own) + 1}")
        if block in _BLOCKS:
            label = clipped(labels.get(own) or own)
            return (
                f"{self.words(_BLOCKS[block])} {self._quoted(label)}" if label else self.words(_BLOCKS[block])
            )
        key, *entries = re.split(r"\.(?=\d)", written["key"], maxsplit=1)
        numbers = [int(one.partition(".")[0]) + 1 for one in entries]
        entry = "".join(f", {self.words(f'entry {n}')}" for n in numbers)
        if found := field_of(key):
            return f"{called(found[1], self.words)} ({self.words(f'step {found[0]}')}){entry}"
        return self.words(f"{written['file']}, {key}") + entry

    def _named(self, said: str, labels: Mapping[str, str]) -> str:
        """A text with labels in place of names, and fields of the page in place of keys."""
        return by_fields(self._labelled(said, labels), self.words, self._quoted)

    def _labelled(self, said: str, labels: Mapping[str, str]) -> str:
        """A text with labels in place of names, but of those that are English words in an English text."""
        names = [name for name in labels if self.language != "en" or re.search(r"[\d_]", name)]
        if not names:
            return said
        any_of = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        # A name in backticks is one where these hold nothing else; a label may follow it already.
        names_in = rf"(?:`({any_of})`|(?<![\w.`])({any_of})(?![\w`]))( [“«]([^”»]*)[”»])?"

        def named(found: re.Match[str]) -> str:
            if not (found[1] or found[2]):  # what a file says is told to the letter
                return found[0]
            label = labels[found[1] or found[2]]
            own = self._quoted(clipped(label))
            return own if not found[3] or found[4] == label else f"{own}{found[3]}"

        return re.sub(f"{names_in}|{_IN_QUOTES}", named, said)


def with_code(text: str) -> list[TagChild]:
    """A text whose keys, which stand in backticks, are set as code; other words in backticks are words."""
    parts = text.split("`")
    return [tags.code(part) if at % 2 and _KEY.search(part) else part for at, part in enumerate(parts)]


def clipped(text: str, most: int = 60) -> str:
    """A label as short as a list or a grid can hold it."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def sends(do: str, **about: str | int) -> dict[str, str]:
    """Attributes of a field or button whose change is an edit: `page.js` sends it with the field's value."""
    return {"data-edit": json.dumps({"do": do, **about}, ensure_ascii=False)}


def field_id(do: str, *about: str) -> str:
    """An id of a field, the same whenever the step is drawn again, so that the keyboard stays there."""
    return "-".join([do, *(one.encode("utf-8").hex() for one in about)])


def text_field(name: str, value: str, label: str, edit: Mapping[str, str], **more: Any) -> Tag:
    """A line of text with its name for who cannot see where it stands."""
    return tags.input(
        {
            "type": "text",
            "maxlength": str(MOST_LETTERS),
            "id": name,
            "value": value,
            "aria-label": label,
            "class": "form-control",
            **edit,
            **more,
        }
    )


def choice_field(
    name: str, options: Mapping[str, str], chosen: str, label: str, edit: Mapping[str, str], **more: Any
) -> Tag:
    """A choice of several."""
    entries = [
        tags.option(text, {"value": value, **({"selected": ""} if value == chosen else {})})
        for value, text in options.items()
    ]
    return tags.select(*entries, {"id": name, "aria-label": label, "class": "form-select", **edit, **more})


def check_field(
    name: str, checked: bool, label: TagChild, edit: Mapping[str, str], hidden: bool = False
) -> Tag:
    """A box to be ticked, with its label beside it or for who cannot see where it stands."""
    box = tags.input(
        {
            "type": "checkbox",
            "id": name,
            "class": "form-check-input",
            **edit,
            **({"checked": ""} if checked else {}),
        },
        {"aria-label": str(label)} if hidden else {},
    )
    return box if hidden else tags.label(box, " ", label, {"for": name, "class": "form-check-label"})


def button(text: str, edit: Mapping[str, str], look: str = "btn-outline-secondary", **more: str) -> Tag:
    """A button that sends an edit."""
    return tags.button(text, {"type": "button", "class": f"btn btn-sm {look}", **edit, **more})
