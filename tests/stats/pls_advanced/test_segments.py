"""Mixtures of regressions: known segments, closed forms, and PyPI seminrExtras from the same starts."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import NotConverged
from smartcity_survey.stats.core.types import Array, BoolArray
from smartcity_survey.stats.pls_advanced.segments import find_segments, segment_criteria


def simulated(n: int = 400) -> tuple[Array, BoolArray, Array]:
    """Scores of a chain 0 -> 2 -> 3 with 1 -> 3, whose paths differ between two segments; and the segment."""
    rng = np.random.default_rng(4)
    other = rng.random(n) < 0.4
    x = rng.normal(size=(n, 2))
    a = np.where(other, -0.8, 0.8) * x[:, 0] + 0.4 * rng.normal(size=n)
    b = np.where(other, 0.9 * x[:, 1], 0.8 * a) + 0.4 * rng.normal(size=n)
    scores = np.column_stack([x, a, b])
    paths = np.zeros((4, 4), dtype=bool)
    paths[[0, 1, 2], [2, 3, 3]] = True
    return (scores - scores.mean(axis=0)) / scores.std(axis=0, ddof=1), paths, other


def test_one_segment_is_least_squares() -> None:
    scores, paths, _ = simulated()
    found = find_segments(scores, paths, 1)
    n, likelihood = len(scores), 0.0
    for target in (2, 3):
        sources = np.flatnonzero(paths[:, target])
        design = np.column_stack([np.ones(n), scores[:, sources]])
        coefficients, residual, *_ = np.linalg.lstsq(design, scores[:, target], rcond=None)
        np.testing.assert_allclose(found.path_coefficients[0, sources, target], coefficients[1:], rtol=1e-9)
        likelihood -= n / 2 * (np.log(2 * np.pi * residual[0] / n) + 1)
        assert found.r2[0, target] == pytest.approx(1 - residual[0] / (scores[:, target].var() * n))
    assert found.log_likelihood == pytest.approx(likelihood)
    assert found.parameters == 3 + 4
    assert np.isnan(segment_criteria(found).entropy)


def test_known_segments_are_found() -> None:
    scores, paths, other = simulated()
    found = find_segments(scores, paths, 2, seed=2)
    assert (found.membership.argmax(axis=1) == other).mean() > 0.9
    assert found.shares[0] == pytest.approx(1 - other.mean(), abs=0.05)
    assert found.path_coefficients[0, 0, 2] > 0.7
    assert found.path_coefficients[1, 0, 2] < -0.7
    by_k = {k: segment_criteria(find_segments(scores, paths, k, seed=2)) for k in (1, 2, 3)}
    assert min(by_k, key=lambda k: by_k[k].caic) == 2
    assert by_k[2].entropy > 0.8


def test_criteria_by_hand() -> None:
    scores, paths, _ = simulated()
    found = find_segments(scores, paths, 2, seed=2)
    own, n, deviance, k = segment_criteria(found), len(scores), -2 * found.log_likelihood, found.parameters
    assert k == 2 * (3 + 4) + 1
    assert own.aic3 == pytest.approx(deviance + 3 * k)
    assert own.bic == pytest.approx(deviance + k * np.log(n))
    assert own.caic == pytest.approx(own.bic + k)
    assert own.hq == pytest.approx(deviance + 2 * k * np.log(np.log(n)))
    assert own.mdl5 == pytest.approx(deviance + 5 * k * np.log(n))
    p = found.membership
    assert own.entropy == pytest.approx(1 - (-p * np.log(p)).sum() / (n * np.log(2)))


def test_like_seminr_extras() -> None:
    """One indicator for each construct, so that its scores are ours; the same starts."""
    seminr = pytest.importorskip("seminr", reason="seminr, the oracle, is not installed")
    extras = pytest.importorskip("seminrExtras", reason="seminrExtras, the oracle, is not installed")
    scores, paths, _ = simulated()
    model = seminr.estimate_pls(
        {f"x{j}": scores[:, j] for j in range(4)},
        seminr.constructs(*(seminr.composite(f"c{j}", [f"x{j}"]) for j in range(4))),
        seminr.relationships(*(seminr.paths(f"c{a}", f"c{b}") for a, b in np.argwhere(paths))),
    )
    begun = np.random.default_rng(8).dirichlet(np.ones(3), size=(4, len(scores)))
    theirs = extras.assess_fimix(model, K=3, nstart=4, stop_criterion=1e-10, inits=list(begun))
    own = find_segments(scores, paths, 3, tolerance=1e-10, begun=begun)
    assert own.log_likelihood == pytest.approx(theirs.log_likelihood, abs=1e-6)
    assert own.parameters == theirs.n_parameters
    criteria = segment_criteria(own)
    # Its MDL5 has half of the penalty of BIC; Sarstedt et al. (2011) have five times that of BIC.
    for name in ("AIC", "AIC3", "AIC4", "BIC", "CAIC", "HQ"):
        assert getattr(criteria, name.lower()) == pytest.approx(theirs.info_criteria[name], abs=1e-4), name
    shares = sorted(theirs.segment_proportions.values(), reverse=True)
    np.testing.assert_allclose(own.shares, shares, atol=1e-5)


def test_no_start_reaches_a_solution() -> None:
    scores, paths, _ = simulated(40)
    with pytest.raises(NotConverged, match="mixture of 2 segments"):
        find_segments(scores, paths, 2, max_iterations=2)
