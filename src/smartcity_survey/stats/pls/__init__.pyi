from .algorithm import (
    PlsFit as PlsFit,
    construct_scores as construct_scores,
    fit_each as fit_each,
    fit_pls as fit_pls,
    total_effects as total_effects,
)
from .blindfolding import (
    blindfolding_q2 as blindfolding_q2,
    omission_distance as omission_distance,
)
from .bootstrap import (
    PlsBootstrap as PlsBootstrap,
    bootstrap_pls as bootstrap_pls,
    bootstrap_streamed as bootstrap_streamed,
    consistent_bootstrap as consistent_bootstrap,
)
from .consistent import (
    disattenuate as disattenuate,
    rho_a as rho_a,
)
from .estimates import (
    Estimator as Estimator,
    PlsEstimates as PlsEstimates,
    leave_one_out as leave_one_out,
)
from .higher_order import (
    LowerOrder as LowerOrder,
)
from .imputed import (
    pool_bootstraps as pool_bootstraps,
)
from .influence import (
    CompositeInfluence as CompositeInfluence,
    CompositeResponse as CompositeResponse,
    disattenuated_influence as disattenuated_influence,
)
from .ipma import (
    ImportancePerformance as ImportancePerformance,
    importance_performance as importance_performance,
    rescaled_scores as rescaled_scores,
)
from .mediation import (
    Chain as Chain,
    MediationType as MediationType,
    chain_effects as chain_effects,
    chain_standard_errors as chain_standard_errors,
    chains as chains,
    indirect_standard_errors as indirect_standard_errors,
    mediation_type as mediation_type,
    total_indirect as total_indirect,
)
from .micom import (
    GroupComparison as GroupComparison,
    PermutationTest as PermutationTest,
    compare_groups as compare_groups,
    composite_correlations as composite_correlations,
    correlation_test as correlation_test,
    deal_respondents as deal_respondents,
    estimates_of_dealings as estimates_of_dealings,
    groups_of_second as groups_of_second,
    groups_to_deal as groups_to_deal,
)
from .model import (
    Mode as Mode,
    PlsModel as PlsModel,
    Scheme as Scheme,
    SortedModel as SortedModel,
)
from .model_fit import (
    Discrepancy as Discrepancy,
    ExactFit as ExactFit,
    Measurement as Measurement,
    Structural as Structural,
    discrepancy as discrepancy,
    exact_fit as exact_fit,
    implied_correlations as implied_correlations,
    outer_vif as outer_vif,
    path_correlations as path_correlations,
)
from .moderation import (
    JohnsonNeyman as JohnsonNeyman,
    Moderated as Moderated,
    ModeratedBootstrap as ModeratedBootstrap,
    SecondStage as SecondStage,
    johnson_neyman as johnson_neyman,
    moderate as moderate,
    second_stage as second_stage,
    simple_slopes as simple_slopes,
    slope_band as slope_band,
    slopes_at as slopes_at,
)
from .prediction import (
    Accuracy as Accuracy,
    Antecedents as Antecedents,
    Benchmark as Benchmark,
    LossDifference as LossDifference,
    PlsPrediction as PlsPrediction,
    Training as Training,
    TrainingSums as TrainingSums,
    accuracy as accuracy,
    loss_difference as loss_difference,
    predict_pls as predict_pls,
    random_folds as random_folds,
)
from .stack import (
    Admissibility as Admissibility,
    Composites as Composites,
    Reason as Reason,
    estimate as estimate,
    inner_weights as inner_weights,
)
from .structural_model import (
    InnerModel as InnerModel,
    structure as structure,
)
