"""Writes the bundled study with more respondents: its rows drawn again, some answers moved by a point.

    python benchmarks/large_study.py FOLDER RESPONDENTS [csv|parquet]

Config and codebook are those of the bundled study, without the printed numbers. `profile_run.py FOLDER` then
measures a run of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

STUDY = Path(__file__).resolve().parents[1]
MOVED = 0.15
"""Share of the answers to items that are moved, so that no two questionnaires need be the same."""
INCOMPLETE = 0.02
"""Share of the questionnaires in which an item is left out: cleaning has something to do."""
LOWEST, HIGHEST = 1, 5


def larger_answers(n: int, seed: int = 0) -> pd.DataFrame:
    """(n, 1 + p): usable questionnaires of the bundled survey drawn with replacement, numbered."""
    rng = np.random.default_rng(seed)
    bundled = pd.read_csv(STUDY / "data" / "reconstructed" / "survey_reconstructed.csv", encoding="utf-8")
    codebook = yaml.safe_load((STUDY / "data" / "codebook.yaml").read_text(encoding="utf-8"))
    items, others = list(codebook["items"]), list(codebook["demographics"])
    usable = bundled[[*items, *others]].dropna()
    usable = usable[usable[items].isin(range(LOWEST, HIGHEST + 1)).all(axis=1)]
    usable = usable[
        np.all([usable[name].isin(codebook["demographics"][name]["categories"]) for name in others], 0)
    ]
    rows = usable.to_numpy(dtype=np.int8)[rng.integers(len(usable), size=n)]
    for j in range(len(items)):
        steps = rng.choice(np.array([-1, 0, 1], dtype=np.int8), size=n, p=[MOVED / 2, 1 - MOVED, MOVED / 2])
        rows[:, j] = np.clip(rows[:, j] + steps, LOWEST, HIGHEST)
    answers = pd.DataFrame(rows, columns=[*items, *others]).astype("Int8")
    gaps = rng.random(n) < INCOMPLETE
    answers.loc[gaps, items[0]] = pd.NA
    answers.insert(0, "respondent", np.arange(1, n + 1))
    return answers


def write_study(folder: Path, n: int, form: str) -> None:
    """Survey, codebook and config of a study of n respondents."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    answers = larger_answers(n)
    if form == "parquet":
        answers.to_parquet(folder / "data" / "survey.parquet", index=False)
    else:
        answers.to_csv(folder / "data" / "survey.csv", index=False)
    config = yaml.safe_load((STUDY / "config.yaml").read_text(encoding="utf-8"))
    config["study"] |= {"reconstruction": False, "bounds": None}
    config["data"] |= {"file": f"data/survey.{form}", "published": None}
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    codebook = (STUDY / "data" / "codebook.yaml").read_text(encoding="utf-8")
    (folder / "data" / "codebook.yaml").write_text(codebook, encoding="utf-8")


if __name__ == "__main__":
    write_study(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "csv")
