"""Robust CFI, TLI and RMSEA of incomplete, weighted and clustered answers against lavaan (robust_fit.R)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_cfa
from smartcity_survey.stats.sem.cfa_incomplete import fit_incomplete_cfa, fit_incomplete_sem
from smartcity_survey.stats.sem.cfa_robust import ScaledTest
from tests.stats.factor_data import reference
from tests.stats.missing.data import incomplete
from tests.stats.sampling.data import KINDS, design, items
from tests.stats.sampling.test_pseudo_likelihood import pattern
from tests.stats.sem.test_incomplete import holzinger, survey

FIT = {
    "chi2": "chisq.scaled",
    "df": "df.scaled",
    "p": "pvalue.scaled",
    "scaling": "chisq.scaling.factor",
    "baseline_scaling": "baseline.chisq.scaling.factor",
    "cfi": "cfi.robust",
    "tli": "tli.robust",
    "rmsea": "rmsea.robust",
    "rmsea_low": "rmsea.ci.lower.robust",
    "rmsea_high": "rmsea.ci.upper.robust",
    "p_close": "rmsea.pvalue.robust",
}


def assert_fit(test: ScaledTest, name: str) -> None:
    expected: Any = reference("robust_fit_lavaan")[name]
    for ours, theirs in FIT.items():
        # lavaan's iterations of moments and of bounds end earlier than ours.
        np.testing.assert_allclose(getattr(test, ours), expected[theirs], rtol=1e-6, atol=3e-8, err_msg=ours)


def test_a_measurement_model_of_incomplete_answers() -> None:
    assert_fit(holzinger().test, "holzinger")


def test_a_structural_model_of_incomplete_answers() -> None:
    paths = np.zeros((3, 3), dtype=bool)
    paths[0, 1] = paths[0, 2] = True
    found = fit_incomplete_sem(em_moments(incomplete("survey_missing")), pattern(), paths)
    assert_fit(found.test, "survey")


@pytest.mark.parametrize("kind", KINDS)
def test_models_of_weighted_and_clustered_answers(kind: str) -> None:
    assert_fit(fit_design_cfa(items(), pattern(), design(kind)).test, kind)


def test_units_and_how_factors_are_related_do_not_matter() -> None:
    """Paths among all factors, in the items' units, are the measurement model of standardised items."""
    structural = survey()
    measured = fit_incomplete_cfa(
        em_moments(incomplete("survey_missing")), structural.sem.measurement.pattern
    )
    for name in FIT:
        assert getattr(structural.test, name) == pytest.approx(getattr(measured.test, name), rel=1e-6), name
