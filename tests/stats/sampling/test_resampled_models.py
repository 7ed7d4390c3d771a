"""Factor models of resampled clusters: lavaan's fits of the same draws, and a resample made by hand."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.resample import resampled_units, unit_products
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_cfa
from smartcity_survey.stats.sampling.resampled_models import bootstrap_model, refits, standardised
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.sem import fit_sem
from tests.stats.sampling.data import FOLDER, answers, design, items, schools
from tests.stats.sampling.test_pseudo_likelihood import pattern


@cache
def reference() -> dict[str, Any]:
    """By tests/reference/scripts/cluster_bootstrap.R."""
    found: dict[str, Any] = json.loads((FOLDER / "cluster_bootstrap_lavaan.json").read_text(encoding="utf-8"))
    return found


def chain() -> BoolArray:
    """A acts on B, and B on Y: the paths restrict the factors' correlations."""
    paths = np.zeros((3, 3), dtype=bool)
    paths[0, 1] = paths[1, 2] = True
    return paths


def drawn(own: SurveyDesign) -> IntArray:
    """(12, 30): how often R drew each school, in the order of the design's codes."""
    names = list(dict.fromkeys(answers()["school"]))
    order = np.array([names.index(name) for name in reference()["schools"]])
    counts = np.zeros((len(reference()["draws"]), own.units), dtype=np.int64)
    for line, draw in zip(counts, reference()["draws"], strict=True):
        np.add.at(line, order[np.array(draw) - 1], 1)
    return counts


@pytest.mark.parametrize("model", ["cfa", "sem"])
@pytest.mark.parametrize("kind", ["clustered", "both"])
def test_each_resample_has_lavaans_estimates(model: str, kind: str) -> None:
    own = design(kind)
    S = weighted_covariance(items(), own, 0)
    fit = fit_cfa(S, own.n, pattern()) if model == "cfa" else fit_sem(S, own.n, pattern(), chain())
    products = unit_products(items(), own.weights if own.weighted else None, own.clusters)
    found = refits(products, drawn(own), fit.ml)
    assert len(found) == len(reference()[model][kind]) == 12
    names = reference()["items"]
    for theta, theirs in zip(found, reference()[model][kind], strict=True):
        assert theta is not None
        ours = standardised(fit.ml.structures[0], theta)[0]
        compared = 0
        for lhs, op, rhs, value in zip(*(theirs[key] for key in ("lhs", "op", "rhs", "std")), strict=True):
            if op == "=~":
                own_value = ours.loadings[names.index(rhs), "ABY".index(lhs)]
            elif op == "~":
                own_value = ours.paths["ABY".index(rhs), "ABY".index(lhs)]
            elif model == "cfa" and lhs in "ABY" and lhs != rhs:
                own_value = ours.factor_corr["ABY".index(lhs), "ABY".index(rhs)]
            else:
                continue
            assert own_value == pytest.approx(value, abs=1e-6), (lhs, op, rhs)
            compared += 1
        assert compared == len(names) + (3 if model == "cfa" else 2)


def by_hand(draw: int, own: SurveyDesign, seed: int) -> Array:
    """(p, p): covariances of the people of the schools of one draw, below one another."""
    chosen = resampled_units(seed, draw, draw + 1, own.units)[0]
    rows = np.concatenate([np.flatnonzero(schools() == school) for school in chosen])
    people = SurveyDesign.of(len(rows), own.weights[rows])
    return weighted_covariance(items()[rows], people, 0)


def test_a_draw_is_of_whole_clusters_with_a_stream_of_its_own() -> None:
    own = design("both")
    few = bootstrap_model(items(), pattern(), own, 4, seed=3)
    more = bootstrap_model(items(), pattern(), own, 9, seed=3)
    np.testing.assert_array_equal(few.draws.loadings, more.draws.loadings[:4])
    for draw in (0, 8):
        alone = fit_cfa(by_hand(draw, own, 3), own.n, pattern())
        np.testing.assert_allclose(more.draws.loadings[draw], alone.std_loadings, atol=1e-7)
        np.testing.assert_allclose(more.draws.factor_corr[draw], alone.factor_corr, atol=1e-7)
    assert not np.allclose(more.draws.loadings[0], more.draws.loadings[1])
    assert more.solved.all()
    assert more.n_improper == 0


def test_its_errors_are_those_of_the_sandwich_within_what_resampling_leaves() -> None:
    """30 schools, 600 draws: errors differ by 1 / sqrt(2 * 600) = 3 % of resampling, and by few schools."""
    own = design("clustered")
    found = bootstrap_model(items(), pattern(), own, 600, seed=5)
    sandwich = fit_design_cfa(items(), pattern(), own).cfa
    np.testing.assert_allclose(found.estimate.loadings, sandwich.std_loadings, atol=1e-9)
    errors, where = found.summary("loadings").se[pattern()], pattern()
    ratio = errors / sandwich.std_err_std_loadings[where]
    assert np.abs(ratio - 1).max() < 0.15
    # Not those of people drawn one by one.
    alone = fit_design_cfa(items(), pattern(), SurveyDesign.of(own.n)).cfa.std_err_std_loadings[where]
    assert np.abs(np.log(errors / alone)).mean() > 2 * np.abs(np.log(ratio)).mean()


def test_a_resample_without_a_solution_is_counted_and_left_out() -> None:
    """Answers of two clusters alone vary; a draw without both has constant items."""
    rng = np.random.default_rng(2)
    factor = rng.normal(size=(60, 1))
    x = factor + rng.normal(size=(60, 3))
    codes = np.repeat(np.arange(6), 10)
    x[codes > 1, 2] = 0.0
    found = bootstrap_model(x, np.ones((3, 1), dtype=bool), SurveyDesign.of(60, clusters=codes), 200, seed=1)
    without = ~np.isin(resampled_units(1, 0, 200, 6), (0, 1)).any(axis=1)
    assert 0 < without.sum() < 60
    assert not found.solved[without].any()
    assert found.solved.sum() > 100
    assert found.summary("loadings").n_draws == found.solved.sum()
