"""What is sought, in which order, from where; and what is kept between runs."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from smartcity_survey.bounds import find_bounds
from smartcity_survey.errors import SurveyError

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("daqp", reason="the extra `reconstruct` is not installed")
pytest.importorskip("numba", reason="the extra `reconstruct` is not installed")

from smartcity_survey.bounds import ends
from smartcity_survey.bounds.ends import (
    Sought,
    Store,
    find,
    fits,
    furthest,
    readings,
    sought,
    starting_end,
)
from smartcity_survey.bounds.quantities import METHODS, Estimators, Quantity
from smartcity_survey.bounds.study import (
    Search,
    _in_every_set,
    _read_problem,
    _write_problem,
    prepared,
    seek_ends,
)
from smartcity_survey.bounds.walk import End, Place, Reading, Statistics, push
from smartcity_survey.reconstruct.covariance import State
from smartcity_survey.reconstruct.design import Questionnaire, Target, Task
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.stats.core.correlations import covariance
from tests.bounds.printed_study import CORRELATIONS, DESCRIPTIVES, write_study
from tests.bounds.small_study import CHAIN, Study, study

LOADING = 0.708  # Hair et al. (2022)


@cache
def small() -> Study:
    return study(CHAIN)


@cache
def problem() -> Task:
    """Means of the scores' SDs and one regression are printed to three digits; all else is open."""
    one = small()
    design = one.estimators.design
    values = one.estimators.evaluator.at_covariance(covariance(one.x), one.x.mean(axis=0))
    printed = [
        (key, value)
        for key, value in zip(design.keys, values, strict=True)
        if (key[0] == "score" and key[-1] == "sd") or (key[0] == "coefficient" and key[-1] == "beta")
    ]
    return Task(design, tuple(Target(key, value - 5e-4, value + 5e-4) for key, value in printed))


def place() -> Place:
    one = small()
    return Place(State(covariance(one.x), one.x.mean(axis=0)), one.estimators.evaluator.solved)


def claimed() -> float:
    return float(small().cfa.ml.chi2) + 40


# -- readings ---------------------------------------------------------------------------------------------


def misfits(design: Questionnaire, claimed: float = 240.0) -> dict[str, float]:
    return {"strict": float(design.degrees_of_freedom), "claimed": claimed}


def test_each_reading_asks_for_less_than_the_one_before():
    design = small().estimators.design
    strict, acceptable, nothing = readings(misfits(design))
    # 16 items: 136 covariances; 16 loadings, 16 uniquenesses and 6 correlations of factors.
    assert design.degrees_of_freedom == 136 - 38 == small().cfa.df
    assert strict == Reading("strict", 98.0, LOADING)
    assert acceptable == Reading("claimed", 240.0)
    assert nothing == Reading("print", np.inf)


def test_a_fit_is_the_misfit_that_its_rmsea_allows():
    """RMSEA = sqrt(max(chi2 - df, 0) / (df (n - 1))), solved for chi2."""
    design = small().estimators.design
    df, n = design.degrees_of_freedom, design.n
    asked = fits(design)
    assert list(asked) == [0, 0.02, 0.03, 0.04, 0.05]
    for level, reading in asked.items():
        assert np.sqrt((reading.misfit - df) / (df * (n - 1))) == pytest.approx(level, abs=1e-12)
        assert reading.loading is None


def test_without_a_factor_model_only_the_print_is_read():
    design = Questionnaire(
        n=50, items=("x", "y"), weights=np.eye(2), scores=("a", "b"), regressions=((1, (0,)),)
    )
    assert readings({}) == (Reading("print"),)
    assert fits(design) == {}


# -- what is sought ---------------------------------------------------------------------------------------


def test_every_quantity_is_sought_to_both_sides_each_once():
    estimators = small().estimators
    groups = sought(estimators, readings(misfits(estimators.design)))
    every = [one for group in groups.values() for one in group]
    assert len({one.name for one in every}) == len(every)
    wide = {"strict", "claimed", "print"}
    for quantity in estimators.quantities:
        for side in ("low", "high"):
            found = {one.reading.name for one in every if (one.quantity, one.side) == (quantity, side)}
            own = wide if quantity.method in ("pls", "sem") else wide - {"print"}
            if quantity.method == "pls":
                own = own | {reading.name for reading in fits(estimators.design).values()}
            assert found == (own if quantity.predictor else {"strict"})


def test_a_group_is_one_coefficient_to_one_side_in_an_order_in_which_each_has_its_start():
    estimators = small().estimators
    groups = sought(estimators, readings(misfits(estimators.design)))
    assert len(groups) == 2 * (2 + 3 + 2)  # coefficients and R2 of both outcomes, to either side
    order = ["strict", "claimed", "print", *(reading.name for reading in fits(estimators.design).values())]
    for group in groups.values():
        assert len({(one.quantity.outcome, one.quantity.predictor, one.side) for one in group}) == 1
        places = [order.index(one.reading.name) for one in group]
        assert places == sorted(places)
        assert [one.quantity.method for one in group if one.reading.name == "strict"] == list(METHODS)
        there = {"start"}
        for one in group:
            assert (
                "start" if one.nearby is None else f"{one.nearby[0].name}.{one.side}.{one.nearby[1]}"
            ) in there
            there.add(one.name)
    begun = {one.name: one.nearby for one in groups["d-a-high"]}
    first = Quantity("pls", "d", "a")
    assert begun["pls-d-a.high.strict"] is None
    assert begun["pls-d-a.high.print"] == (first, "claimed")
    assert begun["pls-d-a.high.rmsea_0"] == (first, "strict")
    assert begun["pls-d-a.high.rmsea_0.03"] == (first, "rmsea_0.02")
    assert begun["mean-d-a.high.strict"] == (first, "strict")
    assert begun["sem-d-a.high.claimed"] == (Quantity("sem", "d", "a"), "strict")


def test_without_a_factor_model_every_end_begins_from_the_start():
    design = Questionnaire(
        n=50, items=("x", "y"), weights=np.eye(2), scores=("a", "b"), regressions=((1, (0,)),)
    )
    groups = sought(Estimators(Evaluator(design)), readings({}))
    every = [one for group in groups.values() for one in group]
    assert {one.nearby for one in every} == {None}
    assert {one.reading.name for one in every} == {"print"}


# -- the walk on a factor model ---------------------------------------------------------------------------


def test_the_start_fits_and_ends_of_wider_readings_lie_further_out():
    task, estimators = problem(), small().estimators
    df = task.design.degrees_of_freedom
    estimators.evaluator.solved = place().solved
    begun = starting_end(task, estimators, place().state, (Reading("strict", float(df)),))
    assert begun.misfit <= df
    quantity = Quantity("mean", "d", "a")
    found = {}
    for reading in (Reading("strict", float(df)), Reading("claimed", claimed())):
        statistics = Statistics(task, estimators, reading)
        end = push(statistics, quantity, 1, begun.place, 6)
        at = end.place.state
        estimators.evaluator.solved = end.place.solved
        values = estimators.evaluator.at_covariance(at.covariance, at.mean)
        low, high = task.boxes
        assert (values >= low - 2e-5)[np.isfinite(low)].all()
        assert (values <= high + 2e-5)[np.isfinite(high)].all()
        assert end.misfit <= reading.misfit + 1e-3
        assert end.value == pytest.approx(estimators.value(quantity, at.covariance), abs=1e-10)
        assert end.std_error == pytest.approx(
            estimators.standard_error(quantity, at.covariance, task.design.n)
        )
        found[reading.name] = end.value
    start = estimators.value(quantity, begun.place.state.covariance)
    assert start < found["strict"] < found["claimed"]
    # A walk that is to go a part of the way is set right at its first step past it, and so stops near it.
    statistics = Statistics(task, estimators, Reading("strict", float(df)))
    reached = push(statistics, quantity, 1, begun.place, 6, until=start + 0.3 * (found["strict"] - start))
    assert 0.3 <= (reached.value - start) / (found["strict"] - start) < 0.7


# -- what is kept -----------------------------------------------------------------------------------------


def an_end(value: float = 0.25) -> End:
    return End(value, 0.04, 120.5, True, 7, place())


def test_an_end_is_read_as_it_was_kept(tmp_path):
    store, kept = Store(tmp_path / "seed"), an_end()
    assert not store.has("one")
    store.save("one", kept)
    assert store.has("one")
    read = store.load("one")
    assert replace(read, place=kept.place) == kept
    np.testing.assert_array_equal(read.place.state.covariance, kept.place.state.covariance)
    np.testing.assert_array_equal(read.place.state.mean, kept.place.state.mean)
    for ours, theirs in zip(read.place.solved, kept.place.solved, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    # Nothing half written stays, which a later run would take for an end.
    assert [path.name for path in store.folder.iterdir()] == ["one.npz"]


FIRST = Quantity("pls", "d", "a")
GROUP = [
    Sought(FIRST, "high", Reading("strict"), 5),
    Sought(FIRST, "high", Reading("print"), 5, (FIRST, "strict")),
    Sought(Quantity("mean", "d", "a"), "high", Reading("strict"), 5, (FIRST, "strict")),
]


@pytest.fixture
def pushed(monkeypatch, tmp_path):
    """A store with a start, and what is pushed from where; ends are one larger than their starts'."""
    store, calls = Store(tmp_path), []
    store.save("start", an_end(0.0))

    def push_one(statistics, quantity, sign, start, rounds):
        calls.append((quantity.method, statistics.reading.name, float(start.state.mean[0])))
        moved = Place(State(start.state.covariance, start.state.mean + 1), start.solved)
        return replace(an_end(), place=moved)

    monkeypatch.setattr(ends, "push", push_one)
    return store, calls


def test_ends_are_sought_from_those_before_them_and_not_again(pushed):
    store, calls = pushed
    first = place().state.mean[0]
    found = [one.name for one, _ in find(problem(), small().estimators, GROUP, store, lambda _: None)]
    assert found == [one.name for one in GROUP]
    assert calls == [
        ("pls", "strict", first),
        ("pls", "print", first + 1),
        ("mean", "strict", first + 1),
    ]
    again = [one.name for one, _ in find(problem(), small().estimators, GROUP, store, lambda _: None)]
    assert again == found
    assert len(calls) == 3
    store.path(GROUP[1].name).unlink()
    list(find(problem(), small().estimators, GROUP, store, lambda _: None))
    assert calls[3:] == [("pls", "print", first + 1)]


def test_an_end_that_is_not_found_is_told_and_the_others_are_sought_from_the_start(pushed, monkeypatch):
    store, calls = pushed
    going = ends.push

    def fail_first(statistics, quantity, *rest):
        if (quantity.method, statistics.reading.name) == ("pls", "strict"):
            raise SurveyError("reading `strict`", "no covariance.", "Ask for less.")
        return going(statistics, quantity, *rest)

    monkeypatch.setattr(ends, "push", fail_first)
    told: list[str] = []
    found = [one.name for one, _ in find(problem(), small().estimators, GROUP, store, told.append)]
    assert found == [GROUP[1].name, GROUP[2].name]
    assert told[0].startswith("pls-d-a.high.strict: ")
    assert {start for *_, start in calls} == {place().state.mean[0]}


# -- a study ----------------------------------------------------------------------------------------------


def folder_of(tmp_path, name, **printed):
    config = write_study(tmp_path / name, **printed)
    return seek_ends(config, tmp_path / "build", ("H1",), seeds=()).name


def test_what_is_kept_belongs_to_what_is_printed(tmp_path):
    first = folder_of(tmp_path, "a")
    assert folder_of(tmp_path, "b") == first
    changed = [
        folder_of(tmp_path, "c", correlations=CORRELATIONS.replace("0.300", "0.301")),
        folder_of(tmp_path, "d", descriptives=DESCRIPTIVES.replace("1.10", "1.11")),
    ]
    assert len({first, *changed}) == 3


def test_the_folder_also_depends_on_n_and_on_printed_extremes(tmp_path):
    first = folder_of(tmp_path, "a")
    paper = tmp_path / "b" / "published" / "paper.yaml"
    config = write_study(tmp_path / "b")
    paper.write_text(paper.read_text(encoding="utf-8").replace("n: 120", "n: 121"), encoding="utf-8")
    assert seek_ends(config, tmp_path / "build", ("H1",), seeds=()).name != first
    with_ends = "row,min,max\nuse,1.00,5.00\n"
    extremes = folder_of(tmp_path, "c", descriptives=with_ends)
    assert extremes != folder_of(tmp_path, "d", descriptives=with_ends.replace("1.00", "2.00"))


def test_refuses_by_name_what_is_no_hypothesis_and_no_predictor(tmp_path):
    config = write_study(tmp_path)
    with pytest.raises(SurveyError, match="--only H9") as refused:
        find_bounds(config, tmp_path / "bounds", ("H1", "H9"), 1, False, lambda *_: None)
    assert "H1, H2, habit, trust" in str(refused.value)
    assert not (tmp_path / "build").exists()


def test_a_problem_is_read_as_it_was_kept(tmp_path):
    printed = problem()
    rows = replace(printed.design, frozen_rows=((1,) * printed.design.p, (5,) * printed.design.p))
    one_sided = Target(("cfa", "chi2"), -np.inf, 100 / 3, "fit")
    kept = Task(rows, (*printed.targets, one_sided))
    _write_problem(tmp_path / "problem.json", kept)
    read = _read_problem(tmp_path / "problem.json", printed)
    assert read.targets == kept.targets
    assert read.design == kept.design


def test_a_start_is_made_once(tmp_path, monkeypatch):
    config = write_study(tmp_path)
    search = Search(config, tmp_path / "build", 7)
    first = prepared(search, lambda _: None)
    monkeypatch.setattr("smartcity_survey.bounds.study.solved_covariance", None)
    second = prepared(search, lambda _: None)
    assert second.problem.targets == first.problem.targets
    assert list(second.groups) == list(first.groups)


def test_says_what_to_install(monkeypatch, tmp_path):
    config = write_study(tmp_path)
    for name in list(sys.modules):
        if name.startswith(("smartcity_survey.bounds.", "smartcity_survey.reconstruct.")):
            monkeypatch.delitem(sys.modules, name)
    for name in ("jax", "numba", "daqp"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SurveyError, match=r"`make bounds STUDY=<folder>`.*its extra `reconstruct`"):
        find_bounds(config, tmp_path / "bounds", (), 1, False, lambda *_: None)


@pytest.mark.parametrize(("side", "sign"), [("low", -1), ("high", 1)])
def test_the_furthest_end_that_a_reading_allows_is_taken_whatever_it_was_sought_under(tmp_path, side, sign):
    """Kept: .9 strict with its loadings, .3 claimed, .5 of a good fit, .8 of a bad one; no print."""
    quantity, start = Quantity("pls", "use", "trust"), an_end().place
    strict, good, bad = Reading("strict", 5, LOADING), Reading("good", 6), Reading("bad", 90)
    claimed, anything = Reading("claimed", 50), Reading("print")
    group = [Sought(quantity, side, reading, 1) for reading in (strict, claimed, anything, good, bad)]
    store = Store(tmp_path)
    for one, value, chi2 in ((0, 0.9, 5), (1, 0.3, 40), (3, 0.5, 6), (4, 0.8, 90)):
        store.save(group[one].name, End(sign * value, 0.1, chi2, False, 1, start))
    other = Sought(Quantity("mean", "use", "trust"), side, bad, 1)
    store.save(other.name, End(sign * 2.0, 0.1, 90, False, 1, start))
    found = {one.name: end and sign * end.value for one, end in furthest([*group, other], store)}
    names = [one.name for one in (*group, other)]
    assert found == dict(zip(names, (0.9, 0.5, 0.8, 0.5, 0.8, 2.0), strict=True))
    assert list(furthest(group, Store(tmp_path / "empty"))) == [(one, None) for one in group]


def test_an_end_belongs_to_every_set_whose_fit_it_has():
    """The print's end of chi2 40 is also the claimed one; the other side's, of chi2 60, is not, nor a tie."""
    columns = ["method", "outcome", "predictor", "reading", "side", "value", "std_error", "chi2"]
    columns += ["settled", "steps", "seed"]
    of = ("sem", "use", "trust")
    lines = [
        (*of, "strict", "low", 0.3, 0.01, 5.0, False, 1, 7),
        (*of, "claimed", "low", 0.2, 0.02, 50.0, True, 2, 7),
        (*of, "print", "low", -0.1, 0.03, 40.0, False, 3, 7),
        (*of, "claimed", "high", 0.6, 0.04, 50.0, True, 4, 7),
        (*of, "print", "high", 0.9, 0.05, 60.0, False, 5, 7),
        (*of, "print", "low", -0.5, 0.06, 10.0, False, 6, 8),
        ("pls", "use", "trust", "claimed", "low", 0.1, 0.07, 50.0, True, 7, 7),
        ("pls", "use", "trust", "print", "low", 0.1, 0.08, 50.0, False, 8, 7),
    ]
    ends = pd.DataFrame(lines, columns=columns)
    taken = _in_every_set(ends, {"claimed": 50.0, "print": np.inf})
    expected = ends.copy()
    expected.loc[[1], ["value", "std_error", "chi2", "settled", "steps"]] = [-0.1, 0.03, 40.0, False, 3]
    pd.testing.assert_frame_equal(taken, expected, check_dtype=False)
