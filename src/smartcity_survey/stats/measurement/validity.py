"""Discriminant validity of constructs: Fornell-Larcker and the heterotrait-monotrait ratios."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.types import Array, BoolArray, IntArray

_FACTORS = 16
"""Correlations multiplied before a logarithm is taken: their product stays far above the smallest number."""


def fornell_larcker(construct_corr: Array, ave: Array) -> Array:
    """(c, c): construct correlations with the square root of the average variance extracted on the diagonal.

    A construct is distinct where its diagonal entry exceeds the others of its row and column. Fornell and
    Larcker (1981), Journal of Marketing Research 18, 39-50. (cSEM prints the squares of all entries.)
    """
    table = construct_corr.copy()
    np.fill_diagonal(table, np.sqrt(ave))
    return table


def htmt(R: Array, membership: BoolArray, *, absolute: bool = True) -> Array:
    """(c, c): heterotrait-monotrait ratios from item correlations R (p, p) and membership (p, c).

    Mean correlation of two constructs' items over the geometric mean of the mean correlations within them.
    Correlations enter by their absolute value (HTMT+; seminr, SmartPLS) or, with `absolute=False`, signed
    (cSEM, Henseler et al.); the two agree where all correlations are positive. A single item correlates 1
    with itself. The diagonal is 1. Signed means below zero give nan.

    Henseler, Ringle and Sarstedt (2015), Journal of the Academy of Marketing Science 43, 115-135; HTMT+:
    Ringle, Sarstedt, Sinkovics and Sinkovics (2023), Data in Brief 48, 109074.
    """
    order, blocks = _blocks(membership)
    return htmt_stack(R[np.ix_(order, order)][:, :, None], blocks, absolute=absolute)[:, :, 0]


def htmt_stack(R: Array, blocks: tuple[slice, ...], *, absolute: bool = True) -> Array:
    """(c, c, B): `htmt` of item correlations (p, p, B) of B samples whose blocks of items are contiguous."""
    c = len(blocks)
    means = np.zeros((c, c, R.shape[2]))
    for i, rows in enumerate(blocks):
        band = R[rows, rows.start :]
        sums = (np.abs(band) if absolute else band).sum(axis=0)
        k = rows.stop - rows.start
        for j in range(i, c):
            columns = slice(blocks[j].start - rows.start, blocks[j].stop - rows.start)
            means[i, j] = sums[columns].mean(axis=0) / k
        if k > 1:
            # The mean over all pairs counts the k ones of the diagonal.
            means[i, i] = (means[i, i] * k - 1.0) / (k - 1)
    return _ratios(means)


def htmt2(R: Array, membership: BoolArray) -> Array:
    """(c, c): HTMT with geometric in place of arithmetic means, consistent for unequal loadings.

    nan for pairs of constructs with a correlation that is not positive: it has no geometric mean.
    Roemer, Schuberth and Henseler (2021), Industrial Management & Data Systems 121, 2637-2650.
    """
    order, blocks = _blocks(membership)
    return htmt2_stack(R[np.ix_(order, order)][:, :, None], blocks)[:, :, 0]


def htmt2_stack(R: Array, blocks: tuple[slice, ...]) -> Array:
    """(c, c, B): `htmt2` of item correlations (p, p, B) of B samples whose blocks of items are contiguous."""
    c = len(blocks)
    means = np.zeros((c, c, R.shape[2]))
    for i, rows in enumerate(blocks):
        k = rows.stop - rows.start
        logs = _log_products(R[rows, rows.start :])
        for j in range(i, c):
            columns = slice(blocks[j].start - rows.start, blocks[j].stop - rows.start)
            means[i, j] = logs[columns].mean(axis=0) / k
        if k > 1:
            # The diagonal adds k logarithms of 1 to the mean over all pairs.
            means[i, i] *= k / (k - 1)
    return _ratios(np.exp(means))


def _log_products(R: Array) -> Array:
    """(m, B): logarithms of products over the first axis of R (k, m, B); nan where a factor is not positive.

    One logarithm of a few factors' product is cheaper than a logarithm of each, and so few cannot underflow.
    """
    logs = np.where(R.min(axis=0) > 0, 0.0, np.nan)
    for start in range(0, len(R), _FACTORS):
        product = R[start].copy()
        for factor in R[start + 1 : start + _FACTORS]:
            product *= factor
        with np.errstate(divide="ignore"):  # of 0, which is no positive factor
            logs += np.log(np.abs(product))
    return logs


def _blocks(membership: BoolArray) -> tuple[IntArray, tuple[slice, ...]]:
    """Order of the items construct by construct, and each construct's slice of it."""
    order = np.argsort(membership.argmax(axis=1), kind="stable")
    ends = np.cumsum(membership.sum(axis=0)).tolist()
    return order, tuple(slice(start, end) for start, end in zip([0, *ends], ends, strict=False))


def _ratios(means: Array) -> Array:
    """Means between constructs over the geometric mean of those within, from an upper triangle."""
    within = np.diagonal(means).T
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = means / np.sqrt(within[:, None] * within)
    lower = np.tril_indices(len(means), -1)
    ratios[lower] = ratios.transpose(1, 0, 2)[lower]
    diagonal = np.arange(len(means))
    ratios[diagonal, diagonal] = 1.0
    return np.asarray(ratios)
