"""`smartcity-survey stream` of ten million respondents in a Parquet file; prints seconds and memory.

    python benchmarks/streaming.py FOLDER [RESPONDENTS] [DRAWS]

The study is written into FOLDER first where it is not there.
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
import yaml
from survey import larger, larger_owner

from smartcity_survey.stream.one_pass import one_pass
from smartcity_survey.stream.results import results

ROWS_AT_ONCE = 500_000


def write(folder: Path, n: int, draws: int) -> None:
    """The larger survey of the benchmarks as a study, piece by piece."""
    owner = larger_owner()
    names, constructs = [f"item{j}" for j in range(len(owner))], [f"c{j}" for j in range(7)]
    items = dict(zip(names, owner, strict=True))
    config = {
        "study": {"title": "Many respondents"},
        "data": {"file": "survey.parquet", "codebook": "codebook.yaml"},
        "cleaning": {"rules": ["blank_form", "out_of_range", "missing_items"]},
        "model": {
            "constructs": {name: {"mode": "reflective"} for name in constructs},
            "paths": [{"from": constructs[:6], "to": constructs[6]}],
        },
        "scores": {"method": "cfa_regression"},
        "pls": {"bootstrap_draws": draws},
        "seed": 1,
    }
    codebook = {
        "scale": {"minimum": 1, "maximum": 5},
        "constructs": {name: {"label": name.upper()} for name in constructs},
        "items": {name: {"construct": f"c{own}", "label": name} for name, own in items.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("codebook", codebook), ("config", config)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    with pq.ParquetWriter(
        folder / "survey.parquet", pa.schema([(name, pa.int8()) for name in names])
    ) as file:
        for number, first in enumerate(range(0, n, ROWS_AT_ONCE)):
            x = larger(min(ROWS_AT_ONCE, n - first), seed=number)
            file.write_table(pa.table(dict(zip(names, np.ascontiguousarray(x.T), strict=True))))


def timed(folder: Path) -> tuple[int, dict[str, float]]:
    """Respondents analysed, and processor seconds of each part of the work."""
    start = time.process_time()
    streamed = one_pass(folder)
    seconds = {"one pass over the file": time.process_time() - start}
    start = time.process_time()
    for name, _ in results(streamed):
        seconds[name], start = time.process_time() - start, time.process_time()
    return streamed.moments.n, seconds


def peak() -> float:
    """Largest memory of this process so far, in GiB; Linux counts in KiB, macOS in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30


def main() -> None:
    folder = Path(sys.argv[1])
    n, draws = (int(number) for number in (sys.argv[2:4] + ["10_000_000", "10_000"][len(sys.argv[2:4]) :]))
    if sys.argv[4:] == ["write"]:
        write(folder, n, draws)
        return
    if not (folder / "config.yaml").is_file():  # by another process, whose memory does not count
        subprocess.run([sys.executable, __file__, folder, str(n), str(draws), "write"], check=True)
    wall = time.perf_counter()
    n, seconds = timed(folder)
    for name, spent in seconds.items():
        print(f"{name:<32}{spent:8.1f}")
    print(f"{n:,} respondents: {sum(seconds.values()):.1f} processor seconds, ", end="")
    print(f"{time.perf_counter() - wall:.1f} by the clock, {peak():.2f} GiB at most")


if __name__ == "__main__":
    main()
