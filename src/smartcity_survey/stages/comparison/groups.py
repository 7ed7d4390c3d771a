"""Do groups of respondents understand the items alike, and do the paths differ between them?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from math import comb
from typing import Annotated

import numpy as np
import pandas as pd

from smartcity_survey.data.demographics import require_demographics
from smartcity_survey.data.disclosure import protect
from smartcity_survey.errors import NoSolution
from smartcity_survey.io import Card, StageResult
from smartcity_survey.stages.cards import pls_estimator, resampled, respondents
from smartcity_survey.stages.comparison.categories import compared_groups, large_groups, why_too_few
from smartcity_survey.stages.comparison.corrected import with_holm
from smartcity_survey.stages.comparison.ladder import LEVELS, ladder_card, ladder_rows, refusal
from smartcity_survey.stages.declare import stage
from smartcity_survey.stages.design import Design, design_card
from smartcity_survey.stages.naming import naming
from smartcity_survey.stages.needs import Bar, Complete, MeasuredClaims, Option, PlsFitOptions, Seed, Smallest
from smartcity_survey.stages.parts import InParts, Made, Unit, nothing_made, taken, units_of
from smartcity_survey.stages.pls.pls import pls_model
from smartcity_survey.stages.progress import Progress, part, silent
from smartcity_survey.stages.refusals import by_status
from smartcity_survey.stages.residual_pairs import frees_no_pairs
from smartcity_survey.stages.sem.robust import EstimatorAsked
from smartcity_survey.stats.core.draws import Take, make_all
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.evidence.group_differences import compare_by_design
from smartcity_survey.stats.pls.micom import GroupComparison, compare_groups
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.study.codebook import Codebook
from smartcity_survey.study.config import GroupsSection, PlsSection
from smartcity_survey.study.model import Model

GROUPS = ("demographic", "first", "second")
"""A demographic question and the codes of the two answers whose groups are compared."""
COMPARISONS = [
    *GROUPS,
    *("n_first", "n_second"),
    *("status", "group_at_fault", "at_fault", "n_draws", "n_inadmissible"),
]
MICOM = [
    *GROUPS,
    "construct",
    "correlation",
    "correlation_quantile",
    "correlation_p",
    "mean_difference",
    "mean_p",
    "log_variance_ratio",
    "log_variance_p",
    "invariance",
]
MULTIGROUP = [
    *GROUPS,
    "source",
    "target",
    "first_estimate",
    "second_estimate",
    "difference",
    "chance_low",
    "chance_high",
    "p",
]
DEALT = {True: "permuted_with_weights", False: "permuted_with_clusters"}
"""Whether respondents are dealt one by one -> how the composites of step 2 are tested under a design."""
PERMUTED = ("permutations", "p", "seed")
"""Lines of a card that are of permutations."""


@dataclass(frozen=True, slots=True)
class _Setup:
    """What all comparisons share."""

    x: Array
    model: Model
    section: GroupsSection
    pls: PlsSection
    alpha: float
    seed: int
    design: SurveyDesign | None


@dataclass(slots=True)
class _Rows:
    """Lines of the four tables, as they come."""

    comparisons: list[dict[str, object]] = field(default_factory=list)
    micom: list[dict[str, object]] = field(default_factory=list)
    multigroup: list[dict[str, object]] = field(default_factory=list)
    invariance: list[dict[str, object]] = field(default_factory=list)


def permutations(
    answers: pd.DataFrame,
    model: Model,
    codebook: Codebook,
    section: GroupsSection,
    pls: PlsSection,
    alpha: float,
    seed: int,
    design: SurveyDesign | None,
    smallest: int | None = None,
) -> Iterator[Unit]:
    """All permutations of `compare_respondents`."""
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    setup = _Setup(x, model, section, pls, alpha, seed, design)
    for variable, members in large_groups(answers, codebook, section, smallest).items():
        for pair in combinations(members, 2):
            both, second = _pair(members, pair)
            yield from units_of(_name(variable, pair), partial(_difference, setup, both, second))


@stage(*("group_comparisons", "micom", "multigroup", "invariance"), hides=protect, beside=("demographics",))
@frees_no_pairs
def compare_respondents(
    answers: Complete,
    model: MeasuredClaims,
    codebook: Codebook,
    section: GroupsSection,
    pls: PlsFitOptions,
    alpha: Annotated[float, Option("model.alpha")],
    seed: Seed,
    progress: Annotated[Progress, Bar("permutations")] = silent,
    design: Design = None,
    smallest: Smallest = None,
    made: Annotated[Made, InParts(permutations)] = nothing_made,
    estimator: EstimatorAsked = "ml",
) -> StageResult:
    """MICOM, differences of paths and the ladder of invariance, by each demographic variable asked for.

    Categories with fewer respondents than the config asks for are left out; a comparison that has no solution
    is listed with its reason.

    progress : of the permutations of all comparisons. design : sampling weights and clusters, by which
        differences and levels of the ladder are tested; composites are permuted with their weights.
    smallest : as `large_groups` has it. estimator : by `mlr` levels are tested as answers that are not normal
        ask for.
    """
    x = answers[list(model.items)].to_numpy(dtype=np.float64)
    require_demographics(section.variables, codebook, "config.yaml, groups.variables")
    setup = _Setup(x, model, section, pls, alpha, seed, design)
    rows, too_few = _Rows(), list[dict[str, object]]()
    groups = large_groups(answers, codebook, section, smallest)
    total = section.permutations * sum(comb(len(members), 2) for members in groups.values())
    for variable, members in groups.items():
        for pair in combinations(members, 2):
            before = len(rows.comparisons) * section.permutations
            told, take = part(progress, before, total), taken(made, _name(variable, pair))
            _compare(setup, variable, pair, members, rows, told, take)
        why = why_too_few(answers, codebook, section, variable)
        rows.invariance += ladder_rows(x, model, variable, members, design, estimator, why)
        too_few += [{"demographic": variable, "status": why}] if len(members) < 2 else []
    card: Card = {
        **pls_estimator(model, pls),
        "signs": "positive_loading_sums",
        "divisor": "n_minus_1",
        "groups": compared_groups(smallest),
        "smallest": section.smallest,
        "method": "permutation_of_respondents",
        "permutations": section.permutations,
        "p": "permutation_p_two_sided",
        **respondents(len(x)),
        **resampled(len(x)),
        "seed": seed,
    }
    composites = card
    if design is not None:
        composites = {**card, "method": "design_based_t", "p": DEALT[design.clusters is None]}
        composites = {**composites, **design_card(design)}
        card = {name: value for name, value in composites.items() if name not in PERMUTED}
    ladder: Card = {
        **ladder_card(model, len(x), design, estimator),
        "groups": compared_groups(smallest),
        "smallest": section.smallest,
    }
    tables = {
        "group_comparisons": pd.DataFrame(rows.comparisons, columns=COMPARISONS),
        "micom": pd.DataFrame(rows.micom, columns=MICOM),
        "multigroup": with_holm(pd.DataFrame(rows.multigroup, columns=MULTIGROUP)),
        "invariance": pd.DataFrame(rows.invariance, columns=LEVELS),
    }
    cards: dict[str, Card] = {
        "group_comparisons": composites,
        "micom": {**composites, "configural": "same_items_coding_algorithm"},
        "multigroup": card,
        "invariance": ladder,
    }
    # A question of fewer than two groups has no comparison to be listed, only its line in the ladder.
    attempts = pd.DataFrame([*rows.comparisons, *too_few], columns=COMPARISONS)
    return StageResult(tables, by_status(tables, cards, attempts))


def _pair(members: Mapping[str, BoolArray], pair: tuple[str, str]) -> tuple[BoolArray, BoolArray]:
    """Who is in a pair of groups and, of those, who is in the second."""
    first, second = pair
    both = members[first] | members[second]
    return both, members[second][both]


def _name(variable: str, pair: tuple[str, str]) -> str:
    """Name of the permutations of a pair."""
    return f"{variable}: {' '.join(pair)}"


def _compare(
    setup: _Setup,
    variable: str,
    pair: tuple[str, str],
    members: Mapping[str, BoolArray],
    rows: _Rows,
    progress: Callable[[int], None],
    take: Take,
) -> None:
    """One pair of groups: its line among the comparisons and, where there is a solution, its differences."""
    first, second = pair
    groups = dict(zip(GROUPS, (variable, first, second), strict=True))
    line: dict[str, object] = {
        **groups,
        "n_first": int(members[first].sum()),
        "n_second": int(members[second].sum()),
    }
    rows.comparisons.append(line)
    try:
        with naming(setup.model.items, "groups", setup.model.names):
            found = _difference(setup, *_pair(members, pair), progress, take)
    except NoSolution as error:
        line |= refusal(error, pair)
        return
    line |= {
        "status": "compared",
        "n_draws": found.n_permutations,
        "n_inadmissible": found.n_inadmissible,
    }
    rows.micom += micom_rows(found, setup.model, groups, setup.alpha)
    rows.multigroup += path_rows(found, setup.model, groups)


def _difference(
    setup: _Setup,
    both: BoolArray,
    second: BoolArray,
    progress: Callable[[int], None] = lambda _: None,
    take: Take = make_all,
) -> GroupComparison:
    """By permutation, or by the design where respondents have weights or come in clusters."""
    x, model = setup.x[both], pls_model(setup.model, setup.pls)
    compare = compare_groups
    if setup.design is not None:
        compare = partial(compare_by_design, design=setup.design.subset(both))
    return compare(
        x,
        model,
        second,
        permutations=setup.section.permutations,
        seed=setup.seed,
        level=1 - setup.alpha,
        tolerance=setup.pls.tolerance,
        max_iterations=setup.pls.max_iterations,
        progress=progress,
        take=take,
    )


def micom_rows(
    found: GroupComparison, model: Model, groups: Mapping[str, str], alpha: float
) -> list[dict[str, object]]:
    """The three steps of MICOM for each construct. groups : columns that stand before."""
    # A single item is the same composite in every group: nothing is left to be tested.
    single = np.isin(model.names, model.single)
    quantile, p = (np.where(single, np.nan, x) for x in (found.correlation_quantile, found.correlation_p))
    same, tested = single | (p > alpha), single | np.isfinite(p)
    equal = (found.mean.p > alpha) & (found.log_variance.p > alpha)
    return [
        {
            **groups,
            "construct": name,
            "correlation": found.correlation[j],
            "correlation_quantile": quantile[j],
            "correlation_p": p[j],
            "mean_difference": found.mean.difference[j],
            "mean_p": found.mean.p[j],
            "log_variance_ratio": found.log_variance.difference[j],
            "log_variance_p": found.log_variance.p[j],
            "invariance": invariance_of(bool(same[j]), bool(equal[j])) if tested[j] else None,
        }
        for j, name in enumerate(model.names)
    ]


def invariance_of(same: bool, equal: bool) -> str:
    """Of composites whose weights, and whose means and variances too, do not differ between groups."""
    return ("full" if equal else "partial") if same else "not_shown"


def path_rows(found: GroupComparison, model: Model, groups: Mapping[str, str]) -> list[dict[str, object]]:
    """Each path in both groups, and by how much it differs. groups : columns that stand before."""
    lines = []
    for source, target in model.paths:
        where = model.names.index(source), model.names.index(target)
        lines.append(
            {
                **groups,
                "source": source,
                "target": target,
                "first_estimate": found.first_paths[where],
                "second_estimate": found.second_paths[where],
                "difference": found.paths.difference[where],
                "chance_low": found.paths.low[where],
                "chance_high": found.paths.high[where],
                "p": found.paths.p[where],
            }
        )
    return lines
