"""Ordinal invariance: do groups divide the scale and understand the items alike, answers taken as ordered?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import require_demographics
from smartcity_survey.errors import NoSolution
from smartcity_survey.io import AT_FAULT, Card, StageResult, join_names
from smartcity_survey.stages.cards import corrections, left_out, respondents
from smartcity_survey.stages.comparison.categories import compared_groups, large_groups, why_too_few
from smartcity_survey.stages.comparison.ladder import refusal
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Complete, Continuity, Measured, Options, Smallest
from smartcity_survey.stages.refusals import by_status, require_items
from smartcity_survey.stages.residual_pairs import frees_no_pairs
from smartcity_survey.stats.core.significance import normal_two_sided
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.items.polychoric_correlations import NO_CONTINUITY, corrected_pairs
from smartcity_survey.stats.measurement.ordinal_groups import OrdinalLevel
from smartcity_survey.stats.measurement.ordinal_invariance import OrdinalRung, ordinal_ladder
from smartcity_survey.stats.sem.dwls import TOLERANCE
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, GroupsSection
from smartcity_survey.study.model import Model

FEWEST_ANSWERS = 3
"""Of an item: two have one threshold, which equal thresholds leave nothing to test of."""
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


def require_scales(model: Model) -> None:
    """Refuse models without constructs whose loadings can be compared; alone, one needs three items."""
    several = len(model.constructs) - len(model.single)
    require_items(model, "ordinal_invariance", 2 if several > 1 else 3)


@dataclass(frozen=True, slots=True)
class Unfit:
    """Answers that keep the groups of a question from being compared.

    reason : a code. group : that lacks answers; empty where it is so of all groups, or not to be told.
    names : items, with the answer behind a colon where one is lacking and may be told.
    """

    reason: Literal["lacked_answers", "few_answers"]
    group: str
    names: tuple[str, ...]


def unfit_answers(
    x: Array, items: Sequence[str], members: Mapping[str, BoolArray], hidden: bool = False
) -> tuple[Unfit, ...]:
    """Answers x (n, p) that some groups gave and others did not, else items of fewer than three answers.

    hidden : small cells are, and so the groups that lack an answer, and which: who gave it is in the others.
    """
    given = {group: [set(map(int, column)) for column in x[own].T] for group, own in members.items()}
    anywhere = [set[int]().union(*each) for each in zip(*given.values(), strict=True)]
    lacking = []
    for group, own in given.items():
        lacked = zip(items, anywhere, own, strict=True)
        names = [f"{item}: {answer}" for item, every, here in lacked for answer in sorted(every - here)]
        if names:
            lacking.append(Unfit("lacked_answers", group, tuple(names)))
    if lacking and hidden:
        apart = [len({frozenset(own[place]) for own in given.values()}) > 1 for place in range(len(items))]
        return (Unfit("lacked_answers", "", tuple(np.array(items)[apart].tolist())),)
    few = tuple(item for item, every in zip(items, anywhere, strict=True) if len(every) < FEWEST_ANSWERS)
    return tuple(lacking) or ((Unfit("few_answers", "", few),) if few else ())


@stage("ordinal_invariance", "ordinal_means", asked_by=asks_for_ordinal, requires=require_scales)
@frees_no_pairs
def compare_ordered_answers(
    answers: Complete,
    model: Measured,
    codebook: Codebook,
    section: Annotated[GroupsSection, Options(GroupsSection, ("variables", "smallest"))],
    continuity: Continuity = NO_CONTINUITY,
    smallest: Smallest = None,
) -> StageResult:
    """Thresholds, loadings, intercepts, uniquenesses equal between groups, answers as ordered categories.

    A single item has no loading to compare, so that constructs of one are left out.
    """
    scales = model.of_scales()
    x = np.rint(answers[list(scales.items)].to_numpy(dtype=np.float64))
    require_demographics(section.variables, codebook, "config.yaml, groups.variables")
    levels: list[dict[str, object]] = []
    factors: list[dict[str, object]] = []
    corrected: set[tuple[int, int]] = set()
    for variable, members in large_groups(answers, codebook, section, smallest).items():
        if len(members) < 2:
            status = why_too_few(answers, codebook, section, variable)
            levels.append({"demographic": variable, "status": status})
            continue
        if unfit := unfit_answers(x, scales.items, members, smallest is not None):
            levels += [
                {
                    "demographic": variable,
                    "status": each.reason,
                    "group_at_fault": each.group,
                    AT_FAULT: join_names(each.names),
                }
                for each in unfit
            ]
            continue
        try:
            rungs = _rungs(x, scales, members, continuity)
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
            for line in factor_lines(means, errors, rung.factor_variances, list(members), scales)
        ]
    card: Card = {
        "method": "dwls_of_thresholds",
        "test": "scaled_and_shifted",
        "tolerance": TOLERANCE,
        "divisor": "n_minus_1",
        "groups": compared_groups(smallest),
        "smallest": section.smallest,
        **corrections(continuity, sorted(corrected), scales.items),
        **left_out(model),
        **respondents(len(x)),
    }
    tables = {
        "ordinal_invariance": pd.DataFrame(levels, columns=OF_LEVELS),
        "ordinal_means": pd.DataFrame(factors, columns=OF_FACTORS),
    }
    return StageResult(tables, by_status(tables, dict.fromkeys(tables, card), tables["ordinal_invariance"]))


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
