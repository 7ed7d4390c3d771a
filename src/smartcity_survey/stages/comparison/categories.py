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
        large = [
            code
            for code, (n, told) in sizes_of(answers[variable], codebook, variable, smallest).items()
            if n >= section.smallest and told
        ]
        groups[variable] = {code: (codes.astype(str) == code).to_numpy() for code in large}
    return groups


def sizes_of(
    column: pd.Series[float], codebook: Codebook, variable: str, smallest: int | None = None
) -> dict[str, tuple[int, bool]]:
    """Code of each answer to a question -> how many gave it, and whether that may be told (`smallest`)."""
    sizes = demographic_codes(column, codebook, variable).value_counts(sort=False)
    hidden = np.zeros(len(sizes), dtype=bool)
    if smallest is not None:
        hidden = hidden_cells(np.asarray(sizes, dtype=np.int64), smallest)
    found = zip(sizes.items(), hidden, strict=True)
    return {str(code): (int(n), not left_out) for (code, n), left_out in found if code != NO_ANSWER}


def why_too_few(answers: pd.DataFrame, codebook: Codebook, section: GroupsSection, variable: str) -> str:
    """Code of the reason why fewer than two groups of a question are left: too small, or not told."""
    sizes = sizes_of(answers[variable], codebook, variable).values()
    return "one_group" if sum(n >= section.smallest for n, _ in sizes) < 2 else "groups_hidden"


def compared_groups(smallest: int | None) -> str:
    """Code of a card: which groups are compared. smallest : as `large_groups` has it."""
    return "large_enough" if smallest is None else "large_enough_and_told"
