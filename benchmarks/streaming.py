"""The core analysis of ten million respondents in one pass over a Parquet file; prints seconds and memory.

    python benchmarks/streaming.py FILE.parquet [RESPONDENTS] [DRAWS]

The file is written first where it is not there. Nothing is held of a respondent: descriptives, adequacy,
components, confirmatory factors, regression, PLS and its bootstrap follow from counts and moments.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from survey import larger, larger_owner
from tasks import membership, model

from smartcity_survey.stats.core.streamed import StreamedMoments
from smartcity_survey.stats.factor.adequacy import bartlett_sphericity, kmo
from smartcity_survey.stats.factor.components import rotated_solution
from smartcity_survey.stats.items.descriptives import describe_counts
from smartcity_survey.stats.measurement.scores import regression_score_weights
from smartcity_survey.stats.pls.bootstrap import bootstrap_streamed
from smartcity_survey.stats.regression.of_moments import ols_of_moments
from smartcity_survey.stats.sem.cfa import correlations_of, fit_cfa
from smartcity_survey.stats.sem.cfa_fit import fit_indices

ROWS_AT_ONCE = 500_000
SCALE = (1, 5)


def write(path: Path, n: int) -> None:
    """The larger survey of the benchmarks, piece by piece."""
    names = [f"item{j}" for j in range(len(larger_owner()))]
    with pq.ParquetWriter(path, pa.schema([(name, pa.int8()) for name in names])) as file:
        for number, first in enumerate(range(0, n, ROWS_AT_ONCE)):
            x = larger(min(ROWS_AT_ONCE, n - first), seed=number)
            file.write_table(pa.table(dict(zip(names, x.T.copy(), strict=True))))


def read(path: Path) -> StreamedMoments:
    """The moments of a file, one pass."""
    moments = StreamedMoments(len(larger_owner()), *SCALE, seed=1)
    for batch in pq.ParquetFile(path).iter_batches(ROWS_AT_ONCE):
        moments.add(np.column_stack([column.to_numpy() for column in batch.columns]))
    return moments


def analyse(moments: StreamedMoments, draws: int) -> dict[str, float]:
    """Everything from descriptives to the bootstrap; processor seconds of each part."""
    seconds: dict[str, float] = {}
    n, blocks, paths = moments.n, membership(larger_owner()), model(larger_owner())
    before = time.process_time()

    def part(name: str) -> None:
        nonlocal before
        seconds[name], before = time.process_time() - before, time.process_time()

    describe_counts(moments.counts, np.arange(SCALE[0], SCALE[1] + 1.0))
    S = moments.covariance()
    R = correlations_of(S)
    part("descriptives, correlations")
    kmo(R)
    bartlett_sphericity(R, n)
    rotated_solution(R)
    part("adequacy, components")
    cfa = fit_cfa(S * (n - 1) / n, n, blocks)
    fit_indices(cfa)
    part("confirmatory factors")
    weights = regression_score_weights(cfa)
    ols_of_moments(weights @ moments.mean(), weights @ S @ weights.T, n)
    part("regression of scores")
    bootstrap = bootstrap_streamed(moments, paths, draws, seed=1)
    for name in ("path_coefficients", "loadings", "outer_weights"):
        bootstrap.summary(name)
    part(f"PLS, {draws:,} resamples")
    return seconds


def peak() -> float:
    """Largest memory of this process so far, in GiB; Linux counts in KiB, macOS in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30


def main() -> None:
    path = Path(sys.argv[1])
    n, draws = (int(number) for number in (sys.argv[2:4] + ["10_000_000", "10_000"][len(sys.argv[2:4]) :]))
    if sys.argv[4:] == ["write"]:
        write(path, n)
        return
    if not path.is_file():  # by another process, whose memory does not count
        subprocess.run([sys.executable, __file__, path, str(n), str(draws), "write"], check=True)
    wall, start = time.perf_counter(), time.process_time()
    moments = read(path)
    seconds = {"one pass over the file": time.process_time() - start, **analyse(moments, draws)}
    for name, spent in seconds.items():
        print(f"{name:<32}{spent:8.1f}")
    print(f"{moments.n:,} respondents: {sum(seconds.values()):.1f} processor seconds, ", end="")
    print(f"{time.perf_counter() - wall:.1f} by the clock, {peak():.2f} GiB at most")


if __name__ == "__main__":
    main()
