"""A study of one's own: nothing of a printed work, and claims about several paths under their whole name."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from smartcity_survey.io import write_table
from smartcity_survey.report.figures.coefficients import claims_by_name
from smartcity_survey.report.page import write_report
from smartcity_survey.report.setting import setting_of
from smartcity_survey.report.wording import LANGUAGES
from smartcity_survey.study.config import Config, Language
from tests.report.conftest import MANIFEST, MakeSetting

OF_PRINT = {"en": "printed", "ru": "напечатан", "kk": "басылған"}


@pytest.fixture
def own(tables: dict[str, pd.DataFrame], reports: Path, tmp_path: Path) -> Path:
    """A folder of a run whose first hypothesis claims a mediation; nothing was printed."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "cards").mkdir()
    hypotheses = tables["hypotheses"].query("method != 'published'")
    via = hypotheses["hypothesis"].map({"H1": "ease"}).fillna("")
    write_table(hypotheses.assign(via=via), tmp_path / "tables/hypotheses.csv")
    write_table(tables["verdict_sheet"].head(0), tmp_path / "tables/verdict_sheet.csv")
    (tmp_path / "figures").mkdir()
    shutil.copy(reports / "figures/coefficients.svg", tmp_path / "figures")
    return tmp_path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_study_without_print_does_not_speak_of_one(
    own: Path, setting: MakeSetting, language: Language
) -> None:
    page = own / "report.html"
    texts = {}
    for printed in (True, False):
        write_report(own, MANIFEST, replace(setting(language), printed=printed), page)
        texts[printed] = page.read_text(encoding="utf-8")
    for key in ("sections.verdicts.intro", "figures.coefficients.note"):
        wording = setting(language).wording
        assert wording[key] in texts[True]
        assert wording[key] not in texts[False]
        assert wording[f"{key}_own"] in texts[False]
        assert OF_PRINT[language] not in wording[f"{key}_own"].lower()


def test_whether_there_is_print_comes_from_the_config(setting: MakeSetting) -> None:
    content = {
        "study": {"title": "A study"},
        "data": {"file": "survey.csv", "codebook": "codebook.yaml"},
        "cleaning": {"rules": ["blank_form"]},
        "model": {"constructs": {"trust": {}, "use": {}}, "paths": [{"from": ["trust"], "to": "use"}]},
        "seed": 1,
    }
    alone = Config.model_validate(content)
    with_print = alone.model_copy(update={"data": alone.data.model_copy(update={"published": "printed"})})
    assert not setting_of(alone, setting("en").labels, "en").printed
    assert setting_of(with_print, setting("en").labels, "en").printed


def test_a_claim_is_named_by_all_that_is_said_to_matter(
    own: Path, tables: dict[str, pd.DataFrame], setting: MakeSetting
) -> None:
    labels = setting("en").labels
    first = tables["hypotheses"].drop_duplicates("hypothesis").head(1)
    assert claims_by_name(first, labels) == ["Trust   H1"]
    assert claims_by_name(first.assign(via="ease"), labels) == ["Trust → Ease of use   H1"]
    assert claims_by_name(first.assign(moderator="city"), labels) == ["Trust × City   H1"]
    page = own / "report.html"
    write_report(own, MANIFEST, setting("en"), page)
    assert 'Trust → Ease of use<span class="target"> → Use' in page.read_text(encoding="utf-8")
