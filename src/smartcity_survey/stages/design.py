"""Weights and clusters as what a stage needs; without them its parameter is None."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
import pandas as pd

from smartcity_survey.data.weighting import Weighed
from smartcity_survey.io import Card, read_table
from smartcity_survey.stages.needs import CountedItems, Files, Need, complete_rows
from smartcity_survey.stats.core.correlations import correlation, weighted_correlation
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.sampling.calibration import Calibration
from smartcity_survey.stats.sampling.survey_design import SurveyDesign, design_effect, effective_size
from smartcity_survey.study.codebook import CLUSTER, MARGIN, RAKED_FROM, WEIGHT, Codebook
from smartcity_survey.study.config import Config
from smartcity_survey.study.weighting import WeightingSection


def has_design(config: Config) -> bool:
    """Whether respondents have sampling weights or were drawn in clusters."""
    return any(config.design_keys.values())


def is_raked(config: Config) -> bool:
    """Whether weights are raked to known margins."""
    return bool(config.weighting.margins)


@dataclass(frozen=True)
class DesignOf(CountedItems):
    """Weights and clusters of the respondents; None where all count alike and were drawn one by one.

    every : of all respondents, those who left items out among them.
    """

    every: bool = False

    takes_weights = True
    takes_clusters = True

    def frames(self, config: Config) -> tuple[str, ...]:
        return ("answers",) if self._asked(config) else ()

    def options(self, config: Config, codebook: Codebook) -> Any:
        if not self._asked(config):
            return None
        return {"complete": None if self.every else super().options(config, codebook)}

    def value(self, paths: Files, options: Any) -> SurveyDesign | None:
        return design_of(read_table(paths[0]), options["complete"]) if paths else None

    def _asked(self, config: Config) -> bool:
        return any((config.data.weight, config.weighting.margins, config.data.cluster))


@dataclass(frozen=True)
class WeightsOf(DesignOf):
    """Weights alone, for what has no errors that clusters could widen."""

    takes_clusters = False

    def value(self, paths: Files, options: Any) -> SurveyDesign | None:
        if not paths:
            return None
        without_errors = read_table(paths[0]).drop(columns=[CLUSTER, RAKED_FROM], errors="ignore")
        return design_of(without_errors, options["complete"])

    def _asked(self, config: Config) -> bool:
        return any((config.data.weight, config.weighting.margins))


def design_of(answers: pd.DataFrame, counted: Sequence[str] | None = None) -> SurveyDesign | None:
    """Weights and clusters that stand in a frame of respondents; None where neither does.

    counted : items; the design is of those without a gap among them. Raked weights keep the margins of all.
    """
    rows = complete_rows(answers, counted)
    weights = rows[WEIGHT].to_numpy(dtype=np.float64) if WEIGHT in rows else None
    codes = pd.factorize(rows[CLUSTER])[0].astype(np.int64) if CLUSTER in rows else None
    if weights is None and codes is None:
        return None
    design = SurveyDesign.of(len(rows), weights, codes)
    if RAKED_FROM not in answers:
        return design
    raked = Calibration.of(
        answers[RAKED_FROM].to_numpy(dtype=np.float64),
        answers[WEIGHT].to_numpy(dtype=np.float64),
        [answers[name].to_numpy(dtype=np.int64) for name in answers if str(name).startswith(MARGIN)],
        pd.factorize(answers[CLUSTER])[0].astype(np.int64) if CLUSTER in answers else None,
    )
    kept = np.ones(len(answers), dtype=bool)
    if counted is not None:
        kept = answers[list(counted)].notna().all(axis=1).to_numpy()
    return replace(design, calibration=raked.subset(kept))


@dataclass(frozen=True)
class RakedTo(Need):
    """Known margins and how raked weights are trimmed; None where there are no margins."""

    def options(self, config: Config, codebook: Codebook) -> Any:
        section = config.model_dump(mode="json", include={"weighting"})["weighting"]
        return section if section["margins"] else None

    def value(self, paths: Files, options: Any) -> WeightingSection | None:
        return None if options is None else WeightingSection.model_validate(options)


Design = Annotated[SurveyDesign | None, DesignOf()]
"""Weights and clusters of complete questionnaires."""
Weights = Annotated[SurveyDesign | None, WeightsOf()]
"""Weights of complete questionnaires."""

EveryDesign = Annotated[SurveyDesign | None, DesignOf(every=True)]
"""Weights and clusters of all respondents kept."""


def design_card(design: SurveyDesign | None, *, errors: bool = True, margins: bool = False) -> Card:
    """Lines of an estimator card; nothing where all count alike and were drawn one by one.

    errors : whether the table has errors that clusters change. margins : whether these errors allow for the
        margins that weights were raked to; otherwise they take the weights as given.
    """
    if design is None:
        return {}
    card: Card = {"weights": "sampling_weights"} if design.weighted else {}
    if errors and design.clusters is not None:
        card = {**card, "clusters": design.units}
    if errors and design.calibration is not None:
        card = {**card, "margins": "in_errors" if margins else "weights_as_given"}
    return card


def ignored_card(design: SurveyDesign | None) -> Card:
    """Line of the card of a table whose errors take respondents in clusters for independent."""
    return {} if design is None or design.clusters is None else {"clusters": "not_used"}


def correlation_by(x: Array, design: SurveyDesign | None) -> Array:
    """Correlations (p, p) of x (n, p), with weights where respondents have some; raises what these raise."""
    if design is None or not design.weighted:
        return correlation(x)
    return weighted_correlation(x, design.weights)


def mean_by(x: Array, design: SurveyDesign | None) -> Array:
    """Means (p,) of x (n, p), with weights where respondents have some."""
    return np.asarray(x.mean(axis=0) if design is None else design.weights @ x / design.n)


def spread_by(x: Array, design: SurveyDesign | None) -> Array:
    """Standard deviations (p,) of x (n, p), with weights where respondents have some; divisor n - 1."""
    weights = np.ones(len(x)) if design is None else design.weights
    return np.asarray(np.sqrt(weights @ np.square(x - mean_by(x, design)) / (len(x) - 1)))


def design_frame(design: SurveyDesign) -> pd.DataFrame:
    """What weights and clusters make of the number of respondents."""
    lines: dict[str, float] = {"n": design.n}
    if design.weighted:
        lines |= {
            "effective_n": effective_size(design.weights),
            "design_effect": design_effect(design.weights),
            "smallest_weight": float(design.weights.min()),
            "largest_weight": float(design.weights.max()),
        }
    if design.clusters is not None:
        sizes = np.bincount(design.clusters)
        lines |= {
            "n_clusters": design.units,
            "smallest_cluster": int(sizes.min()),
            "largest_cluster": int(sizes.max()),
        }
    return pd.DataFrame(list(lines.items()), columns=["statistic", "value"])


def raking_card(weighed: Weighed, section: WeightingSection, n: int) -> Card:
    """How weights were raked and trimmed, and whether the sample was weighted before."""
    begun: Card = {"raked_from": "weights_of_the_file"} if weighed.weighted_before else {}
    trimmed: Card = {"trimmed": "nothing"}
    if section.trim:
        low, high = section.trim
        trimmed = {"trimmed_below": low, "trimmed_above": high, "n_trimmed": weighed.n_trimmed}
    return {"method": "raking", "iterations": weighed.n_iterations, **begun, **trimmed, "n": n}
