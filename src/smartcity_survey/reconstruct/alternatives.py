"""What the printed tables do not determine: the same quantities in reconstructions from different seeds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from smartcity_survey.config import PlsSection
from smartcity_survey.model import Model
from smartcity_survey.stages.pls import pls_model
from smartcity_survey.stats.cfa import fit_cfa
from smartcity_survey.stats.cfa_fit import fit_indices
from smartcity_survey.stats.correlation import correlation, covariance
from smartcity_survey.stats.pls import fit_pls
from smartcity_survey.stats.validity import htmt

_FIT = ("chi2", "rmsea", "cfi", "tli", "srmr")


def unprinted_quantities(answers: pd.DataFrame, model: Model, pls: PlsSection) -> pd.DataFrame:
    """`quantity, of, value` for the usable answers of one reconstruction: nothing of it is printed anywhere.

    Item means and SDs, fit of the confirmatory model, PLS path coefficients, and the HTMT of all pairs.
    """
    items = answers[list(model.items)]
    x = items.to_numpy(dtype=np.float64)
    membership = model.membership()
    indices = fit_indices(fit_cfa(covariance(x, ddof=0), len(x), membership))
    paths = fit_pls(
        correlation(x),
        len(x),
        pls_model(model, pls),
        tolerance=pls.tolerance,
        max_iterations=pls.max_iterations,
    ).path_coefficients
    ratios = htmt(correlation(x), membership)
    names = model.names
    rows = [("item mean", item, float(value)) for item, value in items.mean().items()]
    rows += [("item SD", item, float(value)) for item, value in items.std().items()]
    rows += [("CFA fit", name, float(getattr(indices, name))) for name in _FIT]
    rows += [
        ("PLS path", f"{source} -> {target}", float(paths[names.index(source), names.index(target)]))
        for source, target in model.paths
    ]
    rows += [
        ("HTMT", f"{names[i]}, {names[j]}", float(ratios[i, j]))
        for i, j in zip(*np.tril_indices(len(names), -1), strict=True)
    ]
    return pd.DataFrame(rows, columns=["quantity", "of", "value"])


def spread(by_seed: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """How far apart they lie: `quantity, of, minimum, mean, maximum, range, reconstructions`."""
    long = pd.concat([frame.assign(seed=seed) for seed, frame in by_seed.items()], ignore_index=True)
    table = (
        long.groupby(["quantity", "of"], sort=False)["value"]
        .agg(["min", "mean", "max", "size"])
        .reset_index()
    )
    table.columns = pd.Index(["quantity", "of", "minimum", "mean", "maximum", "reconstructions"])
    table.insert(5, "range", table["maximum"] - table["minimum"])
    return table
