"""What methods for gaps do to the tables of answers without a gap is what `check` says of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.check.gaps import CHANGED
from smartcity_survey.io import StageResult
from smartcity_survey.stages.factor.adequacy import evaluate_adequacy
from smartcity_survey.stages.factor.components import estimate_factors
from smartcity_survey.stages.measurement.measurement import evaluate_measurement
from smartcity_survey.stages.measurement.scores import compute_scores
from smartcity_survey.stages.pls.pls import estimate_pls
from smartcity_survey.stages.regression.regression import AllScores, estimate_regression
from smartcity_survey.stages.sem.cfa import confirm_model
from smartcity_survey.study.config import FactorsSection, PlsSection, RegressionSection
from smartcity_survey.study.missing_answers import FAMILIES, Pls
from tests.stages import simulated
from tests.stages.missing_answers import test_factor_models as factor_models
from tests.stages.missing_answers import test_pls as pls
from tests.stages.missing_answers.gaps import complete

ANSWERS = complete().reset_index(drop=True)
MODEL = simulated.model()
ERRORS = {"std_error", "t", "z", "p", "ci_low", "ci_high"}
RESAMPLED = {"boot_mean", "boot_se", "t", "p", "ci_low", "ci_high", "htmt2_upper_bound", "upper_bound"}


def _lost_and_changed(before: StageResult, after: StageResult) -> tuple[set[str], set[str]]:
    """Columns, or statistics of tables that have a line for each, without a value and with another."""
    lost, changed = set(), set()
    for name, frame in before.tables.items():
        other = after.tables[name]
        if "statistic" in frame and "value" in frame:
            frame, other = (
                one.set_index("statistic")[["value"]].astype(float).T.reset_index(drop=True)
                for one in (frame, other)
            )
        for column in frame.select_dtypes("number"):
            x = frame[column].to_numpy(dtype=float)
            y = other[column].to_numpy(dtype=float) if column in other else np.full(len(x), np.nan)
            if len(x) != len(y) or (~np.isnan(x) & np.isnan(y)).any():
                lost.add(str(column))
            elif not np.allclose(x, y, rtol=1e-6, atol=1e-8, equal_nan=True):
                changed.add(str(column))
    return lost, changed


def _pls(method: Pls) -> StageResult:
    everybody = None if method == "complete" else ANSWERS
    return estimate_pls(ANSWERS, MODEL, pls.SECTION, 7, missing=method, everybody=everybody)


def test_full_information_loses_the_statistics_of_complete_answers() -> None:
    section, own = factor_models.SECTION, factor_models.MODEL
    before = confirm_model(ANSWERS, own, section, 0.95, 3)
    after = confirm_model(ANSWERS, own, section, 0.95, 3, missing="fiml", counted=factor_models.COUNTED)
    lost, changed = _lost_and_changed(before, after)
    assert {one for one in lost if not one.startswith("satorra_bentler_")} == {"gfi", "agfi", "pgfi"}
    assert {one for one in lost if one.startswith("satorra_bentler_")}
    of_means = {"aic", "bic", "sabic", "ecvi", "n_parameters", "srmr", "rmr"}
    assert changed <= of_means | ERRORS | {"std_loading_low", "std_loading_high"}
    assert {"srmr", "n_parameters", "std_error"} <= changed


def test_maximum_likelihood_loses_what_residuals_give() -> None:
    scored = compute_scores(ANSWERS, MODEL, PlsSection(), "mean")
    before, after = (
        estimate_regression(
            scored.private["scores"],
            ANSWERS,
            MODEL,
            simulated.codebook(),
            RegressionSection(),
            "mean",
            everybody,
        )
        for everybody in (None, AllScores(ANSWERS, scored.tables["score_weights"]))
    )
    lost, changed = _lost_and_changed(before, after)
    assert lost == {"hc3_std_error", "hc3_t", "hc3_p", "adj_r2", "durbin_watson"}
    assert changed == (ERRORS - {"z"}) | {"std_error_estimate"}


def test_em_loses_intervals_of_alpha_and_nothing_of_components() -> None:
    before, after = (
        evaluate_measurement(ANSWERS, MODEL, PlsSection(), everybody=everybody)
        for everybody in (None, ANSWERS)
    )
    assert _lost_and_changed(before, after) == ({"cronbach_alpha_low", "cronbach_alpha_high"}, set())
    items: pd.DataFrame = ANSWERS[list(MODEL.items)]
    unchanged: tuple[set[str], set[str]] = set(), set()
    section = FactorsSection()
    assert ("components", "em") not in CHANGED
    assert unchanged == _lost_and_changed(evaluate_adequacy(items), evaluate_adequacy(items, ANSWERS))
    assert unchanged == _lost_and_changed(
        estimate_factors(items, MODEL, section, 1), estimate_factors(items, MODEL, section, 1, ANSWERS)
    )


@pytest.mark.parametrize("method", [method for method in FAMILIES["pls"] if ("pls", method) in CHANGED])
def test_pls_loses_the_errors_of_the_delta_method(method: Pls) -> None:
    lost, changed = _lost_and_changed(_pls("complete"), _pls(method))
    assert "delta_se" in lost
    assert "estimate" not in changed | lost
    if method == "pairwise":
        assert lost == {"delta_se"}
        assert changed <= {"htmt2_upper_bound", "htmt2_undefined", "htmt2_p_distinct"}
