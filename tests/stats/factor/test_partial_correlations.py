"""Velicer's test against its definition: partial correlations given component scores."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import LinearDependence
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.components import principal_components
from smartcity_survey.stats.factor.partial_correlations import minimum_average_partial
from tests.stats.factor_data import bfi_answers, random_answers, simulated_answers

# Residuals of a regression on the one side, sums of components on the other.
TIGHT = 1e-10


def residual_correlations(x: Array, m: int) -> Array:
    """Correlations of what regressions on the first m component scores leave, above the diagonal."""
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    if m:
        components = principal_components(correlation(x), m)
        scores = z @ (components.loadings / components.eigenvalues[:m])
        z = z - scores @ np.linalg.lstsq(scores, z)[0]
    off_diagonal: Array = np.corrcoef(z, rowvar=False)[np.triu_indices(x.shape[1], 1)]
    return off_diagonal


def test_definition() -> None:
    x = random_answers(4, 90, 7, 2)
    result = minimum_average_partial(correlation(x))
    partials = [residual_correlations(x, m) for m in range(6)]
    np.testing.assert_allclose(result.average_square, [np.mean(r**2) for r in partials], rtol=TIGHT)
    np.testing.assert_allclose(result.average_fourth, [np.mean(r**4) for r in partials], rtol=TIGHT)
    assert result.n_components == np.argmin([np.mean(r**2) for r in partials])


def test_known_structures() -> None:
    assert minimum_average_partial(correlation(bfi_answers())).n_components == 5
    simulated = minimum_average_partial(correlation(simulated_answers()))
    assert (simulated.n_components, simulated.n_components_fourth) == (7, 7)
    assert minimum_average_partial(np.full((5, 5), 0.5) + 0.5 * np.eye(5)).n_components == 1


def test_it_ends_where_an_item_has_nothing_left() -> None:
    apart = np.eye(5)
    apart[:2, :2] += [[0, 0.6], [0.6, 0]]
    apart[2:4, 2:4] += [[0, 0.4], [0.4, 0]]
    result = minimum_average_partial(apart)
    # The third component is the item that stands alone.
    np.testing.assert_array_equal(np.isnan(result.average_square), [False, False, False, True])


def test_dependent_items_are_refused() -> None:
    x = random_answers(4, 90, 5, 2)
    x[:, 0] = x[:, 3]
    with pytest.raises(LinearDependence) as caught:
        minimum_average_partial(correlation(x))
    assert caught.value.groups == ((0, 3),)
