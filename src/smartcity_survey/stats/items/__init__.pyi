from .bivariate_normal import (
    CellProbabilities as CellProbabilities,
    bivariate_normal_cdf as bivariate_normal_cdf,
    cells as cells,
    log_normal_difference as log_normal_difference,
)
from .cell_influence import (
    CellInfluence as CellInfluence,
    joint_counts as joint_counts,
)
from .descriptives import (
    Descriptives as Descriptives,
    describe as describe,
    describe_counts as describe_counts,
)
from .held_influence import (
    GroupedItems as GroupedItems,
    HeldInfluence as HeldInfluence,
    grouped as grouped,
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
    Information as Information,
    Polychoric as Polychoric,
    corrected_pairs as corrected_pairs,
    polychoric as polychoric,
    threshold_influence as threshold_influence,
)
