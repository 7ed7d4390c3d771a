"""Correlations of items with missing answers, with what each respondent contributes to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.evidence.construct_moments import ConstructMoments
from smartcity_survey.stats.items.held_influence import HeldInfluence
from smartcity_survey.stats.missing.moment_information import moment_influence
from smartcity_survey.stats.missing.normal_moments import em_moments
from smartcity_survey.stats.missing.pairwise import pairwise_correlation


@dataclass(frozen=True, slots=True, eq=False)
class IncompleteItems(HeldInfluence):
    """Moments of answers with gaps, over n respondents.

    spread : (p,), standard deviations of the items (divisor n).
    joint : (n, m, m), influence on the covariances of the items and covariates once standardised.
    """

    spread: Array
    joint: Array

    def of_items(self, items: Sequence[int]) -> IncompleteItems:
        """The moments of some of the items and all covariates."""
        column = self.columns(items)
        row = column[:, None]
        return IncompleteItems(
            self.correlation[row, column],
            len(items),
            self.whole[:, row, column],
            self.spread[items],
            self.joint[:, row, column],
        )


def em_items(x: Array, covariates: Array) -> IncompleteItems:
    """Items x (n, p), nan where there is no answer, and covariates (n, d) without gaps, by `em_moments`.

    Influence is that of maximum-likelihood estimates: the inverse observed information times the derivatives
    of a respondent's likelihood.

    Raises
    ------
    What `em_moments` raises. Every respondent has an answer or a covariate.
    """
    moments = em_moments(np.hstack((x, covariates)))
    spread = np.sqrt(np.diagonal(moments.covariance))
    joint = moment_influence(moments) / np.outer(spread, spread)
    own = np.diagonal(joint, axis1=1, axis2=2)
    R, p = moments.correlation, x.shape[1]
    whole = joint - R / 2 * (own[:, :, None] + own[:, None, :])
    return IncompleteItems(R, p, whole, spread[:p], joint)


def pairwise_items(x: Array, covariates: Array) -> IncompleteItems:
    """As `em_items`, each correlation by the respondents who answered both items.

    Who answered one of them alone has no influence on it.

    Raises
    ------
    What `pairwise_correlation` raises.
    """
    every = np.hstack((x, covariates))
    R, n = pairwise_correlation(every), len(every)
    given = (~np.isnan(every)).astype(np.float64)
    centre = np.nanmean(every, axis=0)
    values = np.where(given > 0, every - centre, 0.0)
    together = given.T @ given
    # Of the row's variable, over those who answered the column's.
    mean = values.T @ given / together
    spread = np.sqrt(np.square(values).T @ given / together - np.square(mean))
    both = given[:, :, None] * given[:, None, :] * (n / together)
    first = (values[:, :, None] - mean) / spread
    second = first.transpose(0, 2, 1)
    product = first * second
    joint = both * (product - R)
    whole = both * (product - R / 2 * (np.square(first) + np.square(second)))
    return IncompleteItems(R, x.shape[1], whole, np.diagonal(spread)[: x.shape[1]], joint)


def composite_moments(items: IncompleteItems, weights: Array) -> ConstructMoments:
    """Moments of sums of standardised items, weights (c, p), which are taken as given.

    As `score_moments`: influence is that of covariances of composites once standardised, so that a
    regression on it has sandwich errors. Nobody has scores.
    """
    m, p, c = len(items.correlation), items.p, len(weights)
    every = np.zeros((c + m - p, m))
    every[:c, :p] = weights
    every[c:, p:] = np.eye(m - p)
    C = every @ items.correlation @ every.T
    every /= np.sqrt(np.diagonal(C))[:, None]
    C = every @ items.correlation @ every.T
    np.fill_diagonal(C, 1.0)
    return ConstructMoments(C, every @ items.joint @ every.T, None)
