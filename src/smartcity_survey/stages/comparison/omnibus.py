"""Omnibus: do the composites, or the paths, of any of three groups or more differ?"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import require_demographics
from smartcity_survey.errors import NoSolution
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import pls_estimator, resampled, respondents
from smartcity_survey.stages.comparison.categories import compared_groups, large_groups, why_too_few
from smartcity_survey.stages.comparison.groups import invariance_of
from smartcity_survey.stages.comparison.ladder import refusal
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Complete, Measured, Option, PlsFitOptions, Seed, Smallest
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.refusals import by_status
from smartcity_survey.stats.pls_advanced.omnibus import OmnibusComparison, compare_all_groups
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, GroupsSection
from smartcity_survey.study.model import Model

OF_GROUPS = (
    "demographic",
    "status",
    "group_at_fault",
    "at_fault",
    "n_groups",
    "p",
    "n_draws",
    "n_inadmissible",
)
OF_COMPOSITES = (
    *("demographic", "construct", "correlation", "correlation_quantile", "correlation_p"),
    *("mean_p", "log_variance_p", "invariance"),
)
OF_PATHS = ("demographic", "source", "target", "estimate_min", "estimate_max", "p")


def asks_for_all(config: Config) -> bool:
    """Whether a study with paths wants all groups of a variable compared at once."""
    return bool(config.groups.all_together and config.groups.variables and config.model.paths)


@stage("omnibus_groups", "omnibus_micom", "omnibus_paths", asked_by=asks_for_all)
def compare_at_once(
    answers: Complete,
    model: Measured,
    codebook: Codebook,
    section: GroupsSection,
    pls: PlsFitOptions,
    alpha: Annotated[float, Option("model.alpha")],
    seed: Seed,
    smallest: Smallest = None,
) -> StageResult:
    """MICOM and differences of paths among all groups of a demographic variable, by permutation."""
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    require_demographics(section.variables, codebook, "config.yaml, groups.variables")
    lines: list[dict[str, object]] = []
    composites: list[dict[str, object]] = []
    paths: list[dict[str, object]] = []
    for variable, members in large_groups(answers, codebook, section, smallest).items():
        line: dict[str, object] = {"demographic": variable, "n_groups": len(members)}
        lines.append(line)
        if len(members) < 2:
            line["status"] = why_too_few(answers, codebook, section, variable)
            continue
        whose = np.column_stack(list(members.values()))
        anybody = whose.any(axis=1)
        try:
            with naming(model.items, "groups", model.names):
                found = compare_all_groups(
                    x[anybody],
                    pls_model(model, pls),
                    whose[anybody].argmax(axis=1),
                    permutations=section.permutations,
                    seed=seed,
                    level=1 - alpha,
                    tolerance=pls.tolerance,
                    max_iterations=pls.max_iterations,
                )
        except NoSolution as error:
            line |= refusal(error, list(members))
            continue
        drawn = {"n_draws": found.n_permutations, "n_inadmissible": found.n_inadmissible}
        line |= {"status": "compared", "p": found.p, **drawn}
        composites += _composites(found, model, variable, alpha)
        paths += _paths(found, model, variable)
    card: Card = {
        **pls_estimator(model, pls),
        "method": "all_groups_at_once",
        "signs": "positive_loading_sums",
        "divisor": "n_minus_1",
        "groups": compared_groups(smallest),
        "smallest": section.smallest,
        "permutations": section.permutations,
        "p": "permutation_p_spread",
        **respondents(len(x)),
        **resampled(len(x)),
        "seed": seed,
    }
    tables = {
        "omnibus_groups": pd.DataFrame(lines, columns=list(OF_GROUPS)),
        "omnibus_micom": pd.DataFrame(composites, columns=list(OF_COMPOSITES)),
        "omnibus_paths": pd.DataFrame(paths, columns=list(OF_PATHS)),
    }
    return StageResult(tables, by_status(tables, dict.fromkeys(tables, card), tables["omnibus_groups"]))


def _composites(
    found: OmnibusComparison, model: Model, variable: str, alpha: float
) -> list[dict[str, object]]:
    """The steps of MICOM among all groups; of a single item, which has no weights to differ, the third."""
    lines = []
    for place, construct in enumerate(model.constructs):
        single = len(construct.items) == 1
        same = single or bool(found.correlation_p[place] > alpha)
        equal = bool(min(found.mean_p[place], found.log_variance_p[place]) > alpha)
        lines.append(
            {
                "demographic": variable,
                "construct": construct.name,
                "correlation": found.correlation[place],
                "correlation_quantile": np.nan if single else found.correlation_quantile[place],
                "correlation_p": np.nan if single else found.correlation_p[place],
                "mean_p": found.mean_p[place],
                "log_variance_p": found.log_variance_p[place],
                "invariance": invariance_of(same, equal),
            }
        )
    return lines


def _paths(found: OmnibusComparison, model: Model, variable: str) -> list[dict[str, object]]:
    lines = []
    for source, target in model.paths:
        where = model.names.index(source), model.names.index(target)
        estimates = found.paths[:, where[0], where[1]]
        lines.append(
            {
                "demographic": variable,
                "source": source,
                "target": target,
                "estimate_min": float(estimates.min()),
                "estimate_max": float(estimates.max()),
                "p": found.path_p[where],
            }
        )
    return lines
