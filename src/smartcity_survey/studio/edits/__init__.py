"""What a page can change in a study: each edit is checked when it arrives, and changes the documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError
from ruamel.yaml.scalarstring import SingleQuotedScalarString
from yaml import safe_load as parse_yaml

from smartcity_survey.errors import SurveyError
from smartcity_survey.studio.documents import Documents, flow, quoted
from smartcity_survey.studio.edits.answers import Answer, NoAnswer, NoPlace, Order
from smartcity_survey.studio.edits.base import Edit, filled, shown
from smartcity_survey.studio.edits.model import (
    AddConstruct,
    Claim,
    NameClaim,
    NameConstruct,
    Path,
    RemoveConstruct,
)
from smartcity_survey.studio.edits.questions import Assign, NameQuestion, Turn, Use
from smartcity_survey.studio.labels import language_of
from smartcity_survey.studio.options import as_written
from smartcity_survey.study.missing_answers import gaps_taken


class Option(Edit):
    """One option of the config, as `pls.bootstrap_draws`; an empty one goes back to its default."""

    do: Literal["option"]
    key: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]
    value: str | bool

    @property
    def keeps(self) -> str:
        redraws = self.key == "study.language" or self.key.startswith("data.")
        return "" if redraws else "options"

    def apply(self, documents: Documents) -> None:
        section, name = self.key.split(".")
        written = self.value
        if isinstance(written, str) and written.strip():
            written = shown(f"config.yaml, {self.key}", written)
        value = as_written(self.key, written)
        value = flow([*value]) if isinstance(value, list | tuple) else quoted(value)
        block = documents.config.get(section)
        if value in (None, []) and (not block or name not in block):
            return
        if not block:
            block = documents.config[section] = flow({})
        if isinstance(block.get(name), Mapping):  # a text per language
            block[name][language_of(documents)] = value
        else:  # in its place and in its quotes, with the comments around it
            same = isinstance(block.get(name), SingleQuotedScalarString) and isinstance(value, str)
            block[name] = SingleQuotedScalarString(value) if same else value


class TakeGaps(Edit):
    """Of each analysis the method that takes questionnaires with gaps, as far as the config lets it."""

    do: Literal["take_gaps"]

    def apply(self, documents: Documents) -> None:
        advised = parse_yaml(gaps_taken(documents.study.config()).section or "{}").get("missing", {})
        block = documents.config["missing"] = filled(documents.config.get("missing"))
        block.update({name: quoted(method) for name, method in advised.items()})


Change = (
    NameQuestion | NameConstruct | Assign | Turn | Use | AddConstruct | RemoveConstruct
    | Order | NoAnswer | Answer | NoPlace | Path | Claim | NameClaim | Option | TakeGaps
)  # fmt: skip
_CHANGE: TypeAdapter[Edit] = TypeAdapter(Annotated[Change, Field(discriminator="do")])


def edit_of(sent: Any) -> Edit:
    """An edit as the page sent it.

    Raises
    ------
    SurveyError
        where it is none.
    """
    try:
        return _CHANGE.validate_python(sent)
    except ValidationError as error:
        raise SurveyError("the page", "it asked for a change that there is not.", "Open it anew.") from error
