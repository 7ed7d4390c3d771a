"""Confirmatory factors and structural equations of incomplete answers, by full-information ML."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.missing.moment_information import saturated
from smartcity_survey.stats.missing.normal_moments import NormalMoments
from smartcity_survey.stats.sem.cfa import CfaFit, cfa_record, correlations_of, fit_cfa, rescaled
from smartcity_survey.stats.sem.cfa_model import Scaling, first_items, measurement_structure
from smartcity_survey.stats.sem.cfa_robust import ScaledTest
from smartcity_survey.stats.sem.incomplete import (
    IncompleteFit,
    corrected_test,
    fit_incomplete,
    incomplete_fit_at,
    with_intercepts,
)
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE, Minimum
from smartcity_survey.stats.sem.sem import SemFit, require_recursive, sem_record, structural_model


@dataclass(frozen=True, slots=True, eq=False)
class IncompleteCfa:
    """A measurement model of incomplete answers. cfa : its estimates with robust standard errors; its
    parameters end with the intercepts of the items. likelihood : what the likelihood says of it.
    test : its scaled chi-square with robust indices."""

    cfa: CfaFit
    likelihood: IncompleteFit
    test: ScaledTest


@dataclass(frozen=True, slots=True, eq=False)
class IncompleteSem:
    """A structural model of incomplete answers. sem : its estimates with robust standard errors; its
    parameters end with the intercepts of the items. likelihood : what the likelihood says of it.
    test : its scaled chi-square with robust indices."""

    sem: SemFit
    likelihood: IncompleteFit
    test: ScaledTest


def fit_incomplete_cfa(
    moments: NormalMoments,
    pattern: BoolArray,
    *,
    pairs: IntArray | None = None,
    scaling: Scaling = "marker",
    markers: IntArray | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> IncompleteCfa:
    """Fit a measurement model to incomplete answers, whose saturated model is known.

    Parameters
    ----------
    moments : of the answers, by `em_moments`. Others as of `fit_cfa`.

    The iteration begins at the model of the saturated covariances. Estimates and test as lavaan's
    `missing = "fiml"`; standard errors as with `estimator = "MLR"`.

    Raises
    ------
    As `fit_cfa`.
    """
    markers = first_items(pattern) if markers is None else markers
    S, sd = moments.covariance, np.sqrt(np.diagonal(moments.covariance))
    first = fit_cfa(
        correlations_of(S),
        moments.n,
        pattern,
        pairs=pairs,
        scaling="unit_variance",
        markers=markers,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    # On items of variance 1 and factors of variance 1, so that neither units nor markers matter.
    standard_moments = _standardised(moments, sd)
    unit = with_intercepts(measurement_structure(pattern, "unit_variance", markers, first.pairs))
    start = np.concatenate((first.ml.theta, standard_moments.mean))
    minimum = fit_incomplete(
        unit, standard_moments, start, tolerance=tolerance, max_iterations=max_iterations
    )
    of_moments = saturated(standard_moments)
    trace = of_moments.trace()
    standard = incomplete_fit_at(unit, standard_moments, minimum, trace)
    structure, theta = rescaled(standard.ml, sd, pattern, markers, scaling, first.pairs)
    intercepts = minimum.theta[-len(sd) :] * sd
    found = incomplete_fit_at(
        with_intercepts(structure),
        moments,
        Minimum(np.concatenate((theta, intercepts)), minimum.gradient_norm, minimum.n_iterations),
        trace,
    )
    test = corrected_test(standard, standard_moments, of_moments)
    cfa = cfa_record(found.ml, standard.ml, pattern, markers, first.pairs)
    return IncompleteCfa(cfa, found, test)


def fit_incomplete_sem(
    moments: NormalMoments,
    pattern: BoolArray,
    paths: BoolArray,
    *,
    pairs: IntArray | None = None,
    markers: IntArray | None = None,
    level: float = 0.95,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> IncompleteSem:
    """Fit regressions among factors to incomplete answers, whose saturated model is known.

    Parameters
    ----------
    moments : of the answers, by `em_moments`. Others as of `fit_sem`.

    Raises
    ------
    As `fit_sem`.
    """
    require_recursive(paths)
    measured = fit_incomplete_cfa(
        moments, pattern, pairs=pairs, markers=markers, tolerance=tolerance, max_iterations=max_iterations
    ).cfa
    structure, start = structural_model(measured, paths)
    intercepts = measured.ml.theta[-len(pattern) :]
    structure = with_intercepts(structure)
    start.intercepts[:] = intercepts
    minimum = fit_incomplete(
        structure,
        moments,
        structure.values(start),
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    of_moments = saturated(moments)
    found = incomplete_fit_at(structure, moments, minimum, of_moments.trace())
    test = corrected_test(found, moments, of_moments)
    return IncompleteSem(sem_record(found.ml, measured, paths, level), found, test)


def _standardised(moments: NormalMoments, sd: Array) -> NormalMoments:
    """Moments of the items over their standard deviations."""
    stretched = float((~np.isnan(moments.rows)).sum(axis=0) @ np.log(sd))
    return NormalMoments(
        n=moments.n,
        mean=moments.mean / sd,
        covariance=moments.covariance / np.outer(sd, sd),
        log_likelihood=moments.log_likelihood + stretched,
        baseline_log_likelihood=moments.baseline_log_likelihood + stretched,
        patterns=moments.patterns,
        rows=moments.rows / sd,
        n_iterations=moments.n_iterations,
    )
