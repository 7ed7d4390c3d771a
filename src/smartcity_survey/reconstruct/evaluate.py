"""Exact statistics of answers or covariances, started from their neighbours, and slopes (needs jax)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from smartcity_survey.errors import SurveyError
from smartcity_survey.reconstruct.design import Questionnaire
from smartcity_survey.reconstruct.formulas import Formulas, SampleMoments, Solved
from smartcity_survey.stats.core.types import Array

J = Any
_STEPS = 6  # frozen-Newton steps of one exact evaluation: each gains two to three digits after a few flips


@dataclass(frozen=True, slots=True)
class Jacobian:
    """Slopes of the s statistics.

    covariance : (s, p, p) symmetric; mean : (s, p); third, fourth : (s, c).
    """

    covariance: Array
    mean: Array
    third: Array
    fourth: Array


class Evaluator:
    """Values and slopes of all statistics of a design, with a memory of where the last solution stood."""

    def __init__(self, design: Questionnaire) -> None:
        self.design = design
        self.formulas = Formulas(design)
        q = getattr(self.formulas, "n_theta", 0)
        k, p = design.n_components, design.p
        pairs = k * (k - 1) // 2
        self.solved = Solved(np.zeros(q), np.eye(q), np.eye(p, max(k, 1)), np.eye(pairs))
        self._solve = jax.jit(self._solve_implicit, static_argnames="steps")
        self._values = jax.jit(self._values_of_answers)
        self._value_at = jax.jit(self.formulas.statistics)
        self._slopes = jax.jit(jax.jacrev(self.formulas.statistics, argnums=0))
        self._gradient = jax.jit(self.formulas.score_equations)
        self._discrepancy = jax.jit(self.formulas.discrepancy)
        self._hessian = jax.jit(jax.jacfwd(self.formulas.score_equations))
        self._rotation_slopes = jax.jit(
            jax.jacfwd(
                lambda omega, loadings: self.formulas.varimax_equations(self.formulas.turn(loadings, omega))
            )
        )

    # -- solving the implicit quantities -----------------------------------------------------------------

    def _solve_implicit(self, covariance: J, solved: Solved, steps: int = _STEPS) -> tuple[Solved, J, J]:
        """Factor model and rotation at a covariance near the last; rotation (k, k); largest last step."""
        f, theta, size = self.formulas, solved.theta, jnp.zeros(())
        if self.design.factor_of is not None:
            for _ in range(steps):
                step = solved.hessian_inverse @ f.score_equations(theta, covariance)
                theta = theta - step
            size = jnp.maximum(size, jnp.abs(step).max())
        loadings = solved.loadings
        rotation = jnp.eye(max(self.design.n_components, 1))
        if self.design.n_components:
            sd = jnp.sqrt(jnp.diag(covariance))
            _, unrotated = f.component_loadings(covariance / sd / sd[:, None])
            u, _, vt = jnp.linalg.svd(unrotated.T @ solved.loadings)
            rotation = u @ vt
            loadings = unrotated @ rotation
            if self.design.n_components > 1:
                for _ in range(steps):
                    omega = -solved.rotation_inverse @ f.varimax_equations(loadings)
                    loadings = f.turn(loadings, omega)
                size = jnp.maximum(size, jnp.abs(omega).max())
                rotation = jnp.linalg.lstsq(unrotated, loadings)[0]
        return solved._replace(theta=theta, loadings=loadings), rotation, size

    def refresh(self, covariance: Array, rounds: int = 30, tolerance: float = 1e-10) -> None:
        """Solve at a covariance with fresh Hessians until the steps vanish.

        Raises
        ------
        SurveyError
            where the factor model or the rotation does not converge from the last solution.
        """
        size = np.inf
        for _ in range(rounds):
            step = self._descend(covariance)
            turn = self._rotate(covariance)
            size = max(step, turn)
            if size < tolerance:
                return
        raise SurveyError(
            "reconstruction, factor model and rotation",
            f"no solution near the last one after {rounds} Newton steps (last step {float(size):.2g}).",
            "Try another seed.",
        )

    def _descend(self, covariance: Array) -> float:
        """One Newton step of the factor model, halved until the discrepancy falls; its largest entry."""
        if self.design.factor_of is None:
            return 0.0
        theta = self.solved.theta
        hessian = np.asarray(self._hessian(theta, covariance))
        inverse = _positive_inverse(hessian)
        step = inverse @ np.asarray(self._gradient(theta, covariance))
        now = float(self._discrepancy(theta, covariance))
        length = 1.0
        while length > 1e-4:
            there = float(self._discrepancy(theta - length * step, covariance))
            if there <= now + 1e-12:
                break
            length /= 2
        self.solved = self.solved._replace(theta=theta - length * step, hessian_inverse=inverse)
        return float(np.abs(length * step).max())

    def _rotate(self, covariance: Array) -> float:
        """Varimax iterations where the rotation is far off, then Newton steps; the largest angle left."""
        if self.design.n_components < 2:
            return 0.0
        sd = np.sqrt(np.diag(covariance))
        _, unrotated = self.formulas.component_loadings(covariance / sd / sd[:, None])
        u, _, vt = np.linalg.svd(np.asarray(unrotated).T @ self.solved.loadings)
        loadings = np.asarray(unrotated) @ (u @ vt)
        size = np.inf
        for _ in range(100):
            zero = np.zeros(self.solved.rotation_inverse.shape[0])
            slopes = np.asarray(self._rotation_slopes(zero, loadings))
            inverse = np.linalg.pinv(slopes)
            omega = -inverse @ np.asarray(self.formulas.varimax_equations(loadings))
            size = float(np.abs(omega).max())
            if size > 0.05:
                loadings = _varimax_iteration(loadings)
                continue
            loadings = np.asarray(self.formulas.turn(loadings, omega))
            if size < 1e-12:
                break
        self.solved = self.solved._replace(loadings=loadings, rotation_inverse=inverse)
        return size

    # -- values ------------------------------------------------------------------------------------------

    def at_covariance(self, covariance: Array, mean: Array) -> Array:
        """All statistics of a covariance matrix and means; third and fourth moments taken as 0."""
        self.refresh(covariance)
        moments = self._plain(covariance, mean)
        _, rotation, _ = self._solve(covariance, self.solved, steps=1)
        return np.asarray(self._value_at(moments, self.solved, rotation, self._no_slopes()))

    def jacobian_at(self, covariance: Array, mean: Array) -> Jacobian:
        """Slopes at a covariance that `at_covariance` has just solved."""
        _, rotation, _ = self._solve(covariance, self.solved, steps=1)
        slopes = self._slopes(self._plain(covariance, mean), self.solved, rotation, self._no_slopes())
        return _jacobian(slopes)

    def weights(self) -> Array:
        """Weights (c, p) of the scores at the last solution."""
        if not self.design.has_scores:
            return np.zeros((0, self.design.p))
        return np.asarray(self.formulas.weights(self.solved.theta))

    def _plain(self, covariance: Array, mean: Array) -> SampleMoments:
        c = len(self.design.scores)
        return SampleMoments(covariance, mean, np.zeros(c), np.zeros(c))

    def _no_slopes(self) -> tuple[Array, Array, Array]:
        w = self.weights()
        return w, np.zeros_like(w), np.zeros_like(w)

    def of_answers(self, x: Array) -> tuple[Array, float]:
        """All statistics of answers (n, p) near the last refresh, and the size of the last inner step."""
        values, size = self._values(x, self.solved)
        return np.asarray(values), float(size)

    def _values_of_answers(self, x: J, solved: Solved) -> tuple[J, J]:
        x = x.astype(float)
        mean = x.mean(0)
        centred = x - mean
        covariance = centred.T @ centred / (self.design.n - 1)
        solved, rotation, size = self._solve_implicit(covariance, solved)
        if self.design.has_scores:
            w = self.formulas.weights(solved.theta)
            scores = centred @ w.T
            moments = SampleMoments(covariance, mean, (scores**3).mean(0), (scores**4).mean(0))
        else:
            w = jnp.zeros((0, self.design.p))
            moments = SampleMoments(covariance, mean, jnp.zeros(0), jnp.zeros(0))
        zero = jnp.zeros_like(w)
        return self.formulas.statistics(moments, solved, rotation, (w, zero, zero)), size

    def jacobian_of_answers(self, x: Array) -> Jacobian:
        """Slopes at answers whose covariance was just refreshed, the third and fourth moments following W."""
        mean = x.mean(0)
        centred = x - mean
        covariance = centred.T @ centred / (self.design.n - 1)
        w = self.weights()
        u = centred @ w.T
        slopes3 = 3 * (u**2).T @ centred / len(x)
        slopes4 = 4 * (u**3).T @ centred / len(x)
        moments = SampleMoments(covariance, mean, (u**3).mean(0), (u**4).mean(0))
        _, rotation, _ = self._solve(covariance, self.solved, steps=1)
        return _jacobian(self._slopes(moments, self.solved, rotation, (w, slopes3, slopes4)))


def _jacobian(slopes: Any) -> Jacobian:
    c = np.asarray(slopes.covariance)
    return Jacobian(
        (c + c.transpose(0, 2, 1)) / 2,
        np.asarray(slopes.mean),
        np.asarray(slopes.third),
        np.asarray(slopes.fourth),
    )


def _positive_inverse(hessian: Array) -> Array:
    """Inverse of the Hessian with its eigenvalues made positive, so that a step goes downhill."""
    values, vectors = np.linalg.eigh(hessian)
    inverse: Array = (vectors / np.maximum(np.abs(values), 1e-8)) @ vectors.T
    return inverse


def _varimax_iteration(loadings: Array) -> Array:
    """Kaiser's iteration by a singular value decomposition: slow, but it climbs from anywhere."""
    z = loadings / np.sqrt((loadings**2).sum(1, keepdims=True))
    u, _, vt = np.linalg.svd(z.T @ (z**3 - z * (z**2).mean(0)))
    turned: Array = loadings @ (u @ vt)
    return turned
