"""The multiverse: one study estimated under every combination of sample, items, measurement and estimator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smartcity_survey.errors import NoSolution
from smartcity_survey.stages.evidence.curve_choices import CurveChoices
from smartcity_survey.stages.evidence.curve_panel import COMPLETE, FAILED_CHOICES, MISSING, with_missing
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.progress import Progress, silent
from smartcity_survey.stages.refusals import reason, takes_no_weights
from smartcity_survey.stats.core.dealt import Groups
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.evidence.construct_moments import (
    ConstructMoments,
    pls_moments,
    score_moments,
)
from smartcity_survey.stats.evidence.incomplete_items import (
    IncompleteItems,
    composite_moments,
    em_items,
    pairwise_items,
)
from smartcity_survey.stats.evidence.latent_moments import factor_moments, ordinal_factor_moments
from smartcity_survey.stats.evidence.specification_curve import null_estimates
from smartcity_survey.stats.evidence.subset_regression import (
    SubsetFits,
    huber_fits,
    least_squares_fits,
    sandwich_fits,
)
from smartcity_survey.stats.items.held_influence import GroupedItems, grouped
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
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sem.cfa import fit_cfa
from smartcity_survey.stats.sem.dwls import fit_dwls
from smartcity_survey.study.config import PlsSection
from smartcity_survey.study.model import Model

EVERY = "every"
LABELS = with_missing(FAILED_CHOICES, {MISSING})
"""What a block's specifications have chosen; where nobody has missing answers all of them are of complete
questionnaires, and tables do not tell."""
# A specification needs three digits of a factor correlation.
_CFA_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Block:
    """Specifications that share everything but their controls.

    labels : the other choices, in the order of `LABELS`. n : respondents. fits : of all sets of controls,
    without the respondents' influence. null : (S, h, B), estimates under the null, predictors in the
    model's order.
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
    *,
    missing: str = COMPLETE,
    design: SurveyDesign | None = None,
    codings: Sequence[str] | None = None,
    groups: Groups | None = None,
) -> Iterator[Block]:
    """Every specification, those that differ in their controls alone together.

    Parameters
    ----------
    answers : items of the n respondents. model : with all items.
    weights : (B, n), from `draw_weights`; with groups (B, G).
    failures : takes what could not be estimated, and why.
    progress : of the sets of items under every coding and exclusion.
    missing : what becomes of gaps; other methods than that of complete questionnaires are of answers as
        numbers. design : sampling weights and clusters of the n respondents. groups : of a large sample.
    codings : some of `codings_of`; all where not given.
    """
    coders = {name: codings_of(missing)[name] for name in codings or codings_of(missing)}
    samples = list(product(choices.exclusions, coders, choices.items))
    for exclusion, kept in choices.exclusions.items():
        covariates, subsets = choices.covariates(kept)
        drawn = weights[:, kept] if groups is None else weights
        for coding, code in coders.items():
            try:
                with naming(model.items, coding):
                    own = None if design is None else design.subset(kept)
                    x, moments = code(
                        answers.loc[kept, list(model.items)].to_numpy(dtype=np.float64), covariates, pls, own
                    )
                if groups is not None and isinstance(moments, ItemMoments):
                    moments = grouped(moments, groups.subset(kept))
            except NoSolution as error:
                failures.append(_failure((EVERY, exclusion, coding, missing, EVERY, EVERY), error))
                continue
            for name, items in choices.items.items():
                progress(samples.index((exclusion, coding, name)), len(samples))
                try:
                    measured = model.keeping(items)
                except NoSolution as error:
                    failures.append(_failure((name, exclusion, coding, missing, EVERY, EVERY), error))
                    continue
                columns = [model.items.index(item) for item in measured.items]
                chosen = _columns(moments, columns)
                labels = (name, exclusion, coding, missing)
                rows = None if x is None else x[:, columns]
                for score, constructs in _measurements(
                    rows, covariates, chosen, measured, pls, labels, failures
                ):
                    sampled = constructs if own is None else replace(constructs, clusters=own.clusters)
                    yield from _estimates(sampled, measured, subsets, (*labels, score), drawn, failures)


Moments = ItemMoments | GroupedItems | IncompleteItems
Coded = tuple[Array | None, Moments]
"""Answers (n, p), where they are scored respondent by respondent, and their moments."""


def _as_numbers(x: Array, covariates: Array, _: PlsSection, design: SurveyDesign | None) -> Coded:
    return x, pearson_moments(x, covariates, sampling_weights(design))


def _as_ranks(x: Array, covariates: Array, pls: PlsSection, design: SurveyDesign | None) -> Coded:
    return _as_numbers(midranks(x, sampling_weights(design)), covariates, pls, design)


def _as_categories(x: Array, covariates: Array, pls: PlsSection, design: SurveyDesign | None) -> Coded:
    """Categories of normal variables, which leave no rows."""
    if sampling_weights(design) is not None:
        raise takes_no_weights("polychoric")
    return None, polychoric_moments(x.astype(np.int64), covariates, continuity=pls.continuity)


def _with_means(x: Array, covariates: Array, pls: PlsSection, design: SurveyDesign | None) -> Coded:
    """The item's mean among those kept, in the place of an answer that is missing."""
    return _as_numbers(np.where(np.isnan(x), np.nanmean(x, axis=0), x), covariates, pls, design)


_CODINGS: Mapping[str, Callable[..., Coded]] = {
    "answers": _as_numbers,
    "ranks": _as_ranks,
    "polychoric": _as_categories,
}
_OF_GAPS: Mapping[str, Mapping[str, Callable[..., Coded]]] = {
    "mean_replacement": {"answers": _with_means},
    "pairwise": {"answers": lambda x, covariates, *_: (None, pairwise_items(x, covariates))},
    "em": {"answers": lambda x, covariates, *_: (None, em_items(x, covariates))},
}


def codings_of(missing: str) -> Mapping[str, Callable[..., Coded]]:
    """How answers are coded, by names, where this becomes of gaps."""
    return _CODINGS if missing == COMPLETE else _OF_GAPS[missing]


def sampling_weights(design: SurveyDesign | None) -> Array | None:
    """(n,), averaging 1; None where respondents count alike."""
    return design.weights if design is not None and design.weighted else None


def _failure(labels: tuple[str, ...], error: NoSolution) -> dict[str, str]:
    """What could not be estimated, and why."""
    return {**dict(zip(LABELS, labels, strict=True)), **reason(error)}


def _columns(moments: Moments, items: Sequence[int]) -> Moments:
    if list(items) == list(range(moments.p)):
        return moments
    return moments.of_items(items)


def _measurements(
    x: Array | None,
    covariates: Array,
    moments: Moments,
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
    if x is not None or isinstance(moments, IncompleteItems):
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
    x: Array | None, covariates: Array, moments: Moments, model: Model
) -> dict[str, ConstructMoments]:
    """Means of each construct's items, and their first principal components."""
    membership = model.membership()
    R = moments.correlation[: moments.p, : moments.p]
    component = component_score_weights(R, np.ones(moments.p), membership)
    if isinstance(moments, IncompleteItems):
        return {
            "mean": composite_moments(moments, mean_score_weights(membership) * moments.spread),
            "component": composite_moments(moments, component),
        }
    assert x is not None  # what has rows is scored by them
    own, groups = _by_respondent(moments)
    w = own.weights
    return {
        "mean": score_moments(x @ mean_score_weights(membership).T, covariates, w, groups),
        "component": score_moments(standardised(x, w) @ component.T, covariates, w, groups),
    }


def _by_respondent(moments: ItemMoments | GroupedItems) -> tuple[ItemMoments, Groups | None]:
    """The moments by respondent, and the groups of a large sample."""
    return (moments.respondents, moments.groups) if isinstance(moments, GroupedItems) else (moments, None)


def _by_composites(
    moments: Moments,
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
    failures.append(dict(zip(LABELS, (*labels, "plsc", EVERY), strict=True)) | why)
    return {"pls": found.composites}


def _by_factors(covariates: Array, moments: Moments, model: Model) -> dict[str, ConstructMoments]:
    """Confirmatory factors and, unless answers are categories, scores of them."""
    membership, p = model.membership(), moments.p
    R = moments.correlation[:p, :p]
    if not isinstance(moments, IncompleteItems):
        own, groups = _by_respondent(moments)
        if own.latent is not None:
            # Least squares takes nothing but the correlations and the influences on them.
            behind = Polychoric(R, own.latent, np.empty((p, 0)), 0)
            ordinal = fit_dwls(behind, membership, tolerance=_CFA_TOLERANCE, with_errors=False)
            return {"latent": ordinal_factor_moments(moments, ordinal, membership)}
    fit = fit_cfa(R, moments.n, membership, tolerance=_CFA_TOLERANCE)
    latent = {"latent": factor_moments(moments, fit, membership)}
    scores = {"cfa_regression": regression_score_weights(fit), "cfa_bartlett": bartlett_score_weights(fit)}
    if isinstance(moments, IncompleteItems):
        return latent | {name: composite_moments(moments, of) for name, of in scores.items()}
    z, w = own.z[:, :p], own.weights
    return latent | {name: score_moments(z @ of.T, covariates, w, groups) for name, of in scores.items()}


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
            # Scores of nobody, of answers with gaps, are regressed by their covariances.
            estimators = {_OF_MODELS.get(labels[-1], "ols"): sandwich_fits}
        for estimator, fits in estimators.items():
            try:
                with naming(columns, outcome, names):
                    fit = fits(constructs, target, sources, subsets)
            except NoSolution as error:
                failures.append(_failure((*labels, estimator), error))
                continue
            if not np.isfinite(fit.std_err).all():
                unknown = {"reason": "no_standard_error", "at_fault": ""}
                failures.append(dict(zip(LABELS, (*labels, estimator), strict=True)) | unknown)
                continue
            null = null_estimates(weights, fit.influence)
            # Blocks are held until the end: with the influence of all respondents they would fill memory.
            light = replace(fit, influence=np.empty((0, *fit.influence.shape[1:])))
            yield Block(outcome, (*labels, estimator), constructs.n, light, null)


_OF_SCORES = {"ols": least_squares_fits, "huber": huber_fits}
_OF_MODELS = {"pls": "pls_sem", "plsc": "plsc", "latent": "cfa_sem"}
