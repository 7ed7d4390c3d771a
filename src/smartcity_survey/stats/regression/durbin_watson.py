"""Exact p-values of the Durbin-Watson statistic.

With normal errors, P(d < x) is the probability that a quadratic form in normal variables is negative.
Rice's (1980) contour integral through a saddle point turns its cumulant generating function K into a
tail probability with a small relative error however small the probability is. K needs no eigenvalues
of order n: the cosine transform makes the matrix A of squared successive differences diagonal, and a
determinant of order k + 1 accounts for the estimated coefficients, so the work grows linearly with n
(the idea of Shively, Ansley & Kohn 1990).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import fft, optimize

from smartcity_survey.stats.core.design import factor_design
from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.least_squares import OlsFit, refuse_perfect_fit

# The trapezoid rule converges exponentially: each halving about squares the relative error.
TOLERANCE = 1e-9
FIRST_STEP = 0.25
HALVINGS = 7
NEGLIGIBLE = 1e-17
# Up to here the eigenvalues cost nothing. They also show how far the contour may move when the
# predictors take the ends of A's spectrum away, which matters only with few rows.
FEW_ROWS = 200
LONGEST = 100.0  # end of the transformed contour; even with one degree of freedom nothing is left there


@dataclass(frozen=True, slots=True)
class DurbinWatsonTest:
    """Durbin-Watson d in the order of the rows, with exact p under independent normal errors.

    p_positive : P(d this low), against positive autocorrelation; p_negative : P(d this high);
    p : two-sided, twice the smaller.

    Rows of a survey have no order in time: then d describes only how the file was sorted.
    """

    statistic: float
    p_positive: float
    p_negative: float
    p: float


def durbin_watson_test(fit: OlsFit, x: Array) -> DurbinWatsonTest:
    """The exact Durbin-Watson test of a fit on its predictors x (n, k).

    Source: Durbin & Watson (1950, 1971); computation as in the module's docstring.

    Raises
    ------
    PerfectFit, NotConverged.
    """
    refuse_perfect_fit(fit)
    d = fit.durbin_watson
    basis = factor_design(x, fit.weights).basis
    # Eigenvalues of A, whose eigenvectors are the cosine transform's.
    differences = 4 * np.square(np.sin(np.pi * np.arange(fit.n) / (2 * fit.n)))
    below, above = sign_probabilities(differences - d, fft.dct(basis, norm="ortho", axis=0))
    return DurbinWatsonTest(d, below, above, min(1.0, 2 * min(below, above)))


def sign_probabilities(diagonal: Array, basis: Array) -> tuple[float, float]:
    """P(Q < 0) and P(Q > 0) of Q = u' diag(diagonal) u, where u is normal noise less its projection.

    Parameters
    ----------
    diagonal : (n,), of the quadratic form.
    basis : (n, q), orthonormal columns that the noise is projected away from.

    Raises
    ------
    NotConverged.
    """
    if len(diagonal) <= FEW_ROWS:
        left = np.linalg.qr(basis, mode="complete")[0][:, basis.shape[1] :]
        diagonal = np.linalg.eigvalsh((left.T * diagonal) @ left)
        basis = np.empty((len(diagonal), 0))
    mean = float((diagonal * (1 - np.square(basis).sum(axis=1))).sum())
    # The contour passes close to the pole at 0 on the likelier side, so the rarer one is integrated.
    if mean > 0:
        rarer = _probability_positive(-diagonal, basis)
        return rarer, 1 - rarer
    rarer = _probability_positive(diagonal, basis)
    return 1 - rarer, rarer


def _probability_positive(diagonal: Array, basis: Array) -> float:
    largest = diagonal.max()
    if largest <= 0:
        return 0.0

    def cumulant(s: complex) -> complex:
        factors = 1 - 2 * s * diagonal
        inverse = 1 / factors
        # Two real products are cheaper than a complex one.
        gram = (basis.T * inverse.real) @ basis + 1j * ((basis.T * inverse.imag) @ basis)
        projected = np.linalg.eigvals(gram)
        # Real parts stay positive on the contour, so the principal logarithms are continuous along it.
        return complex(-0.5 * (np.log(factors).sum() + np.log(projected).sum()))

    end = 1 / (2 * largest)
    saddle = optimize.minimize_scalar(
        lambda share: cumulant(complex(share * end)).real - np.log(share),
        bounds=(0.0, 1.0),
        method="bounded",
        options={"xatol": 1e-4},
    )
    c = float(saddle.x) * end
    peak = cumulant(complex(c)).real
    if np.exp(peak) == 0:  # Chernoff: no probability exceeds exp(K) at any point of the contour's range
        return 0.0
    # Curvature at the peak, from the fall a tenth of the way to the pole.
    spread = 0.1 * c / np.sqrt(2 * (peak - cumulant(c + 0.1j * c).real))

    def integrand(v: float) -> float:
        s = complex(c, spread * np.sinh(v))
        return float((np.exp(cumulant(s) - peak) / s).real * spread * np.cosh(v))

    return float(np.exp(peak) / np.pi * _half_line_integral(integrand))


def _half_line_integral(integrand: Callable[[float], float]) -> float:
    """Integral over v >= 0 of an even analytic function that decays at least exponentially."""
    step, end = FIRST_STEP, LONGEST
    total = 0.5 * integrand(0.0)
    reference = abs(total)
    for node in range(1, int(LONGEST / step) + 1):
        value = integrand(node * step)
        total += value
        if abs(value) < NEGLIGIBLE * reference:
            end = node * step
            break
    integral = total * step
    for _ in range(HALVINGS):
        previous = integral
        total += sum(integrand(v) for v in np.arange(step / 2, end, step))
        step /= 2
        integral = total * step
        if abs(integral - previous) <= TOLERANCE * abs(integral):
            return integral
    raise NotConverged("Durbin-Watson probability", HALVINGS, abs(integral / previous - 1))
