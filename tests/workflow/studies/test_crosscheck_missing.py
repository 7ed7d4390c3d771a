"""Without the packages of the extra `crosscheck` a run is finished, and the page says what is missing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smartcity_survey.io import read_table
from smartcity_survey.report.wording import load_wording
from smartcity_survey.stages.checks.crosscheck import PEERS
from tests.workflow.in_process import run_steps
from tests.workflow.studies.test_small_study import MORE, QUICK


def test_the_page_names_the_extra_in_its_language_and_has_everything_else(
    study: Callable[..., Path], config_content: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for peer in PEERS:
        monkeypatch.setitem(sys.modules, peer, None)
    quick = config_content | QUICK | {name: MORE[name] for name in ("cfa", "robustness")}
    for language in ("en", "ru", "kk"):
        title = {"study": {"title": "A small study", "language": language}}
        folder = study(config=quick | title)
        run_steps(folder)
        page = (folder / "reports/report.html").read_text(encoding="utf-8")
        wording = load_wording(language)
        reason = f"{wording.value('reason', 'not_installed')} ({', '.join(PEERS)})"
        assert "smartcity_survey[crosscheck]" in reason
        assert page.count(wording.fill("page.not_computed", reason=reason)) == 1
        assert 'id="table-coefficients"' in page
    tables = folder / "reports/tables"
    assert read_table(tables / "crosscheck.csv").empty
    assert not any(read_table(tables / f"{name}.csv").empty for name in ("hypotheses", "cfa_fit", "adequacy"))
    log = (folder / "reports/private/logs/crosscheck.log").read_text(encoding="utf-8")
    assert "pip install 'smartcity_survey[crosscheck]'" in log
