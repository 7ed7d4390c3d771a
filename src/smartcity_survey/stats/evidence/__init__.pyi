from .bayes_factor import (
    BayesFactors as BayesFactors,
    bayes_factors as bayes_factors,
    log_jzs_against_constant as log_jzs_against_constant,
    log_jzs_of_g as log_jzs_of_g,
)
from .composites_by_design import (
    CompositeTest as CompositeTest,
    compare_composites as compare_composites,
    deal_by_design as deal_by_design,
)
from .construct_moments import (
    ConstructMoments as ConstructMoments,
    PlsMoments as PlsMoments,
    joined as joined,
    parts as parts,
    pls_moments as pls_moments,
    score_moments as score_moments,
)
from .equivalence import (
    Equivalence as Equivalence,
    tost as tost,
)
from .fit_power import (
    FitHypothesis as FitHypothesis,
    power_of_fit as power_of_fit,
    respondents_for_fit as respondents_for_fit,
)
from .group_differences import (
    compare_by_design as compare_by_design,
)
from .incomplete_items import (
    IncompleteItems as IncompleteItems,
    composite_moments as composite_moments,
    em_items as em_items,
    pairwise_items as pairwise_items,
)
from .influence_on_paths import (
    PathInfluence as PathInfluence,
    path_influence as path_influence,
)
from .latent_moments import (
    factor_moments as factor_moments,
    ordinal_factor_moments as ordinal_factor_moments,
)
from .posteriors import (
    CoefficientPosteriors as CoefficientPosteriors,
    coefficient_posteriors as coefficient_posteriors,
)
from .power import (
    DetectableEffect as DetectableEffect,
    block_power as block_power,
    coefficient_power as coefficient_power,
    detectable_effect as detectable_effect,
    effect_f2 as effect_f2,
    rows_needed as rows_needed,
)
from .power_simulation import (
    SimulatedPower as SimulatedPower,
    resampled_power as resampled_power,
)
from .specification_curve import (
    CurveTest as CurveTest,
    choice_importance as choice_importance,
    choice_weights as choice_weights,
    draw_weights as draw_weights,
    joint_test as joint_test,
    null_estimates as null_estimates,
    option_shares as option_shares,
    weighted_shares as weighted_shares,
)
from .subset_regression import (
    SubsetFits as SubsetFits,
    huber_fits as huber_fits,
    least_squares_fits as least_squares_fits,
    sandwich_fits as sandwich_fits,
    weighted_median as weighted_median,
)
