"""Groups of respondents that the tests of invariance share."""

from __future__ import annotations

from typing import Any

import numpy as np

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sem.likelihood import Sample

from .structural_data import blocks, holzinger, holzinger_scores, moments

LEVELS = ("configural", "metric", "scalar", "strict")
# Of the simulated groups.
LOADINGS = np.array([1.0, 0.8, 0.9, 0.7, 1.0, 0.8, 0.9, 0.7])
SHIFT = np.array([0.5, -0.3])


def in_groups(x: Array, label: Any) -> list[Sample]:
    """One sample per label, in the order in which labels first appear (lavaan's order)."""
    return [Sample(len(part), moments(part), part.mean(axis=0)) for part in split(x, label)]


def split(x: Array, label: Any) -> list[Array]:
    """Answers of the groups, in the same order."""
    label = np.asarray(label)
    return [x[label == name] for name in dict.fromkeys(label.tolist())]


def schools() -> list[Sample]:
    """The pupils of Holzinger and Swineford (1939) by school."""
    return in_groups(holzinger_scores(), holzinger()["school"])


def school_scores() -> list[Array]:
    """Their test scores."""
    return split(holzinger_scores(), holzinger()["school"])


def two_groups(
    seed: int, n: int, *, loading: float = 0.0, intercept: float = 0.0, noise: float = 1.0
) -> list[Sample]:
    """Two factors of four items; the second group's factors are higher by `SHIFT`, and vary more.

    loading, intercept : what the second item of the second group has more. noise : its residuals' spread.
    """
    rng = np.random.default_rng(seed)
    samples = []
    for group in (0, 1):
        loadings = LOADINGS * blocks((4, 4)).T
        loadings[0, 1] += loading * group
        factors = rng.multivariate_normal(group * SHIFT, (1 + group) * np.array([[1, 0.4], [0.4, 1]]), size=n)
        residuals = 0.6 * rng.normal(size=(n, 8)) * (noise if group else 1.0)
        x = 3 + factors @ loadings + residuals
        x[:, 1] += intercept * group
        samples.append(Sample(n, moments(x), x.mean(axis=0)))
    return samples
