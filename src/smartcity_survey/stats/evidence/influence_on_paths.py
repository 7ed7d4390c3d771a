"""Path coefficients of PLS: standard errors to first order, and what each respondent contributes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from smartcity_survey.stats.core.errors import ImproperSolution
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.evidence.construct_moments import pls_moments
from smartcity_survey.stats.evidence.subset_regression import sandwich_fits
from smartcity_survey.stats.items.item_moments import CorrelationInfluence
from smartcity_survey.stats.pls.model import PlsModel


@dataclass(frozen=True, slots=True)
class PathInfluence:
    """Of the paths of c constructs, row explains column.

    std_err : (c, c), of respondents or whole clusters; nan where there is no path. influence : (n, c, c), of
        each respondent, 0 where there is none.
    """

    std_err: Array
    influence: Array


def path_influence(
    items: CorrelationInfluence, model: PlsModel, clusters: IntArray | None = None
) -> PathInfluence:
    """Influence on the paths of composites, or of PLSc's factors, and errors from it (`sandwich_fits`).

    clusters : (n,), codes of those drawn together; None where respondents were drawn one by one.

    Raises
    ------
    As `pls_moments`; ImproperSolution also where PLSc has no admissible solution.
    """
    found = pls_moments(items, model)
    constructs = found.factors if model.consistent else found.composites
    if constructs is None:
        raise ImproperSolution(0, "PLSc has no admissible solution")
    constructs = replace(constructs, clusters=clusters)
    std_err = np.full(model.paths.shape, np.nan)
    influence = np.zeros((items.n, *model.paths.shape))
    for target in np.flatnonzero(model.paths.any(axis=0)):
        sources = np.flatnonzero(model.paths[:, target])
        fit = sandwich_fits(constructs, int(target), sources, np.empty((1, 0), dtype=bool))
        std_err[sources, target], influence[:, sources, target] = fit.std_err[0], fit.influence[:, 0]
    return PathInfluence(std_err, influence)
