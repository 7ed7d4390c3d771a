"""The chapter as a step of a run: made where it is asked for, never stale, gone where it is not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.errors import SurveyError
from smartcity_survey.report.chapter.write import draw, read_run, write_chapter
from tests.conftest import REPOSITORY
from tests.report.chapter.conftest import Tables
from tests.report.conftest import MakeSetting
from tests.workflow.studies.test_small_study import QUICK

FILES = {
    *(f"chapter.{language}.{ending}" for language in ("en", "ru", "kk") for ending in ("docx", "pdf")),
    *("tables.xlsx", "tables.tex"),
}


def call(folder: Path, command: str) -> tuple[set[str], str]:
    """Steps that did their work, and all that a command says."""
    done = subprocess.run(
        [sys.executable, "-m", "smartcity_survey.cli", command, str(folder), "--cores", "2"],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=REPOSITORY,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return set(re.findall(r"^  (\w+): done$", done.stderr, re.MULTILINE)), done.stdout


def made(folder: Path) -> set[str]:
    return {path.name for path in (folder / "reports").iterdir() if path.is_file()} - {"manifest.json"}


@pytest.mark.slow
def test_a_study_gets_the_files_it_asks_for_and_keeps_them_up_to_date(
    study: Callable[..., Path], config_content: dict[str, Any]
) -> None:
    title = {"en": "A small study", "ru": "Небольшое исследование", "kk": "Шағын зерттеу"}
    config = config_content | QUICK | {"study": {"title": title}}  # in three languages
    folder = study(config)
    call(folder, "run")
    pages = made(folder)
    assert not pages & FILES

    # The command writes them all, though the study asks for its page alone.
    done, said = call(folder, "chapter")
    assert done == {"chapter"}
    assert made(folder) - pages == FILES
    assert all(f"{folder.as_posix()}/reports/{name}" in said for name in FILES)
    content = (folder / "reports/chapter.kk.docx").read_bytes()
    done, _ = call(folder, "chapter")
    assert done == set()

    # A study that asks for some of them: these are made by a run, the others are gone.
    template = docx.Document()
    template.add_paragraph("Титульный лист")
    template.save(str(folder / "my.docx"))
    config["report"] = {"outputs": ["html", "docx"], "style": "gost", "word_template": "my.docx"}
    study(config)
    done, _ = call(folder, "run")
    assert done == {"report", "chapter"}
    assert made(folder) - pages == {name for name in FILES if name.endswith(".docx")}
    assert (folder / "reports/chapter.kk.docx").read_bytes() != content

    # Another template, an edited file, and nothing new.
    template.add_paragraph("2026")
    template.save(str(folder / "my.docx"))
    assert call(folder, "run")[0] == {"chapter"}
    assert "2026" in [one.text for one in docx.Document(str(folder / "reports/chapter.ru.docx")).paragraphs]
    (folder / "reports/chapter.ru.docx").write_bytes(b"edited")
    assert call(folder, "run")[0] == {"chapter"}
    assert call(folder, "run")[0] == set()

    config["report"] = {"outputs": ["html"]}
    study(config)
    assert call(folder, "run")[0] == {"report"}
    assert made(folder) == pages


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=r"no run has finished here.*Run the analysis first"):
        read_run(tmp_path)


@pytest.mark.slow
def test_the_bundled_study_repeats_its_bytes_in_one_process_and_in_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tables as committed, in the three languages; a page of each chapter has its words."""
    monkeypatch.chdir(REPOSITORY)
    for name in ("one", "several"):
        (tmp_path / name).mkdir()
        for part in ("tables", "cards", "manifest.json", "machine.json"):
            (tmp_path / name / part).symlink_to(REPOSITORY / "reports" / part)
    first = write_chapter(tmp_path / "one", outputs=("docx", "pdf", "tex"), jobs=1)
    second = write_chapter(tmp_path / "several", outputs=("docx", "pdf", "tex"), jobs=2)
    assert [path.name for path in first] == [path.name for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_template_is_checked_before_anything_runs(
    study: Callable[..., Path], config_content: dict[str, Any]
) -> None:
    config = config_content | {"report": {"outputs": ["html", "docx"], "word_template": "my.docx"}}
    folder = study(config)
    with pytest.raises(SurveyError, match=r"report\.word_template: no file my\.docx in the study's folder"):
        check_study(folder)
    (folder / "my.docx").write_text("no zip", encoding="utf-8")
    with pytest.raises(SurveyError, match=r"report\.word_template: my\.docx is no Word file"):
        check_study(folder)
    docx.Document().save(str(folder / "my.docx"))
    assert check_study(folder).summary


def test_figures_of_the_page_are_not_drawn_anew(tables: Tables, setting: MakeSetting, tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "chapter").mkdir()
    for ending in (".svg", ".png"):
        (tmp_path / "page" / f"scree{ending}").write_bytes(b"drawn")
    few = {name: tables[name] for name in ("eigenvalues", "hypotheses")}
    drawn = draw(few, tmp_path / "chapter", setting("en"), tmp_path / "page")
    assert {"scree", "coefficients"} <= set(drawn)
    assert (tmp_path / "chapter/scree.svg").read_bytes() == b"drawn"
    assert b"<svg" in (tmp_path / "chapter/coefficients.svg").read_bytes()
    assert draw({}, tmp_path / "chapter", setting("en"), tmp_path / "page") == {}
