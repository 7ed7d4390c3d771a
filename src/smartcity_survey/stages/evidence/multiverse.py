"""The multiverse: one study estimated under every combination of sample, items, measurement and estimator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smartcity_survey.errors import NoSolution
from smartcity_survey.stages.evidence.curve_choices import CurveChoices
from smartcity_survey.stages.evidence.curve_panel import FAILED_CHOICES
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.progress import Progress, silent
from smartcity_survey.stages.refusals import reason
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.evidence.construct_moments import (
    ConstructMoments,
    pls_moments,
    score_moments,
)
from smartcity_survey.stats.evidence.latent_moments import factor_moments, ordinal_factor_moments
from smartcity_survey.stats.evidence.specification_curve import null_estimates
from smartcity_survey.stats.evidence.subset_regression import (
    SubsetFits,
    huber_fits,
    least_squares_fits,
    sandwich_fits,
)
from smartcity_survey.stats.items.item_moments import (
    ItemMoments,
    midranks,
    pearson_moments,
    polychoric_moments,
    standardised,
)
from smartcity_survey.stats.items.polychoric_correlations import Polychoric
from smartcity_survey.stats.measurement.scores import (
    bartlett_score_weights,
    component_score_weights,
    mean_score_weights,
    regression_score_weights,
)
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.dwls import fit_dwls
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model

EVERY = "every"
# A specification needs three digits of a factor correlation.
_CFA_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Block:
    """Specifications that share everything but their controls.

    labels : the other choices. n : respondents. fits : of all sets of controls.
    null : (S, h, B), estimates under the null, predictors in the model's order.
    """

    outcome: str
    labels: tuple[str, ...]
    n: int
    fits: SubsetFits
    null: Array


def estimate_blocks(
    answers: pd.DataFrame,
    model: Model,
    pls: PlsSection,
    choices: CurveChoices,
    weights: NDArray[np.int8],
    failures: list[dict[str, str]],
    progress: Progress = silent,
) -> Iterator[Block]:
    """Every specification, those that differ in their controls alone together.

    Parameters
    ----------
    answers : items of the n respondents. model : with all items.
    weights : (B, n), from `draw_weights`.
    failures : takes what could not be estimated, and why.
    progress : of the sets of items under every coding and exclusion.
    """
    samples = list(product(choices.exclusions, _CODINGS, choices.items))
    for exclusion, kept in choices.exclusions.items():
        covariates, subsets = choices.covariates(kept)
        for coding, code in _CODINGS.items():
            try:
                with naming(model.items, coding):
                    x, moments = code(answers.loc[kept, list(model.items)].to_numpy(), covariates, pls)
            except NoSolution as error:
                failures.append(_failure((EVERY, exclusion, coding, EVERY, EVERY), error))
                continue
            for name, items in choices.items.items():
                progress(samples.index((exclusion, coding, name)), len(samples))
                try:
                    measured = model.keeping(items)
                except NoSolution as error:
                    failures.append(_failure((name, exclusion, coding, EVERY, EVERY), error))
                    continue
                columns = [model.items.index(item) for item in measured.items]
                chosen = _columns(moments, columns)
                labels = (name, exclusion, coding)
                rows = None if x is None else x[:, columns]
                for score, constructs in _measurements(
                    rows, covariates, chosen, measured, pls, labels, failures
                ):
                    yield from _estimates(
                        constructs, measured, subsets, (*labels, score), weights[:, kept], failures
                    )


def _as_numbers(x: Array, covariates: Array, _: PlsSection) -> tuple[Array | None, ItemMoments]:
    return x, pearson_moments(x, covariates)


def _as_ranks(x: Array, covariates: Array, pls: PlsSection) -> tuple[Array | None, ItemMoments]:
    return _as_numbers(midranks(x), covariates, pls)


def _as_categories(x: Array, covariates: Array, pls: PlsSection) -> tuple[Array | None, ItemMoments]:
    """Categories of normal variables, which leave no rows."""
    return None, polychoric_moments(x.astype(np.int64), covariates, continuity=pls.continuity)


_CODINGS = {"answers": _as_numbers, "ranks": _as_ranks, "polychoric": _as_categories}


def _failure(labels: tuple[str, ...], error: NoSolution) -> dict[str, str]:
    """What could not be estimated, and why."""
    return {**dict(zip(FAILED_CHOICES, labels, strict=True)), **reason(error)}


def _columns(moments: ItemMoments, items: Sequence[int]) -> ItemMoments:
    if list(items) == list(range(moments.p)):
        return moments
    return moments.of_items(items)


def _measurements(
    x: Array | None,
    covariates: Array,
    moments: ItemMoments,
    model: Model,
    pls: PlsSection,
    labels: tuple[str, ...],
    failures: list[dict[str, str]],
) -> Iterator[tuple[str, ConstructMoments]]:
    """Constructs by every score and measurement model that has a solution here."""
    families: dict[str, Callable[[], dict[str, ConstructMoments]]] = {
        "pls": lambda: _by_composites(moments, model, pls, labels, failures),
        "latent": lambda: _by_factors(covariates, moments, model),
    }
    if x is not None:
        families = {"mean": lambda: _by_scores(x, covariates, moments, model), **families}
    for family, measure in families.items():
        try:
            with naming(model.items, family, model.names):
                found = measure()
        except NoSolution as error:
            failures.append(_failure((*labels, family, EVERY), error))
            continue
        yield from found.items()


def _by_scores(
    x: Array, covariates: Array, moments: ItemMoments, model: Model
) -> dict[str, ConstructMoments]:
    """Means of each construct's items, and their first principal components."""
    membership = model.membership()
    R = moments.correlation[: moments.p, : moments.p]
    component = component_score_weights(R, np.ones(moments.p), membership)
    return {
        "mean": score_moments(x @ mean_score_weights(membership).T, covariates),
        "component": score_moments(standardised(x) @ component.T, covariates),
    }


def _by_composites(
    moments: ItemMoments,
    model: Model,
    pls: PlsSection,
    labels: tuple[str, ...],
    failures: list[dict[str, str]],
) -> dict[str, ConstructMoments]:
    """PLS composites, and the factors behind them where PLSc has a solution."""
    found = pls_moments(moments, pls_model(model, pls))
    if found.factors is not None:
        return {"pls": found.composites, "plsc": found.factors}
    why = {"reason": "unreliable", "at_fault": ""}
    failures.append(dict(zip(FAILED_CHOICES, (*labels, "plsc", EVERY), strict=True)) | why)
    return {"pls": found.composites}


def _by_factors(covariates: Array, moments: ItemMoments, model: Model) -> dict[str, ConstructMoments]:
    """Confirmatory factors and, where there are rows, scores of them."""
    membership, p = model.membership(), moments.p
    R = moments.correlation[:p, :p]
    if moments.latent is not None:
        # Least squares takes nothing but the correlations and the influences on them.
        behind = Polychoric(R, moments.latent, np.empty((p, 0)), 0)
        ordinal = fit_dwls(behind, membership, tolerance=_CFA_TOLERANCE)
        return {"latent": ordinal_factor_moments(moments, ordinal, membership)}
    fit = fit_cfa(R, moments.n, membership, tolerance=_CFA_TOLERANCE)
    z = moments.z[:, :p]
    return {
        "latent": factor_moments(moments, fit, membership),
        "cfa_regression": score_moments(z @ regression_score_weights(fit).T, covariates),
        "cfa_bartlett": score_moments(z @ bartlett_score_weights(fit).T, covariates),
    }


def _estimates(
    constructs: ConstructMoments,
    model: Model,
    subsets: BoolArray,
    labels: tuple[str, ...],
    weights: NDArray[np.int8],
    failures: list[dict[str, str]],
) -> Iterator[Block]:
    """Every estimator that fits the constructs: two of observed scores, one of everything else.

    Least squares stands here once, with the classical errors of the study's own regression, so that this
    analysis is among the specifications with its own p. HC3 errors leave the estimate as it is: beside it
    they would count one estimate twice. They stand in the table `coefficients`.
    """
    names = list(model.names)
    columns = [*names, *["controls"] * subsets.shape[1]]
    for outcome in model.outcomes:
        target = names.index(outcome)
        sources: IntArray = np.array([names.index(source) for source in model.predictors(outcome)])
        estimators: Mapping[str, Callable[..., SubsetFits]] = _OF_SCORES
        if constructs.scores is None:
            estimators = {_OF_MODELS[labels[-1]]: sandwich_fits}
        for estimator, fits in estimators.items():
            try:
                with naming(columns, outcome, names):
                    fit = fits(constructs, target, sources, subsets)
            except NoSolution as error:
                failures.append(_failure((*labels, estimator), error))
                continue
            if not np.isfinite(fit.std_err).all():
                unknown = {"reason": "no_standard_error", "at_fault": ""}
                failures.append(dict(zip(FAILED_CHOICES, (*labels, estimator), strict=True)) | unknown)
                continue
            null = null_estimates(weights, fit.influence)
            yield Block(outcome, (*labels, estimator), len(fit.influence), fit, null)


_OF_SCORES = {"ols": least_squares_fits, "huber": huber_fits}
_OF_MODELS = {"pls": "pls_sem", "plsc": "plsc", "latent": "cfa_sem"}
