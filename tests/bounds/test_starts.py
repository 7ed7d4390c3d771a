"""Where searches begin: under the strictest reading that can be met; and sides that were not sought."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")

from smartcity_survey.bounds.ends import attained, starting_end
from smartcity_survey.bounds.study import _in_every_set
from smartcity_survey.bounds.walk import Reading
from tests.bounds.test_ends import claimed, place, problem, small


@pytest.mark.parametrize(("loading", "met"), [(0.3, 3), (0.999, 2)])
def test_a_reading_that_no_start_meets_is_left_out(loading, met):
    """Items of the small study load less than .999 on their composites, whatever the rest of its print."""
    task, estimators = problem(), small().estimators
    df = float(task.design.degrees_of_freedom)
    asked = (Reading("strict", df, loading), Reading("claimed", claimed()), Reading("print"))
    estimators.evaluator.solved = place().solved
    start = starting_end(task, estimators, place().state, asked)
    assert attained(asked, start, estimators) == asked[-met:]
    loadings = estimators.outer_loadings(start.place.state.covariance)
    assert (loadings.min() >= loading - 1e-3) == (met == 3)
    assert start.misfit <= asked[-met].misfit


def test_a_side_that_was_not_sought_is_that_of_a_stricter_reading():
    """The claimed high end has no low one: the strict set lies in it, the print's end of chi2 60 does not."""
    columns = ["method", "outcome", "predictor", "reading", "side", "value", "std_error", "chi2"]
    columns += ["settled", "steps", "seed"]
    of = ("plsc", "use", "trust")
    lines = [
        (*of, "print", "low", -0.9, 0.01, 60.0, False, 1, 7),
        (*of, "strict", "low", -0.3, 0.02, 5.0, True, 2, 7),
        (*of, "strict", "low", -0.4, 0.03, 6.0, False, 3, 8),
        (*of, "strict", "high", 0.3, 0.04, 7.0, True, 4, 7),
        (*of, "claimed", "high", 0.6, 0.05, 50.0, True, 5, 8),
    ]
    ends = pd.DataFrame(lines, columns=columns)
    taken = _in_every_set(ends, {"claimed": 50.0, "print": np.inf})
    added = taken[~taken.index.isin(ends.index)]
    assert sorted(added.itertuples(index=False, name=None)) == [
        (*of, "claimed", "low", -0.4, 0.03, 6.0, False, 3, 8),
        (*of, "print", "high", 0.6, 0.05, 50.0, True, 5, 8),
    ]
