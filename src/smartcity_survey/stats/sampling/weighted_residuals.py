"""Which covariances a model of weighted or clustered answers misses by more than sampling error."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sampling.pseudo_likelihood import parameter_influence
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sem.cfa_residuals import NEGLIGIBLE, CovarianceResiduals
from smartcity_survey.stats.sem.maximum_likelihood import Fitted


def design_residuals(fit: Fitted, x: Array, design: SurveyDesign) -> CovarianceResiduals:
    """Residuals of a model of one group, fitted to the weighted moments of x (n, p), and linearised errors.

    A respondent's influence on a residual is that on the weighted covariance less that on the model's, which
    follows from the influence on the parameters; clusters count G / (G - 1) times, as in `design_covariance`.
    Binder (1983), International Statistical Review 51, 279-292. lavaan's `lavResiduals` has the same
    residuals, but errors of the normal theory, weights or not.
    """
    ml = fit.ml
    point, sample = ml.points[0], ml.samples[0].covariance
    at, n, p = point.moments, design.n, len(sample)
    deviations = x - design.weights @ x / n
    of_parameters = parameter_influence(ml, x, design)
    left, right = at.columns[:, at.left], at.columns[:, at.right]
    by_parameter = np.eye(len(ml.theta))[ml.structures[0].parameter]
    std_err = np.zeros((p, p))
    for item in range(p):
        # One row of the triangle at a time: n numbers for each of its pairs.
        slopes = at.scale * (left[item] * right[: item + 1] + right[item] * left[: item + 1]) @ by_parameter
        of_pairs = deviations[:, [item]] * deviations[:, : item + 1] - sample[item, : item + 1]
        influence = (of_pairs - of_parameters @ slopes.T) / n
        std_err[item, : item + 1] = np.sqrt(np.square(design.totals(influence)).sum(axis=0))
    if design.clusters is not None:
        std_err *= np.sqrt(design.units / (design.units - 1))
    std_err = np.tril(std_err) + np.tril(std_err, -1).T
    residuals = sample - at.covariance
    sd = np.sqrt(np.diagonal(sample))
    scale = np.outer(sd, sd)
    z = np.divide(residuals, std_err, out=np.full((p, p), np.nan), where=std_err > NEGLIGIBLE * scale)
    return CovarianceResiduals(residuals, residuals / scale, std_err, z)
