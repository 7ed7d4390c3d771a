"""Edits of answers that are words: their order, and which of them mean that nobody answered.

What is changed for one question is changed for all that have the same answers. The file holds words, so codes
may be given anew: its cells are read by their words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from smartcity_survey.errors import SurveyError
from smartcity_survey.studio.documents import Documents, flow, plain, quoted
from smartcity_survey.studio.edits.base import Edit, Text, question_of
from smartcity_survey.studio.labels import label_of
from smartcity_survey.study.codebook import MOST_SCALE_POINTS
from smartcity_survey.study.spelling import folded

_CHANGED = "They were changed meanwhile: open the page anew."


@dataclass(frozen=True, slots=True, eq=False)
class Worded:
    """A block of a codebook that gives words their codes: a scale, or a question about the respondent.

    place : `scale` of all items without their own, `items.<name>` or `demographics.<name>`.
    key : of the words within the block.
    """

    place: str
    block: Any
    key: Literal["answers", "categories"]

    @property
    def words(self) -> Any:
        """Code -> words, as they are written: a text, or one in each language."""
        return self.block.get(self.key) or {}

    def shown(self, documents: Documents) -> dict[int, str]:
        """Code -> words in the study's language, lowest code first."""
        return {int(code): label_of({"label": self.words[code]}, documents) for code in sorted(self.words)}

    def wordings(self, code: int) -> list[str]:
        """All wordings in the file that stand for a code, in whatever language."""
        own = self.words.get(code, "")
        labels = own.values() if isinstance(own, Mapping) else [own] if own else []
        spelt = [word for word, other in (self.block.get("spellings") or {}).items() if other == code]
        return [str(word) for word in (*labels, *spelt)]

    def code_of(self, word: str) -> int | None:
        """The code that a word of the file has."""
        codes = [int(code) for code in (*self.words, *(self.block.get("spellings") or {}).values())]
        return next((code for code in codes if folded(word) in map(folded, self.wordings(code))), None)

    def number_anew(self, codes: Mapping[int, int]) -> None:
        """Give answers other codes; those that have none any more go, with their spellings."""
        self._write({codes[int(code)]: words for code, words in self.words.items() if int(code) in codes})
        spellings = self.block.get("spellings") or {}
        for word, code in list(spellings.items()):
            if code in codes:
                spellings[word] = codes[code]
            else:
                del spellings[word]
        if "spellings" in self.block and not spellings:
            del self.block["spellings"]

    def take_out(self, code: int) -> None:
        """Take a place out, and number those above it anew."""
        ends = self._ends()
        left = len(self.words) - (code in self.words)
        if left < 1 or (self.key == "answers" and (left < 2 or ends[1] - ends[0] < 2)):
            raise SurveyError(
                f"codebook.yaml, {self.place}", "too few answers would be left.", "Leave it unused instead."
            )
        self.number_anew({n: n - (n > code) for n in range(ends[0], ends[1] + 1) if n != code})
        if self.key == "answers":
            self.block["maximum"] = ends[1] - 1

    def put_in(self, code: int, words: Any, spellings: list[str]) -> None:
        """Put an answer in at a code, and number those from it on anew."""
        low, high = self._ends()
        code = min(max(code, low), high + 1)
        if high + 2 - low > MOST_SCALE_POINTS:
            raise SurveyError(
                f"codebook.yaml, {self.place}", "it has as many answers as may be.", "Leave it unused."
            )
        self.number_anew({n: n + (n >= code) for n in range(low, high + 1)})
        self._write({**self.words, code: flow(words)})
        if spellings:
            known = {**(self.block.get("spellings") or {}), **dict.fromkeys(spellings, code)}
            self.block["spellings"] = flow(known)
        if self.key == "answers":
            self.block["maximum"] = high + 1

    def _write(self, words: Mapping[int, Any]) -> None:
        """Write the words anew in the same block, lowest code first."""
        own = self.block[self.key]
        own.clear()
        own.update({code: words[code] for code in sorted(words)})

    def _ends(self) -> tuple[int, int]:
        if self.key == "answers":
            return int(self.block["minimum"]), int(self.block["maximum"])
        return min(map(int, self.words)), max(map(int, self.words))


def worded(documents: Documents) -> Iterator[Worded]:
    """All blocks that give words their codes."""
    codebook = documents.codebook
    scales = {"scale": codebook.get("scale")}
    scales |= {f"items.{name}": item.get("scale") for name, item in (codebook.get("items") or {}).items()}
    asked = (codebook.get("demographics") or {}).items()
    yield from (Worded(place, own, "answers") for place, own in scales.items() if own and own.get("answers"))
    yield from (
        Worded(f"demographics.{name}", own, "categories") for name, own in asked if own.get("categories")
    )


def alike(documents: Documents, question: str) -> list[Worded]:
    """The block of a question's answers, and all that have the same ones in the same order.

    Raises
    ------
    SurveyError
        where it has no answers that are words, or their codes stand in the config too.
    """
    kind, content = question_of(documents, question)
    place = "scale" if kind == "items" and not content.get("scale") else f"{kind}.{question}"
    blocks = [*worded(documents)]
    own = next((one for one in blocks if one.place == place), None)
    if own is None:
        raise SurveyError(f"codebook.yaml, {kind}.{question}", "its answers are others.", _CHANGED)
    words = own.shown(documents)
    same = [one for one in blocks if one.key == own.key and one.shown(documents) == words]
    _require_free(documents, same)
    return same


def _require_free(documents: Documents, blocks: list[Worded]) -> None:
    """Refuse to number answers anew whose codes stand in margins that the answers are weighted to."""
    margins = (documents.config.get("weighting") or {}).get("margins") or []
    named = {str(name) for margin in margins for name in _variables(margin)}
    for block in blocks:
        kind, _, name = block.place.partition(".")
        if kind == "demographics" and name in named:
            raise SurveyError(
                f"codebook.yaml, {block.place}",
                "`weighting.margins` in config.yaml has its codes.",
                "Change both files by an editor.",
            )


def _variables(margin: Mapping[str, Any]) -> list[Any]:
    of = margin.get("of", [])
    return [of] if isinstance(of, str) else [*of]


class Order(Edit):
    """The order of answers that are words, lowest first. settled : whether it is the one to be read by."""

    do: Literal["order"]
    question: Text
    settled: bool = True
    value: Annotated[list[Text], Field(min_length=2, max_length=MOST_SCALE_POINTS)]

    def apply(self, documents: Documents) -> None:
        for own in alike(documents, self.question):
            now = own.shown(documents)
            if sorted(now.values()) != sorted(self.value):
                raise SurveyError(f"codebook.yaml, {own.place}", "its answers are others.", _CHANGED)
            was = {words: code for code, words in now.items()}
            codes = dict(zip((was[words] for words in self.value), now, strict=True))
            own.number_anew({n: codes.get(n, n) for n in range(min(now), max(now) + 1)})
            if self.settled:
                own.block.pop("ordered", None)


class NoAnswer(Edit):
    """A word that means no answer: a code of no answer in the config, and an answer of no question.

    It means none in every column, so it goes out of the answers of all questions that have it.
    """

    do: Literal["no_answer"]
    question: Text
    value: Text

    def apply(self, documents: Documents) -> None:
        own = {one.place for one in alike(documents, self.question)} if self._has_words(documents) else set()
        found = [(one, code) for one in worded(documents) if (code := one.code_of(self.value)) is not None]
        _require_free(documents, [one for one, _ in found])
        wordings = dict.fromkeys([self.value])
        aside = documents.aside.setdefault("answers", {}).setdefault(folded(self.value), {})
        aside.clear()
        for one, code in found:
            spelt = [word for word, other in (one.block.get("spellings") or {}).items() if other == code]
            aside[one.place] = [code, plain(one.words.get(code, self.value)), [*map(str, spelt)]]
            wordings |= dict.fromkeys(one.wordings(code))
            one.take_out(code)
        others = [one.place.partition(".")[2] for one, _ in found if one.place not in own]
        others = [name for name in others if name]
        if others:
            documents.note(
                f"“{self.value}” means no answer in every column now: it is no answer to {', '.join(others)} "
                "either."
            )
        _declare(documents, [*wordings])

    def _has_words(self, documents: Documents) -> bool:
        kind, content = question_of(documents, self.question)
        block = (content.get("scale") or documents.codebook["scale"]) if kind == "items" else content
        return bool(block.get("answers") or block.get("categories"))


class Answer(Edit):
    """A word that is an answer: where it stood before it was taken out, else above all others."""

    do: Literal["answer"]
    question: Text
    value: Text

    def apply(self, documents: Documents) -> None:
        kept = documents.aside.get("answers", {}).pop(folded(self.value), {})
        blocks = {one.place: one for one in worded(documents)}
        back = {blocks[place]: was for place, was in kept.items() if place in blocks}
        own = alike(documents, self.question)
        if not any(one.place in kept for one in own):
            back |= {one: [max(map(int, one.words)) + 1, self.value, []] for one in own}
        freed = {folded(self.value)}
        for one, (code, words, spellings) in back.items():
            if one.code_of(self.value) is None:
                one.put_in(code, words, spellings)
            freed |= {folded(word) for word in one.wordings(one.code_of(self.value) or code)}
        data = documents.config["data"]
        codes = data.get("missing_codes") or []
        for code in [code for code in codes if isinstance(code, str) and folded(code) in freed]:
            codes.remove(code)
        if "missing_codes" in data and not codes:
            del data["missing_codes"]


class NoPlace(Edit):
    """A place of a scale in words that is nobody's answer, taken out of it."""

    do: Literal["no_place"]
    question: Text
    value: int

    def apply(self, documents: Documents) -> None:
        for own in alike(documents, self.question):
            if self.value in own.words:
                raise SurveyError(f"codebook.yaml, {own.place}", "its answers are others.", _CHANGED)
            own.take_out(self.value)


def _declare(documents: Documents, wordings: list[str]) -> None:
    """Write words under `missing_codes`, each once."""
    data = documents.config["data"]
    codes = data.get("missing_codes")
    known = {folded(str(code)) for code in codes or ()}
    new = [word for word in wordings if folded(word) not in known]
    if not codes:
        data["missing_codes"] = flow(new)
    else:
        codes.extend(quoted(word) for word in new)
