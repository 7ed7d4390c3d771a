"""Exploratory structural equation models of weighted, clustered or non-normal answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.measurement.esem import Esem, fit_esem
from smartcity_survey.stats.sampling.pseudo_likelihood import (
    design_covariance,
    require_units,
    scaled_design_test,
    slope_products,
)
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sem.cfa_robust import ScaledTest


@dataclass(frozen=True, slots=True, eq=False)
class DesignEsem:
    """esem : a model whose errors allow for the design. test : of its fit, robust indices too."""

    esem: Esem
    test: ScaledTest


def fit_design_esem(x: Array, pattern: BoolArray, design: SurveyDesign) -> DesignEsem:
    """`fit_esem` to answers x (n, p) that a design gave: lavaan's MLR with `sampling.weights` and `cluster`.

    Errors by the sandwich, bordered by what the rotation holds: second derivatives observed, slopes of the
    units that were drawn. A design without weights and clusters has MLR's of independent respondents.

    Raises
    ------
    As `fit_esem`; TooFewUnits (fewer clusters than factors).
    """
    require_units(design, pattern)
    S = weighted_covariance(x, design, 0)
    standard = x / np.sqrt(np.diagonal(S))
    found = fit_esem(S, design.n, pattern, lambda point: slope_products(point, standard, design))
    ml = replace(found.ml, covariance=design_covariance(found.ml, x, design))
    return DesignEsem(replace(found, ml=ml), scaled_design_test(found.ml, x, design))
