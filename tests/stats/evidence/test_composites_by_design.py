"""Step 2 of MICOM with weights and clusters: permutations that carry weights, and keep clusters together."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.evidence.composites_by_design import compare_composites, deal_by_design
from smartcity_survey.stats.pls.algorithm import fit_pls
from smartcity_survey.stats.pls.micom import compare_groups
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from tests.stats.sampling.data import items

BLOCKS = np.kron(np.eye(2, dtype=bool), np.ones((3, 1), dtype=bool))
PAIR = PlsModel(BLOCKS, np.array([[False, True], [False, False]]))


def drawn(n: int, seed: int, loadings: tuple[float, float, float] = (0.8, 0.7, 0.6)) -> Array:
    """(n, 6): two factors, of which the first has other loadings."""
    rng = np.random.default_rng(seed)
    factors = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], n)
    pattern = np.zeros((2, 6))
    pattern[0, :3], pattern[1, 3:] = loadings, (0.8, 0.7, 0.6)
    return np.asarray(factors @ pattern + rng.normal(0, 0.6, (n, 6)))


def test_equal_weights_are_permuted_as_respondents_are() -> None:
    x, second = drawn(120, 1), np.arange(120) % 3 == 0
    own = SurveyDesign.of(120, np.full(120, 3.0))
    found = compare_composites(x, PAIR, second, own, permutations=60, seed=7)
    plain = compare_groups(x, PAIR, second, permutations=60, seed=7)
    np.testing.assert_allclose(found.correlation, plain.correlation, rtol=1e-12)
    np.testing.assert_allclose(found.quantile, plain.correlation_quantile, rtol=1e-12)
    np.testing.assert_array_equal(found.p, plain.correlation_p)
    assert (found.n_permutations, found.n_inadmissible) == (plain.n_permutations, plain.n_inadmissible)


def test_each_permutation_is_of_respondents_with_their_weights() -> None:
    """Weights of whole numbers: each dealing is one of respondents who stand there several times."""
    x, second = drawn(90, 2), np.arange(90) % 2 == 0
    counts = np.random.default_rng(4).integers(1, 5, 90)
    own = SurveyDesign.of(90, counts.astype(float))
    found = compare_composites(x, PAIR, second, own, permutations=40, seed=3)
    R, by_hand = correlation(np.repeat(x, counts, axis=0)), []
    for dealt in (second, *deal_by_design(second, own, 40, 3)):
        weights = [
            fit_pls(correlation(np.repeat(x[m], counts[m], axis=0)), 90, PAIR).outer_weights
            for m in (~dealt, dealt)
        ]
        first, other = (R @ w for w in weights)
        products = [np.einsum("ic,ic->c", u, v) for u, v in ((weights[0], other), (weights[0], first))]
        by_hand.append(products[0] / np.sqrt(products[1] * np.einsum("ic,ic->c", weights[1], other)))
    by_hand = np.abs(by_hand)  # a composite has no sign of its own
    np.testing.assert_allclose(np.abs(found.correlation), by_hand[0], rtol=1e-9)
    lower = (by_hand[1:] <= by_hand[0] + 1e-12).sum(axis=0)
    np.testing.assert_allclose(found.p, (1 + lower) / 41, rtol=1e-12)


def test_other_composites_are_found_and_like_ones_are_not() -> None:
    w = np.exp(np.random.default_rng(9).normal(0, 0.5, 400))
    second = np.arange(400) >= 200
    for loadings, differ in (((0.8, 0.7, 0.6), False), ((0.1, 0.3, 0.9), True)):
        x = np.vstack([drawn(200, 5), drawn(200, 6, loadings)])
        found = compare_composites(x, PAIR, second, SurveyDesign.of(400, w), permutations=99, seed=1)
        assert (found.p[0] < 0.05) == differ
        assert (found.correlation[0] < found.quantile[0]) == differ


def test_p_keeps_its_level_with_weights_and_with_whole_clusters() -> None:
    """Of 80 samples of like groups about 8 have p below .1: the binomial's .999 quantile is 17."""
    low = {"weights": 0, "clusters": 0}
    for seed in range(80):
        rng = np.random.default_rng(seed)
        clusters = np.repeat(np.arange(30), 6)
        # Clusters have tastes of their own for single items, as whole schools may.
        x = drawn(180, 1000 + seed) + rng.normal(0, 0.5, (30, 6))[clusters]
        second = clusters % 2 == 1
        w = np.exp(rng.normal(0, 0.6, 180))
        for kind, own in (
            ("weights", SurveyDesign.of(180, w)),
            ("clusters", SurveyDesign.of(180, clusters=clusters)),
        ):
            answers = drawn(180, 1000 + seed) if kind == "weights" else x
            found = compare_composites(answers, PAIR, second, own, permutations=39, seed=seed)
            low[kind] += int(found.p[0] <= 0.1)
    assert max(low.values()) <= 17, low


def test_clusters_of_one_group_stay_whole_and_mixed_ones_keep_their_shares() -> None:
    clusters = np.repeat(np.arange(20), 5)
    second = clusters % 2 == 1
    second[:25] = np.tile([True, False, False, True, False], 5)  # five schools with both groups
    dealt = deal_by_design(second, SurveyDesign.of(100, clusters=clusters), 50, 2)
    assert (dealt != second).any(axis=1).all()
    for code in range(20):
        own = dealt[:, clusters == code].sum(axis=1)
        if code < 5:
            assert (own == 2).all()
        else:
            assert set(own) == {0, 5}
    assert (dealt.sum(axis=1) == second.sum()).all()  # clusters of one size
    assert len(np.unique(dealt[:, :5], axis=0)) > 5


def test_too_few_different_dealings_test_nothing() -> None:
    x, clusters = items()[:60], np.repeat(np.arange(4), 15)
    model = PlsModel(np.kron(np.eye(2, dtype=bool), np.ones((9, 1), dtype=bool)), PAIR.paths)
    # Two clusters of each group: six dealings.
    found = compare_composites(
        x, model, clusters % 2 == 1, SurveyDesign.of(60, clusters=clusters), permutations=30, seed=1
    )
    assert np.isnan(found.p).all()
    assert np.isnan(found.quantile).all()
    assert np.isfinite(found.correlation).all()
