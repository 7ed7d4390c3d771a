"""Blindfolding: the Stone-Geisser Q2. Dated; `pls_prediction` says what Q2 only appears to say.

Q2 predicts cells left out from a model that has seen the rest of the same respondents, so it is no measure of
out-of-sample prediction (Shmueli et al. 2016). It is here because readers of older studies ask for it.
"""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.model import PlsModel


def omission_distance(n: int, wanted: int = 7) -> int:
    """The first distance from `wanted` upwards that does not divide n.

    A divisor would leave out the same respondents in every column.
    """
    distance = wanted
    while n % distance == 0:
        distance += 1
    return distance


def blindfolding_q2(
    x: Array, model: PlsModel, distance: int, *, tolerance: float = 1e-12, max_iterations: int = 1000
) -> Array:
    """(c,): cross-validated redundancy of the constructs that paths explain; nan for the others.

    The cells of a construct's items in answers x (n, p) are counted column by column; every `distance`-th is
    left out and replaced by the mean of the column's others, the model is fitted anew, and the cell is
    predicted from the scores of the construct's antecedents. Q2 = 1 - squared errors over those of the mean,
    over all rounds, in units of the items' standard deviations.

    Chin (1998) in Marcoulides (ed.), Modern Methods for Business Research, 317-318.

    Raises
    ------
    ValueError where n is a multiple of the distance; all that `fit_pls` raises.
    """
    n = len(x)
    if n % distance == 0:
        raise ValueError(f"{n} respondents are a multiple of the omission distance {distance}")
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    q2 = np.full(model.blocks.shape[1], np.nan)
    for target in np.flatnonzero(model.paths.any(axis=0)):
        block = np.flatnonzero(model.blocks[:, target])
        cell = np.arange(n * len(block)).reshape(len(block), n).T
        errors = naive = 0.0
        for start in range(distance):
            omitted = cell % distance == start
            means = np.where(omitted, 0.0, z[:, block]).sum(axis=0) / (~omitted).sum(axis=0)
            filled = z.copy()
            filled[:, block] = np.where(omitted, means, z[:, block])
            centre, spread = filled.mean(axis=0), filled.std(axis=0, ddof=1)
            fit = fit_pls(correlation(filled), n, model, tolerance=tolerance, max_iterations=max_iterations)
            scores = (filled - centre) / spread @ fit.outer_weights
            predicted = np.outer(scores @ fit.path_coefficients[:, target], fit.loadings[block, target])
            predicted = centre[block] + predicted * spread[block]
            errors += float((((z[:, block] - predicted) ** 2)[omitted]).sum())
            naive += float((((z[:, block] - means) ** 2)[omitted]).sum())
        q2[target] = 1 - errors / naive
    return q2
