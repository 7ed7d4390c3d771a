"""Bootstrap of CFA and SEM by respondents or whole schools, beside sandwich errors; a test of the models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, TypeVar

import numpy as np
import pandas as pd

from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import respondents, single_items
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card
from smartcity_survey.stages.lines import path_columns
from smartcity_survey.stages.needs import Bar, Counted, Level, Measured, Option, Seed, complete_rows
from smartcity_survey.stages.parts import InParts, Made, Unit, nothing_made, taken, units_of
from smartcity_survey.stages.progress import Progress, part, silent
from smartcity_survey.stages.refusals import Refusals, require_paths
from smartcity_survey.stages.residual_pairs import Pairs, ResidualPairs, freed_card, positions
from smartcity_survey.stats.core.draws import Take, make_all
from smartcity_survey.stats.core.intervals import Summary
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.sampling.bollen_stine_bootstrap import BollenStine, bollen_stine
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_cfa, fit_design_sem
from smartcity_survey.stats.sampling.resampled_models import ModelBootstrap, bootstrap_model
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sem.cfa import CfaFit
from smartcity_survey.stats.sem.sem import SemFit
from smartcity_survey.study.config import Config
from smartcity_survey.study.model import Model

TABLES = ("resampled_loadings", "resampled_correlations", "resampled_paths")
TEST = "bollen_stine"
T = TypeVar("T")
COLUMNS = ["fitted_model", "chi2", "df", "p", "boot_mean", "bollen_stine_p", "n_inadmissible"]


def has_model_bootstrap(config: Config) -> bool:
    """Whether factor models are bootstrapped: by clusters where there are some, else where asked for."""
    return bool(config.cfa.bootstrap_draws and (config.data.cluster or config.cfa.bootstrap_respondents))


def resamples(
    answers: pd.DataFrame,
    model: Model,
    draws: int,
    seed: int,
    counted: Sequence[str] | None,
    design: Design,
    residual_pairs: Pairs,
) -> Iterator[Unit]:
    """All resamples of `resample_models`."""
    for name, paths in (("cfa", None), *((("sem", model.path_matrix()),) if model.paths else ())):
        own = answers, model, draws, seed, counted, design, residual_pairs, paths
        yield from units_of(name, partial(_resample, bootstrap_model, *own))
        yield from units_of(f"{name} {TEST}", partial(_resample, bollen_stine, *own))


def _resample(
    core: Callable[..., T],
    answers: pd.DataFrame,
    model: Model,
    draws: int,
    seed: int,
    counted: Sequence[str] | None,
    design: Design,
    pairs: Pairs,
    paths: BoolArray | None,
    progress: Callable[[int], None] = lambda _: None,
    take: Take = make_all,
) -> T:
    x = _items(answers, model, counted)
    return core(
        x,
        model.membership(),
        design or SurveyDesign.of(len(x)),
        draws,
        seed=seed,
        paths=paths,
        pairs=positions(pairs, model),
        progress=progress,
        take=take,
    )


def _items(answers: pd.DataFrame, model: Model, counted: Sequence[str] | None) -> Array:
    return complete_rows(answers, counted)[list(model.items)].to_numpy(dtype=np.float64)


@stage(*TABLES, TEST, asked_by=has_model_bootstrap)
def resample_models(
    answers: pd.DataFrame,
    model: Measured,
    draws: Annotated[int, Option("cfa.bootstrap_draws")],
    level: Level,
    seed: Seed,
    counted: Counted = None,
    design: Design = None,
    residual_pairs: ResidualPairs = (),
    progress: Annotated[Progress, Bar("bootstrap of factor models")] = silent,
    made: Annotated[Made, InParts(resamples)] = nothing_made,
) -> StageResult:
    """Standardised loadings, correlations of the factors and paths in resamples of clusters or respondents.

    level : of the percentile intervals. counted : as in `confirm_model`. design : clusters, which are drawn
        as a whole, and weights, which people keep in the resamples. residual_pairs : items whose residuals
        may correlate, in every resample too. progress : of both models. Beside them the test of Bollen and
        Stine, with as many resamples.
    """
    x = _items(answers, model, counted)
    drawn = design or SurveyDesign.of(len(x))
    units = "respondents_one_by_one" if drawn.clusters is None else "whole_clusters"
    together = positions(residual_pairs, model)
    card: Card = {
        **design_card(design),
        **single_items(model),
        **freed_card(residual_pairs, model),
        **respondents(len(x)),
        "resamples": units,
    }
    whole = 4 * draws if model.paths else 2 * draws

    def resampled(name: str, before: int, paths: BoolArray | None) -> tuple[ModelBootstrap, BollenStine]:
        own = answers, model, draws, seed, counted, design, residual_pairs, paths
        told, take = part(progress, before, whole), taken(made, name)
        found = _resample(bootstrap_model, *own, told, take)
        told, take = part(progress, before + draws, whole), taken(made, f"{name} {TEST}")
        return found, _resample(bollen_stine, *own, told, take)

    def measured() -> tuple[ModelBootstrap, BollenStine, CfaFit]:
        cfa = fit_design_cfa(x, model.membership(), drawn, pairs=together).cfa
        return *resampled("cfa", 0, None), cfa

    def structural() -> tuple[ModelBootstrap, BollenStine, SemFit]:
        require_paths(model, "SEM")
        paths = model.path_matrix()
        sem = fit_design_sem(x, model.membership(), paths, drawn, pairs=together, level=level).sem
        return *resampled("sem", 2 * draws, paths), sem

    of_cfa, of_sem = Refusals(model.items, model.names), Refusals(model.items, model.names)
    cfa, sem = of_cfa.attempt("cfa", measured), of_sem.attempt("sem", structural)
    likelihood = "maximum_likelihood" if design is None else "pseudo_ml"
    own_cfa = {"method": f"{likelihood}_correlated_factors", **card, **of_cfa.card()}
    own_sem = {"method": f"{likelihood}_structural_equations", **card, **of_sem.card()}
    tables = dict.fromkeys((*TABLES, TEST), pd.DataFrame())
    if cfa is not None:
        own_cfa |= _card(cfa[0], draws, level)
        tables["resampled_loadings"] = _loadings(cfa[0], cfa[2], model, level)
        tables["resampled_correlations"] = _correlations(cfa[0], cfa[2], model, level)
    if sem is not None:
        own_sem |= _card(sem[0], draws, level)
        tables["resampled_paths"] = _paths(sem[0], sem[2], model, level)
    cards = {name: own_sem if name == "resampled_paths" else own_cfa for name in TABLES}
    tests = {"measurement": cfa and cfa[1], "structural": sem and sem[1]}
    tables[TEST] = _tests({name: test for name, test in tests.items() if test is not None})
    cards[TEST] = {
        "method": "bollen_stine_turned_answers",
        **card,
        "bootstrap_draws": draws,
        "seed": seed,
        **of_cfa.card(*((of_sem,) if model.paths else ())),
    }
    return StageResult(tables=tables, cards=cards)


def _card(bootstrap: ModelBootstrap, draws: int, level: float) -> Card:
    return {
        "bootstrap_draws": draws,
        "inadmissible_draws": int(draws - bootstrap.solved.sum()),
        "improper_draws": bootstrap.n_improper,
        "standard_errors": "bootstrap_and_sandwich",
        "interval": "percentile",
        "confidence_level": level,
        "seed": bootstrap.seed,
    }


def _tests(tests: Mapping[str, BollenStine]) -> pd.DataFrame:
    lines = [
        (name, test.chi2, test.df, test.chi2_p, test.mean, test.p, test.n_unsolved if test.df else 0)
        for name, test in tests.items()
    ]
    return pd.DataFrame(lines, columns=COLUMNS)


def _columns(summary: Summary, sandwich: Array, where: tuple[IntArray, ...]) -> dict[str, Array]:
    """Estimates, their errors by both ways, and intervals by the bootstrap."""
    return {
        "estimate": summary.estimate[where],
        "boot_mean": summary.mean[where],
        "boot_se": summary.se[where],
        "sandwich_se": sandwich[where],
        "t": summary.t[where],
        "p": summary.p[where],
        "ci_low": summary.low[where],
        "ci_high": summary.high[where],
    }


def _loadings(bootstrap: ModelBootstrap, cfa: CfaFit, model: Model, level: float) -> pd.DataFrame:
    """Items of constructs with several; a single item is 1 in every sample."""
    owner = cfa.pattern.argmax(axis=1)
    several = np.flatnonzero(~np.isin(owner, [model.names.index(name) for name in model.single]))
    where = several, owner[several]
    return pd.DataFrame(
        {
            "item": [model.items[i] for i in several],
            "construct": [model.names[j] for j in owner[several]],
            **_columns(bootstrap.summary("loadings", level), cfa.std_err_std_loadings, where),
        }
    )


def _correlations(bootstrap: ModelBootstrap, cfa: CfaFit, model: Model, level: float) -> pd.DataFrame:
    first, second = np.triu_indices(len(model.names), 1)
    columns = _columns(bootstrap.summary("factor_corr", level), cfa.std_err_factor_corr, (first, second))
    return pd.DataFrame(
        {
            "construct_1": [model.names[j] for j in first],
            "construct_2": [model.names[j] for j in second],
            **columns,
        }
    )


def _paths(bootstrap: ModelBootstrap, sem: SemFit, model: Model, level: float) -> pd.DataFrame:
    where = tuple(
        np.array([model.names.index(name) for name in side]) for side in zip(*model.paths, strict=True)
    )
    summary = bootstrap.summary("paths", level)
    return pd.DataFrame({**path_columns(model.paths), **_columns(summary, sem.estimates.std_err_beta, where)})
