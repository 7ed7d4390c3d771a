"""Matrices from their triangles."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack

from smartcity_survey.stats.core.types import Array


def symmetric_inverse(triangle: Array) -> Array:
    """Inverse of a matrix from its lower Cholesky triangle."""
    lower, _ = lapack.dpotri(triangle, lower=1)
    lower = np.tril(lower)
    inverse: Array = lower + lower.T
    inverse.flat[:: len(inverse) + 1] /= 2
    return inverse
