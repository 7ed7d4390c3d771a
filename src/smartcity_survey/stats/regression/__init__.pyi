from .collinearity import (
    Collinearity as Collinearity,
    collinearity_diagnostics as collinearity_diagnostics,
)
from .durbin_watson import (
    DurbinWatsonTest as DurbinWatsonTest,
    durbin_watson_test as durbin_watson_test,
    sign_probabilities as sign_probabilities,
)
from .importance import (
    RelativeImportance as RelativeImportance,
    average_gains as average_gains,
    relative_importance as relative_importance,
    subset_r2 as subset_r2,
)
from .influential_cases import (
    Influence as Influence,
    influence as influence,
)
from .least_squares import (
    OlsFit as OlsFit,
    ols as ols,
    refuse_perfect_fit as refuse_perfect_fit,
)
from .mm_regression import (
    MmFit as MmFit,
    drawn_rows as drawn_rows,
    mm_estimator as mm_estimator,
)
from .of_moments import (
    OlsOfMoments as OlsOfMoments,
    ols_of_moments as ols_of_moments,
)
from .ols_blocks import (
    BlockStep as BlockStep,
    hierarchical_ols as hierarchical_ols,
)
from .ols_diagnostics import (
    RegressionDiagnostics as RegressionDiagnostics,
    regression_diagnostics as regression_diagnostics,
)
from .ordinal import (
    ParallelLines as ParallelLines,
    ProportionalOdds as ProportionalOdds,
    equal_lines as equal_lines,
    needed_for_lines as needed_for_lines,
    odds_and_influence as odds_and_influence,
    parallel_lines as parallel_lines,
    proportional_odds as proportional_odds,
)
from .quantiles import (
    QuantileFit as QuantileFit,
    quantile_regression as quantile_regression,
)
from .random_intercept import (
    RandomIntercept as RandomIntercept,
    fit_random_intercept as fit_random_intercept,
)
from .residual_tests import (
    HeteroscedasticityTest as HeteroscedasticityTest,
    JarqueBera as JarqueBera,
    ShapiroWilk as ShapiroWilk,
    breusch_pagan as breusch_pagan,
    jarque_bera as jarque_bera,
    reset as reset,
    shapiro_wilk as shapiro_wilk,
    white as white,
)
from .residuals import (
    Casewise as Casewise,
    ResidualStatistics as ResidualStatistics,
    casewise as casewise,
    residual_statistics as residual_statistics,
)
from .ridge import (
    RidgeTrace as RidgeTrace,
    ridge_trace as ridge_trace,
)
from .two_stage import (
    TwoStageFit as TwoStageFit,
    require_instruments as require_instruments,
    two_stage_least_squares as two_stage_least_squares,
)
from .wald import (
    joint_test as joint_test,
    wald_test as wald_test,
)
