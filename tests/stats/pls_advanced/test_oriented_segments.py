"""Prediction-oriented segments: seminrExtras from the same starts, known segments, what a start reaches."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.pls.algorithm import construct_scores, fit_pls
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.pls_advanced.oriented_segments import orient_segments


def simulated(n: int = 160) -> tuple[Array, PlsModel, BoolArray]:
    """Three items each of constructs 0 -> 2 -> 3 and 1 -> 3, whose paths differ between two segments."""
    rng = np.random.default_rng(4)
    other = rng.random(n) < 0.4
    x = rng.normal(size=(n, 2))
    a = np.where(other, -0.8, 0.8) * x[:, 0] + 0.3 * rng.normal(size=n)
    b = np.where(other, 0.9 * x[:, 1], 0.8 * a) + 0.3 * rng.normal(size=n)
    items = np.repeat(np.column_stack([x, a, b]), 3, axis=1) + 0.3 * rng.normal(size=(n, 12))
    paths = np.zeros((4, 4), dtype=bool)
    paths[[0, 1, 2], [2, 3, 3]] = True
    return items, PlsModel(np.kron(np.eye(4), np.ones((3, 1))).astype(bool), paths), other


def divisions(n: int, k: int, starts: int) -> IntArray:
    return np.random.default_rng(6).integers(0, k, (starts, n))


def test_like_seminr_extras() -> None:
    """The same starts; its fits end at changes of 1e-7, as ours here."""
    seminr = pytest.importorskip("seminr", reason="seminr, the oracle, is not installed")
    extras = pytest.importorskip("seminrExtras", reason="seminrExtras, the oracle, is not installed")
    x, model, _ = simulated(120)
    whole = seminr.estimate_pls(
        {f"x{j}": x[:, j] for j in range(12)},
        seminr.constructs(
            *(seminr.composite(f"c{j}", [f"x{3 * j + i}" for i in range(3)]) for j in range(4))
        ),
        seminr.relationships(*(seminr.paths(f"c{a}", f"c{b}") for a, b in np.argwhere(model.paths))),
    )
    begun = divisions(120, 2, 2)
    theirs = extras.assess_pos(whole, K=2, nstart=2, partitions=list(begun + 1))
    own = orient_segments(x, model, 2, begun=begun)
    assert theirs.converged
    assert own.r2_sum == pytest.approx(theirs.objective, abs=1e-5)
    assert own.starts == 2
    codes = np.array(theirs.segment_assignment) - 1
    same = (own.codes == codes).mean()
    assert max(same, 1 - same) == 1
    sizes = sorted(theirs.segment_sizes.values(), reverse=True)
    assert np.bincount(own.codes).tolist() == sizes


def test_known_segments_are_found_and_their_paths_are_those_of_the_respondents() -> None:
    x, model, other = simulated()
    found = orient_segments(x, model, 2, seed=3, starts=3)
    assert (found.codes == other).mean() > 0.9
    assert found.fits[0].path_coefficients[0, 2] > 0.7
    assert found.fits[1].path_coefficients[0, 2] < -0.7
    for segment, fit in enumerate(found.fits):
        own = fit_pls(np.corrcoef(x[found.codes == segment], rowvar=False), fit.n, model)
        assert fit.n == (found.codes == segment).sum()
        np.testing.assert_allclose(fit.path_coefficients, own.path_coefficients, atol=1e-6)
    assert found.r2_sum == pytest.approx(sum(np.nansum(fit.r2) for fit in found.fits))


def test_no_single_move_to_a_nearer_segment_is_left() -> None:
    """By the definition: residuals of the whole sample's scores by each segment's paths."""
    x, model, _ = simulated(80)
    found = orient_segments(x, model, 2, starts=1, seed=1)
    whole = fit_pls(np.corrcoef(x, rowvar=False), 80, model)
    scores = construct_scores(x, whole.outer_weights)
    nearer = np.zeros((80, 2))
    for segment, fit in enumerate(found.fits):
        for target in (2, 3):
            left = (scores[:, target] - scores @ fit.path_coefficients[:, target]) ** 2
            nearer[:, segment] += np.sqrt(left / left.sum())
    for place in np.flatnonzero(nearer.argmin(axis=1) != found.codes):
        codes = found.codes.copy()
        codes[place] = 1 - codes[place]
        if np.bincount(codes, minlength=2).min() < 10:
            continue
        parts = [x[codes == segment] for segment in (0, 1)]
        fits = [fit_pls(np.corrcoef(part, rowvar=False), len(part), model) for part in parts]
        assert sum(np.nansum(fit.r2) for fit in fits) <= found.r2_sum + 1e-6


def test_one_segment_is_the_sample() -> None:
    x, model, _ = simulated(60)
    found = orient_segments(x, model, 1, starts=1)
    whole = fit_pls(np.corrcoef(x, rowvar=False), 60, model)
    assert (found.codes == 0).all()
    assert found.r2_sum == pytest.approx(np.nansum(whole.r2), abs=1e-6)


def test_too_few_respondents_reach_no_solution() -> None:
    x, model, _ = simulated(24)
    with pytest.raises(NotConverged, match="3 prediction-oriented segments"):
        orient_segments(x, model, 3, starts=2)
