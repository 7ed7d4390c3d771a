"""Every step on studies in which its statistics have no solution: empty cells, the reason, and a report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from smartcity_survey.io import read_json, read_table
from smartcity_survey.report.wording import load_wording
from tests.workflow.in_process import run_steps
from tests.workflow.studies.degenerate_studies import KINDS

COPIES = "c1_1, c1_2"
EVERY = "c1_1, c2_1, c1_2, c2_2, c1_3, c2_3"

EXPECTED: Mapping[str, set[tuple[str, str, str, str]]] = {
    "copied_item": {
        ("adequacy", "table", "dependent", COPIES),
        ("cfa_fit", "table", "dependent", COPIES),
        ("sem_paths", "table", "dependent", COPIES),
        ("reliability", "cfa", "dependent", COPIES),
        ("common_method_bias", "harman", "dependent", COPIES),
        ("cross_loadings", "vif", "dependent", COPIES),
        ("score_agreement", "scores_cfa_bartlett", "dependent", COPIES),
    },
    "copied_across_constructs": {("adequacy", "table", "dependent", "c1_1, c2_1")},
    "same_constructs": {
        ("pls_paths", "table", "dependent_predictors", "c3, c1, c2"),
        ("coefficients", "regression", "dependent", "c1, c2"),
        ("hypothesis_tests", "regression", "dependent", "c1, c2"),
        ("hierarchical_blocks", "hierarchical_regression", "dependent", "c1, c2"),
        ("common_method_bias", "full_collinearity_vif", "dependent", "c1, c2"),
        ("adequacy", "table", "dependent", EVERY),
    },
    "outcome_from_predictors": {
        ("coefficients", "regression", "perfect_fit", ""),
        ("power", "regression", "perfect_fit", ""),
        ("pls_predict", "table", "improper", "c3"),
    },
    "constant_in_a_group": set(),
    "one_respondent_in_a_group": set(),
    "one_group": set(),
    "heywood": {
        ("dynamic_fit", "table", "heywood", "c1_1"),
        ("reliability", "omega", "heywood", "c1, c1_1"),
        ("score_agreement", "scores_cfa_bartlett", "heywood", "c1_1"),
    },
    "heywood_of_two_items": {
        ("score_agreement", "scores_cfa_bartlett", "heywood", "c1_2, c4_2"),
        ("dynamic_fit", "table", "heywood", "c1_2, c4_2"),
    },
    "overlap_of_one": {("dynamic_fit", "table", "not_positive_definite", "")},
    "rare_binary": {("reliability", "omega", "heywood", "c1, c1_1")},
    "against_one_another": {
        ("plsc_paths", "table", "unreliable", "c1"),
        ("cfa_dwls_fit", "table", "at_bound", COPIES),
    },
    "unrelated": {
        ("cfa_fit", "table", "not_converged", ""),
        ("sem_paths", "table", "not_converged", ""),
        ("reliability", "cfa", "not_converged", ""),
    },
    "single_items": {("score_agreement", "scores_cfa_skrondal_laake", "under_identified", "c3")},
    "two_items": {("score_agreement", "scores_cfa_skrondal_laake", "under_identified", "c1")},
    "rows_below_items": {
        ("adequacy", "table", "too_few_rows", ""),
        ("cfa_fit", "table", "too_few_rows", ""),
        ("reliability", "cfa", "too_few_rows", ""),
    },
    "rows_just_above_items": set(),
    "few_rows": {("cfa_fit", "table", "not_converged", "")},
    "more_folds_than_rows": {("pls_predict", "table", "too_few_rows", "")},
    "polychoric_pls": set(),
    "unsolved_scores": {
        ("descriptives", "table", "heywood", "c1_1"),
        ("coefficients", "table", "no_scores", ""),
        ("hypothesis_tests", "table", "no_scores", ""),
    },
    "names_of_no_syntax": set(),
    "moderation": {
        ("moderation", "table", "dependent_predictors", "c3, c1, c2"),
        ("pls_paths", "table", "dependent_predictors", "c3, c1, c2"),
    },
}
"""Some of what each kind must refuse: table, part of it, reason, names at fault."""

WITHOUT_COMPOSITES = {"same_constructs", "moderation"}
POSITIONS = re.compile(r"\b(?:columns|constructs|items|factors|group) ?[\[(]+\d+[,\])]")
"""How the numeric core names what it refuses."""


def refused(reports: Path) -> set[tuple[str, str, str, str]]:
    return {
        (table, line["part"], line["reason"], line["at_fault"])
        for file in (reports / "cards").glob("*.json")
        for table, card in read_json(file).items()
        for line in card.get("refused", ())
    }


IN_EVERY_LANGUAGE = {"copied_item", "unsolved_scores"}
"""Kinds whose pages and figures are made in all languages: they have most to tell of what is missing."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_leaves_a_report(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind not in IN_EVERY_LANGUAGE:
        monkeypatch.setattr("smartcity_survey.report.editions.LANGUAGES", ("en",))
    KINDS[kind].write(tmp_path)
    run_steps(tmp_path)
    assert len([*(tmp_path / "reports").glob("report.??.html")]) == (3 if kind in IN_EVERY_LANGUAGE else 0)
    reports = tmp_path / "reports"
    found = refused(reports)
    assert EXPECTED[kind] <= found
    told = {table for table, *_ in found}
    for file in (reports / "tables").glob("*.csv"):
        if not len(read_table(file).columns):
            assert file.stem in told, file.stem
    composites = read_table(reports / "tables/hypotheses.csv").query("method == 'pls'")["verdict"]
    assert composites.eq("no_solution").all() == (kind in WITHOUT_COMPOSITES)
    texts = [*(reports / "tables").glob("*.csv"), *(reports / "private/logs").glob("*.log")]
    for file in [*texts, reports / "report.html"]:
        content = file.read_text(encoding="utf-8")
        assert "Traceback" not in content
        assert not POSITIONS.search(content), (file.name, POSITIONS.search(content))


def test_reasons_are_told_in_the_language_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = KINDS["copied_item"]
    for language in ("ru", "kk"):
        monkeypatch.setattr("smartcity_survey.report.editions.LANGUAGES", (language,))
        folder = tmp_path / language
        study.write(folder)
        config = folder / "config.yaml"
        text = config.read_text(encoding="utf-8").replace(
            "title: Drawn", f"title: Drawn\n  language: {language}"
        )
        config.write_text(text, encoding="utf-8")
        run_steps(folder)
        page = (folder / "reports/report.html").read_text(encoding="utf-8")
        wording = load_wording(language)
        reason = f"{wording.value('reason', 'dependent')} ({COPIES})"
        assert wording.fill("page.not_computed", reason=reason) in page
        part = wording.value("part", "cfa")
        assert wording.fill("page.part_not_computed", part=part, reason=reason) in page


def test_a_matrix_of_every_kind() -> None:
    assert EXPECTED.keys() == KINDS.keys()
