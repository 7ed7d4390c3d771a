"""What verdicts stand on, as differentiable functions of covariances (needs jax).

Path coefficients and R2 by PLS-SEM, PLSc, SEM, and by regressions of scores. All are standardised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np

from smartcity_survey.reconstruct.design import Questionnaire
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.stats.core.types import Array, IntArray

J = Any  # an array of jax
Method = Literal["pls", "plsc", "sem", "mean", "component", "cfa_bartlett"]
METHODS: tuple[Method, ...] = get_args(Method)
_FACTOR_METHODS = ("sem", "cfa_bartlett")
_ITERATIONS = 300  # of the PLS algorithm, from equal weights, as the package's estimator starts
_FOLLOWED = 40  # more of them, whose slopes are followed: the fixed point's slope to some ten digits


@dataclass(frozen=True, slots=True)
class Quantity:
    """A path coefficient of `method`, or the outcome's R2 where `predictor` is empty."""

    method: Method
    outcome: str
    predictor: str = ""

    @property
    def name(self) -> str:
        return "-".join(part for part in (self.method, self.outcome, self.predictor or "r2"))


class Estimators:
    """Every method's estimates at a covariance; the evaluator knows the factor model there.

    Items outside all constructs take no part. `outer loadings` are PLS-SEM's, of each construct's own items.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        d = self.design = evaluator.design
        self.evaluator = evaluator
        self.items, self.membership = _measured(d)
        self.regressions = [(outcome, np.asarray(predictors)) for outcome, predictors in d.regressions]
        self._values: dict[str, Callable[..., J]] = {}
        self._slopes: dict[str, Callable[..., J]] = {}

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every coefficient by every method that the design allows, then R2.

        SEM's follow from the factors' covariances where no path between two constructs is left out.
        """
        left_out = set() if self.design.factor_of is not None else set(_FACTOR_METHODS)
        if not self._saturated():
            left_out.add("sem")
        methods = [m for m in METHODS if m not in left_out]
        names = self.design.scores
        found = []
        for method in methods:
            for outcome, predictors in self.regressions:
                found += [Quantity(method, names[outcome], names[j]) for j in predictors]
                found.append(Quantity(method, names[outcome]))
        return tuple(found)

    def _saturated(self) -> bool:
        """Whether the paths leave the constructs' covariances free: what no path joins may covary."""
        paths = np.zeros((len(self.design.scores),) * 2, dtype=bool)
        for outcome, predictors in self.regressions:
            paths[predictors, outcome] = True
        explained, acts = paths.any(0), paths.any(1)
        free = np.outer(~explained, ~explained) | np.outer(explained & ~acts, explained & ~acts)
        return bool((paths | paths.T | free | np.eye(len(paths), dtype=bool)).all())

    # -- values and slopes -------------------------------------------------------------------------------

    def value(self, quantity: Quantity, covariance: Array) -> float:
        """A quantity at the covariance that the evaluator was last refreshed at."""
        return float(self._at(quantity.method, covariance)[self._place(quantity)])

    def slope(self, quantity: Quantity, covariance: Array) -> Array:
        """Slopes (p, p), symmetric, of a quantity there."""
        return _symmetric(self._slope_at(quantity.method, covariance, self._place(quantity)))

    def outer_loadings(self, covariance: Array) -> Array:
        """PLS-SEM's loadings (m,) of the measured items on their own construct."""
        return self._at("outer_loadings", covariance)

    def outer_loading_slopes(self, covariance: Array) -> Array:
        """Their slopes (m, p, p), symmetric."""
        if "outer_loadings" not in self._slopes:
            self._slopes["outer_loadings"] = jax.jit(jax.jacrev(self._function("outer_loadings")))
        return _symmetric(np.asarray(self._slopes["outer_loadings"](covariance, self.evaluator.solved)))

    def standard_error(self, quantity: Quantity, covariance: Array, n: int) -> float:
        """Of a path coefficient, under normal theory; nan for R2 and PLSc, which have none in closed form.

        Observed scores and composites: least squares with the scores as given. SEM: expected information of
        the factor model, by the delta method, as `fit_sem` has it.
        """
        if not quantity.predictor or quantity.method == "plsc":
            return float("nan")
        if quantity.method == "sem":
            gradient, information = self._sem_information(self.evaluator.solved.theta, self._place(quantity))
            return float(np.sqrt(gradient @ np.linalg.solve(n / 2 * information, gradient)))
        c, outcome, predictors, own = self.regression_of(quantity, covariance)
        inverse = np.linalg.inv(c[np.ix_(predictors, predictors)])
        r2 = c[predictors, outcome] @ inverse @ c[predictors, outcome]
        return float(np.sqrt(max(1 - r2, 0.0) / (n - len(predictors) - 1) * inverse[own, own]))

    def regression_of(self, quantity: Quantity, covariance: Array) -> tuple[Array, int, IntArray, int]:
        """Correlations (c, c) of a method's scores; outcome, predictors, the quantity's place among them."""
        outcome, predictors = self._regression(quantity)
        own = list(predictors).index(self.design.scores.index(quantity.predictor))
        return self._correlations(quantity.method, covariance), outcome, predictors, own

    def _regression(self, quantity: Quantity) -> tuple[int, IntArray]:
        wanted = self.design.scores.index(quantity.outcome)
        return next((o, p) for o, p in self.regressions if o == wanted)

    def _place(self, quantity: Quantity) -> int:
        """Where a quantity stands among its method's."""
        own = [q for q in self.quantities if q.method == quantity.method]
        return own.index(quantity)

    def _at(self, name: str, covariance: Array) -> Array:
        if name not in self._values:
            self._values[name] = jax.jit(self._function(name))
        return np.asarray(self._values[name](covariance, self.evaluator.solved))

    def _slope_at(self, name: str, covariance: Array, place: int) -> Array:
        if name not in self._slopes:
            function = self._function(name)
            self._slopes[name] = jax.jit(jax.grad(lambda s, solved, at: function(s, solved)[at]))
        return np.asarray(self._slopes[name](covariance, self.evaluator.solved, place))

    def _function(self, name: str) -> Callable[..., J]:
        if name == "outer_loadings":
            return lambda s, _: self._loadings(self._correlation(s))
        if name == "sem":
            return lambda s, solved: self._sem(self._theta(s, solved))
        return lambda s, solved: self._estimates(self._composites(name, s, solved))

    # -- formulas ----------------------------------------------------------------------------------------

    def _correlations(self, method: str, covariance: Array) -> Array:
        c = self._composites(method, covariance, self.evaluator.solved)
        sd = jnp.sqrt(jnp.diag(c))
        return np.asarray(c / sd / sd[:, None])

    def _composites(self, method: str, s: J, solved: Any) -> J:
        """Covariances (c, c) of the scores or constructs of a method."""
        m = jnp.asarray(self.membership)
        if method == "mean":
            own = s[np.ix_(self.items, self.items)]
            return m.T @ own @ m
        if method == "cfa_bartlett":
            lam, psi, _ = self.evaluator.formulas.unpack(self._theta(s, solved))
            weighted = lam / psi[:, None]
            w = jnp.linalg.solve(lam.T @ weighted, weighted.T)
            return w @ s[np.ix_(self.items, self.items)] @ w.T
        r = self._correlation(s)
        if method == "component":
            w = self._component_weights(r)
            return w.T @ r @ w
        w = self._pls_weights(r)
        c = w.T @ r @ w
        if method == "plsc":
            length, fourth = (w**2).sum(0), (w**4).sum(0)
            # A single item stands for its construct as if it had no error.
            single = self.membership.sum(0) == 1
            share = jnp.where(single, 1.0, length**2 - fourth)
            root = jnp.sqrt(jnp.where(single, 1.0, length**2 * (1 - length) / share))
            c = c / (root[:, None] * root)
            c = c - jnp.diag(jnp.diag(c)) + jnp.eye(len(root))
        return c

    def _correlation(self, s: J) -> J:
        own = s[np.ix_(self.items, self.items)]
        sd = jnp.sqrt(jnp.diag(own))
        return own / sd / sd[:, None]

    def _component_weights(self, r: J) -> J:
        w = jnp.zeros(self.membership.shape)
        for k in range(self.membership.shape[1]):
            own = np.flatnonzero(self.membership[:, k])
            values, vectors = jnp.linalg.eigh(r[np.ix_(own, own)])
            vector = vectors[:, -1] * jnp.sign(vectors[:, -1].sum())
            w = w.at[own, k].set(vector / jnp.sqrt(values[-1]))
        return w

    def _pls_weights(self, r: J) -> J:
        """Outer weights (m, c) of Mode A with path weighting, started from equal weights."""
        fixed = jax.lax.stop_gradient(r)
        w = self._unit(jnp.asarray(self.membership), fixed)
        w = jax.lax.fori_loop(0, _ITERATIONS, lambda _, at: self._pls_step(at, fixed), w)
        w = jax.lax.stop_gradient(w)
        w = jax.lax.scan(lambda at, _: (self._pls_step(at, r), None), w, None, length=_FOLLOWED)[0]
        # Every construct has the sign that makes the sum of its loadings positive.
        return w * jnp.where(((fixed @ w) * self.membership).sum(0) < 0, -1.0, 1.0)

    def _pls_step(self, w: J, r: J) -> J:
        c = w.T @ r @ w
        inner = jnp.zeros_like(c)
        for outcome, predictors in self.regressions:
            b = jnp.linalg.solve(c[np.ix_(predictors, predictors)], c[predictors, outcome])
            inner = inner.at[predictors, outcome].set(b).at[outcome, predictors].set(c[outcome, predictors])
        return self._unit((r @ w) @ inner * self.membership, r)

    def _unit(self, w: J, r: J) -> J:
        return w / jnp.sqrt(jnp.diag(w.T @ r @ w))

    def _loadings(self, r: J) -> J:
        return ((r @ self._pls_weights(r)) * self.membership).sum(1)

    def _theta(self, s: J, solved: Any) -> J:
        """Parameters of the factor model: one step from where they were solved, whose slope is exact."""
        return solved.theta - solved.hessian_inverse @ self.evaluator.formulas.score_equations(
            solved.theta, s
        )

    def _sem(self, theta: J) -> J:
        """The structural part is saturated, so its paths follow from the factors' covariances."""
        return self._estimates(self.evaluator.formulas.unpack(theta)[2])

    @cached_property
    def _sem_information(self) -> Callable[..., tuple[J, J]]:
        """Slopes (q,) of one of SEM's estimates by the parameters, and tr(P dSigma_i P dSigma_j) (q, q)."""
        formulas = self.evaluator.formulas

        def at(theta: J, place: J) -> tuple[J, J]:
            gradient = jax.grad(lambda t: self._sem(t)[place])(theta)
            slopes = jnp.moveaxis(jax.jacfwd(formulas.implied)(theta), 2, 0)
            turned = jnp.linalg.inv(formulas.implied(theta)) @ slopes
            return gradient, jnp.einsum("iab,jba->ij", turned, turned)

        compiled: Callable[..., tuple[J, J]] = jax.jit(at)
        return compiled

    def _estimates(self, c: J) -> J:
        """Standardised coefficients of every regression, each followed by its R2."""
        sd = jnp.sqrt(jnp.diag(c))
        r = c / sd / sd[:, None]
        parts = []
        for outcome, predictors in self.regressions:
            b = jnp.linalg.solve(r[np.ix_(predictors, predictors)], r[predictors, outcome])
            parts += [b, (b @ r[predictors, outcome])[None]]
        return jnp.concatenate(parts)


def _measured(design: Questionnaire) -> tuple[IntArray, Array]:
    """Positions (m,) of the measured items, and (m, c) which construct each belongs to."""
    if design.factor_of is not None:
        factor_of = np.asarray(design.factor_of)
    else:
        weights = np.zeros((0, design.p)) if design.weights is None else design.weights
        owners = (weights != 0).sum(0)
        factor_of = (
            np.where(owners == 1, (weights != 0).argmax(0), -1) if len(weights) else np.full(design.p, -1)
        )
    items = np.flatnonzero(factor_of >= 0)
    membership = np.zeros((items.size, len(design.scores)))
    membership[np.arange(items.size), factor_of[items]] = 1.0
    return items, membership


def _symmetric(slopes: Array) -> Array:
    return (slopes + np.swapaxes(slopes, -1, -2)) / 2
