"""Runs a whole study with many items; prints wall and processor seconds, and the wall seconds of each step.

    python benchmarks/wide_study.py FOLDER [CONSTRUCTS] [ITEMS_PER_CONSTRUCT] [RESPONDENTS]

Without numbers: 20 constructs of 15 items, 1,000 respondents; the goal is under three minutes on two cores.
The study is written into FOLDER first, as `new-wave` drafts one, with two control variables.

Measured from end to end on two quiet cores (2026-11-28): 176 s, 315 processor seconds. Before, the same study
could not be run at all: two of its tables asked for more than 30 GiB. Processor seconds of the largest steps:

    step                  before    after
    cfa                     430+      65    before: not finished
    specification_curve      181      65
    pls                       81      45
    pls_assessment            72      22
    report                   n/a      20
    common_factors            13      15    of 160 items and 21 factors: 2.7
    factors                    6       6

The start of each of the 23 steps takes about one second.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

CORRELATION = 0.3
LOADINGS = (0.6, 0.85)
THRESHOLDS = (-1.5, -0.5, 0.5, 1.5)


def write_study(folder: Path, constructs: int, items: int, n: int, seed: int = 3) -> None:
    """Survey, codebook and config: correlated constructs, the middle and the last one explained by others."""
    rng = np.random.default_rng(seed)
    covariances = np.full((constructs, constructs), CORRELATION) + (1 - CORRELATION) * np.eye(constructs)
    factors = rng.standard_normal((n, constructs)) @ np.linalg.cholesky(covariances).T
    loadings = rng.uniform(*LOADINGS, size=(constructs, items))
    errors = rng.standard_normal((n, constructs, items)) * np.sqrt(1 - np.square(loadings))
    answers = 1 + np.digitize((factors[:, :, None] * loadings + errors).reshape(n, -1), THRESHOLDS)
    names = [f"c{j:02d}" for j in range(constructs)]
    columns = [f"{name}_{i:02d}" for name in names for i in range(items)]
    demographics = {"gender": rng.integers(1, 3, size=n), "age": rng.integers(1, 5, size=n)}
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(answers, columns=columns).assign(**demographics).to_csv(folder / "survey.csv", index=False)
    codebook = {
        "scale": {"minimum": 1, "maximum": 5},
        "constructs": {name: {"label": name.upper()} for name in names},
        "items": {column: {"construct": column[:3], "label": f"Item {column}"} for column in columns},
        "demographics": {
            name: {"label": name, "categories": {int(code): f"{name} {code}" for code in np.unique(codes)}}
            for name, codes in demographics.items()
        },
    }
    half = (constructs - 1) // 2
    config = {
        "study": {"title": "Many items"},
        "data": {"file": "survey.csv", "codebook": "codebook.yaml"},
        "cleaning": {"rules": ["missing_items"]},
        "model": {  # relative importance takes at most 16 predictors of one outcome
            "constructs": {name: {"mode": "reflective"} for name in names},
            "paths": [{"from": names[:half], "to": names[half]}, {"from": names[half:-1], "to": names[-1]}],
            "hypotheses": {
                f"H{j + 1}": {"from": name, "to": names[-1]} for j, name in enumerate(names[half:-1][:6])
            },
        },
        "robustness": {"controls": list(demographics)},
        "seed": 7,
    }
    for name, content in (("codebook", codebook), ("config", config)):
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def run(folder: Path) -> dict[str, object]:
    """Wall and processor seconds of a run from nothing, one step at a time."""
    start, before = time.time(), os.times()
    command = [sys.executable, "-m", "smartcity_survey.cli", "run", str(folder), "--cores", "2"]
    subprocess.run(command, check=True, stdout=sys.stderr)
    after = os.times()
    processor = sum(after[2:4]) - sum(before[2:4])
    logs = (folder / "reports" / "private" / "logs").glob("*.log")
    steps, previous = {}, start
    for log in sorted(logs, key=lambda path: path.stat().st_mtime):
        steps[log.stem] = round(log.stat().st_mtime - previous, 1)
        previous = log.stat().st_mtime
    return {"seconds": time.time() - start, "processor_seconds": processor, "steps": steps}


def main() -> None:
    folder, sizes = Path(sys.argv[1]), [int(number) for number in sys.argv[2:5]]
    write_study(folder, *(sizes + [20, 15, 1000][len(sizes) :]))
    print(json.dumps(run(folder), indent=2))


if __name__ == "__main__":
    main()
