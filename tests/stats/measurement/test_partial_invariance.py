"""Partial invariance against lavaan's score tests and partial models (partial_invariance.R), and truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import InvalidModel
from smartcity_survey.stats.core.multiplicity import holm
from smartcity_survey.stats.core.types import BoolArray
from smartcity_survey.stats.measurement.partial_invariance import (
    MATRICES,
    PartialRung,
    partial_ladder,
    release_tests,
)
from smartcity_survey.stats.sem.cfa_model import first_items
from smartcity_survey.stats.sem.invariance import invariance_ladder
from smartcity_survey.stats.sem.likelihood import Sample
from smartcity_survey.stats.sem.multigroup import Exempt, Level, fit_groups
from tests.stats.factor_data import reference
from tests.stats.group_data import in_groups, schools, two_groups
from tests.stats.structural_data import (
    HOLZINGER_ITEMS,
    blocks,
    holzinger,
    holzinger_pattern,
    holzinger_scores,
)

# lavaan's BFGS at its limit: of a chi-square nine digits, of what hangs on the estimates half as many.
LAVAAN = 1e-8
SCORES = 1e-4
FREE = {"loadings": (), "intercepts": (), "uniquenesses": ()}


def theirs(name: str) -> Any:
    return reference("partial_invariance_lavaan")[name]


def cells() -> list[Sample]:
    """Pupils by school and sex."""
    table = holzinger()
    return in_groups(holzinger_scores(), table["school"] + table["sex"].astype(str))


def exempt(**items: tuple[str, ...]) -> Exempt:
    return Exempt(**{kind: np.isin(HOLZINGER_ITEMS, names) for kind, names in {**FREE, **items}.items()})


def assert_scores(samples: list[Sample], level: Level, free: Exempt, expected: Any) -> None:
    pattern = holzinger_pattern()
    markers = first_items(pattern & ~free.loadings[:, None])
    fit = fit_groups(samples, pattern, level, markers=markers, exempt=free)
    assert fit.ml.chi2 == pytest.approx(expected["chi2"], rel=LAVAAN)
    assert fit.ml.df == expected["df"]
    items = np.array([HOLZINGER_ITEMS.index(test["item"]) for test in expected["tests"]])
    found = release_tests(fit, items)
    statistics = [test["statistic"] for test in expected["tests"]]
    np.testing.assert_allclose([test.statistic for test in found], statistics, rtol=SCORES, atol=SCORES)
    assert [test.df for test in found] == [test["df"] for test in expected["tests"]]


@pytest.mark.parametrize("level", list(MATRICES))
@pytest.mark.parametrize("groups", ["school", "cell"])
def test_score_tests_of_every_item_are_lavaans(groups: str, level: Level) -> None:
    """Those of four groups are of three constraints at once; a factor's first loading has its own too."""
    samples = schools() if groups == "school" else cells()
    assert_scores(samples, level, exempt(), theirs(groups)[level.name.lower()])


@pytest.mark.parametrize(
    ("name", "level", "free"),
    [
        ("school_x3", Level.SCALAR, {"intercepts": ("x3",)}),
        ("school_x3_x7", Level.SCALAR, {"intercepts": ("x3", "x7")}),
        ("school_strict", Level.STRICT, {"intercepts": ("x3", "x7")}),
        ("school_x1_loading", Level.METRIC, {"loadings": ("x1",)}),
        ("school_x1_scalar", Level.SCALAR, {"loadings": ("x1",), "intercepts": ("x1",)}),
    ],
)
def test_partial_models_and_their_score_tests_are_lavaans(
    name: str, level: Level, free: dict[str, tuple[str, ...]]
) -> None:
    """As `group.partial` has them, also where the item that gives the unit is free."""
    assert_scores(schools(), level, exempt(**free), theirs(name))


def test_the_intercepts_that_differ_between_schools_are_found() -> None:
    """Those of x3 and x7, as in lavaan's tutorial; the uniquenesses then differ, and no item stands out."""
    rungs = partial_ladder(schools(), holzinger_pattern())
    assert [rung.level for rung in rungs] == list(Level)
    assert [rung.holds for rung in rungs] == [True, True, True, False]
    ladder = invariance_ladder(schools(), holzinger_pattern())
    assert rungs[1].full == ladder[1].difference
    scalar = rungs[2]
    assert scalar.full == ladder[2].difference
    assert [HOLZINGER_ITEMS[release.item] for release in scalar.releases] == ["x3", "x7"]
    first, second = scalar.releases
    expected = {test["item"]: test["statistic"] for test in theirs("school")["scalar"]["tests"]}
    assert first.score.statistic == pytest.approx(expected["x3"], rel=SCORES)
    p = np.array([test.p for test in release_tests(ladder[2].fit, np.arange(9))])
    assert first.p == pytest.approx(holm(p).min())
    assert first.left.statistic == pytest.approx(
        theirs("school_x3")["chi2"] - theirs("school")["metric"]["chi2"], rel=1e-6
    )
    assert first.left.p < 0.05 < second.left.p
    assert scalar.fit.ml.chi2 == pytest.approx(theirs("school_x3_x7")["chi2"], rel=LAVAAN)
    assert scalar.difference == second.left
    strict = rungs[3]
    assert strict.fit.ml.chi2 == pytest.approx(theirs("school_strict")["chi2"], rel=LAVAAN)
    assert strict.releases == ()
    assert not strict.exempt.uniquenesses.any()


def released(rungs: tuple[PartialRung, ...]) -> dict[str, list[int]]:
    return {rung.level.name.lower(): [release.item for release in rung.releases] for rung in rungs[1:]}


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        ({}, {"metric": [], "scalar": [], "strict": []}),
        ({"loading": 0.4}, {"metric": [1], "scalar": [], "strict": []}),
        ({"intercept": 0.4}, {"metric": [], "scalar": [1], "strict": []}),
    ],
)
def test_the_item_that_was_made_to_differ_is_let_free_alone(
    difference: dict[str, float], expected: dict[str, list[int]]
) -> None:
    rungs = partial_ladder(two_groups(11, 800, **difference), blocks((4, 4)), alpha=0.01)
    assert released(rungs) == expected
    assert all(rung.holds for rung in rungs)


def turned(samples: list[Sample], order: list[int]) -> list[Sample]:
    assert all(sample.mean is not None for sample in samples)
    return [Sample(s.n, s.covariance[np.ix_(order, order)], s.mean[order]) for s in samples]  # type: ignore[index]


def test_an_item_that_gives_the_unit_is_let_free_like_any_other() -> None:
    """The second item of the first factor differs; it is put first."""
    samples, order = two_groups(11, 800, loading=0.4), [1, 0, 2, 3, 4, 5, 6, 7]
    plain = partial_ladder(samples, blocks((4, 4)), alpha=0.01)
    moved = partial_ladder(turned(samples, order), blocks((4, 4)), alpha=0.01)
    assert released(moved) == {"metric": [0], "scalar": [], "strict": []}
    assert moved[1].fit.markers[0] == 1
    for ours, other in zip(plain, moved, strict=True):
        assert ours.fit.ml.chi2 == pytest.approx(other.fit.ml.chi2, rel=1e-9)
        assert ours.fit.ml.df == other.fit.ml.df


def test_a_free_loading_leaves_its_intercept_free() -> None:
    rungs = partial_ladder(two_groups(11, 800, loading=0.4), blocks((4, 4)), alpha=0.01)
    assert rungs[2].exempt.intercepts.tolist() == [False, True, *[False] * 6]
    full = invariance_ladder(two_groups(11, 800, loading=0.4), blocks((4, 4)))
    assert rungs[2].fit.ml.df == full[2].indices.df - 2


def shifted(*items: int) -> list[Sample]:
    """Two groups, the second with higher intercepts of these items."""
    first, second = two_groups(11, 800)
    assert second.mean is not None
    mean = second.mean.copy()
    mean[list(items)] += np.array([0.5, -0.6, 0.7, -0.8])[: len(items)]
    return [first, Sample(second.n, second.covariance, mean)]


def test_a_factor_keeps_two_equal_items() -> None:
    """Where all four intercepts of a factor differ in their own ways, two stay equal and the level fails."""
    rungs = partial_ladder(shifted(0, 1, 2, 3), blocks((4, 4)))
    assert [rung.level for rung in rungs] == [Level.CONFIGURAL, Level.METRIC, Level.SCALAR]
    last = rungs[-1]
    assert not last.holds
    assert len(last.releases) == 2
    free: BoolArray = last.exempt.intercepts
    assert free[:4].sum() == 2
    assert last.difference is not None
    assert last.difference.p < 0.05


def test_two_items_of_a_factor_are_never_let_free() -> None:
    keep = [0, 1, 4, 5, 6, 7]
    samples = turned(shifted(0), keep)
    rungs = partial_ladder(samples, blocks((2, 4)))
    assert not rungs[-1].holds
    assert not rungs[-1].exempt.intercepts[:2].any()


def test_an_item_of_two_factors_is_refused() -> None:
    pattern = holzinger_pattern()
    pattern[0, 1] = True
    with pytest.raises(InvalidModel, match=r"items \[0\] load on several factors"):
        partial_ladder(schools(), pattern)
