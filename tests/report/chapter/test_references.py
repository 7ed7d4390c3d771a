"""The chapter's references: cited where they are listed, in the form that each style asks."""

from __future__ import annotations

import re

from smartcity_survey.report.chapter.citations import apa, gost, library
from smartcity_survey.report.chapter.document import Document, Paragraph
from smartcity_survey.report.wording import load_wording
from tests.report.chapter.conftest import Compose, words


def test_references_are_listed_as_each_style_asks(compose_study: Compose) -> None:
    by_apa = _references(compose_study(style="apa"))
    assert by_apa == sorted(by_apa)
    assert by_apa[0].startswith("Bartlett, M. S. (1950). Tests of significance in factor analysis.")
    by_gost = _references(compose_study("ru", "gost"))
    assert [entry.split(".")[0] for entry in by_gost] == [str(n) for n in range(1, len(by_gost) + 1)]
    text = words(compose_study("ru", "gost"))
    cited = [
        int(number) for group in re.findall(r"\[(\d+(?:; \d+)*)\]", text) for number in group.split("; ")
    ]
    assert list(dict.fromkeys(cited)) == list(range(1, len(by_gost) + 1))


def _references(document: Document) -> list[str]:
    blocks = document.blocks
    return [block.text for block in blocks if isinstance(block, Paragraph) and block.role == "reference"]


def test_forms_of_a_reference() -> None:
    kaiser, hair = library()["kaiser1974"], library()["hair2022"]
    assert apa(kaiser) == (
        "Kaiser, H. F. (1974). An index of factorial simplicity. *Psychometrika*, *39*(1), 31–36. "
        "https://doi.org/10.1007/BF02291575"
    )
    assert gost(kaiser) == (
        "Kaiser H. F. An index of factorial simplicity // Psychometrika. – 1974. – "
        "Vol. 39, No. 1. – P. 31–36."
    )
    assert gost(hair).startswith(
        "A primer on partial least squares structural equation modeling (PLS-SEM) / J. F. Hair [et al.]"
    )
    assert apa(library()["harris2020"]).startswith("Harris, C. R., Millman, K. J., ")
    assert "Peterson, P., … Oliphant, T. E. (2020)" in apa(library()["harris2020"])


def test_every_source_is_cited_somewhere() -> None:
    texts = " ".join(load_wording("en").texts.values())
    assert set(library()) == set(re.findall(r"@(\w+)", texts))
