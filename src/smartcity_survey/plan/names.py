"""Names that a form may have, and what a codebook needs where its columns have others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.multiple_choice import REST, MultipleChoice

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_CHOICE = re.compile(r"[A-Za-z0-9_.-]+")
IDENTIFIERS = ("_id", "_uuid", "KEY", "instanceID", "meta/instanceID", "meta-instanceID")
"""Identifiers that KoBo and ODK write without being asked."""
OF_TOOLS = frozenset(
    {part for name in IDENTIFIERS for part in name.replace("/", "-").split("-")}
    | {"start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit", "instanceName"}
    | {"formhub", "_version_", "__version__", "_submission_time", "_submitted_by", "_validation_status"}
    | {"_notes", "_status", "_tags", "_index", "_attachments", "_geolocation", "_xform_id_string"}
    | {"SubmissionDate", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected"}
    | {"Status", "ReviewState", "DeviceID", "Edits", "FormVersion"}
)
"""Columns that KoBo and ODK write beside the answers: no question of such a name can be told from them."""
Place = tuple[str, str, str]
"""Section, question and key of a codebook."""
OTHER = "other"
"""The choice that stands for answers that are not listed."""


def is_form_name(name: str) -> bool:
    """Whether XLSForm takes it for a question or a group: an XML name, here of Latin letters."""
    return _NAME.fullmatch(name) is not None and name not in OF_TOOLS


class FormNames:
    """Gives each question of a codebook a name that a form may have; `changes` collects what becomes another.

    A column `economy/SE1` is the question SE1 in the group economy, as KoBo writes it. No two questions have
    names that differ in their groups, or in capitals, alone: not every export tells them apart.

    Parameters
    ----------
    beside : columns of the answers that are no questions of the codebook.
    """

    def __init__(self, codebook: Codebook, beside: Sequence[str] = ()) -> None:
        self.changes: dict[Place, object] = {}
        heads = [*codebook.columns().values(), *codebook.choice_columns()]
        self._given = {name.casefold() for name in beside if name not in heads}
        self._taken = {part.casefold() for head in heads for part in head.split("/")} | self._given
        self._groups: set[str] = set()

    def _is_free(self, groups: Sequence[str], name: str) -> bool:
        """Whether a question may have its own name; nobody else may have it then."""
        if not all(map(is_form_name, (*groups, name))) or name.casefold() in self._given:
            return False
        self._given.add(name.casefold())
        return True

    def group(self, name: str) -> str:
        """A name for a group that no question has."""
        own = name if is_form_name(name) else f"section_{len(self._groups) + 1}"
        while own.casefold() in self._taken | self._groups:
            own += "_"
        self._groups.add(own.casefold())
        return own

    def question(self, section: str, name: str, column: str | None) -> tuple[tuple[str, ...], str]:
        """Groups and name of a question."""
        head = " ".join((column or name).split())
        *groups, last = head.split("/")
        if self._is_free(groups, last):
            return tuple(groups), last
        own = self._free(name, section[0])
        self.changes[section, name, "column"] = own
        return (), own

    def several(self, name: str, question: MultipleChoice) -> tuple[tuple[str, ...], str, Sequence[str]]:
        """Groups and name of a question with several answers, and a name for each answer."""
        found = self._spread(question) if question.columns else self._joined(question)
        if found is not None:
            return found
        head = question.column or ""
        own = head if self._is_free((), head) else self._free(name, "m")
        listed = [option for option in question.labels if option != REST]
        choices = _choices(listed)
        labels = dict(zip(choices, (question.labels[one] for one in listed), strict=True))
        new: dict[str, object] = {"columns": None, "chosen": None, "not_chosen": None}
        new |= {"further_columns": None}
        new |= {"column": own, "separator": " ", "options": labels}
        self.changes |= {("multiple_choice", name, key): value for key, value in new.items()}
        return (), own, [*choices, *([OTHER] if question.rest is not None else [])]

    def _joined(self, question: MultipleChoice) -> tuple[tuple[str, ...], str, list[str]] | None:
        *groups, last = str(question.column).split("/")
        options = [str(option) for option in question.options]
        if not all(map(_CHOICE.fullmatch, options)) or (question.rest is not None and OTHER in options):
            return None
        if question.further_columns or str(question.separator).strip() or not self._is_free(groups, last):
            return None
        return tuple(groups), last, [*options, *([OTHER] if question.rest is not None else [])]

    def _spread(self, question: MultipleChoice) -> tuple[tuple[str, ...], str, list[str]] | None:
        parts = [column.rpartition("/") for column in question.columns]
        stems = {stem for stem, _, _ in parts}
        chosen, not_chosen = ({str(one) for one in own} for own in (question.chosen, question.not_chosen))
        *groups, last = stems.pop().split("/")
        if stems or not all(_CHOICE.fullmatch(one) for _, _, one in parts):
            return None
        if not ("1" in chosen and "0" in not_chosen and self._is_free(groups, last)):
            return None
        return tuple(groups), last, [one for _, _, one in parts]

    def _free(self, name: str, letter: str) -> str:
        own, number = name if is_form_name(name) else f"{letter}1", 1
        while own.casefold() in self._taken | self._given:
            number += 1
            own = f"{name if is_form_name(name) else letter}_{number}"
        self._given.add(own.casefold())
        return own


def _choices(options: Sequence[str]) -> list[str]:
    """Names of answers: their own where all are fit for it, else numbers."""
    fit = all(_CHOICE.fullmatch(option) and option != OTHER for option in options)
    return list(options) if fit else [f"a{number}" for number in range(1, len(options) + 1)]
