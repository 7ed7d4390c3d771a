"""Sampling weights and clusters, and the variances of estimates that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from smartcity_survey.stats.core.design import check_weights
from smartcity_survey.stats.core.errors import StatisticsError, TooFewUnits
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sampling.calibration import Calibration

FEWEST_CLUSTERS = 2


@dataclass(frozen=True, slots=True, eq=False)
class SurveyDesign:
    """How n respondents were drawn, with replacement and in one stratum.

    weights : (n,), that average 1. clusters : (n,), codes 0, 1, ... of the clusters drawn as a whole; None
        where respondents were drawn one by one. weighted : whether weights were given. calibration : margins
        that they were raked to; None where they were not, or are to be taken as given.
    """

    weights: Array
    clusters: IntArray | None
    weighted: bool
    calibration: Calibration | None = None

    @classmethod
    def of(cls, n: int, weights: Array | None = None, clusters: IntArray | None = None) -> SurveyDesign:
        """A design of n respondents; weights (n,) of any scale, clusters (n,) of any codes.

        Raises
        ------
        InvalidWeights, StatisticsError (not one cluster for each row), TooFewUnits (a single cluster).
        """
        scaled = np.ones(n)
        if weights is not None:
            check_weights(weights, n)
            scaled = weights / weights.mean()
        codes = None
        if clusters is not None:
            if clusters.shape != (n,):
                raise StatisticsError(f"{clusters.size} clusters for {n} rows")
            found, codes = np.unique(clusters, return_inverse=True)
            if len(found) < FEWEST_CLUSTERS:
                raise TooFewUnits(len(found), FEWEST_CLUSTERS)
        return cls(scaled, codes, weights is not None)

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.weights)

    @property
    def units(self) -> int:
        """Units that were drawn: clusters, or respondents."""
        return self.n if self.clusters is None else int(self.clusters.max()) + 1

    def degrees_of_freedom(self, k: int) -> int:
        """What the units leave beside k coefficients and a constant.

        Raises
        ------
        TooFewUnits : nothing.
        """
        if self.units < k + 2:
            raise TooFewUnits(self.units, k + 2)
        return self.units - k - 1

    def totals(self, values: Array) -> Array:
        """(units, ...): weighted sums of values (n, ...) within each unit that was drawn."""
        weighted = values * self.weights.reshape(-1, *(1 for _ in values.shape[1:]))
        if self.clusters is None:
            return np.asarray(weighted)
        sums = np.zeros((self.units, *values.shape[1:]))
        np.add.at(sums, self.clusters, weighted)
        return sums

    def covariance_of_total(self, values: Array) -> Array:
        """(q, q): sampling covariances of the weighted totals of values (n, q).

        The linearised variance of an estimate is that of the total of its influences: the squares of the
        units' deviations from their mean times G / (G - 1), of G units (Binder 1983, International
        Statistical Review 51, 279-292); of raked weights, that of the influences' residuals on the margins.
        """
        if self.calibration is None:
            sums = self.totals(values)
        else:
            scale = float(self.weights[0] / self.calibration.weights[self.calibration.rows[0]])
            sums = self.calibration.totals(values, scale)
        units, deviations = len(sums), sums - sums.mean(axis=0)
        return np.asarray(deviations.T @ deviations * (units / (units - 1)))

    def subset(self, rows: BoolArray) -> SurveyDesign:
        """The design of some of the respondents: rows (n,) as a mask."""
        found = SurveyDesign.of(
            int(rows.sum()),
            self.weights[rows] if self.weighted else None,
            None if self.clusters is None else self.clusters[rows],
        )
        return (
            found if self.calibration is None else replace(found, calibration=self.calibration.subset(rows))
        )


def effective_size(weights: Array) -> float:
    """Kish's (1965, section 8.2) effective sample size, (sum w)^2 / sum w^2, of positive weights (n,)."""
    relative = weights / weights.max()
    return float(relative.sum() ** 2 / (relative**2).sum())


def design_effect(weights: Array) -> float:
    """Kish's design effect of unequal weights (n,): respondents over their effective number."""
    return len(weights) / effective_size(weights)
