"""Raking and trimming against R's survey."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import NotConverged, StatisticsError
from smartcity_survey.stats.sampling.raking import EmptyCells, Margin, rake, trim, weighted_share
from tests.stats.sampling.data import answers, reference


def margins() -> list[Margin]:
    """Age by itself; gender and education together."""
    own = reference()["raking"]
    joint = list(zip(own["joint"]["gender"], own["joint"]["edu"], strict=True))
    pairs = zip(answers()["gender"], answers()["edu"], strict=True)
    ages = np.array(own["ages"]["Freq"])
    cells = np.array(own["joint"]["Freq"])
    return [
        Margin(np.array([own["ages"]["age"].index(age) for age in answers()["age"]]), ages / ages.sum()),
        Margin(np.array([joint.index(pair) for pair in pairs]), cells / cells.sum()),
    ]


@pytest.mark.parametrize("start", ["equal", "weighted"])
def test_weights_are_those_of_survey(start: str) -> None:
    own = reference()["raking"][start]
    before = answers()["weight"].to_numpy() if start == "weighted" else np.ones(len(answers()))
    found = rake(before, margins())
    expected = np.array(own["weights"])
    np.testing.assert_allclose(found.weights, expected / expected.mean(), rtol=1e-8)
    for margin in margins():
        np.testing.assert_allclose(weighted_share(found.weights, margin), margin.shares, atol=1e-10)
    kept, trimmed = trim(found.weights, 1 / 3, 2.0), np.array(own["trimmed"])
    np.testing.assert_allclose(kept.weights, trimmed / trimmed.mean(), rtol=1e-6)
    assert kept.beyond.sum() >= own["n_trimmed"] > 0


def test_one_margin_is_post_stratification() -> None:
    cells = np.array([0, 0, 0, 1])
    found = rake(np.ones(4), [Margin(cells, np.array([0.5, 0.5]))])
    np.testing.assert_allclose(found.weights, [2 / 3, 2 / 3, 2 / 3, 2])


def test_trimming_keeps_the_sum_and_the_bounds() -> None:
    found = trim(np.array([1.0, 1.0, 1.0, 9.0]), 0.2, 2.0)
    np.testing.assert_allclose(found.weights, [2 / 3, 2 / 3, 2 / 3, 2.0])
    assert found.beyond.tolist() == [False, False, False, True]
    assert found.weights.mean() == pytest.approx(1)
    untouched = trim(np.array([1.0, 3.0]), 0.2, 5.0)
    np.testing.assert_allclose(untouched.weights, [0.5, 1.5])
    assert not untouched.beyond.any()


def test_what_no_weights_can_do_is_refused() -> None:
    with pytest.raises(EmptyCells) as caught:
        rake(np.ones(3), [Margin(np.array([0, 0, 2]), np.array([0.4, 0.3, 0.3]))])
    assert (caught.value.margin, caught.value.cells) == (0, (1,))
    # Everybody of the first kind is old: their shares cannot differ.
    cells = np.array([0, 1])
    with pytest.raises(NotConverged):
        rake(np.ones(2), [Margin(cells, np.array([0.5, 0.5])), Margin(cells, np.array([0.4, 0.6]))])
    with pytest.raises(StatisticsError):
        rake(np.array([1.0, 0.0]), [Margin(cells, np.array([0.5, 0.5]))])
