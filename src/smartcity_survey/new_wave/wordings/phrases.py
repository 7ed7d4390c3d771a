"""Wordings of answers in one language, from the file of that language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from smartcity_survey.own_yaml import parse_own

LANGUAGES = ("en", "ru", "kk")
_ENDINGS = re.compile(r"\(\s*-?\s*(а|на|ны|о|ена|а/о|ая|ое|я)\s*\)")
_FEMININE = re.compile(r"\b(\w{4,}[нкрл])(а|о|ы)\b")
_MASCULINE = {
    "согласн": "согласен",
    "несогласн": "несогласен",
    "довольн": "доволен",
    "недовольн": "недоволен",
    "удовлетворен": "удовлетворен",
    "неудовлетворен": "неудовлетворен",
    "уверен": "уверен",
    "нейтральн": "нейтрален",
}
Place = tuple[str, float]
"""A family of scales and a place on it."""


def plain(text: str) -> str:
    """A wording without case, punctuation, gender and what else may differ from form to form."""
    text = _ENDINGS.sub("", text.casefold()).replace("ё", "е").replace("'", "").replace("’", "")
    text = " ".join(re.sub(r"[\W_]+", " ", text).split())
    return _FEMININE.sub(lambda found: _MASCULINE.get(found[1], found[0]), text)


@dataclass(frozen=True)
class Family:
    """A family of scales, as agreement.

    stems : word -> 1 or -1. words : wording -> place, where no stem and degree tell it.
    usual : places of the usual scales, where an answer that nobody gave would else go unseen.
    """

    name: str
    two_sided: bool
    stems: Mapping[str, float]
    words: Mapping[str, float]
    middle: frozenset[str]
    usual: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Phrases:
    """Wordings of one language."""

    families: tuple[Family, ...]
    degrees: Mapping[str, float]
    fillers: frozenset[str]
    denials: tuple[str, ...]
    weak_denials: frozenset[str]
    strong_denials: frozenset[str]
    denied: re.Pattern[str] | None
    comparisons: tuple[str, ...]
    unsure: frozenset[str]
    no_answer: frozenset[str]

    def places(self, text: str) -> Iterator[Place]:
        """Every place that a plain wording may have."""
        for family in self.families:
            place = self.place(text, family)
            if place is not None:
                yield family.name, place

    def denies(self, text: str) -> bool:
        """Whether a plain wording says no: by a word, or by the ending of its verb."""
        words = (*self.denials, *self.strong_denials, *self.weak_denials)
        if any(f" {word} " in f" {text} " for word in words):
            return True
        return self.denied is not None and any(map(self.denied.fullmatch, text.split()))

    def place(self, text: str, family: Family) -> float | None:
        """The place of a plain wording on the scales of a family."""
        if text in family.middle:
            return 0.0
        if text in family.words:
            return family.words[text]
        for comparison in self.comparisons:
            text = text.split(f" {comparison} ")[0]
        tokens = text.split()
        for stem, sign in family.stems.items():
            own = stem.split()
            for start in range(len(tokens) - len(own) + 1):
                if tokens[start : start + len(own)] == own:
                    rest = [*tokens[:start], *tokens[start + len(own) :]]
                    degree = self._degree([word for word in rest if word not in self.fillers], rest)
                    if degree is not None:
                        return sign * degree
        return None

    def _degree(self, words: list[str], every: list[str]) -> float | None:
        """How strong and which way; nothing where a word is not known."""
        for phrase in (" ".join(every), " ".join(words)):
            if phrase in self.degrees:
                return self.degrees[phrase]
            if phrase in self.weak_denials:
                return -1.0
            if phrase in self.strong_denials:
                return -3.0
        if not words:
            return 2.0
        for denial in self.denials:
            own = denial.split()
            for start in range(len(words) - len(own) + 1):
                if words[start : start + len(own)] == own:
                    degree = self._degree([*words[:start], *words[start + len(own) :]], [])
                    if degree is not None:
                        return -degree
        return None


@cache
def phrases(language: str) -> Phrases:
    """The wordings of a language."""
    text = resources.files(__package__).joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    content: Mapping[str, Any] = parse_own(text)
    families = [
        _family(name, entry, side == "two_sided")
        for side in ("two_sided", "one_sided")
        for name, entry in content[side].items()
    ]

    def all_of(key: str) -> frozenset[str]:
        return frozenset(map(plain, content[key]))

    return Phrases(
        tuple(families),
        _by_wording(content["degrees"]),
        all_of("fillers"),
        tuple(map(plain, content["denials"])),
        all_of("weak_denials"),
        all_of("strong_denials"),
        re.compile(rf"\w+{content['denied']}") if "denied" in content else None,
        tuple(content["comparisons"]),
        all_of("unsure"),
        all_of("no_answer"),
    )


def _family(name: str, entry: Mapping[str, Any], two_sided: bool) -> Family:
    return Family(
        name,
        two_sided,
        # The longer first: `do not agree` holds `agree`.
        {plain(stem): float(sign) for stem, sign in sorted(entry.get("stems", {}).items(), key=_longest)},
        _by_wording(entry.get("words", {})),
        frozenset(map(plain, entry.get("middle", ()))),
        tuple(tuple(map(float, places)) for places in entry.get("usual", ())),
    )


def _longest(stem: tuple[str, Any]) -> int:
    return -len(stem[0])


def _by_wording(places: Mapping[float, Sequence[str]]) -> dict[str, float]:
    return {plain(wording): float(place) for place, wordings in places.items() for wording in wordings}
