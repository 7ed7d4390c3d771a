from .adequacy import (
    Kmo as Kmo,
    bartlett_sphericity as bartlett_sphericity,
    kmo as kmo,
)
from .comparison_data import (
    ComparisonData as ComparisonData,
    comparison_population as comparison_population,
    count_by_comparison as count_by_comparison,
)
from .components import (
    FactorSolution as FactorSolution,
    PrincipalComponents as PrincipalComponents,
    principal_components as principal_components,
    rotated_solution as rotated_solution,
)
from .empirical_kaiser import (
    empirical_kaiser_reference as empirical_kaiser_reference,
)
from .extraction import (
    CommonFactors as CommonFactors,
    goodness_of_fit as goodness_of_fit,
    maximum_likelihood_factors as maximum_likelihood_factors,
    principal_axes as principal_axes,
)
from .graph_communities import (
    Communities as Communities,
    walktrap as walktrap,
)
from .hull_method import (
    Hull as Hull,
    common_part as common_part,
    comparative_fit as comparative_fit,
    free_parameters as free_parameters,
    hull as hull,
)
from .item_deletion import (
    Criterion as Criterion,
    Deletion as Deletion,
    ItemLimits as ItemLimits,
    delete_items as delete_items,
)
from .loading_bootstrap import (
    LoadingBootstrap as LoadingBootstrap,
    bootstrap_loadings as bootstrap_loadings,
)
from .oblique import (
    Criterion as Criterion,
    ObliqueRotation as ObliqueRotation,
    Turn as Turn,
    best_turn as best_turn,
    oblimin as oblimin,
    promax as promax,
)
from .parallel import (
    ParallelAnalysis as ParallelAnalysis,
    components_above as components_above,
    parallel_analysis as parallel_analysis,
)
from .partial_correlations import (
    MinimumAveragePartial as MinimumAveragePartial,
    minimum_average_partial as minimum_average_partial,
)
from .reproduced_correlations import (
    Reproduced as Reproduced,
    reproduced as reproduced,
)
from .rotation import (
    Rotation as Rotation,
    normalise as normalise,
    positive_columns as positive_columns,
    varimax as varimax,
    varimax_criterion as varimax_criterion,
)
from .sparse_networks import (
    SparseNetwork as SparseNetwork,
    graphical_lasso as graphical_lasso,
    sparse_network as sparse_network,
)
from .target_rotation import (
    TargetRotation as TargetRotation,
    procrustes as procrustes,
    reordered as reordered,
    tucker_congruence as tucker_congruence,
    turned_to_zeros as turned_to_zeros,
)
