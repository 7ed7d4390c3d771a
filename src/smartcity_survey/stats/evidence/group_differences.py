"""Do two groups of weighted or clustered respondents differ? By linearised variances.

A permutation supposes that all else is alike in both groups, unequal weights among it; linearised variances
do not. Only the correlation of composites, which cannot exceed 1, has no such test and is permuted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.draws import Take, make_all
from smartcity_survey.stats.core.errors import InGroup, StatisticsError, TooFewRows
from smartcity_survey.stats.core.significance import t_quantile, t_two_sided
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.evidence.composites_by_design import compare_composites
from smartcity_survey.stats.evidence.influence_on_paths import path_influence
from smartcity_survey.stats.items.item_moments import pearson_moments
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.micom import GroupComparison, PermutationTest
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sem.cfa import correlations_of


def compare_by_design(
    x: Array,
    model: PlsModel,
    second: BoolArray,
    design: SurveyDesign,
    *,
    permutations: int,
    seed: int,
    level: float = 0.95,
    tolerance: float = 1e-12,
    max_iterations: int = 1000,
    progress: Callable[[int], None] = lambda _: None,
    take: Take = make_all,
) -> GroupComparison:
    """As `compare_groups`, of respondents with weights and clusters: t-tests of differences by the design.

    The variance of a difference is that of the total of the respondents' influences on it, with clusters that
    have people in both groups (Binder 1983); t has two degrees of freedom less than there are units, as R's
    `svyttest`. The bounds are those within which the difference of equal groups lies. Step 2 of MICOM is that
    of `compare_composites`, and alone has permutations.

    Parameters
    ----------
    x : (n, p). second : (n,). design : of the n respondents. progress, take : as in `compare_groups`.

    Raises
    ------
    As `compare_groups`; TooFewRows (fewer than three units).
    """
    df = design.units - 2
    if df < 1:
        raise TooFewRows(design.units, 3)
    whole = weighted_covariance(x, design)
    R = correlations_of(whole)
    fit = fit_pls(R, len(x), model, tolerance=tolerance, max_iterations=max_iterations)
    paths = []
    moved = np.zeros((len(x), *model.paths.shape))
    for group, members in enumerate((~second, second)):
        try:
            own = _fit_group(x[members], model, design.subset(members), tolerance, max_iterations)
        except StatisticsError as error:
            raise InGroup(group, error) from error
        # Composites point where those of all respondents do.
        signs = np.where(np.einsum("ic,ij,jc->c", own.outer_weights, R, fit.outer_weights) < 0, -1.0, 1.0)
        paths.append(own.paths * np.outer(signs, signs))
        moved[members] = own.influence * np.outer(signs, signs) / members.sum() * (1 - 2 * group)
    z = (x - design.weights @ x / len(x)) / np.sqrt(np.diagonal(whole))
    means, variances = _moments(z @ fit.outer_weights, second, design)
    composites = compare_composites(
        *(x, model, second, design),
        permutations=permutations,
        seed=seed,
        level=level,
        tolerance=tolerance,
        max_iterations=max_iterations,
        progress=progress,
        take=take,
    )
    return GroupComparison(
        correlation=composites.correlation,
        correlation_quantile=composites.quantile,
        correlation_p=composites.p,
        mean=_test(*means, design, level),
        log_variance=_test(*variances, design, level),
        first_paths=paths[0],
        second_paths=paths[1],
        paths=_test(paths[0] - paths[1], moved, design, level),
        n_first=int((~second).sum()),
        n_second=int(second.sum()),
        n_permutations=composites.n_permutations,
        n_inadmissible=composites.n_inadmissible,
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """outer_weights : (p, c). paths : (c, c). influence : (n, c, c), of each respondent on the paths."""

    outer_weights: Array
    paths: Array
    influence: Array


def _fit_group(
    x: Array, model: PlsModel, design: SurveyDesign, tolerance: float, max_iterations: int
) -> _Group:
    R = correlations_of(weighted_covariance(x, design))
    fit = fit_pls(R, design.n, model, tolerance=tolerance, max_iterations=max_iterations)
    items = pearson_moments(x, np.empty((design.n, 0)), design.weights if design.weighted else None)
    influence = path_influence(items, model).influence
    return _Group(fit.outer_weights, fit.path_coefficients, influence)


def _moments(
    scores: Array, second: BoolArray, design: SurveyDesign
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Differences (c,) of the means of scores (n, c) and of their log variances, first less second, and the
    influence (n, c) on each."""
    of_means, of_variances = np.zeros_like(scores), np.zeros_like(scores)
    means, variances = [], []
    for group, members in enumerate((~second, second)):
        w, own = design.weights[members], scores[members]
        mean = w @ own / w.sum()
        deviations = own - mean
        n = len(own)
        variance = w @ deviations**2 / w.sum() * n / (n - 1)
        sign = (1 - 2 * group) * w[:, None] / w.sum()
        of_means[members] = sign * deviations
        of_variances[members] = sign * (deviations**2 / variance * n / (n - 1) - 1)
        means.append(mean)
        variances.append(np.log(variance))
    return (means[0] - means[1], of_means), (variances[0] - variances[1], of_variances)


def _test(difference: Array, influence: Array, design: SurveyDesign, level: float) -> PermutationTest:
    """A difference (...) against none, from the influence (n, ...) of respondents, weighted already."""
    df = design.units - 2
    sums = SurveyDesign.of(design.n, clusters=design.clusters).totals(influence)
    sums = sums - sums.mean(axis=0)
    std_err = np.sqrt(np.square(sums).sum(axis=0) * design.units / (design.units - 1))
    reach = t_quantile((1 + level) / 2, df) * std_err
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.where(std_err > 0, t_two_sided(difference / std_err, df), np.nan)
    return PermutationTest(difference, -reach, reach, p)
