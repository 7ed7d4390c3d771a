"""Moments of incomplete answers, and the reliability that follows, against psych's corFiml and alpha."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement.reliability_coefficients import cronbach_alpha
from smartcity_survey.stats.missing.normal_moments import em_moments
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "tests/reference"
PSYCH: dict[str, Any] = json.loads((FOLDER / "missing_psych.json").read_text(encoding="utf-8"))
CONSTRUCTS = sorted(PSYCH["survey_missing"])
# psych ends its search at about five digits.
SEARCH = 2e-5


def answers(name: str, items: list[str]) -> Array:
    return pd.read_csv(FOLDER / f"data/{name}.csv")[items].to_numpy(dtype=np.float64)


def cases() -> list[tuple[str, dict[str, Any]]]:
    own = [("survey_missing", PSYCH["survey_missing"][name]) for name in CONSTRUCTS]
    return [("planned_missing", PSYCH["planned_missing"]), *own]


@pytest.mark.parametrize(("name", "own"), cases(), ids=["planned", *CONSTRUCTS])
def test_moments_are_those_of_corfiml(name: str, own: dict[str, Any]) -> None:
    x = answers(name, own["items"])
    given = ~np.isnan(x)
    assert given.any(axis=1).sum() <= own["n"]
    found = em_moments(x)
    np.testing.assert_allclose(found.correlation, own["correlation"], rtol=0, atol=SEARCH)
    np.testing.assert_allclose(found.mean, own["mean"], rtol=0, atol=SEARCH)
    np.testing.assert_allclose(found.covariance, own["covariance"], rtol=0, atol=5 * SEARCH)
    # The likelihood tells which of two solutions is nearer to the maximum, and by how little.
    assert 0 <= found.log_likelihood - own["log_likelihood"] < 1e-5


def test_nobody_of_the_planned_design_is_complete() -> None:
    x = answers("planned_missing", PSYCH["planned_missing"]["items"])
    assert np.isnan(x).any(axis=1).all()


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_alpha_of_these_covariances_is_that_of_psych(construct: str) -> None:
    own = PSYCH["survey_missing"][construct]
    covariance = em_moments(answers("survey_missing", own["items"])).covariance
    assert cronbach_alpha(covariance) == pytest.approx(own["alpha"], abs=SEARCH)
