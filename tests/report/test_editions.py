"""One run gives the report in every language that the study's words are in; the README's picture stays."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from smartcity_survey.errors import SurveyError
from smartcity_survey.report import editions
from smartcity_survey.report.editions import languages_of, write_editions
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config
from tests.conftest import REPOSITORY
from tests.report.conftest import MANIFEST

TITLE = {"en": "A small study", "ru": "Малое исследование", "kk": "Шағын зерттеу"}


def study(folder: Path, codebook: Codebook, language: str) -> Config:
    """A config whose codebook is the small study's."""
    path = folder / "codebook.yaml"
    path.write_text(
        yaml.safe_dump(codebook.model_dump(mode="json", by_alias=True, exclude_defaults=True)), "utf-8"
    )
    content = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
    content["study"] = {"title": TITLE, "language": language, "reconstruction": False}
    content["data"] = {"file": "survey.csv", "codebook": path.as_posix()}
    return Config.model_validate(content)


def drawn(name: str, _: Path, folder: Path, setting: Any, *__: object, **___: object) -> bool:
    """In place of `draw_figure`, which takes its time: a file that says its language."""
    folder.mkdir(parents=True, exist_ok=True)
    for ending in ("svg", "png"):
        (folder / f"{name}.{ending}").write_text(f"<svg>{setting.wording.language}</svg>", encoding="utf-8")
    return name == "path"


@pytest.fixture
def folder(reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(editions, "draw_figure", drawn)
    shutil.copytree(reports, tmp_path / "reports", ignore=shutil.ignore_patterns("figures"))
    return tmp_path


@pytest.mark.parametrize("language", ["en", "kk"])
def test_every_language_has_its_page_and_the_configured_one_is_the_report(
    folder: Path, small_codebook: Codebook, language: str
) -> None:
    written = write_editions(study(folder, small_codebook, language), folder / "reports", MANIFEST)
    pages = {one: (folder / f"reports/report.{one}.html").read_text("utf-8") for one in ("en", "ru", "kk")}
    assert (folder / "reports/report.html").read_text("utf-8") == pages[language]
    for one, page in pages.items():
        assert f'<html lang="{one}">' in page
        others = {other for other in pages if f'href="report.{other}.html"' in page}
        assert others == set(pages) - {one}
    figures = folder / "reports/figures"
    assert (figures / "path.svg").read_text("utf-8") == "<svg>en</svg>"
    assert (figures / "ru/path.png").read_text("utf-8") == "<svg>ru</svg>"
    assert 'href="figures/kk/path.svg"' in pages["kk"]
    assert 'href="figures/path.png"' in pages["en"]
    assert {Path(name).relative_to(folder / "reports").as_posix() for name in written} >= {
        *("report.en.html", "report.kk.html", "figures/path.svg", "figures/kk/path.svg"),
    }


def test_a_table_of_somebodys_own_is_not_on_the_page(folder: Path, small_codebook: Codebook) -> None:
    own = folder / "reports/tables/zzz.csv"
    required = [path.stem for path in own.parent.glob("*.csv")]
    config, page = study(folder, small_codebook, "en"), folder / "reports/report.html"
    write_editions(config, folder / "reports", MANIFEST, required=required)
    without = page.read_bytes()
    assert b"tables/" in without
    own.write_text("x\n", encoding="utf-8")
    write_editions(config, folder / "reports", MANIFEST, required=required)
    assert page.read_bytes() == without


def test_a_study_in_one_language_has_one_page_and_nothing_of_others_stays(
    folder: Path, small_codebook: Codebook
) -> None:
    write_editions(study(folder, small_codebook, "en"), folder / "reports", MANIFEST)
    constructs = small_codebook.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    constructs["constructs"]["use"]["label"] = {"kk": "Пайдалану"}
    only = Codebook.model_validate(constructs)
    config = study(folder, only, "kk")
    assert list(languages_of(config, only)) == ["kk"]
    write_editions(config, folder / "reports", MANIFEST)
    assert [path.name for path in (folder / "reports").glob("*.html")] == ["report.html"]
    assert 'class="languages"' not in (folder / "reports/report.html").read_text("utf-8")
    assert (folder / "reports/figures/path.svg").read_text("utf-8") == "<svg>kk</svg>"
    assert not (folder / "reports/figures/kk").exists()
    with pytest.raises(SurveyError, match="no text in `ru`"):
        write_editions(study(folder, only, "ru"), folder / "reports", MANIFEST)
