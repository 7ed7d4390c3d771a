"""A study without paths: everything about its measurement, and of everything else why there is nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.check import check_study
from smartcity_survey.io import read_json, read_table
from smartcity_survey.new_wave import start_new_wave
from smartcity_survey.report.wording import load_wording
from tests.workflow.in_process import run_steps
from tests.workflow.studies.degenerate_studies import PLAIN, Degenerate

NO_PATHS = {"model": {"paths": [], "hypotheses": {}}}
ABOUT_PATHS = {
    *("coefficients", "model_summary", "collinearity", "hypothesis_tests", "power", "relative_importance"),
    *("pls_paths", "pls_loadings", "plsc_paths", "pls_predict", "pls_fit", "ipma"),
    *("sem_paths", "sem_fit", "specification_curve", "specification_summary"),
}


def refusals(reports: Path) -> dict[str, set[tuple[str, str]]]:
    return {
        table: {(line["part"], line["reason"]) for line in card["refused"]}
        for file in (reports / "cards").glob("*.json")
        for table, card in read_json(file).items()
        if "refused" in card
    }


def texts(page: Path) -> str:
    """The words of a page, without what is drawn."""
    plain = re.sub(r"<(script|style).*?</\\1>|<[^>]*>", " ", page.read_text(encoding="utf-8"), flags=re.S)
    return " ".join(plain.split())


@pytest.fixture(scope="module")
def one_scale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study of five items that measure one construct."""
    folder = tmp_path_factory.mktemp("one_scale")
    outputs = {"report": {"outputs": ["html", "docx", "pdf", "xlsx"]}}
    Degenerate(replace(PLAIN, items=(5,)), config=NO_PATHS | outputs).write(folder)
    assert check_study(folder).summary[0] == "config.yaml: 1 construct, 0 paths, 0 hypotheses."
    run_steps(folder, "chapter")
    return folder


def test_one_scale_has_descriptives_reliability_components_and_cfa(one_scale: Path) -> None:
    answers = pd.read_csv(one_scale / "survey.csv").drop(columns="group").to_numpy(float)
    tables = {file.stem: read_table(file) for file in (one_scale / "reports/tables").glob("*.csv")}
    p = answers.shape[1]
    # Cronbach (1951): p / (p - 1) * (1 - sum of the items' variances / variance of their sum).
    alpha = p / (p - 1) * (1 - answers.var(axis=0, ddof=1).sum() / answers.sum(axis=1).var(ddof=1))
    (reliability,) = tables["reliability"].to_dict("records")
    assert reliability["cronbach_alpha"] == pytest.approx(alpha)
    assert reliability["omega"] == pytest.approx(alpha, abs=0.02)
    assert 0.4 < reliability["ave_cfa"] < 0.8
    assert tables["descriptives"]["mean"].item() == pytest.approx(answers.mean())
    eigenvalues = np.linalg.eigvalsh(np.corrcoef(answers.T))[::-1]
    np.testing.assert_allclose(tables["eigenvalues"]["eigenvalue"], eigenvalues)
    assert len(tables["rotated_loadings"]) == len(tables["cfa_loadings"]) == p
    fit = tables["cfa_fit"].set_index("statistic")["value"]
    assert fit["df"] == p * (p + 1) / 2 - 2 * p


def test_what_needs_a_path_or_a_second_construct_says_so(one_scale: Path) -> None:
    found = refusals(one_scale / "reports")
    tables = {file.stem: read_table(file) for file in (one_scale / "reports/tables").glob("*.csv")}
    for table in ABOUT_PATHS:
        assert ("table", "no_paths") in found[table], table
        assert tables[table].empty
    for table in ("htmt", "dynamic_fit"):
        assert found[table] == {("table", "one_construct")}
    for table, frame in tables.items():
        if not len(frame.columns):
            assert {reason for _, reason in found[table]} <= {"no_paths", "one_construct"}, table
    for language in ("en", "ru", "kk"):
        reason = load_wording(language).value("reason", "no_paths")
        assert reason in texts(one_scale / f"reports/report.{language}.html")
    logs = " ".join(
        file.read_text(encoding="utf-8") for file in (one_scale / "reports/private/logs").glob("*.log")
    )
    assert "Traceback" not in logs


def test_the_chapter_of_one_scale_has_no_word_about_paths(one_scale: Path) -> None:
    from docx import Document

    assert (one_scale / "reports/chapter.en.pdf").read_bytes().startswith(b"%PDF")
    words = [paragraph.text for paragraph in Document(str(one_scale / "reports/chapter.en.docx")).paragraphs]
    whole = "\n".join(words)
    wording = load_wording("en")
    # The reliability of one scale is no table, but stands in the text.
    assert wording["tables.reliability.title"] not in whole
    alpha = read_table(one_scale / "reports/tables/reliability.csv")["cronbach_alpha"].item()
    assert f"{alpha:.3f}".removeprefix("0") in whole
    for table in ("pls_paths", "coefficients", "htmt", "hypothesis_tests"):
        assert wording[f"tables.{table}.title"] not in whole
    assert wording.value("reason", "no_paths") not in whole.replace("(PLS-SEM): a model without paths", "")


def test_several_scales_without_paths_are_compared(tmp_path: Path) -> None:
    Degenerate(replace(PLAIN, items=(3, 3)), config=NO_PATHS).write(tmp_path)
    run_steps(tmp_path)
    found = refusals(tmp_path / "reports")
    htmt = read_table(tmp_path / "reports/tables/htmt.csv").set_index("construct")
    assert htmt.shape == (2, 2)
    assert "htmt" not in found
    assert ("table", "no_paths") in found["pls_paths"]
    ladder = read_table(tmp_path / "reports/tables/invariance.csv")
    assert ladder["status"].ne("no_paths").all()


def test_a_new_wave_of_one_scale_passes_the_check(tmp_path: Path) -> None:
    answers = replace(PLAIN, items=(5,)).answers()
    answers.to_csv(tmp_path / "scale.csv", index=False)
    draft = start_new_wave(tmp_path / "wave", tmp_path / "scale.csv")
    assert any("about its measurement alone" in line for line in draft.to_do)
    assert check_study(tmp_path / "wave").verdict == "Nothing stands in the way of a run."
