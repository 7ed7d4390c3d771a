"""How nearly the predictors of a regression determine one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.design import factor_design
from smartcity_survey.stats.core.types import Array


@dataclass(frozen=True, slots=True)
class Collinearity:
    """Collinearity diagnostics of k predictors and the constant, dimensions in order of eigenvalue.

    eigenvalues : (k+1,), of the uncentred cross-products with unit-length columns; they sum to k + 1.
    condition_indices : (k+1,), square root of the largest eigenvalue over each.
    variance_proportions : (k+1, k+1), row = dimension, column = coefficient, constant first;
        the share of the coefficient's variance that belongs to the dimension; columns sum to 1.
    """

    eigenvalues: Array
    condition_indices: Array
    variance_proportions: Array


def collinearity_diagnostics(x: Array, weights: Array | None = None) -> Collinearity:
    """Condition indices and variance proportions of predictors x (n, k), as in SPSS.

    Source: Belsley, Kuh & Welsch (1980), chapter 3; the constant is a column, nothing is centred.
    A condition index above 30 with two or more proportions above .5 is their sign of trouble.

    Raises
    ------
    As `factor_design`.
    """
    root_weights = factor_design(x, weights).root_weights
    columns = np.column_stack([np.ones(len(x)), x]) * root_weights[:, None]
    columns /= np.linalg.norm(columns, axis=0)
    singular, rotation = np.linalg.svd(columns, full_matrices=False)[1:]
    components = np.square(rotation / singular[:, None])
    return Collinearity(
        eigenvalues=np.square(singular),
        condition_indices=singular[0] / singular,
        variance_proportions=components / components.sum(axis=0),
    )
