"""Fit of PLS models against cSEM, outer VIF against seminr, and the exact test where the truth is known."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import PlsFit, fit_pls
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.pls.model_fit import (
    Measurement,
    Structural,
    discrepancy,
    exact_fit,
    implied_correlations,
    outer_vif,
    path_correlations,
)
from tests.stats.pls_data import REFERENCE, answers, membership, reference

# cSEM was run to 1e-13 and prints all digits.
CSEM = 1e-9
EXACT = 1e-12

PRINTED = json.loads((REFERENCE / "pls_fit.json").read_text(encoding="utf-8"))


def as_csem_implies(fit: PlsFit) -> Array:
    """(c, c): cSEM's estimated model: disturbances of variance 1 - R2, then ones on the diagonal."""
    total = np.linalg.inv(np.eye(len(fit.r2)) - fit.path_coefficients)
    exogenous = np.isnan(fit.r2)
    disturbances = np.where(np.outer(exogenous, exogenous), fit.construct_corr, 0.0)
    disturbances[~exogenous, ~exogenous] = 1 - fit.r2[~exogenous]
    corr = total.T @ disturbances @ total
    np.fill_diagonal(corr, 1.0)
    return np.asarray(corr)


@pytest.mark.parametrize("name", ["mobi", "sim676"])
@pytest.mark.parametrize("structural", ["saturated", "estimated"])
@pytest.mark.parametrize(
    ("measurement", "consistent", "key"),
    [("composite", False, "composite"), ("factor", False, "factor"), ("factor", True, "factor_plsc")],
)
def test_discrepancies_are_those_of_csem(
    name: str, structural: Structural, measurement: Measurement, consistent: bool, key: str
) -> None:
    data = reference(name)
    model = data.model(consistent=consistent)
    fit = fit_pls(data.R, data.n, model)
    if structural == "estimated" and name == "mobi":
        fit = replace(fit, construct_corr=as_csem_implies(fit))
        implied = implied_correlations(data.R, fit, model, measurement, "saturated")
    else:
        implied = implied_correlations(data.R, fit, model, measurement, structural)
    found = discrepancy(data.R, implied)
    printed = PRINTED[name][key][structural]
    assert found.srmr == pytest.approx(printed["SRMR"], rel=CSEM)
    assert found.d_uls == pytest.approx(printed["dULS"], rel=CSEM)
    assert found.d_g == pytest.approx(printed["dG"] * math.log(10) ** 2, rel=CSEM)
    if structural == "estimated":
        assert found.nfi == pytest.approx(printed["NFI"], rel=CSEM)


@pytest.mark.parametrize("name", ["mobi", "sim676"])
def test_outer_vif_is_that_of_seminr(name: str) -> None:
    data = reference(name)
    np.testing.assert_allclose(outer_vif(data.R, data.blocks), PRINTED[name]["vif_items"], rtol=CSEM)


def test_paths_reproduce_the_correlations_they_were_estimated_from() -> None:
    data = reference("mobi")
    model = data.model()
    fit = fit_pls(data.R, data.n, model)
    produced = path_correlations(fit, model)
    explained = {j: np.flatnonzero(data.paths[:, j]) for j in np.flatnonzero(data.paths.any(axis=0))}
    # With a single predictor, the path is the correlation; the diagonal stays one throughout.
    for target, predictors in explained.items():
        if len(predictors) == 1:
            assert produced[predictors[0], target] == pytest.approx(
                fit.construct_corr[predictors[0], target], abs=EXACT
            )
    np.testing.assert_allclose(np.diagonal(produced), 1, rtol=EXACT)


def test_a_perfect_fit_has_no_discrepancy() -> None:
    R = reference("mobi").R
    perfect = discrepancy(R, R.copy())
    assert (perfect.srmr, perfect.d_uls) == (0, 0)
    assert perfect.d_g == pytest.approx(0, abs=EXACT)
    assert perfect.nfi == pytest.approx(1, abs=EXACT)


def test_impossible_correlations_have_no_geodesic_distance() -> None:
    impossible = np.array([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]])
    found = discrepancy(np.eye(3), impossible)
    assert np.isnan([found.d_g, found.nfi]).all()
    assert found.srmr > 0


def test_exact_fit_rejects_a_model_that_mixes_items_and_keeps_the_true_one() -> None:
    """sim676 was simulated with a factor for each construct, so blocks that mix their items are wrong."""
    x = answers()[:, :9]
    right = PlsModel(
        membership([0] * 5 + [1] * 4), np.array([[False, True], [False, False]]), consistent=True
    )
    wrong = PlsModel(membership([0, 1] * 4 + [0]), right.paths)
    kept = exact_fit(x, right, "composite", "saturated", draws=99, seed=1)
    refused = exact_fit(x, wrong, "composite", "saturated", draws=99, seed=1)
    assert kept is not None
    assert refused is not None
    assert (kept.p() > 0.05).all()
    assert (refused.p() == 0).all()
    assert (refused.quantile(0.95) > refused.quantile(0.5)).all()


def test_exact_fit_is_the_same_for_the_same_seed() -> None:
    data, x = reference("sim676"), answers()
    first, second = (exact_fit(x, data.model(), "composite", "estimated", draws=5, seed=3) for _ in range(2))
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.draws, second.draws)
    assert first.n_inadmissible == 0
