"""Items named as one construct that measure several."""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.parallel import components_above, parallel_analysis
from smartcity_survey.stats.measurement.validity import htmt

SEVERAL_BELOW = 0.5
"""Heterotrait-monotrait ratio of groups of items below which they are several constructs: less than a quarter
of the variance that is no error is shared."""
DRAWS = 200


def clusters(R: Array, n: int) -> tuple[tuple[int, ...], ...]:
    """Groups of items that measure different things, as positions; one group where they measure one.

    Parallel analysis (Horn 1965; Glorfeld 1995) says how many components are more than chance, and average
    linkage by the size of the correlations puts the items into as many groups; the signs count for nothing,
    as an item may be worded the other way round. They are several constructs where each two of the groups
    have an HTMT (Henseler, Ringle and Sarstedt 2015) below `SEVERAL_BELOW`; if not, fewer groups are tried.

    Parameters
    ----------
    R : (p, p), correlations of the items. n : respondents behind them.
    """
    p = len(R)
    alone = (tuple(range(p)),)
    if p < 4 or n <= p:
        return alone
    eigenvalues = np.asarray(np.linalg.eigvalsh(R)[::-1], dtype=np.float64)
    most = components_above(eigenvalues, parallel_analysis(n, p, draws=DRAWS).quantile)
    tree = linkage(squareform(1 - np.abs(R), checks=False), method="average")
    for k in range(min(most, p // 2), 1, -1):
        labels = fcluster(tree, k, criterion="maxclust")
        membership = labels[:, None] == np.unique(labels)
        if membership.sum(axis=0).min() < 2:
            continue
        ratios = htmt(R, membership)
        if ratios[~np.eye(len(ratios), dtype=bool)].max() < SEVERAL_BELOW:
            groups = [tuple(map(int, np.flatnonzero(column))) for column in membership.T]
            return tuple(sorted(groups))
    return alone
