"""p-values of all pairs of groups, corrected for their number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.stats.core.multiplicity import holm


def with_holm(differences: pd.DataFrame) -> pd.DataFrame:
    """Differences of paths with `p_holm`: of each path among all pairs of groups of a variable.

    Where a variable has one pair there is nothing to correct: the cell is empty.
    """
    corrected = pd.Series(np.nan, index=differences.index)
    known = differences[differences["p"].notna()]
    for _, pairs in known.groupby(["demographic", "source", "target"], sort=False):
        if len(pairs) > 1:
            corrected[pairs.index] = holm(pairs["p"].to_numpy(dtype=np.float64))
    return differences.assign(p_holm=corrected)
