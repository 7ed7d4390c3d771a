"""Errors of raked estimates against R's survey: residuals on the margins."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sampling.calibration import Calibration
from smartcity_survey.stats.sampling.raking import rake, trim
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import describe_design
from smartcity_survey.stats.sampling.weighted_regression import design_regression
from tests.stats.sampling.data import FOLDER, answers, schools, scores
from tests.stats.sampling.test_raking import margins

KINDS = ("equal", "weighted", "clustered", "both")
TRIM = (0.5, 1.8)


@cache
def reference() -> dict[str, Any]:
    """By tests/reference/scripts/raked_errors.R."""
    found: dict[str, Any] = json.loads((FOLDER / "raked_errors.json").read_text(encoding="utf-8"))
    return found


def given(kind: str) -> SurveyDesign:
    """Raked weights, taken as given."""
    n = len(answers())
    before = answers()["weight"].to_numpy() if kind in ("weighted", "both") else np.ones(n)
    weights = rake(before, margins()).weights
    if kind == "trimmed":
        weights = trim(weights, *TRIM).weights
    return SurveyDesign.of(n, weights, schools() if kind in ("clustered", "both") else None)


def raked(kind: str) -> SurveyDesign:
    """The same, and the margins."""
    own = given(kind)
    before = answers()["weight"].to_numpy() if kind in ("weighted", "both") else np.ones(own.n)
    cells = [margin.cells for margin in margins()]
    return replace(own, calibration=Calibration.of(before, own.weights, cells, own.clusters))


def columns() -> Array:
    return np.column_stack([answers()[["A1", "B2"]].to_numpy(dtype=np.float64), scores()[:, [0, 2]]])


@pytest.mark.parametrize("kind", [*KINDS, "trimmed"])
def test_errors_of_means_are_those_of_survey(kind: str) -> None:
    own, design = reference()[kind], raked(kind)
    weights = np.array(own["weights"])
    np.testing.assert_allclose(design.weights, weights / weights.mean(), rtol=1e-8)
    found = describe_design(columns(), design)
    np.testing.assert_allclose(found.mean, own["mean"], atol=1e-8)
    np.testing.assert_allclose(found.se_mean, own["se"], rtol=1e-7)


@pytest.mark.parametrize("kind", [*KINDS, "trimmed"])
def test_errors_of_coefficients_are_those_of_survey(kind: str) -> None:
    own, z = reference()[kind], scores()
    found = design_regression(z[:, 2], z[:, :2], raked(kind))
    np.testing.assert_allclose(found.fit.coef, own["b"], atol=1e-8)
    np.testing.assert_allclose(found.covariance, own["covariance"], rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("kind", [*KINDS, "trimmed"])
def test_of_some_respondents_the_margins_are_still_those_of_all(kind: str) -> None:
    """As a domain: those of age 3 and above."""
    older = (answers()["age"] >= 3).to_numpy()
    found = describe_design(columns()[older], raked(kind).subset(older))
    np.testing.assert_allclose(found.se_mean, reference()[kind]["domain_se"], rtol=1e-7)
    # Of a subset of a subset too.
    whole = np.ones(older.sum(), dtype=bool)
    again = describe_design(columns()[older], raked(kind).subset(older).subset(whole))
    np.testing.assert_allclose(again.se_mean, found.se_mean, rtol=1e-12)


def test_what_the_margins_fix_has_no_error() -> None:
    """The share of an age is that of the population in every sample; taken as given, weights vary it."""
    share = (answers()["age"] == 2).to_numpy(dtype=np.float64)[:, None]
    assert describe_design(share, raked("weighted")).se_mean[0] < 1e-10
    assert describe_design(share, given("weighted")).se_mean[0] > 0.01


def test_errors_of_weights_as_given_are_larger() -> None:
    """By how much, docs/conventions.md says: by what the margins explain of the answers."""
    ratio = (
        describe_design(columns(), given("equal")).se_mean
        / describe_design(columns(), raked("equal")).se_mean
    )
    assert (ratio > 1).all()
    assert ratio.max() < 1.03


def test_survey_has_the_same_of_iterative_fitting() -> None:
    """Its `rake` of equal respondents; of unequal ones it sweeps by means that weights do not enter."""
    found = describe_design(columns(), raked("equal")).se_mean
    np.testing.assert_allclose(found, reference()["by_rake"], rtol=1e-7)


def test_resampling_and_raking_anew_has_these_errors() -> None:
    """No package: 600 samples of the respondents, each raked again."""
    rng = np.random.default_rng(3)
    own, x = margins(), columns()
    means = []
    for _ in range(600):
        rows = rng.integers(0, len(x), len(x))
        drawn = [replace(margin, cells=margin.cells[rows]) for margin in own]
        means.append(rake(np.ones(len(x)), drawn, tolerance=1e-8).weights @ x[rows] / len(x))
    found = describe_design(x, raked("equal")).se_mean
    # 600 draws: 3 % of resampling in each error; 1 % in the mean of four that are related.
    np.testing.assert_allclose(np.std(means, axis=0, ddof=1), found, rtol=0.09)
