"""Which sentences of a line are said, and in which form."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smartcity_survey.report.answer import answer
from smartcity_survey.report.remark_codes import remark_codes
from smartcity_survey.report.setting import setting_of
from smartcity_survey.report.wording import LANGUAGES, by_maximum_likelihood, load_wording
from smartcity_survey.study.config import Config, Language
from tests.report.chapter.conftest import config
from tests.report.conftest import MakeSetting

NOTHING = float("nan")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ({"answer": "effect", "evidence": "strong_for"}, "effect"),
        ({"answer": "effect", "evidence": NOTHING}, "effect_without_bayes"),
        ({"answer": "effect_against_claim", "evidence": ""}, "effect_against_claim_without_bayes"),
        ({"answer": "undecided", "evidence": NOTHING}, "undecided"),
    ],
)
def test_a_bayes_factor_agrees_only_where_there_is_one(line: dict[str, Any], key: str) -> None:
    assert [words for _, _, words in remark_codes(line, ("answer",))] == [key]


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.99, False), (0.9, False), (0.85, True), (0.5, True), (0.05, False), (NOTHING, False)],
)
def test_a_verdict_hinges_on_nothing_where_nearly_all_agree(share: float, said: bool) -> None:
    line = {"hinges_on": "score", "share_confirmed": share}
    assert bool(list(remark_codes(line, ("hinges_on",)))) is said
    sheet = line | {"share_agreeing": 0.05, "share_confirmed": 0.05}
    assert list(remark_codes(sheet, ("hinges_on",)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_head_of_the_page_claims_no_bayes_factor_either(
    tables: dict[str, pd.DataFrame], setting: MakeSetting, language: Language
) -> None:
    texts = load_wording(language)
    own = tables["hypotheses"].query("method != 'published'")
    for evidence, key in (("strong_for", "effect"), (None, "effect_without_bayes")):
        sheet = tables["verdict_sheet"].assign(answer="effect", evidence=evidence)
        found = " ".join(answer({"hypotheses": own, "verdict_sheet": sheet}, setting(language)).found)
        other = {"effect": "effect_without_bayes"}.get(key, "effect")
        assert texts[f"answer.{key}"].split("{names}")[0] in found
        assert texts[f"answer.{other}"].split("{names}")[0] not in found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_regression_by_maximum_likelihood_is_no_least_squares(
    setting: MakeSetting, language: Language
) -> None:
    plain = load_wording(language)
    other = by_maximum_likelihood(plain)
    assert other.value("method", "ols") != plain.value("method", "ols")
    assert other["columns.coefficients.t"] == "z"
    labels = setting(language).labels
    for missing, expected in (({}, plain), ({"regression": "ml"}, other)):
        study = Config.model_validate(config(missing=missing, cleaning={"rules": ["blank_form"]}))
        told = setting_of(study, labels, language).wording
        assert told.value("method", "ols") == expected.value("method", "ols")
