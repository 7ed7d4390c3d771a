"""Two groups of respondents: do they measure the same, and do their paths differ?"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import ClassVar

import pandas as pd

from smartcity_survey.errors import NoSolution, SurveyError, counted
from smartcity_survey.notebook.answers import item_names, numbers
from smartcity_survey.notebook.latent import require_paths
from smartcity_survey.notebook.model import Model, study_model
from smartcity_survey.notebook.options import SEED, options, require_seed
from smartcity_survey.notebook.told import told
from smartcity_survey.notebook.view import View, by_path, in_words
from smartcity_survey.stages.comparison.groups import micom_rows, path_rows
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stats.core.errors import InGroup
from smartcity_survey.stats.pls import micom as core
from smartcity_survey.study.arguments import in_order, require_text
from smartcity_survey.study.config import GroupsSection, PlsSection, Scheme

Pair = tuple[Hashable, Hashable]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class GroupsView(View):
    """Measurement invariance of composites (MICOM) and the paths of two groups (multigroup analysis).

    Attributes
    ----------
    micom : a row for each construct: correlation of the composites that both groups' weights make, its
        correlation_quantile and correlation_p under permutation (step 2); mean_difference (in standard
        deviations) and log_variance_ratio with their p (step 3). Step 1 is given by one model for both.
        invariance is the verdict in words: partial where correlation_p is above 1 less the confidence level,
        full where the p of step 3 are too, else not shown.
    paths : a row for each path: source, target; first_estimate, second_estimate, difference; chance_low and
        chance_high, between which random groups differ; p.
    record : `stats.pls.micom.GroupComparison`.
    """

    title: ClassVar[str] = "Comparison of two groups"
    shown: ClassVar[tuple[str, ...]] = ("micom", "paths")
    micom: pd.DataFrame
    paths: pd.DataFrame
    record: core.GroupComparison


def compare_groups(
    answers: pd.DataFrame,
    model: Model,
    by: str,
    groups: Pair | None = None,
    *,
    permutations: int = 1000,
    seed: int = SEED,
    scheme: Scheme = "path",
    confidence_level: float = 0.95,
) -> GroupsView:
    """Compare two groups of respondents by dealing them to groups of the same sizes at random.

    Parameters
    ----------
    by : column that tells the group. groups : its two values to compare, the first first; other respondents
        then take no part. None where the column has just two, which are taken in their order.

    Sources: Henseler, Ringle and Sarstedt (2016) for MICOM; Chin and Dibbern (2010) for the paths.

    Raises
    ------
    SurveyError
        for answers that are missing or no numbers, a column that does not tell two groups, options out of
        range, and what `fit_pls` refuses for all respondents or for a group.
    """
    section = options(PlsSection, "compare_groups", scheme=scheme, confidence_level=confidence_level)
    draws = options(GroupsSection, "compare_groups", permutations=permutations).permutations
    require_seed(seed, "compare_groups")
    require_paths(model, "compare_groups")
    require_text(by, "compare_groups, by", "Name the column that tells the group.")
    item_names(answers, [by])
    first, second = _pair(answers[by], by, groups)
    part = answers[answers[by].isin([first, second])]
    x, _ = numbers(part, model)
    declared = study_model(model)
    try:
        with told("compare_groups", declared.items, declared.names):
            found = core.compare_groups(
                x,
                pls_model(declared, section),
                (part[by] == second).to_numpy(dtype=bool),
                permutations=draws,
                seed=seed,
                level=section.confidence_level,
                tolerance=section.tolerance,
                max_iterations=section.max_iterations,
            )
    except NoSolution as error:
        if isinstance(error.__cause__, InGroup):
            group = (first, second)[error.__cause__.group]
            problems = [replace(p, place=f"{by} = {_plain(group)}, {p.place}") for p in error.problems]
            raise NoSolution(error.reason, error.names, problems) from error.__cause__
        raise
    notes = [
        f"{by}: {_plain(first)} ({counted(found.n_first, 'respondent')}) less "
        f"{_plain(second)} ({found.n_second}).",
        f"{counted(found.n_permutations, 'permutation')}, seed {seed}; p is two-sided and never 0.",
    ]
    if others := len(answers) - len(part):
        takes = counted(others, "respondent of another group takes", "respondents of other groups take")
        notes.append(f"{takes} no part.")
    if refused := found.n_inadmissible:
        more = counted(refused, "more permutation has", "more permutations have")
        notes.append(f"{more} no solution in one of the groups.")
    steps = micom_rows(found, declared, {}, 1 - section.confidence_level)
    verdicts = [in_words("invariance", str(step["invariance"])) for step in steps]
    return GroupsView(
        notes=tuple(notes),
        micom=pd.DataFrame(steps).set_index("construct").assign(invariance=verdicts),
        paths=by_path(pd.DataFrame(path_rows(found, declared, {}))),
        record=found,
    )


def _pair(values: pd.Series, by: str, groups: Pair | None) -> Pair:
    # Of a categorical column, categories that nobody has are none.
    sizes = values.value_counts().loc[lambda counts: counts > 0]
    if groups is not None:
        remedy = f"Name two of {_listed(sizes)}, the first first."
        wanted = in_order(groups, "compare_groups, groups", "groups", remedy=remedy)
        values_found = list(sizes.index)
        unknown = [group for group in wanted if group not in values_found]
        if len(wanted) != 2 or len(set(wanted)) != 2 or unknown:
            found = (
                f"{_plain(unknown[0])!r} is none of its values."
                if unknown
                else f"{wanted!r} are not two groups."
            )
            raise SurveyError("compare_groups, groups", found, f"Name two of {_listed(sizes)}.")
        return wanted[0], wanted[1]
    gaps = int(values.isna().sum())
    if gaps:
        raise SurveyError(
            f"compare_groups, {by}",
            f"{gaps} of {len(values)} rows tell no group.",
            f"Keep the others with `ss.complete(answers, [*model.items, {by!r}])`, or name two `groups`.",
        )
    if len(sizes) != 2:
        raise SurveyError(
            f"compare_groups, {by}",
            f"it has {counted(len(sizes), 'different value')}.",
            f"Name two as `groups`: {_listed(sizes)}.",
        )
    first, second = sorted(sizes.index, key=lambda value: (not isinstance(value, int | float), value))
    return first, second


def _listed(sizes: pd.Series) -> str:
    shown = [f"{_plain(value)!r} ({size})" for value, size in sizes.head(10).items()]
    return ", ".join([*shown, *(["..."] if len(sizes) > 10 else [])])


def _plain(value: Hashable) -> Hashable:
    """A code as a person writes it: 1, not 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
