"""What is to be reconstructed: a questionnaire, its statistics, and what is printed of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from smartcity_survey.stats.core.types import Array

Key = tuple[str, ...]
"""Name of a statistic, such as ("loading", "SE1", "5") or ("score", "secon", "sd")."""

BEYOND_COVARIANCE = ("skewness", "kurtosis")
"""Statistics that covariances and means leave open."""
SUMMARY = (
    "r", "r2", "adj_r2", "std_error_estimate", "ss_regression", "ss_residual", "ss_total", "ms_regression",
    "ms_residual", "f",
)  # fmt: skip


@dataclass(frozen=True)
class Questionnaire:
    """A questionnaire and the analyses made of it.

    Attributes
    ----------
    n : respondents.
    items : names of the p items, answered with whole numbers from `low` to `high`.
    n_components : components rotated by varimax, 0 for none; `component_order` is settled by the targets.
    factor_of : for each item the position of its factor in the confirmatory model, -1 for an item outside it;
        None where there is no such model. Scores are then its regression factor scores.
    weights : (c, p) weights of the scores where they do not come from a factor model.
    scores : names of the c scores.
    regressions : (outcome, predictors) as positions of scores.
    frozen_rows : answers of rows that are given beforehand, because minima and maxima need them.
    item_moments, item_correlations, score_correlations, adequacy : which groups of statistics are computed.
    """

    n: int
    items: tuple[str, ...]
    low: int = 1
    high: int = 5
    n_components: int = 0
    factor_of: tuple[int, ...] | None = None
    weights: Array | None = None
    scores: tuple[str, ...] = ()
    regressions: tuple[tuple[int, tuple[int, ...]], ...] = ()
    frozen_rows: tuple[tuple[int, ...], ...] = ()
    item_moments: bool = False
    item_correlations: bool = False
    score_correlations: bool = False
    adequacy: bool = False

    @property
    def p(self) -> int:
        return len(self.items)

    @property
    def degrees_of_freedom(self) -> int:
        """Of the confirmatory factor model with correlated factors."""
        m, c = sum(factor >= 0 for factor in self.factor_of or ()), len(self.scores)
        return m * (m + 1) // 2 - 2 * m - c * (c - 1) // 2

    @property
    def has_scores(self) -> bool:
        return bool(self.scores)

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Names of all statistics, in the order they are computed in."""
        return tuple(self._keys())

    def _keys(self) -> Iterator[Key]:
        if self.item_moments:
            for name in ("mean", "sd"):
                yield from (("item", item, name) for item in self.items)
        if self.item_correlations:
            yield from _pairs("correlation", self.items)
        if self.n_components:
            k = self.n_components
            for item in self.items:
                yield from (("loading", item, str(j + 1)) for j in range(k))
            yield from (("eigenvalue", str(k)), ("eigenvalue", str(k + 1)))
            yield from (("variance_lead", str(j + 1)) for j in range(k - 1))
        if self.adequacy:
            yield from (("adequacy", "kmo"), ("adequacy", "bartlett_chi2"))
        if self.factor_of is not None:
            yield ("cfa", "chi2")
        if self.has_scores:
            for name in ("mean", "sd", "se_mean", "skewness", "kurtosis"):
                yield from (("score", score, name) for score in self.scores)
            for row in range(len(self.frozen_rows)):
                yield from (("frozen", str(row), score) for score in self.scores)
            if self.score_correlations:
                yield from _pairs("score_correlation", self.scores)
            for outcome, predictors in self.regressions:
                of = self.scores[outcome]
                yield from (("regression", of, name) for name in SUMMARY)
                for name in ("b", "std_error", "t"):
                    yield ("coefficient", of, "constant", name)
                for name in ("b", "std_error", "beta", "t"):
                    yield from (("coefficient", of, self.scores[j], name) for j in predictors)


def _pairs(kind: str, names: tuple[str, ...]) -> Iterator[Key]:
    for i, j in zip(*np.tril_indices(len(names), -1), strict=True):
        yield (kind, names[i], names[j])


@dataclass(frozen=True, slots=True)
class Target:
    """A statistic and the closed interval its value must lie in; `printed` is where that comes from.

    place : address of the printed cell, for messages alone.
    """

    key: Key
    low: float
    high: float
    printed: str = ""
    place: str = field(default="", repr=False, compare=False)

    @property
    def where(self) -> str:
        """The cell, where there is one, with the statistic's name."""
        name = " ".join(self.key)
        return f"{self.place} ({name})" if self.place else name


@dataclass(frozen=True)
class Task:
    """A design with its targets; those not among the design's keys are rejected by `boxes`."""

    design: Questionnaire
    targets: tuple[Target, ...] = field(default=())

    @cached_property
    def boxes(self) -> tuple[Array, Array]:
        """Lower and upper ends for every statistic of the design; infinite where nothing is printed."""
        place = {key: i for i, key in enumerate(self.design.keys)}
        low = np.full(len(place), -np.inf)
        high = np.full(len(place), np.inf)
        for target in self.targets:
            i = place[target.key]
            low[i], high[i] = max(low[i], target.low), min(high[i], target.high)
        return low, high

    @cached_property
    def by_key(self) -> dict[Key, list[Target]]:
        """Targets of each statistic that has some."""
        found: dict[Key, list[Target]] = {}
        for target in self.targets:
            found.setdefault(target.key, []).append(target)
        return found

    def where(self, key: Key) -> str:
        """The cells that print a statistic, with its name."""
        name, cells = " ".join(key), dict.fromkeys(t.place for t in self.by_key.get(key, ()) if t.place)
        return f"{', '.join(cells)} ({name})" if cells else name


def rounding_interval(printed: str) -> tuple[float, float]:
    """The closed interval of values that are printed like this: half a last digit to either side."""
    text = printed.strip()
    decimals = len(text.partition(".")[2])
    half = 0.5 * 10.0**-decimals
    return float(text) - half, float(text) + half
