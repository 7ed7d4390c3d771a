"""Studies in which some statistic has no solution, each in its own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from tests.workflow.drawn_studies import DrawnStudy

Change = Callable[[pd.DataFrame], pd.DataFrame]

PLAIN = DrawnStudy(
    n=150,
    items=(3, 3, 3),
    categories=5,
    loading=0.75,
    overlap=0.3,
    skew=0.0,
    gaps=0.0,
    groups=2,
    chain=False,
    method="mean",
    seed=5,
)


@dataclass(frozen=True)
class Degenerate:
    """A drawn study with its answers changed, constructs renamed or keys of its config replaced."""

    study: DrawnStudy = PLAIN
    change: Change = lambda frame: frame
    config: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        self.study.write(folder)
        self.change(pd.read_csv(folder / "survey.csv")).to_csv(folder / "survey.csv", index=False)
        config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
        for section, keys in self.config.items():
            config[section] = {**config.get(section, {}), **keys}
        for name, content in (("config", config), ("codebook", self._codebook(folder))):
            text = yaml.safe_dump(content, allow_unicode=True)
            for old, new in self.names.items():
                text = text.replace(f"{old}\n", f"{_quoted(new)}\n").replace(f"{old}:", f"{_quoted(new)}:")
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    def _codebook(self, folder: Path) -> Any:
        return yaml.safe_load((folder / "codebook.yaml").read_text(encoding="utf-8"))


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _copied(frame: pd.DataFrame) -> pd.DataFrame:
    """Two items of one construct are the same: their correlation is 1."""
    return frame.assign(c1_2=frame["c1_1"])


def _copied_across(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(c2_1=frame["c1_1"])


def _same_constructs(frame: pd.DataFrame) -> pd.DataFrame:
    """Two predictors with the same answers: their scores determine one another."""
    return frame.assign(c2_1=frame["c1_1"], c2_2=frame["c1_2"], c2_3=frame["c1_3"])


def _outcome_from_predictors(frame: pd.DataFrame) -> pd.DataFrame:
    """The outcome is the first predictor once more: nothing is left to explain."""
    return frame.assign(c3_1=frame["c1_1"], c3_2=frame["c1_2"], c3_3=frame["c1_3"])


def _constant_in_a_group(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(c1_1=frame["c1_1"].where(frame["group"] != 1, 3))


def _one_in_a_group(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(group=[2, *[1] * (len(frame) - 1)])


def _nobody_else(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(group=1)


def _heywood(frame: pd.DataFrame) -> pd.DataFrame:
    """Two items that share more with a third than with one another."""
    rng = np.random.default_rng(4)
    apart = rng.integers(-1, 2, len(frame))
    base = frame["c1_1"]
    return frame.assign(c1_2=(base + apart).clip(1, 5), c1_3=(base - apart).clip(1, 5))


def _rare(frame: pd.DataFrame) -> pd.DataFrame:
    """Yes/no items that hardly anyone answers with yes."""
    rng = np.random.default_rng(8)
    items = [column for column in frame if column != "group"]
    chosen = pd.DataFrame((rng.random((len(frame), len(items))) < 0.06) + 1, columns=items)
    chosen.loc[0] = 2
    return frame.assign(**{item: chosen[item] for item in items})


def _against_one_another(frame: pd.DataFrame) -> pd.DataFrame:
    """The items of a construct go against one another: no reliability, no common factor."""
    return frame.assign(c1_2=6 - frame["c1_1"] + (frame.index % 7 == 0)).clip(upper=5)


def _unrelated(frame: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(9)
    items = [column for column in frame if column != "group"]
    return frame.assign(**{item: rng.integers(1, 6, len(frame)) for item in items})


KINDS: Mapping[str, Degenerate] = {
    "copied_item": Degenerate(change=_copied),
    "copied_across_constructs": Degenerate(change=_copied_across),
    "same_constructs": Degenerate(change=_same_constructs),
    "outcome_from_predictors": Degenerate(change=_outcome_from_predictors),
    "constant_in_a_group": Degenerate(change=_constant_in_a_group),
    "one_respondent_in_a_group": Degenerate(change=_one_in_a_group),
    "one_group": Degenerate(change=_nobody_else),
    "heywood": Degenerate(change=_heywood),
    "heywood_of_two_items": Degenerate(replace(PLAIN, n=100, items=(2, 2, 2, 2), loading=0.5, seed=3)),
    "overlap_of_one": Degenerate(replace(PLAIN, overlap=1.0)),
    "rare_binary": Degenerate(replace(PLAIN, categories=2), _rare),
    "against_one_another": Degenerate(change=_against_one_another),
    "unrelated": Degenerate(change=_unrelated),
    "single_items": Degenerate(replace(PLAIN, items=(1, 3, 1))),
    "two_items": Degenerate(replace(PLAIN, items=(2, 2))),
    "rows_below_items": Degenerate(replace(PLAIN, n=20, items=(6, 6, 6, 6), groups=0)),
    "rows_just_above_items": Degenerate(replace(PLAIN, n=26, items=(6, 6, 6, 6), groups=0)),
    "few_rows": Degenerate(replace(PLAIN, n=12, groups=0)),
    "more_folds_than_rows": Degenerate(
        replace(PLAIN, n=40, groups=0), config={"pls": {"folds": 50, "bootstrap_draws": 100}}
    ),
    "polychoric_pls": Degenerate(
        replace(PLAIN, categories=2), _rare, config={"pls": {"correlation": "polychoric"}}
    ),
    "unsolved_scores": Degenerate(change=_heywood, config={"scores": {"method": "cfa_bartlett"}}),
    "names_of_no_syntax": Degenerate(
        change=lambda frame: frame.rename(columns={"c1_1": "T 1"}),
        names={"c1": "my trust", "c2": "use-it/now", "c3": "it's [q] ~ + *", "c1_1": "T 1"},
    ),
    "moderation": Degenerate(
        change=_same_constructs,
        config={"model": {"moderations": [{"moderator": "c2", "from": "c1", "to": "c3"}]}},
    ),
}
"""Name of each kind of degeneracy and a study that has it."""
