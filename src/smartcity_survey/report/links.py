"""Links of the page: a table or figure that a text names leads to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup, escape

from smartcity_survey.report.breaks import breakable
from smartcity_survey.report.wording import Wording

Linked = Callable[[object], Markup]
"""Text with links in place of what it names."""

_INDEX = re.compile(r"(?<![\w])(ρ|d|c)_([A-Z]{1,3})(?![\w])")
"""`ρ_A`, `d_ULS`: a letter with an index."""

_QUOTES = r"[“«\"]{}[”»\"]"


def lettered(text: object) -> Markup:
    """Text with indices set low."""
    return Markup(_INDEX.sub(r"\1<sub>\2</sub>", str(escape(text))))


def headed(text: object) -> Markup:
    """A heading of a table: indices set low, places marked where long words may break."""
    return lettered(breakable(str(text)))


def linker(numbers: Mapping[str, str], titles: Mapping[str, str], wording: Wording) -> Linked:
    """What sets links into texts of one language.

    Parameters
    ----------
    numbers : address on the page (`table-cfa_fit`) -> `Table S34`. A number that several share as 16a, 16b is
        found without its letter too, and leads to the first.
    titles : the same address -> title; a title in quotation marks is a mention too.
    """
    targets: dict[tuple[str, str], str] = {}
    for address, number in numbers.items():
        kind = address.partition("-")[0]
        found = re.fullmatch(re.escape(wording[f"page.{kind}"]).replace(r"\{number\}", "(.+)"), number)
        if found:
            targets[kind, found[1]] = address
            targets.setdefault((kind, found[1].rstrip("abcdefgh")), address)
    by_title = {title: address for address, title in reversed(list(titles.items()))}
    supplement = re.escape(wording["page.supplement"].format(number=""))
    digits = rf"(?:{supplement})?\d+[a-h]?"
    patterns = [
        wording[f"answer.mention_{kind}"].replace("#", rf"(?P<{kind}>{digits})(?![\w.,]\d)")
        for kind in ("table", "figure")
    ]
    named = "|".join(re.escape(title) for title in sorted(by_title, key=len, reverse=True))
    if named:
        patterns.append(_QUOTES.format(f"(?P<title>{named})"))
    mention = re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})")

    def linked(text: object) -> Markup:
        pieces, end = [], 0
        for match in mention.finditer(str(text)):
            groups = match.groupdict()
            address = by_title.get(groups.get("title") or "") or next(
                (targets.get((kind, groups[kind])) for kind in ("table", "figure") if groups[kind]), None
            )
            if address:
                pieces += [
                    lettered(str(text)[end : match.start()]),
                    Markup('<a href="#{}">{}</a>').format(address, match[0]),
                ]
                end = match.end()
        return Markup("").join([*pieces, lettered(str(text)[end:])])

    return linked
