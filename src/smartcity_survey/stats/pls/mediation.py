"""Mediation: what reaches a construct along each chain of paths."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np

from smartcity_survey.stats.core.types import Array, BoolArray

Chain = tuple[int, ...]
MediationType = Literal["complementary", "competitive", "indirect_only", "direct_only", "no_effect"]


def chains(paths: BoolArray) -> tuple[Chain, ...]:
    """All chains of two paths or more in a recursive model (c, c), by first and then by last construct."""
    found: list[Chain] = []

    def walk(chain: Chain) -> None:
        for target in np.flatnonzero(paths[chain[-1]]):
            longer = (*chain, int(target))
            if len(longer) > 2:
                found.append(longer)
            walk(longer)

    for source in range(len(paths)):
        walk((source,))
    return tuple(sorted(found, key=lambda chain: (chain[0], chain[-1], len(chain), chain)))


def chain_effects(path_coefficients: Array, along: tuple[Chain, ...]) -> Array:
    """(..., m): specific indirect effects, the products of path coefficients (..., c, c) along m chains.

    Zhao, Lynch and Chen (2010), Journal of Consumer Research 37, 197-206; Hair et al. (2022), ch. 7.
    """
    effects = [np.prod([path_coefficients[..., i, j] for i, j in pairwise(chain)], axis=0) for chain in along]
    return np.stack(effects, axis=-1) if effects else np.empty((*path_coefficients.shape[:-2], 0))


def chain_standard_errors(path_coefficients: Array, std_err: Array, along: tuple[Chain, ...]) -> Array:
    """(..., m): standard errors of `chain_effects` from those of path coefficients (..., c, c).

    First-order delta method with coefficients taken as independent: Sobel (1982), Sociological Methodology
    13, 290-312.
    """
    variances = np.zeros((*path_coefficients.shape[:-2], len(along)))
    for position, chain in enumerate(along):
        steps = tuple(pairwise(chain))
        for varied in steps:
            others = [path_coefficients[..., i, j] for i, j in steps if (i, j) != varied]
            slope = np.prod(others, axis=0)
            variances[..., position] += (slope * std_err[..., varied[0], varied[1]]) ** 2
    return np.sqrt(variances)


def total_indirect(specific: Array) -> Array:
    """(...,): total indirect effect of one construct on another, the sum over all chains (..., m) of both."""
    total: Array = specific.sum(axis=-1)
    return total


def indirect_standard_errors(path_coefficients: Array, std_err: Array, along: tuple[Chain, ...]) -> Array:
    """(...,): standard error of the sum of the effects along chains, by the delta method.

    Chains that share a path vary together; coefficients of different paths are taken as independent, as in
    `chain_standard_errors`.
    """
    variance = np.zeros(path_coefficients.shape[:-2])
    for varied in dict.fromkeys(step for chain in along for step in pairwise(chain)):
        slope = np.zeros(path_coefficients.shape[:-2])
        for chain in along:
            steps = tuple(pairwise(chain))
            if varied in steps:
                others = [path_coefficients[..., i, j] for i, j in steps if (i, j) != varied]
                slope = slope + np.prod(others, axis=0)
        variance += (slope * std_err[..., varied[0], varied[1]]) ** 2
    return np.sqrt(variance)


def mediation_type(
    indirect: float, indirect_p: float, direct: float, direct_p: float, alpha: float
) -> MediationType:
    """Which of the five patterns of mediation two effects and their p-values show.

    `complementary`: both are significant and point the same way; `competitive`: they point to either side;
    `indirect_only`, `direct_only`, `no_effect`: as they say. Zhao, Lynch and Chen (2010), figure 2.
    """
    mediated, unmediated = indirect_p < alpha, direct_p < alpha
    if mediated and unmediated:
        return "complementary" if indirect * direct > 0 else "competitive"
    return "indirect_only" if mediated else "direct_only" if unmediated else "no_effect"
