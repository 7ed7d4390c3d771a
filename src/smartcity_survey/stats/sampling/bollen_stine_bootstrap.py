"""The test of Bollen and Stine: a model's chi-square beside those of resamples in which the model holds.

Answers are turned so that their covariances are exactly the model's. What resamples of these then miss is
what sampling alone leaves, whatever the distribution of the answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from smartcity_survey.stats.core.correlations import weighted_correlation
from smartcity_survey.stats.core.draws import Draws, Take, make_all, steps
from smartcity_survey.stats.core.resample import unit_products
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sampling.resampled_models import AT_ONCE, fit_model, refit, resamples_of
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_moments import weighted_covariance
from smartcity_survey.stats.sem.likelihood import Sample, evaluate
from smartcity_survey.stats.sem.maximum_likelihood import StructureFit


@dataclass(frozen=True, slots=True, eq=False)
class BollenStine:
    """A model's chi-square among those of B resamples of turned answers.

    chi2, df, chi2_p : of the sample, p by the chi-square distribution. draws : (B,), nan where a resample has
        no solution.
    """

    chi2: float
    df: int
    chi2_p: float
    draws: Array

    @property
    def n_unsolved(self) -> int:
        """Resamples without a solution."""
        return int(np.count_nonzero(np.isnan(self.draws)))

    @property
    def mean(self) -> float:
        """Mean of the draws that have a solution; `df` where answers are normal. nan for df 0."""
        solved = self._solved()
        return float(solved.mean()) if solved.size else float("nan")

    @property
    def p(self) -> float:
        """(1 + draws larger than the sample's) / (1 + draws with a solution), never 0; nan for df 0."""
        solved = self._solved()
        larger = int(np.count_nonzero(solved > self.chi2))
        return (1 + larger) / (1 + solved.size) if solved.size else float("nan")

    def _solved(self) -> Array:
        return self.draws[~np.isnan(self.draws)] if self.df else self.draws[:0]


def bollen_stine(
    x: Array,
    pattern: BoolArray,
    design: SurveyDesign,
    draws: int,
    *,
    seed: int,
    paths: BoolArray | None = None,
    pairs: IntArray | None = None,
    progress: Callable[[int], None] = lambda _: None,
    take: Take = make_all,
) -> BollenStine:
    """Test a measurement model, or with `paths` a structural one, by resamples in which it holds.

    Arguments, units and draws are those of `resampled_models.bootstrap_model`.

    Source: Bollen and Stine (1992), Sociological Methods and Research 21, 205-229; p counts the sample itself
    (Phipson and Smyth 2010), which lavaan's `test = "bollen.stine"` does not, and no draw without a solution.

    Raises
    ------
    As `fit_cfa` and `fit_sem`.
    """
    R = weighted_correlation(x, design.weights)
    ml = fit_model(R, design.n, pattern, paths, pairs).ml
    sd = np.sqrt(np.diagonal(weighted_covariance(x, design, 0)))
    turned = turned_answers(x, design, ml.points[0].moments.covariance * np.outer(sd, sd))
    products = unit_products(turned, design.weights if design.weighted else None, design.clusters)
    found = np.full(draws, np.nan)

    def fill(place: slice) -> None:
        counts = products.resampled_counts(seed, place.start, place.stop)
        for draw, sample in enumerate(resamples_of(products, counts, ml.n), place.start):
            if sample is not None:
                found[draw] = resampled_chi2(ml, sample)

    if ml.df:
        blocks = steps(draws, min(AT_ONCE, products.stack_size()))
        take(Draws((found,), blocks, fill, progress=progress))
    return BollenStine(ml.chi2, ml.df, ml.p, found)


def turned_answers(x: Array, design: SurveyDesign, implied: Array) -> Array:
    """(n, p): answers x (n, p) less their means, turned to have exactly the covariances implied (p, p).

    Deviations times S^-1/2 and implied^1/2, symmetric roots, of covariances S by the divisor n.
    """
    deviations = x - design.weights @ x / design.n
    S = weighted_covariance(x, design, 0)
    return np.asarray(deviations @ _power(S, -0.5) @ _power(implied, 0.5))


def resampled_chi2(ml: StructureFit, sample: Sample) -> float:
    """Chi-square of a fitted model in another sample, from its own solution; nan where that has none."""
    theta = refit(ml, sample)
    point = None if theta is None else evaluate(ml.structures[0], sample, theta)
    if point is None:
        return float("nan")
    return max(ml.multiplier * (point.f - sample.log_determinant() - len(sample.covariance)), 0.0)


def _power(matrix: Array, power: float) -> Array:
    """A symmetric power of a positive definite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray(vectors * values**power @ vectors.T)
