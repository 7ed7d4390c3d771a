"""`cfa.estimator: mlr`: errors and tests of CFA, SEM and controlled paths are the core's robust ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.stages.sem.cfa import confirm_model
from smartcity_survey.stages.sem.controlled_paths import estimate_controlled_paths
from smartcity_survey.stages.sem.sem import estimate_sem
from smartcity_survey.stats.sem.cfa_robust import fit_robust_cfa, fit_robust_sem
from smartcity_survey.study.config import CfaSection, PlsSection
from tests.stages import simulated

LEVEL = 0.95
QUANTILE = 1.959963984540054
SECTION = CfaSection(dynamic_draws=20, estimator="mlr")


def answers() -> Any:
    return simulated.answers()[list(simulated.ITEMS)].to_numpy(dtype=float)


def statistics(table: pd.DataFrame) -> dict[str, float]:
    return dict(zip(table["statistic"], table["value"], strict=True))


def test_confirmatory_model() -> None:
    model = simulated.model()
    result = confirm_model(simulated.answers(), model, SECTION, LEVEL, 3)
    found = fit_robust_cfa(answers(), model.membership())
    fit = statistics(result.tables["cfa_fit"])
    assert fit["yuan_bentler_chi2"] == found.test.chi2
    assert fit["yuan_bentler_cfi"] == found.test.cfi
    assert not any(name.startswith("satorra_bentler") for name in fit)
    loadings = result.tables["cfa_loadings"]
    width = loadings["std_loading_high"] - loadings["std_loading_low"]
    own = found.cfa.pattern
    np.testing.assert_allclose(width, 2 * QUANTILE * found.cfa.std_err_std_loadings[own])
    np.testing.assert_array_equal(loadings["std_error"], found.cfa.std_err_loadings[own])
    intervals = result.tables["cfa_correlation_intervals"]
    upper = np.triu_indices(len(model.names), 1)
    np.testing.assert_array_equal(intervals["std_error"], found.cfa.std_err_factor_corr[upper])
    for table in ("cfa_fit", "cfa_loadings", "cfa_correlation_intervals"):
        assert result.cards[table]["standard_errors"] == "sandwich_observed"


def test_what_is_of_the_normal_theory_stays_as_it_was() -> None:
    plain, robust = (
        confirm_model(simulated.answers(), simulated.model(), section, LEVEL, 3)
        for section in (CfaSection(dynamic_draws=20), SECTION)
    )
    for table in ("modification_indices", "cfa_residuals", "dynamic_fit", "cfa_factor_correlations"):
        np.testing.assert_allclose(
            plain.tables[table].select_dtypes("number"), robust.tables[table].select_dtypes("number"), 1e-9
        )
    assert "standard_errors" not in plain.cards["cfa_loadings"]
    assert robust.cards["cfa_residuals"]["standard_errors"] == "of_residuals_normal"


def test_structural_model() -> None:
    model = simulated.model()
    result = estimate_sem(simulated.answers(), model, LEVEL, estimator="mlr")
    found = fit_robust_sem(answers(), model.membership(), model.path_matrix(), level=LEVEL)
    assert statistics(result.tables["sem_fit"])["yuan_bentler_scaling"] == found.test.scaling
    paths = result.tables["sem_paths"]
    last = len(model.names) - 1
    for column, values in (("std_error", found.sem.estimates.std_err_beta), ("p", found.sem.estimates.p)):
        np.testing.assert_array_equal(paths[column], values[:last, last], err_msg=column)
    assert result.cards["sem_paths"]["standard_errors"] == "sandwich_observed"
    plain = estimate_sem(simulated.answers(), model, LEVEL)
    np.testing.assert_allclose(plain.tables["sem_paths"]["estimate"], paths["estimate"], rtol=1e-9)
    assert (plain.tables["sem_paths"]["std_error"] != paths["std_error"]).all()


def test_paths_with_controls_have_the_same_errors() -> None:
    frame, model = simulated.answers(), simulated.model()
    sem = estimate_sem(frame, model, LEVEL).tables["sem_paths"]
    section = PlsSection(bootstrap_draws=100)
    tables = {
        estimator: estimate_controlled_paths(
            frame, model, simulated.codebook(), ("age",), section, LEVEL, 3, sem, sem, estimator=estimator
        ).tables["controlled_paths"]
        for estimator in ("ml", "mlr")
    }
    plain, robust = (table[table["method"] == "sem"] for table in tables.values())
    np.testing.assert_allclose(plain["estimate"], robust["estimate"], rtol=1e-9)
    assert (plain["ci_low"] != robust["ci_low"]).all()
