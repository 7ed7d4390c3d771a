"""Items taken out of a component analysis one at a time, each for a reason that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from smartcity_survey.stats.core.errors import StatisticsError
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.factor.adequacy import kmo
from smartcity_survey.stats.factor.components import FactorSolution, rotated_solution

FEWEST_ITEMS = 3
"""Two items have no partial correlations, so no KMO."""


class Criterion(StrEnum):
    """What an item can fail, in the order of the tests."""

    MSA = "msa"
    COMMUNALITY = "communality"
    LOADING = "loading"
    CROSS_LOADING = "cross_loading"


@dataclass(frozen=True, slots=True)
class ItemLimits:
    """Limits of an item's statistics, sizes of loadings regardless of sign; None applies no limit.

    minimum_msa, minimum_communality, minimum_loading (on the item's main component), maximum_cross_loading
    (on any other component).
    """

    minimum_msa: float | None = None
    minimum_communality: float | None = None
    minimum_loading: float | None = None
    maximum_cross_loading: float | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """One step: the item (its position among all p), the limit it failed and its value there.

    n_items, n_components, kmo, variance_explained (share) : of the analysis without it.
    """

    item: int
    criterion: Criterion
    value: float
    limit: float
    n_items: int
    n_components: int
    kmo: float
    variance_explained: float


def delete_items(R: Array, limits: ItemLimits, n_components: int | None = None) -> tuple[Deletion, ...]:
    """Delete the worst item of a correlation matrix R (p, p), analyse the rest anew, and so on.

    The first criterion that any item fails decides; of the items that fail it the worst goes, and everything
    is computed again before the next: an item that looks weak beside a weaker one may then be good enough.

    n_components : as in `principal_components`; None counts eigenvalues above 1 at every step.

    Source: Worthington & Whittaker (2006), The Counseling Psychologist 34, 806-838.

    Raises
    ------
    As `rotated_solution`; StatisticsError where the limits leave too few items.
    """
    kept = np.arange(len(R))
    steps: list[Deletion] = []
    solution, msa = _analyse(R, n_components)
    while (failure := _worst(solution, msa, limits)) is not None:
        position, criterion, value, limit = failure
        item = int(kept[position])
        kept = np.delete(kept, position)
        if len(kept) < FEWEST_ITEMS:
            raise StatisticsError(f"the limits leave fewer than {FEWEST_ITEMS} items")
        rest = R[np.ix_(kept, kept)]
        solution, msa = _analyse(rest, n_components)
        steps.append(
            Deletion(
                item=item,
                criterion=criterion,
                value=value,
                limit=limit,
                n_items=len(kept),
                n_components=solution.loadings.shape[1],
                kmo=kmo(rest).overall,
                variance_explained=float(solution.communalities.mean()),
            )
        )
    return tuple(steps)


def _analyse(R: Array, n_components: int | None) -> tuple[FactorSolution, Array]:
    return rotated_solution(R, n_components), kmo(R).per_item


def _worst(
    solution: FactorSolution, msa: Array, limits: ItemLimits
) -> tuple[int, Criterion, float, float] | None:
    """Position, criterion, value and limit of the item to go; None where all stay."""
    sizes = np.sort(np.abs(solution.loadings), axis=1)
    lowest = (
        (Criterion.MSA, msa, limits.minimum_msa),
        (Criterion.COMMUNALITY, solution.communalities, limits.minimum_communality),
        (Criterion.LOADING, sizes[:, -1], limits.minimum_loading),
    )
    for criterion, values, minimum in lowest:
        if minimum is not None and values.min() < minimum:
            position = int(values.argmin())
            return position, criterion, float(values[position]), minimum
    maximum = limits.maximum_cross_loading
    if maximum is not None and sizes.shape[1] > 1 and sizes[:, -2].max() > maximum:
        position = int(sizes[:, -2].argmax())
        return position, Criterion.CROSS_LOADING, float(sizes[position, -2]), maximum
    return None
