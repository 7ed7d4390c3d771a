"""What no search finds is let off by one last digit, so that all other printed numbers are met."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("numba", reason="the extra `reconstruct` is not installed")

from smartcity_survey.reconstruct.combine import small_pairs
from smartcity_survey.reconstruct.design import Target, Task
from smartcity_survey.reconstruct.engine import Reconstruction, reconstruct_answers
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.reconstruct.goals import centres
from smartcity_survey.reconstruct.moves import Limits, Moves
from smartcity_survey.reconstruct.refine import Refiner
from smartcity_survey.reconstruct.units import Linear, small_units
from tests.reconstruct.test_engine import ITEMS, QUICK, N, design, printed_of_some_answers

KEY = ("item", "A1", "mean")


@pytest.fixture(scope="module")
def found() -> Reconstruction:
    problem = Task(design(item_correlations=True), tuple(printed_of_some_answers()))
    return reconstruct_answers(problem, seed=1, schedule=QUICK)


def begun(found: Reconstruction, low: float, high: float, kind: str = "") -> tuple[Refiner, int]:
    """At answers that have all targets (of a kind) but one; without a search before it is let off."""
    others = tuple(t for t in found.problem.targets if t.key != KEY and (not kind or kind in t.key))
    task = Task(found.problem.design, (*others, Target(KEY, low, high)))
    evaluator = Evaluator(task.design)
    evaluator.refresh(np.cov(found.answers.T.astype(float)))
    limits = Limits(1, 5, 0, np.full(2, -np.inf), np.full(2, np.inf))
    schedule, rng = replace(QUICK, searches=0), np.random.default_rng(2)
    centre = centres(task, found.values)
    refiner = Refiner(task, evaluator, found.answers, centre, limits, schedule, rng, lambda _: None)
    return refiner, task.design.keys.index(KEY)


def steps(found: Reconstruction) -> int:
    """The sum of the item's answers; its mean moves by one of these steps over N."""
    return int(found.answers[:, ITEMS.index("A1")].sum())


def test_a_mean_that_no_answers_have_stays_let_off_by_one_last_digit_and_nothing_else_does(found):
    low, high = (steps(found) + 0.1) / N, (steps(found) + 0.9) / N
    refiner, i = begun(found, low, high)
    refiner.run(begun=True)
    lows, highs = refiner.problem.boxes
    beyond = (refiner.values < lows) | (refiner.values > highs)
    assert np.flatnonzero(beyond).tolist() == [i]
    assert low - (high - low) < refiner.values[i] < high + (high - low)
    off = np.flatnonzero((refiner.low != lows) | (refiner.high != highs))
    assert off.tolist() == [i]


def test_a_mean_that_answers_have_is_taken_back(found):
    refiner, i = begun(found, (steps(found) + 0.6) / N, (steps(found) + 1.4) / N, kind="mean")
    refiner.run(begun=True)
    lows, highs = refiner.problem.boxes
    assert ((lows <= refiner.values) & (refiner.values <= highs)).all()
    assert refiner.low[i] == lows[i]
    assert refiner.x[:, ITEMS.index("A1")].sum() == steps(found) + 1


def test_answers_are_no_worse_where_letting_off_leads_nowhere(found, monkeypatch):
    refiner, _ = begun(found, (steps(found) + 0.1) / N, (steps(found) + 0.9) / N)

    def astray(_: int) -> bool:
        refiner.x = np.full_like(refiner.x, 3)
        refiner.x[::2] = found.answers[::2]
        refiner.refresh()
        return False

    monkeypatch.setattr(refiner, "_settled", astray)
    refiner.run(begun=True)
    assert np.array_equal(refiner.x, found.answers)


def test_moves_of_items_that_no_score_weighs_are_few_and_in_no_pair():
    rng = np.random.default_rng(1)
    m, t = 300, 4
    idle = np.arange(m) % 3 == 0
    effect = np.where(idle[:, None], 1e-4, 1.0) * rng.normal(size=(m, t)).astype(np.float32)
    moves = Moves(np.arange(m), np.zeros(m, dtype=int), np.ones(m, dtype=int), effect.astype(np.float32))
    linear = Linear(moves, np.zeros(t), -np.ones(t), np.ones(t))

    def made(share: float | None) -> tuple[int, int]:
        units = small_units(linear, 1.0, 100, 3, idle, share, np.random.default_rng(2))
        holds = (units.cells >= 0) & idle[units.cells]
        alone = (units.cells >= 0).sum(1) == 1
        return int((holds.any(1) & alone).sum()), int((holds.any(1) & ~alone).sum())

    singles, pairs = made(0.1)
    assert 0 < singles <= 10
    assert pairs == 0
    singles, pairs = made(None)
    assert singles > 50
    assert pairs > 50


def test_small_pairs_are_the_nearest_of_all():
    rng = np.random.default_rng(3)
    effect, aim = (
        rng.normal(size=(30, 5)).astype(np.float32),
        np.array([0.3, 0, 0, -0.2, 0], dtype=np.float32),
    )
    distance = np.linalg.norm(effect[:, None] + effect[None] - aim, axis=2)
    nearest = {tuple(sorted((int(i), int(j)))) for i, row in enumerate(distance) for j in np.argsort(row)[:2]}
    first, second = small_pairs(effect, aim, 2, chunk=7)
    assert set(zip(first.tolist(), second.tolist(), strict=True)) == nearest
