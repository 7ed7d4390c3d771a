from .congruence import (
    congruence_coefficients as congruence_coefficients,
)
from .copulas import (
    CopulaRegression as CopulaRegression,
    copula_regressions as copula_regressions,
    gaussian_copula as gaussian_copula,
    normality as normality,
)
from .deviance_tree import (
    DeviantGroup as DeviantGroup,
    deviant_groups as deviant_groups,
)
from .mediator_contribution import (
    MediatorContribution as MediatorContribution,
    contribution_of_mediator as contribution_of_mediator,
)
from .model_comparison import (
    ModelCriteria as ModelCriteria,
    akaike_weights as akaike_weights,
    model_criteria as model_criteria,
)
from .necessary_conditions import (
    Ceiling as Ceiling,
    Necessity as Necessity,
    necessary_condition as necessary_condition,
)
from .omnibus import (
    OmnibusComparison as OmnibusComparison,
    compare_all_groups as compare_all_groups,
)
from .oriented_segments import (
    OrientedSegments as OrientedSegments,
    orient_segments as orient_segments,
)
from .overfit import (
    PredictiveDeviance as PredictiveDeviance,
    paths_without as paths_without,
    predict_composites as predict_composites,
    turned as turned,
)
from .segments import (
    SegmentCriteria as SegmentCriteria,
    Segments as Segments,
    find_segments as find_segments,
    segment_criteria as segment_criteria,
)
from .tetrads import (
    Tetrads as Tetrads,
    confirmatory_tetrads as confirmatory_tetrads,
    vanishing_tetrads as vanishing_tetrads,
)
