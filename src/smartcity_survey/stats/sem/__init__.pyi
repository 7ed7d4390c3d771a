from .cfa import (
    CfaFit as CfaFit,
    fit_cfa as fit_cfa,
)
from .cfa_fit import (
    CfaIndices as CfaIndices,
    Rmsea as Rmsea,
    baseline as baseline,
    comparative_fit as comparative_fit,
    fit_indices as fit_indices,
    rmsea_of as rmsea_of,
    root_mean_square_residual as root_mean_square_residual,
)
from .cfa_model import (
    Scaling as Scaling,
    first_items as first_items,
    measurement_cells as measurement_cells,
    measurement_structure as measurement_structure,
    require_identifiable as require_identifiable,
    single_items as single_items,
)
from .cfa_residuals import (
    CovarianceResiduals as CovarianceResiduals,
    covariance_residuals as covariance_residuals,
)
from .cfa_robust import (
    Answers as Answers,
    Correction as Correction,
    ScaledTest as ScaledTest,
    robust_covariance as robust_covariance,
    satorra_bentler as satorra_bentler,
    scaled_difference as scaled_difference,
    scaled_test as scaled_test,
    slope_covariance as slope_covariance,
)
from .cfa_stack import (
    Chord as Chord,
    StackedFits as StackedFits,
    fit_stack as fit_stack,
)
from .cfa_start import (
    alike_factors as alike_factors,
    starting_values as starting_values,
)
from .dwls import (
    DwlsFit as DwlsFit,
    fit_dwls as fit_dwls,
    pair_derivatives as pair_derivatives,
    weighted_products as weighted_products,
)
from .dwls_fit import (
    DwlsIndices as DwlsIndices,
    dwls_indices as dwls_indices,
)
from .dynamic_fit import (
    DynamicCutoffs as DynamicCutoffs,
    dynamic_cutoffs as dynamic_cutoffs,
    omitted_loadings as omitted_loadings,
)
from .invariance import (
    Rung as Rung,
    invariance_ladder as invariance_ladder,
)
from .likelihood import (
    Point as Point,
    Sample as Sample,
    evaluate as evaluate,
    symmetric_inverse as symmetric_inverse,
)
from .maximum_likelihood import (
    Fitted as Fitted,
    Minimum as Minimum,
    StructureFit as StructureFit,
    factors_of as factors_of,
    fit_at as fit_at,
    fit_structures as fit_structures,
    minimise as minimise,
    undetermined_parameters as undetermined_parameters,
)
from .modification import (
    ModificationIndices as ModificationIndices,
    fixed_at_zero as fixed_at_zero,
    modification_indices as modification_indices,
)
from .multigroup import (
    Exempt as Exempt,
    Level as Level,
    MultigroupFit as MultigroupFit,
    fit_groups as fit_groups,
    group_structures as group_structures,
)
from .sem import (
    PathEstimates as PathEstimates,
    SemFit as SemFit,
    fit_sem as fit_sem,
    path_estimates as path_estimates,
    require_recursive as require_recursive,
)
from .structure import (
    Cells as Cells,
    ImpliedMoments as ImpliedMoments,
    Matrices as Matrices,
    Matrix as Matrix,
    Structure as Structure,
    moments as moments,
)
