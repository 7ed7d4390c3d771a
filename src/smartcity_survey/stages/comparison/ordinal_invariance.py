"""Ordinal invariance: do groups divide the scale and understand the items alike, answers taken as ordered?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import require_demographics
from smartcity_survey.errors import NoSolution
from smartcity_survey.io import AT_FAULT, Card, StageResult
from smartcity_survey.stages.cards import corrections, respondents
from smartcity_survey.stages.comparison.categories import compared_groups, large_groups
from smartcity_survey.stages.comparison.ladder import refusal
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Complete, Continuity, Measured, Options, Smallest
from smartcity_survey.stats.core.significance import normal_two_sided
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.items.polychoric_correlations import NO_CONTINUITY, corrected_pairs
from smartcity_survey.stats.measurement.ordinal_groups import OrdinalLevel
from smartcity_survey.stats.measurement.ordinal_invariance import OrdinalRung, ordinal_ladder
from smartcity_survey.stats.sem.dwls import TOLERANCE
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, GroupsSection
from smartcity_survey.study.model import Model

OF_LEVELS = [
    *("demographic", "level", "status", "group_at_fault", AT_FAULT),
    *("chi2", "df", "p", "cfi", "rmsea", "srmr", "d_cfi", "d_rmsea", "chi2_change", "df_change", "p_change"),
]
OF_FACTORS = [
    *("demographic", "first", "second", "construct"),
    *("factor_difference", "std_error", "p", "factor_variance"),
]


def asks_for_ordinal(config: Config) -> bool:
    """Whether a study wants levels of invariance of ordered answers."""
    return bool(config.groups.ordinal_invariance and config.groups.variables)


@stage("ordinal_invariance", "ordinal_means", asked_by=asks_for_ordinal)
def compare_ordered_answers(
    answers: Complete,
    model: Measured,
    codebook: Codebook,
    section: Annotated[GroupsSection, Options(GroupsSection, ("variables", "smallest"))],
    continuity: Continuity = NO_CONTINUITY,
    smallest: Smallest = None,
) -> StageResult:
    """Thresholds, loadings, intercepts, uniquenesses equal between groups, answers as ordered categories."""
    x = np.rint(answers[list(model.items)].to_numpy(dtype=np.float64))
    require_demographics(section.variables, codebook, "config.yaml, groups.variables")
    levels: list[dict[str, object]] = []
    factors: list[dict[str, object]] = []
    corrected: set[tuple[int, int]] = set()
    for variable, members in large_groups(answers, codebook, section, smallest).items():
        if len(members) < 2:
            levels.append({"demographic": variable, "status": "one_group"})
            continue
        try:
            rungs = _rungs(x, model, members, continuity)
        except NoSolution as error:
            levels.append({"demographic": variable, **refusal(error, list(members))})
            continue
        for group in members.values():
            corrected.update(corrected_pairs(x[group].astype(np.int64), continuity))
        levels += [{"demographic": variable, **_of_level(rung)} for rung in rungs]
        rung = rungs[OrdinalLevel.INTERCEPTS]
        means, errors = rung.factor_means, rung.std_err_factor_means
        factors += [
            {"demographic": variable, **line}
            for line in factor_lines(means, errors, rung.factor_variances, list(members), model)
        ]
    card: Card = {
        "method": "dwls_of_thresholds",
        "test": "scaled_and_shifted",
        "tolerance": TOLERANCE,
        "divisor": "n_minus_1",
        "groups": compared_groups(smallest),
        "smallest": section.smallest,
        **corrections(continuity, sorted(corrected), model.items),
        **respondents(len(x)),
    }
    tables = {
        "ordinal_invariance": pd.DataFrame(levels, columns=OF_LEVELS),
        "ordinal_means": pd.DataFrame(factors, columns=OF_FACTORS),
    }
    return StageResult(tables, dict.fromkeys(tables, card))


def _rungs(
    x: Array, model: Model, members: Mapping[str, BoolArray], continuity: tuple[float, float]
) -> tuple[OrdinalRung, ...]:
    with naming(model.items, "invariance", model.names):
        groups = [x[group].astype(np.int64) for group in members.values()]
        return ordinal_ladder(groups, model.membership(), continuity=continuity)


def _of_level(rung: OrdinalRung) -> dict[str, object]:
    """A level: its test and indices, and the test against the level below."""
    of_level = {name: getattr(rung.indices, name) for name in ("chi2", "df", "p", "cfi", "rmsea", "srmr")}
    return {
        "level": f"ordinal_{rung.level.name.lower()}",
        "status": "converged" if rung.admissible else "heywood",
        **of_level,
        "d_cfi": rung.d_cfi,
        "d_rmsea": rung.d_rmsea,
        "chi2_change": rung.difference and rung.difference.statistic,
        "df_change": rung.difference and rung.difference.df,
        "p_change": rung.difference and rung.difference.p,
    }


def factor_lines(
    means: Array, errors: Array, variances: Array, groups: list[str], model: Model
) -> list[dict[str, object]]:
    """Factor means of every group but the first, less the first group's, in its standard deviations.

    means, errors, variances : (G, k).
    """
    lines: list[dict[str, object]] = []
    for group, code in enumerate(groups[1:], 1):
        with np.errstate(invalid="ignore"):
            p = normal_two_sided(means[group] / errors[group])
        lines += [
            {
                "first": groups[0],
                "second": code,
                "construct": name,
                "factor_difference": means[group, k],
                "std_error": errors[group, k],
                "p": p[k],
                "factor_variance": variances[group, k],
            }
            for k, name in enumerate(model.names)
        ]
    return lines
