"""Data and models that the tests of structural models share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import semopy
from semopy.examples import holzinger39

from smartcity_survey.stats.core.types import Array, BoolArray

from .factor_data import reference, simulated_answers

HOLZINGER_FACTORS = ("visual", "textual", "speed")
HOLZINGER_ITEMS = tuple(f"x{i}" for i in range(1, 10))


@cache
def holzinger() -> Any:
    """The 301 pupils of Holzinger and Swineford (1939), as a table."""
    return holzinger39.get_data()


@cache
def holzinger_scores() -> Array:
    """(301, 9): their test scores."""
    return np.asarray(holzinger()[list(HOLZINGER_ITEMS)].to_numpy(dtype=float))


def blocks(sizes: Iterable[int]) -> BoolArray:
    """(p, k): the first items load on the first factor alone, the next ones on the second, ..."""
    sizes = list(sizes)
    return np.repeat(np.eye(len(sizes), dtype=bool), sizes, axis=0)


def holzinger_pattern() -> BoolArray:
    """(9, 3)."""
    return blocks((3, 3, 3))


def survey_pattern() -> BoolArray:
    """(48, 7), of the simulated survey."""
    expected = reference("cfa_sim676")
    return np.array([[item[0] == factor for factor in expected["factors"]] for item in expected["items"]])


def survey_answers() -> Array:
    """(676, 48), of the simulated survey."""
    return simulated_answers()


@cache
def prototype_moments() -> tuple[Array, int, BoolArray, tuple[str, ...]]:
    """Of the prototype answers: covariances (48, 48; divisor n), n, pattern (48, 7), names of the scales."""
    stored = reference("cfa_prototype")
    n, items = stored["n"], stored["items"]
    products = np.zeros((len(items), len(items)))
    products[np.tril_indices(len(items))] = stored["products"]
    products += np.tril(products, -1).T
    mean = np.array(stored["sums"]) / n
    scales = [item.rstrip("0123456789") for item in items]
    names = tuple(dict.fromkeys(scales))
    return products / n - np.outer(mean, mean), n, np.array([[s == c for c in names] for s in scales]), names


def moments(x: Array) -> Array:
    """Covariances with divisor n."""
    return np.cov(x, rowvar=False, bias=True)


def factor_data(seed: int, n: int, sizes: Sequence[int], *, noise: float = 1.0) -> Array:
    """Answers (n, p) of correlated factors with one loading per item, in units that differ by item."""
    rng = np.random.default_rng(seed)
    k, p = len(sizes), sum(sizes)
    factors = rng.normal(size=(n, k)) + 0.8 * rng.normal(size=(n, 1))
    loadings = rng.uniform(0.6, 1.2, p) * blocks(sizes).T
    units = 10.0 ** rng.uniform(-1, 1, p)
    return (factors @ loadings + noise * rng.normal(size=(n, p))) * units


def semopy_fit(description: str, data: Any) -> tuple[semopy.Model, Any]:
    """A model fitted by semopy, and its table of estimates."""
    model = semopy.Model(description)
    model.fit(data)
    return model, model.inspect(std_est=True)
