"""Joint inference over specifications: calibrated under the null, decided where there is an effect."""

from statistics import median

import numpy as np
import pytest
from scipy import stats

from smartcity_survey.stats.evidence.construct_moments import score_moments
from smartcity_survey.stats.evidence.specification_curve import (
    choice_importance,
    choice_weights,
    draw_weights,
    joint_test,
    null_estimates,
    option_shares,
    weighted_shares,
)
from smartcity_survey.stats.evidence.subset_regression import least_squares_fits
from smartcity_survey.stats.regression.least_squares import ols
from tests.stats.survey_data import BLOCKS, answered_survey

PREDICTORS = np.arange(3)
CONTROLS = np.array([[False, False], [True, False], [False, True], [True, True]])


def curve(seed, slopes, n=200, draws=200):
    """A curve of eight specifications: sums and first items, each beside four sets of controls."""
    items, covariates = answered_survey(n, seed, np.asarray(slopes))
    weights = draw_weights(n, draws, seed)
    fits = [
        least_squares_fits(score_moments(scores, covariates), 3, PREDICTORS, CONTROLS)
        for scores in (items @ BLOCKS, items[:, ::3])
    ]
    estimates, std_err = (
        np.concatenate([getattr(fit, name) for fit in fits]) for name in ("coef", "std_err")
    )
    null = np.concatenate([null_estimates(weights, fit.influence) for fit in fits])
    df = np.concatenate([fit.df for fit in fits])
    return joint_test(estimates, std_err, df, null, 0.05), estimates


def test_draws_are_bootstrap_samples_and_repeat_with_their_seed():
    weights = draw_weights(50, 30, 4)
    assert weights.shape == (30, 50)
    np.testing.assert_array_equal(weights.sum(axis=1), 0)
    assert weights.min() == -1
    np.testing.assert_array_equal(weights, draw_weights(50, 30, 4))
    np.testing.assert_array_equal(weights[:10], draw_weights(50, 10, 4))
    assert not np.array_equal(weights, draw_weights(50, 30, 5))


def test_null_estimates_are_what_a_bootstrap_adds_to_the_sample():
    items, covariates = answered_survey(400, 6)
    moments = score_moments(items @ BLOCKS, covariates)
    fit = least_squares_fits(moments, 3, PREDICTORS, CONTROLS)
    weights = draw_weights(400, 100, 1)
    null = null_estimates(weights, fit.influence)
    z = moments.scores
    drawn = [np.repeat(np.arange(400), (row + 1).astype(int)) for row in weights]
    resampled = np.array([ols(z[rows, 3], z[rows, :3]).coef[1:4] for rows in drawn])
    excess = resampled - fit.coef[0]
    for j in range(3):
        assert np.corrcoef(null[0, j], excess[:, j])[0, 1] > 0.98
        assert null[0, j].std() == pytest.approx(excess[:, j].std(), rel=0.1)


def test_an_effect_in_every_specification_is_no_chance():
    test, estimates = curve(1, [0.7, 0.4, 0.0])
    assert estimates[:, 0].min() > 0
    for p in (test.p_median[0], test.p_significant[0], test.p_stouffer[0]):
        assert p <= 0.02
    assert test.p_stouffer[0] == 1 / 201
    assert test.significant[0] == 1
    assert test.median[0] == pytest.approx(np.median(estimates[:, 0]))


def test_no_effect_is_chance_as_often_as_p_says():
    tests = [curve(seed, [0.0, 0.0, 0.0], draws=100)[0] for seed in range(60)]
    for name in ("p_median", "p_stouffer"):
        p = np.array([getattr(test, name) for test in tests])
        # 180 p-values, correlated in threes: their mean is .5 and 5 % are below .05, both within 3 errors.
        assert p.mean() == pytest.approx(0.5, abs=0.1)
        assert (p <= 0.05).mean() < 0.12


def test_an_effect_to_either_side_is_no_chance():
    (up, _), (down, _) = (curve(1, [slope, 0.0, 0.0]) for slope in (0.8, -0.8))
    assert down.median[0] < 0 < up.median[0]
    assert down.stouffer[0] < 0 < up.stouffer[0]
    for test in (up, down):
        assert test.significant[0] == 1
        assert max(test.p_median[0], test.p_significant[0], test.p_stouffer[0]) <= 0.02


def test_importance_is_the_share_of_variance_between_options():
    estimates = np.array([[1.0, 0.0], [1.0, 1.0], [3.0, 0.0], [3.0, 1.0]])
    np.testing.assert_allclose(choice_importance(estimates, np.array([0, 0, 1, 1])), [1.0, 0.0])
    np.testing.assert_allclose(choice_importance(estimates, np.array([0, 1, 0, 1])), [0.0, 1.0])
    assert np.isnan(choice_importance(np.ones((4, 1)), np.array([0, 0, 1, 1]))).all()


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_four_draws_by_hand(sign):
    """Two specifications. p = (1 + draws at least as far from zero) / (1 + draws); a tie is as far."""
    estimates, std_err = sign * np.array([[0.375], [0.125]]), np.full((2, 1), 0.125)
    # Medians .375, 0, .125, -.25 beside .25; t (4, 2), (0, 0), (2, 0), (-6, 2) beside (3, 1).
    null = sign * np.array([[[0.5, 0.0, 0.25, -0.75]], [[0.25, 0.0, 0.0, 0.25]]])
    found = joint_test(estimates, std_err, np.array([10, 10]), null, 0.05)
    assert found.median[0] == sign * 0.25
    assert found.significant[0] == 0.5
    assert found.stouffer[0] == pytest.approx(sign * 4 / np.sqrt(2))
    assert found.p_median[0] == (1 + 2) / (1 + 4)
    # Beyond the critical 2.23 lie one of two in the first draw, and one to the other side in the last.
    assert found.p_significant[0] == (1 + 2) / (1 + 4)
    assert found.p_stouffer[0] == (1 + 2) / (1 + 4)
    assert found.n_draws == 4


def test_three_joint_tests_are_those_of_a_loop_over_draws():
    """Seven specifications of two hypotheses, the second against the first; one test after the other."""
    rng = np.random.default_rng(11)
    estimates = rng.normal([0.06, -0.06], 0.1, size=(7, 2))
    std_err, df = rng.uniform(0.05, 0.1, size=(7, 2)), np.array([20, 30, 40, 50, 60, 70, 80])
    null = rng.normal(0, 0.12, size=(7, 2, 40))
    found = joint_test(estimates, std_err, df, null, 0.1)

    def three(values, errors):
        t = [value / error for value, error in zip(values, errors, strict=True)]
        p = [2 * stats.t.sf(abs(one), nu) for one, nu in zip(t, df, strict=True)]
        up = sum(one > 0 and chance < 0.1 for one, chance in zip(t, p, strict=True))
        down = sum(one < 0 and chance < 0.1 for one, chance in zip(t, p, strict=True))
        return median(values), max(up, down) / 7, sum(t) / 7**0.5

    for j in range(2):
        sample = three(estimates[:, j], std_err[:, j])
        draws = [three(null[:, j, b], std_err[:, j]) for b in range(40)]
        np.testing.assert_allclose(
            (found.median[j], found.significant[j], found.stouffer[j]), sample, rtol=1e-12
        )
        far = [sum(abs(draw[k]) >= abs(sample[k]) - 1e-12 for draw in draws) for k in range(3)]
        p = (found.p_median[j], found.p_significant[j], found.p_stouffer[j])
        assert p == tuple((1 + count) / 41 for count in far)
        assert 0 < min(far) <= max(far) < 40


def test_weights_by_hand():
    """Of three scores one has two estimators, one of these two samples: 1/3, 1/3 and 1/6 + (1/12 + 1/12)."""
    options = np.array([[0, 0, 0], [1, 1, 0], [2, 2, 1], [2, 3, 0], [2, 3, 1]])
    np.testing.assert_allclose(choice_weights(options), [1 / 3, 1 / 3, 1 / 6, 1 / 12, 1 / 12], rtol=1e-15)
    # The innermost choice first: two samples alike, then three scores in the one and one in the other.
    np.testing.assert_allclose(
        choice_weights(options[:, [2, 0, 1]]), [1 / 6, 1 / 6, 1 / 4, 1 / 6, 1 / 4], rtol=1e-15
    )


def test_an_option_in_many_combinations_weighs_as_one_in_few():
    """Sixteen sets of controls beside one score and one beside the other; twice the same analysis is one."""
    options = np.array([(0, k) for k in range(16)] + [(1, 0)])
    weights = choice_weights(options)
    assert weights[:16].sum() == pytest.approx(0.5)
    assert weights[16] == 0.5
    np.testing.assert_allclose(choice_weights(np.array([[0], [0], [1]])), [0.25, 0.25, 0.5])
    full = np.stack(np.meshgrid(range(3), range(4), range(2)), axis=-1).reshape(-1, 3)
    np.testing.assert_allclose(choice_weights(full), 1 / 24)


def test_shares_add_weights_up():
    holds = np.array([[True, True], [False, True], [True, True], [False, True]])
    weights = np.array([0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(weighted_shares(holds, weights), [0.4, 1.0])
    assert weighted_shares(holds, weights)[1] == 1
    by_option = option_shares(holds, np.array([0, 0, 1, 1]), weights)
    np.testing.assert_allclose(by_option, [[1 / 3, 1], [3 / 7, 1]])
