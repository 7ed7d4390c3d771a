"""Do two constructs relate to all others alike? Congruence coefficients.

Franke, Sarstedt and Danks (2021), Journal of Business Research 130, 592-602.
"""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.types import Array, BoolArray


def congruence_coefficients(corr: Array, loadings: Array, blocks: BoolArray | Array) -> Array:
    """(..., c, c): cosines between the constructs' columns of correlations.

    Parameters
    ----------
    corr : (..., c, c), correlations of composites, in whose diagonal composite reliability takes the place of
        1. loadings : (..., p), each item's on its own construct. blocks : (p, c), whose item it is.
    """
    sums = (loadings @ blocks) ** 2
    reliability = sums / (sums + (1 - loadings**2) @ blocks)
    own = np.eye(corr.shape[-1])
    profiles = corr * (1 - own) + reliability[..., None] * own
    length = np.sqrt(np.square(profiles).sum(axis=-2))
    products = np.swapaxes(profiles, -1, -2) @ profiles
    return np.asarray(products / (length[..., None] * length[..., None, :]))
