"""Composite overfit analysis: seminrExtras, predictions by hand, a group that is planted."""

from __future__ import annotations

import numpy as np
import pytest

from smartcity_survey.stats.core.errors import ConstantInTraining, TooFewRows
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.algorithm import construct_scores, fit_pls
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.pls_advanced import deviance_tree
from smartcity_survey.stats.pls_advanced.deviance_tree import DeviantGroup, deviant_groups
from smartcity_survey.stats.pls_advanced.overfit import paths_without, predict_composites
from tests.stats.pls_advanced.test_oriented_segments import simulated

LAST = 3


def held(group: DeviantGroup, scores: Array) -> Array:
    """(n,): whether the group's limits hold."""
    return np.asarray(((scores >= group.low) & (scores < group.high)).all(axis=1))


def test_like_seminr_extras() -> None:
    """Contiguous folds of ten; theirs fits by the mean of training samples: the tree is of their deviance."""
    seminr = pytest.importorskip("seminr", reason="seminr, the oracle, is not installed")
    extras = pytest.importorskip("seminrExtras", reason="seminrExtras, the oracle, is not installed")
    n = 81
    x, model, _ = simulated(n)
    whole = seminr.estimate_pls(
        {f"x{j}": x[:, j] for j in range(12)},
        seminr.constructs(
            *(seminr.composite(f"c{j}", [f"x{3 * j + i}" for i in range(3)]) for j in range(4))
        ),
        seminr.relationships(*(seminr.paths(f"c{a}", f"c{b}") for a, b in np.argwhere(model.paths))),
        max_it=3000,
        stop_criterion=12,
    )
    theirs = extras.assess_coa(whole, f"c{LAST}", noFolds=10, ordering=list(range(n)))
    deviance = theirs.predictive_deviance
    own = predict_composites(x, model, np.arange(n) * 10 // n)
    np.testing.assert_allclose(own.predicted[:, LAST], deviance.predicted_score, atol=1e-9)
    assert own.prediction_mse[LAST] == pytest.approx(deviance.oos_mse, abs=1e-9)
    # A respondent is in nine training samples of ten.
    assert abs(own.fitted[:, LAST] - deviance.fitted_score).max() < 0.05

    found = deviant_groups(np.array(deviance.pd), own.scores)
    tree = theirs.deviance_tree
    groups = {frozenset(members): name for name, members in tree.deviant_groups.items()}
    alone = {frozenset([one]) for one in tree.unique_deviants}
    assert len(groups) == len(alone) == 2
    assert {frozenset(np.flatnonzero(one.members) + 1) for one in found} == groups.keys() | alone
    for one in found:
        assert (held(one, own.scores) == one.members).all()
        name = groups.get(frozenset(np.flatnonzero(one.members) + 1))
        if name is None:
            continue
        rules = extras.group_rules(name, theirs)
        for construct, low, high in zip(rules.construct, rules.gte, rules.lt, strict=True):
            place = int(construct[1:])
            limits = np.array([low, high])
            np.testing.assert_allclose([one.low[place], one.high[place]], limits_or_open(limits), atol=0.1)
        assert np.isfinite([one.low, one.high]).any(axis=0).sum() == len(rules.construct)
        without = paths_without(x, model, one.members, own.fit)
        change = np.abs(own.fit.path_coefficients - without)
        np.testing.assert_allclose(
            change, np.abs(theirs.unstable.groups[name].param_diffs["path_coef"].values), atol=1e-7
        )


def limits_or_open(limits: Array) -> Array:
    return np.where(np.isnan(limits), [-np.inf, np.inf], limits)


def test_a_respondent_is_predicted_by_the_model_of_all_others() -> None:
    x, model, _ = simulated(60)
    x[:, :3] *= -1  # half of the training samples could turn this construct
    found = predict_composites(x, model, np.arange(60))
    for one in (0, 31):
        rest = np.delete(x, one, axis=0)
        fit = fit_pls(np.corrcoef(rest, rowvar=False), 59, model)
        scores = (x[one] - rest.mean(axis=0)) / rest.std(axis=0, ddof=1) @ fit.outer_weights
        np.testing.assert_allclose(found.predicted[one], scores @ fit.path_coefficients, atol=1e-9)
    whole = fit_pls(np.corrcoef(x, rowvar=False), 60, model)
    scores = construct_scores(x, whole.outer_weights)
    residual = scores[:, LAST] - scores @ whole.path_coefficients[:, LAST]
    assert found.fit_mse[LAST] == pytest.approx((residual**2).mean())
    assert found.fit_mse[LAST] == pytest.approx((1 - whole.r2[LAST]) * 59 / 60)
    assert found.prediction_mse[LAST] > found.fit_mse[LAST]
    np.testing.assert_allclose(found.deviance, found.fitted - found.predicted)


def test_the_sign_is_that_of_the_whole_sample() -> None:
    """Of two items that oppose one another, now one and now the other gives the composite its sign."""
    rng = np.random.default_rng(2)
    z = rng.normal(size=(40, 1))
    x = z * np.array([1, 1, 1, -1]) + 0.3 * rng.normal(size=(40, 4))
    model = PlsModel(np.kron(np.eye(2), np.ones((2, 1))).astype(bool), np.array([[0, 1], [0, 0]], dtype=bool))
    found = predict_composites(x, model, np.arange(40))
    far = np.abs(found.fitted[:, 1]) > 0.2
    assert (np.sign(found.fitted) == np.sign(found.predicted))[far, 1].all()
    signs = {
        float(np.sign(paths_without(x, model, np.arange(40) == one, found.fit)[0, 1])) for one in range(40)
    }
    assert signs == {float(np.sign(found.fit.path_coefficients[0, 1]))}


def test_a_planted_group_is_found_and_its_path_hangs_on_it() -> None:
    rng = np.random.default_rng(8)
    n, c = 200, 3
    f = rng.normal(size=(n, c))
    f[:, 2] = 0.6 * f[:, 1] + 0.5 * rng.normal(size=n)
    f[:10, 0] = 2.5 + 0.2 * rng.normal(size=10)
    f[:10, 2] = 3 + 0.3 * rng.normal(size=10)
    x = np.repeat(f, 2, axis=1) + 0.2 * rng.normal(size=(n, 2 * c))
    paths = np.zeros((c, c), dtype=bool)
    paths[:2, 2] = True
    model = PlsModel(np.kron(np.eye(c), np.ones((2, 1))).astype(bool), paths)
    found = predict_composites(x, model, np.arange(n))
    groups = deviant_groups(found.deviance[:, 2], found.scores, smallest=5)
    assert [one.members.sum() >= 5 for one in groups] == [True] * len(groups)
    planted = next(one for one in groups if one.members[:10].any())
    assert planted.members[:10].mean() > 0.5
    assert planted.mean > 0
    without = paths_without(x, model, planted.members, found.fit)
    assert found.fit.path_coefficients[0, 2] - without[0, 2] > 0.05
    assert (np.diff([-abs(one.mean) for one in groups]) >= 0).all()


def test_a_group_by_hand() -> None:
    """Eight of 400 with a score of 1 or more deviate by 1: no split explains more."""
    rng = np.random.default_rng(1)
    scores = np.column_stack([rng.uniform(0, 0.9, 400), rng.normal(size=400)])
    scores[:8, 0] = np.linspace(1.04, 1.3, 8)
    deviance = 0.01 * rng.normal(size=400)
    deviance[:8] += 1
    deviance[8:396] -= 0.001
    (group,) = (one for one in deviant_groups(deviance, scores, smallest=8) if one.mean > 0.5)
    assert np.flatnonzero(group.members).tolist() == list(range(8))
    assert group.low.tolist() == [1.0, -np.inf]
    assert np.isinf(group.high).all()
    assert group.mean == pytest.approx(deviance[:8].mean())
    for side in (1, -1):
        found = deviant_groups(deviance, side * scores, smallest=9)
        assert found
        assert min(one.members.sum() for one in found) >= 9


def test_what_is_not_split_holds_no_group(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    scores, deviance = rng.normal(size=(150, 3)), rng.normal(size=150)
    found = [deviant_groups(deviance, scores, smallest=smallest) for smallest in (1, 3, 5)]
    assert len(found[0]) > 1
    monkeypatch.setattr(deviance_tree, "_may_hold", lambda *_: True)
    for smallest, some in zip((1, 3, 5), found, strict=True):
        every = deviant_groups(deviance, scores, smallest=smallest)
        assert [one.members.tolist() for one in every] == [one.members.tolist() for one in some]


def test_what_it_refuses() -> None:
    with pytest.raises(TooFewRows):
        deviant_groups(np.zeros(9), np.zeros((9, 2)), smallest=5)
    assert deviant_groups(np.arange(20.0), np.zeros((20, 2))) == ()
    x, model, _ = simulated(40)
    x[1:, 4] = 3.0
    with pytest.raises(ConstantInTraining):
        predict_composites(x, model, np.arange(40))
