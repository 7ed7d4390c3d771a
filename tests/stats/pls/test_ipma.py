"""Importance and performance, against regressions on the rescaled scores."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.ipma import importance_performance
from tests.stats.pls_data import answers, reference

# Least squares on scores and on their correlations differ by rounding.
ROUNDING = 1e-9


def scale(value: float) -> Array:
    return np.full(answers().shape[1], value)


def test_importance_is_the_slope_of_rescaled_scores() -> None:
    data, x = reference("sim676"), answers()
    fit = fit_pls(data.R, data.n, data.model())
    found = importance_performance(x, fit, 6, scale(1), scale(5))
    percent = (x - 1) * 25
    # Standardised items times weights, up to a shift: the same items over their standard deviations.
    raw = fit.outer_weights / x.std(axis=0, ddof=1)[:, None]
    scores = percent @ (raw / raw.sum(axis=0))
    design = np.column_stack((np.ones(data.n), scores[:, :6]))
    slopes = np.linalg.lstsq(design, scores[:, 6], rcond=None)[0][1:]
    np.testing.assert_allclose(found.importance[:6], slopes, rtol=ROUNDING)
    np.testing.assert_allclose(found.performance, scores.mean(axis=0), rtol=ROUNDING)
    np.testing.assert_allclose(found.item_performance, percent.mean(axis=0), rtol=ROUNDING)
    assert np.isnan(found.importance[6])
    assert not found.negative_weights


def test_items_share_out_their_construct_s_importance() -> None:
    data = reference("sim676")
    fit = fit_pls(data.R, data.n, data.model())
    found = importance_performance(answers(), fit, 6, scale(1), scale(5))
    for construct in range(6):
        shares = found.item_importance[data.blocks[:, construct]]
        assert shares.sum() == pytest.approx(found.importance[construct], rel=ROUNDING)
    assert np.isnan(found.item_importance[data.blocks[:, 6]]).all()
