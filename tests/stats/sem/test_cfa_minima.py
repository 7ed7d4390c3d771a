"""A discrepancy with several minima: the lower one is the likelihood's."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_model import first_items, measurement_structure
from smartcity_survey.stats.sem.cfa_start import alike_factors, starting_values
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import fit_structures
from smartcity_survey.stats.sem.structure import Matrices
from tests.stats.structural_data import blocks


def swapped_items() -> Array:
    """Answers of 200 to three constructs of three items, two of which stand under each other's construct."""
    rng = np.random.default_rng(1)
    factors = np.sqrt(0.3) * rng.normal(size=(200, 1)) + np.sqrt(0.7) * rng.normal(size=(200, 3))
    x = 0.8 * np.repeat(factors, 3, axis=1) + 0.6 * rng.normal(size=(200, 9))
    x[:, [0, 3]] = x[:, [3, 0]]
    return x


def test_of_two_minima_the_lower_one_is_found() -> None:
    """Each factor's own items lead to one, a likelihood from other starting values to a lower one."""
    S, pattern = covariance(swapped_items(), ddof=0), blocks((3, 3, 3))
    found = fit_cfa(S, 200, pattern)
    structure = measurement_structure(pattern, "unit_variance", first_items(pattern))
    sd = np.sqrt(np.diagonal(S))
    sample = [Sample(200, S / np.outer(sd, sd))]
    lowest = []
    for start in (starting_values, alike_factors):
        matrices = Matrices.zeros(9, 3)
        matrices.loadings[:], matrices.factor_cov[:], uniquenesses = start(sample[0].covariance, pattern)
        np.fill_diagonal(matrices.residual_cov, uniquenesses)
        lowest.append(fit_structures([structure], sample, structure.values(matrices)).f_min)
    assert lowest[1] < lowest[0] - 0.01
    assert found.chi2 == pytest.approx(200 * lowest[1], rel=1e-9)
