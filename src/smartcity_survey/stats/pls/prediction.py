"""How well a PLS model predicts respondents it has not seen: PLSpredict and CVPAT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from smartcity_survey.stats.core.correlations import correlation
from smartcity_survey.stats.core.errors import TooFewRows
from smartcity_survey.stats.core.significance import t_quantile, t_two_sided
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.pls.algorithm import PlsFit, fit_pls, total_effects
from smartcity_survey.stats.pls.model import PlsModel

Antecedents = Literal["direct", "earliest"]
Benchmark = Literal["exogenous", "others"]


@dataclass(frozen=True, slots=True)
class PlsPrediction:
    """Out-of-sample predictions of the m items of explained constructs, on the answers' scale.

    items : (m,), positions of the items. constructs : (m,), of their constructs.
    actual, pls, lm, average : (n, m), answers, and predictions by the PLS model, by regression on items, and
        by the averages of the training sample. Predictions are means over repetitions.
    """

    items: IntArray
    constructs: IntArray
    actual: Array
    pls: Array
    lm: Array
    average: Array


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Errors of predictions of m items: rmse, mae (m,) in answer units; q2 (m,) against the average."""

    rmse: Array
    mae: Array
    q2: Array


@dataclass(frozen=True, slots=True)
class LossDifference:
    """CVPAT: mean squared error of the PLS model less that of a benchmark; negative favours the model.

    loss, benchmark_loss : averages over respondents and items. t : with df degrees of freedom. p : two-sided.
    """

    loss: float
    benchmark_loss: float
    difference: float
    std_error: float
    t: float
    df: int
    p: float
    ci_low: float
    ci_high: float


def random_folds(n: int, k: int, repetitions: int, *, seed: int) -> IntArray:
    """(repetitions, n): fold 0, ..., k - 1 of every respondent; sizes differ by one at most.

    Raises TooFewRows where there are fewer respondents than folds.
    """
    if n < k:
        raise TooFewRows(n, k)
    streams = np.random.SeedSequence(seed).spawn(repetitions)
    return np.stack([np.random.default_rng(stream).permutation(np.arange(n) % k) for stream in streams])


def predict_pls(
    x: Array,
    model: PlsModel,
    folds: IntArray,
    *,
    antecedents: Antecedents = "direct",
    benchmark: Benchmark = "exogenous",
    tolerance: float = 1e-12,
    max_iterations: int = 1000,
) -> PlsPrediction:
    """Predict each fold of the answers (n, p) from the other folds.

    Parameters
    ----------
    folds : (n,) or (repetitions, n), fold of every respondent.
    antecedents : a construct is predicted from the scores of its `direct` antecedents as observed, or only
        from those of the `earliest`, the constructs that nothing explains.
    benchmark : the linear model regresses an item on all items of constructs that nothing explains
        (`exogenous`), or on all items of all other constructs (`others`, as seminr does).

    Shmueli, Ray, Velasquez Estrada and Chatla (2016), Journal of Business Research 69, 4552-4564; Shmueli
    et al. (2019), European Journal of Marketing 53, 2322-2347.

    Raises
    ------
    TooFewRows (fewer respondents than the linear model has predictors), and all that `fit_pls` raises on a
    training sample.
    """
    construct = model.blocks.argmax(axis=1)
    items = np.flatnonzero(~_exogenous(model)[construct])
    repetitions = np.atleast_2d(folds)
    sums = np.zeros((3, len(x), len(items)))
    for fold_of in repetitions:
        for fold in np.unique(fold_of):
            test = fold_of == fold
            train = x[~test]
            fit = fit_pls(
                correlation(train), len(train), model, tolerance=tolerance, max_iterations=max_iterations
            )
            sums[0, test] += _by_pls(fit, model, train, x[test], antecedents)[:, items]
            sums[1, test] += _by_regression(model, train, x[test], items, benchmark)
            sums[2, test] += train[:, items].mean(axis=0)
    pls, lm, average = sums / len(repetitions)
    return PlsPrediction(items, construct[items], x[:, items], pls, lm, average)


def accuracy(actual: Array, predicted: Array, average: Array) -> Accuracy:
    """RMSE, MAE and Q2predict (m,) of predictions (n, m); Q2 = 1 - squared errors over the average's."""
    errors = actual - predicted
    return Accuracy(
        rmse=np.sqrt((errors**2).mean(axis=0)),
        mae=np.abs(errors).mean(axis=0),
        q2=1 - (errors**2).sum(axis=0) / ((actual - average) ** 2).sum(axis=0),
    )


def loss_difference(
    actual: Array, predicted: Array, benchmark: Array, *, level: float = 0.95
) -> LossDifference:
    """CVPAT: test whether predictions (n, m) have a smaller loss than a benchmark's (n, m).

    A respondent's loss is the mean of the squared errors of the m items; the losses' differences are tested
    against zero by Student's t with n - 1 degrees of freedom.

    Liengaard et al. (2021), Decision Sciences 52, 362-392; Sharma et al. (2023), European Journal of
    Marketing 57, 1662-1677.
    """
    own = ((actual - predicted) ** 2).mean(axis=1)
    other = ((actual - benchmark) ** 2).mean(axis=1)
    difference = own - other
    n = len(difference)
    mean, std_error = float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(n))
    t = mean / std_error if std_error > 0 else np.nan
    margin = t_quantile((1 + level) / 2, n - 1) * std_error
    return LossDifference(
        loss=float(own.mean()),
        benchmark_loss=float(other.mean()),
        difference=mean,
        std_error=std_error,
        t=t,
        df=n - 1,
        p=float(t_two_sided(np.array(t), n - 1)),
        ci_low=mean - margin,
        ci_high=mean + margin,
    )


def _exogenous(model: PlsModel) -> BoolArray:
    """(c,): constructs that nothing explains."""
    return np.asarray(~model.paths.any(axis=0))


def _by_pls(fit: PlsFit, model: PlsModel, train: Array, test: Array, antecedents: Antecedents) -> Array:
    """(m, p): predicted answers of m respondents to all items."""
    mean, sd = train.mean(axis=0), train.std(axis=0, ddof=1)
    scores = (test - mean) / sd @ fit.outer_weights
    if antecedents == "direct":
        effects = fit.path_coefficients.copy()
    else:
        effects = np.where(_exogenous(model)[:, None], total_effects(fit.path_coefficients), 0.0)
    return np.asarray(mean + scores @ effects @ fit.loadings.T * sd)


def _by_regression(
    model: PlsModel, train: Array, test: Array, items: IntArray, benchmark: Benchmark
) -> Array:
    """(n_test, m): items predicted by least squares with a constant."""
    construct = model.blocks.argmax(axis=1)
    exogenous = _exogenous(model)[construct]
    predicted = np.empty((len(test), len(items)))
    for target in np.unique(construct[items]):
        predictors: BoolArray = exogenous if benchmark == "exogenous" else construct != target
        if len(train) <= predictors.sum() + 1:
            raise TooFewRows(len(train), int(predictors.sum()) + 2)
        here = construct[items] == target
        design = np.column_stack((np.ones(len(train)), train[:, predictors]))
        coef = np.linalg.lstsq(design, train[:, items[here]], rcond=None)[0]
        predicted[:, here] = np.column_stack((np.ones(len(test)), test[:, predictors])) @ coef
    return predicted
