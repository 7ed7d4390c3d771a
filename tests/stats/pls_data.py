"""Models and data that the tests of the PLS modules share, and a textbook PLS to check ours against."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.pls.model import Mode, PlsModel, Scheme

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@dataclass(frozen=True)
class Reference:
    """A model with item correlations (p, p) of n respondents and what other software makes of them."""

    R: Array
    n: int
    blocks: BoolArray
    paths: BoolArray
    values: dict[str, Any]

    def array(self, *keys: str) -> Array:
        """Numbers of one entry; what the package did not print is nan."""
        entry = self.values
        for key in keys:
            entry = entry[key]
        return np.array(entry, dtype=float)

    def model(self, **options: Any) -> PlsModel:
        """The model, with options of `PlsModel`."""
        return PlsModel(self.blocks, self.paths, **options)


@cache
def answers() -> Array:
    """(676, 48): the simulated survey, items construct by construct."""
    return pd.read_csv(REFERENCE / "data" / "sim676.csv").filter(regex="^[A-FY][0-9]").to_numpy(dtype=float)


@cache
def reference(name: str) -> Reference:
    """The reference model on `mobi` or on `sim676`."""
    values = json.loads((REFERENCE / f"pls_{name}.json").read_text(encoding="utf-8"))
    constructs, blocks = values["constructs"], values["blocks"]
    owner = [constructs.index(construct) for construct, items in blocks.items() for _ in items]
    paths = np.zeros((len(constructs),) * 2, dtype=bool)
    for source, target in values["paths"]:
        paths[constructs.index(source), constructs.index(target)] = True
    R = np.array(values["correlations"]) if "correlations" in values else np.corrcoef(answers(), rowvar=False)
    return Reference(R, values["n"], membership(owner), paths, values)


def membership(owner: list[int] | Array) -> BoolArray:
    """(p, c): items by construct, from each item's construct."""
    return np.asarray(owner)[:, None] == np.arange(max(owner) + 1)


def random_model(
    rng: np.random.Generator, *, scheme: Scheme = "path", formative: bool = False, largest_block: int = 4
) -> tuple[Array, PlsModel]:
    """Answers (n, p) with a common factor per construct, and a model whose paths run from lower to higher.

    With `formative` half of the constructs with several items are in Mode B or sum scores.
    """
    c = int(rng.integers(2, 5))
    owner = np.repeat(np.arange(c), rng.integers(1, largest_block + 1, size=c))
    paths = np.triu(rng.random((c, c)) < 0.6, 1)
    paths[:-1, -1] |= ~paths[:-1].any(axis=1)
    paths[0, -1] |= not paths[:, -1].any()
    factors = rng.normal(size=(int(rng.integers(60, 200)), c)) @ (np.eye(c) + 0.4)
    x = factors[:, owner] + rng.normal(size=(len(factors), len(owner)))
    others: tuple[Mode, ...] = ("mode_b", "sum_score")
    modes: tuple[Mode, ...] = tuple(
        others[rng.integers(2)] if formative and rng.random() < 0.5 and (owner == j).sum() > 1 else "mode_a"
        for j in range(c)
    )
    shuffled = rng.permutation(len(owner))
    return x[:, shuffled], PlsModel(membership(owner)[shuffled], paths, modes, scheme)


def textbook_pls(x: Array, model: PlsModel, tolerance: float = 1e-13) -> tuple[Array, Array, Array]:
    """Outer weights (p, c), path coefficients (c, c) and R2 (c,), on scores, one construct at a time."""
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    c = len(model.paths)
    weights = model.blocks.astype(float)
    for _ in range(5000):
        scores = z @ weights
        scores /= scores.std(axis=0, ddof=1)
        corr = np.corrcoef(scores, rowvar=False)
        new = np.zeros_like(weights)
        for j in range(c):
            before, after = np.flatnonzero(model.paths[:, j]), np.flatnonzero(model.paths[j])
            inner = np.zeros(c)
            near = np.append(before, after)
            inner[near] = np.sign(corr[near, j]) if model.scheme == "centroid" else corr[near, j]
            if model.scheme == "path" and before.size:
                inner[before] = np.linalg.lstsq(scores[:, before], scores[:, j], rcond=None)[0]
            proxy, block = scores @ inner, model.blocks[:, j]
            if model.modes[j] == "mode_a":
                new[block, j] = z[:, block].T @ proxy
            elif model.modes[j] == "mode_b":
                new[block, j] = np.linalg.lstsq(z[:, block], proxy, rcond=None)[0]
            else:
                new[block, j] = 1.0
        new /= (z @ new).std(axis=0, ddof=1)
        change, weights = np.abs(new - weights).max(), new
        if change < tolerance:
            break
    loadings = np.where(model.blocks, z.T @ (z @ weights), 0.0)
    weights *= np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    scores = z @ weights
    paths, r2 = np.zeros((c, c)), np.full(c, np.nan)
    for j in np.flatnonzero(model.paths.any(axis=0)):
        before = np.flatnonzero(model.paths[:, j])
        paths[before, j] = np.linalg.lstsq(scores[:, before], scores[:, j], rcond=None)[0]
        r2[j] = 1 - ((scores[:, j] - scores[:, before] @ paths[before, j]) ** 2).sum() / (len(x) - 1)
    return weights, paths, r2
