"""A walk where slopes are no numbers: it stops there, with the best place so far."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("daqp", reason="the extra `reconstruct` is not installed")
pytest.importorskip("numba", reason="the extra `reconstruct` is not installed")

from smartcity_survey.bounds.study import Search, prepared
from smartcity_survey.bounds.walk import Statistics, push
from tests.bounds.printed_study import write_study


def test_a_walk_stops_where_no_slope_leads_uphill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(write_study(tmp_path), tmp_path / "build", 7)
    ready = prepared(search, lambda _: None)
    start, p = search.store.load("start").place, ready.problem.design.p
    monkeypatch.setattr(type(ready.estimators), "slope", lambda *_: np.full((p, p), np.nan))
    monkeypatch.setattr(Statistics, "small", False)
    quantity = ready.estimators.quantities[0]
    end = push(Statistics(ready.problem, ready.estimators, ready.readings[-1]), quantity, 1, start, 5)
    assert (end.steps, end.settled) == (1, False)
    np.testing.assert_array_equal(end.place.state.covariance, start.state.covariance)
