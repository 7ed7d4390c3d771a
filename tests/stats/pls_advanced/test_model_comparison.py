"""Information criteria of an outcome's regression by hand, and weights against PyPI seminr."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.pls_advanced.model_comparison import akaike_weights, model_criteria


def test_criteria_by_least_squares() -> None:
    rng = np.random.default_rng(1)
    n = 80
    x = rng.normal(size=(n, 3))
    y = x @ [0.5, 0.2, 0.0] + rng.normal(size=n)
    y = (y - y.mean()) / y.std(ddof=1)

    def squares(k: int) -> float:
        design = np.column_stack([np.ones(n), x[:, :k]])
        return float(np.linalg.lstsq(design, y, rcond=None)[1][0])

    own, full = squares(2), squares(3)
    found = model_criteria(1 - own / (n - 1), 2, n, 1 - full / (n - 1), 3)
    assert found.aic == pytest.approx(n * np.log(own / n) + 2 * 3)
    assert found.bic == pytest.approx(n * np.log(own / n) + 3 * np.log(n))
    assert found.hq == pytest.approx(n * np.log(own / n) + 2 * 3 * np.log(np.log(n)))
    assert found.gm == pytest.approx(own / (full / (n - 4)) + 3 * np.log(n))


def test_without_a_degree_of_freedom_there_is_no_error_variance() -> None:
    found = model_criteria(0.5, 2, 20, 1.0, 19)
    assert np.isnan(found.gm)
    assert np.isfinite([found.aic, found.bic, found.hq]).all()


def test_weights_like_seminr() -> None:
    seminr = pytest.importorskip("seminr", reason="seminr, the oracle, is not installed")
    criteria = np.array([-120.0, -118.5, np.nan, -111.0])
    found = akaike_weights(criteria)
    np.testing.assert_allclose(found, seminr.compute_itcriteria_weights(criteria.tolist()), rtol=1e-12)
    assert np.nansum(found) == pytest.approx(1)
    assert found[0] / found[1] == pytest.approx(np.exp(0.75))
