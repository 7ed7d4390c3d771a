"""Where a confirmatory model misfits: what it fixes at zero, and the covariances it misses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smartcity_survey.stats.core.last_bits import steady
from smartcity_survey.stats.sem.cfa import CfaFit
from smartcity_survey.stats.sem.cfa_residuals import CovarianceResiduals
from smartcity_survey.stats.sem.modification import modification_indices
from smartcity_survey.stats.sem.structure import Matrix
from smartcity_survey.study.model import Model


def modification_frame(cfa: CfaFit, model: Model) -> pd.DataFrame:
    """Every loading and residual covariance that the model fixes at zero, the most telling first."""
    found = modification_indices(cfa)
    of_loading = found.cells.matrix == Matrix.LOADING
    # Of a residual covariance the cells name the lower triangle: the later item is the row.
    item = np.where(of_loading, found.cells.row, found.cells.column)
    other = np.where(of_loading, found.cells.column, found.cells.row)
    return pd.DataFrame(
        {
            "item": [model.items[i] for i in item],
            "kind": np.where(of_loading, "cross_loading", "residual_covariance"),
            "other": [
                (model.names if loads else model.items)[j] for j, loads in zip(other, of_loading, strict=True)
            ],
            "modification_index": found.index,
            "p": found.p,
            "change": found.change,
            "std_change": found.std_change,
        }
    )


def residual_frame(residuals: CovarianceResiduals, model: Model) -> pd.DataFrame:
    """All pairs of items, those the model misses most first."""
    second, first = np.tril_indices(len(model.items), -1)
    frame = pd.DataFrame(
        {
            "item": [model.items[i] for i in first],
            "other": [model.items[i] for i in second],
            "residual": residuals.residuals[first, second],
            "std_error": residuals.std_err[first, second],
            "z": residuals.z[first, second],
            "residual_correlation": residuals.correlations[first, second],
        }
    )
    return frame.sort_values(
        "z", key=lambda z: steady(np.abs(z)), ascending=False, kind="stable", ignore_index=True
    )
