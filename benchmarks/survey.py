"""The survey that both sides are timed on, and a larger one of the same kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ANSWERS = Path(__file__).resolve().parents[1] / "tests" / "reference" / "data" / "sim676.csv"
SIZES = {"A": 5, "B": 4, "C": 6, "D": 5, "E": 9, "F": 10, "Y": 9}
OWNER = np.repeat(np.arange(7), list(SIZES.values()))
ITEMS = [f"{construct}{number}" for construct, size in SIZES.items() for number in range(1, size + 1)]


def answers() -> NDArray[np.float64]:
    """(676, 48): the simulated survey of the reference values, seven constructs, six explain the seventh."""
    return np.loadtxt(ANSWERS, delimiter=",", skiprows=1, usecols=range(48), encoding="utf-8")


def genders() -> NDArray[np.float64]:
    """(676,): the group of each respondent of that survey, 1 or 2."""
    return np.loadtxt(ANSWERS, delimiter=",", skiprows=1, usecols=48, encoding="utf-8")


def larger(n: int, seed: int = 0) -> NDArray[np.int8]:
    """(n, 51): five-point answers from seven correlated factors, made in pieces."""
    owner = larger_owner()
    pieces = []
    for first in range(0, n, 100_000):
        rng = np.random.default_rng([seed, first])
        rows = min(100_000, n - first)
        factors = rng.normal(size=(rows, 7)) @ np.linalg.cholesky(np.full((7, 7), 0.5) + 0.5 * np.eye(7)).T
        latent = 0.75 * factors[:, owner] + 0.66 * rng.normal(size=(rows, len(owner)))
        pieces.append(np.clip(np.rint(3.5 + latent), 1, 5).astype(np.int8))
    return np.concatenate(pieces)


def larger_owner() -> NDArray[np.int64]:
    """(51,): construct of each item of the larger survey."""
    return np.repeat(np.arange(7), [6, 5, 7, 5, 9, 10, 9])
