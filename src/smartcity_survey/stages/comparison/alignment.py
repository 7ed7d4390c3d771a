"""Alignment: factor means and variances of groups where no item need be equal in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import require_demographics
from smartcity_survey.errors import NoSolution
from smartcity_survey.io import AT_FAULT, Card, StageResult, join_names
from smartcity_survey.stages.cards import respondents, single_items
from smartcity_survey.stages.comparison.categories import compared_groups, large_groups, why_too_few
from smartcity_survey.stages.comparison.ladder import group_samples, refusal
from smartcity_survey.stages.comparison.ordinal_invariance import OF_FACTORS, factor_lines
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Complete, Measured, Options, Seed, Smallest
from smartcity_survey.stages.refusals import by_status
from smartcity_survey.stages.residual_pairs import frees_no_pairs
from smartcity_survey.stages.sem.robust import EstimatorAsked, errors_of, judging_design
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.measurement.alignment import APART, N_STARTS, TOLERANCE, Alignment, align
from smartcity_survey.stats.sampling.design_invariance import design_configural
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sem.multigroup import Level, fit_groups
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, GroupsSection
from smartcity_survey.study.model import Model

OF_GROUPS = [
    *("demographic", "status", "group_at_fault", AT_FAULT),
    *("n_groups", "loadings_apart", "intercepts_apart"),
]
OF_REFERENCE = ("reference_mean", "reference_se")
"""Columns where the first group's mean is free."""
OF_PARAMETERS = [
    *("demographic", "item", "construct", "aligned_parameter"),
    *("aligned_value", "alignment_r2", "groups_apart"),
]


def asks_for_alignment(config: Config) -> bool:
    """Whether a study wants its groups aligned."""
    return bool(config.groups.alignment and config.groups.variables)


@stage("alignment", "aligned_means", "aligned_parameters", asked_by=asks_for_alignment)
@frees_no_pairs
def align_groups(
    answers: Complete,
    model: Measured,
    codebook: Codebook,
    section: Annotated[GroupsSection, Options(GroupsSection, ("variables", "smallest", "alignment_free"))],
    seed: Seed,
    smallest: Smallest = None,
    estimator: EstimatorAsked = "ml",
    design: Design = None,
) -> StageResult:
    """Means and variances of the groups with which most of their loadings and intercepts agree.

    estimator : by `mlr` errors allow for answers that are not normal. design : sampling weights and clusters,
        which the configural model and its errors allow for.
    """
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    require_demographics(section.variables, codebook, "config.yaml, groups.variables")
    judging = judging_design(len(x), estimator, design)
    lines: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("alignment", "aligned_means", "aligned_parameters")
    }
    for variable, members in large_groups(answers, codebook, section, smallest).items():
        about: dict[str, object] = {"demographic": variable}
        if len(members) < 2:
            status = why_too_few(answers, codebook, section, variable)
            lines["alignment"].append({**about, "status": status})
            continue
        try:
            admissible, found = _found(x, model, members, seed, judging, free=section.alignment_free)
        except NoSolution as error:
            lines["alignment"].append({**about, **refusal(error, list(members))})
            continue
        aligned = np.isfinite(found.loadings[0])
        apart = {
            "loadings_apart": 100 * float((~found.alike_loadings[:, aligned]).mean()),
            "intercepts_apart": 100 * float((~found.alike_intercepts[:, aligned]).mean()),
        }
        status = "converged" if admissible else "heywood"
        lines["alignment"].append({**about, "status": status, "n_groups": len(members), **apart})
        means, errors = found.factor_means, found.std_err_factor_means
        # An error without end, where nothing tells the mean, is an empty cell.
        told = np.where(np.isfinite(found.std_err_reference_mean), found.std_err_reference_mean, np.nan)
        shared = zip(found.reference_mean, told, strict=True)
        reference = dict(zip(model.names, shared, strict=True))
        lines["aligned_means"] += [
            {**about, **line, **dict(zip(OF_REFERENCE, reference[str(line["construct"])], strict=True))}
            for line in factor_lines(means, errors, found.factor_variances, list(members), model)
        ]
        lines["aligned_parameters"] += [
            {**about, **line} for line in _of_parameters(found, list(members), model)
        ]
    card: Card = {
        "method": "alignment_of_configural",
        **({"free_reference": "mean_sought"} if section.alignment_free else {}),
        "tolerance": TOLERANCE,
        "alpha": APART,
        "starts": N_STARTS,
        "seed": seed,
        "groups": compared_groups(smallest),
        "smallest": section.smallest,
        "divisor": "n",
        **errors_of(estimator, design),
        **single_items(model),
        **respondents(len(x)),
    }
    of_factors = [*OF_FACTORS, *(OF_REFERENCE if section.alignment_free else ())]
    columns = {"alignment": OF_GROUPS, "aligned_means": of_factors, "aligned_parameters": OF_PARAMETERS}
    tables = {name: pd.DataFrame(lines[name], columns=columns[name]) for name in lines}
    return StageResult(tables, by_status(tables, dict.fromkeys(tables, card), tables["alignment"]))


def _found(
    x: Array,
    model: Model,
    members: Mapping[str, BoolArray],
    seed: int,
    design: SurveyDesign | None,
    *,
    free: bool,
) -> tuple[bool, Alignment]:
    """Whether the configural model is admissible, and its alignment."""
    groups, pattern = list(members.values()), model.membership()
    with naming(model.items, "alignment", model.names):
        if design is None:
            fit = fit_groups(group_samples(x, groups), pattern, Level.CONFIGURAL)
        else:
            fit = design_configural(x, groups, pattern, design)
        return fit.admissible, align(fit, free=free, seed=seed)


def _of_parameters(found: Alignment, groups: list[str], model: Model) -> list[dict[str, object]]:
    """Loading and intercept of each item: the mean of the groups that are alike, and which are not."""
    lines: list[dict[str, object]] = []
    for position, item in enumerate(model.items):
        for name, values, alike, r2 in (
            ("loading", found.loadings, found.alike_loadings, found.r2_loadings),
            ("intercept", found.intercepts, found.alike_intercepts, found.r2_intercepts),
        ):
            own = alike[:, position]
            lines.append(
                {
                    "item": item,
                    "construct": model.construct_of(item),
                    "aligned_parameter": name,
                    "aligned_value": values[own, position].mean(),
                    "alignment_r2": r2[position],
                    "groups_apart": join_names(groups[g] for g in np.flatnonzero(~own)),
                }
            )
    return lines
