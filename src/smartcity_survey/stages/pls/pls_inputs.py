"""What PLS-SEM starts from: the answers, their sampling weights and clusters, and the items' correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from smartcity_survey.io import Card
from smartcity_survey.stages.cards import corrections
from smartcity_survey.stages.design import design_card, design_of
from smartcity_survey.stats.core.correlations import centre, correlation, weighted_correlation
from smartcity_survey.stats.core.types import Array, IntArray
from smartcity_survey.stats.items.item_moments import ItemMoments, pearson_moments, polychoric_moments
from smartcity_survey.stats.items.polychoric_correlations import corrected_pairs, polychoric
from smartcity_survey.stats.missing.pairwise import pairwise_correlation
from smartcity_survey.stats.pls import model as core
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Mode, PlsSection
from smartcity_survey.study.model import Model


def core_mode(mode: Mode) -> core.Mode:
    """A mode of the config in the numeric core's terms."""
    return "mode_a" if mode == "reflective" else mode


def scale_ends(model: Model, codebook: Codebook) -> tuple[Array, Array]:
    """Lowest and highest answer (p,) of the items of a model."""
    scales = [codebook.scale_of(item) for item in model.items]
    lowest = np.array([scale.minimum for scale in scales], dtype=np.float64)
    return lowest, np.array([scale.maximum for scale in scales], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class PlsInputs:
    """Answers to a model's items as the config wants them taken.

    x : (n, p). design : weights and clusters; None where all respondents count alike and were drawn one by
    one. ordinal : whether correlations are
    polychoric, and answers codes of ordered categories. continuity : as `pls.continuity`. items : names.
    pairwise : answers have gaps, and every correlation is of those who answered both items.
    """

    x: Array
    design: SurveyDesign | None
    ordinal: bool
    continuity: tuple[float, float]
    items: tuple[str, ...]
    pairwise: bool = False

    @classmethod
    def of(cls, answers: pd.DataFrame, model: Model, section: PlsSection) -> PlsInputs:
        """The columns of the cleaned answers that a model needs."""
        x = answers[list(model.items)].to_numpy(dtype=np.float64)
        return cls(
            x, design_of(answers), section.correlation == "polychoric", section.continuity, model.items
        )

    @property
    def weights(self) -> Array | None:
        """(n,): sampling weights that average 1; None where there are none."""
        return self.design.weights if self.design is not None and self.design.weighted else None

    @property
    def clusters(self) -> IntArray | None:
        """(n,): clusters that are resampled as a whole; None where respondents are."""
        return None if self.design is None else self.design.clusters

    @property
    def plain(self) -> bool:
        """Whether correlations are of unweighted answers taken as numbers, of independent respondents."""
        return self.design is None and not self.ordinal

    def correlation(self) -> Array:
        """(p, p): correlations of the items; raises what its three estimators raise."""
        if self.pairwise:
            return pairwise_correlation(self.x)
        if self.ordinal:
            centre(self.x)  # refuses what is not finite
            return polychoric(self._codes(), continuity=self.continuity).correlation
        return correlation(self.x) if self.weights is None else weighted_correlation(self.x, self.weights)

    def moments(self) -> ItemMoments:
        """The same with what each respondent contributes; raises what their estimators raise.

        Pairwise correlations have none here: ValueError.
        """
        if self.pairwise:
            raise ValueError("no influence on pairwise correlations")
        nobody = np.empty((len(self.x), 0))
        if self.ordinal:
            return polychoric_moments(self._codes(), nobody, continuity=self.continuity)
        return pearson_moments(self.x, nobody, self.weights)

    def _codes(self) -> IntArray:
        return np.rint(self.x).astype(np.int64)

    def card(self) -> Card:
        """Lines of an estimator card."""
        if self.ordinal:
            pairs = corrected_pairs(self._codes(), self.continuity)
            return {"correlations": "polychoric", **corrections(self.continuity, pairs, self.items)}
        return {"correlations": "pearson", **design_card(self.design)}

    def unused_card(self) -> Card:
        """Lines of the card of a table that takes unweighted answers as numbers whatever the config says."""
        weights: Card = {} if self.weights is None else {"weights": "not_used"}
        clusters: Card = {} if self.clusters is None else {"clusters": "not_used"}
        return {"correlations": "pearson", **weights, **clusters}
