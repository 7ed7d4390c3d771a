"""Every view of the bundled study holds the numbers that the study's own run wrote, digit for digit."""

from __future__ import annotations

import numpy as np
import pytest

import smartcity_survey as ss
from smartcity_survey.io import read_table
from smartcity_survey.report.wording import load_wording
from tests.conftest import REPOSITORY
from tests.notebook.bundled import (
    CONFIG,
    SEED,
    TABLES,
    answers,
    groups,
    in_one_cell,
    model,
    require_close,
    require_same,
)

pytestmark = pytest.mark.skipif(not TABLES.is_dir(), reason="no tables yet: run make")


def test_descriptives() -> None:
    view = ss.describe(answers(), model(kept=False))
    require_same(view.items, "item_descriptives", "item", without=["construct"])


def test_adequacy() -> None:
    view = ss.adequacy(answers(), model(kept=False))
    committed = read_table(TABLES / "adequacy.csv").set_index("statistic")["value"]
    require_close(view.statistics["value"], committed[view.statistics.index])
    require_same(view.item_msa, "item_msa", "item")
    require_same(view.anti_image_correlations, "anti_image_correlations", "item")


def test_principal_components() -> None:
    view = ss.principal_components(answers(), model(kept=False))
    for name in ("rotated_loadings", "component_matrix", "score_coefficients"):
        require_same(getattr(view, name), name, "item")
    require_same(view.communalities, "communalities", "item", without=["initial"])
    require_same(view.component_transformation, "component_transformation", "component")
    eigenvalues = read_table(TABLES / "eigenvalues.csv")["eigenvalue"]
    require_close(view.eigenvalues["eigenvalue"], eigenvalues)
    explained = read_table(TABLES / "variance_explained.csv").head(len(view.variance_explained))
    require_close(view.variance_explained["eigenvalue"], explained["extracted_eigenvalue"])
    require_close(view.variance_explained["rotated_eigenvalue"], explained["rotated_eigenvalue"])


@pytest.mark.parametrize("rotation", ["varimax", "oblimin", "promax"])
@pytest.mark.parametrize("method", ["principal_axes", "maximum_likelihood"])
def test_common_factors(method: str, rotation: str) -> None:
    view = ss.common_factors(answers(), model(kept=False), method=method, rotation=rotation)
    require_same(view.pattern_matrix, "pattern_matrix", "item", extraction=method, rotation=rotation)
    require_same(view.factor_matrix, "factor_matrix", "item", extraction=method)
    require_same(view.communalities, "factor_communalities", "item", without=["heywood"], extraction=method)
    if rotation != "varimax":
        require_same(view.structure_matrix, "structure_matrix", "item", extraction=method, rotation=rotation)
    solutions = read_table(TABLES / "factor_solutions.csv").set_index(["extraction", "rotation"])
    if method == "maximum_likelihood":
        row = solutions.loc[(method, rotation)]
        require_close(view.fit.loc["chi2", "value"], row["chi2"])
        assert view.fit.loc["df", "value"] == row["df"]
    else:
        assert view.fit.empty


def test_measurement() -> None:
    view = ss.measurement(answers(), model())
    require_same(view.reliability, "reliability", "construct")
    for name in ("fornell_larcker", "htmt", "htmt2"):
        require_same(getattr(view, name), name, "construct")


def test_confirmatory_model() -> None:
    view = ss.fit_cfa(answers(), model())
    require_same(view.fit, "cfa_fit", "statistic")
    require_same(view.loadings, "cfa_loadings", "item")
    require_same(view.factor_correlations, "cfa_factor_correlations", "construct")
    require_same(view.modification_indices, "modification_indices", "item")


def test_structural_model() -> None:
    view = ss.fit_sem(answers(), model())
    require_same(view.paths, "sem_paths", "path", without=["admissible"])
    require_same(view.quality, "sem_quality", "construct")
    require_same(view.fit, "sem_fit", "statistic")


def test_regression() -> None:
    scores = ss.scores(answers(), model(), CONFIG["scores"]["method"])
    (arrow,) = CONFIG["model"]["paths"]
    view = ss.fit_ols(scores, f"{', '.join(arrow['from'])} -> {arrow['to']}")
    require_same(view.coefficients, "coefficients", "term", outcome="adoption")
    require_same(view.model_summary, "model_summary", "outcome")
    require_same(view.anova, "anova", "source", outcome="adoption")
    require_same(view.collinearity, "collinearity", "dimension", outcome="adoption")
    require_same(view.residual_statistics, "residual_statistics", "quantity", outcome="adoption")
    committed = read_table(TABLES / "regression_diagnostics.csv").set_index("statistic")
    require_close(view.diagnostics["statistic"], committed.loc[view.diagnostics.index, "value"])
    require_close(view.diagnostics["p"], committed.loc[view.diagnostics.index, "p"])
    assert set(committed.index[committed["p"].notna()]) == set(view.diagnostics.index)
    assert list(view.cases.index) == list(answers().index)


def test_pls_and_its_bootstrap() -> None:
    view = ss.fit_pls(answers(), model(), bootstrap_draws=CONFIG["pls"]["bootstrap_draws"], seed=SEED)
    require_same(view.paths, "pls_paths", "path")
    require_same(view.loadings, "pls_loadings", "item")
    require_same(view.weights, "pls_weights", "item")
    require_same(view.quality, "pls_quality", "construct")
    require_same(view.effects, "pls_effects", "path")
    require_same(view.cross_loadings, "cross_loadings", "item", without=["vif"])
    bounds = read_table(TABLES / "htmt_bounds.csv").set_index(["construct_1", "construct_2"])
    mine = view.htmt.set_index("other", append=True)
    assert list(mine.index) == list(bounds.index)
    for column, committed in {
        "htmt": "htmt",
        "htmt_upper_bound": "upper_bound",
        "htmt2": "htmt2",
        "htmt2_upper_bound": "htmt2_upper_bound",
    }.items():
        require_close(mine[column], bounds[committed])
    np.testing.assert_allclose(view.scores.std(ddof=1), 1.0)
    assert list(view.scores.index) == list(answers().index)


def test_consistent_pls() -> None:
    view = ss.fit_pls(
        answers(), model(), consistent=True, bootstrap_draws=CONFIG["pls"]["bootstrap_draws"], seed=SEED
    )
    committed = in_one_cell(read_table(TABLES / "plsc_paths.csv")).set_index("path")
    require_close(view.paths["estimate"], committed.loc[view.paths.index, "consistent"])
    require_close(view.paths["boot_se"], committed.loc[view.paths.index, "boot_se"])


def test_prediction() -> None:
    view = ss.predict_pls(answers(), model(), seed=SEED)
    require_same(view.items, "pls_predict", "item", without=["rmse_below_lm"])
    require_same(view.cvpat, "cvpat", "subject")


def test_comparison_of_groups() -> None:
    view = ss.compare_groups(answers(), model(), "city", (1, 2), seed=SEED)
    pair = {"demographic": "city", "first": "1", "second": "2"}
    tables = groups().tables
    require_same(view.micom, tables["micom"], "construct", **pair)
    assert set(view.micom["invariance"]) == {"full", "partial", "not shown"}
    # Holm's correction is over all pairs of groups, of which the view has one.
    require_same(view.paths, tables["multigroup"], "path", without=["p_holm"], **pair)
    cities = answers()["city"].value_counts()
    assert f"{cities[3]} respondents of other groups take no part." in view.notes
    assert (view.record.n_first, view.record.n_second) == (cities[1], cities[2])
    assert view.notes[0] == f"city: 1 ({view.record.n_first} respondents) less 2 ({view.record.n_second})."


SEVERITY = {
    "none": "Consistent",
    "changes_a_conclusion": "Changes a conclusion",
    "inconsistent": "Inconsistent",
    "typo": "Probable typing error",
    "not_testable": "Not testable",
    "note": "Note",
}


def test_an_audit_speaks_its_language() -> None:
    view = ss.audit_paper(REPOSITORY / "data/published", "ru")
    wording = load_wording("ru")
    assert set(view.by_severity.index) <= {wording.value("severity", code) for code in SEVERITY}


def test_audit_of_the_printed_tables() -> None:
    view = ss.audit_paper(REPOSITORY / "data/published")
    committed = read_table(TABLES / "audit.csv")
    assert list(view.findings.index) == list(committed["check"])
    assert list(view.findings["severity"]) == list(committed["severity"].fillna("none").map(SEVERITY))
    # The report says in words what is printed where; the notebook names lines as the file does.
    explained = view.findings["explanation"].fillna("") != ""
    assert list(explained) == list(committed["explanation_en"].notna())
    summary = read_table(TABLES / "audit_summary.csv").set_index("severity")["n_checks"]
    assert view.by_severity["n_checks"].to_dict() == summary.rename(SEVERITY).to_dict()
    assert not view.contradictions["consistent"].any()
    assert len(view.contradictions) == (committed["consistent"] == False).sum()  # noqa: E712
