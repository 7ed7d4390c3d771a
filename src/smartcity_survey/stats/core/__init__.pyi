from .correlations import (
    Centred as Centred,
    Conditioning as Conditioning,
    centre as centre,
    centred_items as centred_items,
    check_conditioning as check_conditioning,
    correlation as correlation,
    covariance as covariance,
    require_independence as require_independence,
    weighted_correlation as weighted_correlation,
)
from .dealt import (
    Groups as Groups,
    deal as deal,
)
from .design import (
    Design as Design,
    check_outcome as check_outcome,
    check_weights as check_weights,
    deleted_share as deleted_share,
    factor_design as factor_design,
)
from .draws import (
    Draws as Draws,
    Kept as Kept,
    Made as Made,
    Take as Take,
    draws_of as draws_of,
    make_all as make_all,
    nothing_kept as nothing_kept,
    steps as steps,
)
from .errors import (
    ConstantInTraining as ConstantInTraining,
    ConstantItems as ConstantItems,
    CorrelationsAtBound as CorrelationsAtBound,
    DependentPredictors as DependentPredictors,
    EndlessSlope as EndlessSlope,
    HalfFitted as HalfFitted,
    HeywoodCase as HeywoodCase,
    ImproperSolution as ImproperSolution,
    InGroup as InGroup,
    InvalidComponents as InvalidComponents,
    InvalidModel as InvalidModel,
    InvalidWeights as InvalidWeights,
    LinearDependence as LinearDependence,
    NotConverged as NotConverged,
    NotFinite as NotFinite,
    NotPositiveDefinite as NotPositiveDefinite,
    PerfectFit as PerfectFit,
    Separated as Separated,
    StatisticsError as StatisticsError,
    TiedEigenvalues as TiedEigenvalues,
    TooFewRows as TooFewRows,
    TooFewUnits as TooFewUnits,
    TooManyPredictors as TooManyPredictors,
    UnderIdentified as UnderIdentified,
    Unreliable as Unreliable,
)
from .intervals import (
    Kind as Kind,
    Summary as Summary,
    bound as bound,
    summarise as summarise,
)
from .last_bits import (
    steady as steady,
    without_rounding as without_rounding,
)
from .multiplicity import (
    benjamini_hochberg as benjamini_hochberg,
    holm as holm,
)
from .resample import (
    Counts as Counts,
    Real as Real,
    UnitProducts as UnitProducts,
    correlation_stack as correlation_stack,
    linearised_products as linearised_products,
    resampled_units as resampled_units,
    unit_products as unit_products,
)
from .significance import (
    ChiSquareTest as ChiSquareTest,
    FTest as FTest,
    below_level as below_level,
    chi_square_test as chi_square_test,
    deciding_level as deciding_level,
    f_test as f_test,
    normal_interval as normal_interval,
    normal_two_sided as normal_two_sided,
    t_interval as t_interval,
    t_quantile as t_quantile,
    t_two_sided as t_two_sided,
)
from .stacked_regression import (
    eliminate as eliminate,
    selection as selection,
    sweep as sweep,
)
from .streamed import (
    StreamedMoments as StreamedMoments,
)
from .triangles import (
    symmetric_inverse as symmetric_inverse,
)
from .types import (
    Array as Array,
    BoolArray as BoolArray,
    IntArray as IntArray,
)
