"""Last bits, which are others on every processor: what must not hang on them."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.types import Array

NOTHING = 1e-12
"""A difference that is no larger a share of what it is the difference of is its rounding error."""
_DIGITS = 9


def steady(values: Array) -> Array:
    """Values of any shape to nine digits, to be put in order by: of equal ones the first then stays first."""
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.floor(np.log10(np.abs(values)))
    unit = 10.0 ** np.where(np.isfinite(exponent), exponent, 0.0)
    return np.asarray(np.round(values / unit, _DIGITS - 1) * unit)


def without_rounding(differences: Array) -> Array:
    """Differences of any shape, as shares of what they are differences of; 0 where they are `NOTHING`."""
    return np.where(np.abs(differences) > NOTHING, differences, 0.0)
