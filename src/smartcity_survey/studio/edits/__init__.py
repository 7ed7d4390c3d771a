"""What a page can change in a study: each edit is checked when it arrives, and changes the documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError
from ruamel.yaml.scalarstring import SingleQuotedScalarString

from smartcity_survey.errors import SurveyError
from smartcity_survey.studio.documents import Documents, flow, quoted
from smartcity_survey.studio.edits.base import Edit, shown
from smartcity_survey.studio.edits.model import (
    AddConstruct,
    Claim,
    NameClaim,
    NameConstruct,
    Path,
    RemoveConstruct,
)
from smartcity_survey.studio.edits.questions import Assign, NameQuestion, Order, Turn, Use
from smartcity_survey.studio.labels import language_of
from smartcity_survey.studio.options import as_written


class Option(Edit):
    """One option of the config, as `pls.bootstrap_draws`; an empty one goes back to its default."""

    do: Literal["option"]
    key: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]
    value: str | bool

    @property
    def redraws(self) -> bool:
        return self.key == "study.language" or self.key.startswith("data.")

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


Change = (
    NameQuestion | NameConstruct | Assign | Turn | Use | Order | AddConstruct | RemoveConstruct
    | Path | Claim | NameClaim | Option
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
