"""What the choices of the specification curve range over: item sets, exclusions, control variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from smartcity_survey.data.dummies import demographic_dummies
from smartcity_survey.io import read_table
from smartcity_survey.stages.answers.clean import SCREENS
from smartcity_survey.stages.design import design_of
from smartcity_survey.stages.needs import Codes, CountedItems, Files, Need, SmallestTold, complete_rows
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.study.codebook import RESPONDENT, Codebook
from smartcity_survey.study.config import Config
from smartcity_survey.study.missing_answers import Curve

NONE = "none"


@dataclass(frozen=True, slots=True)
class CurveChoices:
    """What the choices range over, for the n respondents of a study.

    items : name of an item set to its items.
    exclusions : name of an exclusion rule to (n,), who stays.
    controls : name of a control variable to its dummies (n, d).
    crossed : every set of controls instead of none of them and all. Controls multiply the specifications and,
        as a rule, change nothing.
    """

    items: Mapping[str, tuple[str, ...]]
    exclusions: Mapping[str, BoolArray]
    controls: Mapping[str, Array]
    crossed: bool = False

    @property
    def control_sets(self) -> list[tuple[str, ...]]:
        """Sets of control variables, the empty one first and that of all last."""
        names = list(self.controls)
        sizes = range(len(names) + 1) if self.crossed else dict.fromkeys((0, len(names)))
        return [chosen for size in sizes for chosen in combinations(names, size)]

    def covariates(self, kept: BoolArray) -> tuple[Array, BoolArray]:
        """Dummies (n, d) that vary among those kept, and (S, d), which of them each set of controls uses."""
        parts = {name: dummies[kept] for name, dummies in self.controls.items()}
        parts = {name: part[:, part.std(axis=0) > 0] for name, part in parts.items()}
        owners = [name for name, part in parts.items() for _ in range(part.shape[1])]
        used = [[owner in chosen for owner in owners] for chosen in self.control_sets]
        covariates = np.hstack(list(parts.values())) if parts else np.empty((int(kept.sum()), 0))
        return covariates, np.array(used, dtype=bool).reshape(len(used), len(owners))


def item_choices(retention: pd.DataFrame, strict_loading: float) -> dict[str, tuple[str, ...]]:
    """All items, those retained, and those whose largest loading is at least `strict_loading`.

    Parameters
    ----------
    retention : the stage file `item_retention`. Sets that are equal are listed once.
    """
    retained = retention["retained"]
    strict = retained & (retention["largest_loading"].abs() >= strict_loading)
    sets = {
        "all": retention["item"],
        "retained": retention["item"][retained],
        "strict": retention["item"][strict],
    }
    return _distinct({name: tuple(items) for name, items in sets.items()})


def exclusion_choices(careless: pd.DataFrame, casewise: pd.DataFrame) -> dict[str, BoolArray]:
    """Who stays under each screen of careless answers, and without respondents of large influence.

    Parameters
    ----------
    careless : the private stage file, one row per respondent; screens are those of `stages.clean`.
    casewise : the private stage file of the regression; Cook's distance above 4 / n counts as large in any
        of its regressions, of n respondents. Who is in none of them stays.
    """
    rules: dict[str, BoolArray] = {NONE: np.ones(len(careless), dtype=bool)}
    for index, (direction, limit, _) in SCREENS.items():
        values = careless[index].to_numpy(dtype=np.float64)
        if direction == "above":
            flagged = values > limit
        elif direction == "below":
            flagged = values < limit
        else:
            flagged = values <= np.nanquantile(values, limit / 100)
        rules[index] = ~flagged
    largest = casewise.groupby("respondent")["cooks_distance"].max()
    n = len(largest) or len(careless)
    rules["influential"] = ~(careless["respondent"].map(largest).to_numpy() > 4 / n)
    return {name: kept for name, kept in rules.items() if name == NONE or not kept.all()}


def control_choices(
    answers: pd.DataFrame, codebook: Codebook, controls: Sequence[str], smallest: int | None = None
) -> dict[str, Array]:
    """Dummies of every demographic variable named, as the hierarchical regression has them."""
    dummies = demographic_dummies(answers, codebook, controls, "config.yaml, robustness.controls", smallest)
    owners = np.array([category.variable for category in dummies.categories], dtype=object)
    return {name: dummies.values[:, owners == name] for name in controls}


def _distinct(sets: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    kept: dict[str, tuple[str, ...]] = {}
    for name, items in sets.items():
        if items not in kept.values():
            kept[name] = items
    return kept


@dataclass(frozen=True)
class _OfRespondents(Need):
    """What the choices are made from: stage files and the section `robustness`."""

    def frames(self, config: Config) -> tuple[str, ...]:
        return ("answers", "careless", "casewise", "item_retention")

    def options(self, config: Config, codebook: Codebook) -> Any:
        section = config.robustness.model_dump(
            mode="json", include={"controls", "controls_crossed", "strict_loading"}
        )
        counted = CountedItems().options(config, codebook)
        complete = {} if counted is None else {"complete": counted}
        smallest = SmallestTold().options(config, codebook)
        told = {} if smallest is None else {"smallest": smallest}
        return {**section, "codebook": Codes().options(config, codebook), **complete, **told}


@dataclass(frozen=True)
class CurveChoicesOf(_OfRespondents):
    """The choices of a study, for its complete questionnaires."""

    def value(self, paths: Files, options: Any) -> CurveChoices:
        frames = tuple(map(read_table, paths))
        return _choices(complete_rows(frames[0], options.get("complete")), frames[1:], options)


def _choices(answers: pd.DataFrame, others: Sequence[pd.DataFrame], options: Any) -> CurveChoices:
    """Of these respondents, from the frames after the answers."""
    careless, casewise, retention = others
    careless = careless[careless[RESPONDENT].isin(answers[RESPONDENT])].reset_index(drop=True)
    codebook = Codebook.model_validate(options["codebook"])
    return CurveChoices(
        items=item_choices(retention, options["strict_loading"]),
        exclusions=exclusion_choices(careless, casewise),
        controls=control_choices(answers, codebook, options["controls"], options.get("smallest")),
        crossed=options["controls_crossed"],
    )


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """All N respondents of a study with missing answers, and what may become of these.

    answers : with gaps. choices : of all respondents. complete : (N,), who left out no item that counts.
    methods : as `missing.specification_curve`. clusters : (N,), codes of those drawn together; None: nobody.
    """

    answers: pd.DataFrame
    choices: CurveChoices
    complete: BoolArray
    methods: tuple[Curve, ...]
    clusters: IntArray | None


@dataclass(frozen=True)
class GapsOf(_OfRespondents):
    """All respondents, where the config has missing answers as a choice and there are some; else None."""

    takes_clusters = True

    def frames(self, config: Config) -> tuple[str, ...]:
        return super().frames(config) if config.missing.curve else ()

    def options(self, config: Config, codebook: Codebook) -> Any:
        if not config.missing.curve:
            return None
        return {**super().options(config, codebook), "methods": list(config.missing.curve)}

    def value(self, paths: Files, options: Any) -> Gaps | None:
        if not paths:
            return None
        frames = tuple(map(read_table, paths))
        answers = frames[0]
        complete = answers[options["complete"]].notna().all(axis=1).to_numpy()
        if complete.all():
            return None
        design = design_of(answers)
        return Gaps(
            answers,
            _choices(answers, frames[1:], options),
            complete,
            tuple(options["methods"]),
            None if design is None else design.clusters,
        )
