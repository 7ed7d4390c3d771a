"""Higher-order constructs against seminr, against models of copied columns, and draw by draw."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import ConstantItems
from smartcity_survey.stats.core.resample import resampled_units
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import PlsFit, construct_scores, fit_pls
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.stats.pls.higher_order import LowerOrder
from smartcity_survey.stats.pls.model import Mode, PlsModel
from tests.stats.pls_data import answers, reference

# Both stages iterate; the packages stop at 1e-13, ours at 1e-12.
PACKAGES = 1e-9
PARTS = (0, 1, 2)
"""Constructs of `sim676` that make up the higher-order one; the other three predictors stay."""
KEPT = (3, 4, 5, 6)


def first_stage() -> PlsModel:
    return reference("sim676").model()


def columns() -> Array:
    """Items of the constructs that stay."""
    return np.flatnonzero(reference("sim676").blocks[:, KEPT].any(axis=1))


def two_stage(mode: Mode) -> tuple[PlsModel, LowerOrder]:
    """Items of the kept constructs, then three composites; the higher-order construct comes last."""
    items = columns()
    q = len(items) + len(PARTS)
    blocks = np.zeros((q, 5), dtype=bool)
    blocks[: len(items), :4] = reference("sim676").blocks[np.ix_(items, KEPT)]
    blocks[len(items) :, 4] = True
    paths = np.zeros((5, 5), dtype=bool)
    paths[[0, 1, 2, 4], 3] = True
    lower = LowerOrder(
        first_stage(),
        item=np.append(items, [-1] * len(PARTS)),
        component=np.append(np.full(len(items), -1), PARTS),
    )
    return PlsModel(blocks, paths, ("mode_a",) * 4 + (mode,)), lower


def by_hand(x: Array, model: PlsModel) -> PlsFit:
    """Both stages one after the other, on scores."""
    first = fit_pls(np.corrcoef(x, rowvar=False), len(x), first_stage())
    scores = construct_scores(x, first.outer_weights)[:, PARTS]
    return fit_pls(np.corrcoef(np.hstack([x[:, columns()], scores]), rowvar=False), len(x), model)


@pytest.mark.parametrize("mode", ["mode_a", "mode_b"])
def test_two_stages_agree_with_seminr(mode: Mode) -> None:
    seminr = pytest.importorskip("seminr", reason="seminr, the oracle, is not installed")
    weights = {"mode_a": seminr.mode_A, "mode_b": seminr.mode_B}[mode]
    blocks = reference("sim676").blocks
    theirs = seminr.estimate_pls(
        {f"x{i}": column for i, column in enumerate(answers().T)},
        seminr.constructs(
            *(
                seminr.composite(f"c{j}", [f"x{i}" for i in np.flatnonzero(block)])
                for j, block in enumerate(blocks.T)
            ),
            seminr.higher_composite("h", [f"c{j}" for j in PARTS], weights=weights),
        ),
        seminr.relationships(seminr.paths(["c3", "c4", "c5", "h"], "c6")),
        stop_criterion=13,
    )
    model, lower = two_stage(mode)
    found = bootstrap_pls(answers(), model, 1, seed=1, lower=lower).fit
    paths, outer = theirs.path_coef, theirs.outer_weights
    expected = [
        paths.values[paths.rows.index(row), paths.cols.index("c6")] for row in ("c3", "c4", "c5", "h")
    ]
    np.testing.assert_allclose(found.path_coefficients[[0, 1, 2, 4], 3], expected, rtol=0, atol=PACKAGES)
    expected = [outer.values[outer.rows.index(f"c{j}"), outer.cols.index("h")] for j in PARTS]
    np.testing.assert_allclose(found.outer_weights[-3:, 4], expected, rtol=0, atol=PACKAGES)


@pytest.mark.parametrize("mode", ["mode_a", "mode_b", "sum_score"])
def test_a_draw_is_both_stages_on_its_rows(mode: Mode) -> None:
    model, lower = two_stage(mode)
    x = answers()
    found = bootstrap_pls(x, model, 3, seed=2, lower=lower, jackknife=True)
    for draw, rows in enumerate(resampled_units(2, 0, 3, len(x))):
        expected = by_hand(x[rows], model)
        for name, values in (
            ("path_coefficients", expected.path_coefficients),
            ("loadings", expected.loadings.sum(axis=1)),
            ("outer_weights", expected.outer_weights.sum(axis=1)),
        ):
            drawn = getattr(found.draws, name)[draw]
            np.testing.assert_allclose(drawn, values, rtol=0, atol=PACKAGES, err_msg=name)
    assert found.jackknife is not None
    expected = by_hand(x[1:], model)
    np.testing.assert_allclose(
        found.jackknife.path_coefficients[0], expected.path_coefficients, rtol=0, atol=PACKAGES
    )


def test_repeated_indicators_are_copied_columns() -> None:
    data, x = reference("sim676"), answers()
    again = np.flatnonzero(data.blocks[:, PARTS].any(axis=1))
    p, q = x.shape[1], x.shape[1] + len(again)
    blocks = np.zeros((q, 8), dtype=bool)
    blocks[:p, :7], blocks[p:, 7] = data.blocks, True
    paths = np.zeros((8, 8), dtype=bool)
    paths[7, PARTS] = paths[[3, 4, 5, 7], 6] = True
    model = PlsModel(blocks, paths)
    lower = LowerOrder(data.model(), np.append(np.arange(p), again), np.full(q, -1))
    found = bootstrap_pls(x, model, 2, seed=2, lower=lower)
    expected = fit_pls(np.corrcoef(np.hstack([x, x[:, again]]), rowvar=False), len(x), model)
    np.testing.assert_allclose(found.fit.path_coefficients, expected.path_coefficients, rtol=0, atol=PACKAGES)
    rows = resampled_units(2, 1, 2, len(x))[0]
    drawn = fit_pls(np.corrcoef(np.hstack([x, x[:, again]])[rows], rowvar=False), len(x), model)
    np.testing.assert_allclose(
        found.draws.path_coefficients[1], drawn.path_coefficients, rtol=0, atol=PACKAGES
    )


def test_items_of_the_first_stage_are_named() -> None:
    x = answers().copy()
    x[:, 2] = 3
    model, lower = two_stage("mode_a")
    with pytest.raises(ConstantItems) as caught:
        bootstrap_pls(x, model, 2, seed=1, lower=lower)
    assert caught.value.indices == (2,)
