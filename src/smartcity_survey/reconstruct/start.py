"""Where a reconstruction starts: a factor model that comes near the printed statistics (needs jax)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.linalg import expm

from smartcity_survey.reconstruct.covariance import State, covariance_boxes, levenberg_marquardt
from smartcity_survey.reconstruct.design import Task
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.reconstruct.schedule import Schedule
from smartcity_survey.stats.core.types import Array

_SPREAD = 0.05  # of standardised loadings and log SDs between seeds


class FactorStart:
    """Covariances L Phi L' + Psi of all items: one factor for each measured item, all for the others.

    Parameters are logs of item SDs (p,), standardised loadings (one each, c for items outside the model), and
    factor correlations by a Cholesky factor with rows of length 1, and means (p,).
    """

    def __init__(
        self, problem: Task, rng: np.random.Generator, sd: Array, mean: Array, loading: Array
    ) -> None:
        d = problem.design
        f = np.asarray(d.factor_of)
        self.p, self.c = d.p, int(f.max()) + 1
        rows, columns = [], []
        for i in range(d.p):
            on = [f[i]] if f[i] >= 0 else list(range(self.c))
            rows += [i] * len(on)
            columns += on
        self.cells = (np.array(rows), np.array(columns))
        self.tril = np.tril_indices(self.c, -1)
        phi = np.full((self.c, self.c), 0.7) + 0.3 * np.eye(self.c)
        root = np.linalg.cholesky(phi)
        start = np.where(f[self.cells[0]] >= 0, loading[self.cells[0]], 0.55 / np.sqrt(phi.sum()))
        start = start / np.sqrt(1 - np.where(f[self.cells[0]] >= 0, start, 0.55) ** 2)
        start = start + rng.normal(0, _SPREAD / 2, start.size)
        cells = root / np.diag(root)[:, None]
        self.parts = np.cumsum([d.p, start.size, self.tril[0].size])
        self.start = np.concatenate([np.log(sd) + rng.normal(0, _SPREAD, d.p), start, cells[self.tril], mean])
        self._slopes = jax.jit(jax.jacfwd(self.covariance))

    def covariance(self, parameters: Any) -> Any:
        log_sd, loadings, cells, _ = jnp.split(parameters, self.parts)
        root = jnp.eye(self.c).at[self.tril].set(cells)
        root = root / jnp.sqrt((root**2).sum(1, keepdims=True))
        lam = jnp.zeros((self.p, self.c)).at[self.cells].set(loadings)
        common = lam @ root
        common = common / jnp.sqrt(1 + (common**2).sum(1, keepdims=True))  # leaves a unique variance
        r = common @ common.T
        sd = jnp.exp(log_sd)
        return (r - jnp.diag(jnp.diag(r)) + jnp.eye(self.p)) * sd * sd[:, None]

    def at(self, parameters: Array) -> State:
        return State(np.asarray(self.covariance(parameters)), np.asarray(parameters[self.parts[-1] :]))

    def slopes(self, parameters: Array, evaluator: Evaluator) -> Array:
        state = self.at(parameters)
        jacobian = evaluator.jacobian_at(state.covariance, state.mean)
        by_cells = np.asarray(self._slopes(parameters)).reshape(self.p**2, -1)
        slopes: Array = jacobian.covariance.reshape(len(jacobian.mean), -1) @ by_cells
        slopes[:, self.parts[-1] :] += jacobian.mean
        return slopes

    def first_theta(self, evaluator: Evaluator, parameters: Array) -> Array:
        """Parameters of the confirmatory model at a start, which it fits exactly."""
        log_sd, loadings, cells, _ = np.split(parameters, self.parts)
        root = np.eye(self.c)
        root[self.tril] = cells
        root /= np.sqrt((root**2).sum(1, keepdims=True))
        lam = np.zeros((self.p, self.c))
        lam[self.cells] = loadings
        m = evaluator.formulas._measured
        lam /= np.sqrt(1 + ((lam @ root) ** 2).sum(1, keepdims=True))
        lam = (lam * np.exp(log_sd)[:, None])[m]
        psi = np.exp(2 * log_sd[m]) - np.einsum("ij,jk,ik->i", lam, root @ root.T, lam)
        unit = lam[evaluator.formulas._marker_cells]
        phi = (root @ root.T) * unit * unit[:, None]
        return np.asarray(evaluator.formulas.pack(lam / unit, psi, phi))


def fitted_start(
    problem: Task, evaluator: Evaluator, start: FactorStart, rounds: int, progress: Callable[[str], None]
) -> State:
    """The factor model nearest to the printed statistics (KMO apart, which a perfect model overshoots)."""
    low, high = covariance_boxes(problem)
    for i, key in enumerate(problem.design.keys):
        if key == ("adequacy", "kmo"):
            low[i], high[i] = -np.inf, np.inf
        if key == ("adequacy", "bartlett_chi2"):
            low[i], high[i] = low[i] - 3500, high[i] - 2500
    evaluator.solved = evaluator.solved._replace(theta=start.first_theta(evaluator, start.start))

    def values_at(parameters: Array) -> Array:
        state = start.at(parameters)
        return evaluator.at_covariance(state.covariance, state.mean)

    parameters, _ = levenberg_marquardt(
        start.start,
        values_at,
        lambda here: start.slopes(here, evaluator),
        lambda here, step: here + step,
        (low, high),
        rounds,
        evaluator,
        progress,
    )
    return start.at(parameters)


def disturbed(state: State, size: float, rng: np.random.Generator) -> State:
    """The covariance away from its model by a random symmetric E of norm `size`: S = R exp(E) R'."""
    p = len(state.mean)
    e = rng.normal(size=(p, p))
    e = e + e.T
    e *= size / np.linalg.norm(e)
    values, vectors = np.linalg.eigh(state.covariance)
    root = (vectors * np.sqrt(values)) @ vectors.T
    return State(root @ expm(e) @ root, state.mean)


def starting_state(
    problem: Task,
    evaluator: Evaluator,
    rng: np.random.Generator,
    schedule: Schedule,
    progress: Callable[[str], None],
) -> State:
    """Where the first level starts: a disturbed factor model, or equal correlations without one."""
    d = problem.design
    sd, mean, loading = _first_guess(problem)
    mean = mean + rng.normal(0, _SPREAD, d.p) * sd
    if d.n_components:
        evaluator.solved = evaluator.solved._replace(loadings=_printed_loadings(problem))
    if d.factor_of is None:
        correlation = np.full((d.p, d.p), 0.3) + 0.7 * np.eye(d.p)
        return disturbed(State(correlation * sd * sd[:, None], mean), 0.1, rng)
    start = FactorStart(problem, rng, sd, mean, np.sqrt(np.clip(loading**2 + 0.28, 0.5, 0.9)))
    state = fitted_start(problem, evaluator, start, schedule.start_rounds, progress)
    return disturbed(state, schedule.disturbance, rng)


def _first_guess(problem: Task) -> tuple[Array, Array, Array]:
    """SDs, means and main loadings of all items, from what is printed of them or of their scores."""
    d = problem.design
    low, high = problem.boxes
    printed = {
        key: (a + b) / 2
        for key, a, b in zip(d.keys, low, high, strict=True)
        if np.isfinite(a) and np.isfinite(b)
    }
    sd = np.full(d.p, (d.high - d.low) / 4.7)
    mean = np.full(d.p, (d.low + d.high) / 2 + 0.25 * (d.high - d.low) * (d.factor_of is not None))
    loading = np.full(d.p, 0.4)
    for i, item in enumerate(d.items):
        for k, score in enumerate(d.scores):
            member = (
                d.factor_of[i] == k
                if d.factor_of is not None
                else d.weights is not None and d.weights[k, i] != 0
            )
            if not member:
                continue
            total = printed.get(("frozen", "0", score), float(d.low)) / d.low if d.low else 1.0
            mean[i] = printed.get(("score", score, "mean"), mean[i] * total) / total
            sd[i] = 1.1 * printed.get(("score", score, "sd"), sd[i] / 1.1 * total) / total
        sd[i] = printed.get(("item", item, "sd"), sd[i])
        mean[i] = printed.get(("item", item, "mean"), mean[i])
        own = [abs(printed.get(("loading", item, str(j + 1)), 0.0)) for j in range(d.n_components)]
        loading[i] = max([*own, 0.0]) or loading[i]
    return sd, mean, loading


def _printed_loadings(problem: Task) -> Array:
    d = problem.design
    low, high = problem.boxes
    place = {key: i for i, key in enumerate(d.keys)}
    loadings = np.zeros((d.p, d.n_components))
    for i, item in enumerate(d.items):
        for j in range(d.n_components):
            at = place[("loading", item, str(j + 1))]
            if np.isfinite(low[at]) and np.isfinite(high[at]):
                loadings[i, j] = (low[at] + high[at]) / 2
    return loadings
