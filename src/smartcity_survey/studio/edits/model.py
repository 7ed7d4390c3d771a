"""Edits of constructs, paths and hypotheses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.studio.documents import Documents, flow, quoted
from smartcity_survey.studio.edits.base import (
    Edit,
    Text,
    claims_on,
    construct_of,
    filled,
    free_claim,
    free_name,
    paths_of,
    set_path,
    shown,
)
from smartcity_survey.studio.labels import set_label

MOST_LETTERS_OF_A_CLAIM = 30
"""It stands at an arrow, and in the heads of tables."""


class NameConstruct(Edit):
    """The label of a construct."""

    do: Literal["name_construct"]
    name: Text
    value: str

    @property
    def keeps(self) -> str:
        return "constructs"

    @property
    def called(self) -> Mapping[str, str]:
        return {self.name: self.value.strip()}

    def apply(self, documents: Documents) -> None:
        construct = construct_of(documents, self.name)
        set_label(construct, shown(f"codebook.yaml, constructs.{self.name}", self.value), documents)


class AddConstruct(Edit):
    """A construct without items, in codebook and model."""

    do: Literal["add_construct"]
    value: str

    def apply(self, documents: Documents) -> None:
        label = shown("codebook.yaml, constructs", self.value)
        name = free_name(label.lower().replace(" ", "_"), "c", documents)
        documents.codebook.setdefault("constructs", {})
        documents.codebook["constructs"] = filled(documents.codebook["constructs"])
        documents.codebook["constructs"][quoted(name)] = flow({"label": label})
        model = documents.config["model"]
        model["constructs"] = filled(model.get("constructs"))
        model["constructs"][quoted(name)] = flow({"mode": "reflective"})


class RemoveConstruct(Edit):
    """A construct that no item measures, with its paths and the hypotheses about them."""

    do: Literal["remove_construct"]
    name: Text

    def apply(self, documents: Documents) -> None:
        construct_of(documents, self.name)
        if any(item.get("construct") == self.name for item in (documents.codebook["items"] or {}).values()):
            raise SurveyError(
                f"codebook.yaml, constructs.{self.name}",
                "items measure it.",
                "Put them into another construct first.",
            )
        del documents.codebook["constructs"][self.name]
        (documents.config["model"].get("constructs") or {}).pop(self.name, None)
        for source, target in list(paths_of(documents)):
            if self.name in (source, target):
                set_path(documents, source, target, on=False)


class Path(Edit):
    """Whether one construct explains another. A hypothesis about a path goes and comes back with it."""

    do: Literal["path"]
    source: Text
    target: Text
    value: bool

    def apply(self, documents: Documents) -> None:
        for name in (self.source, self.target):
            construct_of(documents, name)
        if self.source == self.target:
            raise SurveyError(
                "config.yaml, model.paths", "a construct cannot explain itself.", "Choose another."
            )
        set_path(documents, self.source, self.target, on=self.value)


class Claim(Edit):
    """What is claimed of a path: a hypothesis with its sign, or nothing."""

    do: Literal["claim"]
    source: Text
    target: Text
    value: Literal["positive", "negative", ""]

    def apply(self, documents: Documents) -> None:
        if (self.source, self.target) not in paths_of(documents):
            raise SurveyError("config.yaml, model.paths", "there is no such path.", "Draw it first.")
        model = documents.config["model"]
        claims = model["hypotheses"] = filled(model.get("hypotheses"))
        own = claims_on(documents, self.source, self.target)
        if not self.value:
            for name in own:
                del claims[name]
        elif own:
            claims[own[0]]["sign"] = self.value
        else:
            claim = {"from": self.source, "to": self.target, "sign": self.value}
            claims[free_claim(claims)] = flow(claim)


class NameClaim(Edit):
    """The name of a hypothesis."""

    do: Literal["name_claim"]
    claim: Text
    value: str

    def apply(self, documents: Documents) -> None:
        claims: Any = documents.config["model"].get("hypotheses") or {}
        place = f"config.yaml, model.hypotheses.{self.claim}"
        name = shown(place, self.value)
        if self.claim not in claims:
            raise SurveyError(place, "there is no such hypothesis.", "Open the page anew.")
        if name != self.claim and name in claims:
            raise SurveyError(place, f"the name {name!r} is in use.", "Choose another.")
        if len(name) > MOST_LETTERS_OF_A_CLAIM:
            raise SurveyError(
                place,
                f"it has {counted(len(name), 'letter')}, more than {MOST_LETTERS_OF_A_CLAIM}.",
                "Write it shorter.",
            )
        position = list(claims).index(self.claim)
        content = claims.pop(self.claim)
        claims.insert(position, quoted(name), content)
