"""The printed statistics as differentiable functions of covariances, means and score moments (needs jax).

Everything a target can name is written down once, here; exact values, derivatives and batches come from it.
Implicitly defined quantities (confirmatory factor model, varimax rotation) enter through one Newton step from
their solution with the Hessian held fixed: at the solution the step is zero, and its derivative is the
implicit one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from smartcity_survey.reconstruct.design import Questionnaire

jax.config.update("jax_enable_x64", True)

J = Any  # an array of jax


class Solved(NamedTuple):
    """Where the implicitly defined quantities stand, and what is held fixed while differentiating.

    theta : (q,) parameters of the factor model; hessian_inverse : (q, q).
    loadings : (p, k) rotated loadings, columns in the order of the targets.
    rotation_inverse : inverse Jacobian of the varimax equations, (k(k-1)/2,) squared.
    """

    theta: J
    hessian_inverse: J
    loadings: J
    rotation_inverse: J


class SampleMoments(NamedTuple):
    """What the statistics are a function of.

    covariance : (p, p), divisor n - 1; mean : (p,).
    third, fourth : (c,) central moments of the scores, divisor n.
    """

    covariance: J
    mean: J
    third: J
    fourth: J


class Formulas:
    """The statistics of one design."""

    def __init__(self, design: Questionnaire) -> None:
        self.design = design
        p, k = design.p, design.n_components
        self._upper = np.triu_indices(k, 1) if k else (np.array([], int),) * 2
        self._off = 1.0 - np.eye(p)
        if design.factor_of is not None:
            factor_of = np.asarray(design.factor_of)
            self._measured = np.flatnonzero(factor_of >= 0)
            f = factor_of[self._measured]
            marker = np.array([f[i] not in f[:i] for i in range(f.size)])
            self._marker_cells = (np.flatnonzero(marker), f[marker])
            self._free_cells = (np.flatnonzero(~marker), f[~marker])
            self.c = int(f.max()) + 1
            self._phi_cells = np.tril_indices(self.c)
            m = self._measured.size
            self._sizes = np.cumsum([m - self.c, m])
            self.n_theta = m - self.c + m + self._phi_cells[0].size

    # -- confirmatory factor model ---------------------------------------------------------------------

    def unpack(self, theta: J) -> tuple[J, J, J]:
        """Loadings (m, c) with markers 1, unique variances (m,), factor covariances (c, c)."""
        free, psi, phi_cells = jnp.split(theta, self._sizes)
        m = psi.size
        lam = jnp.zeros((m, self.c)).at[self._marker_cells].set(1.0).at[self._free_cells].set(free)
        phi = jnp.zeros((self.c, self.c)).at[self._phi_cells].set(phi_cells)
        return lam, psi, phi + jnp.tril(phi, -1).T

    def pack(self, lam: Any, psi: Any, phi: Any) -> Any:
        return np.concatenate([np.asarray(lam)[self._free_cells], psi, np.asarray(phi)[self._phi_cells]])

    def implied(self, theta: J) -> J:
        lam, psi, phi = self.unpack(theta)
        return lam @ phi @ lam.T + jnp.diag(psi)

    def discrepancy(self, theta: J, covariance: J) -> J:
        """ML discrepancy of the factor model against S with divisor n."""
        s = self._measured_covariance(covariance)
        root = jnp.linalg.cholesky(self.implied(theta))  # not a number where it is not a covariance
        whitened = jax.scipy.linalg.solve_triangular(root, jnp.linalg.cholesky(s), lower=True)
        log_ratio = 2 * jnp.log(jnp.diag(root)).sum() - jnp.linalg.slogdet(s)[1]
        return log_ratio + (whitened**2).sum() - s.shape[0]

    def _measured_covariance(self, covariance: J) -> J:
        n = self.design.n
        return covariance[np.ix_(self._measured, self._measured)] * ((n - 1) / n)

    def score_equations(self, theta: J, covariance: J) -> J:
        """Gradient (q,) of the discrepancy in closed form."""
        s = self._measured_covariance(covariance)
        lam, psi, phi = self.unpack(theta)
        sigma_inverse = jnp.linalg.inv(lam @ phi @ lam.T + jnp.diag(psi))
        omega = sigma_inverse - sigma_inverse @ s @ sigma_inverse
        by_lam = 2 * omega @ lam @ phi
        by_phi = lam.T @ omega @ lam
        by_phi = 2 * by_phi - jnp.diag(jnp.diag(by_phi))
        return jnp.concatenate([by_lam[self._free_cells], jnp.diag(omega), by_phi[self._phi_cells]])

    def weights(self, theta: J) -> J:
        """Weights (c, p) of the scores: regression factor scores, or the design's own."""
        if self.design.weights is not None:
            return jnp.asarray(self.design.weights)
        lam, psi, phi = self.unpack(theta)
        w = jnp.linalg.solve(lam @ phi @ lam.T + jnp.diag(psi), lam @ phi).T
        return jnp.zeros((self.c, self.design.p)).at[:, self._measured].set(w)

    # -- components and rotation -----------------------------------------------------------------------

    def component_loadings(self, correlation: J) -> tuple[J, J]:
        """Eigenvalues (p,) descending and unrotated loadings (p, k)."""
        values, vectors = jnp.linalg.eigh(correlation)
        k = self.design.n_components
        return values[::-1], vectors[:, ::-1][:, :k] * jnp.sqrt(values[::-1][:k])

    def varimax_equations(self, loadings: J) -> J:
        """The k(k-1)/2 stationarity equations of varimax with Kaiser normalisation."""
        z = loadings / jnp.sqrt((loadings**2).sum(1, keepdims=True))
        g = z.T @ (z**3 - z * (z**2).mean(0))
        return (g - g.T)[self._upper]

    def turn(self, loadings: J, omega: J) -> J:
        """Loadings after the small rotation with skew matrix omega (Cayley's formula)."""
        k = self.design.n_components
        skew = jnp.zeros((k, k)).at[self._upper].set(omega)
        skew = (skew - skew.T) / 2
        eye = jnp.eye(k)
        return loadings @ jnp.linalg.solve(eye + skew, eye - skew)

    # -- everything ------------------------------------------------------------------------------------

    def statistics(
        self, moments: SampleMoments, solved: Solved, rotation: J, weight_slopes: tuple[J, J, J]
    ) -> J:
        """All statistics of the design in the order of `Questionnaire.keys`.

        rotation : (k, k) from unrotated to `solved.loadings`.
        weight_slopes : W where the third and fourth moments were taken, and their slopes in W, each (c, p).
        """
        d = self.design
        s, mean, n = moments.covariance, moments.mean, d.n
        sd = jnp.sqrt(jnp.diag(s))
        r = s / sd / sd[:, None]
        parts: list[J] = []
        if d.item_moments:
            parts += [mean, sd]
        if d.item_correlations:
            parts += [r[np.tril_indices(d.p, -1)]]
        if d.n_components:
            values, unrotated = self.component_loadings(r)
            k = d.n_components
            loadings = unrotated @ rotation
            if k > 1:
                omega = -solved.rotation_inverse @ self.varimax_equations(loadings)
                loadings = self.turn(loadings, omega)
            variance = (loadings**2).sum(0)
            parts += [loadings.ravel(), values[k - 1 : k + 1], variance[:-1] - variance[1:]]
        if d.adequacy:
            inverse = jnp.linalg.inv(r)
            scale = jnp.sqrt(jnp.diag(inverse))
            r2 = ((r * self._off) ** 2).sum()
            q2 = ((inverse / scale / scale[:, None] * self._off) ** 2).sum()
            chi2 = -(n - 1 - (2 * d.p + 5) / 6) * jnp.linalg.slogdet(r)[1]
            parts += [jnp.stack([r2 / (r2 + q2), chi2])]
        if d.factor_of is not None:
            theta = solved.theta - solved.hessian_inverse @ self.score_equations(solved.theta, s)
            parts += [n * self.discrepancy(theta, s)[None]]
        else:
            theta = solved.theta
        if d.has_scores:
            w = self.weights(theta)
            parts += self._score_parts(moments, w, weight_slopes)
        return jnp.concatenate(parts)

    def _score_parts(self, moments: SampleMoments, w: J, weight_slopes: tuple[J, J, J]) -> list[J]:
        d, n = self.design, self.design.n
        at, slope3, slope4 = weight_slopes
        c = w @ moments.covariance @ w.T
        mean = w @ moments.mean
        sd = jnp.sqrt(jnp.diag(c))
        m2 = jnp.diag(c) * (n - 1) / n
        m3 = moments.third + ((w - at) * slope3).sum(1)
        m4 = moments.fourth + ((w - at) * slope4).sum(1)
        g1, g2 = m3 / m2**1.5, m4 / m2**2 - 3
        skewness = g1 * np.sqrt(n * (n - 1)) / (n - 2)
        kurtosis = ((n + 1) * g2 + 6) * (n - 1) / ((n - 2) * (n - 3))
        parts = [mean, sd, sd / np.sqrt(n), skewness, kurtosis]
        for row in d.frozen_rows:
            parts.append(w @ jnp.asarray(row, dtype=float))
        if d.score_correlations:
            parts.append((c / sd / sd[:, None])[np.tril_indices(sd.size, -1)])
        for outcome, predictors in d.regressions:
            parts.append(_regression(c, mean, n, outcome, np.asarray(predictors)))
        return parts


def _regression(c: J, mean: J, n: int, outcome: int, predictors: Any) -> J:
    """Statistics of one regression in the order of `Questionnaire.keys`."""
    k = predictors.size
    cxx = c[np.ix_(predictors, predictors)]
    cxy = c[predictors, outcome]
    inverse = jnp.linalg.inv(cxx)
    b = inverse @ cxy
    sst = (n - 1) * c[outcome, outcome]
    ssr = (n - 1) * (b @ cxy)
    sse = sst - ssr
    mse = sse / (n - k - 1)
    se = jnp.sqrt(mse * jnp.diag(inverse) / (n - 1))
    beta = b * jnp.sqrt(jnp.diag(cxx) / c[outcome, outcome])
    mx = mean[predictors]
    constant = mean[outcome] - b @ mx
    constant_se = jnp.sqrt(mse * (1 / n + mx @ inverse @ mx / (n - 1)))
    r2 = ssr / sst
    adj = 1 - (1 - r2) * (n - 1) / (n - k - 1)
    summary = [jnp.sqrt(r2), r2, adj, jnp.sqrt(mse), ssr, sse, sst, ssr / k, mse, ssr / k / mse]
    summary += [constant, constant_se, constant / constant_se]
    return jnp.concatenate([jnp.stack(summary), b, se, beta, b / se])
