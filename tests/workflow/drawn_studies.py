"""Studies drawn at random, from comfortable to hopeless."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from hypothesis import strategies as st

QUICK: dict[str, Any] = {
    "factors": {"parallel": {"draws": 50}},
    "cfa": {"dynamic_draws": 20},
    "pls": {"bootstrap_draws": 100, "exact_fit_draws": 20, "folds": 5, "repetitions": 1},
}
RULES = ["blank_form", "duplicate_respondent", "out_of_range", "missing_items", "unknown_category"]


@dataclass(frozen=True)
class Ranges:
    """Smallest and largest value of each property of a drawn study.

    Attributes
    ----------
    n : respondents.
    constructs, items : number of constructs, and of items of each.
    categories : codes of the common scale.
    loading : of every item on its construct.
    overlap : correlation of the constructs.
    skew : by how many standard deviations answers lean to the upper end of the scale.
    gaps : share of answers left out.
    groups : categories of the demographic question; below 2 the config compares none.
    """

    n: tuple[int, int] = (20, 400)
    constructs: tuple[int, int] = (2, 6)
    items: tuple[int, int] = (1, 6)
    categories: tuple[int, int] = (2, 10)
    loading: tuple[float, float] = (0.2, 0.95)
    overlap: tuple[float, float] = (0.0, 1.0)
    skew: tuple[float, float] = (0.0, 2.0)
    gaps: tuple[float, float] = (0.0, 0.1)
    groups: tuple[int, int] = (0, 4)


@dataclass(frozen=True)
class DrawnStudy:
    """One study; `seed` draws the answers."""

    n: int
    items: tuple[int, ...]
    categories: int
    loading: float
    overlap: float
    skew: float
    gaps: float
    groups: int
    chain: bool
    method: str
    seed: int

    def names(self) -> list[str]:
        return [f"c{number}" for number in range(1, len(self.items) + 1)]

    def columns(self) -> dict[str, str]:
        """Every item with its construct."""
        counted = zip(self.names(), self.items, strict=True)
        return {f"{name}_{j}": name for name, many in counted for j in range(1, many + 1)}

    def answers(self) -> pd.DataFrame:
        """Items that measure correlated factors, cut into categories, with gaps; each respondent's group."""
        rng = np.random.default_rng(self.seed)
        k = len(self.items)
        common = rng.normal(size=(self.n, 1))
        factors = np.sqrt(self.overlap) * common + np.sqrt(1 - self.overlap) * rng.normal(size=(self.n, k))
        of_items = np.repeat(factors, self.items, axis=1)
        noise = rng.normal(size=of_items.shape)
        latent = self.loading * of_items + np.sqrt(1 - self.loading**2) * noise
        cuts = np.linspace(-1.5, 1.5, self.categories + 1)[1:-1] if self.categories > 2 else np.zeros(1)
        codes = 1.0 + np.searchsorted(cuts, latent + self.skew)
        codes[rng.random(codes.shape) < self.gaps] = np.nan
        frame = pd.DataFrame(codes, columns=list(self.columns())).astype("Int64")
        return frame.assign(group=rng.integers(1, max(self.groups, 1) + 1, size=self.n))

    def codebook(self) -> dict[str, Any]:
        groups = {code: f"group {code}" for code in range(1, max(self.groups, 1) + 1)}
        return {
            "scale": {"minimum": 1, "maximum": self.categories},
            "constructs": {name: {"label": name} for name in self.names()},
            "items": {item: {"construct": name, "label": item} for item, name in self.columns().items()},
            "demographics": {"group": {"label": "Group", "categories": groups}},
        }

    def config(self) -> dict[str, Any]:
        *sources, target = self.names()
        if self.chain:
            paths = [{"from": [a], "to": b} for a, b in zip(self.names(), self.names()[1:], strict=False)]
        else:
            paths = [{"from": sources, "to": target}]
        claims = [(source, path["to"]) for path in paths for source in path["from"]]
        asked = ["group"][: self.groups > 1]
        return {
            "study": {"title": "Drawn"},
            "data": {"file": "survey.csv", "codebook": "codebook.yaml"},
            "cleaning": {"rules": RULES},
            "model": {
                "constructs": {name: {} for name in self.names()},
                "paths": paths,
                "hypotheses": {f"H{i}": {"from": a, "to": b} for i, (a, b) in enumerate(claims, start=1)},
            },
            "scores": {"method": self.method},
            "regression": {"controls": asked},
            "groups": {"variables": list(asked), "smallest": 10, "permutations": 20},
            "robustness": {"null_draws": 100, "power_draws": 20, "controls": list(asked)},
            "seed": 1,
            **QUICK,
        }

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (("config.yaml", self.config()), ("codebook.yaml", self.codebook())):
            (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")
        self.answers().to_csv(folder / "survey.csv", index=False, encoding="utf-8")


def studies(ranges: Ranges) -> st.SearchStrategy[DrawnStudy]:
    """Studies whose properties lie in the ranges."""
    whole = {name: st.integers(*bounds) for name, bounds in asdict(ranges).items() if _is_whole(bounds)}
    share = {name: st.floats(*bounds) for name, bounds in asdict(ranges).items() if not _is_whole(bounds)}
    sizes = whole.pop("constructs").flatmap(
        lambda k: st.lists(st.integers(*ranges.items), min_size=k, max_size=k).map(tuple)
    )
    return st.builds(
        DrawnStudy,
        **whole | share | {"items": sizes},
        chain=st.booleans(),
        method=st.sampled_from(["mean", "sum", "component", "cfa_regression", "cfa_bartlett", "pls"]),
        seed=st.integers(0, 2**32 - 1),
    )


def _is_whole(bounds: tuple[float, float]) -> bool:
    return all(isinstance(bound, int) for bound in bounds)
