"""Whole answers with a given covariance, means and score moments, by simulated annealing (needs numba)."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from scipy.optimize import minimize

from smartcity_survey.stats.core.types import Array, IntArray


@dataclass(frozen=True, slots=True)
class Goal:
    """What the answers are annealed towards.

    Attributes
    ----------
    covariance (p, p), divisor n - 1; mean (p,).
    weights (c, p) of scores; third, fourth (c,) : central moments of the scores, divisor n (c may be 0).
    score_low, score_high (c,) : no row but the frozen ones may leave these.
    low, high : ends of the answer scale.
    """

    covariance: Array
    mean: Array
    weights: Array
    third: Array
    fourth: Array
    score_low: Array
    score_high: Array
    low: int
    high: int


def shaped_scores(goal: Goal, n: int, rng: np.random.Generator) -> Array:
    """Centred scores (n, c) with the wanted covariance, third and fourth moments, inside their limits.

    Normal draws are moved as little as a quasi-Newton search needs to bring the moments right.
    """
    wanted = goal.weights @ goal.covariance @ goal.weights.T
    centre = goal.weights @ goal.mean
    sd = np.sqrt(np.diag(wanted))
    correlation = wanted / sd / sd[:, None]
    low, high = (goal.score_low - centre) / sd, (goal.score_high - centre) / sd
    third, fourth = goal.third / sd**3, goal.fourth / sd**4
    tail = np.exp(0.45 * rng.normal(size=(n, 1)))  # rows far out in all scores at once
    z = rng.multivariate_normal(np.zeros(sd.size), correlation, size=n) * tail
    z = np.clip(z, np.maximum(low, -4.5), high)

    def loss(flat: Array) -> tuple[float, Array]:
        s = flat.reshape(n, -1)
        mean = s.mean(0)
        off = s.T @ s / (n - 1) - correlation
        off3, off4 = (s**3).mean(0) - third, (s**4).mean(0) - fourth
        over, under = np.maximum(s - high, 0), np.maximum(low - s, 0)
        value = 10 * (mean**2).sum() + (off**2).sum() + (off3**2).sum() + 0.1 * (off4**2).sum()
        value += (over**2).sum() + (under**2).sum()
        slope = 20 * mean / n + 4 * s @ off / (n - 1) + 6 * off3 * s**2 / n + 0.8 * off4 * s**3 / n
        slope = slope + 2 * over - 2 * under
        return float(value), slope.ravel()

    found = minimize(loss, z.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 3000, "maxfun": 4000})
    scores: Array = found.x.reshape(n, -1) * sd
    return scores


def drawn_answers(goal: Goal, n: int, rng: np.random.Generator) -> IntArray:
    """Rounded draws (n, p) whose scores have the wanted moments; what scores leave open is normal."""
    p = goal.mean.size
    scores = shaped_scores(goal, n, rng)
    across = goal.covariance @ goal.weights.T
    slopes = across @ np.linalg.inv(goal.weights @ across)
    rest = goal.covariance - slopes @ across.T
    values, vectors = np.linalg.eigh(rest)
    noise = rng.normal(size=(n, p)) @ (vectors * np.sqrt(np.maximum(values, 0))).T
    x = goal.mean + scores @ slopes.T + noise
    whole: IntArray = np.clip(np.rint(x), goal.low, goal.high).astype(np.int64)
    return whole


def have_one_peak(x: IntArray, low: int, high: int) -> bool:
    """Whether the counts of every item (column) rise to one peak and fall after it."""
    return all(unimodal(np.bincount(answers - low, minlength=high - low + 1)) for answers in x.T)


def with_one_peak(x: IntArray, low: int, high: int, frozen: int, rng: np.random.Generator) -> IntArray:
    """The answers with single cells of items that have several peaks moved by one towards the highest."""
    x = x.copy()
    for answers in x.T:
        while True:
            counts = np.bincount(answers - low, minlength=high - low + 1)
            step = np.sign(counts.argmax() - np.arange(counts.size))
            falls = np.flatnonzero(counts > counts[np.arange(counts.size) + step])
            falls = falls[step[falls] != 0]
            movable = [k for k in falls if np.any(answers[frozen:] == k + low)]
            if not movable:
                break
            row = rng.choice(np.flatnonzero(answers[frozen:] == movable[0] + low)) + frozen
            answers[row] += step[movable[0]]
    return x


def annealed(
    x: IntArray,
    goal: Goal,
    frozen: int,
    rng: np.random.Generator,
    sweeps: int,
    hot: float = 3.0,
    cold: float = 0.02,
) -> IntArray:
    """The answers after single-cell moves of one, accepted by Metropolis' rule as the temperature falls.

    The energy is n/2 |K (S - S*)|^2 with K = S*^-1 (to second order the ML discrepancy), and weighted squared
    distances of the means and of the scores' second to fourth moments. The first `frozen` rows stay. Every
    item's counts have one peak, and no row may become all the same.
    """
    x = with_one_peak(x, goal.low, goal.high, frozen, rng)
    precision = np.linalg.inv(goal.covariance)
    variance = np.einsum("cp,pq,cq->c", goal.weights, goal.covariance, goal.weights)
    _anneal(
        x, goal.mean, goal.covariance, precision, goal.weights, goal.third, goal.fourth, variance,
        goal.score_low, goal.score_high, goal.low, goal.high, frozen, sweeps, hot, cold,
        int(rng.integers(2**31)),
    )  # fmt: skip
    return x


@numba.njit(cache=True)
def unimodal(counts):  # type: ignore[no-untyped-def]
    """Whether counts rise to one peak and fall after it."""
    falling = False
    for a in range(1, counts.size):
        if counts[a] < counts[a - 1]:
            falling = True
        elif counts[a] > counts[a - 1] and falling:
            return False
    return True


@numba.njit(cache=True, fastmath=True)
def _anneal(  # type: ignore[no-untyped-def]
    x, mean, target, precision, weights, third, fourth, variance, score_low, score_high, low, high, frozen,
    sweeps, hot, cold, seed,
):  # fmt: skip
    np.random.seed(seed)  # noqa: NPY002
    n, p = x.shape
    c = weights.shape[0]
    z = x - mean
    d = z.T @ z / (n - 1) - target
    gradient = precision @ d @ precision
    zk = z @ precision
    quadratic = (zk * z).sum(1)
    scores = z @ weights.T
    offset = weights @ mean
    total = z.sum(0)
    p2 = np.zeros(c)
    p3 = np.zeros(c)
    p4 = np.zeros(c)
    for k in range(c):
        for i in range(n):
            p2[k] += scores[i, k] ** 2
            p3[k] += scores[i, k] ** 3
            p4[k] += scores[i, k] ** 4
    s3 = variance**1.5
    s4 = variance**2
    counts = np.zeros((p, high - low + 1))
    for i in range(n):
        for j in range(p):
            counts[j, x[i, j] - low] += 1
    steps = sweeps * n * p
    change2 = np.zeros(c)
    change3 = np.zeros(c)
    change4 = np.zeros(c)
    new = np.zeros(c)
    m = n - 1.0
    for t in range(steps):
        temperature = hot * (cold / hot) ** (t / steps)
        i = np.random.randint(frozen, n)  # noqa: NPY002
        j = np.random.randint(0, p)  # noqa: NPY002
        delta = 1 if np.random.random() < 0.5 else -1  # noqa: NPY002
        value = x[i, j] + delta
        if value < low or value > high:
            continue
        # covariance: n/2 of the change of the squared norm
        cross = 0.0
        for q in range(p):
            cross += gradient[j, q] * z[i, q]
        kj = precision[j, j]
        kx = zk[i, j]
        first = (2 * delta * cross + gradient[j, j]) / m
        second = (2 * (kj * quadratic[i] + kx * kx) + kj * kj + 4 * delta * kj * kx) / (m * m)
        energy = 0.5 * n * (2 * first + second)
        # means, in units of their standard error
        mj = total[j] / n
        energy += n * 20.0 * ((mj + delta / n) ** 2 - mj**2) / target[j, j]
        ok = True
        for k in range(c):
            s = scores[i, k]
            w = weights[k, j] * delta
            ns = s + w
            new[k] = ns
            raw = ns + offset[k]
            if (raw < score_low[k] and w < 0) or (raw > score_high[k] and w > 0):
                ok = False
                break
            change2[k] = ns**2 - s**2
            f = p2[k] / m / variance[k] - 1
            df = change2[k] / m / variance[k]
            energy += 10 * n * ((f + df) ** 2 - f * f)
            change3[k] = ns**3 - s**3
            change4[k] = ns**4 - s**4
            a = (p3[k] / n - third[k]) / s3[k]
            b = (p4[k] / n - fourth[k]) / s4[k]
            da = change3[k] / n / s3[k]
            db = change4[k] / n / s4[k]
            energy += 8 * n * ((a + da) ** 2 - a * a) + 0.7 * n * ((b + db) ** 2 - b * b)
        if not ok:
            continue
        if energy > 0 and np.random.random() >= np.exp(-energy / temperature):  # noqa: NPY002
            continue
        # shape of the item and of the row
        old = x[i, j] - low
        counts[j, old] -= 1
        counts[j, old + delta] += 1
        if not unimodal(counts[j]):
            counts[j, old] += 1
            counts[j, old + delta] -= 1
            continue
        same = True
        for q in range(p):
            if q != j and x[i, q] != value:
                same = False
                break
        if same:
            counts[j, old] += 1
            counts[j, old + delta] -= 1
            continue
        x[i, j] = value
        for a_ in range(p):
            ka = precision[a_, j]
            za = zk[i, a_]
            for b_ in range(p):
                gradient[a_, b_] += (
                    delta * (ka * zk[i, b_] + za * precision[b_, j]) + ka * precision[b_, j]
                ) / m
        quadratic[i] += 2 * delta * kx + kj
        for q in range(p):
            zk[i, q] += delta * precision[j, q]
        z[i, j] += delta
        total[j] += delta
        for k in range(c):
            scores[i, k] = new[k]
            p2[k] += change2[k]
            p3[k] += change3[k]
            p4[k] += change4[k]
