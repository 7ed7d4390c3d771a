"""PLS path models: loadings, weights, paths and quality, with their bootstrap."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from smartcity_survey.errors import SurveyError, counted, counts
from smartcity_survey.notebook.answers import numbers
from smartcity_survey.notebook.latent import require_paths
from smartcity_survey.notebook.model import Model, study_model
from smartcity_survey.notebook.options import SEED, options, require_seed
from smartcity_survey.notebook.told import told
from smartcity_survey.notebook.view import View, by_path, named, square
from smartcity_survey.stages.pls.delta_errors import with_delta_errors
from smartcity_survey.stages.pls.pls import REASONS, item_frame, path_frame, pls_model, quality_frame
from smartcity_survey.stages.pls.pls_assessment import effect_frame
from smartcity_survey.stages.pls.pls_bootstrap import resample
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.progress import Progress, silent
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import construct_scores
from smartcity_survey.stats.pls.bootstrap import PlsBootstrap
from smartcity_survey.stats.pls.stack import Reason
from smartcity_survey.study import model as study
from smartcity_survey.study.arguments import kind_of
from smartcity_survey.study.config import Correlation, PlsSection, Scheme

Interval = Literal["percentile", "bca", "studentised"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class PlsView(View):
    """A PLS path model and its bootstrap.

    Of each estimate: boot_mean, boot_se, t, p (two-sided, normal) and the interval ci_low, ci_high; of paths
    also delta_se, the standard error without resampling.

    Attributes
    ----------
    paths : a row for each path: source, target, estimate (standardised) with its bootstrap, f2, vif.
    loadings, weights : a row for each item: construct, loading or outer weight, with its bootstrap.
    quality : a row for each explained construct: r2 with its interval, adj_r2.
    htmt : a row for each pair of constructs: htmt and htmt2, with the upper end of a one-sided interval.
    effects : a row for each pair that paths join: direct, indirect and total effect.
    cross_loadings : (p, c). construct_correlations : (c, c).
    scores : (n, c), of unit variance, with the rows' labels.
    record : `stats.pls.bootstrap.PlsBootstrap`; `record.fit` is the sample's `PlsFit`.
    """

    title: ClassVar[str] = "PLS path model"
    shown: ClassVar[tuple[str, ...]] = ("paths", "quality", "loadings", "htmt")
    paths: pd.DataFrame
    quality: pd.DataFrame
    loadings: pd.DataFrame
    htmt: pd.DataFrame
    weights: pd.DataFrame
    effects: pd.DataFrame
    cross_loadings: pd.DataFrame
    construct_correlations: pd.DataFrame
    scores: pd.DataFrame
    record: PlsBootstrap


def fit_pls(
    answers: pd.DataFrame,
    model: Model,
    *,
    bootstrap_draws: int = 10_000,
    seed: int = SEED,
    scheme: Scheme = "path",
    correlation: Correlation = "pearson",
    consistent: bool = False,
    interval: Interval = "percentile",
    confidence_level: float = 0.95,
    progress: Progress = silent,
) -> PlsView:
    """Fit a PLS path model to answers (n, p) and to resamples of the respondents.

    Parameters
    ----------
    bootstrap_draws : resamples. seed : of their random streams. scheme : inner weights: path, factorial or
        centroid. correlation : of the items: pearson, or polychoric for whole codes of ordered categories.
    consistent : PLSc, which corrects constructs that items reflect for attenuation.
    interval : percentile, bca or studentised, at `confidence_level`.
    progress : called with the number of resamples done, and with that of all.

    Sources: `stats.pls`; Hair et al. (2022), A Primer on PLS-SEM, 3rd ed.; Dijkstra and Henseler (2015), MIS
    Quarterly 39, 297-316, for PLSc.

    Raises
    ------
    SurveyError
        for answers that are missing or no numbers, options out of range, constant items, items or predictors
        that determine one another, no convergence; under PLSc also for reliabilities out of range.
    """
    section = options(
        PlsSection,
        "fit_pls",
        bootstrap_draws=bootstrap_draws,
        scheme=scheme,
        correlation=correlation,
        interval=interval,
        confidence_level=confidence_level,
    )
    require_seed(seed, "fit_pls")
    if not isinstance(consistent, bool):
        raise SurveyError("fit_pls, consistent", f"{kind_of(consistent)} was given.", "Give True or False.")
    if not callable(progress):
        remedy = "Give a function of two numbers, how many are done and of how many."
        raise SurveyError("fit_pls, progress", f"{kind_of(progress)} was given.", remedy)
    require_paths(model, "fit_pls")
    x, names = numbers(answers, model)
    declared, inputs = study_model(model), _inputs(x, names, section)
    with told("fit_pls", declared.items, declared.names):
        core = replace(pls_model(declared, section), consistent=consistent)
        found = resample(inputs, core, section, seed, progress)
    fit = found.fit
    return PlsView(
        notes=tuple(_notes(found, declared, section, consistent)),
        paths=by_path(with_delta_errors(path_frame(found, declared, section), inputs, core, declared)),
        quality=quality_frame(found, declared, section).set_index("construct"),
        loadings=item_frame(found, declared, section, "loadings", "loading").set_index("item"),
        htmt=_htmt(found, declared, section),
        weights=item_frame(found, declared, section, "outer_weights", "weight").set_index("item"),
        effects=by_path(effect_frame(fit, declared)),
        cross_loadings=named(
            declared.items, "item", dict(zip(declared.names, fit.cross_loadings.T, strict=True))
        ),
        construct_correlations=square(fit.construct_corr, declared.names, "construct"),
        scores=pd.DataFrame(
            construct_scores(x, fit.outer_weights), index=answers.index, columns=list(declared.names)
        ),
        record=found,
    )


def _inputs(x: Array, names: tuple[str, ...], section: PlsSection) -> PlsInputs:
    ordinal = section.correlation == "polychoric"
    if ordinal and (broken := [name for name, column in zip(names, x.T, strict=True) if (column % 1).any()]):
        raise SurveyError(
            f"fit_pls, {', '.join(broken)}",
            "polychoric correlations are of whole codes, and these answers have fractions.",
            "Use correlation='pearson', or give the codes of ordered categories.",
        )
    return PlsInputs(x, None, ordinal, section.continuity, names)


def _notes(found: PlsBootstrap, model: study.Model, section: PlsSection, consistent: bool) -> list[str]:
    draws = len(found.reason)
    notes = [
        f"{counts(respondent=found.fit.n, item=len(model.items), construct=len(model.names))}. "
        f"{'Consistent PLS (PLSc)' if consistent else 'PLS'}, {section.correlation} correlations, "
        f"{section.scheme} weighting.",
        f"{counted(draws, 'bootstrap resample')}, {section.interval} intervals at "
        f"{section.confidence_level:g}, seed {found.seed}.",
    ]
    blamed: Counter[str] = Counter()
    for (reason, position), count in found.inadmissible().items():
        owner = model.items if reason is Reason.CONSTANT_ITEM else model.names
        blamed[f"{REASONS[reason].replace('_', ' ')}, {owner[position]}"] += count
    if blamed:
        told_of = "; ".join(f"{cause}: {count}" for cause, count in blamed.items())
        notes.append(f"{found.n_inadmissible} of the resamples have no solution ({told_of}).")
    if found.fit.smallest_eigenvalue <= 0:
        notes.append("Inadmissible: no constructs can correlate like this.")
    return notes


def _htmt(found: PlsBootstrap, model: study.Model, section: PlsSection) -> pd.DataFrame:
    second, first = np.tril_indices(len(model.names), -1)
    columns: dict[str, object] = {"other": [model.names[j] for j in second]}
    for ratio in ("htmt", "htmt2"):
        value = getattr(found.estimate, ratio)[second, first]
        bound = found.upper_bound(ratio, section.confidence_level)[second, first]
        # Without a value of the sample, those of some resamples bound nothing.
        columns |= {ratio: value, f"{ratio}_upper_bound": np.where(np.isnan(value), np.nan, bound)}
    return named([model.names[j] for j in first], "construct", columns)
