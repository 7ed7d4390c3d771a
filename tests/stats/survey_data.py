"""A small simulated survey: three predictors and an outcome of three items each, and two covariates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.items.item_moments import ItemMoments

CONSTRUCTS = 4
ITEMS = 3
SLOPES = np.array([0.5, 0.3, 0.0])
BLOCKS: BoolArray = np.repeat(np.eye(CONSTRUCTS, dtype=bool), ITEMS, axis=0)


def latent_survey(n: int, seed: int, slopes: Array = SLOPES) -> tuple[Array, Array, Array]:
    """Constructs (n, 4), outcome last, continuous items (n, 12) with loadings .8, and covariates (n, 2)."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    predictors = 0.6 * common + 0.8 * rng.normal(size=(n, 3))
    covariates = np.column_stack([rng.normal(size=n) + predictors[:, 0], rng.integers(0, 2, n)])
    outcome = predictors @ slopes + 0.7 * rng.normal(size=n)
    constructs = np.column_stack([predictors, outcome / outcome.std()])
    items = constructs[:, BLOCKS.argmax(axis=1)] * 0.8 + 0.6 * rng.normal(size=(n, CONSTRUCTS * ITEMS))
    return constructs, items, covariates


def answered_survey(n: int, seed: int, slopes: Array = SLOPES) -> tuple[Array, Array]:
    """The items as answers from 1 to 5, and the covariates."""
    _, items, covariates = latent_survey(n, seed, slopes)
    return np.digitize(items, [-1.3, -0.5, 0.4, 1.2]) + 1.0, covariates


def changes_without(
    survey: tuple[Array, Array], build: Callable[[Array, Array], Any], respondents: Sequence[int]
) -> tuple[Array, Array]:
    """What leaving each respondent out changes in the correlations, times n - 1, and their influence."""
    whole = build(*survey)
    changes = [
        (whole.correlation - build(*(np.delete(part, i, axis=0) for part in survey)).correlation)
        * (len(whole.influence) - 1)
        for i in respondents
    ]
    return np.array(changes), whole.influence[list(respondents)]


def whole_influence(moments: ItemMoments) -> Array:
    """(n, m, m): influence of all respondents on all correlations of items and covariates."""
    every = slice(None)
    items = moments.influence_on_products(np.eye(moments.p), every)
    return np.concatenate((items, moments.influence_beside(every)), axis=2)
