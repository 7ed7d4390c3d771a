"""Links of the page: what a text names leads there, and what a sentence says has its evidence."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from smartcity_survey.report.contents import load_contents
from smartcity_survey.report.links import lettered, linker
from smartcity_survey.report.wording import load_wording
from smartcity_survey.study.config import Language

NUMBERS = {
    "en": {"table-anova": "Table 16a", "table-htmt": "Table S34", "figure-path": "Figure 5"},
    "ru": {"table-anova": "Таблица 16a", "table-htmt": "Таблица Д34", "figure-path": "Рисунок 5"},
    "kk": {"table-anova": "16a-кесте", "table-htmt": "Қ34-кесте", "figure-path": "5-сурет"},
}
TEXTS = {
    "en": "See Table S34, text after Table 16 and figures 5; Table 34 is none. “Ratios” too.",
    "ru": "См. таблицу Д34, текст после таблицы 16 и рисунок 5; таблицы 34 нет. И «Ratios».",
    "kk": "Қ34-кестені, 16-кестеден кейінгі мәтінді және 5-суретті қараңыз; 34-кесте жоқ. «Ratios» та.",
}


@pytest.mark.parametrize("language", get_args(Language))
def test_tables_and_figures_named_in_a_text_are_links(language: Language) -> None:
    linked = linker(NUMBERS[language], {"table-htmt": "Ratios"}, load_wording(language))
    html = linked(TEXTS[language])
    assert re.findall(r'href="#([\w-]+)"', html) == ["table-htmt", "table-anova", "figure-path", "table-htmt"]
    assert re.sub(r"<[^>]+>", "", html) == TEXTS[language]


def test_a_text_is_never_run_and_indices_are_set_low() -> None:
    linked = linker(NUMBERS["en"], {}, load_wording("en"))
    assert linked("<b>ρ_A</b> in Table S34") == (
        '&lt;b&gt;ρ<sub>A</sub>&lt;/b&gt; in <a href="#table-htmt">Table S34</a>'
    )
    assert lettered("d_ULS, a_name") == "d<sub>ULS</sub>, a_name"


def test_every_caveat_has_its_evidence_and_every_evidence_its_table() -> None:
    contents = load_contents()
    tables = {entry.name for entry in contents.entries("table")}
    assert set(contents.evidence.values()) <= tables
    assert set(contents.answer) <= {entry.name for entry in contents.entries("figure")}
    texts = load_wording("en").texts
    caveats = {key.removeprefix("values.caveats.") for key in texts if key.startswith("values.caveats.")}
    assert caveats <= set(contents.evidence)
