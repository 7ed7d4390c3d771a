"""Partial invariance: which items differ between groups, and is the rest alike?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import require_demographics
from smartcity_survey.errors import NoSolution
from smartcity_survey.io import NONE_FOUND, Card, StageResult
from smartcity_survey.stages.cards import NORMAL, respondents, single_items
from smartcity_survey.stages.comparison.categories import compared_groups, large_groups, why_too_few
from smartcity_survey.stages.comparison.ladder import group_samples, refusal
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Complete, Measured, Option, Options, Smallest
from smartcity_survey.stages.refusals import SOLVED, by_status, without_lines
from smartcity_survey.stages.residual_pairs import frees_no_pairs
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.measurement.partial_invariance import KINDS, PartialRung, partial_ladder
from smartcity_survey.stats.sem.multigroup import Level
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import Config, GroupsSection
from smartcity_survey.study.model import Model

OF_LEVELS = [
    *("demographic", "level", "status", "group_at_fault", "at_fault", "invariance"),
    *("n_free", "p_all_equal", "chi2_change", "df_change", "p_change", "cfi"),
]
OF_ITEMS = ["demographic", "level", "order", "item", "construct", "chi2", "df", "p_holm", "p_left"]


def asks_for_items(config: Config) -> bool:
    """Whether a study wants to know which items differ between groups."""
    return bool(config.groups.partial_invariance and config.groups.variables)


@stage("partial_invariance", "freed_items", asked_by=asks_for_items)
@frees_no_pairs
def find_items_that_differ(
    answers: Complete,
    model: Measured,
    codebook: Codebook,
    section: Annotated[GroupsSection, Options(GroupsSection, ("variables", "smallest"))],
    alpha: Annotated[float, Option("model.alpha")],
    smallest: Smallest = None,
) -> StageResult:
    """Items to leave free between groups, one after another, until the others count as alike."""
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    require_demographics(section.variables, codebook, "config.yaml, groups.variables")
    levels: list[dict[str, object]] = []
    items: list[dict[str, object]] = []
    for variable, members in large_groups(answers, codebook, section, smallest).items():
        if len(members) < 2:
            status = why_too_few(answers, codebook, section, variable)
            levels.append({"demographic": variable, "status": status})
            continue
        try:
            rungs = _rungs(x, model, members, alpha)
        except NoSolution as error:
            levels.append({"demographic": variable, **refusal(error, list(members))})
            continue
        levels += [{"demographic": variable, **_of_level(rung)} for rung in rungs]
        items += [{"demographic": variable, **line} for rung in rungs for line in _of_items(rung, model)]
    card: Card = {
        "method": "score_tests_of_items",
        "p": "holm_among_equal_items",
        "alpha": alpha,
        "groups": compared_groups(smallest),
        "smallest": section.smallest,
        "divisor": "n",
        **NORMAL,
        **single_items(model),
        **respondents(len(x)),
    }
    tables = {
        "partial_invariance": pd.DataFrame(levels, columns=OF_LEVELS),
        "freed_items": pd.DataFrame(items, columns=OF_ITEMS),
    }
    cards = by_status(tables, dict.fromkeys(tables, card), tables["partial_invariance"])
    if not items and tables["partial_invariance"]["status"].isin(SOLVED).any():
        cards["freed_items"] = without_lines(cards["freed_items"], "no_item_freed", NONE_FOUND)
    return StageResult(tables, cards)


def _rungs(x: Array, model: Model, members: Mapping[str, BoolArray], alpha: float) -> tuple[PartialRung, ...]:
    with naming(model.items, "invariance", model.names):
        samples = group_samples(x, list(members.values()))
        return partial_ladder(samples, model.membership(), alpha=alpha)


def _of_level(rung: PartialRung) -> dict[str, object]:
    """A level: whether it holds in full, but for some items, or not; and its tests."""
    line: dict[str, object] = {
        "level": rung.level.name.lower(),
        "status": "converged" if rung.fit.admissible else "heywood",
        "cfi": rung.indices.cfi,
    }
    if rung.level == Level.CONFIGURAL:
        return line
    free = int(getattr(rung.exempt, KINDS[rung.level]).sum())
    tests = {
        "p_all_equal": rung.full and rung.full.p,
        "chi2_change": rung.difference and rung.difference.statistic,
        "df_change": rung.difference and rung.difference.df,
        "p_change": rung.difference and rung.difference.p,
    }
    shown = ("partial" if free else "full") if rung.holds else "not_shown"
    return {**line, "invariance": shown, "n_free": free, **tests}


def _of_items(rung: PartialRung, model: Model) -> list[dict[str, object]]:
    """Items let free at a level, in their order."""
    names = [model.items[release.item] for release in rung.releases]
    return [
        {
            "level": rung.level.name.lower(),
            "order": order,
            "item": name,
            "construct": model.construct_of(name),
            "chi2": release.score.statistic,
            "df": release.score.df,
            "p_holm": release.p,
            "p_left": release.left.p,
        }
        for order, (name, release) in enumerate(zip(names, rung.releases, strict=True), 1)
    ]
