"""`prices.csv`: the furthest end from any start; earlier lines stay where nothing goes further."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("daqp", reason="the extra `reconstruct` is not installed")

from smartcity_survey.bounds import study
from smartcity_survey.bounds.study import write_prices

ENDS = {  # start -> side -> value at an RMSEA of .02
    7: {"low": -0.30, "high": 0.38},
    8: {"low": -0.10, "high": 0.49},
}


def lines_of(config: Path, build: Path, seed: int):
    for side, value in ENDS[seed].items():
        key = ("use", "trust", side, 0.02)
        yield key, (*key, value, 100.0 + seed, False)


@pytest.mark.parametrize("seeds", [(7, 8), (8, 7)])
def test_each_price_is_the_furthest_from_any_start(tmp_path, monkeypatch, seeds):
    monkeypatch.setattr(study, "_price_lines", lines_of)
    written = write_prices(tmp_path / "config.yaml", tmp_path, tmp_path, seeds)
    found = pd.read_csv(written).set_index("side")
    assert found["value"].to_dict() == {"low": -0.30, "high": 0.49}
    assert found["chi2"].to_dict() == {"low": 107.0, "high": 108.0}  # of the place where the value is


def test_a_search_from_one_start_keeps_what_another_found(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "_price_lines", lines_of)
    for seeds in ((8,), (7,)):
        written = write_prices(tmp_path / "config.yaml", tmp_path, tmp_path, seeds)
    assert pd.read_csv(written).set_index("side")["value"].to_dict() == {"low": -0.30, "high": 0.49}
