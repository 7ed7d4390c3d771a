"""Long frames are written as pandas writes them, byte by byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pandas.testing
import pytest

from smartcity_survey import io
from smartcity_survey.long_csv import long_csv


def frame(n: int = 70_000) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    answers = rng.integers(1, 6, size=n).astype(np.float64)
    answers[::7] = np.nan
    return pd.DataFrame(
        {
            "respondent": [f"row {i}" for i in range(n)],
            "SE1": answers,
            "score": rng.normal(size=n) * 10.0 ** rng.integers(-20, 20, size=n),
            "count": rng.integers(0, 10**12, size=n),
            "kept": rng.random(n) < 0.5,
            "said": np.array(["plain", "a, b", 'said "no"', "two\nlines", "", None, " blank ", "é"])[
                rng.integers(8, size=n)
            ],
        }
    )


def test_bytes_are_those_of_pandas() -> None:
    made = frame()
    made.columns = [*made.columns[:-1], 'the "last", column']
    assert b"".join(long_csv(made)) == made.to_csv(index=False, lineterminator="\n").encode()


def test_a_long_frame_comes_back_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.csv"
    io.write_table(frame(), path)
    long = path.read_bytes()
    monkeypatch.setattr(io, "MANY_ROWS", 10**9)
    io.write_table(frame(), path)
    assert path.read_bytes() == long
    pandas.testing.assert_frame_equal(io.read_table(path)[["SE1", "score"]], frame()[["SE1", "score"]])
