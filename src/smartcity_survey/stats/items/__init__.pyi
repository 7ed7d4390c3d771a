from .bivariate_normal import (
    CellProbabilities as CellProbabilities,
    bivariate_normal_cdf as bivariate_normal_cdf,
    cells as cells,
    log_normal_difference as log_normal_difference,
)
from .descriptives import (
    Descriptives as Descriptives,
    describe as describe,
)
from .item_moments import (
    CorrelationInfluence as CorrelationInfluence,
    ItemMoments as ItemMoments,
    midranks as midranks,
    pearson_moments as pearson_moments,
    polychoric_moments as polychoric_moments,
    standardised as standardised,
)
from .mean_differences import (
    MeanDifference as MeanDifference,
    Means as Means,
    mean_difference as mean_difference,
    means as means,
)
from .polychoric_correlations import (
    CellInfluence as CellInfluence,
    Information as Information,
    Polychoric as Polychoric,
    corrected_pairs as corrected_pairs,
    polychoric as polychoric,
)
