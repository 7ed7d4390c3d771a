"""Do groups of respondents understand the items alike? A ladder of ever stricter equality across groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartcity_survey.stats.core.significance import ChiSquareTest, chi_square_test
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sem.cfa_fit import CfaIndices, fit_indices
from smartcity_survey.stats.sem.cfa_robust import Correction, ScaledTest, scaled_difference, scaled_test
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE
from smartcity_survey.stats.sem.multigroup import Exempt, Level, MultigroupFit, fit_groups


@dataclass(frozen=True, slots=True)
class Rung:
    """A level of the ladder, and its difference from the level below; None at the configural level.

    difference : likelihood-ratio test. d_cfi, d_rmsea, d_srmr : this level less the one below, so that worse
        fit is a negative d_cfi and positive d_rmsea and d_srmr; robust where the answers were given.
    scaled, scaled_difference : the tests of level and difference for answers that are not normal (Satorra and
        Bentler 1994, 2001, or Yuan and Bentler 2000); None where the answers were not given.
    """

    fit: MultigroupFit
    indices: CfaIndices
    difference: ChiSquareTest | None
    d_cfi: float | None
    d_rmsea: float | None
    d_srmr: float | None
    scaled: ScaledTest | None
    scaled_difference: ChiSquareTest | None

    @property
    def judged(self) -> CfaIndices | ScaledTest:
        """Chi-square, CFI and RMSEA that hold of the answers; see `judged_by`."""
        return judged_by(self.indices, self.scaled)


def judged_by(indices: CfaIndices, scaled: ScaledTest | None) -> CfaIndices | ScaledTest:
    """The scaled test with its robust indices, where there is one and something to scale."""
    return indices if scaled is None or scaled.df == 0 else scaled


def invariance_ladder(
    samples: Sequence[Sample],
    pattern: BoolArray,
    *,
    markers: IntArray | None = None,
    exempt: Exempt | None = None,
    answers: Sequence[Array] | None = None,
    correction: Correction = "satorra_bentler",
    up_to: Level = Level.STRICT,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> tuple[Rung, ...]:
    """Configural, metric, scalar and strict invariance, in this order, of a model fitted to G groups.

    Parameters are those of `fit_groups`; `answers`, (n, p) of each group, add tests scaled by `correction`.

    Cut-offs are the caller's: Chen (2007), Structural Equation Modeling 14, 464-504, takes d_cfi below -.010
    with d_rmsea above .015 (or d_srmr above .030 for loadings, .010 for intercepts and uniquenesses) as lack
    of invariance; Cheung and Rensvold (2002), ibid. 9, 233-255, d_cfi alone.

    Raises
    ------
    What `fit_groups` raises; StatisticsError (the answers are not those of the samples).
    """
    rungs: list[Rung] = []
    for level in Level:
        if level > up_to:
            break
        fit = fit_groups(
            samples,
            pattern,
            level,
            markers=markers,
            exempt=exempt,
            tolerance=tolerance,
            max_iterations=max_iterations,
        )
        scaled = None if answers is None else scaled_test(fit, answers, correction)
        rungs.append(_rung(fit, scaled, rungs[-1] if rungs else None))
    return tuple(rungs)


def _rung(fit: MultigroupFit, scaled: ScaledTest | None, below: Rung | None) -> Rung:
    indices = fit_indices(fit)
    if below is None:
        return Rung(fit, indices, None, None, None, None, scaled, None)
    own, before = judged_by(indices, scaled), below.judged
    worse = indices.chi2 - below.indices.chi2
    robust = None
    if scaled is not None and below.scaled is not None:
        robust = scaled_difference(scaled, indices.chi2, below.scaled, below.indices.chi2)
    return Rung(
        fit=fit,
        indices=indices,
        difference=chi_square_test(max(worse, 0.0), indices.df - below.indices.df),
        d_cfi=own.cfi - before.cfi,
        d_rmsea=own.rmsea - before.rmsea,
        d_srmr=indices.srmr - below.indices.srmr,
        scaled=scaled,
        scaled_difference=robust,
    )
