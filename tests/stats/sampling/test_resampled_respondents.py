"""Factor models of resampled respondents, and Bollen and Stine's test: lavaan's fits of the same draws."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.resample import resampled_units, unit_products
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.sampling.bollen_stine_bootstrap import (
    BollenStine,
    bollen_stine,
    resampled_chi2,
    turned_answers,
)
from smartcity_survey.stats.sampling.resampled_models import (
    bootstrap_model,
    fit_model,
    refits,
    resamples_of,
    standardised,
)
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.sem import fit_sem
from tests.stats.sampling.data import FOLDER

FACTORS = "IDE"
MODELS = ["cfa", "sem", "cfa_pairs", "sem_pairs"]


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


def of_model(model: str) -> dict[str, Any]:
    """Paths and pairs: those of the reference's models, y1 with y5 and y2 with y4 and y6."""
    together = np.array([[3, 7], [4, 6], [4, 8]])
    return {
        "paths": chain() if model.startswith("sem") else None,
        "pairs": together if model.endswith("pairs") else None,
    }


def people() -> SurveyDesign:
    return SurveyDesign.of(len(answers()))


@pytest.mark.parametrize("model", MODELS)
def test_each_resample_of_respondents_has_lavaans_estimates(model: str) -> None:
    S, n = weighted_covariance(answers(), people(), 0), people().n
    fit = fit_model(S, n, pattern(), **of_model(model))
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
            elif model.startswith("cfa") and lhs in FACTORS and lhs != rhs:
                own_value = ours.factor_corr[FACTORS.index(lhs), FACTORS.index(rhs)]
            else:
                continue
            assert own_value == pytest.approx(value, abs=1e-6), (lhs, op, rhs)
            compared += 1
        assert compared == len(names) + (3 if model.startswith("cfa") else 2)


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


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("weighted", [False, True])
def test_turned_answers_have_exactly_the_covariances_of_the_model(model: str, weighted: bool) -> None:
    n = people().n
    own = SurveyDesign.of(n, np.linspace(0.4, 2.0, n) if weighted else None)
    S = weighted_covariance(answers(), own, 0)
    fit = fit_model(S, n, pattern(), **of_model(model))
    implied = fit.ml.points[0].moments.covariance
    turned = turned_answers(answers(), own, implied)
    np.testing.assert_allclose(weighted_covariance(turned, own, 0), implied, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(own.weights @ turned, 0, atol=1e-9)
    assert np.abs(S - implied).max() > 0.1


@pytest.mark.parametrize("model", MODELS)
def test_each_resample_of_turned_answers_has_lavaans_chi_square(model: str) -> None:
    S, n = weighted_covariance(answers(), people(), 0), people().n
    fit = fit_model(S, n, pattern(), **of_model(model))
    theirs = reference()[model]
    assert fit.ml.chi2 == pytest.approx(theirs["chi2"], rel=1e-8)
    products = unit_products(turned_answers(answers(), people(), fit.ml.points[0].moments.covariance))
    samples = resamples_of(products, products.counts(np.array(reference()["drawn"]) - 1), n)
    R = np.corrcoef(answers(), rowvar=False)
    own = fit_model(R, n, pattern(), **of_model(model))
    found = [resampled_chi2(own.ml, sample) for sample in samples if sample is not None]
    np.testing.assert_allclose(found, theirs["null_chi2"], rtol=1e-6)


@pytest.mark.parametrize("model", ["cfa", "sem"])
def test_p_and_mean_are_lavaans_but_for_the_draws(model: str) -> None:
    """Each within four of its Monte-Carlo errors, of both programs' draws together."""
    draws, theirs = 2000, reference()[model]
    found = bollen_stine(answers(), pattern(), people(), draws, seed=8, **of_model(model))
    assert (found.df, found.n_unsolved < draws / 50) == (theirs["df"], True)
    share = theirs["larger"] / theirs["draws"]
    error = np.sqrt(share * (1 - share) * (1 / draws + 1 / theirs["draws"]))
    assert 0.01 < share < 0.1
    assert abs(found.p - share) < 4 * error
    # The chi-square distribution is no match for 75 countries.
    assert found.p > 5 * found.chi2_p
    assert abs(found.mean - theirs["mean"]) < 4 * theirs["sd"] * np.sqrt(1 / draws + 1 / theirs["draws"])


def test_p_is_of_the_solved_draws_that_are_larger_and_the_sample() -> None:
    nan = float("nan")
    found = BollenStine(5.0, 2, 0.08, np.array([4.0, 5.0, 6.0, nan, 7.0]))
    assert (found.p, found.mean, found.n_unsolved) == (3 / 5, 5.5, 1)
    assert BollenStine(50.0, 2, 0.0, np.arange(9.0)).p == 1 / 10
    assert np.isnan(BollenStine(0.0, 0, nan, np.full(3, nan)).p)


def test_a_saturated_model_is_not_drawn() -> None:
    found = bollen_stine(answers()[:, :3], np.ones((3, 1), dtype=bool), people(), 20, seed=1)
    assert found.df == 0
    assert np.isnan(found.p)
