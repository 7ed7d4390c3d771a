"""A second, small questionnaire: the engine needs nothing of the bundled study."""

from dataclasses import replace

import numpy as np
import pytest

from smartcity_survey.errors import SurveyError

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("numba", reason="the extra `reconstruct` is not installed")

from smartcity_survey.reconstruct.design import Questionnaire, Target, Task, rounding_interval
from smartcity_survey.reconstruct.engine import answers_near, reconstruct_answers, solved_covariance
from smartcity_survey.reconstruct.refine import Refiner
from smartcity_survey.reconstruct.schedule import Schedule, Search

ITEMS = ("A1", "A2", "A3", "B1", "B2", "B3")
N = 90
WEIGHTS = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]]) / 3
QUICK = Schedule(
    rounds=40,
    sweeps=200,
    corrected_sweeps=200,
    corrections=1,
    greedy=(20, 20),
    level=((10, 5.0),),
    search=(Search(8, 4.0, 0.01, 2.0),),
    searches=120,
    pool=600,
    trials=200_000,
)


def design(**groups: bool) -> Questionnaire:
    return Questionnaire(
        n=N,
        items=ITEMS,
        weights=WEIGHTS,
        scores=("a", "b"),
        regressions=((1, (0,)),),
        item_moments=True,
        **groups,
    )


def target(key: tuple[str, ...], printed: str) -> Target:
    return Target(key, *rounding_interval(printed), printed)


def printed_of_some_answers() -> list[Target]:
    """What a paper would print of answers that exist, so that they can be found again."""
    rng = np.random.default_rng(3)
    common = rng.normal(size=(N, 2)) @ np.array([[1.0, 0.5], [0.0, 0.8]])
    x = np.clip(np.rint(3.3 + 0.8 * np.repeat(common, 3, axis=1) + 0.6 * rng.normal(size=(N, 6))), 1, 5)
    targets = []
    for i, item in enumerate(ITEMS):
        targets.append(target(("item", item, "mean"), f"{x[:, i].mean():.2f}"))
        targets.append(target(("item", item, "sd"), f"{x[:, i].std(ddof=1):.2f}"))
    r = np.corrcoef(x.T)
    for i, j in zip(*np.tril_indices(6, -1), strict=True):
        targets.append(target(("correlation", ITEMS[i], ITEMS[j]), f"{r[i, j]:.2f}"))
    a, b = (x @ WEIGHTS.T).T
    slope = np.cov(a, b)[0, 1] / a.var(ddof=1)
    residual = b - b.mean() - slope * (a - a.mean())
    error = np.sqrt(residual @ residual / (N - 2) / ((N - 1) * a.var(ddof=1)))
    targets.append(target(("coefficient", "b", "a", "b"), f"{slope:.3f}"))
    targets.append(target(("coefficient", "b", "a", "t"), f"{slope / error:.2f}"))
    return targets


def test_finds_answers_with_printed_means_correlations_and_a_regression():
    problem = Task(design(item_correlations=True), tuple(printed_of_some_answers()))
    found = reconstruct_answers(problem, seed=1, schedule=QUICK)
    assert found.missed == ()
    x = found.answers
    assert x.shape == (N, 6)
    assert set(np.unique(x)) <= {1, 2, 3, 4, 5}
    for wanted in problem.targets:
        if wanted.key[0] == "correlation":
            i, j = (ITEMS.index(name) for name in wanted.key[1:])
            assert wanted.low <= np.corrcoef(x[:, i], x[:, j])[0, 1] <= wanted.high


def test_the_same_seed_gives_the_same_answers():
    problem = Task(design(), tuple(t for t in printed_of_some_answers() if t.key[0] == "item"))
    first, second = (reconstruct_answers(problem, seed=5, schedule=QUICK).answers for _ in range(2))
    other = reconstruct_answers(problem, seed=6, schedule=QUICK).answers
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


def test_names_correlations_that_contradict_each_other():
    pairs = {("A2", "A1"): "0.90", ("A3", "A1"): "0.90", ("A3", "A2"): "-0.20", ("B2", "B1"): "0.30"}
    targets = tuple(target(("correlation", *pair), printed) for pair, printed in pairs.items())
    with pytest.raises(SurveyError) as refused:
        reconstruct_answers(Task(design(item_correlations=True), targets), seed=1, schedule=QUICK)
    message = str(refused.value)
    assert all(f"correlation {a} {b}" in message for a, b in list(pairs)[:3])
    assert "B2" not in message


def test_refuses_a_mean_that_no_whole_answers_have():
    wrong = (target(("item", "A1", "mean"), "3.4300"), target(("item", "A2", "mean"), "3.50"))
    with pytest.raises(SurveyError, match="item A1 mean") as refused:
        reconstruct_answers(Task(design(), wrong), seed=1, schedule=QUICK)
    assert "A2" not in str(refused.value)


def test_a_row_that_passes_the_printed_extremes_is_brought_back_and_the_search_goes_on(monkeypatch):
    """The given rows have the extremes 2 and 4; a search that ends with a row of fives is gone on with."""
    rows = ((2,) * 6, (4,) * 6)
    means = tuple(t for t in printed_of_some_answers() if t.key[0] == "item" and t.key[2] == "mean")
    problem = Task(replace(design(), frozen_rows=rows), means)
    start, draws, search = (np.random.default_rng(seed) for seed in range(3))
    problem, evaluator, solution = solved_covariance(problem, start, None, QUICK)
    begins: list[tuple[bool, float]] = []
    usual = Refiner.run

    def run(self: Refiner, *, begun: bool = False) -> None:
        begins.append((begun, float((self.x @ WEIGHTS.T)[2:].max())))
        usual(self, begun=begun)
        if len(begins) == 1:
            self.x = self.x.copy()
            self.x[5] = 5
            self.refresh()

    monkeypatch.setattr(Refiner, "run", run)
    extremes = {"a": ("2.00", "4.00"), "b": ("2.00", "4.00")}
    found = answers_near(problem, evaluator, solution, draws, search, QUICK, extremes)
    assert [begun for begun, _ in begins] == [False, True]
    assert begins[1][1] <= 4.005
    assert found.missed == ()
    assert (found.answers @ WEIGHTS.T).max() == pytest.approx(4)
