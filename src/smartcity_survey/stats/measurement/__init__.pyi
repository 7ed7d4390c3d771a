from .alignment import (
    Alignment as Alignment,
    align as align,
    alike_groups as alike_groups,
)
from .esem import (
    Esem as Esem,
    fit_esem as fit_esem,
)
from .graded_information import (
    item_information as item_information,
    person_fit as person_fit,
    trait_reliability as trait_reliability,
    trait_scores as trait_scores,
)
from .graded_response import (
    GradedItem as GradedItem,
    GradedResponse as GradedResponse,
    category_probabilities as category_probabilities,
    fit_graded_response as fit_graded_response,
    probability_slopes as probability_slopes,
)
from .identification import (
    undetermined_pairs as undetermined_pairs,
)
from .measurement_models import (
    Bifactor as Bifactor,
    SecondOrder as SecondOrder,
    fit_bifactor as fit_bifactor,
    fit_second_order as fit_second_order,
)
from .method_factor import (
    MarkerModels as MarkerModels,
    MethodFactor as MethodFactor,
    fit_marker_models as fit_marker_models,
    fit_method_factor as fit_method_factor,
)
from .ordinal_groups import (
    GroupMatrices as GroupMatrices,
    Layout as Layout,
    OrdinalLevel as OrdinalLevel,
    OrdinalSample as OrdinalSample,
    Places as Places,
    Solution as Solution,
    layouts as layouts,
    minimise_groups as minimise_groups,
    ordinal_sample as ordinal_sample,
    starting_solution as starting_solution,
)
from .ordinal_invariance import (
    OrdinalIndices as OrdinalIndices,
    OrdinalRung as OrdinalRung,
    ordinal_ladder as ordinal_ladder,
)
from .partial_invariance import (
    PartialRung as PartialRung,
    Release as Release,
    partial_ladder as partial_ladder,
    release_tests as release_tests,
)
from .reliability_coefficients import (
    ItemSummary as ItemSummary,
    ItemTotal as ItemTotal,
    Reliability as Reliability,
    Spread as Spread,
    average_variance_extracted as average_variance_extracted,
    composite_reliability as composite_reliability,
    cronbach_alpha as cronbach_alpha,
    feldt_interval as feldt_interval,
    item_summary as item_summary,
    item_total as item_total,
    omega as omega,
    reliability as reliability,
)
from .reliability_intervals import (
    CoefficientIntervals as CoefficientIntervals,
    factor_intervals as factor_intervals,
    omega_intervals as omega_intervals,
)
from .residual_pairs import (
    CorrelatedResiduals as CorrelatedResiduals,
    correlated_residuals as correlated_residuals,
    reliability_with_residuals as reliability_with_residuals,
)
from .scores import (
    bartlett_score_weights as bartlett_score_weights,
    component_score_weights as component_score_weights,
    mean_score_weights as mean_score_weights,
    regression_score_weights as regression_score_weights,
    sum_score_weights as sum_score_weights,
)
from .validity import (
    fornell_larcker as fornell_larcker,
    htmt as htmt,
    htmt2 as htmt2,
    htmt2_stack as htmt2_stack,
    htmt_stack as htmt_stack,
)
