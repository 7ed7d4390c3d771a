"""How reliably a block of items measures its construct, from covariances alone.

Raw coefficients describe the sum of the items as answered, standardised ones the sum of their z-scores;
SPSS's headline alpha is the raw one, seminr's and cSEM's the standardised. A single item has no internal
consistency: nan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from smartcity_survey.stats.core.correlations import check_conditioning
from smartcity_survey.stats.core.errors import ConstantItems, StatisticsError
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.sem.cfa import fit_cfa


@dataclass(frozen=True, slots=True)
class Reliability:
    """Reliability of c constructs; every array is (c,), nan for a construct with a single item.

    alpha, alpha_low, alpha_high : Cronbach's, raw, with Feldt's interval. standardised_alpha : of z-scores.
    omega : McDonald's, one common factor by maximum likelihood; nan also for two items, which leave it open,
        where the factor has no solution, and in a Heywood case.
    rho_a, rho_c, ave : from a composite's weights and loadings; nan where these were not given, and for a
        single item 1 (rho_c, ave).
    mean_inter_item_r : unweighted. n_items : of each construct.
    """

    alpha: Array
    alpha_low: Array
    alpha_high: Array
    standardised_alpha: Array
    omega: Array
    rho_a: Array
    rho_c: Array
    ave: Array
    mean_inter_item_r: Array
    n_items: Array


@dataclass(frozen=True, slots=True)
class ItemTotal:
    """Each of k items against the sum of the others: SPSS RELIABILITY, statistics for the scale.

    mean_if_deleted, variance_if_deleted : (k,), of the sum of the other items.
    corrected_correlation : (k,), of the item with that sum.
    squared_multiple_correlation : (k,), of the item with the other items.
    alpha_if_deleted : (k,), raw alpha of the others; nan where only one is left.
    scale_mean, scale_variance, scale_sd : of the sum of all.

    Of a single item there are no others: nan but for the scale.
    """

    mean_if_deleted: Array
    variance_if_deleted: Array
    corrected_correlation: Array
    squared_multiple_correlation: Array
    alpha_if_deleted: Array
    scale_mean: float
    scale_variance: float
    scale_sd: float


@dataclass(frozen=True, slots=True)
class Spread:
    """A list of k numbers in brief; ratio is maximum / minimum, variance has divisor k - 1."""

    mean: float
    minimum: float
    maximum: float
    range: float
    ratio: float
    variance: float


@dataclass(frozen=True, slots=True)
class ItemSummary:
    """SPSS RELIABILITY, summary item statistics, of k items and their k (k - 1) / 2 pairs."""

    means: Spread
    variances: Spread
    covariances: Spread
    correlations: Spread


def reliability(
    S: Array,
    n: int,
    blocks: BoolArray,
    *,
    loadings: Array | None = None,
    rho_a: Array | None = None,
    level: float = 0.95,
) -> Reliability:
    """Every reliability coefficient of constructs measured by blocks of items.

    Parameters
    ----------
    S : (p, p), item covariances of n respondents (divisor n - 1).
    blocks : (p, c), whether the item measures the construct.
    loadings : (p, c), standardised: of composites (`PlsFit.loadings`) or of factors.
    rho_a : (c,), as `PlsFit.rho_a`.
    level : of the interval of alpha.

    Raises
    ------
    ConstantItems.
    """
    constant = np.flatnonzero(np.diagonal(S) <= 0)
    if constant.size:
        raise ConstantItems(tuple(int(item) for item in constant))
    items = [np.flatnonzero(block) for block in blocks.T]
    covariances = [S[np.ix_(block, block)] for block in items]
    sizes = np.array([len(block) for block in items])
    alpha = np.array([cronbach_alpha(block) for block in covariances])
    low, high = feldt_interval(alpha, n, sizes, level)
    unknown = np.full(len(items), np.nan)
    return Reliability(
        alpha=alpha,
        alpha_low=low,
        alpha_high=high,
        standardised_alpha=np.array([cronbach_alpha(_correlations(block)) for block in covariances]),
        omega=np.array([_omega_or_nan(block, n) for block in covariances]),
        rho_a=unknown if rho_a is None else rho_a,
        rho_c=unknown if loadings is None else composite_reliability(loadings, blocks),
        ave=unknown if loadings is None else average_variance_extracted(loadings, blocks),
        mean_inter_item_r=np.array(
            [_pairs(_correlations(block)).mean() if len(block) > 1 else np.nan for block in covariances]
        ),
        n_items=sizes,
    )


def cronbach_alpha(S: Array) -> float:
    """Cronbach's alpha of k items: raw from their covariances (k, k), standardised from their correlations.

    Cronbach (1951), Psychometrika 16, 297-334. nan for a single item.
    """
    k = len(S)
    return float(k / (k - 1) * (1 - np.trace(S) / S.sum())) if k > 1 else float("nan")


def feldt_interval(alpha: Array, n: int, k: Array, level: float) -> tuple[Array, Array]:
    """Interval of alphas (c,) of k (c,) items and n respondents.

    1 - alpha over its true value has the distribution F(n - 1, (n - 1)(k - 1)). Feldt (1965), Psychometrika
    30, 357-370; SPSS prints the interval as that of the intraclass correlation of average measures.
    """
    df = n - 1, (n - 1) * (k - 1)
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore"):
        return 1 - (1 - alpha) * special.fdtri(*df, 1 - tail), 1 - (1 - alpha) * special.fdtri(*df, tail)


def omega(S: Array, n: int) -> float:
    """McDonald's omega of the sum of k items with covariances S (k, k): the share of one common factor.

    (sum of loadings)^2 / ((sum of loadings)^2 + sum of uniquenesses), by maximum likelihood; the denominator
    is the variance the model implies. McDonald (1999), Test Theory, ch. 6. nan for fewer than three items and
    where an item's uniqueness is not positive (Heywood).

    Raises
    ------
    As `fit_cfa`.
    """
    k = len(S)
    if k < 3:
        return float("nan")
    fit = fit_cfa(S, n, np.ones((k, 1), dtype=bool))
    if fit.heywood.size:
        return float("nan")
    common = float(fit.loadings.sum() ** 2 * fit.factor_cov[0, 0])
    return common / (common + float(fit.uniquenesses.sum()))


def _omega_or_nan(S: Array, n: int) -> float:
    try:
        return omega(S, n)
    except StatisticsError:
        return float("nan")


def composite_reliability(loadings: Array, blocks: BoolArray) -> Array:
    """(c,): rho_C of standardised loadings (p, c).

    (sum of loadings)^2 / ((sum of loadings)^2 + sum of (1 - loading^2)). Werts, Linn and Joereskog (1974),
    Educational and Psychological Measurement 34, 25-33.
    """
    own = np.where(blocks, loadings, 0.0)
    common = own.sum(axis=0) ** 2
    return np.asarray(common / (common + (blocks - own**2).sum(axis=0)))


def average_variance_extracted(loadings: Array, blocks: BoolArray) -> Array:
    """(c,): mean squared standardised loading. Fornell and Larcker (1981), eq. 11."""
    return np.asarray((np.where(blocks, loadings, 0.0) ** 2).sum(axis=0) / blocks.sum(axis=0))


def item_total(S: Array, mean: Array) -> ItemTotal:
    """Item-total statistics of k items with covariances S (k, k) and means (k,), as in SPSS RELIABILITY."""
    k = len(S)
    total = S.sum()
    with_scale = S.sum(axis=1)
    variance = np.diagonal(S)
    rest = total - 2 * with_scale + variance if k > 1 else np.full(1, np.nan)
    singular = check_conditioning(_correlations(S)).dependent
    with np.errstate(divide="ignore", invalid="ignore"):
        return ItemTotal(
            mean_if_deleted=mean.sum() - mean if k > 1 else np.full(1, np.nan),
            variance_if_deleted=rest,
            corrected_correlation=(with_scale - variance) / np.sqrt(variance * rest),
            squared_multiple_correlation=(
                np.full(k, np.nan)
                if singular or k == 1
                else 1 - 1 / (variance * np.diagonal(np.linalg.inv(S)))
            ),
            alpha_if_deleted=(
                # Of two items one is left, and 1 less its variance over itself is 0 but for rounding.
                (k - 1) / (k - 2) * (1 - (variance.sum() - variance) / rest) if k > 2 else np.full(k, np.nan)
            ),
            scale_mean=float(mean.sum()),
            scale_variance=float(total),
            scale_sd=float(np.sqrt(total)),
        )


def item_summary(S: Array, mean: Array) -> ItemSummary:
    """Means, variances, covariances and correlations of k items in brief, from S (k, k) and means (k,)."""
    return ItemSummary(
        _spread(mean), _spread(np.diagonal(S)), _spread(_pairs(S)), _spread(_pairs(_correlations(S)))
    )


def _spread(values: Array) -> Spread:
    low, high = float(values.min()), float(values.max())
    variance = float(values.var(ddof=1)) if len(values) > 1 else float("nan")
    ratio = high / low if low else float("nan")
    return Spread(float(values.mean()), low, high, high - low, ratio, variance)


def _pairs(matrix: Array) -> Array:
    return np.asarray(matrix[np.triu_indices(len(matrix), 1)])


def _correlations(S: Array) -> Array:
    sd = np.sqrt(np.diagonal(S))
    return np.asarray(S / np.outer(sd, sd))
