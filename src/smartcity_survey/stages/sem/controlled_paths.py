"""Paths with demographic variables held constant: by PLS-SEM and by SEM, beside the paths without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from scipy.linalg import block_diag

from smartcity_survey.data.dummies import demographic_dummies
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import respondents
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card
from smartcity_survey.stages.lines import line_of, path_columns
from smartcity_survey.stages.needs import (
    PLS_FIT,
    CompleteAnswers,
    ForPls,
    Level,
    Measured,
    Option,
    Options,
    Seed,
    Smallest,
)
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.pls.pls_bootstrap import interval_columns, interval_summary
from smartcity_survey.stages.pls.pls_inputs import PlsInputs
from smartcity_survey.stages.refusals import Refusals
from smartcity_survey.stages.residual_pairs import frees_no_pairs
from smartcity_survey.stages.sem.robust import EstimatorAsked
from smartcity_survey.stats.core.correlations import covariance
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.pls.bootstrap import bootstrap_pls
from smartcity_survey.stats.pls.model import Mode, PlsModel
from smartcity_survey.stats.sampling.pseudo_likelihood import fit_design_sem
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sem.cfa_robust import fit_robust_sem
from smartcity_survey.stats.sem.sem import fit_sem
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, PlsSection
from smartcity_survey.study.factor_sections import Estimator
from smartcity_survey.study.model import Model

INTERVALS = ("bootstrap_draws", "confidence_level")


def has_controls(config: Config) -> bool:
    """Whether demographic variables are held constant in the structural model."""
    return bool(config.model.controls)


@stage("controlled_paths", asked_by=has_controls)
@frees_no_pairs
def estimate_controlled_paths(
    answers: ForPls,
    model: Measured,
    codebook: Codebook,
    controls: Annotated[tuple[str, ...], Option("model.controls")],
    section: Annotated[PlsSection, Options(PlsSection, (*PLS_FIT, *INTERVALS))],
    level: Level,
    seed: Seed,
    pls_paths: pd.DataFrame,
    sem_paths: pd.DataFrame,
    design: Design = None,
    complete: Annotated[pd.DataFrame | None, CompleteAnswers()] = None,
    smallest: Smallest = None,
    estimator: EstimatorAsked = "ml",
) -> StageResult:
    """The structural model with dummies of demographic controls among the causes of every outcome.

    Each dummy is a construct of its own that it measures without error. Who left a question out is a category
    by themselves, and the largest category is the reference, as in the hierarchical regression. The dummies'
    own paths are not told: they may be of few respondents.

    pls_paths, sem_paths : the stage files of these names: the same paths without controls.
    answers : of PLS-SEM, with means in the gaps where the config says so.
    complete : complete questionnaires, which SEM takes with their `design` (sampling weights and clusters);
        None: all are.
    smallest : as `demographic_dummies` has it. estimator : of SEM, as in `estimate_sem`.
    """
    complete = answers if complete is None else complete
    of_pls, of_sem = (
        _controlled(frame, model, codebook, controls, smallest) for frame in (answers, complete)
    )
    inputs = PlsInputs.of(answers, model, section)
    found = {
        "pls": of_pls.refusals.attempt("pls", lambda: _pls(of_pls, model, inputs, section, seed)),
        "sem": of_sem.refusals.attempt("sem", lambda: _sem(of_sem, level, design, estimator)),
    }
    without = {"pls": pls_paths, "sem": sem_paths}
    frames = []
    for method, columns in found.items():
        if columns is not None:
            where = tuple(
                np.array([model.names.index(name) for name in side])
                for side in zip(*model.paths, strict=True)
            )
            own = {key: values[where] for key, values in columns.items()}
            plain = [line_of(without[method], source=a, target=b)["estimate"] for a, b in model.paths]
            frame = pd.DataFrame({**path_columns(model.paths), **own, "without_controls": plain})
            frame.insert(0, "method", method)
            frames.append(frame)
    card: Card = {
        "method": "paths_with_controls",
        "controls": len(controls),
        "correlations": "pearson",
        **design_card(design),
        "missing": "no_answer_is_a_category",
        **respondents(len(answers)),
        **({"n_complete": len(complete)} if len(complete) != len(answers) else {}),
        "bootstrap_draws": section.bootstrap_draws,
        "interval": "percentile",
        "confidence_level": section.confidence_level,
        "seed": seed,
        **of_pls.refusals.card(of_sem.refusals),
    }
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return StageResult(tables={"controlled_paths": table}, cards={"controlled_paths": card})


@dataclass(frozen=True)
class _Controlled:
    """Items and dummies of some respondents, and the model that they are of."""

    x: Array
    blocks: BoolArray
    paths: BoolArray
    refusals: Refusals


def _controlled(
    answers: pd.DataFrame, model: Model, codebook: Codebook, controls: tuple[str, ...], smallest: int | None
) -> _Controlled:
    dummies = demographic_dummies(answers, codebook, controls, "config.yaml, model.controls", smallest)
    items = answers[list(model.items)].to_numpy(dtype=np.float64)
    return _Controlled(
        x=np.column_stack([items, dummies.values]),
        blocks=block_diag(model.membership(), np.eye(len(dummies.categories))).astype(bool),
        paths=_paths(model, len(dummies.categories)),
        refusals=Refusals((*model.items, *dummies.categories), (*model.names, *dummies.categories)),
    )


def _paths(model: Model, more: int) -> BoolArray:
    """The model's paths, and one from each of `more` further constructs to every outcome."""
    own = model.path_matrix()
    c = len(own)
    paths = np.zeros((c + more,) * 2, dtype=bool)
    paths[:c, :c] = own
    paths[c:, :c] = own.any(axis=0)
    return paths


def _pls(
    controlled: _Controlled,
    model: Model,
    inputs: PlsInputs,
    section: PlsSection,
    seed: int,
) -> dict[str, Array]:
    single: Mode = "mode_a"
    paths = controlled.paths
    modes = (*pls_model(model, section).modes, *(single for _ in range(len(paths) - len(model.names))))
    bootstrap = bootstrap_pls(
        controlled.x,
        PlsModel(blocks=controlled.blocks, paths=paths, modes=modes, scheme=section.scheme),
        section.bootstrap_draws,
        seed=seed,
        weights=inputs.weights,
        groups=inputs.clusters,
        tolerance=section.tolerance,
        max_iterations=section.max_iterations,
    )
    summary = interval_summary(bootstrap, section, "path_coefficients")
    told = interval_columns(summary, slice(None))
    return {"estimate": summary.estimate, **{key: told[key] for key in ("ci_low", "ci_high", "p")}}


def _sem(
    controlled: _Controlled, level: float, design: SurveyDesign | None, estimator: Estimator
) -> dict[str, Array]:
    x, blocks, paths = controlled.x, controlled.blocks, controlled.paths
    if design is None and estimator == "mlr":
        found = fit_robust_sem(x, blocks, paths, level=level).sem
    elif design is None:
        found = fit_sem(covariance(x, ddof=0), len(x), blocks, paths, level=level)
    else:
        found = fit_design_sem(x, blocks, paths, design, level=level).sem
    nothing = np.nan if not found.admissible else 1.0  # an improper solution describes no population
    estimates = found.estimates
    return {
        "estimate": estimates.beta * nothing,
        "ci_low": estimates.ci_low * nothing,
        "ci_high": estimates.ci_high * nothing,
        "p": estimates.p * nothing,
    }
