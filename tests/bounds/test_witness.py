"""Answers that miss printed numbers are kept for the next call: the best so far."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("numba", reason="the extra `reconstruct` is not installed")

from smartcity_survey.bounds.witness import _keep, _kept


def test_the_best_answers_so_far_are_kept_until_some_miss_nothing(tmp_path):
    path = tmp_path / "witness.npz"
    assert _kept(path) == (None, np.inf)
    for missed, best in ((7, 7), (20, 7), (7, 7), (2, 2)):
        _keep(path, np.full((3, 2), missed), missed)
        answers, so_far = _kept(path)
        assert so_far == best
        assert (answers == best).all()
    _keep(path, np.zeros((3, 2), dtype=int), 0)
    assert not path.exists()
