"""Factor models of resampled respondents, and Bollen and Stine's test: lavaan's fits of the same draws."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.resample import resampled_units, unit_products
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.sampling.resampled_models import bootstrap_model, refits, standardised
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.sem import fit_sem
from tests.stats.sampling.data import FOLDER

FACTORS = "IDE"


@cache
def reference() -> dict[str, Any]:
    """By tests/reference/scripts/model_bootstrap.R; the answers of 75 countries stand in it."""
    found: dict[str, Any] = json.loads((FOLDER / "model_bootstrap_lavaan.json").read_text(encoding="utf-8"))
    return found


def answers() -> Array:
    """(75, 11)."""
    return np.array(reference()["answers"])


def pattern() -> BoolArray:
    """Three, four and four items."""
    return np.repeat(np.eye(3, dtype=bool), (3, 4, 4), axis=0)


def chain() -> BoolArray:
    """I acts on D, and D on E."""
    paths = np.zeros((3, 3), dtype=bool)
    paths[0, 1] = paths[1, 2] = True
    return paths


def people() -> SurveyDesign:
    return SurveyDesign.of(len(answers()))


@pytest.mark.parametrize("model", ["cfa", "sem"])
def test_each_resample_of_respondents_has_lavaans_estimates(model: str) -> None:
    S, n = weighted_covariance(answers(), people(), 0), people().n
    fit = fit_cfa(S, n, pattern()) if model == "cfa" else fit_sem(S, n, pattern(), chain())
    products = unit_products(answers())
    counts = products.counts(np.array(reference()["drawn"]) - 1)
    names = reference()["items"]
    for theta, theirs in zip(refits(products, counts, fit.ml), reference()[model]["std"], strict=True):
        assert theta is not None
        ours = standardised(fit.ml.structures[0], theta)[0]
        compared = 0
        for lhs, op, rhs, value in zip(*(theirs[key] for key in ("lhs", "op", "rhs", "std")), strict=True):
            if op == "=~":
                own_value = ours.loadings[names.index(rhs), FACTORS.index(lhs)]
            elif op == "~":
                own_value = ours.paths[FACTORS.index(rhs), FACTORS.index(lhs)]
            elif model == "cfa" and lhs in FACTORS and lhs != rhs:
                own_value = ours.factor_corr[FACTORS.index(lhs), FACTORS.index(rhs)]
            else:
                continue
            assert own_value == pytest.approx(value, abs=1e-6), (lhs, op, rhs)
            compared += 1
        assert compared == len(names) + (3 if model == "cfa" else 2)


def test_a_draw_is_of_respondents_with_a_stream_of_its_own() -> None:
    found = bootstrap_model(answers(), pattern(), people(), 6, seed=3, paths=chain())
    for draw in (0, 5):
        rows = resampled_units(3, draw, draw + 1, people().n)[0]
        assert len(np.unique(rows)) < people().n == len(rows)
        alone = fit_sem(np.cov(answers()[rows], rowvar=False, ddof=0), len(rows), pattern(), chain())
        np.testing.assert_allclose(found.draws.paths[draw][chain()], alone.estimates.beta[chain()], atol=1e-6)
    assert not np.allclose(found.draws.paths[0], found.draws.paths[1])


def test_respondents_keep_their_weights() -> None:
    weights = np.linspace(0.4, 2.0, people().n)
    own = SurveyDesign.of(people().n, weights)
    found = bootstrap_model(answers(), pattern(), own, 1, seed=3)
    rows = resampled_units(3, 0, 1, own.n)[0]
    resample = SurveyDesign.of(own.n, weights[rows])
    alone = fit_cfa(weighted_covariance(answers()[rows], resample, 0), own.n, pattern())
    np.testing.assert_allclose(found.draws.loadings[0], alone.std_loadings, atol=1e-6)
