"""Partial invariance: which items to leave free, so that what is left may be compared between groups.

Byrne, Shavelson and Muthen (1989), Psychological Bulletin 105, 456-466; which ones by score tests, as Sorbom
(1989), Psychometrika 54, 371-384, of a parameter in all groups at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from smartcity_survey.stats.core.errors import InvalidModel
from smartcity_survey.stats.core.last_bits import steady
from smartcity_survey.stats.core.multiplicity import holm
from smartcity_survey.stats.core.significance import ChiSquareTest, below_level, chi_square_test
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sem.cfa_fit import CfaIndices, fit_indices
from smartcity_survey.stats.sem.cfa_model import first_items, single_items
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.maximum_likelihood import TOLERANCE
from smartcity_survey.stats.sem.modification import extended_by
from smartcity_survey.stats.sem.multigroup import Exempt, Level, MultigroupFit, fit_groups
from smartcity_survey.stats.sem.structure import Cells, Matrix

KINDS = {Level.METRIC: "loadings", Level.SCALAR: "intercepts", Level.STRICT: "uniquenesses"}
"""Level -> what it adds to what is equal, as `Exempt` calls it."""
MATRICES = {Level.METRIC: Matrix.LOADING, Level.SCALAR: Matrix.INTERCEPT, Level.STRICT: Matrix.RESIDUAL}
_FEWEST = 2
"""Items of a factor that stay equal: a single one would restrict nothing."""


@dataclass(frozen=True, slots=True)
class Release:
    """An item let free. score : its score test, df groups less one. p : by Holm's correction among the items
    of this level that were still equal. left : test of the level once it is free."""

    item: int
    score: ChiSquareTest
    p: float
    left: ChiSquareTest


@dataclass(frozen=True, slots=True, eq=False)
class PartialRung:
    """A level of invariance, as far as it holds.

    fit, indices : with the items of `exempt` free. difference : test against the level below, both with their
        free items; None at the configural level, and where nothing is left to be equal.
    full : the same test with no item of this level free but those whose loadings are. releases : items let
        free at this level, in their order. holds : the last test does not refuse the level.
    """

    level: Level
    fit: MultigroupFit
    indices: CfaIndices
    exempt: Exempt
    full: ChiSquareTest | None
    difference: ChiSquareTest | None
    releases: tuple[Release, ...]
    holds: bool


def partial_ladder(
    samples: Sequence[Sample],
    pattern: BoolArray,
    *,
    alpha: float = 0.05,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> tuple[PartialRung, ...]:
    """Levels of invariance with as few items let free as their tests ask for.

    A level is tested against the one below. Where the test refuses it, the item whose score test is largest
    is let free and the level is tested anew, until the test does not refuse it, no score test is significant
    by Holm's correction, or a factor would keep fewer than two equal items; the level then does not hold, and
    none above is looked at. An item with a free loading has a free intercept too. The item that gives a
    factor its unit is one like others: where it is let free, the next equal item takes its place.

    Parameters
    ----------
    samples, pattern, tolerance, max_iterations : as in `fit_groups`, of items on one factor each.

    Raises
    ------
    As `fit_groups`; InvalidModel (an item loads on several factors).
    """
    several = np.flatnonzero(pattern.sum(axis=1) > 1)
    if several.size:
        raise InvalidModel("load on several factors", "items", several)

    def fitted(level: Level, exempt: Exempt) -> MultigroupFit:
        markers = first_items(pattern & ~exempt.loadings[:, None])
        return fit_groups(
            samples,
            pattern,
            level,
            markers=markers,
            exempt=exempt,
            tolerance=tolerance,
            max_iterations=max_iterations,
        )

    exempt = Exempt.none(len(pattern))
    below = fitted(Level.CONFIGURAL, exempt)
    rungs = [PartialRung(Level.CONFIGURAL, below, fit_indices(below), exempt, None, None, (), True)]
    for level, kind in KINDS.items():
        if level == Level.SCALAR:
            exempt = replace(exempt, intercepts=exempt.loadings)
        fit = fitted(level, exempt)
        full = left = _against(fit, below)
        releases: list[Release] = []
        while not (holds := _holds(left, alpha)):
            found = _next(fit, pattern, getattr(exempt, kind), alpha)
            if found is None:
                break
            free = getattr(exempt, kind).copy()
            free[found[0]] = True
            exempt = replace(exempt, **{kind: free})
            fit = fitted(level, exempt)
            left = _against(fit, below)
            releases.append(Release(*found, chi_square_test(0.0, 0) if left is None else left))
        rungs.append(PartialRung(level, fit, fit_indices(fit), exempt, full, left, tuple(releases), holds))
        if not holds:
            break
        below = fit
    return tuple(rungs)


def release_tests(fit: MultigroupFit, items: IntArray) -> tuple[ChiSquareTest, ...]:
    """Score tests of letting what the level of `fit` adds vary between groups, of one item after another.

    Each has a degree of freedom for every group but one. The items' values are equal in all groups now.
    """
    ml, groups = fit.ml, len(fit.ml.samples)
    matrix = MATRICES[fit.level]
    factor = fit.loadings[0].astype(bool).argmax(axis=1)
    column = factor[items] if matrix == Matrix.LOADING else items
    # In the first group the value stays what all groups have.
    none, own = Cells.of(matrix, np.empty(0, dtype=np.int64)), Cells.of(matrix, items, column)
    extended = extended_by(ml, [none, *[own] * (groups - 1)])
    size = len(ml.theta)
    gradient = np.zeros(len(extended.theta))
    for structure, weight, point in zip(extended.structures, ml.weights, extended.points, strict=True):
        gradient += weight * np.bincount(structure.parameter, point.gradient(), len(gradient))
    information = extended.pooled([point.information() for point in extended.points])
    across = information[:size, size:]
    left = information[size:, size:] - across.T @ np.linalg.solve(information[:size, :size], across)
    tests = []
    for position in range(len(items)):
        of_item = position + len(items) * np.arange(groups - 1)
        slope: Array = gradient[size + of_item]
        of_change = np.linalg.solve(left[np.ix_(of_item, of_item)], slope)
        tests.append(chi_square_test(0.5 * ml.multiplier * float(slope @ of_change), groups - 1))
    return tuple(tests)


def _next(
    fit: MultigroupFit, pattern: BoolArray, free: BoolArray, alpha: float
) -> tuple[int, ChiSquareTest, float] | None:
    """The item to let free, its score test and p by Holm's correction; None where there is none."""
    equal = ~free & ~single_items(pattern)
    if fit.level < Level.STRICT:
        enough = (pattern & equal[:, None]).sum(axis=0) > _FEWEST
        equal &= pattern[:, enough].any(axis=1)
    items = np.flatnonzero(equal)
    if not items.size:
        return None
    tests = release_tests(fit, items)
    largest = int(steady(np.array([test.statistic for test in tests])).argmax())
    p = holm(np.array([test.p for test in tests]))[largest]
    return (int(items[largest]), tests[largest], float(p)) if below_level(p, alpha) else None


def _holds(test: ChiSquareTest | None, alpha: float) -> bool:
    """Whether a test does not refuse a level; one that restricts nothing holds."""
    return test is None or not below_level(np.array(test.p), alpha)


def _against(fit: MultigroupFit, below: MultigroupFit) -> ChiSquareTest | None:
    """Likelihood-ratio test of a level against the one below; None where it restricts nothing."""
    df = fit.ml.df - below.ml.df
    return chi_square_test(max(fit.ml.chi2 - below.ml.chi2, 0.0), df) if df else None
