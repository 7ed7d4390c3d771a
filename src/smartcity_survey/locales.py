"""The words of a part of the program in one language: the yaml files of its folder `locale/<language>`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from smartcity_survey.own_yaml import load_own
from smartcity_survey.study.config import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
GLOSSARY = "glossary.yaml"
"""The file that says which word stands for a term of the field and which never does; it has no texts."""


def read_locale(locale: Path, language: Language) -> dict[str, dict[str, Any]]:
    """Section -> key -> text or further keys.

    A language has a file for each section, for several small ones or for a part of a long one.

    Parameters
    ----------
    locale : folder that has a folder for each language.

    Raises
    ------
    ValueError
        where a key stands in two files.
    """
    words: dict[str, dict[str, Any]] = {}
    for file in sorted((locale / language).glob("*.yaml")):
        if file.name == GLOSSARY:
            continue
        for section, content in load_own(file).items():
            found = words.setdefault(section, {})
            if twice := sorted(found.keys() & content.keys()):
                raise ValueError(f"{file}: {section}.{twice[0]} stands in another file too")
            found |= content
    return words
