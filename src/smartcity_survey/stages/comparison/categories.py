"""Which groups of respondents are compared."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import NO_ANSWER, demographic_codes
from smartcity_survey.stats.core.types import BoolArray
from smartcity_survey.stats.quality.small_cells import hidden_cells
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import GroupsSection


def large_groups(
    answers: pd.DataFrame, codebook: Codebook, section: GroupsSection, smallest: int | None = None
) -> dict[str, dict[str, BoolArray]]:
    """Question -> code of an answer -> who gave it, of answers that enough people gave.

    smallest : where small cells are left out of the tables, the count that may be shown: groups whose counts
        are left out are not compared, for that they were would tell that so many gave the answer.
    """
    groups = {}
    for variable in section.variables:
        codes = demographic_codes(answers[variable], codebook, variable)
        sizes = codes.value_counts(sort=False)
        hidden = np.zeros(len(sizes), dtype=bool)
        if smallest is not None:
            hidden = hidden_cells(np.asarray(sizes, dtype=np.int64), smallest)
        large = [
            code
            for (code, n), left_out in zip(sizes.items(), hidden, strict=True)
            if code != NO_ANSWER and n >= section.smallest and not left_out
        ]
        groups[variable] = {str(code): (codes == code).to_numpy() for code in large}
    return groups


def compared_groups(smallest: int | None) -> str:
    """Code of a card: which groups are compared. smallest : as `large_groups` has it."""
    return "large_enough" if smallest is None else "large_enough_and_told"
