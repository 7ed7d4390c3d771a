"""Edits of the questions: what a column is used as, its label, its construct, the order of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.new_wave.columns import Column
from smartcity_survey.new_wave.guesses import bands
from smartcity_survey.studio.columns import columns_of
from smartcity_survey.studio.documents import Documents, flow, quoted
from smartcity_survey.studio.edits.base import (
    Edit,
    Text,
    construct_of,
    free_name,
    item_of,
    question_of,
)
from smartcity_survey.studio.labels import label_of, set_label
from smartcity_survey.study.codebook import MOST_SCALE_POINTS

MOST_CODES = 12
"""Codes without words that are taken for categories: more are numbers, which bands part."""
MOST_CATEGORIES = 40
"""Categories of a group: a question with more different answers compares nobody."""


class NameQuestion(Edit):
    """The label of a question, in the language of the study."""

    do: Literal["name_question"]
    question: Text
    value: Text

    @property
    def redraws(self) -> bool:
        return False

    def apply(self, documents: Documents) -> None:
        _kind, content = question_of(documents, self.question)
        set_label(content, self.value, documents)


class Assign(Edit):
    """An item to a construct."""

    do: Literal["assign"]
    item: Text
    value: Text

    def apply(self, documents: Documents) -> None:
        construct_of(documents, self.value)
        item = item_of(documents, self.item)
        item["construct"] = quoted(self.value)
        for name, construct in (documents.config["model"].get("constructs") or {}).items():
            listed = construct.get("items") if isinstance(construct, Mapping) else None
            if listed is not None and self.item in listed and name != self.value:
                listed.remove(self.item)
            elif listed is not None and name == self.value and self.item not in listed:
                listed.append(self.item)


class Turn(Edit):
    """Whether an item is worded the other way round."""

    do: Literal["turn"]
    item: Text
    value: bool

    @property
    def redraws(self) -> bool:
        return False

    def apply(self, documents: Documents) -> None:
        item = item_of(documents, self.item)
        if self.value:
            item["reverse"] = True
        else:
            item.pop("reverse", None)


class Use(Edit):
    """What a column is: an item, a question about the respondent, or nothing that the study uses."""

    do: Literal["use"]
    column: Text
    value: Literal["items", "demographics", "unused"]

    def apply(self, documents: Documents) -> None:
        column = next((one for one in columns_of(documents.study) if one.name == self.column), None)
        if column is None:
            raise SurveyError(
                f"column {self.column!r}", "the survey file has no such column.", "Open the page anew."
            )
        items = documents.codebook.get("items") or {}
        if self.value != "items" and [str(one.get("column") or name) for name, one in items.items()] == [
            column.name
        ]:
            raise SurveyError(
                "codebook.yaml, items", "it is the last item.", "Make another column an item first."
            )
        label = _taken_out(column, documents) or column.label
        if self.value == "unused":
            return
        name = free_name(column.name, "q", documents)
        content: dict[str, Any] = {"label": label}
        if name != column.name:
            content["column"] = column.name
        if self.value == "items":
            constructs = list(documents.codebook.get("constructs") or {})
            if not constructs:
                raise SurveyError("codebook.yaml, constructs", "there is none.", "Add a construct first.")
            own = _scale(column)
            common = documents.codebook.get("scale") or {}
            same = all(own.get(key) == common.get(key) for key in ("minimum", "maximum"))
            content = {"construct": constructs[0], **content} | ({} if same else {"scale": own})
        else:
            content |= _categories(column)
        block = documents.codebook.get(self.value)
        if not block:
            block = documents.codebook[self.value] = flow({})
            block.fa.set_block_style()
        block[quoted(name)] = flow(content)


class Order(Edit):
    """The order of the answers of a scale, lowest first: of an item, or of all items without their own."""

    do: Literal["order"]
    question: Text
    value: Annotated[list[Text], Field(min_length=2, max_length=MOST_SCALE_POINTS)]

    def apply(self, documents: Documents) -> None:
        item = (documents.codebook.get("items") or {}).get(self.question, {})
        scale = item.get("scale") or documents.codebook["scale"]
        now = [label_of({"label": text}, documents) for text in (scale.get("answers") or {}).values()]
        if sorted(now) != sorted(self.value):
            raise SurveyError(
                "codebook.yaml, scale",
                "its answers are others.",
                "They were changed meanwhile: open the page anew.",
            )
        for code, words in zip(sorted(scale["answers"]), self.value, strict=True):
            scale["answers"][code] = quoted(words)
        scale.pop("ordered", None)


def _taken_out(column: Column, documents: Documents) -> str:
    """Take a column out of the codebook; the label that it had there."""
    for kind, name, content in list(documents.questions()):
        heads = content.get("columns") if kind == "multiple_choice" else None
        own = content.get("column") or name
        if heads is not None and column.name in heads:
            label = label_of({"label": heads[column.name]}, documents)
            del heads[column.name]
            if not heads:
                del documents.codebook[kind][name]
            return label
        if heads is None and own == column.name:
            del documents.codebook[kind][name]
            for construct in (documents.config["model"].get("constructs") or {}).values():
                listed = construct.get("items") if isinstance(construct, Mapping) else None
                if listed is not None and name in listed:
                    listed.remove(name)
            return label_of(content, documents)
    return ""


def _scale(column: Column) -> dict[str, Any]:
    """The scale of a column's answers; words that nobody has ordered wait for it."""
    if column.words:
        words = sorted(
            column.words, key=lambda word: (column.order.index(word) if word in column.order else 0, word)
        )
        _require_few(column, len(words), MOST_SCALE_POINTS)
        scale: dict[str, Any] = {"minimum": 1, "maximum": max(len(words), 2)}
        if not column.order:
            scale["ordered"] = False
        return scale | {"answers": dict(enumerate(words, start=1))}
    codes = sorted({int(code) for code in column.counts} | set(column.answers))
    if len(codes) < 2:
        raise SurveyError(
            f"column {column.name!r}", "it has fewer than two different answers.", "Leave it unused."
        )
    scale = {"minimum": codes[0], "maximum": codes[-1]}
    return scale | ({"answers": dict(column.answers)} if column.answers else {})


def _categories(column: Column) -> dict[str, Any]:
    """The categories of a column's answers, or bands of its numbers where these are many."""
    if column.words:
        words = [*column.order] or sorted(column.words)
        _require_few(column, len(words), MOST_CATEGORIES)
        return {"categories": dict(enumerate(words, start=1))}
    codes = sorted({int(code) for code in column.counts} | set(column.answers))
    if 0 < len(codes) <= MOST_CATEGORIES and column.is_codes and (column.answers or len(codes) <= MOST_CODES):
        return {"categories": {code: column.answers.get(code, str(code)) for code in codes}}
    if column.ends is None:
        raise SurveyError(f"column {column.name!r}", "it has no answers.", "Leave it unused.")
    return {"bands": [{"label": f"{low}–{high}", "from": low, "to": high} for low, high in bands(column)]}


def _require_few(column: Column, n: int, most: int) -> None:
    if n > most:
        raise SurveyError(
            f"column {column.name!r}",
            f"it has {counted(n, 'different text')}, more than {most}.",
            "Leave it unused.",
        )
