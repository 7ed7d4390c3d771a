"""Which codes the items of one answer scale hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smartcity_survey.study.codebook import Codebook, Scale

USUAL_SHARE = 0.5
"""Share of items that hold a code before it counts as part of their scale, not as a slip."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Items that share a scale, and the codes they hold.

    Attributes
    ----------
    items : names of the items that anybody answered.
    lowest, highest : of all their answers.
    share_lowest, share_highest : share of the items that hold that code.
    """

    scale: Scale
    items: tuple[str, ...]
    lowest: float
    highest: float
    share_lowest: float
    share_highest: float

    def is_shifted(self) -> bool:
        """Whether the codes fit the scale's length but not its ends: counted from 0 instead of 1, say."""
        below = self.lowest - self.scale.minimum
        above = self.highest - self.scale.maximum
        if below < 0:
            return above <= below and self.share_lowest >= USUAL_SHARE
        return above > 0 and below >= above and self.share_highest >= USUAL_SHARE


def by_scale(answers: pd.DataFrame, codebook: Codebook) -> Iterator[Answered]:
    """The items by their ends of scale and whether it is continuous, as far as they were answered."""
    ends: dict[tuple[int, int, bool], list[str]] = {}
    for item in codebook.items:
        scale = codebook.scale_of(item)
        ends.setdefault((scale.minimum, scale.maximum, scale.continuous), []).append(item)
    for items in ends.values():
        values = answers[items].dropna(axis="columns", how="all")
        if values.shape[1]:
            low, high = np.nanmin(values), np.nanmax(values)
            yield Answered(
                codebook.scale_of(items[0]),
                tuple(map(str, values.columns)),
                float(low),
                float(high),
                float((values == low).any().mean()),
                float((values == high).any().mean()),
            )
