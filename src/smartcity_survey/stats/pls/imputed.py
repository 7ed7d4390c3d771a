"""The bootstraps of imputed samples as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import PlsFit
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap
from smartcity_survey.stats.pls.estimates import PlsEstimates


def pool_bootstraps(bootstraps: Sequence[PlsBootstrap]) -> PlsBootstrap:
    """One bootstrap of m imputed samples: estimates are means, and draws spread as Rubin's rules say.

    A draw of sample k is taken as pooled estimate + c (estimate k - pooled estimate) + (draw - estimate k),
    with c^2 = (m + 1) / (m - 1): the variance of all draws together is then the mean variance within the
    samples plus (1 + 1 / m) times that between them (Rubin 1987, section 3.3). Schomaker and Heumann (2018),
    Statistics in Medicine 37, 2252-2266, bootstrap within imputations too.

    Raises
    ------
    ValueError for fewer than two samples, or bootstraps made for BCa or studentised intervals.
    """
    m = len(bootstraps)
    if m < 2 or any(each.jackknife is not None or each.draw_se is not None for each in bootstraps):
        raise ValueError("two or more samples with percentile intervals are needed")
    stretch = float(np.sqrt((m + 1) / (m - 1)))
    means, draws = {}, {}
    for field in fields(PlsEstimates):
        own = [getattr(each.estimate, field.name) for each in bootstraps]
        mean = np.mean(own, axis=0)
        means[field.name] = mean
        draws[field.name] = np.concatenate(
            [
                getattr(each.draws, field.name) + (stretch - 1) * (estimate - mean)
                for each, estimate in zip(bootstraps, own, strict=True)
            ]
        )
    return PlsBootstrap(
        fit=_mean_fit([each.fit for each in bootstraps]),
        estimate=PlsEstimates(**means),
        draws=PlsEstimates(**draws),
        reason=np.concatenate([each.reason for each in bootstraps]),
        position=np.concatenate([each.position for each in bootstraps]),
        draw_se=None,
        jackknife=None,
        seed=bootstraps[0].seed,
    )


def _mean_fit(fits: Sequence[PlsFit]) -> PlsFit:
    """Every number of a fit as its mean over the samples; iterations as the most that one took."""
    means: dict[str, Array] = {}
    for field in fields(PlsFit):
        values = [getattr(fit, field.name) for fit in fits]
        if isinstance(values[0], np.ndarray) and values[0].dtype == np.float64:
            means[field.name] = np.mean(values, axis=0)
    smallest = float(np.linalg.eigvalsh(means["construct_corr"])[0])
    most = max(fit.n_iterations for fit in fits)
    whole: dict[str, Any] = {**means, "smallest_eigenvalue": smallest, "n_iterations": most}
    return replace(fits[0], **whole)
