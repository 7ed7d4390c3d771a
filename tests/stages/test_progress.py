"""Long steps say how far they are, in order, and end at what they said they have to do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from smartcity_survey.stages.comparison.groups import compare_respondents
from smartcity_survey.stages.evidence.curve_choices import CurveChoices
from smartcity_survey.stages.evidence.specification_curve import specification_curve
from smartcity_survey.stages.pls.pls import estimate_pls
from smartcity_survey.stages.progress import Progress
from smartcity_survey.stages.sem.cfa import confirm_model
from smartcity_survey.study.config import CfaSection, GroupsSection, PlsSection
from tests.stages import simulated


def bootstrap(progress: Progress) -> int:
    estimate_pls(simulated.answers(), simulated.model(), PlsSection(bootstrap_draws=300), 1, progress)
    return 300


def permutations(progress: Progress) -> int:
    section = GroupsSection(variables=("city", "age"), permutations=20)
    compared = compare_respondents(
        simulated.answers(), simulated.model(), simulated.codebook(), section, PlsSection(), 0.05, 1, progress
    )
    return 20 * len(compared.tables["group_comparisons"])


def dynamic_cutoffs(progress: Progress) -> int:
    confirm_model(
        simulated.answers(), simulated.model(), CfaSection(dynamic_draws=20), 0.95, 3, progress=progress
    )
    return 20 * len(simulated.CONSTRUCTS)


@pytest.mark.parametrize("step", [bootstrap, permutations, dynamic_cutoffs])
def test_a_long_step_says_how_far_it_is(step: Callable[[Progress], int]) -> None:
    told: list[tuple[int, int]] = []
    expected = step(lambda done, total: told.append((done, total)))
    done = [each for each, _ in told]
    assert {total for _, total in told} == {expected}
    assert done == sorted(done)
    assert done[-1] == expected


def test_the_specification_curve_counts_sets_of_items_under_codings_and_exclusions() -> None:
    told: list[tuple[int, int]] = []
    everyone = np.ones(len(simulated.answers()), dtype=bool)
    alternatives = CurveChoices(
        items={"all": simulated.ITEMS, "fewer": simulated.ITEMS[1:]},
        exclusions={"none": everyone},
        controls={},
    )
    specification_curve(
        simulated.answers(),
        simulated.model(),
        PlsSection(),
        alternatives,
        draws=10,
        progress=lambda done, total: told.append((done, total)),
    )
    # Answers, ranks and categories.
    assert told == [(done, 2 * 3) for done in range(6)]
