from .imputation import (
    imputations as imputations,
)
from .mcar import (
    McarTest as McarTest,
    little_mcar_test as little_mcar_test,
    little_mcar_test_of as little_mcar_test_of,
)
from .moment_information import (
    Saturated as Saturated,
    moment_covariance as moment_covariance,
    moment_influence as moment_influence,
    observed_information as observed_information,
    saturated as saturated,
    score_products as score_products,
)
from .normal_moments import (
    Condensed as Condensed,
    Expected as Expected,
    NormalMoments as NormalMoments,
    condensed as condensed,
    em_moments as em_moments,
    expected as expected,
)
from .pairwise import (
    PairwiseProducts as PairwiseProducts,
    pairwise_correlation as pairwise_correlation,
    pairwise_products as pairwise_products,
)
from .patterns import (
    Patterns as Patterns,
    patterns_of as patterns_of,
    require_estimable as require_estimable,
)
from .score_regression import (
    ScoreRegression as ScoreRegression,
    regress_scores as regress_scores,
)
