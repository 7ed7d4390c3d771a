"""Random selection from a list by stratum, so that anyone with the list and the seed gets the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.types import IntArray

GENERATOR = "numpy Generator(PCG64(SeedSequence(seed).spawn(strata)[stratum])).permutation(members)[:drawn]"
"""How members are drawn, in the words of the library that draws them."""


def draw_by_stratum(members: Sequence[int], wanted: Sequence[int], seed: int) -> list[IntArray]:
    """Positions that are drawn from each stratum, in the order they are drawn; each set is as likely.

    Parameters
    ----------
    members : of each stratum, which has a stream of its own. wanted : how many are to be drawn from it.

    Raises
    ------
    StatisticsError
        where more are wanted than there are, or fewer than none.
    """
    drawn = []
    streams = np.random.SeedSequence(seed).spawn(len(members))
    for size, n, stream in zip(members, wanted, streams, strict=True):
        if not 0 <= n <= size:
            raise StatisticsError(f"{n} of {size} members cannot be drawn")
        order = np.random.Generator(np.random.PCG64(stream)).permutation(size)
        drawn.append(order[:n])
    return drawn
