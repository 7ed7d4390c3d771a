"""Reads a large survey in pieces and runs the whole analysis on it; prints seconds and peak memory.

    python benchmarks/whole_analysis.py SURVEY.csv DRAWS

The file has one column per item of `survey.larger`. Only the answers are held, one byte each; every statistic
comes from them or from their correlations.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from survey import larger_owner
from tasks import membership, model

from smartcity_survey.stats.core.correlations import correlation, covariance
from smartcity_survey.stats.factor.adequacy import bartlett_sphericity, kmo
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.factor.parallel import parallel_analysis
from smartcity_survey.stats.items.descriptives import describe
from smartcity_survey.stats.measurement.reliability_coefficients import reliability
from smartcity_survey.stats.measurement.scores import regression_score_weights
from smartcity_survey.stats.measurement.validity import fornell_larcker, htmt
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.stats.regression.least_squares import ols
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices

ROWS_AT_ONCE = 100_000


def read(path: Path) -> np.ndarray:
    """(n, p): the answers of a survey, read in pieces."""
    pieces = pd.read_csv(path, dtype=np.int8, chunksize=ROWS_AT_ONCE, encoding="utf-8")
    return np.concatenate([piece.to_numpy() for piece in pieces])


def analyse(path: Path, draws: int) -> None:
    """Every stage from descriptives to the bootstrap."""
    x = read(path).astype(np.float64)
    n, blocks = len(x), membership(larger_owner())
    describe(x)
    R, S = correlation(x), covariance(x)
    kmo(R)
    bartlett_sphericity(R, n)
    rotated_solution(R)
    parallel_analysis(n, len(R))
    cfa = fit_cfa(S * (n - 1) / n, n, blocks)
    fit_indices(cfa)
    reliability(S, n, blocks, loadings=cfa.std_loadings)
    htmt(R, blocks)
    scores = x @ regression_score_weights(cfa).T
    ols(scores[:, 6], scores[:, :6])
    bootstrap = bootstrap_pls(x, model(larger_owner()), draws, seed=1)
    fornell_larcker(
        bootstrap.fit.construct_corr, (bootstrap.estimate.loadings**2) @ blocks / blocks.sum(axis=0)
    )
    for name in ("path_coefficients", "loadings", "outer_weights"):
        bootstrap.summary(name)


def main() -> None:
    start = time.perf_counter()
    analyse(Path(sys.argv[1]), int(sys.argv[2]))
    seconds = time.perf_counter() - start
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(json.dumps({"seconds": seconds, "peak_gib": peak / 2**30}))


if __name__ == "__main__":
    main()
