"""Citations and the list of references, from `references.json` (CSL-JSON), in the forms of APA and GOST."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from smartcity_survey.report.wording import Wording
from smartcity_survey.study.outputs import Style

REFERENCES = Path(__file__).parent / "references.json"
_CITATION = re.compile(r"\[(@\w+(?:; @\w+)*)\]")
_MOST_AUTHORS = 3
"""More are `et al.` in GOST, as are three and more in a citation of APA."""

Source = Mapping[str, Any]
"""An item of CSL-JSON; `more-authors`: the last of its authors follows others that are not listed."""


@cache
def library() -> Mapping[str, Source]:
    """All sources by their ids."""
    return {source["id"]: source for source in json.loads(REFERENCES.read_text(encoding="utf-8"))}


@dataclass
class Citations:
    """What a text cites, in the order of its first citation."""

    style: Style
    wording: Wording

    def __post_init__(self) -> None:
        self._cited: dict[str, int] = {}

    def cite(self, text: str) -> str:
        """Text with its citations `[@kaiser1974; @hair2022]` written out.

        Raises
        ------
        KeyError
            where a source is not in `references.json`; it is a mistake of the sentence's author.
        """
        return _CITATION.sub(lambda found: self._written(re.findall(r"@(\w+)", found[1])), text)

    def listed(self) -> list[str]:
        """The list of references: by authors as APA asks, by first citation as GOST 7.32 does."""
        sources = [library()[key] for key in self._cited]
        if self.style == "gost":
            return [f"{number}. {gost(source)}" for number, source in enumerate(sources, start=1)]
        return [apa(source) for source in sorted(sources, key=lambda one: (_families(one), year(one)))]

    def _written(self, keys: Sequence[str]) -> str:
        numbers = [self._cited.setdefault(key, len(self._cited) + 1) for key in keys]
        if self.style == "gost":
            return f"[{'; '.join(map(str, numbers))}]"
        sources = sorted((library()[key] for key in keys), key=lambda one: (_families(one), year(one)))
        return f"({'; '.join(f'{self._short(source)}, {year(source)}' for source in sources)})"

    def _short(self, source: Source) -> str:
        names = _families(source)
        if len(names) < _MOST_AUTHORS:
            return " & ".join(names)
        return self.wording.fill("chapter.et_al", name=names[0])


def year(source: Source) -> int:
    """When it was published."""
    return int(source["issued"]["date-parts"][0][0])


def apa(source: Source) -> str:
    """An entry of the list of references by APA 7, with marks for italics."""
    head = f"{_apa_names(source['author'], source)} ({year(source)})."
    if source["type"] == "book":
        edition = f" ({source['edition']} ed.)" if "edition" in source else ""
        return f"{head} *{source['title']}*{edition}. {source['publisher']}."
    if source["type"] == "chapter":
        editors = ", ".join(f"{name['given']} {name['family']}" for name in source["editor"])
        inside = f"In {editors} (Ed.), *{source['container-title']}* (pp. {source['page']})"
        return f"{head} {source['title']}. {inside}. {source['publisher']}."
    place = f"*{source['container-title']}*, *{source['volume']}*({source['issue']}), {source['page']}."
    end = "" if source["title"].endswith("?") else "."
    doi = f" https://doi.org/{source['DOI']}" if "DOI" in source else ""
    return f"{head} {source['title']}{end} {place}{doi}"


def gost(source: Source) -> str:
    """An entry of the list of references by GOST 7.1, without its number."""
    names = [f"{name['family']} {name['given']}" for name in source["author"]]
    title = source["title"]
    if len(names) > _MOST_AUTHORS:
        first = source["author"][0]
        head = f"{title} / {first['given']} {first['family']} [et al.]"
    else:
        head = f"{', '.join(names)} {title}"
    if source["type"] == "article-journal":
        place = f"Vol. {source['volume']}, No. {source['issue']}. – P. {source['page']}."
        return f"{head} // {source['container-title']}. – {year(source)}. – {place}"
    published = f"{source['publisher-place']} : {source['publisher']}, {year(source)}"
    if source["type"] == "chapter":
        return f"{head} // {source['container-title']}. – {published}. – P. {source['page']}."
    edition = f" – {source['edition']} ed." if "edition" in source else ""
    return f"{head}.{edition} – {published}."


def _families(source: Source) -> list[str]:
    return [name["family"] for name in source["author"]]


def _apa_names(authors: Sequence[Mapping[str, str]], source: Source) -> str:
    names = [f"{name['family']}, {name['given']}" for name in authors]
    if source.get("more-authors"):
        return f"{', '.join(names[:-1])}, … {names[-1]}"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}"
