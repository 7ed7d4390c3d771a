"""Do the items share enough to be factored: Kaiser-Meyer-Olkin measure and Bartlett's test of sphericity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from smartcity_survey.stats.core.correlations import require_independence
from smartcity_survey.stats.core.significance import ChiSquareTest, chi_square_test
from smartcity_survey.stats.core.types import Array


@dataclass(frozen=True, slots=True)
class Kmo:
    """Sampling adequacy of p items, between 0 and 1.

    overall : KMO; per_item (p,) : MSA of each item. NaN where the items correlate with nothing.
    anti_image_correlation : (p, p), partial correlations of two items given all others with the sign
        reversed, MSA on the diagonal, as SPSS prints it.
    anti_image_covariance : (p, p), covariances of what the other items leave unexplained; the diagonal
        is 1 - the squared multiple correlation of the item.
    """

    overall: float
    per_item: Array
    anti_image_correlation: Array
    anti_image_covariance: Array


def kmo(R: Array) -> Kmo:
    """Kaiser-Meyer-Olkin measure of a correlation matrix R (p, p).

    Squared correlations over themselves plus the squared partial correlations.
    Source: Kaiser (1970); Kaiser & Rice (1974), equations 1 and 2.

    Raises
    ------
    LinearDependence, NotPositiveDefinite.
    """
    require_independence(R)
    inverse = linalg.inv(R)
    unexplained = 1 / np.diagonal(inverse)
    scale = np.sqrt(np.outer(unexplained, unexplained))
    anti_image = inverse * scale
    shared = np.square(R)
    partial = np.square(anti_image)
    np.fill_diagonal(shared, 0.0)
    np.fill_diagonal(partial, 0.0)
    with np.errstate(invalid="ignore"):  # 0 / 0 where nothing correlates
        per_item = shared.sum(axis=0) / (shared.sum(axis=0) + partial.sum(axis=0))
        overall = float(np.divide(shared.sum(), shared.sum() + partial.sum()))
    np.fill_diagonal(anti_image, per_item)
    return Kmo(overall, per_item, anti_image, inverse * np.square(scale))


def bartlett_sphericity(R: Array, n: int) -> ChiSquareTest:
    """Test that the p items of R (p, p), computed from n rows, are uncorrelated in the population.

    Source: Bartlett (1950): chi-square = -(n - 1 - (2p + 5) / 6) ln|R| with p (p - 1) / 2 degrees of freedom.

    Raises
    ------
    TooFewRows (n <= p), LinearDependence, NotPositiveDefinite.
    """
    p = len(R)
    log_determinant = require_independence(R, n).log_determinant
    return chi_square_test(-(n - 1 - (2 * p + 5) / 6) * log_determinant, p * (p - 1) // 2)
