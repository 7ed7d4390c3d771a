"""Do groups of weighted or clustered respondents understand the items alike? The ladder by the design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from smartcity_survey.stats.core.errors import InGroup, StatisticsError, TooFewUnits
from smartcity_survey.stats.core.significance import ChiSquareTest, chi_square_test
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sampling.pseudo_likelihood import design_covariance, scaled_design_test
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sem.cfa_fit import CfaIndices, fit_indices
from smartcity_survey.stats.sem.cfa_robust import ScaledTest
from smartcity_survey.stats.sem.invariance import judged_by
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE
from smartcity_survey.stats.sem.multigroup import Level, MultigroupFit, fit_groups


@dataclass(frozen=True, slots=True)
class DesignRung:
    """A level of the ladder, and its difference from the level below; None at the configural level.

    indices : of the weighted moments. test : chi-square scaled by the design, with robust indices.
        difference : by Satorra and Bentler (2001) from the scaled tests. d_cfi, d_rmsea, d_srmr : as in
        `invariance_ladder`.
    """

    fit: MultigroupFit
    indices: CfaIndices
    test: ScaledTest
    difference: ChiSquareTest | None
    d_cfi: float | None
    d_rmsea: float | None
    d_srmr: float | None

    @property
    def judged(self) -> CfaIndices | ScaledTest:
        """Chi-square, CFI and RMSEA that hold of the answers; see `judged_by`."""
        return judged_by(self.indices, self.test)


def design_ladder(
    x: Array,
    groups: Sequence[BoolArray],
    pattern: BoolArray,
    design: SurveyDesign,
    *,
    markers: IntArray | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> tuple[DesignRung, ...]:
    """Configural, metric, scalar and strict invariance of answers x (n, p) that a design gave.

    As lavaan's `group` with `sampling.weights`, `cluster`, `estimator = "MLR"` and means: a group counts by
    the sum of its weights. Clusters with people in several groups count once for all of them, where lavaan
    takes them for several.

    Parameters
    ----------
    groups : (n,) each, the respondents of a group; who is in none is left out.
    pattern, markers : as in `fit_groups`.

    Raises
    ------
    As `fit_groups`; InGroup (TooFewUnits: fewer units than factors in a group).
    """
    answers, members, own = _kept(x, groups, design)
    samples = _samples(answers, members, own, pattern.shape[1])
    rungs: list[DesignRung] = []
    for level in Level:
        fit = fit_groups(
            samples, pattern, level, markers=markers, tolerance=tolerance, max_iterations=max_iterations
        )
        test = scaled_design_test(fit.ml, answers, own, members)
        rungs.append(_rung(fit, test, rungs[-1] if rungs else None))
    return tuple(rungs)


def design_configural(
    x: Array, groups: Sequence[BoolArray], pattern: BoolArray, design: SurveyDesign
) -> MultigroupFit:
    """The configural level of `design_ladder`, whose parameters' covariances allow for the design too.

    Raises
    ------
    As `design_ladder`.
    """
    answers, members, own = _kept(x, groups, design)
    fit = fit_groups(_samples(answers, members, own, pattern.shape[1]), pattern, Level.CONFIGURAL)
    return replace(fit, ml=replace(fit.ml, covariance=design_covariance(fit.ml, answers, own, members)))


def _kept(
    x: Array, groups: Sequence[BoolArray], design: SurveyDesign
) -> tuple[Array, list[BoolArray], SurveyDesign]:
    """Answers, groups and design of who is in a group."""
    kept = np.any(groups, axis=0)
    return x[kept], [group[kept] for group in groups], design.subset(kept)


def _samples(x: Array, members: Sequence[BoolArray], design: SurveyDesign, factors: int) -> list[Sample]:
    """Weighted moments of every group."""
    samples = []
    for position, group in enumerate(members):
        try:
            own = design.subset(group)
            if own.units <= factors:
                raise TooFewUnits(own.units, factors + 1)
            moments = weighted_covariance(x[group], own, 0)
        except StatisticsError as error:
            raise InGroup(position, error) from error
        weight = float(design.weights[group].sum())
        samples.append(Sample(own.n, moments, own.weights @ x[group] / own.n, weight))
    return samples


def _rung(fit: MultigroupFit, test: ScaledTest, below: DesignRung | None) -> DesignRung:
    indices = fit_indices(fit)
    if below is None:
        return DesignRung(fit, indices, test, None, None, None, None)
    own, before = judged_by(indices, test), below.judged
    return DesignRung(
        fit=fit,
        indices=indices,
        test=test,
        difference=_difference(fit, test, below),
        d_cfi=own.cfi - before.cfi,
        d_rmsea=own.rmsea - before.rmsea,
        d_srmr=indices.srmr - below.indices.srmr,
    )


def _difference(fit: MultigroupFit, test: ScaledTest, below: DesignRung) -> ChiSquareTest:
    """Satorra and Bentler (2001), Psychometrika 66, 507-514, whose scaling need not be positive: p is nan."""
    wide = below.fit.ml
    df = fit.ml.df - wide.df
    of_wide = below.test.scaling * wide.df if wide.df else 0.0
    scaling = (test.scaling * fit.ml.df - of_wide) / df
    statistic = (fit.ml.chi2 - wide.chi2) / scaling
    return chi_square_test(max(statistic, 0.0), df) if scaling > 0 else ChiSquareTest(statistic, df, np.nan)
