"""Everything a reader asks of a regression beyond its coefficients, in one record."""

from __future__ import annotations

from dataclasses import dataclass

from smartcity_survey.stats.core.significance import FTest
from smartcity_survey.stats.core.types import Array
from smartcity_survey.stats.regression.collinearity import Collinearity, collinearity_diagnostics
from smartcity_survey.stats.regression.durbin_watson import DurbinWatsonTest, durbin_watson_test
from smartcity_survey.stats.regression.influential_cases import Influence, influence
from smartcity_survey.stats.regression.least_squares import OlsFit
from smartcity_survey.stats.regression.residual_tests import (
    HeteroscedasticityTest,
    JarqueBera,
    ShapiroWilk,
    breusch_pagan,
    jarque_bera,
    reset,
    shapiro_wilk,
    white,
)
from smartcity_survey.stats.regression.residuals import (
    Casewise,
    ResidualStatistics,
    casewise,
    residual_statistics,
)


@dataclass(frozen=True, slots=True)
class RegressionDiagnostics:
    """Diagnostics of one regression; shapes and units are those of the parts' docstrings.

    white is None with too few rows for its squares and products, shapiro beyond 5000 rows, reset
    where powers of the prediction add nothing.
    """

    collinearity: Collinearity
    breusch_pagan: HeteroscedasticityTest
    white: HeteroscedasticityTest | None
    jarque_bera: JarqueBera
    shapiro: ShapiroWilk | None
    reset: FTest | None
    durbin_watson: DurbinWatsonTest
    influence: Influence
    residual_statistics: ResidualStatistics
    casewise: Casewise


def regression_diagnostics(fit: OlsFit, x: Array, casewise_threshold: float = 3.0) -> RegressionDiagnostics:
    """Diagnose a fit on its predictors x (n, k).

    Raises
    ------
    PerfectFit : the residuals are rounding error.
    """
    cases = influence(fit, x)
    return RegressionDiagnostics(
        collinearity=collinearity_diagnostics(x, fit.weights),
        breusch_pagan=breusch_pagan(fit, x),
        white=white(fit, x),
        jarque_bera=jarque_bera(fit),
        shapiro=shapiro_wilk(fit),
        reset=reset(fit, x),
        durbin_watson=durbin_watson_test(fit, x),
        influence=cases,
        residual_statistics=residual_statistics(fit, cases),
        casewise=casewise(fit, cases, casewise_threshold),
    )
