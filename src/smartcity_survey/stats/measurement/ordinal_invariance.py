"""Do groups understand items alike that are answered in ordered categories? Thresholds first, then the rest.

Wu and Estabrook (2016), Psychometrika 81, 1014-1045: of ordered answers nothing tells how much the normal
variables behind them vary, so what is held equal first is where one answer ends and the next begins. Then the
variables have one unit in all groups, and loadings, intercepts and uniquenesses can be compared in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, special

from smartcity_survey.stats.core.errors import InGroup, InvalidModel, StatisticsError
from smartcity_survey.stats.core.significance import ChiSquareTest, chi_square_test
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.items.polychoric_correlations import NO_CONTINUITY, Polychoric, polychoric
from smartcity_survey.stats.measurement.ordinal_groups import (
    Layout,
    OrdinalLevel,
    OrdinalSample,
    Solution,
    layouts,
    minimise_groups,
    ordinal_sample,
    starting_solution,
)
from smartcity_survey.stats.sem.cfa_fit import comparative_fit, rmsea_of
from smartcity_survey.stats.sem.cfa_model import require_identifiable
from smartcity_survey.stats.sem.dwls import TOLERANCE, DwlsFit, fit_dwls


@dataclass(frozen=True, slots=True)
class OrdinalIndices:
    """Scaled and shifted test of a level, and indices made of it; srmr of the correlations alone."""

    chi2: float
    df: int
    p: float
    unscaled_chi2: float
    cfi: float
    tli: float
    rmsea: float
    srmr: float


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalRung:
    """A level, and its difference from the level below; None at the lowest and where nothing is tested.

    factor_means, factor_variances, std_err_factor_means : (G, k), those of the first group are 0 and 1. Means
        are nan below `OrdinalLevel.INTERCEPTS`, variances below `OrdinalLevel.LOADINGS`.
    admissible : all uniquenesses are positive, and the factors' covariances positive definite.
    difference : scaled and shifted test against the level below (Satorra 2000).
    """

    level: OrdinalLevel
    indices: OrdinalIndices
    factor_means: Array
    factor_variances: Array
    std_err_factor_means: Array
    admissible: bool
    difference: ChiSquareTest | None
    d_cfi: float | None
    d_rmsea: float | None
    gradient_norm: float


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """A level with what its tests need: weighted derivatives (M, t), the same without weights, chi-square."""

    level: OrdinalLevel
    solution: Solution
    weighted: Array
    plain: Array
    unscaled: float


def ordinal_ladder(
    groups: Sequence[IntArray],
    pattern: BoolArray,
    *,
    continuity: tuple[float, float] = NO_CONTINUITY,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> tuple[OrdinalRung, ...]:
    """Configural model, thresholds, loadings, intercepts and uniquenesses equal, in this order.

    Parameters
    ----------
    groups : (n_g, p) each, answers in whole numbers; every item needs the same three categories or more in
        all groups (two would leave nothing that tells a unit).
    pattern : (p, k), whether the item loads on the factor; all factors correlate.
    continuity : as in `polychoric`.

    Diagonally weighted least squares on thresholds and polychoric correlations; tests scaled and shifted, as
    lavaan's WLSMV, differences by Satorra's (2000) method at the estimates of the weaker model.

    Raises
    ------
    InvalidModel (fewer than two groups, categories that differ or are two, factors of one item), InGroup
    (what `polychoric` and `fit_dwls` raise of a group), UnderIdentified, NotConverged.
    """
    _require(groups, pattern)
    samples: list[OrdinalSample] = []
    alone: list[DwlsFit] = []
    for position, codes in enumerate(groups):
        try:
            items: Polychoric = polychoric(codes, information="outer_product", continuity=continuity)
            samples.append(ordinal_sample(items))
            alone.append(fit_dwls(items, pattern, with_errors=False, max_iterations=max_iterations))
        except StatisticsError as error:
            raise InGroup(position, error) from error
    spread = _spread(samples)
    baseline = _baseline(samples, spread)
    rungs: list[OrdinalRung] = []
    below: _Fitted | None = None
    for level in OrdinalLevel:
        layout = layouts(samples, pattern, level)
        start = starting_solution(samples, alone, layout, level)
        solution = minimise_groups(samples, layout, start, tolerance=tolerance, max_iterations=max_iterations)
        fit = _fitted(level, samples, layout, solution)
        indices = _indices(fit, samples, spread, baseline)
        difference = None if below is None else _difference(fit, below, spread)
        rungs.append(_rung(fit, samples, layout, indices, difference, spread, rungs[-1] if rungs else None))
        below = fit
    return tuple(rungs)


def _require(groups: Sequence[IntArray], pattern: BoolArray) -> None:
    require_identifiable(pattern)
    if len(groups) < 2:
        raise InvalidModel(f"{len(groups)} groups, at least two are compared")
    single = np.flatnonzero(pattern.sum(axis=0) < 2)
    if single.size:
        raise InvalidModel("have a single item, which has no loading to compare", "factors", single)
    given = [[np.unique(column) for column in codes.T] for codes in groups]
    items = range(len(pattern))
    other = [
        item for item in items if any(not np.array_equal(own[item], given[0][item]) for own in given[1:])
    ]
    if other:
        raise InvalidModel("are not answered by the same categories in all groups", "items", other)
    few = [item for item in items if len(given[0][item]) < 3]
    if few:
        raise InvalidModel("have fewer than three categories", "items", few)


def _fitted(
    level: OrdinalLevel, samples: Sequence[OrdinalSample], layout: Layout, solution: Solution
) -> _Fitted:
    plain = layout.derivatives(solution.theta)
    root = np.concatenate([np.sqrt(sample.n * sample.weights) for sample in samples])
    residuals = [
        sample.statistics - implied
        for sample, implied in zip(samples, layout.implied(solution.theta), strict=True)
    ]
    unscaled = sum(
        (sample.n - 1) * float(sample.weights @ np.square(residual))
        for sample, residual in zip(samples, residuals, strict=True)
    )
    return _Fitted(level, solution, root[:, None] * plain, plain, unscaled)


def _spread(samples: Sequence[OrdinalSample]) -> tuple[Array, ...]:
    """Of each group (m, m): covariances of its statistics times the roots of their weights."""
    roots = [np.sqrt(sample.weights) for sample in samples]
    return tuple(s.products * np.outer(root, root) for s, root in zip(samples, roots, strict=True))


def _times(spread: Sequence[Array], columns: Array) -> Array:
    """Product of all groups' spreads, one block for each, with columns (M, r)."""
    ends = np.cumsum([len(block) for block in spread])[:-1]
    parts = np.split(columns, ends)
    return np.vstack([block @ part for block, part in zip(spread, parts, strict=True)])


def _scaled(unscaled: float, df: int, first: float, second: float) -> float:
    """The chi-square with the mean and the variance of one with df (Asparouhov and Muthen 2010)."""
    scaling = np.sqrt(second / df)
    return float(unscaled / scaling + df - first / scaling)


def _baseline(samples: Sequence[OrdinalSample], spread: Sequence[Array]) -> tuple[float, int]:
    """Of uncorrelated items, thresholds free."""
    unscaled = sum(
        (sample.n - 1) * float((sample.weights * np.square(sample.statistics))[sample.is_pair].sum())
        for sample in samples
    )
    kept = [
        block[np.ix_(sample.is_pair, sample.is_pair)] for block, sample in zip(spread, samples, strict=True)
    ]
    df = sum(len(block) for block in kept)
    return _scaled(unscaled, df, _trace(kept), sum(float(np.square(block).sum()) for block in kept)), df


def _trace(blocks: Sequence[Array]) -> float:
    return sum(float(np.trace(block)) for block in blocks)


def _indices(
    fit: _Fitted, samples: Sequence[OrdinalSample], spread: Sequence[Array], baseline: tuple[float, int]
) -> OrdinalIndices:
    size, t = fit.weighted.shape
    df = size - t
    basis = np.asarray(linalg.qr(fit.weighted, mode="economic")[0], dtype=np.float64)
    # Of the projection on what the parameters leave, I - Q Q'.
    moved = _times(spread, basis)
    inner = basis.T @ moved
    first = _trace(spread) - float(np.trace(inner))
    second = sum(float(np.square(block).sum()) for block in spread)
    second += float(np.square(inner).sum() - 2 * np.square(moved).sum())
    chi2 = _scaled(fit.unscaled, df, first, second)
    n = sum(sample.n for sample in samples)
    base, base_df = baseline
    srmr = sum(
        sample.n / n * np.sqrt(np.square(residual[sample.is_pair]).sum() / (sample.is_pair.sum() + sample.p))
        for sample, residual in zip(samples, fit.solution.residuals, strict=True)
    )
    return OrdinalIndices(
        chi2=chi2,
        df=df,
        p=float(special.chdtrc(df, max(chi2, 0.0))),
        unscaled_chi2=fit.unscaled,
        cfi=comparative_fit(chi2 - df, base - base_df),
        tli=1 - (chi2 - df) / (base - base_df) * base_df / df,
        rmsea=rmsea_of(chi2, df, n - len(samples), groups=len(samples)).value,
        srmr=float(srmr),
    )


def _difference(fit: _Fitted, below: _Fitted, spread: Sequence[Array]) -> ChiSquareTest | None:
    """Satorra's test of what `fit` restricts of `below`.

    The restrictions are those directions of the weaker model's parameters that leave the stronger one, found
    by least squares of the derivatives, as lavaan finds them.
    """
    df = below.plain.shape[1] - fit.plain.shape[1]
    if df <= 0:
        return None
    turned, triangle = linalg.qr(below.plain, mode="economic")
    across = np.asarray(linalg.solve(triangle, turned.T @ fit.plain), dtype=np.float64)
    restricted = np.linalg.qr(across, mode="complete")[0][:, fit.plain.shape[1] :]
    moved = np.linalg.solve(below.weighted.T @ below.weighted, restricted)
    basis = np.asarray(linalg.qr(below.weighted @ moved, mode="economic")[0], dtype=np.float64)
    inner = basis.T @ _times(spread, basis)
    first, second = float(np.trace(inner)), float(np.square(inner).sum())
    return chi_square_test(max(_scaled(fit.unscaled - below.unscaled, df, first, second), 0.0), df)


def _rung(
    fit: _Fitted,
    samples: Sequence[OrdinalSample],
    layout: Layout,
    indices: OrdinalIndices,
    difference: ChiSquareTest | None,
    spread: Sequence[Array],
    below: OrdinalRung | None,
) -> OrdinalRung:
    inverse = np.linalg.inv(fit.weighted.T @ fit.weighted)
    divisors = [sample.n / (sample.n - 1) * np.ones_like(sample.weights) for sample in samples]
    scaled = np.sqrt(np.concatenate(divisors))[:, None] * fit.weighted
    of_statistics = scaled.T @ _times(spread, scaled)
    errors = np.sqrt(np.diagonal(inverse @ of_statistics @ inverse))
    matrices = layout.matrices(fit.solution.theta)
    means, std_err = layout.means(fit.solution.theta), layout.means(errors)
    variances = np.array([np.diagonal(group.factor_cov) for group in matrices])
    if fit.level < OrdinalLevel.INTERCEPTS:
        means, std_err = np.full_like(means, np.nan), np.full_like(means, np.nan)
    if fit.level < OrdinalLevel.LOADINGS:
        variances = np.full_like(variances, np.nan)
    admissible = all(
        (group.uniquenesses > 0).all() and np.linalg.eigvalsh(group.factor_cov)[0] > 0 for group in matrices
    )
    return OrdinalRung(
        level=fit.level,
        indices=indices,
        factor_means=means,
        factor_variances=variances,
        std_err_factor_means=std_err,
        admissible=bool(admissible),
        difference=difference,
        d_cfi=None if below is None else indices.cfi - below.indices.cfi,
        d_rmsea=None if below is None else indices.rmsea - below.indices.rmsea,
        gradient_norm=fit.solution.gradient_norm,
    )
