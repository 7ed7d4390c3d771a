"""Edits of the questions: what a column is used as, its label, its construct."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from smartcity_survey.data.read.cells import missing_codes
from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.new_wave.columns import Column
from smartcity_survey.new_wave.guesses import bands
from smartcity_survey.studio.columns import columns_of
from smartcity_survey.studio.documents import Documents, flow, plain, quoted
from smartcity_survey.studio.edits.base import (
    Edit,
    Text,
    construct_of,
    filled,
    free_name,
    item_of,
    question_of,
    shown,
)
from smartcity_survey.studio.labels import label_of, set_label
from smartcity_survey.study.codebook import MOST_SCALE_POINTS
from smartcity_survey.study.spelling import folded

MOST_CODES = 12
"""Codes without words that are taken for categories: more are numbers, which bands part."""
MOST_CATEGORIES = 40
"""Categories of a group: a question with more different answers compares nobody."""


class NameQuestion(Edit):
    """The label of a question, in the language of the study."""

    do: Literal["name_question"]
    question: Text
    value: str

    @property
    def keeps(self) -> str:
        return "columns"

    def apply(self, documents: Documents) -> None:
        kind, content = question_of(documents, self.question)
        set_label(content, shown(f"codebook.yaml, {kind}.{self.question}", self.value), documents)


class Assign(Edit):
    """An item to a construct."""

    do: Literal["assign"]
    item: Text
    value: Text

    def apply(self, documents: Documents) -> None:
        construct_of(documents, self.value)
        item = item_of(documents, self.item)
        item["construct"] = quoted(self.value)
        enlist(documents, self.item, self.value)


class Turn(Edit):
    """Whether an item is worded the other way round."""

    do: Literal["turn"]
    item: Text
    value: bool

    @property
    def keeps(self) -> str:
        return "constructs"

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
    value: Literal["items", "demographics", "multiple_choice", "unused"]

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
        none = missing_codes(documents.study.config().data)
        column = column.without(none.codes, [word for word in column.words if folded(word) in none.texts])
        label = _taken_out(column, documents)
        if self.value == "unused":
            return
        kept = documents.aside.get("questions", {}).get(column.name, {}).get(self.value)
        if self.value == "multiple_choice":
            _answer_again(column, kept, documents)
            return
        wanted, content, at = kept or (column.name, _new(column, self.value, documents), None)
        names = {one for _, one, _ in documents.questions()}
        name = wanted if kept and wanted not in names else free_name(wanted, "q", documents)
        if name != column.name and "column" not in content:
            content = {"column": column.name, **content}
        if self.value == "items":
            _measures(content, column, documents)
        block = documents.codebook.get(self.value)
        if not block:
            block = documents.codebook[self.value] = flow({})
            block.fa.set_block_style()
        block.insert(len(block) if at is None else min(at, len(block)), quoted(name), flow(content))
        if label:
            set_label(block[name], label, documents)
        if self.value == "items":
            enlist(documents, name, content["construct"])


def enlist(documents: Documents, item: str, construct: str) -> None:
    """Put an item into the list of its construct, where the model has one, and out of all others."""
    for name, own in (documents.config["model"].get("constructs") or {}).items():
        listed = own.get("items") if isinstance(own, Mapping) else None
        if listed is not None and item in listed and name != construct:
            listed.remove(item)
        elif listed is not None and name == construct and item not in listed:
            listed.append(item)


def _new(column: Column, use: str, documents: Documents) -> dict[str, Any]:
    """What is written of a column that was never used so."""
    content: dict[str, Any] = {"label": column.label}
    if use != "items":
        return content | _categories(column)
    own = _scale(column)
    common = documents.codebook.get("scale") or {}
    same = all(own.get(key) == common.get(key) for key in ("minimum", "maximum"))
    return content | ({} if same else {"scale": own})


def _measures(content: dict[str, Any], column: Column, documents: Documents) -> None:
    """An item's construct: the one that it had, else the first, which is told."""
    constructs = documents.codebook.get("constructs") or {}
    if not constructs:
        raise SurveyError("codebook.yaml, constructs", "there is none.", "Add a construct first.")
    if content.get("construct") not in constructs:
        content["construct"] = str(next(iter(constructs)))
        label = label_of(constructs[content["construct"]], documents)
        documents.note(
            f"“{column.name}” is an item of “{label}” now. "
            "Put it into another construct, in step 3, if it measures something else."
        )


def _answer_again(column: Column, kept: Any, documents: Documents) -> None:
    """Make a column again one of the answers to the question that it was taken out of."""
    if not kept:
        raise SurveyError(
            f"column {column.name!r}", "no question is known that it answers.", "Write it in the codebook."
        )
    name, content, _ = kept
    block = documents.codebook["multiple_choice"] = filled(documents.codebook.get("multiple_choice"))
    parts = "columns" if content.get("columns") else "further_columns"
    if name not in block:
        block[quoted(name)] = flow(content if parts == "further_columns" else {**content, "columns": {}})
    if parts == "columns":
        block[name]["columns"][quoted(column.name)] = flow(content["columns"][column.name])
    elif column.name not in (block[name].get("column"), *block[name].get("further_columns", [])):
        block[name]["further_columns"].append(quoted(column.name))


def _taken_out(column: Column, documents: Documents) -> str:
    """Take a column out of the codebook, laid aside as it stands there; the label that it had."""
    for kind, name, content in list(documents.questions()):
        several = content.get("columns") or {}
        further = content.get("further_columns") or []
        whole = not several and (content.get("column") or name) == column.name
        if not (whole or column.name in several or column.name in further):
            continue
        aside = documents.aside.setdefault("questions", {}).setdefault(column.name, {})
        aside[kind] = [name, plain(content), list(documents.codebook[kind]).index(name)]
        label = label_of({"label": several[column.name]} if several else content, documents)
        if column.name in several:
            del several[column.name]
        elif not whole:
            further.remove(column.name)
        if whole or (column.name in aside[kind][1].get("columns", {}) and not several):
            del documents.codebook[kind][name]
            enlist(documents, name, "")
        return label
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
