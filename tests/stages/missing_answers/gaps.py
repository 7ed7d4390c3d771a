"""The simulated survey with answers left out."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from tests.stages import simulated


@cache
def with_gaps() -> pd.DataFrame:
    """Three in a hundred answers left out; the marker more often, which the model does not use."""
    frame = simulated.answers().copy()
    rng = np.random.default_rng(12)
    items = list(simulated.ITEMS)
    values = frame[items].to_numpy(dtype=np.float64).copy()
    values[rng.random(values.shape) < 0.03] = np.nan
    frame[items] = values
    frame.loc[rng.random(len(frame)) < 0.2, simulated.MARKER] = np.nan
    return frame


def complete() -> pd.DataFrame:
    """Those who answered all items of the model."""
    return with_gaps().dropna(subset=list(simulated.ITEMS)).reset_index(drop=True)
