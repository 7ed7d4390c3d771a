"""Where searches begin: under the strictest reading that can be met; and sides that were not sought."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")

from smartcity_survey.bounds.ends import attained, starting_end
from smartcity_survey.bounds.study import Search, _in_every_set, prepared
from smartcity_survey.bounds.walk import Reading
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.sem.cfa import fit_cfa
from tests.bounds.test_aside import changed
from tests.bounds.test_ends import claimed, place, problem, small
from tests.bounds.test_loadings import ITEMS, printed, study


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


def correlations_beyond_two_factors() -> np.ndarray:
    """Of six items; what the first, second and third of each construct share beside the factors is much."""
    loadings = np.repeat(np.diag([0.85, 0.75]), 3, axis=0)
    found = loadings @ np.array([[1.0, 0.3], [0.3, 1.0]]) @ loadings.T
    for item in range(3):
        found[[item, item + 3], [item + 3, item]] += 0.2
    np.fill_diagonal(found, 1.0)
    return found


def test_a_paper_whose_print_fits_worse_than_it_claims_is_no_contradiction(tmp_path):
    R = correlations_beyond_two_factors()
    rotated = rotated_solution(R, 2).loadings
    loadings = {item: ",".join(f"{x:.3f}" for x in line) for item, line in zip(ITEMS, rotated, strict=True)}
    study(tmp_path, printed(loadings), {})

    def with_correlations(paper):
        cells = {item: ",".join(f"{x:.3f}" for x in line) for item, line in zip(ITEMS, R, strict=True)}
        table = f"row,{','.join(ITEMS)}\n" + "".join(f"{item},{line}\n" for item, line in cells.items())
        paper["objects"]["r"] = {"kind": "table", "csv": table, "shows": ["correlations"]}

    config = changed(tmp_path / "config.yaml", "published/paper.yaml", with_correlations)
    told = []
    ready = prepared(Search(config, tmp_path / "build", 7), told.append)
    start = Search(config, tmp_path / "build", 7).store.load("start")
    claimed_fit = ready.printed.misfits["claimed"]
    fitted = fit_cfa(R, 120, np.repeat(np.eye(2, dtype=bool), 3, axis=0)).ml.chi2
    assert start.misfit == pytest.approx(fitted, rel=0.05)
    assert start.misfit > claimed_fit
    assert [reading.name for reading in ready.readings] == ["print"]


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
