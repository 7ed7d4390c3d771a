"""The empirical Kaiser criterion: the rule of eigenvalues above one, for a sample with large factors."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.types import Array


def empirical_kaiser_reference(eigenvalues: Array, n: int) -> Array:
    """(p,): what each eigenvalue (p,), largest first, must exceed, for n rows.

    The largest eigenvalue of chance, (1 + sqrt(p / n))^2, times the mean of what the eigenvalues before leave
    over; never below 1. Braeken and van Assen (2017), Psychological Methods 22, 450-466, equation 2.
    """
    p = eigenvalues.size
    before = np.concatenate(([0.0], np.cumsum(eigenvalues)[:-1]))
    left = (eigenvalues.sum() - before) / np.arange(p, 0, -1)
    return np.asarray(np.maximum((1 + np.sqrt(p / n)) ** 2 * left, 1.0))
