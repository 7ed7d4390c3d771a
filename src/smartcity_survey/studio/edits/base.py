"""What an edit is, and what all of them find and write in a study's documents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from smartcity_survey.errors import SurveyError, counted
from smartcity_survey.studio.documents import Documents, flow, plain, quoted
from smartcity_survey.study.codebook import HEADINGS, KEPT

MOST_LETTERS = 1000
"""Of a text that somebody writes on the page."""
Text = Annotated[str, Field(max_length=MOST_LETTERS)]
_CONTROL = ("Cc", "Co", "Cs", "Cn")
_UNSEEN = {*_CONTROL, "Cf", "Mn", "Zs", "Zl", "Zp"}
"""Kinds of characters of which nothing is seen, by the names that Unicode gives them."""
PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")


class Edit(BaseModel):
    """A change of config or codebook."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def keeps(self) -> str:
        """The step whose fields stay as they are after it: they show it, and somebody is at work there."""
        return ""

    @property
    def called(self) -> Mapping[str, str]:
        """Value of a choice -> what it is called from now on, in the step that stays as it is."""
        return {}

    def apply(self, documents: Documents) -> None:
        """Change the documents.

        Raises
        ------
        SurveyError
            where they hold nothing that the edit could change.
        """
        raise NotImplementedError


def shown(place: str, written: str) -> str:
    """A text that somebody wrote, without what stands around it, as it can be shown.

    Raises
    ------
    SurveyError
        where nothing of it can be seen, something in it cannot, or it is too long.
    """
    text = written.strip()
    kinds = {unicodedata.category(letter) for letter in text}
    if kinds <= _UNSEEN:
        raise SurveyError(place, "it is empty.", "Write something.")
    if hidden := next((letter for letter in text if unicodedata.category(letter) in _CONTROL), None):
        raise SurveyError(
            place, f"it holds a character that cannot be shown (U+{ord(hidden):04X}).", "Write it anew."
        )
    if len(text) > MOST_LETTERS:
        raise SurveyError(
            place, f"it has {counted(len(text), 'letter')}, more than {MOST_LETTERS}.", "Write it shorter."
        )
    return text


def question_of(documents: Documents, question: str) -> tuple[str, Any]:
    """Kind and content of a question by its name."""
    for kind, name, content in documents.questions():
        if name == question:
            return kind, content
    raise SurveyError(
        "codebook.yaml",
        f"there is no question {question!r}.",
        "It was taken out meanwhile: open the page anew.",
    )


def paths_of(documents: Documents) -> list[tuple[str, str]]:
    """Source and target of every path, in the order they are written in."""
    written = documents.config["model"].get("paths") or []
    return [(str(source), str(one["to"])) for one in written for source in _sources(one)]


def claims_on(documents: Documents, source: str, target: str) -> list[str]:
    """Names of the hypotheses about a path itself."""
    claims = documents.config["model"].get("hypotheses") or {}
    return [
        str(name)
        for name, claim in claims.items()
        if (claim.get("from"), claim.get("to")) == (source, target)
        and not any(key in claim for key in ("via", "moderator", "groups"))
    ]


def set_path(documents: Documents, source: str, target: str, *, on: bool) -> None:
    """Draw a path or take it out, with what is claimed of it; drawn again it stands where it stood."""
    model = documents.config["model"]
    if on and (source, target) not in paths_of(documents):
        paths = model["paths"] = filled(model.get("paths"), [])
        own = next((one for one in paths if one["to"] == target), None)
        if own is None:
            place = place_again(documents, "paths", target, [str(one["to"]) for one in paths])
            paths.insert(place, flow({"from": [source], "to": target}))
        else:
            sources = _sources(own)
            sources.insert(place_again(documents, f"to {target}", source, sources), source)
            own["from"] = flow(sources)
        take_claims_back(documents, source, target)
    elif not on:
        for one in list(model.get("paths") or []):
            if one["to"] == target and source in (sources := _sources(one)):
                keep_order(documents, "paths", [str(path["to"]) for path in model["paths"]])
                keep_order(documents, f"to {target}", sources)
                if len(sources) > 1:
                    one["from"] = flow([name for name in sources if name != source])
                else:
                    model["paths"].remove(one)
        _lay_claims_aside(documents, source, target)


def keep_order(documents: Documents, what: str, now: Sequence[str]) -> None:
    """Lay aside in which order some names stand of which one is taken out, and those taken out before it."""
    orders = documents.aside.setdefault("orders", {})
    known = orders.get(what, [])
    if [name for name in known if name in now] != [*now]:
        orders[what] = [*now]


def place_again(documents: Documents, what: str, name: str, now: Sequence[str]) -> int:
    """The place among some names of one that was taken out, or is new, when it stands at the end."""
    order = documents.aside.get("orders", {}).get(what, [])
    later = order[order.index(name) :] if name in order else []
    return next((place for place, other in enumerate(now) if other in later), len(now))


def _lay_claims_aside(documents: Documents, source: str, target: str) -> None:
    """Take out what is claimed of a path, and say so; it comes back with the path."""
    claims = documents.config["model"].get("hypotheses") or {}
    names = claims_on(documents, source, target)
    if names:
        keep_order(documents, "claims", [*map(str, claims)])
        own = {name: plain(claims.pop(name)) for name in names}
        documents.aside.setdefault("claims", {}).setdefault(source, {})[target] = own
        documents.note(
            f"With the path went what was claimed of it ({', '.join(own)}); it comes back when the path is "
            "ticked again."
        )


def take_claims_back(documents: Documents, source: str, target: str) -> None:
    """Write again what was claimed of a path before it was taken out."""
    own = documents.aside.get("claims", {}).get(source, {}).pop(target, {})
    if not own:
        return
    model = documents.config["model"]
    claims = model["hypotheses"] = filled(model.get("hypotheses"))
    for name, claim in own.items():
        free = name if name not in claims else free_claim(claims)
        claims.insert(place_again(documents, "claims", name, [*map(str, claims)]), quoted(free), flow(claim))
        if free != name:
            documents.note(f"Another hypothesis is called {name} now: this one is {free}.")


def free_claim(claims: Mapping[str, Any]) -> str:
    """A name for a new hypothesis."""
    number = 1
    while f"H{number}" in claims:
        number += 1
    return f"H{number}"


def free_name(wanted: str, other: str, documents: Documents) -> str:
    """A name for a new question or construct: the one wanted where it is plain and free, else a number."""
    taken = {name for _, name, _ in documents.questions()}
    taken |= {str(name) for name in documents.codebook.get("constructs") or {}} | {*HEADINGS, *KEPT}
    if PLAIN_NAME.fullmatch(wanted) and wanted not in taken:
        return wanted
    number = 1
    while f"{other}{number}" in taken:
        number += 1
    return f"{other}{number}"


def item_of(documents: Documents, name: str) -> Any:
    kind, content = question_of(documents, name)
    if kind != "items":
        raise SurveyError(f"codebook.yaml, {kind}.{name}", "it is no item.", "Make it one first.")
    return content


def construct_of(documents: Documents, name: str) -> Any:
    constructs = documents.codebook.get("constructs") or {}
    if name not in constructs:
        raise SurveyError(
            "codebook.yaml, constructs", f"there is no construct {name!r}.", "Open the page anew."
        )
    return constructs[name]


def _sources(path: Mapping[str, Any]) -> list[str]:
    written = path["from"]
    return [str(written)] if isinstance(written, str) else [str(one) for one in written]


def filled(block: Any, empty: Any = None) -> Any:
    """A block to be added to: an empty one, written as `{}` or `[]`, on lines of its own from now on."""
    if block:
        return block
    return CommentedMap() if empty is None else CommentedSeq()
