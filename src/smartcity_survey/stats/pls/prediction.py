"""How well a PLS model predicts respondents it has not seen: PLSpredict and CVPAT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from smartcity_survey.stats.core.correlations import ROWS_AT_ONCE, correlation, weighted_correlation
from smartcity_survey.stats.core.dealt import LARGEST
from smartcity_survey.stats.core.errors import ConstantInTraining, ConstantItems, TooFewRows
from smartcity_survey.stats.core.resample import CONSTANT
from smartcity_survey.stats.core.significance import t_quantile, t_two_sided
from smartcity_survey.stats.core.types import Array, BoolArray, IntArray
from smartcity_survey.stats.pls.algorithm import PlsFit, fit_pls, total_effects
from smartcity_survey.stats.pls.model import PlsModel
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sem.cfa import correlations_of

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


def random_folds(
    n: int, k: int, repetitions: int, *, seed: int, clusters: IntArray | None = None
) -> IntArray:
    """(repetitions, n): fold 0, ..., k - 1 of every respondent; sizes differ by one at most.

    clusters : (n,), codes 0, 1, ... of clusters; a cluster is in one fold, or its other respondents would
        tell of those to be predicted.

    Raises TooFewRows where there are fewer respondents, or clusters, than folds.
    """
    units = n if clusters is None else int(clusters.max()) + 1
    if units < k:
        raise TooFewRows(units, k)
    streams = np.random.SeedSequence(seed).spawn(repetitions)
    folds = np.stack([np.random.default_rng(stream).permutation(np.arange(units) % k) for stream in streams])
    return folds if clusters is None else folds[:, clusters]


def predict_pls(
    x: Array,
    model: PlsModel,
    folds: IntArray,
    *,
    weights: Array | None = None,
    antecedents: Antecedents = "direct",
    benchmark: Benchmark = "exogenous",
    tolerance: float = 1e-12,
    max_iterations: int = 1000,
) -> PlsPrediction:
    """Predict each fold of the answers (n, p) from the other folds.

    Parameters
    ----------
    folds : (n,) or (repetitions, n), fold of every respondent.
    weights : (n,), sampling weights, by which the training samples count; None where all count alike.
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
    total = TrainingSums.of(x, x.mean(axis=0)) if weights is None and len(x) > LARGEST else None
    for fold_of in repetitions:
        for fold in np.unique(fold_of):
            test = fold_of == fold
            if total is None:
                train = Training.of(x[~test], None if weights is None else weights[~test])
            else:
                train = total.without(x[test])
            fit = fit_pls(train.R, train.n, model, tolerance=tolerance, max_iterations=max_iterations)
            sums[0, test] += _by_pls(fit, model, train, x[test], antecedents)[:, items]
            sums[1, test] += _by_regression(model, train, x[test], items, benchmark)
            sums[2, test] += train.averages(items)
    pls, lm, average = sums / len(repetitions)
    return PlsPrediction(items, construct[items], x[:, items], pls, lm, average)


def accuracy(actual: Array, predicted: Array, average: Array, weights: Array | None = None) -> Accuracy:
    """RMSE, MAE and Q2predict (m,) of predictions (n, m); Q2 = 1 - squared errors over the average's.

    weights : (n,), sampling weights of the errors; None where all count alike.
    """
    errors, apart = actual - predicted, actual - average
    if weights is not None:
        shares = weights / weights.sum()
        loss = shares @ errors**2
        return Accuracy(np.sqrt(loss), shares @ np.abs(errors), 1 - loss / (shares @ apart**2))
    return Accuracy(
        rmse=np.sqrt((errors**2).mean(axis=0)),
        mae=np.abs(errors).mean(axis=0),
        q2=1 - (errors**2).sum(axis=0) / (apart**2).sum(axis=0),
    )


def loss_difference(
    actual: Array,
    predicted: Array,
    benchmark: Array,
    *,
    level: float = 0.95,
    design: SurveyDesign | None = None,
) -> LossDifference:
    """CVPAT: test whether predictions (n, m) have a smaller loss than a benchmark's (n, m).

    A respondent's loss is the mean of the squared errors of the m items; the losses' differences are tested
    against zero by Student's t with n - 1 degrees of freedom. With a design the losses are weighted, the
    error is linearised, and there is a degree less than there are units.

    Liengaard et al. (2021), Decision Sciences 52, 362-392; Sharma et al. (2023), European Journal of
    Marketing 57, 1662-1677.
    """
    own = ((actual - predicted) ** 2).mean(axis=1)
    other = ((actual - benchmark) ** 2).mean(axis=1)
    difference = own - other
    n = len(difference)
    if design is None:
        df, average = n - 1, (float(own.mean()), float(other.mean()))
        mean, std_error = float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(n))
    else:
        shares, df = design.weights / n, design.units - 1
        average = float(shares @ own), float(shares @ other)
        mean = float(shares @ difference)
        std_error = float(np.sqrt(design.covariance_of_total((difference[:, None] - mean) / n)[0, 0]))
    t = mean / std_error if std_error > 0 else np.nan
    margin = t_quantile((1 + level) / 2, df) * std_error
    return LossDifference(
        loss=average[0],
        benchmark_loss=average[1],
        difference=mean,
        std_error=std_error,
        t=t,
        df=df,
        p=float(t_two_sided(np.array(t), df)),
        ci_low=mean - margin,
        ci_high=mean + margin,
    )


def _exogenous(model: PlsModel) -> BoolArray:
    """(c,): constructs that nothing explains."""
    return np.asarray(~model.paths.any(axis=0))


@dataclass(frozen=True, slots=True)
class Training:
    """Answers x (n, p) to learn from, weights (n,) or None; correlations R (p, p), mean and sd (p,).

    x : None of a large sample, of which the moments alone are taken.
    """

    n: int
    x: Array | None
    weights: Array | None
    R: Array
    mean: Array
    sd: Array

    @classmethod
    def of(cls, x: Array, weights: Array | None) -> Training:
        """Of answers x (n, p) with weights (n,) or None.

        Raises
        ------
        ConstantInTraining
        """
        try:
            R = correlation(x) if weights is None else weighted_correlation(x, weights)
        except ConstantItems as error:
            raise ConstantInTraining(error.indices) from None
        if weights is None:
            return cls(len(x), x, None, R, x.mean(axis=0), x.std(axis=0, ddof=1))
        shares = weights / weights.sum()
        mean = shares @ x
        sd = np.sqrt(shares @ (x - mean) ** 2 * len(x) / (len(x) - 1))
        return cls(len(x), x, weights, R, mean, sd)

    def averages(self, items: IntArray) -> Array:
        """(m,): means of some items; numpy sums a selection in another order, which the last digit tells."""
        if self.x is None or self.weights is not None:
            return np.asarray(self.mean[items])
        return np.asarray(self.x[:, items].mean(axis=0))


@dataclass(frozen=True, slots=True)
class TrainingSums:
    """Sums (p + 1, p + 1) of the products of (1, x - centre) over a large sample."""

    sums: Array
    centre: Array

    @classmethod
    def of(cls, x: Array, centre: Array) -> TrainingSums:
        sums = np.zeros((x.shape[1] + 1, x.shape[1] + 1))
        for first in range(0, len(x), ROWS_AT_ONCE):
            part = x[first : first + ROWS_AT_ONCE] - centre
            z = np.column_stack((np.ones(len(part)), part))
            sums += z.T @ z
        return cls(sums, centre)

    def without(self, x: Array) -> Training:
        """What is left to learn from without the rows x.

        Raises
        ------
        ConstantInTraining
        """
        left = self.sums - TrainingSums.of(x, self.centre).sums
        n = round(float(left[0, 0]))
        mean = left[0, 1:] / n
        covariance = (left[1:, 1:] - n * np.outer(mean, mean)) / (n - 1)
        variance = np.diagonal(covariance)
        constant = np.flatnonzero(variance <= CONSTANT * np.diagonal(left)[1:] / n)
        if constant.size:
            raise ConstantInTraining(tuple(int(item) for item in constant))
        return Training(
            n, None, None, correlations_of(covariance), mean + self.centre, np.asarray(np.sqrt(variance))
        )


def _by_pls(fit: PlsFit, model: PlsModel, train: Training, test: Array, antecedents: Antecedents) -> Array:
    """(m, p): predicted answers of m respondents to all items."""
    mean, sd = train.mean, train.sd
    scores = (test - mean) / sd @ fit.outer_weights
    if antecedents == "direct":
        effects = fit.path_coefficients.copy()
    else:
        effects = np.where(_exogenous(model)[:, None], total_effects(fit.path_coefficients), 0.0)
    return np.asarray(mean + scores @ effects @ fit.loadings.T * sd)


def _by_regression(
    model: PlsModel, train: Training, test: Array, items: IntArray, benchmark: Benchmark
) -> Array:
    """(n_test, m): items predicted by least squares, weighted where the sample is, with a constant."""
    root = np.ones((train.n, 1)) if train.weights is None else np.sqrt(train.weights)[:, None]
    construct = model.blocks.argmax(axis=1)
    exogenous = _exogenous(model)[construct]
    predicted = np.empty((len(test), len(items)))
    for target in np.unique(construct[items]):
        predictors: BoolArray = exogenous if benchmark == "exogenous" else construct != target
        if train.n <= predictors.sum() + 1:
            raise TooFewRows(train.n, int(predictors.sum()) + 2)
        here = construct[items] == target
        if train.x is None:
            chosen = np.flatnonzero(predictors)
            within, beside = train.R[np.ix_(chosen, chosen)], train.R[np.ix_(chosen, items[here])]
            beta = np.linalg.lstsq(within, beside, rcond=None)[0]
            z = (test[:, chosen] - train.mean[chosen]) / train.sd[chosen]
            predicted[:, here] = train.mean[items[here]] + z @ beta * train.sd[items[here]]
            continue
        design = np.column_stack((np.ones(train.n), train.x[:, predictors]))
        coef = np.linalg.lstsq(design * root, train.x[:, items[here]] * root, rcond=None)[0]
        predicted[:, here] = np.column_stack((np.ones(len(test)), test[:, predictors])) @ coef
    return predicted
