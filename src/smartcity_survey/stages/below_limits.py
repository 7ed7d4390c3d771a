"""Whether values are below a conventional limit, in stage files: apart from what needs no limit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.stats.core.types import Array
from smartcity_survey.study.limits import limit


def below(values: Array, name: str) -> pd.api.extensions.ExtensionArray:
    """Whether values (n,) are below a conventional limit; one that is not there is on neither side: empty."""
    found = pd.array(values < limit(name).value, dtype="boolean")
    found[np.isnan(values)] = pd.NA
    return found
