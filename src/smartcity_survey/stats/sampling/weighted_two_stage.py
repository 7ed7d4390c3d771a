"""Two-stage least squares of weighted or clustered answers, with design-based errors and tests."""

from __future__ import annotations

import numpy as np

from smartcity_survey.stats.core.design import check_outcome, factor_design
from smartcity_survey.stats.core.significance import FTest, chi_square_test, t_interval, t_two_sided
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.two_stage import TwoStageFit, require_instruments
from smartcity_survey.stats.sampling.survey_design import SurveyDesign
from smartcity_survey.stats.sampling.weighted_regression import design_regression


def design_two_stage(
    y: Array,
    endogenous: Array,
    exogenous: Array,
    instruments: Array,
    design: SurveyDesign,
    level: float = 0.95,
) -> TwoStageFit:
    """`two_stage_least_squares` with weights and clusters, as R's `svyivreg`.

    Linearised errors, t with units - 1 - e - x degrees of freedom. Tests hold for the design too: Wald's F of
    the instruments in the first stage, and of its residuals beside the predictors in place of Hausman's;
    in place of Sargan's Wooldridge's score (1995, Advances in Econometrics and Quantitative Economics, 66-87;
    2010, ch. 6): the total of the residuals times what spare instruments have beside the fitted predictors.

    Raises
    ------
    As `two_stage_least_squares`; TooFewUnits (no more units than coefficients or instruments).
    """
    n, e = endogenous.shape
    m, k = instruments.shape[1], e + exogenous.shape[1]
    require_instruments(m, e)
    columns = np.column_stack([endogenous, exogenous, instruments])
    check_outcome(y, columns)
    factor_design(columns)
    design.degrees_of_freedom(columns.shape[1])  # refuses fewer units than the first stage takes
    df = design.degrees_of_freedom(k)
    root, one = np.sqrt(design.weights), np.ones((n, 1))

    def of(design_columns: Array, outcome: Array) -> Array:
        """Coefficients by weighted least squares."""
        rows = design_columns * root[:, None]
        return np.asarray(np.linalg.lstsq(rows, (outcome.T * root).T)[0])

    every = np.column_stack([one, exogenous, instruments])
    predictors = np.column_stack([one, endogenous, exogenous])
    fitted = every @ of(every, endogenous)
    first = np.column_stack([one, fitted, exogenous])
    factor_design(first[:, 1:])  # refuses instruments that tell two endogenous predictors alike
    coef = of(first, y)
    residuals = y - predictors @ coef
    bread = np.linalg.inv((first * design.weights[:, None]).T @ first)
    std_err = np.sqrt(np.diagonal(design.covariance_of_total(first * residuals[:, None] @ bread)))
    t = coef / std_err
    low, high = t_interval(coef, std_err, df, level)
    over = None
    if m > e:
        spare = instruments[:, : m - e]
        slopes = (spare - first @ of(first, spare)) * residuals[:, None]
        total = design.weights @ slopes
        score = total @ np.linalg.solve(design.covariance_of_total(slopes), total)
        over = chi_square_test(float(score), m - e)
    widened = np.column_stack([predictors[:, 1:], endogenous - fitted])
    return TwoStageFit(
        coef=coef,
        std_err=std_err,
        t=t,
        p=t_two_sided(t, df),
        ci_low=low,
        ci_high=high,
        least_squares=of(predictors, y),
        first_stage=tuple(_conditional(j, endogenous, exogenous, instruments, design) for j in range(e)),
        endogeneity=design_regression(y, widened, design).joint_test(range(k + 1, k + 1 + e)),
        overidentification=over,
    )


def _conditional(
    j: int, endogenous: Array, exogenous: Array, instruments: Array, design: SurveyDesign
) -> FTest:
    """Wald's F of the instruments for predictor j without what they say of the other endogenous ones.

    Beside what the instruments say of the others, as many instruments less are left to be tested.
    """
    others = np.delete(endogenous, j, axis=1)
    given = np.column_stack([np.ones((len(others), 1)), exogenous])
    root = np.sqrt(design.weights)[:, None]
    every = np.column_stack([given, instruments]) * root
    through = (every @ np.linalg.lstsq(every, others * root)[0]) / root
    stage = np.column_stack([through, given]) * root
    own = endogenous[:, j]
    rest = own - others @ np.linalg.lstsq(stage, own * root[:, 0])[0][: others.shape[1]]
    beside = np.column_stack([through, exogenous])
    left = instruments[:, others.shape[1] :]
    fit = design_regression(rest, np.column_stack([beside, left]), design)
    before = 1 + beside.shape[1]
    return fit.joint_test(range(before, before + left.shape[1]))
