from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.adequacy import kmo
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.factor.item_deletion import Criterion, ItemLimits, delete_items
from tests.stats.factor_data import bfi_answers


@pytest.fixture(scope="module")
def R() -> Array:
    return correlation(bfi_answers())


def test_without_limits_every_item_stays(R: Array) -> None:
    assert delete_items(R, ItemLimits()) == ()


def test_each_step_takes_the_worst_item_of_a_new_analysis(R: Array) -> None:
    limits = ItemLimits(minimum_communality=0.45, minimum_loading=0.65)
    steps = delete_items(R, limits, 5)
    assert {step.criterion for step in steps} == {Criterion.COMMUNALITY, Criterion.LOADING}
    kept = list(range(25))
    for step in steps:
        before = rotated_solution(R[np.ix_(kept, kept)], 5)
        largest = np.abs(before.loadings).max(axis=1)
        values = before.communalities if step.criterion == Criterion.COMMUNALITY else largest
        assert kept[int(values.argmin())] == step.item
        assert step.value == values.min() < step.limit
        # A later criterion speaks only where the earlier has nothing to say.
        assert step.criterion == Criterion.COMMUNALITY or before.communalities.min() >= 0.45
        kept.remove(step.item)
        rest = R[np.ix_(kept, kept)]
        assert step.kmo == kmo(rest).overall
        assert step.variance_explained == pytest.approx(rotated_solution(rest, 5).communalities.mean())
        assert (step.n_items, step.n_components) == (len(kept), 5)
    last = rotated_solution(R[np.ix_(kept, kept)], 5)
    assert last.communalities.min() >= 0.45
    assert np.abs(last.loadings).max(axis=1).min() >= 0.65


def test_sampling_adequacy_comes_first_and_cross_loadings_last(R: Array) -> None:
    weakest = kmo(R).per_item
    first = delete_items(R, ItemLimits(minimum_msa=float(np.sort(weakest)[1]), minimum_loading=0.6), 5)[0]
    assert (first.item, first.criterion) == (int(weakest.argmin()), Criterion.MSA)
    crossed = delete_items(R, ItemLimits(maximum_cross_loading=0.3), 5)
    second = np.sort(np.abs(rotated_solution(R, 5).loadings), axis=1)[:, -2]
    assert (crossed[0].item, crossed[0].value) == (int(second.argmax()), second.max())


def test_the_number_of_components_is_counted_anew(R: Array) -> None:
    steps = delete_items(R, ItemLimits(minimum_communality=0.45))
    kept = np.setdiff1d(np.arange(25), [step.item for step in steps])
    eigenvalues = np.linalg.eigvalsh(R[np.ix_(kept, kept)])
    assert steps[-1].n_components == (eigenvalues > 1).sum()


def test_limits_that_leave_nothing_are_refused(R: Array) -> None:
    with pytest.raises(StatisticsError, match="fewer than 3 items"):
        delete_items(R[:6, :6], ItemLimits(minimum_communality=0.99), 1)
