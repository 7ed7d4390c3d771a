"""Labels of a study's documents in its own language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smartcity_survey.studio.documents import Documents, quoted
from smartcity_survey.study.config import Language


def set_label(content: Any, label: str, documents: Documents) -> None:
    """Write a label in the study's language; those in other languages stay."""
    own = content.get("label")
    if isinstance(own, Mapping):
        own[language_of(documents)] = quoted(label)  # type: ignore[index]
    else:
        content["label"] = quoted(label)


def label_of(content: Mapping[str, Any], documents: Documents) -> str:
    """The label in the study's language; of several others the first."""
    own = content.get("label", "")
    if isinstance(own, Mapping):
        return str(own.get(language_of(documents)) or next(iter(own.values()), ""))
    return str(own)


def language_of(documents: Documents) -> Language:
    """The study's language."""
    asked = (documents.config.get("study") or {}).get("language")
    return asked if asked in ("ru", "kk") else "en"
