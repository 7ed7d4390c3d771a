"""What a graded response model tells: information along the trait, reliability, answers that do not fit."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.measurement.graded_response import (
    NODES,
    GradedItem,
    GradedResponse,
    category_probabilities,
    probability_slopes,
)


def item_information(item: GradedItem, trait: Array) -> Array:
    """(q,): Fisher information of an item about the trait, at trait (q,).

    Source: Samejima (1969): squared derivatives of the categories' probabilities over the probabilities.
    """
    probabilities = category_probabilities(item.slope, item.intercepts, trait)
    # The trait enters as the intercepts do together, times the slope.
    by_trait = probability_slopes(item.slope, item.intercepts, trait)[..., 1:].sum(axis=2) * item.slope
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.square(by_trait) / probabilities
    return np.asarray(np.where(probabilities > 0, each, 0).sum(axis=1))


def trait_scores(fit: GradedResponse) -> tuple[Array, Array]:
    """Mean and standard deviation (n,), (n,) of every respondent's trait given the answers (EAP)."""
    mean = fit.posterior @ NODES
    return mean, np.sqrt(np.maximum(fit.posterior @ np.square(NODES) - np.square(mean), 0))


def trait_reliability(fit: GradedResponse) -> float:
    """Variance of the traits' means over itself plus the mean of their variances given the answers."""
    mean, sd = trait_scores(fit)
    between = float(mean.var())
    return between / (between + float(np.square(sd).mean()))


def person_fit(fit: GradedResponse) -> Array:
    """(n,): standardised log-likelihood lz of each respondent's answers, at the mean of the trait.

    Low values are of answers that the model does not expect of anybody; they spread somewhat less than normal
    ones, as the trait is estimated. nan where the answers could not have been others.

    Source: Drasgow, Levine & Williams (1985), British Journal of Mathematical and Statistical Psychology 38,
    67-86, equations 4-7.
    """
    trait = trait_scores(fit)[0]
    observed, expected, variance = np.zeros((3, len(trait)))
    for item, codes in zip(fit.items, fit.codes.T, strict=True):
        probabilities = np.maximum(category_probabilities(item.slope, item.intercepts, trait), 1e-300)
        logs = np.log(probabilities)
        mean = (probabilities * logs).sum(axis=1)
        observed += logs[np.arange(len(trait)), codes]
        expected += mean
        variance += (probabilities * np.square(logs)).sum(axis=1) - np.square(mean)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((observed - expected) / np.sqrt(variance))
