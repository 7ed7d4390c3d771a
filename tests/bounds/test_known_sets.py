"""Sets that are known in closed form, or from a dense grid, and what is found of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from smartcity_survey.errors import SurveyError

pytest.importorskip("jax", reason="the extra `reconstruct` is not installed")
pytest.importorskip("daqp", reason="the extra `reconstruct` is not installed")
pytest.importorskip("numba", reason="the extra `reconstruct` is not installed")

from smartcity_survey.bounds.quantities import Estimators, Quantity
from smartcity_survey.bounds.walk import MARGIN, End, Place, Reading, Statistics, push
from smartcity_survey.reconstruct.covariance import State
from smartcity_survey.reconstruct.design import Questionnaire, Target, Task, rounding_interval
from smartcity_survey.reconstruct.evaluate import Evaluator
from smartcity_survey.reconstruct.possible import require_possible_numbers
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.model import PlsModel

ROUNDS = 25
R12, R23 = 0.5, 0.3


def correlations(lower: Mapping[tuple[int, int], float], p: int) -> Array:
    r = np.eye(p)
    for (i, j), value in lower.items():
        r[i, j] = r[j, i] = value
    return r


def end_of(problem: Task, quantity: Quantity, sign: int, start: Array) -> End:
    evaluator = Evaluator(problem.design)
    evaluator.refresh(start)
    statistics = Statistics(problem, Estimators(evaluator), Reading("print"))
    place = Place(State(start, np.zeros(len(start))), evaluator.solved)
    return push(statistics, quantity, sign, place, ROUNDS)


def printed(
    items: tuple[str, ...], lower: Mapping[tuple[int, int], float], half: float
) -> tuple[Target, ...]:
    return tuple(
        Target(("correlation", items[i], items[j]), r - half, r + half) for (i, j), r in lower.items()
    )


# -- a correlation that two others leave open -----------------------------------------------------------

ALONE = ((2, (0,)), (1, (0,)))
TOGETHER = ((2, (0, 1)),)


def three_items(regressions: tuple[tuple[int, tuple[int, ...]], ...]) -> Task:
    items = ("x1", "x2", "x3")
    design = Questionnaire(
        n=200,
        items=items,
        weights=np.eye(3),
        scores=("one", "two", "three"),
        regressions=regressions,
        item_correlations=True,
    )
    return Task(design, printed(items, {(1, 0): R12, (2, 1): R23}, 1e-9))


@pytest.mark.parametrize(
    ("regressions", "sign", "method"),
    [*((one, sign, "mean") for one in (ALONE, TOGETHER) for sign in (-1, 1)), (TOGETHER, -1, "pls")],
)
def test_a_third_correlation_goes_as_far_as_the_other_two_let_it(regressions, sign, method):
    r13 = R12 * R23 + sign * np.sqrt((1 - R12**2) * (1 - R23**2))
    known = r13 if regressions == ALONE else (r13 - R12 * R23) / (1 - R12**2)
    start = correlations({(1, 0): R12, (2, 1): R23, (2, 0): 0.1}, 3)
    end = end_of(three_items(regressions), Quantity(method, "three", "one"), sign, start)
    assert end.value == pytest.approx(known, abs=1e-6)


def test_r2_goes_from_what_one_predictor_explains_to_all():
    start = correlations({(1, 0): R12, (2, 1): R23, (2, 0): 0.1}, 3)
    for sign, known in ((-1, R23**2), (1, 1.0)):
        end = end_of(three_items(TOGETHER), Quantity("mean", "three"), sign, start)
        assert end.value == pytest.approx(known, abs=1e-6)


def test_refuses_a_start_whose_correlations_cannot_be():
    impossible = correlations({(1, 0): R12, (2, 1): R23, (2, 0): -0.9}, 3)
    assert np.linalg.eigvalsh(impossible)[0] < 0
    with pytest.raises(SurveyError, match="the start"):
        end_of(three_items(ALONE), Quantity("mean", "three", "one"), -1, impossible)


# -- two constructs of two items each, against a grid ---------------------------------------------------

ITEMS = ("x1", "x2", "y1", "y2")
HELD = {(1, 0): 0.6, (3, 2): 0.5, (2, 0): 0.4, (3, 1): 0.3}
FREE = ((3, 0), (2, 1))
STARTS = ((0.35, 0.3), (0.0, 0.0))
BLOCKS = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=bool)
PATHS = np.array([[0, 1], [0, 0]], dtype=bool)


def two_constructs() -> Task:
    design = Questionnaire(
        n=200,
        items=ITEMS,
        weights=np.array([[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]]),
        scores=("x", "y"),
        regressions=((1, (0,)),),
        item_correlations=True,
    )
    return Task(design, printed(ITEMS, HELD, 1e-6))


def grid(size: int) -> tuple[Array, Array]:
    """Correlations (m, 4, 4) with all values of the free ones that go together, and PLS paths (m,) there.

    With two constructs Mode A's weights are the first singular vectors of the correlations between them.
    """
    line = np.linspace(-0.999, 0.999, size)
    first, second = (values.ravel() for values in np.meshgrid(line, line))
    r = np.broadcast_to(correlations(HELD, 4), (first.size, 4, 4)).copy()
    for (i, j), values in zip(FREE, (first, second), strict=True):
        r[:, i, j] = r[:, j, i] = values
    r = r[np.linalg.eigvalsh(r)[:, 0] > 0]
    within_x, within_y = r[:, :2, :2], r[:, 2:, 2:]
    left, roots, right = np.linalg.svd(r[:, :2, 2:])
    x, y = left[:, :, 0], right[:, 0]
    sign = np.sign(np.einsum("mij,mj->m", within_x, x)) * np.sign(np.einsum("mij,mj->m", within_y, y))
    variances = [np.einsum("mi,mij,mj->m", w, s, w) for w, s in ((x, within_x), (y, within_y))]
    return r, sign * roots[:, 0] / np.sqrt(variances[0] * variances[1])


def test_the_grid_is_of_pls_paths():
    r, path = grid(40)
    for place in np.linspace(0, len(r) - 1, 12).astype(int):
        fit = fit_pls(r[place], 200, PlsModel(BLOCKS, PATHS), max_iterations=100_000)
        assert path[place] == pytest.approx(fit.path_coefficients[0, 1], abs=1e-8)


@pytest.mark.parametrize("start", STARTS)
def test_ends_of_a_pls_path_are_those_of_a_dense_grid(start):
    # The largest value is where correlations are singular; from the first start the way uphill leads to a
    # smaller, local one.
    _, path = grid(400)
    at = correlations(HELD | dict(zip(FREE, start, strict=True)), 4)
    low, high = (end_of(two_constructs(), Quantity("pls", "y", "x"), sign, at).value for sign in (-1, 1))
    assert low <= path.min() + 1e-6
    assert high >= path.max() - 1e-6
    # Neighbours in the grid are 0.005 apart in each of two correlations.
    assert low == pytest.approx(path.min(), abs=0.005)
    assert high == pytest.approx(path.max(), abs=0.005)


# -- standard deviations --------------------------------------------------------------------------------

N = 40


def of_answers(mean: str, sd: str) -> tuple[Target, ...]:
    return (
        Target(("item", "x1", "mean"), *rounding_interval(mean), mean),
        Target(("item", "x1", "sd"), *rounding_interval(sd), sd),
    )


def with_deviations(mean: str, sd: str) -> Task:
    """The sum of x1 and x2 explains x3; all correlations and the other SDs are printed exactly."""
    items = ("x1", "x2", "x3")
    design = Questionnaire(
        n=N,
        items=items,
        weights=np.array([[0.5, 0.5, 0], [0, 0, 1.0]]),
        scores=("sum", "three"),
        regressions=((1, (0,)),),
        item_moments=True,
        item_correlations=True,
    )
    exact = tuple(Target(("item", item, "sd"), 1 - 1e-9, 1 + 1e-9) for item in items[1:])
    held = printed(items, {(1, 0): 0.2, (2, 0): 0.6, (2, 1): 0.1}, 1e-9)
    return Task(design, (*of_answers(mean, sd), *exact, *held))


def coefficient(sd: float) -> float:
    return (0.6 * sd + 0.1) / np.sqrt(sd**2 + 1 + 2 * 0.2 * sd)


def sds_of_answers(mean: str, sd: str) -> list[float]:
    """SDs that N whole answers 1-5 with a mean printed so can have, within the printed interval."""
    low, high = rounding_interval(mean)
    least, most = rounding_interval(sd)
    found = []
    for total in range(int(np.ceil(low * N)), int(np.floor(high * N)) + 1):
        share, rest = divmod(total - N, N)
        smallest = (N - rest) * (1 + share) ** 2 + rest * (2 + share) ** 2
        ones_and_fives, rest = divmod(total - N, 4)
        largest = 25 * ones_and_fives + (1 + rest) ** 2 + (N - ones_and_fives - 1)
        # A sum of squares is even or odd with the sum itself.
        for squares in range(smallest, largest + 1, 2):
            found.append(np.sqrt((squares - total**2 / N) / (N - 1)))
    return [one for one in found if least <= one <= most]


def test_a_coefficient_goes_as_far_as_the_printed_deviation_lets_it():
    mean, sd = "3.40", "0.81"
    problem = with_deviations(mean, sd)
    require_possible_numbers(problem)
    least, most = rounding_interval(sd)
    kept = MARGIN * (most - least)
    start = (
        np.diag([0.8, 1, 1]) @ correlations({(1, 0): 0.2, (2, 0): 0.6, (2, 1): 0.1}, 3) @ np.diag([0.8, 1, 1])
    )
    low, high = (end_of(problem, Quantity("mean", "three", "sum"), sign, start).value for sign in (-1, 1))
    assert low == pytest.approx(coefficient(least + kept), abs=1e-6)
    assert high == pytest.approx(coefficient(most - kept), abs=1e-6)
    possible = sds_of_answers(mean, sd)
    assert possible
    # Whole answers have fewer SDs than print leaves open: theirs lie within.
    assert low <= coefficient(min(possible)) <= coefficient(max(possible)) <= high


def test_refuses_a_mean_that_no_whole_answers_have():
    with pytest.raises(SurveyError, match="item x1 mean"):
        require_possible_numbers(with_deviations("3.41", "0.81"))
