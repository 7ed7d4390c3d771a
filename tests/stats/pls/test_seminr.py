"""PyPI seminr as a second opinion on random models, draw by draw, and on real answers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from smartcity_survey.stats.core.errors import ImproperSolution
from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement.validity import htmt
from smartcity_survey.stats.pls.algorithm import fit_pls, total_effects
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.stats.pls.model import PlsModel
from tests.stats.pls_data import REFERENCE, answers, random_model, reference

seminr = pytest.importorskip("seminr", reason="seminr, the oracle, is not installed")

# seminr stops when the weights' summed change is below 1e-13; slow convergence leaves a multiple of that.
SEMINR = 1e-9


def estimate(x: Array, model: PlsModel) -> Any:
    """seminr's estimate of one of our models; items are x0, x1, ..., constructs c0, c1, ..."""
    weights = {"mode_a": seminr.mode_A, "mode_b": seminr.mode_B, "sum_score": seminr.unit_weights}
    measurement = seminr.constructs(
        *(
            seminr.reflective(f"c{j}", [f"x{i}" for i in np.flatnonzero(block)])
            if model.consistent
            else seminr.composite(f"c{j}", [f"x{i}" for i in np.flatnonzero(block)], weights[model.modes[j]])
            for j, block in enumerate(model.blocks.T)
        )
    )
    structure = seminr.relationships(
        *(seminr.paths(f"c{source}", f"c{target}") for source, target in np.argwhere(model.paths))
    )
    return seminr.estimate_pls(
        {f"x{i}": x[:, i] for i in range(x.shape[1])},
        measurement,
        structure,
        inner_weights=seminr.path_weighting if model.scheme == "path" else seminr.path_factorial,
        max_it=3000,
        stop_criterion=13,
    )


def matrix(named: Any, shape: tuple[int, int]) -> Array:
    """seminr's matrix with our positions; absent rows and columns are nan."""
    values = np.full(shape, np.nan)
    for i, row in enumerate(named.rows):
        for j, column in enumerate(named.cols):
            values[int(row[1:]), int(column[1:])] = named.values[i, j]
    return values


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    scheme=st.sampled_from(["path", "factorial"]),
    formative=st.booleans(),
    consistent=st.booleans(),
)
def test_random_models(seed: int, scheme: Any, formative: bool, consistent: bool) -> None:
    x, model = random_model(
        np.random.default_rng(seed), scheme=scheme, formative=formative and not consistent
    )
    model = PlsModel(model.blocks, model.paths, model.modes, model.scheme, consistent)
    R = np.corrcoef(x, rowvar=False)
    try:
        ours = fit_pls(R, len(x), model)
    except ImproperSolution:
        reject()
    theirs = estimate(x, model)
    p, c = model.blocks.shape
    for found, expected in (
        (ours.outer_weights, matrix(theirs.outer_weights, (p, c))),
        (ours.loadings, matrix(theirs.outer_loadings, (p, c))),
        (ours.path_coefficients, matrix(theirs.path_coef, (c, c))),
    ):
        np.testing.assert_allclose(found, expected, rtol=0, atol=SEMINR)
    expected = matrix(seminr.htmt(theirs), (c, c))
    np.testing.assert_allclose(
        htmt(R, model.blocks)[~np.isnan(expected)], expected[~np.isnan(expected)], rtol=0, atol=SEMINR
    )


def test_the_same_resamples_give_the_same_draws() -> None:
    x, model = answers(), reference("sim676").model()
    ours = bootstrap_pls(x, model, 10, seed=7)
    theirs = seminr.bootstrap_model(estimate(x, model), indices=resampled_units(7, 0, 10, len(x)).tolist())
    for draw in range(10):
        for found, expected in (
            (ours.draws.path_coefficients[draw], matrix(theirs.boot_paths[draw], (7, 7))),
            (ours.draws.loadings[draw], matrix(theirs.boot_loadings[draw], (48, 7)).sum(axis=1)),
            (ours.draws.outer_weights[draw], matrix(theirs.boot_weights[draw], (48, 7)).sum(axis=1)),
        ):
            np.testing.assert_allclose(found, expected, rtol=0, atol=SEMINR)


def test_other_resamples_of_real_answers_give_like_errors_and_intervals() -> None:
    """R seminr drew 5000 resamples of its mobile-phone survey, we draw as many others.

    Standard errors of 5000 draws are known to 1 %, quantiles to about 4 % of a standard error; four times the
    difference of two such numbers is allowed.
    """
    data = reference("mobi")
    theirs = json.loads((REFERENCE / "pls_mobi_bootstrap.json").read_text(encoding="utf-8"))
    mobi = pytest.importorskip("seminr.datasets").load_mobi()
    items = [item for block in data.values["blocks"].values() for item in block]
    x = np.asarray(mobi.values)[:, [mobi.columns.index(item) for item in items]]
    boot = bootstrap_pls(x, data.model(), 5000, seed=1)
    found = boot.summary("path_coefficients")
    se = np.array(theirs["paths_se"])[data.paths]
    np.testing.assert_allclose(found.se[data.paths], se, rtol=4 * np.sqrt(2) * 0.01)
    for ours, expected in ((found.low, "paths_low"), (found.high, "paths_high")):
        off = (ours[data.paths] - np.array(theirs[expected])[data.paths]) / se
        assert np.abs(off).max() < 4 * np.sqrt(2) * 0.04
    effects = total_effects(boot.draws.path_coefficients).std(axis=0, ddof=1)
    np.testing.assert_allclose(effects, theirs["total_effects_se"], rtol=4 * np.sqrt(2) * 0.01, atol=1e-15)
    lower = np.array(theirs["htmt_q95"], dtype=float)
    known = ~np.isnan(lower)
    np.testing.assert_allclose(boot.upper_bound("htmt")[known], lower[known], rtol=0.03)
