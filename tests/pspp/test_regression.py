"""REGRESSION: every number that PSPP prints, beside ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from smartcity_survey.stats.core.design import factor_design
from smartcity_survey.stats.regression.least_squares import ols

from .program import ABSENT, PROGRAM, require_all_compared, run
from .surveys import Survey

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=ABSENT)

# PSPP sweeps the cross-products, which squares the condition number; ours are right to more digits (NIST's
# problems show it). Measured 9e-12 in t of the bfi scores.
CROSS_PRODUCTS = 3e-11


def test_regression(survey: Survey, tmp_path: Path) -> None:
    outcome, predictors = survey.outcome, survey.predictors
    printed = run(
        tmp_path,
        survey.load + f"REGRESSION VARIABLES={' '.join(predictors)} /DEPENDENT={outcome}"
        " /METHOD=ENTER /STATISTICS=R COEFF ANOVA CI(95) TOL BCOV.\n",
    )
    data = survey.complete([outcome, *predictors])
    fit = ols(data[:, 0], data[:, 1:])
    summary = printed[f"Model Summary ({outcome})"]
    summary.compare(1, 0, [[fit.r, fit.r2, fit.adj_r2, fit.std_error_estimate]])
    summary.complete(label_columns=0)

    anova = printed[f"ANOVA ({outcome})"]
    nan = np.nan
    anova.compare(
        1,
        1,
        [
            [fit.ss_regression, fit.df_regression, fit.ms_regression, fit.f, fit.f_p],
            [fit.ss_residual, fit.df_residual, fit.ms_residual, nan, nan],
            [fit.ss_total, fit.df_regression + fit.df_residual, nan, nan, nan],
        ],
        CROSS_PRODUCTS,
    )
    anova.complete()

    coefficients = printed[f"Coefficients ({outcome})"]
    coefficients.labels(2, 0, ["(Constant)", *predictors])
    beta = np.append(0.0, fit.beta)  # PSPP prints 0 for the constant, SPSS nothing
    columns = (fit.coef, fit.std_err, beta, fit.t, fit.p, fit.ci_low, fit.ci_high)
    coefficients.compare(2, 1, np.column_stack(columns), CROSS_PRODUCTS)
    # For the collinearity PSPP 1.6.2 also counts rows that lack only the outcome; SPSS and we do not.
    vif = factor_design(survey.complete(predictors)).vif
    coefficients.compare(2, 8, [[nan, nan], *zip(1 / vif, vif, strict=True)], CROSS_PRODUCTS)
    if len(survey.complete(predictors)) == fit.n:
        np.testing.assert_array_equal(fit.vif, vif)
    coefficients.complete(header_rows=2)

    # PSPP 1.6.2 prints the first k rows of the covariances of k + 1 coefficients, the constant first,
    # under the names of the predictors.
    covariances = printed[f"Coefficient Correlations ({outcome})"]
    covariances.compare(1, 2, fit.covariance[:-1, :-1])
    covariances.complete(label_columns=2)
    require_all_compared(printed)
